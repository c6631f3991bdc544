//! The numbers of everything that can be wrong, or odd, about a config. A number never changes its meaning; new ones are added.

use std::fmt;

macro_rules! codes {
    ($($name:ident $number:literal $meaning:literal)*) => {
        /// What kind of problem it is; each has its own number: errors from `QTS0101`, warnings from `QTS0301` on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code {
            $(#[doc = $meaning] $name = $number,)*
        }

        impl Code {
            /// All of them, by number.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it means, in one line.
            pub(crate) const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }
        }
    };
}

codes! {
    Unreadable 101 "the file cannot be read"
    Syntax 102 "the text is not TOML"
    UnknownKey 103 "a key that nothing reads"
    MissingKey 104 "a key or table that must be there is not"
    WrongType 105 "a value of the wrong type, a list where a text belongs for instance"
    UnknownWord 106 "a word that is none of those allowed here"
    NotANumber 107 "not an exact decimal number (at most eight decimals, within ±9·10^10)"
    OutOfBounds 108 "a number outside the bounds that make sense here"
    NotAPercentage 109 "not a percentage such as \"1.5%\""
    NotATime 110 "not an RFC 3339 time with an offset"
    NotALength 111 "not a length of time such as \"15m\""
    NotASession 112 "not a session such as \"09:00-15:30\", opening before it closes"
    UnknownZone 113 "not the name of a time zone"
    EmptyText 114 "an empty text where a name belongs"
    NotBuilt 115 "part of the contract, but not built yet"
    BadCurrency 116 "not a currency code"
    NotADate 117 "not a date such as \"2018-05-04\""
    BadRatio 118 "not a ratio of new shares to old ones, or one that changes nothing"
    BadInstrumentId 120 "an instrument id that is not SYMBOL.VENUE"
    DuplicateId 121 "an id that is already taken"
    ReservedId 122 "a strategy id that QTS keeps for itself"
    BadStrategyId 123 "a strategy id with white space or a control character in it"
    UnknownInstrument 124 "an instrument that is not declared"
    UnknownStrategy 125 "a strategy that is not declared"
    UnknownPolicy 126 "a policy that is not declared"
    UnknownKind 127 "a kind of strategy that does not exist"
    UnknownClass 128 "a class of instruments that does not exist"
    LotStep 129 "a lot that is not a whole number of quantity steps"
    CurrencyDiffers 130 "an instrument in another currency than the account's"
    Repeated 131 "the same thing given twice"
    BadParam 132 "a parameter that its kind of strategy refuses"
    DatedIntraday 133 "bars shorter than a day stamped by date alone"
    NeedsClass 134 "a key that is of use only with a class that has tables for it"
    BadCalendar 135 "a file of closed and special days that cannot be used"
    OffStep 140 "a position that is not a whole number of quantity steps"
    ShortBanned 141 "a short position where short sales are banned"
    TooMuchMoney 142 "a position worth more than money can count"
    BuiltInPolicy 150 "a policy with the name of a built-in one"
    PolicyCycle 151 "policies that extend each other in a circle"
    UnknownControl 152 "a control that does not exist"
    AlwaysOn 153 "a control that cannot be switched off"
    NoLevel 154 "a control without any level"
    LevelsOutOfOrder 155 "levels that do not ascend from warn over limit to block"
    NoReduce 156 "a limit below block in a control that never reduces"
    MixedUnits 157 "levels of one control in different units"
    NotPerInstrument 158 "what is of the whole policy in an instrument's table"
    WhenUnclear 160 "a command with no time, or with two"
    TargetUnclear 161 "a command that does not say whom it means, or says it twice"
    ReasonRequired 162 "a command that must say why"
    BadStep 170 "a step of a policy test that the gate cannot take"
    NothingExpected 171 "a policy test that expects nothing"
    UnusedPolicy 301 "a policy that nobody uses"
    IdleControl 302 "a control that cannot do anything where it stands"
    NeverBinds 303 "a level above what another control of the policy admits at all"
    AccountBindsFirst 304 "a strategy's limit above the account's"
    LeftOpen 305 "a policy that leaves the size or the price of orders open"
    DefaultPolicy 306 "a strategy without a policy of its own"
    NoData 307 "a strategy that subscribes to an instrument without data"
    Unwatched 308 "an instrument, or data, that no strategy subscribes to"
    BudgetOverCash 309 "a budget larger than what the account has"
    NearlySameName 310 "names that differ only in case"
    NothingPasses 311 "a level that lets no entry pass"
    BeforeTables 312 "data from before the tables of its class begin"
    UnknownDays 313 "data from after the last day of which closed days are known"
    ClosedDay 314 "data of a day on which its market is closed"
    IdleCalendar 315 "a calendar of a market in which nothing trades"
    IdleAdjustment 316 "an adjustment that the data never reaches, or that lies before it"
    OwnLimitBase 317 "daily limits at Nextrade, reckoned from its own last price"
    TwoLines 318 "one share at both Korean venues, whose lines do not know each other"
}

impl Code {
    /// Is it about what is sound, but probably not meant?
    pub(crate) const fn is_warning(self) -> bool {
        self as u16 >= 300
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QTS{:04}", *self as u16)
    }
}
