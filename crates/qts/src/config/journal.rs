//! `[journal]`: where a run is kept, and when what is kept is durable.

use std::path::Path;

use qts_core::Span;

use super::code::Code;
use super::reader::Table;
use super::spec::{Durability, JournalSpec};

/// What a group waits for at most, unless told.
const USUAL_GROUP: Span = Span(50 * (Span::SECOND.0 / 1_000));

#[derive(Clone, Copy)]
enum Word {
    Cycle,
    Group,
    Replayable,
}

/// The journal, if there is to be one; its path starts at `folder`.
pub(super) fn read(root: &mut Table<'_>, folder: &Path) -> Option<JournalSpec> {
    let mut table = root.single("journal")?;
    let path_item = table.require("path", "\"run.qts\"");
    let place = path_item.as_ref().map_or(table.place, |item| item.place);
    let path = path_item.and_then(|item| item.text());
    let words = [("cycle", Word::Cycle), ("group", Word::Group), ("replayable", Word::Replayable)];
    let sync = table.take("sync").and_then(|item| item.word(&words));
    let every = table.take("every").map(|item| (item.place, item.length()));
    if let (Some((place, _)), None | Some(Word::Cycle | Word::Replayable)) = (&every, &sync) {
        let error = table.log.error(Code::MissingKey, *place, "`every` says how long a group waits, and there is none");
        table.log.push(error.help("write `sync = \"group\"` with it, or leave it out"));
    }
    table.finish();
    let every = every.and_then(|(_, every)| every).unwrap_or(USUAL_GROUP);
    let durability = sync.map(|word| match word {
        Word::Cycle => Durability::Cycle,
        Word::Group => Durability::Group(every),
        Word::Replayable => Durability::Replayable,
    });
    let path = path?;
    Some(JournalSpec { folder: folder.join(&path), path, durability, place })
}
