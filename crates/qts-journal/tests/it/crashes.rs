//! Whatever is appended, committed, broken and killed, in any order: what was reported durable is found again, in
//! front of what was not, and nothing else is.

use std::time::Duration;

use proptest::prelude::*;
use qts_journal::{Disk, Error, Fault, Kind, MemoryDisk, Policy, Writer};

use crate::support::{NOTE, chooser, read, small};

#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    Commit,
    Flush,
    Prepare,
    Snapshot,
    Close,
    /// The step of the disk after so many more fails.
    Fault(usize, Fault),
    /// So many bytes are free from now on.
    Space(u64),
    Kill,
    PowerLoss(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fault = prop_oneof![Just(Fault::Eio), Just(Fault::Enospc), Just(Fault::Kill)];
    let step = prop_oneof![
        12 => (0usize..1500).prop_map(Step::Append),
        12 => Just(Step::Commit),
        1 => Just(Step::Flush),
        1 => Just(Step::Prepare),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Close),
        2 => (0usize..12, fault).prop_map(|(after, fault)| Step::Fault(after, fault)),
        1 => (0u64..20_000).prop_map(Step::Space),
        2 => Just(Step::Kill),
        3 => any::<u64>().prop_map(Step::PowerLoss),
    ];
    prop::collection::vec(step, 1..60)
}

/// What must be true of the disk.
struct World {
    disk: MemoryDisk,
    policy: Policy,
    writer: Option<Writer<MemoryDisk>>,
    /// Every test record that may be on the disk, in order.
    notes: Vec<(u64, Vec<u8>)>,
    durable: u64,
    epoch: u64,
    now: Duration,
}

impl World {
    fn new(policy: Policy) -> Self {
        let (disk, notes, now) = (MemoryDisk::new(), Vec::new(), Duration::ZERO);
        Self { disk, policy, writer: None, notes, durable: 0, epoch: 0, now }
    }

    /// `false` once the journal cannot be used any more, which only a replayable one may come to.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Kill => return self.die(None),
            Step::PowerLoss(seed) => return self.die(Some(*seed)),
            Step::Fault(after, fault) => self.disk.fail_at(self.disk.steps().len() + after, *fault),
            Step::Space(free) => {
                let names = self.disk.list().expect("names");
                let used: u64 = names.iter().map(|it| self.disk.length(it).expect("a length")).sum();
                self.disk.set_capacity(Some(used + free));
            }
            _ => {}
        }
        if self.writer.is_none() && !self.open() {
            return false;
        }
        let Some(mut writer) = self.writer.take() else { return true };
        self.now += Duration::from_millis(2);
        let done = match step {
            Step::Append(length) => writer.append(NOTE, 1, &vec![*length as u8; *length]).map(|seq| {
                self.notes.push((seq, vec![*length as u8; *length]));
            }),
            Step::Commit => writer.commit(self.now).map(drop),
            Step::Flush => writer.flush().map(drop),
            Step::Prepare => writer.prepare(),
            Step::Snapshot => writer.save_snapshot(b"state").map(drop),
            Step::Close => {
                let last = writer.last_seq();
                if writer.close().is_ok() {
                    self.durable = last;
                }
                return true;
            }
            _ => Ok(()),
        };
        self.durable = writer.durable();
        match done {
            Ok(()) | Err(Error::Full { .. } | Error::TooLarge { .. }) => self.writer = Some(writer),
            Err(_) => {
                let steps = self.disk.steps().len();
                assert!(matches!(writer.append(NOTE, 1, b""), Err(Error::Poisoned)), "{step:?}");
                assert!(writer.commit(self.now).is_err() && writer.flush().is_err() && writer.prepare().is_err());
                assert_eq!(self.disk.steps().len(), steps, "a writer that failed leaves the disk alone");
            }
        }
        true
    }

    fn die(&mut self, seed: Option<u64>) -> bool {
        self.writer = None;
        match seed {
            Some(seed) => self.disk.power_loss(&mut chooser(seed)),
            None => self.disk.restart(),
        }
        self.disk.set_capacity(None);
        self.open()
    }

    fn open(&mut self) -> bool {
        let mut found = Vec::new();
        let options = small(self.policy, 8192);
        match Writer::open(self.disk.clone(), options, |record| found.push(record.clone())) {
            Ok((writer, recovered)) => {
                let epochs = found.iter().filter(|it| it.kind == Kind::EPOCH).map(|it| it.epoch);
                assert!(epochs.is_sorted_by(|a, b| a < b) && recovered.epoch > self.epoch, "an epoch came twice");
                let notes: Vec<_> =
                    found.into_iter().filter(|it| it.kind == NOTE).map(|it| (it.seq, it.body)).collect();
                assert!(self.notes.starts_with(&notes), "something that was never appended");
                let durable = self.notes.iter().filter(|it| it.0 <= self.durable).count();
                assert!(notes.len() >= durable, "{} of {durable} durable records are there", notes.len());
                (self.notes, self.durable, self.epoch) = (notes, writer.durable(), recovered.epoch);
                self.writer = Some(writer);
                true
            }
            Err(Error::Damaged(damage)) => {
                assert_eq!(self.policy, Policy::Replayable, "{damage}");
                false
            }
            Err(_) => true, // a fault struck; the next step tries again
        }
    }
}

fn run(policy: Policy, steps: &[Step]) {
    let mut world = World::new(policy);
    if !steps.iter().all(|step| world.step(step)) {
        return;
    }
    // In the end the power fails, and twice, so that what the first start accepted must have been made durable.
    if world.die(Some(1)) && world.die(Some(2)) {
        assert!(read(&world.disk).is_ok(), "a sound journal");
    }
}

/// How many sequences are tried; `QTS_CRASH_CASES` for more.
fn cases() -> u32 {
    std::env::var("QTS_CRASH_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_durable_is_found_again_after_any_crash(steps in steps()) {
        run(Policy::Cycle, &steps);
    }

    #[test]
    fn what_was_durable_of_a_group_is_found_again_after_any_crash(steps in steps()) {
        run(Policy::Group(Duration::from_millis(5)), &steps);
    }

    #[test]
    fn what_was_durable_of_a_replayable_journal_is_found_again_or_it_is_refused(steps in steps()) {
        run(Policy::Replayable, &steps);
    }
}
