//! The cases of `scenarios/`: what sank others, and the control that stops it here. Each passes, and fails when one of the
//! controls that it is about is taken away.

use std::fs;

use crate::support::{Ended, Folder};
use crate::the_example::root;

/// The cases of the risk reference, by its numbers. The twelfth, a kill that overtakes an approved
/// order, is a test of the runtime (`kill_race`).
const CASES: [&str; 14] = [
    "01-runaway-parent",
    "02-warn-fatigue",
    "03-reorder-storm",
    "04-same-cycle-cash",
    "05-poisoned-price",
    "06-unit-error",
    "07-basket",
    "08-control-disable",
    "09-over-limit-must-exit",
    "10-double-exit",
    "11-opposing-exits_only",
    "11-opposing-net",
    "13-phantom-holdings",
    "14-lost-link",
];

#[test]
fn every_case_holds_and_notices_the_loss_of_its_controls() {
    let names = fs::read_dir(root().join("scenarios")).expect("scenarios");
    let mut files: Vec<String> =
        names.map(|entry| format!("scenarios/{}", entry.expect("an entry").file_name().to_string_lossy())).collect();
    files.sort();
    let is_gone = |case: &&str| !files.contains(&format!("scenarios/{case}.toml"));
    let gone: Vec<&str> = CASES.into_iter().filter(is_gone).collect();
    assert!(gone.is_empty(), "{gone:?}");
    let folder = Folder::new("scenarios");
    let mut command = folder.command(&format!("test {} --ablate", files.join(" ")));
    let ended: Ended = command.current_dir(root()).output().expect("it starts").into();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
}
