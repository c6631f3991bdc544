//! `qts why`.
