//! Sharing the fills of one order of a million shares among its owners by the quota method.
//!
//! What the method costs depends on the greatest common divisor of the owners' targets (its sequence repeats), on the
//! number of owners (two have a closed form) and on where a fill ends.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use qts_core::{Allocation, Qty};

const TOTAL: i32 = 1_000_000;

/// The owners' targets; each sums to [`TOTAL`].
const TARGETS: [(&str, &[i32]); 4] = [
    ("2 owners, gcd 1", &[600_001, 399_999]),
    ("2 owners, gcd 100", &[600_100, 399_900]),
    ("5 owners, gcd 1", &[350_001, 250_003, 199_999, 120_000, 79_997]),
    ("5 owners, gcd 100", &[350_100, 250_300, 199_900, 120_000, 79_700]),
];

/// How many fills of how many shares.
const FILLS: [(&str, usize, i32); 3] =
    [("one fill", 1, TOTAL), ("one fill, a share short", 1, TOTAL - 1), ("1,000 fills", 1_000, TOTAL / 1_000)];

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("quota");
    group.sample_size(10);
    for (owners, targets) in TARGETS {
        assert_eq!(targets.iter().sum::<i32>(), TOTAL);
        let targets: Vec<Qty> = targets.iter().copied().map(Qty::whole).collect();
        for (fills, count, size) in FILLS {
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(format!("{owners}, {fills}"), |bencher| {
                bencher.iter(|| share(black_box(&targets), count, Qty::whole(size)));
            });
        }
    }
}

fn share(targets: &[Qty], fills: usize, size: Qty) -> Allocation {
    let mut allocation = Allocation::new(targets, Qty::whole(1));
    for _ in 0..fills {
        black_box(allocation.advance(size));
    }
    allocation
}
