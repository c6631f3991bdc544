//! The program from outside: the real binary, run on files written for it, judged by what it prints, writes and
//! returns. Nothing here knows how it does it.

mod bad_config;
mod bad_data;
mod chaos;
mod commands;
mod contract;
mod costs;
mod exit_codes;
mod first_strategies;
mod flat_memory;
mod forms_of_data;
mod funnel;
mod order_of_tables;
mod readme;
mod rules;
mod run_flags;
mod scripts;
mod shared_data;
mod supervisors;
mod support;
mod the_example;
