//! How a command ends: exit codes, and what is told about what went wrong.

use std::process::ExitCode;

use qts_venues::feed::DataError;

use crate::config::{ConfigErrors, harmless_lines};
use crate::decide::DecideError;
use crate::look;

/// The exit code of wrong usage.
pub(crate) const USAGE: u8 = 2;

/// The exit code of a command that was interrupted.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Anything that has no code of its own.
    #[error("{0}")]
    Failure(String),
    /// An argument that means nothing.
    #[error("{0}")]
    Usage(String),
    /// The config is wrong.
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    /// A file of policy tests is wrong.
    #[error("{0}")]
    Tests(ConfigErrors),
    /// Market data is wrong or missing.
    #[error("{code}: failed to {0}", code = .0.code())]
    Data(#[from] DataError),
    /// Another input file is wrong or missing.
    #[error("failed to read {0}")]
    Input(String),
    /// A journal tells otherwise than what happens now.
    #[error("{0}")]
    Mismatch(String),
    /// The input of `decide` is wrong.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// Somebody asked for the end before there was an answer.
    #[error("interrupted")]
    Interrupted,
    /// Something that was told already, and its exit code.
    #[error("see above")]
    Told(u8),
    /// Standard output or an output file cannot be written.
    #[error("failed to write: {0}; check the disk and the path")]
    Output(#[from] std::io::Error),
}

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    Fine,
    /// The account was halted by risk or kill at the end.
    Halted,
    /// Somebody asked it to end early; what was done by then is told.
    Interrupted,
    /// It found what it was to look for: policy tests that fail.
    Failed,
}

impl Ending {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Halted => 5,
            Self::Interrupted => INTERRUPTED,
            Self::Failed => 1,
        }
    }
}

impl Trouble {
    /// The exit code of the contract.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Failure(_) | Self::Output(_) => 1,
            Self::Usage(_) => USAGE,
            Self::Config(_) => 3,
            Self::Data(_) | Self::Input(_) | Self::Tests(_) => 4,
            Self::Mismatch(_) => 6,
            Self::Decide(error) => error.exit_code(),
            Self::Interrupted => INTERRUPTED,
            Self::Told(code) => *code,
        }
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self) {
        match self {
            Self::Config(errors) | Self::Tests(errors) => {
                eprint!("{}", errors.render(look::coloured(&std::io::stderr())));
            }
            Self::Told(_) | Self::Interrupted => {}
            other => eprintln!("qts: {}", harmless_lines(&other.to_string())),
        }
    }
}

/// Tells warnings on standard error.
pub(crate) fn warn(warnings: &ConfigErrors) {
    eprint!("{}", warnings.render(look::coloured(&std::io::stderr())));
}

/// The process's end.
pub(crate) fn end(result: Result<Ending, Trouble>) -> ExitCode {
    match result {
        Ok(ending) => ExitCode::from(ending.code()),
        // A reader that has seen enough is no failure: `qts … | head`.
        Err(Trouble::Output(error) | Trouble::Decide(DecideError::Output(error)))
            if error.kind() == std::io::ErrorKind::BrokenPipe =>
        {
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            trouble.tell();
            ExitCode::from(trouble.code())
        }
    }
}
