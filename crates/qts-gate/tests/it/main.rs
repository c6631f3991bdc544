//! The gate as others see it: cases in text, invariants, and an independent model to hold it against.

mod causes;
mod check;
mod coverage;
mod cycle;
mod invariants;
mod looking_on;
mod model;
mod model_agrees;
mod plan;
mod tighter;
mod world;
