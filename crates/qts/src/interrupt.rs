//! Ctrl-C (SIGINT) and SIGTERM: the first asks a command to end in good order, the second ends it at once.
//!
//! The program makes one [`Interrupt`] before it begins with any command. Those that may take long ask it between two
//! pieces of work, and read what they might have to wait for through [`Interrupt::reader`].

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::exit::{INTERRUPTED, Trouble};

/// Somebody's wish that the command end.
#[derive(Debug)]
pub(crate) struct Interrupt {
    asked: Arc<AtomicBool>,
    /// Readable from the first signal on, for those who wait for something else at the same time.
    woken: Arc<UnixStream>,
}

impl Interrupt {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system has no room for it.
    pub(crate) fn listen() -> Result<Self, Trouble> {
        let failed = |error| Trouble::Failure(format!("failed to listen for Ctrl-C: {error}; try again"));
        Self::register().map_err(failed)
    }

    fn register() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let (woken, wake) = UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down.
            flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
            low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        Ok(Self { asked, woken: Arc::new(woken) })
    }

    /// Was it asked for?
    pub(crate) fn is_set(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Goes on, unless it was asked for.
    ///
    /// # Errors
    /// It was: [`Trouble::Interrupted`].
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        if self.is_set() { Err(Trouble::Interrupted) } else { Ok(()) }
    }

    /// The same input, which fails as soon as the wish comes, even while it waits.
    pub(crate) fn reader<R: Read + AsFd>(&self, input: R) -> Interruptible<R> {
        Interruptible { input, asked: Arc::clone(&self.asked), woken: Arc::clone(&self.woken) }
    }

    /// Standard input in that way, without a buffer of its own.
    ///
    /// # Errors
    /// The system has no room for it.
    pub(crate) fn stdin(&self) -> io::Result<Interruptible<File>> {
        Ok(self.reader(File::from(io::stdin().as_fd().try_clone_to_owned()?)))
    }
}

/// An input whose wait an [`Interrupt`] ends.
#[derive(Debug)]
pub(crate) struct Interruptible<R> {
    input: R,
    asked: Arc<AtomicBool>,
    woken: Arc<UnixStream>,
}

impl<R: Read + AsFd> Read for Interruptible<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.asked.load(Ordering::Relaxed) {
                // Not `ErrorKind::Interrupted`, after which everybody reads again.
                return Err(io::Error::other("interrupted"));
            }
            let mut either = [PollFd::new(&self.input, PollFlags::IN), PollFd::new(&*self.woken, PollFlags::IN)];
            match poll(&mut either, None) {
                Ok(_) if !either[0].revents().is_empty() => return self.input.read(bytes),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
