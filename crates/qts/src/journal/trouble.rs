//! What can go wrong with a journal, as a command tells it.

use std::path::Path;

use qts_journal::Error;
use qts_record::Opening;

use crate::exit::Trouble;

/// An error of the journal in `folder`: what is there cannot be used, or nothing can be done with it now.
pub(super) fn of(folder: &Path, error: &Error) -> Trouble {
    let text = format!("{}: {error}", folder.display());
    match error {
        Error::NoJournal | Error::Damaged(_) | Error::OtherVersion { .. } | Error::UnknownKind { .. } => {
            Trouble::Input(text)
        }
        _ => Trouble::Failure(text),
    }
}

/// The folder cannot be read.
pub(super) fn unreadable(folder: &Path, error: &std::io::Error) -> Trouble {
    Trouble::Input(format!("{}: {error}; give the folder of a journal", folder.display()))
}

/// It begins with something else.
pub(super) fn no_opening(folder: &Path) -> Trouble {
    Trouble::Input(format!("{}: the journal does not begin as one of qts; give another", folder.display()))
}

/// An entry where it cannot be.
pub(super) fn misplaced(folder: &Path, number: u64, entry: &str) -> Trouble {
    Trouble::Input(format!(
        "{}: entry {number} cannot stand there: {entry}; read the journal with the qts that wrote it",
        folder.display()
    ))
}

/// An entry that this program does not understand.
pub(super) fn strange(folder: &Path, record: u64, broken: &qts_record::Broken) -> Trouble {
    Trouble::Input(format!("{}: record {record}: {broken}; read it with the qts that wrote it", folder.display()))
}

/// The folder cannot be made or opened.
pub(super) fn folder(folder: &Path, error: &std::io::Error) -> Trouble {
    Trouble::Failure(format!("{}: {error}; check `path` of [journal], or name another folder", folder.display()))
}

/// Nobody kept the run.
pub(super) fn none_to_resume() -> Trouble {
    Trouble::Usage("there is no [journal] in the config: a run that nobody kept cannot be resumed".to_owned())
}

/// Nobody means to write over what is kept.
pub(super) fn exists(folder: &Path) -> Trouble {
    let folder = folder.display();
    Trouble::Failure(format!(
        "{folder}: there is a journal already; `--resume` goes on with it, another `path` in [journal] begins a new one"
    ))
}

/// It is the journal of another run.
pub(super) fn other_run(folder: &Path, before: &Opening, now: &Opening) -> Trouble {
    let what = if before.version != now.version {
        format!("it was written by qts {}, this is {}; go on with that one", before.version, now.version)
    } else if before.command != now.command {
        format!("it is of `qts {}`", before.command)
    } else if before.config != now.config {
        "the config is another one now; put it back, or begin a new journal".to_owned()
    } else {
        "files that the config names are others now; put them back, or begin a new journal".to_owned()
    };
    Trouble::Mismatch(format!("{}: this run is not the one that the journal is of: {what}", folder.display()))
}

/// The same run made something else of the same inputs, or the inputs are others.
pub(super) fn differs(folder: &Path, number: u64, before: &str, now: &str) -> Trouble {
    let folder = folder.display();
    Trouble::Mismatch(format!(
        "{folder}: entry {number} of the journal is not what happened now; are data files or the program others?\n  \
         kept: {before}\n  now:  {now}"
    ))
}
