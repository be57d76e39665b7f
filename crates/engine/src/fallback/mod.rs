//! A source that is down: another one stands in for it where the task allows that, and gets what it
//! took for it once it answers again (requirement 002: 降级).
//!
//! | part | does |
//! |---|---|
//! | [`StandingIn`] | one operation on the task's source, or on another one when that is down |
//! | [`catch_up()`] | what others took for a source is done there, in its order |
//! | [`watch`] | the same for sources that nobody uses at the moment |
//! | [`Behind`] | which sources that can be, so that the others cost nothing |
//!
//! Absent on purpose: when another source may stand in, and how a write meets what is there by then
//! (`core::run::fallback`). Why it is so: `docs/decisions/0009-fallback.md`.

mod behind;
mod bring;
mod catch_up;
mod standing_in;
mod written;

pub(crate) use behind::Behind;
pub(crate) use catch_up::{Turns, watch};
pub(crate) use standing_in::{Others, StandingIn, Using};
pub use written::{settle_fallen, values_of};

use bring::Doubt;
use catch_up::{Caught, ask_about, catch_up};
use written::Written;

use std::path::Path;

use flowkeep_core::Value;

use crate::actions::{ActionError, Caps, Done, Mask, Room, Stop};
use crate::sources::{Operation, Source};

/// The record of a key, as a source has it; nothing where it has none, or no such table. It is whole,
/// however large.
async fn record(
    source: &dyn Source,
    (table, key): (&str, &Value),
    folder: &Path,
    stop: &Stop,
) -> Result<Option<Value>, ActionError> {
    let room = Room {
        caps: Caps {
            kept: u64::MAX,
            file: 0,
        },
        overflow: folder.join("outputs"),
        prefix: "record".to_owned(),
        mask: Mask::default(),
    };
    let get = Operation::Get {
        table: table.to_owned(),
        key: key.clone(),
    };
    match source.perform(get, room, stop.clone()).await? {
        Done::Output { output, .. } => {
            let found = output.value.get("record").cloned();
            Ok(found.filter(|record| !record.is_null()))
        }
        Done::Wait { .. } | Done::Child { .. } | Done::Stopped { .. } => Err(stopped()),
    }
}

/// It was asked to stop, which nobody is told as a failure.
fn stopped() -> ActionError {
    ActionError::passing(flowkeep_core::Message::new("source_busy"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use flowkeep_core::run::fallback::Failure;

    fn sources_of(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources_of(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// The words between quotes that are made like a code.
    fn words(text: &str) -> impl Iterator<Item = &str> {
        let of_code = |c: char| c.is_ascii_lowercase() || c == '_';
        text.split('"')
            .filter(move |word| word.contains('_') && word.chars().all(of_code))
    }

    /// A source that learns a new sentence has to say what it means for those that stand in.
    #[test]
    fn every_code_of_a_source_has_its_place() {
        let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
        let catalogue = fs::read_to_string(engine.join("../../messages/en.json")).unwrap();
        let catalogue: BTreeMap<String, String> = serde_json::from_str(&catalogue).unwrap();
        let mut files = Vec::new();
        sources_of(&engine.join("src/sources"), &mut files);
        files.push(engine.join("src/actions/record.rs"));
        let mut known = 0;
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for code in words(&text).filter(|word| catalogue.contains_key(*word)) {
                let file = file.display();
                // What a message says because of another one is never its code.
                let is_inner = code == "field_not_text";
                let placed = Failure::placed(code).is_some();
                assert!(placed || is_inner, "{code} of {file}");
                known += 1;
            }
        }
        assert!(known > 80, "they were found: {known}");
    }
}
