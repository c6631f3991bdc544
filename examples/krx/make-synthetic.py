#!/usr/bin/env python3
"""Makes `data/SYNTHETIC-*.csv`: invented daily bars for eleven KRX codes. No price here was ever paid by anybody.

    python3 make-synthetic.py [FOLDER]      # writes into FOLDER, or into data/

Integers only, and no chance: every run, anywhere, writes the same bytes (a test runs it and compares). What is real is
the frame: the trading days of September to December 2025, the table of ticks, and the daily limit of 30 %. Prices begin
at round numbers that have nothing to do with those of the companies, swing up and down like a saw, and rattle.

Three things happen so that the example has something to show:

- 3 to 9 October: five weekdays without bars (the holidays of Chuseok and others), as in the real calendar;
- 035420 is halted on 23, 24 and 27 October: bars of four equal prices and no volume, on which nothing can trade;
- 000660 closes at its upper limit, 30 %, on 20 November.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

# Code: first price, days of a swing, its height in thousandths, where in the swing it begins.
NAMES = {
    "000270": (90_000, 34, 90, 5), "000660": (200_000, 30, 110, 20), "005380": (150_000, 44, 100, 0),
    "005490": (300_000, 38, 120, 12), "005930": (60_000, 26, 80, 3), "015760": (20_000, 32, 100, 8),
    "030200": (30_000, 40, 60, 25), "035250": (15_000, 28, 70, 14), "035420": (180_000, 36, 110, 30),
    "051910": (250_000, 42, 130, 18), "105560": (50_000, 24, 60, 10),
}
FIRST, LAST = date(2025, 9, 1), date(2025, 12, 30)
HOLIDAYS = {date(2025, 10, day) for day in (3, 6, 7, 8, 9)} | {date(2025, 12, 25)}
HALTED = {("035420", date(2025, 10, day)) for day in (23, 24, 27)}
LIMIT_UP = ("000660", date(2025, 11, 20))
TICKS = [(500_000, 1_000), (200_000, 500), (50_000, 100), (20_000, 50), (5_000, 10), (2_000, 5), (0, 1)]


def tick_at(price):
    return next(tick for start, tick in TICKS if price >= start)


def on_grid(price):
    return price // tick_at(price) * tick_at(price)


def upper_limit(base):
    """The width is cut to the base's tick, the limit to its own."""
    width = base * 30 // 100 // tick_at(base) * tick_at(base)
    return on_grid(base + width)


def days():
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5 and day not in HOLIDAYS:
            yield day
        day += timedelta(days=1)


class Rattle:
    """A linear congruential generator: numbers that look like chance and are none."""

    def __init__(self, seed):
        self.state = seed

    def between(self, low, high):
        self.state = (self.state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return low + (self.state >> 33) % (high - low + 1)


def saw(day, period):
    """From -1000 up to 1000 and down again."""
    place = day % period * 4000 // period
    return place - 1000 if place <= 2000 else 3000 - place


def bars(code):
    first, period, height, begin = NAMES[code]
    rattle, close, level = Rattle(int(code)), first, 1000
    for number, day in enumerate(days()):
        if (code, day) in HALTED:
            yield day, close, close, close, close, 0
            continue
        aim = first * level // 1000 * (1_000_000 + height * saw(number + begin, period)) // 1_000_000
        start = on_grid(close * rattle.between(990, 1010) // 1000)
        end = on_grid((close + aim) // 2 * rattle.between(985, 1015) // 1000)
        high = on_grid(max(start, end) * rattle.between(1000, 1010) // 1000)
        low = on_grid(min(start, end) * rattle.between(990, 1000) // 1000)
        if (code, day) == LIMIT_UP:
            end = high = upper_limit(close)
            level = level * 130 // 100
        yield day, start, high, low, end, rattle.between(200_000, 2_000_000)
        close = end


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "data")
    for code in NAMES:
        rows = [f"{day}T00:00:00Z,{code},{','.join(map(str, numbers))}\n" for day, *numbers in bars(code)]
        text = "ts,symbol,open,high,low,close,volume\n" + "".join(rows)
        (folder / f"SYNTHETIC-{code}.csv").write_bytes(text.encode())


if __name__ == "__main__":
    main()
