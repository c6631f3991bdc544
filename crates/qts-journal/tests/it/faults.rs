//! A session on a disk of which each single step fails once, in each way: what the writer says, and what is found
//! again after a restart and after power losses.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::expect_file;
use qts_journal::{Error, Fault, MemoryDisk, Options, Policy, Writer};

use crate::support::{NOTE, NOW, chooser, read, small};

const SEEDS: u64 = 12;

fn options() -> Options {
    small(Policy::Cycle, 4096)
}

/// What a session came to.
struct Session {
    durable: u64,
    was_full: bool,
    error: Option<Error>,
}

/// Six commits over two segments, with a snapshot, and the end. For want of space it tries once more; all else ends it.
fn session(disk: &MemoryDisk) -> Session {
    let mut session = Session { durable: 0, was_full: false, error: None };
    session.error = go_through(disk, &mut session).err();
    session
}

fn go_through(disk: &MemoryDisk, session: &mut Session) -> Result<(), Error> {
    let opened = Writer::open(disk.clone(), options(), |_| {}).map(|(writer, _)| writer);
    let mut writer = match opened {
        Err(Error::Full { .. }) => {
            session.was_full = true;
            Writer::open(disk.clone(), options(), |_| {})?.0
        }
        other => other?,
    };
    for number in 0..6 {
        session.durable = writer.durable();
        writer.append(NOTE, 1, format!("record {number} {}", "x".repeat(500)).as_bytes())?;
        let mut done = writer.commit(NOW);
        session.was_full |= writer.is_full();
        if matches!(done, Err(Error::Full { .. })) {
            done = writer.commit(NOW);
        }
        session.durable = writer.durable();
        done?;
        if number == 3 {
            let saved = writer.save_snapshot(b"state");
            session.was_full |= matches!(saved, Err(Error::Full { .. }));
            saved.map(drop).or_else(|error| if matches!(error, Error::Full { .. }) { Ok(()) } else { Err(error) })?;
        }
    }
    writer.close()?;
    Ok(())
}

fn outcome(fault: Fault, step: usize) -> String {
    let mut found = BTreeSet::new();
    let mut said = String::new();
    for seed in 0..SEEDS {
        let disk = MemoryDisk::new();
        disk.fail_at(step, fault);
        let Session { durable, was_full, error } = session(&disk);
        said = match error {
            Some(Error::Failed { doing, .. }) if !disk.is_dead() => format!("stopped, failed to {doing}"),
            Some(Error::Full { .. }) => "stopped, full".to_owned(),
            Some(_) if disk.is_dead() => "killed".to_owned(),
            Some(other) => panic!("{other}"),
            None if was_full => "full, went on".to_owned(),
            None => "unharmed".to_owned(),
        };
        let _ = write!(said, ", {durable} durable");
        if seed == 0 {
            // The machine keeps running, and the power fails only later.
            disk.restart();
        } else {
            disk.power_loss(&mut chooser(seed));
        }
        let accepted = recover(&disk);
        assert!(accepted >= durable, "{fault:?} at step {step}: {accepted} of {durable}");
        disk.power_loss(&mut chooser(seed + SEEDS));
        assert!(recover(&disk) > accepted, "{fault:?} at step {step}: what was accepted is gone");
        found.insert(accepted);
    }
    let found: Vec<String> = found.iter().map(u64::to_string).collect();
    format!("{said}, {} found", found.join(" or "))
}

/// How many records a new process finds.
fn recover(disk: &MemoryDisk) -> u64 {
    let (_, recovered) = Writer::open(disk.clone(), options(), |_| {}).expect("a journal that can be opened");
    recovered.last_seq
}

#[test]
fn every_step_of_the_disk_may_fail_once_in_every_way() {
    let disk = MemoryDisk::new();
    assert!(session(&disk).error.is_none());
    let steps = disk.steps();
    assert!(read(&disk).is_ok(), "a sound journal");
    let mut table = String::new();
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(table, "{number} {}", step.chars().take(40).collect::<String>());
        for fault in [Fault::Eio, Fault::Enospc, Fault::Kill] {
            let _ = writeln!(table, "    {fault:?}: {}", outcome(fault, number));
        }
    }
    expect_file!["faults.txt"].assert_eq(&table);
}
