//! The program from outside: the real binary, run on files written for it, judged by what it prints, writes and
//! returns. Nothing here knows how it does it.

mod bad_config;
mod bad_data;
mod chaos;
mod check_warnings;
mod commands;
mod completions;
mod contract;
mod costs;
mod exit_codes;
mod first_strategies;
mod flat_memory;
mod forms_of_data;
mod funnel;
mod help;
mod hint;
mod interrupt;
mod mistakes;
mod order_of_tables;
mod own_strategy;
mod policy_show;
mod readme;
mod reasons;
mod rules;
mod run_flags;
mod schema;
mod scripts;
mod shared_data;
mod support;
mod terminal;
mod the_example;
