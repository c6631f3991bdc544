#!/usr/bin/env python3
"""Recomputes the books of a `qts run` on Korean daily bars, from the bars, the config and the list of decisions alone.

    qts run my.toml --decisions decisions.csv --format json > summary.json
    python3 scripts/recompute_books.py my.toml decisions.csv summary.json

It shares no code with the program. Of every decision it takes what was *sent* and what was *crossed*, and nothing else:
which orders that makes, when and at which price they fill, what a fill costs and who bears it, what every strategy then
holds and what the account is worth it finds by itself, and compares every such number of the summary. A line per
difference, a count at the end; exit 1 if anything differs, 2 if there is something that this script does not know.

Needs Python 3.11 (`tomllib`) and nothing else. All numbers are fractions: nothing is rounded but what the rules round.

The rules, as the contract and `decision-cycle.md` give them:

- What the strategies send in a cycle for one instrument and side is one order. It is a market order for the day.
- It meets the next bar of its instrument and fills whole, at that bar's open; on a bar without volume (a halt) nobody
  trades, and it expires. (Only a share of the volume would fill a part, which the quota method then shares out; configs
  with `max_volume_share` are refused here.)
- A fill costs the commission and, for a sale, the tax of its day: of the notional, in one sum, rounded half up to the
  won. Those who sent it share the cost by largest remainder on their shares of it; a tie goes to the lower rank.
- What is crossed passes from book to book at the close of its cycle, and costs nothing.
- What a sale leaves of a position costs what is left of its cost (average cost, cut to 8 decimals).

What it does not know, and refuses: limit orders, other `tif`s, shorts, opening positions, commands, splits, calendars
of one's own, slippage, volume shares, the exchange's own fee, two bars of one name on one day, classes other than
`krx_stock`, hours other than the regular ones. Rules of days before 1998-12-07 are those of that day, as in the program.
"""

import argparse
import csv
import json
import re
import sys
from bisect import bisect_right
from datetime import date, datetime, time, timedelta, timezone
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

try:
    import tomllib
except ImportError:
    sys.exit("recompute_books.py needs Python 3.11 or later: it reads TOML with `tomllib`")

# Sale tax of KOSPI and KOSDAQ shares, from the first day whose trades are settled (two trading days later) under it.
SALE_TAX = [
    ("1998-12-07", "0.30"), ("2019-05-30", "0.25"), ("2020-12-29", "0.23"), ("2022-12-28", "0.20"),
    ("2023-12-27", "0.18"), ("2024-12-27", "0.15"), ("2025-12-29", "0.20"),
]
# When the regular session ends in Seoul; on the days of the university entrance exam it all begins and ends an hour later.
CLOSE = [("1998-12-07", time(15)), ("2016-08-01", time(15, 30))]
AN_HOUR_LATER = {
    "1999-11-17", "2000-11-15", "2001-11-07", "2002-11-06", "2003-11-05", "2004-11-17", "2005-11-23", "2006-11-16",
    "2007-11-15", "2008-11-13", "2009-11-12", "2010-11-18", "2011-11-10", "2012-11-08", "2013-11-07", "2014-11-13",
    "2015-11-12", "2016-11-17", "2017-11-16", "2017-11-23", "2018-11-15", "2019-11-14", "2020-12-03", "2021-11-18",
    "2022-11-17", "2023-11-16", "2024-11-14", "2025-11-13",
}


class Unknown(Exception):
    """There is something that this script does not know."""


# ── What is read ────────────────────────────────────────────────────────────────────────────────────────────────────


class Config:
    """The account, its instruments with their bars, and the strategies with their ranks."""

    def __init__(self, path, until):
        toml = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        for table in ("position", "command", "adjustment", "calendar"):
            if table in toml:
                raise Unknown(f"[[{table}]]")
        broker = toml.get("broker", {})
        only("[broker]", broker, {"kind": "sim", "fill": "next", "commission": None})
        self.cash = Fraction(toml["account"]["cash"])
        self.commission = percent(broker.get("commission", "0%"))
        self.instruments = {table["id"]: Instrument(table, self.commission) for table in toml["instrument"]}
        self.ranks = {table["id"]: table.get("rank", 100) for table in toml["strategy"]}
        self.bars = {}
        for table in toml["data"]:
            if table["instrument"] in self.bars:
                raise Unknown(f"two files of {table['instrument']}")
            self.bars[table["instrument"]] = read_bars(Path(path).parent / table["path"], table, until)


