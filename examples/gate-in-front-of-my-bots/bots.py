#!/usr/bin/env python3
"""Three toy bots and a toy broker, with QTS as the gate between them. Python 3.8 or later, nothing to install.

    python3 bots.py [PATH-TO-QTS]        (or set QTS; by default `qts` from the PATH)
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SAMSUNG, HYNIX = "005930.KRX", "000660.KRX"


class Gate:
    """`qts serve`: one JSON object a line in, one reply a line out."""

    def __init__(self, program):
        command = [program, "serve", os.path.join(HERE, "qts.toml"), "--stdio"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True, encoding="utf-8")

    def say(self, **parts):
        self.process.stdin.write(json.dumps(parts) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:  # nothing was done; say why and stop
            sys.exit("{path}: {message} ({help})".format(**reply["error"]))
        return reply

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


class Dip:
    """Buys what fell to 49,000 or less, sells from 50,500 on."""

    def want(self, price, before, holds):
        if price <= 49000 and holds < 60:
            yield {"instrument": SAMSUNG, "side": "buy", "qty": 30, "reason": "it is cheap"}
        if price >= 50500 and holds > 0:
            yield {"instrument": SAMSUNG, "side": "sell", "qty": holds, "reason": "enough"}


class Trend:
    """Buys while the price rises, sells all when it falls."""

    def want(self, price, before, holds):
        if price > before and holds < 60:
            yield {"instrument": SAMSUNG, "side": "buy", "qty": 20, "reason": "it rises"}
        if price < before and holds > 0:
            yield {"instrument": SAMSUNG, "side": "sell", "qty": holds, "reason": "it falls"}


class Clumsy:
    """Has slips of the finger. No such line reaches a broker."""

    def __init__(self):
        self.slips = [{"qty": "1O"}, {"qty": 5000}, {"qty": 1, "limit": 49001},
                      {"qty": 1, "limit": 175000, "instrument": HYNIX}]

    def want(self, price, before, holds):
        if self.slips:
            intent = {"instrument": SAMSUNG, "side": "buy", "reason": "oops"}
            intent.update(self.slips.pop(0))
            yield intent


class Broker:
    """Fills market orders, thirty shares a minute; limit orders rest."""

    def __init__(self):
        self.open = {}

    def reports(self, new, price):
        """What it says in a minute: it has the new orders, and some of the old ones traded."""
        acks = [{"order": order["order"]} for order in new]
        self.open.update({order["order"]: int(order["qty"]) for order in new if order["type"] == "market"})
        fills = []
        for order, left in list(self.open.items()):
            fills.append({"order": order, "qty": min(left, 30), "price": price, "exec": "%s/%d" % (order, left)})
            self.open[order] -= min(left, 30)
            if self.open[order] == 0:
                del self.open[order]
        return {"ack": acks, "fill": fills}


def tell_judgement(reply):
    for order in reply["orders"]:
        owners = " + ".join("{strategy} {qty}".format(**child) for child in order["children"])
        at = "at the market" if order["limit"] is None else "at %s" % order["limit"]
        print("  sent   order {order}: {side} {qty} {instrument} {at} = {owners}".format(at=at, owners=owners, **order))
    for it in reply["decisions"]:
        if it["verdict"] in ("reduce", "block"):
            print("  {0:6} {strategy} {side} {asked}, admitted {admitted}".format(it["verdict"], **it))
            for reason in it["reasons"]:
                if reason["stage"] == it["verdict"]:
                    print("           " + reason["text"])


def tell_fills(reply, held):
    for fill in reply.get("fills", []):
        shares = " + ".join("{strategy} {qty}".format(**share) for share in fill["shares"])
        print("  filled order {order}: {qty} at {price} = {shares}".format(
            order=fill["order"], qty=fill["qty"], price=fill["price"], shares=shares))
        for share in fill["shares"]:
            held[share["strategy"]] += int(share["qty"]) * (1 if fill["side"] == "buy" else -1)


def main():
    gate = Gate(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("QTS", "qts"))
    bots, broker = {"dip": Dip(), "trend": Trend(), "clumsy": Clumsy()}, Broker()
    held, before = {name: 0 for name in bots}, 50000
    for minute, price in enumerate([50000, 49800, 49000, 48600, 48700, 49500, 50500, 51000]):
        at = "2026-01-05T10:0%d:00+09:00" % minute
        print("10:0%d  %s %d" % (minute, SAMSUNG, price))
        intents = [dict(intent, strategy=name)
                   for name, bot in bots.items() for intent in bot.want(price, before, held[name])]
        market = {SAMSUNG: {"last": price, "prev_close": 50100}, HYNIX: {"last": 180000, "prev_close": 181000}}
        reply = gate.say(now=at, market=market, intents=intents, judge=True)
        tell_judgement(reply)
        tell_fills(gate.say(**broker.reports(reply["orders"], price)), held)
        before = price

    reply = gate.say(command={"do": "kill", "reason": "lunch"})
    print("kill   withdraw order " + ", ".join(cancel["order"] for cancel in reply["cancels"]))
    gate.say(canceled=[{"order": cancel["order"]} for cancel in reply["cancels"]])
    state = gate.say(state=True)["state"]
    for name in bots:
        print("book   %s %s" % (name, json.dumps(state["books"][name]["positions"])))
    print("qts ended with %d: the account is %s" % (gate.close(), state["account"]["mode"]))


if __name__ == "__main__":
    main()
