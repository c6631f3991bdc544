//! `qts journal repair`: saves what can be trusted of a damaged journal, into another folder.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use qts_journal::Folder;

use crate::exit::{Ending, Trouble};

use super::tape::disk;
use super::trouble;

/// What to do with a journal.
#[derive(Debug, Args)]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
}

/// See [`JournalArgs`].
#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Copy the sound beginning of a damaged journal into a new folder; the damaged one stays as it is
    #[command(after_help = "Examples:\n  qts journal repair run.qts repaired.qts")]
    Repair(RepairArgs),
}

/// Flags of `qts journal repair`.
#[derive(Debug, Args)]
struct RepairArgs {
    /// The folder of the damaged journal
    journal: PathBuf,
    /// A new folder
    into: PathBuf,
}

/// The command.
pub(crate) fn journal(args: &JournalArgs, out: &mut impl Write) -> Result<Ending, Trouble> {
    let JournalCommand::Repair(RepairArgs { journal, into }) = &args.command;
    let mut damaged = disk(journal)?;
    let target = Folder::create(into).map_err(|error| trouble::folder(into, &error))?;
    let repaired = qts_journal::repair(&mut damaged, target).map_err(|error| trouble::of(journal, &error))?;
    let (from, to) = (journal.display(), into.display());
    match repaired {
        None => writeln!(out, "{from} is not damaged; nothing was copied")?,
        Some(repaired) => {
            let lost = repaired.last_lost.map_or_else(String::new, |last| {
                format!(", records {} to {last} are lost", repaired.last_kept.saturating_add(1))
            });
            writeln!(
                out,
                "{from}: {}\n{to} has the {} records before it{lost} ({} bytes)",
                repaired.damage, repaired.last_kept, repaired.lost_bytes
            )?;
        }
    }
    Ok(Ending::Fine)
}
