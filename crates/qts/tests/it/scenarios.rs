//! The cases of `scenarios/`: what sank others, and the control that stops it here. Each passes, and fails when one of the
//! controls that it is about is taken away.

use std::fs;

use crate::support::{Ended, Folder};
use crate::the_example::root;

#[test]
fn every_case_holds_and_notices_the_loss_of_its_controls() {
    let names = fs::read_dir(root().join("scenarios")).expect("scenarios");
    let mut files: Vec<String> =
        names.map(|entry| format!("scenarios/{}", entry.expect("an entry").file_name().to_string_lossy())).collect();
    files.sort();
    assert!(files.len() >= 11, "{files:?}");
    let folder = Folder::new("scenarios");
    let mut command = folder.command(&format!("test {} --ablate", files.join(" ")));
    let ended: Ended = command.current_dir(root()).output().expect("it starts").into();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
}
