//! How output looks: colour and width, which only a terminal has. What goes into files and pipes is always plain.

use std::io::{IsTerminal, Stdout};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anstyle::{AnsiColor, Style};
use qts_core::Stage;

/// How what is printed for people may look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// May words be coloured? Colour only ever repeats what the words say.
    pub(crate) colour: bool,
    /// So many columns may be used; `None` for as many as it takes.
    pub(crate) width: Option<usize>,
}

impl Look {
    /// That of standard output.
    pub(crate) fn of_stdout() -> Self {
        let stdout = std::io::stdout();
        Self { colour: coloured(&stdout), width: width(&stdout) }
    }

    /// A text in a style, if this look has colours.
    pub(crate) fn paint(self, text: &str, style: Style) -> String {
        if self.colour && !style.is_plain() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A verdict's word.
    pub(crate) fn verdict(self, stage: Stage) -> String {
        self.paint(stage.as_str(), style(stage))
    }
}

/// May this stream be coloured? `--color` decides, else the usual variables (`NO_COLOR` among them), else whether it is
/// a terminal.
pub(crate) fn coloured(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// The colour of a verdict.
pub(crate) const fn style(stage: Stage) -> Style {
    match stage {
        Stage::Pass => AnsiColor::Green.on_default(),
        Stage::Warn => AnsiColor::Yellow.on_default(),
        Stage::Reduce => AnsiColor::Magenta.on_default(),
        Stage::Block => AnsiColor::Red.on_default(),
    }
}

/// The columns of the terminal; `COLUMNS` overrides what it says of itself.
fn width(stdout: &Stdout) -> Option<usize> {
    if !stdout.is_terminal() {
        return None;
    }
    let some = |columns: &usize| *columns > 0;
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(some);
    let size = || rustix::termios::tcgetwinsize(stdout).ok().map(|size| usize::from(size.ws_col));
    told.or_else(size).filter(some)
}
