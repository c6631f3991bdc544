#!/usr/bin/env python3
"""Recomputes what `qts explain` prints, from the config and the bars alone.

    python3 scripts/recompute.py examples/us-daily/qts.toml --qts target/release/qts --seed 1 --count 200

It shares no code with the program. It reads the config and its bars, takes from the program's own list of decisions
only what was *sent*, rebuilds every book from that and the next opens, computes the indicators, asks the strategies'
rules and the policies again, and compares every value that `qts explain --format json` prints for a sample of
decisions drawn by the seed, and every row of `qts run --decisions`. A line per difference, a count at the end;
exit 1 if anything differs, 2 if the config holds something that this script does not know (it says what).

Needs Python 3.11 (`tomllib`) and nothing else. Money is exact (`decimal`); indicators are plain floats, as in the
program, since they are rounded before they are told.

Of the sentences that explain a reason it checks the numbers, not the words. Every `nearest` size is found by trying
all sizes, and tried once more by `qts decide`, with one more share beside it.

What it does not know, and refuses: limit orders, quotes and trades, shorts, opening positions, commands, budgets,
`phase5`, `restricted`, `market_order`, values by instrument, kinds other than `sma_cross`, `ema_cross`, `rsi_reversion` and `breakout`, classes
other than `krx_stock`, slippage, volume shares, bars that some instrument lacks on some day, lots other than 1. Of Korean
shares it knows ticks, daily limits, sale tax and hours since December 1998. All bars of a day come
at one close, a session apart from those of the next: that empties the buckets of `order_rate` where they lose an order
an hour or more (else it refuses), and what is counted by session begins again before each judgement.
"""

import argparse
import csv
import json
import math
import random
import re
import statistics
import subprocess
import sys
import tempfile
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, getcontext
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

try:
    import tomllib
except ImportError:
    sys.exit("recompute.py needs Python 3.11 or later: it reads TOML with `tomllib`")

getcontext().prec = 60
UNIT = Decimal("0.00000001")
ZERO = Decimal(0)
RULES = ["exits_only", "net", "rank"]
SCOPES = ["strategy", "arbitration", "account"]
# They set modes between cycles and are no control of a decision: a mode that one of them set shows as a difference.
SUPERVISORS = {"repeated_execution", "failure_breaker", "warn_escalation", "daily_loss", "drawdown"}

CODES = [
    "outside_session", "stale_data", "data_implausible", "duplicate_order", "short_not_allowed", "price_collar", "fat_finger", "cycle_notional", "max_order_qty", "max_order_notional", "max_long", "max_short",
    "max_gross_exposure", "max_net_exposure", "buying_power", "budget", "max_participation",
    "max_open_orders", "order_rate", "message_limit", "opposing_intent", "merged", "crossed", "no_cross_price",
]  # in the contract's order
ONLY_AT = [
    ["outside_session", "data_implausible", "duplicate_order", "max_participation", "max_order_qty", "fat_finger"],
    ["buying_power"],
]  # strategy scope, account scope
STAGES = ["pass", "warn", "reduce", "block"]

# The built-in policy as `risk-reference.md` gives it: what it says of strategies, and of the account.
CONSERVATIVE = (
    {
        "outside_session": True, "stale_data": {"warn": "1 interval", "block": "3 intervals"},
        "data_implausible": {"within": "10%", "between": "50%"}, "duplicate_order": "10s", "short_not_allowed": True,
        "max_participation": {"order": "0.5%", "day": "2%", "where_known": True},
        "order_rate": {"per_second": "1", "burst": "20"}, "message_limit": 2000,
        "price_collar": {"warn": "1.5%", "block": "2.5%"}, "fat_finger": {"median": "10"}, "cycle_notional": "20%",
        "max_order_qty": "1", "max_order_notional": "5%", "max_long": "5%", "max_short": "0",
        "max_gross_exposure": "30%", "max_open_orders": "3",
    },
    {
        "stale_data": {"warn": "1 interval", "block": "3 intervals"}, "short_not_allowed": True,
        "order_rate": {"per_second": "5", "burst": "20"}, "message_limit": 2000,
        "price_collar": {"warn": "1.5%", "block": "2.5%"}, "cycle_notional": "30%", "max_order_notional": "5%",
        "max_long": "10%", "max_short": "0", "max_gross_exposure": "95%", "buying_power": {"buffer": "2%"},
        "max_open_orders": "20",
    },
)


# Korean shares, each from a day on: the won of a tick by price, the daily limit, the tax of a sale (by the first day whose
# trades are settled under it), and the end of the session, which is an hour later on the days of the entrance exam.
KRX_TICKS = [
    ("1998-12-07", [(0, 5), (5000, 10), (10000, 50), (50000, 100), (100000, 500), (500000, 1000)]),
    ("2010-10-04", [(0, 1), (1000, 5), (5000, 10), (10000, 50), (50000, 100), (100000, 500), (500000, 1000)]),
    ("2023-01-25", [(0, 1), (2000, 5), (5000, 10), (20000, 50), (50000, 100), (200000, 500), (500000, 1000)]),
]
KRX_LIMIT = [("1998-12-07", Decimal("0.15")), ("2015-06-15", Decimal("0.30"))]
KRX_TAX = [
    ("1998-12-07", Decimal("0.003")), ("2019-05-30", Decimal("0.0025")), ("2020-12-29", Decimal("0.0023")),
    ("2022-12-28", Decimal("0.002")), ("2023-12-27", Decimal("0.0018")), ("2024-12-27", Decimal("0.0015")),
    ("2025-12-29", Decimal("0.002")),
]
KRX_CLOSE = [("1998-12-07", time(15)), ("2016-08-01", time(15, 30))]
KRX_EXAMS = {
    "1999-11-17", "2000-11-15", "2001-11-07", "2002-11-06", "2003-11-05", "2004-11-17", "2005-11-23", "2006-11-16",
    "2007-11-15", "2008-11-13", "2009-11-12", "2010-11-18", "2011-11-10", "2012-11-08", "2013-11-07", "2014-11-13",
    "2015-11-12", "2016-11-17", "2017-11-16", "2017-11-23", "2018-11-15", "2019-11-14", "2020-12-03", "2021-11-18",
    "2022-11-17", "2023-11-16", "2024-11-14", "2025-11-13",
}


class Unknown(Exception):
    """The config holds something that this script does not know."""


# ── The config ────────────────────────────────────────────────────────────────────────────────────────────────────


