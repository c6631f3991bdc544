//! Benchmarks of the whole runtime. `cargo xtask bench` runs them and writes their table into docs/benchmarks.md.
//!
//! One file per group. Every scenario checks at its start that it is what its name says; nothing here checks a time.
//!
//! What xtask's table reads: the element that a group counts (an intent, a row …) is its throughput, and where one
//! iteration makes several runs, the parameter says so (`300 runs`).

mod cycle;
mod floor;
mod gate;
mod indicators;
mod loading;
mod quota;
mod replay;
mod world;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .nresamples(5_000)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    gate::bench(&mut criterion);
    cycle::bench(&mut criterion);
    quota::bench(&mut criterion);
    indicators::bench(&mut criterion);
    loading::bench(&mut criterion);
    replay::bench(&mut criterion);
    criterion.final_summary();
}