class Instrument:
    def __init__(self, table, commission):
        names = {"id": None, "class": "krx_stock", "board": None, "listed_shares": None, "commission": None, "sale_tax": None}
        only("[[instrument]]", {"class": "none"} | table, names)
        if table["id"].endswith(".NXT"):
            raise Unknown(f"the hours of {table['id']}")
        if table.get("board", "kospi") not in ("kospi", "kosdaq"):
            raise Unknown(f"board = {table['board']}")
        own = table.get("commission")
        self.commission = commission if own is None else percent(own)
        own = table.get("sale_tax")
        self.own_tax = None if own is None else percent(own)

    def tax(self, day):
        return percent(since(SALE_TAX, day) + "%") if self.own_tax is None else self.own_tax


class Bar:
    def __init__(self, row):
        self.open, self.close, self.volume = (Fraction(row[name]) for name in ("open", "close", "volume"))


def only(place, table, known):
    for key, value in table.items():
        if key not in known or known[key] not in (None, value):
            raise Unknown(f"{key} = {value} in {place}")


def percent(text):
    return Fraction(text.removesuffix("%")) / 100


def since(table, day):
    """What a table of first days says of a day; its first row holds for earlier days, too."""
    place = bisect_right([first for first, _ in table], day)
    return table[max(place, 1) - 1][1]


def read_bars(path, table, until):
    only("[[data]]", table, {"instrument": None, "path": None, "stamp": "date", "interval": "1d", "on_bad_row": None})
    bars, last = {}, ""
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = row.get("ts", row.get("date"))[:10]
            date.fromisoformat(day)
            if not is_sound(row):
                if table.get("on_bad_row") != "skip":
                    raise Unknown(f"the bar of {day} in {path}")
                continue
            if day <= last:
                raise Unknown(f"{path}: {day} after {last}")
            last = day
            if until is None or day <= until:
                bars[day] = Bar(row)
    return bars


def is_sound(row):
    start, high, low, end, volume = (Fraction(row[name]) for name in ("open", "high", "low", "close", "volume"))
    return 0 < low <= min(start, end) and max(start, end) <= high and volume >= 0


def known_at(day):
    """When the bars of a day are known."""
    local = datetime.combine(date.fromisoformat(day), since(CLOSE, day), ZoneInfo("Asia/Seoul"))
    return f"{(local + timedelta(hours=day in AN_HOUR_LATER)).astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


# ── Books ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Book:
    """What one strategy holds, what it cost, and the money that moved."""

    def __init__(self):
        self.held, self.cost = {}, {}
        self.cash_flow = self.fees = self.realized = Fraction(0)

    def buy(self, inst, qty, price):
        self.held[inst] = self.held.get(inst, 0) + qty
        self.cost[inst] = self.cost.get(inst, 0) + qty * price
        self.cash_flow -= qty * price

    def sell(self, inst, qty, price):
        held, cost = self.held.get(inst, 0), self.cost.get(inst, 0)
        if qty > held:
            raise Unknown(f"a short position in {inst}")
        gone = cost if qty == held else Fraction(int(cost * qty / held * 10**8), 10**8)
        self.held[inst], self.cost[inst] = held - qty, cost - gone
        self.cash_flow += qty * price
        self.realized += qty * price - gone

    def trade(self, side, *what):
        (self.buy if side == "buy" else self.sell)(*what)

    def told(self):
        return {
            "positions": {inst: plain(qty) for inst, qty in self.held.items() if qty},
            "cash_flow": plain(self.cash_flow), "fees": plain(self.fees), "realized": plain(self.realized),
        }


def half_up(amount):
    """To the won."""
    return (2 * amount + 1) // 2


