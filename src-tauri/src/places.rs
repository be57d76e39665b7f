//! Places a person picked or dropped. The page holds a token; only the shell knows the path
//! (ARCHITECTURE.md, invariant 6). A token lives as long as the process.
//!
//! Absent on purpose: a way from a path the page names to a token.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flowkeep_api::Places;
use flowkeep_api::types::PickedPlace;
use ulid::Ulid;

/// What was picked so far, and where the next dialog begins.
#[derive(Default)]
pub(crate) struct PickedPlaces {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    paths: HashMap<String, PathBuf>,
    last_folder: Option<PathBuf>,
}

impl PickedPlaces {
    /// Remember a path that came from a native dialog or a drop; the answer is what the page gets.
    pub(crate) fn add(&self, path: PathBuf) -> PickedPlace {
        let folder = path.is_dir();
        let place = PickedPlace {
            token: Ulid::generate().to_string(),
            label: label(&path),
            folder,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.last_folder = if folder {
            Some(path.clone())
        } else {
            path.parent().map(Path::to_path_buf)
        };
        known.paths.insert(place.token.clone(), path);
        place
    }

    /// Where the next dialog begins: where the last one ended, while that folder exists.
    pub(crate) fn last_folder(&self) -> Option<PathBuf> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.last_folder.clone().filter(|folder| folder.is_dir())
    }
}

impl Places for PickedPlaces {
    fn resolve(&self, token: &str) -> Option<PathBuf> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .paths
            .get(token)
            .cloned()
    }
}

/// A path as a person reads it. Characters that would change how the rest of the line is drawn
/// (line ends, other controls, direction marks) are written out.
pub(crate) fn label(path: &Path) -> String {
    let mut text = String::new();
    for character in path.to_string_lossy().chars() {
        if character.is_control() || turns_direction(character) {
            text.extend(character.escape_unicode());
        } else {
            text.push(character);
        }
    }
    text
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_its_path_and_no_other_text_does() {
        let places = PickedPlaces::default();
        let place = places.add(PathBuf::from("/etc/hostname"));
        assert_eq!(
            places.resolve(&place.token),
            Some(PathBuf::from("/etc/hostname"))
        );
        assert_eq!(places.resolve("/etc/hostname"), None);
        assert_eq!(places.resolve(&place.label), None);
        assert!(!place.folder);
    }

    #[test]
    fn the_same_path_picked_twice_has_two_tokens() {
        let places = PickedPlaces::default();
        let first = places.add(PathBuf::from("/tmp"));
        let second = places.add(PathBuf::from("/tmp"));
        assert_ne!(first.token, second.token);
        assert!(second.folder);
    }

    #[test]
    fn the_next_dialog_begins_beside_the_last_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "{}").unwrap();
        let places = PickedPlaces::default();
        assert_eq!(places.last_folder(), None);
        places.add(file);
        assert_eq!(places.last_folder(), Some(folder.path().to_path_buf()));
        drop(folder);
        assert_eq!(
            places.last_folder(),
            None,
            "a folder that is gone is not offered"
        );
    }

    #[test]
    fn a_label_cannot_pretend_to_be_another_path() {
        assert_eq!(label(Path::new("/data/流程.json")), "/data/流程.json");
        assert_eq!(label(Path::new("/a\n/b")), "/a\\u{a}/b");
        assert_eq!(
            label(Path::new("/a\u{202e}nosj.exe")),
            "/a\\u{202e}nosj.exe"
        );
    }
}
