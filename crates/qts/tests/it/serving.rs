//! The program as a service: lines in, replies out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::Value;

use crate::support::Folder;

/// A Korean share and another, and two bots outside under a policy that lets them trade in sizes.
pub(crate) const TWO_BOTS: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "account"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[instrument]]
id = "B.KRX"
class = "krx_stock"
[[strategy]]
id = "trend"
policy = "sizes"
rank = 10
[[strategy]]
id = "value"
policy = "sizes"
rank = 20
[[position]]
strategy = "value"
instrument = "A.KRX"
qty = "20"
price = "49000"
[policy.sizes]
extends = "validity_only"
max_order_qty = { warn = "40", limit = "50", block = "500" }
max_long = "100"
short_not_allowed = true
[policy.account]
extends = "validity_only"
"#;

/// The program at the other end of two pipes.
pub(crate) struct Served {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    lines: u64,
}

impl Served {
    /// Starts it on the folder's `qts.toml`.
    pub(crate) fn start(folder: &Folder) -> Self {
        let mut command = folder.command("serve qts.toml --stdio");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output, lines: 0 }
    }

    /// The reply to a line.
    pub(crate) fn say(&mut self, line: impl AsRef<[u8]>) -> Value {
        let input = self.input.as_mut().expect("not at its end");
        input.write_all(line.as_ref()).and_then(|()| input.write_all(b"\n")).expect("it listens");
        self.lines += 1;
        let reply = self.reply().expect("a reply");
        assert_eq!(reply["line"], self.lines);
        reply
    }

    /// The reply to a line, as it was written.
    pub(crate) fn raw(&mut self, line: &str) -> String {
        let input = self.input.as_mut().expect("not at its end");
        writeln!(input, "{line}").expect("it listens");
        self.lines += 1;
        let mut reply = String::new();
        self.output.read_line(&mut reply).expect("text");
        reply.trim_end().to_owned()
    }

    /// As [`Self::say`], for a line that must be understood.
    pub(crate) fn tell(&mut self, line: &str) -> Value {
        let reply = self.say(line);
        assert_eq!(reply.get("error"), None, "{line}");
        reply
    }

    /// Its state.
    pub(crate) fn state(&mut self) -> Value {
        self.tell(r#"{"state": true}"#)["state"].take()
    }

    fn reply(&mut self) -> Option<Value> {
        let mut reply = String::new();
        self.output.read_line(&mut reply).expect("text");
        (!reply.is_empty()).then(|| serde_json::from_str(&reply).unwrap_or_else(|error| panic!("{error}: {reply}")))
    }

    /// Ends the input; how the program ends.
    pub(crate) fn end(mut self) -> i32 {
        drop(self.input.take());
        assert_eq!(self.reply(), None, "no line, no reply");
        self.child.wait().expect("an end").code().unwrap_or(-1)
    }
}

/// A reply in a few lines: what was decided, ordered, filled, ended, withdrawn, refused, and what is not active.
pub(crate) fn brief(reply: &Value) -> String {
    let mut lines = Vec::new();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let each = |key: &str| reply[key].as_array().cloned().unwrap_or_default();
    if let Some(error) = reply.get("error") {
        lines.push(format!(
            "{} at {}: {} | {}",
            text(&error["code"]),
            text(&error["path"]),
            text(&error["message"]),
            text(&error["help"])
        ));
    }
    for it in each("commands") {
        lines.push(format!("command {}: {}", text(&it["command"]), it["refused"].as_str().unwrap_or("done")));
    }
    for it in each("fills") {
        let shares: Vec<String> = it["shares"]
            .as_array()
            .expect("shares")
            .iter()
            .map(|share| format!("{} {} ({})", text(&share["strategy"]), text(&share["qty"]), text(&share["fee"])))
            .collect();
        lines.push(format!(
            "fill of {}: {} at {} = {}",
            text(&it["order"]),
            text(&it["qty"]),
            text(&it["price"]),
            shares.join(" + ")
        ));
    }
    for it in each("ended") {
        lines.push(
            format!("order {} {} {}", text(&it["order"]), text(&it["how"]), it["reason"].as_str().unwrap_or_default())
                .trim()
                .to_owned(),
        );
    }
    for it in each("refused") {
        lines.push(format!("refused {}: {}", text(&it["order"]), text(&it["text"])));
    }
    for it in each("decisions") {
        let codes: Vec<String> =
            it["reasons"].as_array().expect("reasons").iter().map(|reason| text(&reason["code"])).collect();
        let what = format!(
            "{} {} {} {}",
            text(&it["strategy"]),
            text(&it["side"]),
            text(&it["asked"]),
            text(&it["instrument"])
        );
        lines.push(
            format!("{what}: {} {} {}", text(&it["verdict"]), text(&it["sent"]), codes.join(" ")).trim().to_owned(),
        );
    }
    for it in each("orders") {
        let children: Vec<String> = it["children"]
            .as_array()
            .expect("children")
            .iter()
            .map(|child| format!("{} {}", text(&child["strategy"]), text(&child["qty"])))
            .collect();
        let limit = it["limit"].as_str().map_or_else(String::new, |limit| format!(" @{limit}"));
        lines.push(format!(
            "order {}: {} {} {}{limit} = {}",
            text(&it["order"]),
            text(&it["side"]),
            text(&it["qty"]),
            text(&it["instrument"]),
            children.join(" + ")
        ));
    }
    for it in each("cancels") {
        lines.push(format!("cancel {} ({} of {})", text(&it["order"]), text(&it["reason"]), text(&it["strategy"])));
    }
    if let Some(modes) = reply["modes"].as_object().filter(|modes| !modes.is_empty()) {
        lines.push(format!("modes {}", Value::from(modes.clone())));
    }
    lines.join("\n")
}
