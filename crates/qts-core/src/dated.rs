//! Rules that change on a date.

use crate::Day;

/// One value for every day: a first one, and those that replaced it, each from its day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    first: T,
    later: Vec<(Day, T)>,
}

impl<T> Dated<T> {
    /// The same on every day.
    #[must_use]
    pub const fn always(value: T) -> Self {
        Self { first: value, later: Vec::new() }
    }

    /// `first` until the first of the days in `later`, whose values hold from their day on, that day included;
    /// `None` unless the days ascend.
    #[must_use]
    pub fn new(first: T, later: Vec<(Day, T)>) -> Option<Self> {
        let ascends = later.windows(2).all(|pair| pair[0].0 < pair[1].0);
        ascends.then_some(Self { first, later })
    }

    /// The value on that day.
    #[must_use]
    pub fn on(&self, day: Day) -> &T {
        let began = self.later.partition_point(|(from, _)| *from <= day);
        began.checked_sub(1).map_or(&self.first, |newest| &self.later[newest].1)
    }

    /// The value in force last of all.
    #[must_use]
    pub fn newest(&self) -> &T {
        self.later.last().map_or(&self.first, |(_, value)| value)
    }

    /// All values, the first one first.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(self.later.iter().map(|(_, value)| value))
    }

    /// The days on which a new value came into force.
    pub fn days(&self) -> impl Iterator<Item = Day> {
        self.later.iter().map(|(day, _)| *day)
    }

    /// The same days with other values.
    #[must_use]
    pub fn map<U>(&self, change: impl Fn(&T) -> U) -> Dated<U> {
        let later = self.later.iter().map(|(day, value)| (*day, change(value))).collect();
        Dated { first: change(&self.first), later }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_from_its_day_until_before_the_next() {
        let dated = Dated::new('a', vec![(Day(10), 'b'), (Day(20), 'c')]).expect("ascending days");
        let seen: String = [i32::MIN, 9, 10, 19, 20, i32::MAX].map(|day| *dated.on(Day(day))).iter().collect();
        assert_eq!((seen.as_str(), *dated.newest()), ("aabbcc", 'c'));
        assert_eq!(*Dated::always('a').on(Day(0)), 'a');
    }

    #[test]
    fn days_must_ascend() {
        assert_eq!(Dated::new(0, vec![(Day(10), 1), (Day(10), 2)]), None);
        assert_eq!(Dated::new(0, vec![(Day(11), 1), (Day(10), 2)]), None);
    }
}
