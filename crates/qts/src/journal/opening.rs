//! How a journal begins: with everything that decides besides the inputs.

use std::path::Path;

use qts_record::{File, Opening};

use crate::config::Config;
use crate::exit::Trouble;
use crate::signals;

/// The beginning of a journal of this command on this config.
///
/// # Errors
/// A file that the config names cannot be read.
pub(crate) fn opening(command: &str, config: &Config) -> Result<Opening, Trouble> {
    let config_path = Path::new(config.source.name());
    let folder = config_path.parent().unwrap_or(Path::new(""));
    let mut files: Vec<File> = Vec::new();
    let calendars = config.calendars.iter().map(|calendar| calendar.file.clone());
    for file in signals::files(config).chain(calendars) {
        let path = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        if files.iter().all(|known| known.path != path) {
            files.push(File { path, content: read(config, &file)? });
        }
    }
    Ok(Opening {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: command.to_owned(),
        config_path: config_path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        config: config.source.text().to_owned(),
        files,
    })
}

fn read(config: &Config, path: &Path) -> Result<String, Trouble> {
    config
        .source
        .read(path)
        .map_err(|error| Trouble::Input(format!("{}: {error}; check the path in the config", path.display())))
}
