//! A calculator sees its owner's numbers, and not the books of others.

use qts_gate::{Measure, RiskCalculator, RiskContext};

struct Peeping;

impl RiskCalculator for Peeping {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let _ = seen.own.long;
        let _ = seen.books; //~ E0609
        Measure::NotApplicable
    }
}

fn main() {}
