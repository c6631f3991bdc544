//! What the pages say beside the code's own words.

/// A page of a group of controls.
pub(super) struct Page {
    /// Its file, without `.md`.
    pub(super) name: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What the group is about.
    pub(super) opening: &'static str,
    /// The sources whose notes it has.
    pub(super) files: &'static [&'static str],
    /// The heading of the reasons that no control of a policy gives.
    pub(super) others_title: &'static str,
    /// What is said of them.
    pub(super) others_opening: &'static str,
    /// These reasons, each with what becomes of an exit.
    pub(super) others: &'static [(&'static str, &'static str)],
}

/// Where the pages come from.
pub(super) const MADE: &str = "*Made from the code's own comments and from what the program says of itself; a test \
                               keeps it so. To change it, change them, and run the tests with `UPDATE_DOCS=1`.*";

/// A config around a piece of a policy.
pub(super) const AROUND: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "mine"

[[instrument]]
id = "005930.KRX"
tick = "100"
lot = "1"
currency = "KRW"
short_ban = true
session = "09:00-15:30"
tz = "Asia/Seoul"

[[strategy]]
id = "trend"
policy = "mine"

"#;

/// The table in which a strategy has its budget.
pub(super) const STRATEGY: &str = "[[strategy]]\nid = \"dips\"\npolicy = \"mine\"\n";

/// What must be known to read the pages.
pub(super) const INDEX: [&str; 8] = [
    "A control measures one thing about an order and compares it with the levels that a policy gives it. A \
     policy names the controls that it changes, and inherits the others from `conservative` (or from what it \
     `extends`); `false` removes one. `qts policy show conservative` prints all of them with their levels, \
     `qts reasons` all reasons with what to do.",
    "**Levels.** `{ warn, limit, block }`, ascending, in one unit; a bare value is `limit`. A measure that \
     equals a level is not above it; supervisors that count trip *at* their number. *Reduce is for capacity, \
     Block is for plausibility*: an order that is too large for the room that is left is made smaller; one \
     that is mispriced, stale, sent twice or absurdly large is wrong at any size. A missing `warn` is the \
     `limit`, a missing `limit` the `block`; a missing `block` of a capacity control never comes, of any other \
     it is the `limit`; `warn` alone only warns. Every control is applied to what was asked; the smallest room \
     decides, so their order does not matter.",
    "**Exits.** The *reducing part* of an order is what brings the book's position nearer to zero, working \
     orders counted as filled: of a sale at most what is held less what is already for sale. An *exit* is an \
     order that is all reducing part. Where *only the reducing part is left*, an exit passes untouched and an \
     entry is refused; one that would turn the position over is cut to closing it.",
    "**Scope.** First every strategy is judged by its own policy on its own book; then what opposes each other \
     is settled; then the orders are judged by the account's policy on all books together. A control works at \
     the scopes that it names.",
    "**Percentages** of money are of the account's equity when the day began; for a strategy with a `budget`, \
     of that.",
    "**Not known.** What a control needs and cannot know counts as the worst that it could be: it never admits \
     more than a number would.",
    "**In formulas** q is what is asked for, p the position, OB and OS what working buys and sales still ask \
     for; *mark* is the last trade, or the mid where there is none.",
    "**Sources** begin with the number of the control in the project's risk reference.",
];

