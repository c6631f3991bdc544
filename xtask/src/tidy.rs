//! `tidy`: the rules marked [held] in the house style. A finding says file, line and what is wrong there.

use anyhow::{Result, bail};

use crate::{frozen, tree};

mod code;
mod docs;
mod edges;

/// Prints what is wrong; fails if anything is.
pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: all is well"),
        count => bail!("tidy: {count} findings"),
    }
    Ok(())
}

fn findings() -> Result<Vec<String>> {
    let root = tree::root();
    let sources = tree::rust_files(&root)?;
    let mut findings = edges::check(&root)?;
    findings.extend(code::check_roots(&root)?);
    findings.extend(sources.iter().flat_map(|(path, text)| code::check(path, text)));
    findings.extend(frozen::check(&root)?);
    findings.extend(docs::check(&root, &sources));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_is_tidy() {
        let findings = super::findings().expect("readable");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
