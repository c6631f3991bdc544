//! Golden runs: every decision and the summary of the runs in `tests/golden`, byte for byte; what each pins is told in
//! the `README.md` there. With `UPDATE_EXPECT=1` they are written.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::support::{Ended, Folder};

/// What a summary says of the time and memory that it took.
const TIMINGS: [&str; 4] = ["elapsed_s", "engine_s", "engine_cpu_s", "peak_rss_bytes"];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The runs, by their folders.
fn runs() -> Vec<String> {
    let entries = fs::read_dir(golden()).expect("golden runs").map(|entry| entry.expect("an entry").path());
    let runs = entries.filter(|path| path.join("qts.toml").exists());
    let mut names: Vec<String> = runs.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn every_run_decides_what_it_decided_before() {
    let names = runs();
    assert!(names.len() >= 16, "{names:?}");
    let findings: Vec<String> = thread::scope(|scope| {
        let all: Vec<_> = names.iter().map(|name| scope.spawn(|| findings(name))).collect();
        all.into_iter().flat_map(|run| run.join().expect("a run ends")).collect()
    });
    assert!(findings.is_empty(), "{}\n(UPDATE_EXPECT=1 writes what is; say why)", findings.join("\n"));
}

#[test]
fn every_run_says_what_it_pins() {
    let page = fs::read_to_string(golden().join("README.md")).expect("a page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut told: Vec<&str> = rows.filter(|(_, pins)| pins.len() > 30).map(|(name, _)| name).collect();
    told.sort_unstable();
    assert_eq!(told, runs());
}

#[test]
fn no_run_leans_on_a_class_of_instruments() {
    for name in runs() {
        let config = fs::read_to_string(golden().join(&name).join("qts.toml")).expect("a config");
        assert!(!config.lines().any(|line| line.starts_with("class")), "{name}");
    }
}

/// What one run does differently.
fn findings(name: &str) -> Vec<String> {
    let folder = golden().join(name);
    let written = Folder::new(&format!("golden-{name}"));
    let file = written.path("decisions.jsonl");
    let mut command = written.command("run qts.toml --format json --decisions");
    let ended: Ended = command.arg(&file).current_dir(&folder).output().expect("it starts").into();
    assert_eq!(ended.err, "", "{name}");
    let both = [("decisions.jsonl", written.read("decisions.jsonl")), ("summary.json", summary(&ended))];
    both.into_iter().filter_map(|(file, is)| differs(name, file, &is)).collect()
}

/// The summary without timings, with the exit code.
fn summary(ended: &Ended) -> String {
    let mut summary = ended.json();
    let fields = summary.as_object_mut().expect("an object");
    TIMINGS.iter().for_each(|field| assert!(fields.remove(*field).is_some(), "{field}"));
    fields.insert("exit_code".to_owned(), ended.code.into());
    serde_json::to_string_pretty(&summary).expect("JSON") + "\n"
}

/// The first line that is not as it was, or a file that is written.
fn differs(name: &str, file: &str, is: &str) -> Option<String> {
    let path = golden().join(name).join(file);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, is).expect("a golden file");
        return None;
    }
    let was = fs::read_to_string(&path).unwrap_or_default();
    if was == is {
        return None;
    }
    let same = was.lines().zip(is.lines()).take_while(|(was, is)| was == is).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Some(format!("{name}/{file}:{}:\n  was {}\n  is  {}", same + 1, line(&was), line(is)))
}