class Config:
    """What the config says, and on which line."""

    def __init__(self, path):
        self.path = path
        self.text = Path(path).read_text(encoding="utf-8")
        toml = tomllib.loads(self.text)
        for table in ("position", "command", "quarantine", "adjustment"):
            if table in toml:
                raise Unknown(f"[{table}]")
        self.cash = Decimal(toml["account"]["cash"])
        self.account_policy = toml["account"].get("policy", "conservative")
        self.policies = toml.get("policy", {})
        self.rule = toml.get("arbitration", {}).get("rule", "exits_only")
        broker = toml.get("broker", {})
        only("[broker]", broker, {"kind": "sim", "fill": "next", "commission": None})
        self.commission = fraction(broker.get("commission", "0%"))
        minor = Decimal(1) if toml["account"]["currency"] == "KRW" else Decimal("0.01")
        self.instruments = [instrument(table, self.commission, minor) for table in toml["instrument"]]
        self.instruments.sort(key=lambda one: one.id)
        self.strategies = sorted((Strategy(table) for table in toml["strategy"]), key=lambda one: one.id)
        self.bars = {table["instrument"]: read_bars(Path(path).parent / table["path"], table) for table in toml["data"]}
        self.known = {}

    def controls(self, policy, scope):
        """A policy's controls at a scope, `extends` followed: name → (value, who says it)."""
        if policy == "conservative":
            return {name: (value, "conservative") for name, value in CONSERVATIVE[scope].items()}
        if policy == "validity_only":
            return {}
        table = self.policies[policy]
        found = self.controls(table.get("extends", "conservative"), scope)
        for name, value in table.items():
            if name == "extends" or name in SUPERVISORS:
                continue
            if name not in CODES:
                raise Unknown(f"{name} in [policy.{policy}]")
            if name == "order_rate" and value is not False and Decimal(value["per_second"]) * 3600 < 1:
                raise Unknown(f"{name} in [policy.{policy}] that may remember a day")
            if value is False:
                found.pop(name, None)
            elif name not in ONLY_AT[1 - scope]:
                found[name] = (value, policy)
        return found

    def said(self, policy, name):
        """The line on which a policy of the file gives a control, and the value as written there."""
        if policy not in self.policies:
            return None, None
        here = False
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.startswith("["):
                here = line.split("#")[0].strip() == f"[policy.{policy}]"
            key, equals, value = line.partition("=")
            if here and equals and key.strip() == name:
                return f"{self.path}:{number}", value.split("#")[0].strip()
        raise Unknown(f"where [policy.{policy}] gives {name}")


def only(place, table, known):
    for key, value in table.items():
        if key not in known or known[key] not in (None, value):
            raise Unknown(f"{key} = {value} in {place}")


def instrument(table, commission, minor):
    return (KoreanShare if "class" in table else Instrument)(table, commission, minor)


class Instrument:
    """What its table spells out, the same on all days."""

    def __init__(self, table, commission, minor):
        names = {"id": None, "tick": None, "lot": "1", "currency": None, "session": None, "tz": None}
        only("[[instrument]]", table, names)
        self.id, self.tz, self.commission, self.minor = table["id"], ZoneInfo(table["tz"]), commission, minor
        hour, minute = table["session"].split("-")[1].split(":")
        self.close = time(int(hour), int(minute))

    def close_of(self, day):
        return datetime.combine(day, self.close, self.tz).isoformat()

    short_ban = False

    def limits(self, _base, _day):
        """The lowest and the highest price of a day."""
        return None

    def fee(self, side, qty, price, day):
        return (qty * price * self.rate(side, day)).quantize(self.minor, ROUND_HALF_UP)

    def rate(self, _side, _day):
        return self.commission


class KoreanShare(Instrument):
    """What its class brings, by date."""

    short_ban = True

    def __init__(self, table, commission, minor):
        only("[[instrument]]", table, {"id": None, "class": "krx_stock"})
        self.id, self.tz, self.commission, self.minor = table["id"], ZoneInfo("Asia/Seoul"), commission, minor

    def close_of(self, day):
        close = since(KRX_CLOSE, day)
        late = timedelta(hours=1 if day.isoformat() in KRX_EXAMS else 0)
        return (datetime.combine(day, close, self.tz) + late).isoformat()

    def limits(self, base, day):
        width = floor_to(base * since(KRX_LIMIT, day), self.tick(base, day))
        upper = base + width
        return base - width, floor_to(upper, self.tick(upper, day))

    def tick(self, price, day):
        return [tick for start, tick in since(KRX_TICKS, day) if start <= price][-1]

    def rate(self, side, day):
        return self.commission + (since(KRX_TAX, day) if side == "sell" else 0)


def since(table, day):
    """What a table of first days says of a day."""
    if day.isoformat() < table[0][0]:
        raise Unknown(f"rules of {day}")
    return [what for first, what in table if first <= day.isoformat()][-1]


def floor_to(number, step):
    return number // step * step


class Strategy:
    def __init__(self, table):
        only("[[strategy]]", table, dict.fromkeys(["id", "name", "kind", "instruments", "rank", "policy", "params"]))
        self.id, self.kind, self.instruments = table["id"], table["kind"], table["instruments"]
        self.rank, self.policy = table.get("rank", 100), table.get("policy", "conservative")
        params = dict(table["params"])
        self.qty = Decimal(params.pop("qty"))
        if self.kind not in RULES_OF_KINDS:
            raise Unknown(f"kind = {self.kind}")
        self.rules = {inst: RULES_OF_KINDS[self.kind](**params) for inst in self.instruments}


def read_bars(path, table):
    only("[[data]]", table, {"instrument": None, "path": None, "stamp": "date", "interval": "1d"})
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ["open", "high", "low", "close", "volume"]
    day = "date" if rows and "date" in rows[0] else "ts"
    return {date.fromisoformat(row[day][:10]): {name: Decimal(row[name]) for name in names} for row in rows}


def fraction(text):
    return Decimal(text.removesuffix("%")) / 100


# ── The strategies' rules (contract, "Strategy kinds") ──────────────────────────────────────────────────────────────


class SmaCross:
    def __init__(self, fast, slow):
        self.fast, self.slow, self.prices = int(fast), int(slow), []

    def see(self, bar):
        self.prices.append(float(bar["close"]))
        if len(self.prices) < max(self.fast, self.slow):
            return None, str
        fast, slow = (math.fsum(self.prices[-n:]) / n for n in (self.fast, self.slow))
        if abs(fast - slow) > 1e-9 * fast:
            return sign(fast - slow), self.why
        fast, slow = self.means()
        return sign(fast - slow), self.why

    def means(self):
        """Rounded once, where `fsum / n` is rounded twice: slower, and needed only for what is told."""
        return [statistics.mean(self.prices[-n:]) for n in (self.fast, self.slow)]

    def why(self):
        fast, slow = self.means()
        return compared(f"SMA {self.fast}", fast, f"SMA {self.slow}", slow)


class EmaCross:
    def __init__(self, fast, slow):
        self.lengths, self.averages, self.seen = (int(fast), int(slow)), None, 0

    def see(self, bar):
        price, self.seen = float(bar["close"]), self.seen + 1
        before = self.averages or (price, price)
        moved = [old + (price - old) * 2 / (n + 1) for old, n in zip(before, self.lengths)]
        self.averages = tuple(moved)
        if self.seen < self.lengths[1]:
            return None, str
        fast, slow = self.averages
        return sign(fast - slow), lambda: compared(f"EMA {self.lengths[0]}", fast, f"EMA {self.lengths[1]}", slow)


class RsiReversion:
    def __init__(self, period, low, high):
        self.period, self.low, self.high = int(period), float(low), float(high)
        self.last, self.changes, self.gain, self.loss = None, [], 0.0, 0.0

    def see(self, bar):
        price = float(bar["close"])
        if self.last is not None:
            self.move(price - self.last)
        self.last = price
        if len(self.changes) < self.period:
            return None, str
        rsi = 50.0 if self.gain + self.loss == 0 else 100 * self.gain / (self.gain + self.loss)
        enters, exits = rsi < self.low, rsi > self.high
        word, level = ("low", self.low) if enters else ("high", self.high)
        return (1 if enters else -1 if exits else 0), lambda: compared(f"RSI {self.period}", rsi, word, level)

    def move(self, change):
        up, down = max(change, 0.0), max(-change, 0.0)
        if len(self.changes) < self.period:
            self.changes.append((up, down))
            self.gain, self.loss = (sum(side) / self.period for side in zip(*self.changes))
        else:
            n = self.period
            self.gain, self.loss = (self.gain * (n - 1) + up) / n, (self.loss * (n - 1) + down) / n