/// All pages, in the order of the gate.
pub(super) const PAGES: [Page; 8] = [
    Page {
        name: "validity",
        title: "Validity",
        opening: "May this be sent at all? What is not valid is refused whole, or held to what reduces.",
        files: &["crates/qts-gate/src/controls/validity.rs"],
        others_title: "Always on",
        others_opening: "These have no levels, and no policy removes them. (`shadow` is a strategy's state; \
                         [`unreconciled`](supervisors.md#unreconciled), always on, too, is set by supervisors.)",
        others: &[
            ("invalid_number", "refused, too"),
            ("overflow", "refused, too"),
            ("unknown_instrument", "refused, too"),
            ("unknown_strategy", "refused, too"),
            ("strategy_disabled", "refused, too; the operator's flatten passes"),
            ("strategy_quarantined", "refused, too; the operator's flatten passes"),
            ("shadow", "not admitted either"),
            ("off_tick", "refused, too"),
            ("off_lot", "refused, unless it closes the whole position"),
            ("outside_price_limit", "refused, too"),
            ("order_limit", "refused, too; the operator's flatten goes in parts, merged orders are cut to it"),
            ("no_market_data", "refused, too; where only the account's equity is not known, it passes"),
            (
                "self_trade",
                "refused; the resting limit orders that it would meet are withdrawn, so that it can pass next",
            ),
        ],
    },
    Page {
        name: "plausibility",
        title: "Plausibility",
        opening: "Can this be what was meant? What is implausible is wrong at any size: a strategy's order is never made \
                  smaller here to fit a limit.",
        files: &["crates/qts-gate/src/controls/plausibility.rs"],
        others_title: "",
        others_opening: "",
        others: &[],
    },
    Page {
        name: "capacity",
        title: "Capacity",
        opening: "How much of it is there room for? A smaller order is still the one that was meant, so these reduce.",
        files: &["crates/qts-gate/src/controls/capacity.rs"],
        others_title: "",
        others_opening: "",
        others: &[],
    },
    Page {
        name: "velocity",
        title: "Velocity",
        opening: "Does it come too fast, or too often? Nothing is queued: what is refused may be asked again. Exits and \
                  withdrawals are never held up. ([What is repeated](supervisors.md#repeated_execution) and \
                  [what fails](supervisors.md#failure_breaker) again and again is watched by supervisors.)",
        files: &["crates/qts-gate/src/controls/velocity.rs"],
        others_title: "",
        others_opening: "",
        others: &[],
    },
    Page {
        name: "supervisors",
        title: "Supervisors",
        opening: "What has happened so far? Supervisors stand outside the gate and look at what was decided, sent, \
                  refused and lost; when one trips, it sets a [mode](modes.md), and the gate obeys the mode from the next \
                  judgement on. A decision that the mode holds back carries the supervisor's name as its reason. \
                  `repeated_execution`, `failure_breaker` and `warn_escalation` watch each strategy by its own policy, \
                  `daily_loss` and `drawdown` the account by the account's.",
        files: &[
            "crates/qts-runtime/src/supervise/repeated_execution.rs",
            "crates/qts-runtime/src/supervise/failure_breaker.rs",
            "crates/qts-runtime/src/supervise/warn_escalation.rs",
            "crates/qts-runtime/src/supervise/daily_loss.rs",
            "crates/qts-runtime/src/supervise/drawdown.rs",
            "crates/qts-runtime/src/supervise/reconciliation.rs",
            "crates/qts-runtime/src/supervise/link.rs",
        ],
        others_title: "",
        others_opening: "",
        others: &[],
    },
    Page {
        name: "modes",
        title: "Modes",
        opening: "What may this strategy, this instrument, this account do at the moment? A mode is `active`, \
                  `reduce_only`, `halted` or `killed`. It is set by a command (`reduce_only`, `kill`), by a strategy's \
                  `state`, or by a [supervisor](supervisors.md); an order obeys the severest of its account's, its \
                  strategy's and its instrument's.",
        files: &[],
        others_title: "Reasons of modes",
        others_opening: "A mode may have several causes. The severest counts, and lifting one leaves the others: `rearm`, \
                         with a reason, lifts one latch at a time, the severest. Withdrawals pass in every mode, and so \
                         does the operator's `flatten`. A kill also withdraws what is working and voids what was \
                         admitted and not yet sent. A mode that a supervisor set is told by the supervisor's own reason.",
        others: &[
            ("reduce_only", "passes; what would turn the position over is cut to closing it"),
            ("halted", "refused; the operator's flatten passes"),
            ("killed", "refused; the operator's flatten passes"),
        ],
    },
    Page {
        name: "arbitration",
        title: "Arbitration",
        opening: "Do two of our own strategies want opposite things? Proposals of one cycle on one instrument that could \
                  trade with each other are in conflict, and are settled before any order leaves. `[arbitration] rule` \
                  says how: `exits_only` (the default: in a conflict only reducing parts go through), `net` (first \
                  everything that a fair price allows is booked between the books, the rest as `exits_only`), or `rank` \
                  (as `exits_only` if an exit takes part, else the side of the best-ranked proposal goes through). What \
                  opposes the operator is refused under every rule.",
        files: &[],
        others_title: "Reasons of arbitration",
        others_opening: "No rule refuses a reducing part in favour of an increasing one. Exits on both sides (there must \
                         be a short) first offset each other at the last trade if it is fresh, else at the mid; without \
                         such a price the side of the best-ranked exit goes first.",
        others: &[
            ("opposing_intent", "passes; refused only where it opposes the operator"),
            ("merged", "passes; in one order with others"),
            ("crossed", "passes, without an order"),
            ("no_cross_price", "refused in this cycle, if it is on the side that comes second"),
        ],
    },
    Page {
        name: "phase5",
        title: "Phase 5",
        opening: "The first calculation of this project, kept for ever as the built-in policy `phase5`: a buy is cut to \
                  what the cash affords, a sale to what is held, and what is left is refused if its score is too high. A \
                  policy that says `max_risk_score` has all of it.",
        files: &["crates/qts-gate/src/phase5.rs"],
        others_title: "Reasons of Phase 5",
        others_opening: "They tell what was measured and cut, also where the order passes.",
        others: &[
            ("qty_non_positive", "refused, too"),
            ("buy_affordability_check", "of a short: refused where the cash affords nothing"),
            ("sell_position_check", "passes, as far as the shares are held and not already for sale"),
            ("qty_adjusted", "cut to what is held"),
            ("qty_adjusted_to_zero", "refused where less than a lot is left"),
            ("risk_score_exceeded", "refused where the limit is below 0.2, the score of every sale"),
        ],
    },
];
