//! No side door: a broker takes what the loop made and nothing else.

use qts_gate::ArbitratedOrder;
use qts_loop::{Broker, NewOrder};

fn send(broker: &mut impl Broker, made_by_the_loop: &NewOrder, raw: &ArbitratedOrder) {
    broker.place(made_by_the_loop);
    broker.place(raw); //~ E0308
}

fn main() {}
