//! `qts run`: the shell around the runtime. It reads slices, hands the broker's reports and due commands in first,
//! then the slice, and sends what came out.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use qts_core::{Instruments, Mode, Slice};
use qts_runtime::Effects;

use crate::cli::RunArgs;
use crate::config::{Config, Durability};
use crate::decisions::DecisionLog;
use crate::engine::{Engine, Onlooker};
use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::journal::{self, Disk, Keeper};
use crate::jumps::Jumps;
use crate::kinds::Kinds;
use crate::look::Look;
use crate::progress::Progress;
use crate::settlement::Settlement;
use crate::signals;
use crate::summary::{Clocks, Summary};
use crate::tally::Tally;
use crate::wire::{self, Wired};

/// So many slices are read before the engine takes them: reading and judging are timed apart, memory stays flat.
const BATCH: usize = 256;
/// Nor more events than this, but for the last slice: in bursts a slice has thousands.
const BATCH_EVENTS: u64 = 4_096;

/// A run under way.
struct Run<'i> {
    engine: Engine<'i>,
    record: Record,
    clocks: Clocks,
    /// Did it end before its data and its limits?
    interrupted: bool,
}

/// What is kept of a run.
pub(crate) struct Record {
    pub(crate) tally: Tally,
    pub(crate) settlement: Settlement,
    jumps: Jumps,
    log: Option<DecisionLog>,
}

impl Onlooker for Record {
    fn take_in(&mut self, effects: &Effects, instruments: &Instruments) -> Result<(), Trouble> {
        self.tally.take_in(effects);
        self.settlement.take_in(effects);
        self.log.as_mut().map_or(Ok(()), |log| log.write(effects, instruments))
    }
}

/// The command.
pub(crate) fn run(
    args: &RunArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let started = Instant::now();
    let config = wire::load(&args.config, kinds)?;
    config.require_data()?;
    let wired = wire::wire(&config)?;
    config.unseen().iter().for_each(|note| eprintln!("qts: {note}"));
    args.decisions.as_deref().map_or(Ok(()), |path| spare_inputs(path, &config))?;
    let disk = journal::folder(&config, args.resume)?;
    let keeper = disk.as_ref().map(|disk| keeper(disk, &config, args.resume)).transpose()?;
    let log = args.decisions.as_deref().map(DecisionLog::create).transpose()?;
    let record = (Settlement::of(&config), Jumps::new(&config), log);
    let mut run = Run::new(Engine::new(wired, interrupt), record);
    run.engine.keeper = keeper;
    run.all(args)?;
    run.engine.close(run.interrupted)?;
    run.clocks.elapsed = started.elapsed();
    let ending = run.finish(&config, args, out)?;
    Ok(ending)
}

/// What keeps the run. Historical inputs can be read again, so that nothing need be durable before its end.
fn keeper<'d>(disk: &'d Disk, config: &Config, resume: bool) -> Result<Keeper<'d>, Trouble> {
    Keeper::open(disk, Durability::Replayable, &journal::opening("run", config)?, resume)
}

/// Nobody means to write over what is read.
fn spare_inputs(path: &Path, config: &Config) -> Result<(), Trouble> {
    let Ok(out) = path.canonicalize() else { return Ok(()) };
    let mut inputs = config.data.iter().map(|data| data.file.clone()).chain(signals::files(config));
    match inputs.find(|input| input.canonicalize().is_ok_and(|input| input == out)) {
        None => Ok(()),
        Some(_) => {
            let what = format!("failed to create {}: this run reads it; name another file", path.display());
            Err(Trouble::Failure(what))
        }
    }
}

impl<'i> Run<'i> {
    fn new(engine: Engine<'i>, (settlement, jumps, log): (Settlement, Jumps, Option<DecisionLog>)) -> Self {
        let record = Record { tally: Tally::default(), settlement, jumps, log };
        Self { engine, record, clocks: Clocks::default(), interrupted: false }
    }

    /// Until the data, the limits, or somebody says so.
    fn all(&mut self, args: &RunArgs) -> Result<(), Trouble> {
        let RunArgs { until, limit_events: limit, .. } = *args;
        self.engine.progress = Progress::new(args.quiet);
        let mut batch: Vec<Slice> = Vec::with_capacity(BATCH);
        let mut events = 0;
        let mut more = true;
        while more {
            batch.clear();
            let before = events;
            while batch.len() < BATCH && events - before < BATCH_EVENTS && more {
                let next = self.next_slice()?;
                let wanted = |slice: &Slice| until.is_none_or(|until| slice.ts <= until);
                match next.filter(wanted).filter(|_| limit.is_none_or(|limit| events < limit)) {
                    Some(slice) => {
                        events += slice.events.len() as u64;
                        self.record.jumps.look(&slice);
                        batch.push(slice);
                    }
                    None => more = false,
                }
            }
            self.judge(&mut batch)?;
        }
        self.engine.progress.clear();
        Ok(())
    }

    /// Who interrupts a run is told what was done by then: its data just ends.
    fn next_slice(&mut self) -> Result<Option<Slice>, Trouble> {
        let next = self.engine.next_slice();
        self.interrupted = matches!(next, Err(Trouble::Interrupted));
        if self.interrupted { Ok(None) } else { next }
    }

    fn judge(&mut self, batch: &mut Vec<Slice>) -> Result<(), Trouble> {
        let (wall, cpu) = (Instant::now(), cpu_time());
        for slice in batch.drain(..) {
            self.cycle(slice)?;
        }
        self.clocks.engine += wall.elapsed();
        self.clocks.engine_cpu += cpu_time().saturating_sub(cpu);
        Ok(())
    }

    fn cycle(&mut self, slice: Slice) -> Result<(), Trouble> {
        self.record.tally.begin(&slice);
        self.record.settlement.begin(&slice);
        self.engine.cycle(slice, &mut self.record)
    }

    fn finish(mut self, config: &Config, args: &RunArgs, out: &mut impl Write) -> Result<Ending, Trouble> {
        if let Some(log) = self.record.log.take() {
            log.close()?;
        }
        let Wired { runtime, feed, schedule, adjustments, instruments, .. } = &mut self.engine.wired;
        let report = feed.report();
        let mut summary =
            Summary::new(config, runtime, instruments, &report, &self.record, &self.clocks, schedule.len());
        summary.interrupted = self.interrupted;
        summary.unused_adjustments = adjustments.unused();
        summary.data.jumps = self.record.jumps.rows(config);
        tell_bad_rows(&report);
        summary.write(args.format, Look::of_stdout(), out)?;
        let halted = self.engine.runtime().mode() >= Mode::Halted;
        Ok(match (self.interrupted, halted) {
            (true, _) => Ending::Interrupted,
            (false, true) => Ending::Halted,
            (false, false) => Ending::Fine,
        })
    }
}

/// Bad rows are never silent.
fn tell_bad_rows(report: &qts_venues::feed::Report) {
    let total = report.bad_rows();
    if total == 0 {
        return;
    }
    let rows = if total == 1 { "row" } else { "rows" };
    eprintln!("qts: {total} bad {rows} left out (on_bad_row = \"skip\"):");
    let shown = 10;
    for row in report.listed().take(shown) {
        eprintln!("  {}:{}: {}", row.file.display(), row.line, row.reason);
    }
    if total > shown as u64 {
        eprintln!("  … and {} more; `--format json` lists up to a hundred per file", total - shown as u64);
    }
}

/// CPU time of this process so far.
fn cpu_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or(0))
}
