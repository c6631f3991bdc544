//! One update of each indicator, warm, over a price that wanders. Longer windows must not cost more.

use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use qts_strategy::indicators::{Atr, Donchian, Ema, RollingMax, Rsi, Sma};

use crate::world::Walk;

const PRICES: usize = 4_096;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut walk = Walk::new(1);
    let prices: Vec<f64> = (0..PRICES).map(|_| f64::from(walk.step().1)).collect();
    let mut group = criterion.benchmark_group("indicators");
    group.throughput(Throughput::Elements(PRICES as u64));
    for period in [20, 200] {
        let n = NonZeroUsize::new(period).expect("above zero");
        let (mut sma, mut ema, mut rsi) = (Sma::new(n), Ema::new(n), Rsi::new(n));
        let (mut atr, mut channel, mut max) = (Atr::new(n), Donchian::new(n), RollingMax::new(n));
        run(&mut group, &format!("SMA {period}"), &prices, |price| sma.update(price));
        run(&mut group, &format!("EMA {period}"), &prices, |price| ema.update(price));
        run(&mut group, &format!("RSI {period}"), &prices, |price| rsi.update(price));
        run(&mut group, &format!("ATR {period}"), &prices, |price| atr.update(price + 50.0, price - 50.0, price));
        run(&mut group, &format!("Donchian {period}"), &prices, |price| channel.update(price + 50.0, price - 50.0));
        run(&mut group, &format!("rolling max {period}"), &prices, |price| max.update(price));
    }
}

fn run<T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    prices: &[f64],
    mut update: impl FnMut(f64) -> Option<T>,
) {
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            for price in prices {
                black_box(update(*price));
            }
        });
    });
}
