//! A calculator sees how many orders its owner has open, and not the account's working orders.

use qts_gate::{Measure, RiskCalculator, RiskContext};

struct Peeping;

impl RiskCalculator for Peeping {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let _ = seen.own.open_orders;
        let _ = seen.working; //~ E0609
        Measure::NotApplicable
    }
}

fn main() {}