class Breakout:
    def __init__(self, lookback):
        self.lookback, self.bars = int(lookback), []

    def see(self, bar):
        before, self.bars = self.bars[-self.lookback:], self.bars[-self.lookback:] + [bar]
        if len(before) < self.lookback:
            return None, str
        price, high, low = bar["close"], max(b["high"] for b in before), min(b["low"] for b in before)
        if price > high:
            return 1, lambda: f"price {plain(price)} > {self.lookback}-bar high {plain(high)}"
        return (-1 if price < low else 0), lambda: f"price {plain(price)} < {self.lookback}-bar low {plain(low)}"


RULES_OF_KINDS = {"sma_cross": SmaCross, "ema_cross": EmaCross, "rsi_reversion": RsiReversion, "breakout": Breakout}


def sign(number):
    return (number > 0) - (number < 0)


def compared(left, a, right, b):
    """Two numbers with as few decimals, from two on, as tell them apart."""
    for places in range(2, 9):
        texts = [f"{number:.{places}f}".rstrip("0").rstrip(".") for number in (a, b)]
        if texts[0] != texts[1]:
            break
    return f"{left} {texts[0]} {'>' if a > b else '<'} {right} {texts[1]}"


# ── Books ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Book:
    def __init__(self):
        self.position, self.cost, self.cash_flow, self.fees = {}, {}, ZERO, ZERO

    def held(self, inst):
        return self.position.get(inst, ZERO)

    def trade(self, inst, side, qty, price):
        held, cost = self.held(inst), self.cost.get(inst, ZERO)
        money = price * qty
        if side == "buy":
            self.position[inst], self.cost[inst], self.cash_flow = held + qty, cost + money, self.cash_flow - money
        else:
            if qty > held:
                raise Unknown(f"a short position in {inst}")
            gone = cost if qty == held else (cost * qty / held).quantize(UNIT, ROUND_DOWN)
            self.position[inst], self.cost[inst], self.cash_flow = held - qty, cost - gone, self.cash_flow + money


