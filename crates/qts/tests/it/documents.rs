//! What the documents show beside transcripts (`transcripts.rs`) is what the program does: sessions of `qts serve`, and a
//! program that speaks it. With `UPDATE_DOCS=1` replies and outputs are written into them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::serving::Served;
use crate::support::{Ended, Folder};
use crate::the_example::root;

/// A document and its blocks.
struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    fn open(path: &str) -> Self {
        let path = root().join(path);
        Self { text: fs::read_to_string(&path).expect("a document"), path }
    }

    /// The contents of its blocks in this language.
    fn blocks(&self, language: &str) -> Vec<String> {
        let fence = format!("```{language}\n");
        let parts = self.text.split(fence.as_str()).skip(1);
        parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
    }

    /// Compares its blocks in this language, or writes them.
    fn check(&mut self, language: &str, is: &[String]) {
        let shown = self.blocks(language);
        assert_eq!(shown.len(), is.len());
        if std::env::var_os("UPDATE_DOCS").is_none() {
            for (shown, is) in shown.iter().zip(is) {
                assert_eq!(shown, is, "run with UPDATE_DOCS=1 to write it into {}", self.path.display());
            }
            return;
        }
        let fence = format!("```{language}\n");
        let mut parts = self.text.split(fence.as_str());
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (part, is) in parts.zip(is) {
            let (_, rest) = part.split_once("```").expect("an end");
            text += &format!("{fence}{is}```{rest}");
        }
        fs::write(&self.path, text).expect("the document");
    }
}

/// One session through all its blocks: lines that begin with an arrow to the right are said, replies follow them.
#[test]
fn the_session_of_the_service_is_answered_as_shown() {
    let mut document = Document::open("docs/serve.md");
    let folder = Folder::new("docs-serve").with("qts.toml", &document.blocks("toml")[0]);
    let mut served = Served::start(&folder);
    let mut replied = Vec::new();
    for block in document.blocks("session") {
        let said = block.lines().filter_map(|line| line.strip_prefix("→ "));
        let both = said.map(|line| format!("→ {line}\n← {}\n", without_hash(&served.raw(line))));
        replied.push(both.collect::<String>());
    }
    document.check("session", &replied);
    assert!(replied.iter().all(|block| !block.is_empty()), "nothing shown");
    assert_eq!(served.end(), 5, "it ends killed");
}

/// A hash says nothing on a page, and changes with what is recorded.
fn without_hash(reply: &str) -> String {
    let mark = "\"state_hash\":\"";
    let Some((before, rest)) = reply.split_once(mark) else { return reply.to_owned() };
    let (_, after) = rest.split_once('"').expect("its end");
    format!("{before}{mark}…\"{after}")
}

#[test]
fn every_error_code_that_garbage_gets_is_explained() {
    let page = Document::open("docs/serve.md").text;
    let tests = fs::read_to_string(root().join("crates/qts/tests/it/serve.rs")).expect("the tests");
    let codes = tests.lines().filter_map(|line| line.trim().split_once(" at $")).map(|(code, _)| code);
    let codes: Vec<&str> = codes.filter(|code| code.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())).collect();
    assert!(codes.len() > 40, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn the_gate_in_front_of_ones_bots_does_what_its_page_shows() {
    let folder = root().join("examples/gate-in-front-of-my-bots");
    let mut python = Command::new("python3");
    python.arg("bots.py").current_dir(&folder).env("QTS", env!("CARGO_BIN_EXE_qts")).env("PYTHONIOENCODING", "utf-8");
    let output = python.output().unwrap_or_else(|why| panic!("python3 is needed for this test, and missing: {why}"));
    let ended: Ended = output.into();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let mut document = Document::open("examples/gate-in-front-of-my-bots/README.md");
    document.check("text", &[ended.out]);
    for command in ["check qts.toml", "test policy.toml --ablate"] {
        let output = Folder::new("bots").command(command).current_dir(&folder).output().expect("it starts");
        let ended = Ended::from(output);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    }
}
