//! The broker from outside: orders and market events in as text, reports out as text.

mod desk;
mod fills;
mod lifetimes;
mod runs;