def shared_fee(fee, parts, minor):
    """Largest remainder in the smallest coins; ties to the first."""
    coins, total = int(fee / minor), sum(parts)
    floors = [int(coins * part // total) for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(coins * parts[i] % total), i))
    for place in order[: coins - sum(floors)]:
        floors[place] += 1
    return [floor * minor for floor in floors]


def allocate(targets, total):
    """The quota method of Balinski and Young, unit by unit, as it is written (`risk-reference.md` §3.5)."""
    given, weight = [0] * len(targets), sum(targets)
    for k in range(1, int(min(total, weight)) + 1):
        able = [i for i in range(len(targets)) if given[i] * weight < targets[i] * k]
        best = max(able, key=lambda i: (targets[i] / (given[i] + 1), -i))
        given[best] += 1
    return [Decimal(one) for one in given]


# ── Controls ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Control:
    """A measure that grows with the quantity, `before + max(0, q − free) · price`, or that does not; and its levels."""

    def __init__(self, code, action, levels, before, price=None, free=ZERO, fixed=False, unit=""):
        self.code, self.action, self.before, self.price = code, action, before, price
        self.free, self.fixed, self.stage, self.unit = free, fixed, "pass", unit
        self.warn, self.limit, self.block = levels
        self.behind = []

    def at(self, qty):
        if self.fixed:
            return self.before
        return (self.before + (self.price or 1) * max(ZERO, qty - self.free)).quantize(UNIT, ROUND_CEILING)

    def most_within(self, limit):
        if self.fixed:
            return ZERO
        return (max(ZERO, limit - self.before) / (self.price or 1)).quantize(UNIT, ROUND_FLOOR) + self.free


def shares_sold(side, instrument, reducing, behind):
    """`short_not_allowed`: what a sale may take out of these books; (whose, how many, what is held)."""
    if side != "sell" or not instrument.short_ban:
        return []
    control = Control("short_not_allowed", "capacity", (None, reducing, None), ZERO)
    told = sorted((one.strategy.id, plain(qty), plain(held)) for one, qty, held in behind)
    control.behind = [dict(zip(["strategy", "qty", "position"], books), open_sell="0") for books in told]
    return [control]


class Fact:
    """What is so or is not, and leaves only the reducing part if it is so."""

    def __init__(self, code, is_so=False):
        self.code, self.is_so, self.stage = code, is_so, "pass"


def levels(value, base, nature):
    """`warn`, `limit`, `block` in force: what is missing is filled in as `decision-cycle.md` says."""
    table = value if isinstance(value, dict) else {"limit": value}
    given = {name: amount(text, base) for name, text in table.items()}
    limit = given.get("limit", given.get("block"))
    block = given.get("block", limit if nature == "plausibility" else None)
    return given.get("warn", limit), limit, block


@lru_cache(maxsize=None)
def amount(value, base):
    text = str(value)
    if "interval" in text or text[-1] in "smhd":
        return seconds(text)
    return (base * fraction(text)).quantize(UNIT, ROUND_FLOOR) if text.endswith("%") else Decimal(text)


def seconds(text):
    """A length of time; an interval of the bars is a day."""
    number, unit = re.fullmatch(r"(\d+)\s*(ms|[smhd]|intervals?)", text).groups()
    day = 86400
    return Decimal(number) * {"ms": Decimal("0.001"), "s": 1, "m": 60, "h": 3600, "d": day}.get(unit, day)


def judged(controls, asked, reducing, least):
    """What the controls leave of a quantity, and what each says: (admitted, [(code, stage, observed, level)])."""
    cap, blocked, said = asked, False, []
    is_exit = reducing == asked
    for control in controls:
        if isinstance(control, Fact):
            value, level, keeps = None, None, reducing if control.is_so else None
        else:
            value, level, keeps = control.at(asked), None, None
        if isinstance(control, Fact):
            pass
        elif control.block is not None and value > control.block:
            level = control.block
            if control.action == "plausible_size" and is_exit:
                continue
            if control.action in ("plausible", "plausible_size") or (control.action == "size" and not is_exit):
                keeps = "nothing"
            elif control.action in ("size", "size_only_reduces"):
                keeps, level = max(control.most_within(control.limit), least), control.limit
            else:
                keeps = reducing
        elif control.limit is not None and value > control.limit:
            level = control.limit
            keeps = {
                "size": max(control.most_within(level), least),
                "size_only_reduces": max(control.most_within(level), least),
                "capacity": max(control.most_within(level), reducing),
                "count": reducing,
            }[control.action]
        elif control.warn is not None and value > control.warn:
            control.stage = "warn"
            said.append((control.code, "warn", value, control.warn))
        if keeps == "nothing":
            blocked, control.stage = True, "block"
        elif keeps is not None and keeps < asked:
            control.stage = "reduce" if whole(keeps) > 0 else "block"
            cap = min(cap, keeps)
        else:
            continue
        said.append((control.code, control.stage, value, level))
    return (ZERO if blocked else asked if cap >= asked else max(whole(cap), ZERO)), said


def whole(qty):
    return qty.to_integral_value(ROUND_FLOOR)


def raised(price, by):
    return (price * (1 + by)).quantize(UNIT, ROUND_CEILING)


# ── A judgement ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Proposal:
    """A wish on its way: what is left of it, and why."""

    def __init__(self, strategy, emission, inst, side, qty, why):
        self.strategy, self.emission, self.inst = strategy, emission, inst
        self.side, self.asked, self.why = side, qty, why
        self.key = (strategy.rank, strategy.id, emission)
        self.left, self.reducing, self.crossed, self.said, self.controls = qty, ZERO, ZERO, [], []

    def copy(self, qty=None):
        return Proposal(self.strategy, self.emission, self.inst, self.side, qty or self.asked, self.why)

    def keep(self, qty, code):
        self.left = min(self.left, qty)
        self.reducing = min(self.reducing, self.left)
        self.say("arbitration", code, "reduce" if self.left + self.crossed > 0 else "block")

    def say(self, scope, code, stage, observed=None, level=None):
        """Arbitration says a thing once; a control with two measures may say the same of both."""
        if scope != "arbitration" or (scope, code, stage, observed, level) not in self.said:
            self.said.append((scope, code, stage, observed, level))

    @property
    def reasons(self):
        def place(said):
            return SCOPES.index(said[0]), CODES.index(said[1]), STAGES.index(said[2]), said[3] is not None

        return sorted(self.said, key=place)

    @property
    def verdict(self):
        admitted = self.left + self.crossed
        if admitted == 0:
            return "block"
        if admitted < self.asked:
            return "reduce"
        return "warn" if any(said[2] == "warn" for said in self.said) else "pass"


class World:
    """What a judgement depends on, as it is at one close."""

    def __init__(self, config, books, prices, medians, past, days):
        self.config, self.books, self.prices, self.medians, self.past = config, books, prices, medians, past
        self.day, self.next_day = days
        self.instruments = {instrument.id: instrument for instrument in config.instruments}
        self.cash = config.cash + sum(book.cash_flow - book.fees for book in books.values())
        self.equity = self.cash + sum(
            book.held(inst) * price for book in books.values() for inst, price in prices.items()
        )

    def controls(self, policy, scope):
        key = (policy, scope)
        if key not in self.config.known:
            self.config.known[key] = self.config.controls(policy, scope)
        return self.config.known[key]

    def worth(self, controls, proposal):
        price = self.prices[proposal.inst]
        if proposal.side == "sell":
            return price
        limits = self.instruments[proposal.inst].limits(price, self.next_day)
        if limits:
            return limits[1]
        collar = controls.get("price_collar")
        return raised(price, levels(collar[0], Decimal(1), "plausibility")[2] if collar else ZERO)

    def judge(self, proposals, rule):
        """The three scopes; proposals come back with what is left, and the orders in canonical order, the crosses."""
        for strategy in {one.strategy.id: one.strategy for one in proposals}.values():
            own = [one for one in proposals if one.strategy is strategy]
            self.strategy_scope(strategy, sorted(own, key=lambda one: one.emission))
        for one in proposals:
            one.brought, one.was_reducing = one.left, one.reducing
        crosses = self.arbitrate(proposals, rule)
        for one in proposals:
            one.settled = one.left
        return self.account_scope(proposals, crosses), crosses

    # Strategy scope

    def strategy_scope(self, strategy, proposals):
        book, table = self.books[strategy.id], self.controls(strategy.policy, 0)
        asked_together, open_orders, opened, admitted = ZERO, {}, {}, []
        for one in proposals:
            before = opened.get((one.inst, one.side), ZERO)
            one.wish = reducing_part(book.held(one.inst), one, before)
            opened[one.inst, one.side] = before + one.asked
            asked_together += (self.worth(table, one) * (one.asked - one.wish)).quantize(UNIT, ROUND_CEILING)
        opened = {}
        for one in proposals:
            one.reducing = reducing_part(book.held(one.inst), one, opened.get((one.inst, one.side), ZERO))
            one.controls = self.own_controls(one, table, book, opened, asked_together, open_orders.get(one.inst, 0))
            one.controls += self.of_data_and_pace(one, table, opened, admitted)
            least = min(one.asked, Decimal(1)) if one.reducing == one.asked else ZERO
            one.left, said = judged(one.controls, one.asked, one.reducing, least)
            one.would_reduce = one.reducing
            for code, stage, observed, level in said:
                one.say("strategy", code, stage, observed, level)
            one.reducing = min(one.reducing, one.left)
            if one.left > 0:
                opened[one.inst, one.side] = opened.get((one.inst, one.side), ZERO) + one.left
                open_orders[one.inst] = open_orders.get(one.inst, 0) + 1
                admitted.append(one)

    def of_data_and_pace(self, one, table, opened, admitted):
        """The controls that look at the data, and at what was asked before; `admitted` is that of this cycle."""
        found = []
        if "outside_session" in table and table["outside_session"][0]:
            found.append(Fact("outside_session"))
        if "stale_data" in table:
            ages = levels(table["stale_data"][0], None, "plausibility")
            found.append(Control("stale_data", "count", ages, ZERO, fixed=True, unit="s"))
        before, volumes = self.past[one.inst]
        if "data_implausible" in table and before is not None:
            value = table["data_implausible"][0]
            # From one bar of a whole session to the next.
            value = value.get("between", value) if isinstance(value, dict) else value
            jump = (abs(self.prices[one.inst] - before) / before).quantize(UNIT, ROUND_CEILING)
            found.append(
                Control("data_implausible", "count", levels(value, Decimal(1), "plausibility"), jump, fixed=True)
            )
            limits = self.instruments[one.inst].limits(before, self.day)
            if limits:
                found.append(Fact("data_implausible", not limits[0] <= self.prices[one.inst] <= limits[1]))
        if "duplicate_order" in table:
            # The orders of the day before are older than any window here.
            if seconds(table["duplicate_order"][0]) >= 3600:
                raise Unknown("duplicate_order of an hour or more")
            same = sum((o.inst, o.side, o.asked) == (one.inst, one.side, one.asked) for o in admitted)
            found.append(Control("duplicate_order", "plausible_size", (None, None, ZERO), Decimal(same), fixed=True))
        if "short_not_allowed" in table:
            held = self.books[one.strategy.id].held(one.inst)
            found += shares_sold(one.side, self.instruments[one.inst], one.reducing, [(one, one.asked, held)])
        if "max_participation" in table:
            found += self.shares_of_volume(one, table["max_participation"][0], volumes, opened)
        return found + of_pace(table, len(admitted))

    def shares_of_volume(self, one, value, volumes, opened):
        if len(volumes) < 20:
            if not value.get("where_known"):
                raise Unknown("max_participation before the usual volume is known")
            return []
        working = sum(opened.get((one.inst, side), ZERO) for side in ("buy", "sell"))
        most = {name: whole(usual_volume(volumes) * fraction(value[name])) for name in ("order", "day") if name in value}
        befores = {"order": ZERO, "day": working}
        return [
            Control("max_participation", "capacity", (None, limit, None), befores[name]) for name, limit in most.items()
        ]

    def own_controls(self, one, table, book, opened, asked_together, open_orders):
        price, worth, held = self.prices[one.inst], self.worth(table, one), book.held(one.inst)
        found = []

        def add(name, action, before, nature="capacity", **more):
            value = table[name][0]
            found.append(Control(name, action, levels(value, self.equity, nature), before, **more))

        if "fat_finger" in table:
            finger = table["fat_finger"][0]
            if "multiple" in finger:
                raise Unknown("fat_finger with a multiple")
            median = self.medians.get((one.strategy.id, one.inst))
            if median is not None:
                block = median * Decimal(finger["median"])
                found.append(Control("fat_finger", "plausible_size", (None, None, block), ZERO))
        if "cycle_notional" in table:
            add("cycle_notional", "count", asked_together, "plausibility", fixed=True)
        if "max_order_qty" in table:
            add("max_order_qty", "size", ZERO)
        if "max_order_notional" in table:
            add("max_order_notional", "size", ZERO, price=worth)
        for name, grows_by, sense in [("max_long", "buy", 1), ("max_short", "sell", -1)]:
            if name in table and one.side == grows_by:
                before = sense * held + opened.get((one.inst, one.side), ZERO)
                in_money = "%" in str(table[name][0])
                add(name, "capacity", before * (price if in_money else 1), price=price if in_money else None)
        if "max_gross_exposure" in table:
            insts = {inst for inst, _ in opened} | set(book.position)
            gross = sum(
                self.prices[inst]
                * max(
                    abs(book.held(inst) + opened.get((inst, "buy"), ZERO)),
                    abs(book.held(inst) - opened.get((inst, "sell"), ZERO)),
                )
                for inst in insts
            )
            add("max_gross_exposure", "capacity", gross, price=price, free=one.reducing)
        if "max_net_exposure" in table:
            raise Unknown("max_net_exposure")
        if "max_open_orders" in table:
            add("max_open_orders", "count", Decimal(open_orders + 1), fixed=True)
        return found

    # Arbitration: market orders all, so two sides on one instrument are a conflict

    def arbitrate(self, proposals, rule):
        crosses = []
        for inst in self.prices:
            here = sorted((one for one in proposals if one.inst == inst and one.left > 0), key=lambda one: one.key)
            if rule == "net":
                crosses += self.cross(here)
            in_conflict = both_sides(here)
            if rule == "rank" and not any(one.reducing > 0 for one in in_conflict):
                block_losers(in_conflict, "opposing_intent")
                continue
            for one in in_conflict:
                if one.left > one.reducing:
                    one.keep(one.reducing, "opposing_intent")
            crosses += self.cross(here)
            block_losers(both_sides(here), "no_cross_price")
        return crosses

    def cross(self, here):
        live = [one for one in here if one.left > 0]
        buyers, sellers = ([one for one in live if one.side == side] for side in ("buy", "sell"))
        matched = min(sum(one.left for one in buyers), sum(one.left for one in sellers))
        shares = []
        for side in (sellers, buyers):
            parts = allocate([one.left for one in side], matched)
            shares.append([[one, part] for one, part in zip(side, parts)])
            for one, part in shares[-1]:
                if part > 0:
                    one.left, one.crossed = one.left - part, one.crossed + part
                    one.reducing = max(one.reducing - part, ZERO)
                    one.say("arbitration", "crossed", "pass")
        crosses = []
        for seller, left in shares[0]:
            for pair in shares[1]:
                qty = min(left, pair[1])
                if qty > 0:
                    crosses.append((seller, pair[0], qty, self.prices[seller.inst]))
                left, pair[1] = left - qty, pair[1] - qty
        return crosses

    # Account scope

    def account_scope(self, proposals, crosses):
        table = self.controls(self.config.account_policy, 1)
        held = {(owner, inst): book.held(inst) for owner, book in self.books.items() for inst in self.prices}
        for seller, buyer, qty, _ in crosses:
            held[buyer.strategy.id, buyer.inst] += qty
            held[seller.strategy.id, seller.inst] -= qty
        if crosses:
            bound_reducing_parts(proposals, held)
        desk = {"opened": {}, "spent": ZERO, "cycle": ZERO, "orders": 0, "longs": {}, "shorts": {}}
        for (_, inst), qty in held.items():
            desk["longs"][inst] = desk["longs"].get(inst, ZERO) + max(qty, ZERO)
            desk["shorts"][inst] = desk["shorts"].get(inst, ZERO) + max(-qty, ZERO)
        orders = []
        for order in self.canonical(proposals):
            self.judge_order(order, table, held, desk)
            live = [one for one in order if one.left > 0]
            if len(live) > 1:
                for one in live:
                    one.say("arbitration", "merged", "pass")
            if live:
                orders.append(live)
        return orders

    def canonical(self, proposals):
        groups = {}
        for one in sorted((one for one in proposals if one.left > 0), key=lambda one: one.key):
            groups.setdefault((one.inst, one.side), []).append(one)
        places = {inst: place for place, inst in enumerate(self.prices)}

        def key(order):
            first = order[0]
            reduces = any(one.reducing > 0 for one in order)
            return (not reduces, first.key[:2], places[first.inst], first.side != "buy", first.emission)

        return sorted(groups.values(), key=key)

    def judge_order(self, order, table, held, desk):
        first = order[0]
        inst, price, worth = first.inst, self.prices[first.inst], self.worth(table, first)
        asked, reducing = sum(one.left for one in order), sum(one.reducing for one in order)
        loaded = raised(worth, self.config.commission)
        gross = sum(
            self.prices[of] * worst(qty, desk["opened"].get((owner, of), {}))
            for (owner, of), qty in held.items()
            if qty or (owner, of) in desk["opened"]
        )
        found = []

        def add(name, action, before, **more):
            found.append(Control(name, action, levels(table[name][0], self.equity, "capacity"), before, **more))

        if "short_not_allowed" in table:
            behind = [(one, one.left, held[one.strategy.id, inst]) for one in order]
            found += shares_sold(first.side, self.instruments[inst], reducing, behind)
        if "cycle_notional" in table:
            add("cycle_notional", "capacity", desk["cycle"], price=worth, free=reducing)
            found[-1].block = None
        if "max_order_notional" in table:
            add("max_order_notional", "size_only_reduces", ZERO, price=worth)
        for name, grows_by, sums in [("max_long", "buy", "longs"), ("max_short", "sell", "shorts")]:
            if name in table and first.side == grows_by:
                in_money = "%" in str(table[name][0])
                before = desk[sums][inst] * (price if in_money else 1)
                add(name, "capacity", before, price=price if in_money else None, free=reducing)
        if "max_gross_exposure" in table:
            add("max_gross_exposure", "capacity", gross, price=price, free=reducing)
        if "buying_power" in table and first.side == "buy":
            value = table["buying_power"][0]
            buffer = fraction(value["buffer"]) if isinstance(value, dict) else ZERO
            limit = self.cash - (abs(self.cash) * buffer).quantize(UNIT, ROUND_FLOOR)
            found.append(Control("buying_power", "capacity", (None, limit, None), desk["spent"], price=loaded))
        if "max_open_orders" in table:
            add("max_open_orders", "count", Decimal(desk["orders"] + 1), fixed=True)
        found += of_pace(table, desk["orders"])
        least = sum(min(one.left, Decimal(1)) for one in order if one.left == one.reducing)
        admitted, said = judged(found, asked, reducing, least)
        cut(order, asked - admitted, said)
        for one in order:
            one.order_given, one.order_reducing, one.order_controls = asked, reducing, found
            opened = desk["opened"].setdefault((one.strategy.id, inst), {})
            opened[one.side] = opened.get(one.side, ZERO) + one.left
        sent = sum(one.left for one in order)
        if sent > 0:
            more = sent - sum(one.reducing for one in order)
            desk["cycle"] += (worth * more).quantize(UNIT, ROUND_CEILING)
            desk["orders"] += 1
            if first.side == "buy":
                desk["spent"] += (loaded * sent).quantize(UNIT, ROUND_CEILING)
            desk["longs" if first.side == "buy" else "shorts"][inst] += more


def usual_volume(volumes):
    return (sum(volumes[-20:]) / 20).quantize(UNIT, ROUND_FLOOR)


def of_pace(table, orders):
    """After a night: the buckets are empty, and the session's counts are those of this cycle."""
    found, this = [], Decimal(orders + 1)
    if "order_rate" in table:
        burst = Decimal(table["order_rate"][0]["burst"])
        found.append(Control("order_rate", "count", (None, None, burst), this, fixed=True))
    if "message_limit" in table:
        most = levels(table["message_limit"][0], None, "plausibility")
        found.append(Control("message_limit", "count", most, this, fixed=True))
    return found


def reducing_part(held, one, opened):
    room = (held if one.side == "sell" else -held) - opened
    return min(one.asked, max(room, ZERO))


def worst(qty, opened):
    return max(abs(qty + opened.get("buy", ZERO)), abs(qty - opened.get("sell", ZERO)))


def both_sides(here):
    live = [one for one in here if one.left > 0]
    return live if len({one.side for one in live}) == 2 else []


def block_losers(in_conflict, code):
    for one in in_conflict:
        if one.side != in_conflict[0].side:
            one.keep(ZERO, code)


def bound_reducing_parts(proposals, held):
    used = {}
    for one in sorted((one for one in proposals if one.left > 0), key=lambda one: one.key):
        key = (one.strategy.id, one.inst, one.side)
        room = held[one.strategy.id, one.inst] * (1 if one.side == "sell" else -1)
        one.reducing = min(one.reducing, max(room, ZERO) - used.get(key, ZERO))
        used[key] = used.get(key, ZERO) + one.reducing


def cut(order, gone, said):
    """From increasing parts first, then from reducing ones, by the quota method; while any is left, exits keep a lot."""
    increasing, reducing = [one.left - one.reducing for one in order], [one.reducing for one in order]
    room = sum(increasing)
    kept_in = [part - taken for part, taken in zip(increasing, allocate(increasing, min(gone, room)))]
    kept_out = [part - taken for part, taken in zip(reducing, allocate(reducing, max(gone - room, ZERO)))]
    least = [min(one.left, Decimal(1)) if one.left == one.reducing else ZERO for one in order]
    for needy in range(len(order)):
        if least[needy] > 0 and kept_out[needy] == 0:
            spare = [kept - lot for kept, lot in zip(kept_out, least)]
            richest = max(range(len(order)), key=lambda i: (spare[i], -i))
            given = max(min(spare[richest], least[needy]), ZERO)
            kept_out[richest], kept_out[needy] = kept_out[richest] - given, given
    for one, entry, exit_ in zip(order, kept_in, kept_out):
        is_cut = entry + exit_ < one.left
        one.left, one.reducing = entry + exit_, exit_
        stage = "reduce" if one.left + one.crossed > 0 else "block"
        for code, told, observed, level in said:
            if told in ("pass", "warn"):
                one.say("account", code, told, observed, level)
            elif is_cut:
                one.say("account", code, stage, observed, level)


# ── The run, day by day ─────────────────────────────────────────────────────────────────────────────────────────────


class Run:
    """The whole run, with the expected output of `explain` for the wanted decisions, and every row of the decisions."""

    def __init__(self, config, rows, wanted):
        self.config, self.wanted, self.expected, self.rows = config, wanted, {}, []
        self.books = {strategy.id: Book() for strategy in config.strategies}
        self.recent, self.latest, self.orders, self.waiting, self.retrials = {}, {}, 0, [], []
        self.closes, self.volumes = {}, {instrument.id: [] for instrument in config.instruments}
        sent = {}
        for row in rows:
            sent.setdefault(int(row["cycle"]), []).append(row)
        days = sorted({day for bars in config.bars.values() for day in bars})
        for cycle, (day, next_day) in enumerate(zip(days, [*days[1:], days[-1]]), 1):
            if any(day not in bars for bars in config.bars.values()):
                raise Unknown(f"an instrument without a bar on {day}")
            self.day(cycle, day, next_day, sent.get(cycle, []))

    def day(self, cycle, day, next_day, sent):
        bars = {instrument.id: self.config.bars[instrument.id][day] for instrument in self.config.instruments}
        self.fill(day, bars)
        prices = {inst: bar["close"] for inst, bar in bars.items()}
        medians = {key: usual(sizes) for key, sizes in self.recent.items() if len(sizes) >= 20}
        for inst, bar in bars.items():
            self.volumes[inst].append(bar["volume"])
        past = {inst: (self.closes.get(inst), self.volumes[inst]) for inst in bars}
        self.closes = prices
        world = World(self.config, self.books, prices, medians, past, (day, next_day))
        proposals = self.ask(bars)
        if not proposals:
            return
        numbers = range(len(self.rows) + 1, len(self.rows) + 1 + len(proposals))
        rules = RULES if self.wanted.intersection(numbers) else [self.config.rule]
        others = {rule: [one.copy() for one in proposals] for rule in rules}
        outcomes = {rule: world.judge(copies, rule) for rule, copies in others.items()}
        actual = others[self.config.rule]
        told = Told(self, world, cycle, day, others, outcomes)
        for place, one in enumerate(actual):
            self.rows.append(row_of(cycle, one))
            if len(self.rows) in self.wanted:
                self.expected[len(self.rows)] = told.case(place, len(self.rows))
            self.remember(cycle, day, one)
        self.send(actual, sent, outcomes[self.config.rule][0], cycle)

    def ask(self, bars):
        """What every strategy wants, by the rules of its kind."""
        proposals = []
        for strategy in self.config.strategies:
            emission = 0
            for inst in (one for one in bars if one in strategy.instruments):
                wish, why = strategy.rules[inst].see(bars[inst])
                held = self.books[strategy.id].held(inst)
                if wish == 1 and held == 0:
                    proposals.append(Proposal(strategy, emission, inst, "buy", strategy.qty, why()))
                elif wish == -1 and held > 0:
                    proposals.append(Proposal(strategy, emission, inst, "sell", held, why()))
                else:
                    continue
                emission += 1
        return proposals

    def remember(self, cycle, day, one):
        """For `repeats`: the same side, size, verdict and codes for one strategy on one instrument in a row."""
        key = (one.strategy.id, one.inst)
        outcome = (one.side, one.asked, one.verdict, [said[1] for said in one.reasons])
        latest = self.latest.get(key)
        if latest and latest["outcome"] == outcome:
            latest["times"] += 1
        else:
            since = self.close(one.inst, day)
            self.latest[key] = {"outcome": outcome, "times": 1, "first": name_of(cycle, one), "since": since}

    def repeats(self, one):
        latest = self.latest.get((one.strategy.id, one.inst))
        if not latest or latest["outcome"] != (one.side, one.asked, one.verdict, [said[1] for said in one.reasons]):
            return None
        return {name: latest[name] for name in ("times", "first", "since")}

    def close(self, inst, day):
        return next(one for one in self.config.instruments if one.id == inst).close_of(day)

    def send(self, actual, rows, orders, cycle):
        """The books follow what the program says it sent, so that one difference does not become a thousand."""
        said = {(row["strategy"], int(row["emission"])): Decimal(row["sent"]) for row in rows}
        for row in rows:
            if Decimal(row["crossed"]) > 0:
                price = self.closes[row["instrument"]]
                self.books[row["strategy"]].trade(row["instrument"], row["side"], Decimal(row["crossed"]), price)
        for order in orders:
            parts = [(one, said.get((one.strategy.id, one.emission), one.left)) for one in order]
            self.orders += 1
            self.waiting.append((self.orders, order[0].inst, order[0].side, [part for part in parts if part[1] > 0]))
            for one, qty in parts:
                if one.wish < one.asked:
                    self.recent.setdefault((one.strategy.id, one.inst), []).append(one.asked)
            children = [{"strategy": one.strategy.id, "qty": plain(one.left)} for one in order]
            for one in order:
                one.sent_as = {
                    "order": self.orders, "side": one.side, "qty": plain(sum(o.left for o in order)), "limit": None,
                    "children": children,
                }
        for case in self.expected.values():
            one = case.pop("its own", None)
            if one is not None:
                case["order"] = getattr(one, "sent_as", None)

    def fill(self, day, bars):
        """Market orders fill whole at the next open, or end with a day without volume; their cost is shared in coins."""
        instruments = {instrument.id: instrument for instrument in self.config.instruments}
        for number, inst, side, parts in self.waiting:
            price, qty, ts = bars[inst]["open"], sum(part for _, part in parts), self.close(inst, day)
            cases = [case for case in self.expected.values() if case["order"] and case["order"]["order"] == number]
            if bars[inst]["volume"] == 0:
                for case in cases:
                    case["ended"] = {"ts": ts, "how": "expired", "why": None}
                continue
            fee = instruments[inst].fee(side, qty, price, day)
            fees = shared_fee(fee, [part for _, part in parts], instruments[inst].minor)
            shares = []
            for (one, part), own in zip(parts, fees):
                self.books[one.strategy.id].trade(inst, side, part, price)
                self.books[one.strategy.id].fees += own
                shares.append({"strategy": one.strategy.id, "qty": plain(part), "fee": plain(own)})
            filled = {"ts": ts, "qty": plain(qty), "price": plain(price), "fee": plain(fee), "shares": shares}
            for case in cases:
                case["fills"], case["ended"] = [filled], {"ts": ts, "how": "filled", "why": None}
        self.waiting = []


def usual(sizes):
    """The lower median of the last hundred of a strategy's own orders, as they were asked for, exits left out."""
    recent = sorted(sizes[-100:])
    return recent[(len(recent) - 1) // 2]


def name_of(cycle, one):
    return f"{cycle}:{one.strategy.id}:{one.emission}"


def row_of(cycle, one):
    reasons = " ".join(told for told, _ in groupby(f"{scope}:{code}:{stage}" for scope, code, stage, *_ in one.reasons))
    return {
        "cycle": str(cycle), "strategy": one.strategy.id, "emission": str(one.emission), "instrument": one.inst,
        "side": one.side, "asked": plain(one.asked), "admitted": plain(one.left + one.crossed),
        "sent": plain(one.left), "crossed": plain(one.crossed), "verdict": one.verdict, "reasons": reasons,
        "why": one.why, "decision": name_of(cycle, one),
    }


# ── What `explain` must say ─────────────────────────────────────────────────────────────────────────────────────────


class Says:
    """A sentence that begins with a code and tells these numbers."""

    def __init__(self, code, numbers):
        self.code, self.numbers = code, numbers

    def is_said_by(self, text):
        told = re.findall(r"-?\d+(?:\.\d+)?", text)
        is_named = text.startswith(f"{self.code}: ") or not self.numbers
        return is_named and told == [plain(number) for number in self.numbers]

    def __repr__(self):
        return f"a sentence on {self.code} with {[plain(number) for number in self.numbers]}"


class Told:
    """One cycle's decisions in the words of `explain`."""

    def __init__(self, run, world, cycle, day, others, outcomes):
        self.run, self.world, self.cycle, self.day = run, world, cycle, day
        self.others, self.outcomes = others, outcomes
        self.rule = run.config.rule
        self.all = others[self.rule]

    def case(self, place, number):
        one = self.all[place]
        book, ts = self.world.books[one.strategy.id], self.run.close(one.inst, self.day)
        price = plain(self.world.prices[one.inst])
        held = {"position": plain(book.held(one.inst)), "cost": plain(book.cost.get(one.inst, ZERO))}
        return {
            "schema": 1, "number": number, "decision": name_of(self.cycle, one), "cycle": self.cycle, "ts": ts,
            "strategy": one.strategy.id, "emission": one.emission, "book": one.strategy.id, "instrument": one.inst,
            "side": one.side, "type": "market", "limit": None, "tif": "day", "asked": plain(one.asked), "why": one.why,
            "verdict": one.verdict, "admitted": plain(one.left + one.crossed), "sent": plain(one.left),
            "crossed": plain(one.crossed), "reasons": [reason(*said) for said in one.reasons],
            "repeats": self.run.repeats(one),
            "market": {"last": price, "at": ts, "bid": None, "ask": None, "prev_close": price},
            "holding": held | {"open_buy": "0", "open_sell": "0"}, "day_start_equity": plain(self.world.equity),
            "strategy_scope": self.strategy_scope(one), "arbitration": self.arbitration(one),
            "account_scope": self.account_scope(one), "nearest": self.nearest(place),
            "instead": [self.instead(rule, place) for rule in RULES if rule != self.rule],
            "order": None, "fills": [], "ended": None, "its own": one,
        }

    def strategy_scope(self, one):
        controls = self.controls(one.controls, one.strategy.policy, 0, one.asked)
        return {
            "policy": one.strategy.policy, "given": plain(one.asked), "reducing": plain(one.would_reduce),
            "left": plain(one.brought), "standing": "active", "controls": controls,
        }

    def account_scope(self, one):
        policy = self.run.config.account_policy
        given = getattr(one, "order_given", ZERO)
        controls = self.controls(getattr(one, "order_controls", []), policy, 1, given)
        return {
            "policy": policy, "given": plain(given), "reducing": plain(getattr(one, "order_reducing", ZERO)),
            "left": plain(one.left), "standing": "active", "controls": controls,
        }

    def controls(self, controls, policy, scope, asked):
        def told(control):
            said_by = self.world.controls(policy, scope)[control.code][1]
            at, written = self.run.config.said(said_by, control.code)
            origin = {"said_by": said_by, "at": at, "written": written}
            if isinstance(control, Fact):
                none = dict.fromkeys(["observed", "warn", "limit", "block"])
                fact = "yes" if control.is_so else "no"
                return {"code": control.code, "fact": fact, **none, "stage": control.stage, **origin}
            value = [
                None if level is None else plain(level) + control.unit
                for level in (control.warn, control.limit, control.block)
            ]
            behind = {"behind": control.behind} if control.behind else {}
            return {
                "code": control.code, "observed": plain(control.at(asked)) + control.unit, "warn": value[0],
                "limit": value[1], "block": value[2], "stage": control.stage, **origin,
                **behind,
            }

        return [told(control) for control in sorted(controls, key=lambda one: CODES.index(one.code))]

    def arbitration(self, one):
        here = [other for other in self.all if other.inst == one.inst]
        sides = {other.side for other in here if other.brought > 0}
        return {
            "rule": self.rule, "conflict": len(sides) == 2, "left": plain(one.settled),
            "parties": [self.party(other) for other in here],
            "crosses": crossings(self.outcomes[self.rule][1], one.inst),
        }

    def party(self, one):
        return {
            "decision": name_of(self.cycle, one), "strategy": one.strategy.id, "side": one.side, "limit": None,
            "asked": plain(one.asked), "brought": plain(one.brought), "reducing": plain(one.was_reducing),
            "left": plain(one.settled), "crossed": plain(one.crossed), "verdict": one.verdict,
            "reasons": [code for code, _ in groupby(said[1] for said in one.reasons if said[2] != "warn")], "why": one.why,
        }

    def instead(self, rule, place):
        others, (orders, crosses) = self.others[rule], self.outcomes[rule]
        one = others[place]
        here = [(mine.left, mine.crossed, other.left, other.crossed)
                for mine, other in zip(self.all, others) if mine.inst == one.inst]
        return {
            "rule": rule, "differs": any(a != c or b != d for a, b, c, d in here), "verdict": one.verdict,
            "sent": plain(one.left), "crossed": plain(one.crossed),
            "orders": [order_of(order) for order in orders if order[0].inst == one.inst],
            "crosses": crossings(crosses, one.inst),
        }

    def nearest(self, place):
        """Every smaller size is tried, from the largest down."""
        asked = self.all[place].asked
        if self.all[place].verdict in ("pass", "warn"):
            return None
        for size in range(int(asked) - 1, 0, -1):
            again = [one.copy(Decimal(size) if at == place else None) for at, one in enumerate(self.all)]
            self.world.judge(again, self.rule)
            if again[place].left + again[place].crossed == size:
                self.run.retrials += [self.retrial(place, size, True), self.retrial(place, size + 1, False)]
                return str(size)
        return None

    def retrial(self, place, size, passes):
        """The cycle as `qts decide` takes it, with another size: (input, which decision, size, does it pass whole?)."""
        world, ts = self.world, self.run.close(self.all[place].inst, self.day)
        intents = [
            {
                "strategy": one.strategy.id, "instrument": one.inst, "side": one.side, "type": "market",
                "qty": str(size) if at == place else plain(one.asked),
            }
            for at, one in enumerate(self.all)
        ]
        account = {"cash": plain(world.cash), "equity": plain(world.equity), "day_start_equity": plain(world.equity)}
        prices = {inst: plain(price) for inst, price in world.prices.items()}
        market = {inst: {"last": price, "at": ts, "prev_close": price} for inst, price in prices.items()}
        for inst, (_, volumes) in world.past.items():
            if len(volumes) >= 20:
                market[inst]["adv20"] = plain(usual_volume(volumes))
        books = {
            owner: {inst: {"position": plain(qty)} for inst, qty in book.position.items() if qty}
            for owner, book in world.books.items()
        }
        cycle = {"now": ts, "account": account, "market": market, "books": books, "intents": intents}
        return cycle, place, size, passes


def reason(scope, code, stage, observed, level):
    percent = 100 if code == "data_implausible" else 1
    numbers = [number * percent for number in (observed, level) if number is not None]
    told = [None if number is None else plain(number) for number in (observed, level)]
    return {
        "code": code, "scope": scope, "stage": stage, "observed": told[0], "limit": told[1],
        "text": Says(code, numbers),
    }


def order_of(order):
    children = [{"strategy": one.strategy.id, "qty": plain(one.left)} for one in order]
    return {"side": order[0].side, "qty": plain(sum(one.left for one in order)), "limit": None, "children": children}


def crossings(crosses, inst):
    return [
        {"seller": seller.strategy.id, "buyer": buyer.strategy.id, "qty": plain(qty), "price": plain(price)}
        for seller, buyer, qty, price in crosses
        if seller.inst == inst
    ]


def plain(number):
    """A decimal without exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# ── Comparing ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Comparison:
    def __init__(self):
        self.numbers = self.words = self.differ = 0

    def compare(self, place, expected, told):
        if isinstance(expected, dict) and isinstance(told, dict):
            for key in expected | told:
                self.compare(f"{place}.{key}", expected.get(key, "no such field"), told.get(key, "no such field"))
        elif isinstance(expected, list) and isinstance(told, list) and len(expected) == len(told):
            for number, pair in enumerate(zip(expected, told)):
                self.compare(f"{place}[{number}]", *pair)
        else:
            self.leaf(place, expected, told)

    def leaf(self, place, expected, told):
        if isinstance(expected, Says):
            self.numbers += len(expected.numbers)
            self.words += 1
            same = isinstance(told, str) and expected.is_said_by(told)
        else:
            is_number = not isinstance(expected, bool) and re.fullmatch(r"-?\d+(\.\d+)?s?", str(expected))
            self.numbers, self.words = self.numbers + bool(is_number), self.words + (not is_number)
            same = type(expected) is type(told) and expected == told
        if not same:
            self.differ += 1
            print(f"{place}: recomputed {expected!r}, told {told!r}")


def main():
    args = arguments()
    config = Config(args.config)
    with tempfile.TemporaryDirectory() as own:
        folder = args.folder or Path(own)
        if not args.again:
            ask_the_program(args, folder)
        summary = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        with open(folder / "decisions.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        cases = [json.loads(line) for line in (folder / "explained.jsonl").read_text(encoding="utf-8").splitlines()]
    run = Run(config, rows, {case["number"] for case in cases})
    every_row, every_case = Comparison(), Comparison()
    every_row.compare("decisions", len(run.rows), len(rows))
    every_row.compare("intents", len(run.rows), summary["intents"])
    for number, (expected, told) in enumerate(zip(run.rows, rows), 1):
        every_row.compare(f"row {number}", expected, {key: told[key] for key in expected})
    for case in cases:
        case.pop("stopped", None)  # why no smaller size would have passed, in words
        every_case.compare(case["decision"], run.expected.get(case["number"], "no such decision"), case)
    for count, what, found in [(len(rows), "rows", every_row), (len(cases), "decisions", every_case)]:
        print(f"{count} {what}, {found.numbers} numbers recomputed ({found.words} other fields), {found.differ} differ")
    wrong = 0 if args.again else try_again(args, run.retrials)
    return 1 if every_row.differ + every_case.differ + wrong else 0


def try_again(args, retrials):
    """Does `qts decide` let each `nearest` pass whole, and one share more not?"""
    cycles = "".join(json.dumps(cycle) + "\n" for cycle, *_ in retrials)
    command = [args.qts, "decide", args.config, "--input", "-", "--format", "json"]
    done = subprocess.run(command, input=cycles or "{}\n", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    wrong = 0
    for answer, (cycle, place, size, passes) in zip(done.stdout.splitlines(), retrials):
        decision = json.loads(answer)["decisions"][place]
        if (decision["admitted"] == str(size)) != passes:
            wrong += 1
            print(f"{cycle['now']} {decision['strategy']}: {size} leads to {decision['admitted']} by `qts decide`")
    print(f"{len(retrials) // 2} nearest sizes tried by `qts decide`, and one more of each, {wrong} differ")
    return wrong


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("config")
    parser.add_argument("--qts", default="qts", help="the program")
    parser.add_argument("--seed", type=int, default=1, help="draws the decisions")
    parser.add_argument("--count", type=int, default=200, help="how many")
    parser.add_argument("--verdict", choices=STAGES, help="among decisions of this verdict only")
    parser.add_argument("--folder", type=Path, help="where the program's answers are kept")
    parser.add_argument("--again", action="store_true", help="read the answers kept there, without asking the program")
    return parser.parse_args()


def ask_the_program(args, folder):
    def told(*words):
        done = subprocess.run([args.qts, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{args.qts} {' '.join(words)[:80]} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    summary = told("run", args.config, "--format", "json", "--decisions", str(folder / "decisions.csv"))
    (folder / "run.json").write_text(summary, encoding="utf-8")
    with open(folder / "decisions.csv", newline="", encoding="utf-8") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    numbers = range(1, json.loads(summary)["intents"] + 1)
    among = [number for number in numbers if args.verdict in (None, verdicts[number - 1])]
    drawn = random.Random(args.seed).sample(among, min(args.count, len(among)))
    explained = told("explain", args.config, *map(str, sorted(drawn)), "--format", "json")
    (folder / "explained.jsonl").write_text(explained, encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unknown as unknown:
        print(f"this script does not know {unknown}: nothing was recomputed", file=sys.stderr)
        sys.exit(2)