def shared(fee, parts):
    """A fee in won by largest remainder; ties to the first."""
    total = sum(parts)
    floors = [fee * part // total for part in parts]
    left_over = [fee * part / total - floor for part, floor in zip(parts, floors)]
    order = sorted(range(len(parts)), key=lambda place: (-left_over[place], place))
    for place in order[: int(fee - sum(floors))]:
        floors[place] += 1
    return floors


def plain(number):
    """A fraction as a decimal without trailing zeros; one without end shows as what it is."""
    units, rest = divmod(abs(number) * 10**8, 1)
    if rest:
        return str(number)
    text = f"{int(units) // 10**8}.{int(units) % 10**8:08}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text


# ── The run ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Order:
    """What was sent at the end of `day` for one instrument and side, and who sent how much of it, by rank."""

    def __init__(self, inst, side, day, parts):
        self.inst, self.side, self.day, self.parts = inst, side, day, parts


class Run:
    def __init__(self, config, rows):
        self.config = config
        self.books = {owner: Book() for owner in [*config.ranks, "unassigned"]}
        self.days = sorted({day for bars in config.bars.values() for day in bars})
        self.count = dict.fromkeys(["orders", "merged", "crosses", "fills", "expired", "open_orders"], 0)
        self.turnover = {"buy": Fraction(0), "sell": Fraction(0)}
        self.tax, self.at_odds, self.by_day, self.to_settle = Fraction(0), [], {}, {}
        for row in rows:
            self.take(row)
        waiting = []
        for number, day in enumerate(self.days, 1):
            waiting = [order for order in waiting if not self.meets(order, day)]
            waiting += self.cycle(number, day)
        self.count["open_orders"] = len(waiting)

    def take(self, row):
        if row["type"] != "market" or row["tif"] != "day" or row["limit"]:
            raise Unknown(f"a {row['type']} order, {row['tif']}, at {row['limit']}")
        self.by_day.setdefault(row["ts"][:10], []).append(row)

    def cycle(self, number, day):
        """Books what is crossed; the orders of the cycle come back."""
        rows = self.by_day.pop(day, [])
        for row in rows:
            told, expected = (row["cycle"], row["ts"]), (str(number), known_at(day))
            if told != expected:
                self.at_odds.append(f"{row['decision']}: cycle and time are {told}, should be {expected}")
        by_rank = sorted(rows, key=lambda row: (self.config.ranks[row["strategy"]], row["strategy"], int(row["emission"])))
        self.cross(day, [row for row in by_rank if Fraction(row["crossed"])])
        by_order = sorted((row for row in by_rank if Fraction(row["sent"])), key=order_of)
        orders = []
        for (inst, side), group in groupby(by_order, order_of):
            orders.append(Order(inst, side, day, [(row["book"], Fraction(row["sent"])) for row in group]))
        self.count["orders"] += len(orders)
        self.count["merged"] += sum(len(order.parts) > 1 for order in orders)
        return orders

    def cross(self, day, rows):
        for inst in sorted({row["instrument"] for row in rows}):
            price, here = self.config.bars[inst][day].close, [row for row in rows if row["instrument"] == inst]
            sides = {side: [Fraction(row["crossed"]) for row in here if row["side"] == side] for side in ("sell", "buy")}
            if sum(sides["sell"]) != sum(sides["buy"]):
                self.at_odds.append(f"{day}: {plain(sum(sides['sell']))} {inst} sold in crosses, {plain(sum(sides['buy']))} bought")
            self.count["crosses"] += pairs(sides["sell"], sides["buy"])
            for row in here:
                self.books[row["book"]].trade(row["side"], inst, Fraction(row["crossed"]), price)

    def meets(self, order, day):
        """Is the order over, now that the bars of a later day have come?"""
        bar = self.config.bars[order.inst].get(day)
        if bar is None:
            return False
        if bar.volume == 0:
            self.count["expired"] += 1
            return True
        self.count["fills"] += 1
        inst, qty = self.config.instruments[order.inst], sum(part for _, part in order.parts)
        tax = inst.tax(day) if order.side == "sell" else 0
        fee = half_up(qty * bar.open * (inst.commission + tax))
        self.turnover[order.side] += qty * bar.open
        self.tax += qty * bar.open * tax
        flow = qty * bar.open * (1 if order.side == "sell" else -1) - fee
        self.to_settle[day] = self.to_settle.get(day, 0) + flow
        for (owner, part), own in zip(order.parts, shared(fee, [part for _, part in order.parts])):
            self.books[owner].trade(order.side, order.inst, part, bar.open)
            self.books[owner].fees += own
        return True

    def summary(self):
        """What the program's summary must say."""
        books = self.books.values()
        fees = sum(book.fees for book in books)
        cash = self.config.cash + sum(book.cash_flow for book in books) - fees
        held = {inst: sum(book.held.get(inst, 0) for book in books) for inst in self.config.instruments}
        last = {inst: bars[max(bars)].close for inst, bars in self.config.bars.items() if bars}
        worth = sum(qty * last[inst] for inst, qty in held.items() if qty)
        return {
            "events": sum(len(bars) for bars in self.config.bars.values()), "cycles": len(self.days),
            "arbitration": {name: self.count[name] for name in ("merged", "crosses")},
            "orders": self.count["orders"], "fills": self.count["fills"], "open_orders": self.count["open_orders"],
            "ended": {"filled": self.count["fills"], "expired": self.count["expired"], "rejected": 0, "canceled": 0},
            "account": {
                "cash": plain(cash), "equity": plain(cash + worth), "fees": plain(fees),
                "positions": {inst: plain(qty) for inst, qty in held.items() if qty},
                # Settled two trading days later: after the end, what was traded in the last two.
                "unsettled": [plain(self.to_settle[day]) for day in self.days[-2:] if self.to_settle.get(day)],
            },
            "books": {owner: book.told() for owner, book in self.books.items()},
        }


def order_of(row):
    return row["instrument"], row["side"]


def pairs(sellers, buyers):
    """How many bookings it takes to pass these quantities on, both sides walked in their order."""
    sold, bought = (sums(side) for side in (sellers, buyers))
    return len(sold | bought)


def sums(side):
    return {sum(side[:place]) for place in range(1, len(side) + 1)}


# ── Comparing ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Comparison:
    def __init__(self):
        self.numbers = self.differ = 0

    def compare(self, place, expected, told):
        if isinstance(expected, dict):
            told = told if isinstance(told, dict) else {}
            nothing_more = place.endswith((".books", ".positions"))
            for key in expected | (told if nothing_more else {}):
                self.compare(f"{place}.{key}", expected.get(key, "nothing"), told.get(key, "nothing"))
            return
        if isinstance(expected, list):
            self.compare(f"{place} in all", str(len(expected)), str(len(told)))
            for number, pair in enumerate(zip(expected, told), 1):
                self.compare(f"{place} {number}", *pair)
            return
        self.numbers += re.fullmatch(r"-?\d+(\.\d+)?", str(expected)) is not None
        if expected != told:
            self.differ += 1
            print(f"{place.removeprefix('.')}: recomputed {expected}, told {told}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("config")
    parser.add_argument("decisions", help="what `--decisions FILE.csv` wrote")
    parser.add_argument("summary", help="what `--format json` printed")
    parser.add_argument("--until", help="the last day of the run, if it was not that of the data")
    args = parser.parse_args()
    with open(args.decisions, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    summary = json.loads(Path(args.summary).read_text(encoding="utf-8"))
    told = summary.get("account", {})
    told["unsettled"] = [due["amount"] for due in told.get("unsettled", [])]
    run = Run(Config(args.config, args.until), rows)
    comparison = Comparison()
    comparison.compare("", run.summary(), summary)
    comparison.compare("intents", len(rows), summary["intents"])
    left_over = [f"{row['decision']}: no bar of {day}" for day, rows in run.by_day.items() for row in rows]
    for line in run.at_odds + left_over:
        comparison.differ += 1
        print(line)
    count, turnover, account = run.count, run.turnover, run.summary()["account"]
    print(f"{len(rows)} decisions, {count['orders']} orders ({count['merged']} for several), {count['fills']} fills, "
          f"{count['expired']} expired, {count['crosses']} crosses")
    print(f"bought for {plain(turnover['buy'])}, sold for {plain(turnover['sell'])}, fees {account['fees']}, "
          f"of which tax {plain(run.tax)} before rounding")
    print(f"{comparison.numbers} numbers recomputed, {comparison.differ} differ")
    return 1 if comparison.differ else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unknown as unknown:
        print(f"this script does not know {unknown}: nothing was recomputed", file=sys.stderr)
        sys.exit(2)
