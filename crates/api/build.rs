//! Finds the codes of what runs say in the sources that say them: whoever adds a message there has not to
//! add it to a list, too, for it to be found by its words (`src/said.rs`).

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Below `crates/`.
const SPEAKERS: [&str; 2] = ["core/src/run", "engine/src"];

fn main() -> Result<(), Box<dyn Error>> {
    let api = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let catalogue = api.join("../../messages/en.json");
    println!("cargo:rerun-if-changed={}", catalogue.display());
    let catalogue = fs::read_to_string(catalogue)?;
    let keys: BTreeSet<&str> = catalogue.lines().filter_map(key).collect();
    let mut codes = BTreeSet::new();
    for speaker in SPEAKERS {
        let folder = api.join("..").join(speaker);
        println!("cargo:rerun-if-changed={}", folder.display());
        look(&folder, &keys, &mut codes)?;
    }
    let found = format!("&{codes:?}").replace('{', "[").replace('}', "]");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("codes.rs"), found)?;
    Ok(())
}

/// The key of a line of the catalogue.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(key)
}

fn look(
    folder: &Path,
    keys: &BTreeSet<&str>,
    codes: &mut BTreeSet<String>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            look(&path, keys, codes)?;
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let text = text.split("#[cfg(test)]\nmod tests {").next();
        let pieces: Vec<&str> = text.unwrap_or_default().split('"').collect();
        for pair in pieces.windows(2) {
            let [before, literal] = pair else { continue };
            // Words of one part are said only where they stand in a message.
            let is_said = literal.contains('_') || before.trim_end().ends_with("Message::new(");
            if is_said && keys.contains(literal) {
                codes.insert((*literal).to_owned());
            }
        }
    }
    Ok(())
}
