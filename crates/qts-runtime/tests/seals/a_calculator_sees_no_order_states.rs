//! A calculator sees nothing of the loop's table of orders.

use qts_gate::{Measure, RiskCalculator, RiskContext};

struct Peeping;

impl RiskCalculator for Peeping {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let _ = seen.own.open_orders;
        let _ = seen.orders; //~ E0609
        Measure::NotApplicable
    }
}

fn main() {}
