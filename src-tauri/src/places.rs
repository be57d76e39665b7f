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

/// What was picked so far, and where the next dialog for the same begins.
#[derive(Default)]
pub(crate) struct PickedPlaces {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    paths: HashMap<String, PathBuf>,
    /// By what was asked for: where the answer was.
    last: HashMap<String, PathBuf>,
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
        known.paths.insert(place.token.clone(), path);
        place
    }

    /// Remember where a dialog for this ended: what is chosen for another purpose lies elsewhere.
    pub(crate) fn ended(&self, purpose: &str, path: &Path) {
        let folder = if path.is_dir() {
            Some(path)
        } else {
            path.parent()
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = folder {
            known.last.insert(purpose.to_owned(), folder.to_owned());
        }
    }

    /// Where the next dialog for this begins: where the last one ended, or the nearest folder around that
    /// which still exists.
    pub(crate) fn begin(&self, purpose: &str) -> Option<PathBuf> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.last.get(purpose).cloned();
        drop(known);
        let around = last.as_deref()?.ancestors();
        let near = around.filter(|folder| folder.parent().is_some());
        let mut near = near.filter(|folder| folder.is_dir());
        near.next().map(Path::to_path_buf)
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
    fn the_next_dialog_for_the_same_begins_where_the_last_one_ended_or_near_that() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/in");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("a.json");
        std::fs::write(&file, "{}").unwrap();
        let places = PickedPlaces::default();
        assert_eq!(places.begin("Import"), None);
        places.ended("Import", &file);
        assert_eq!(places.begin("Import"), Some(folder.clone()));
        assert_eq!(
            places.begin("Back up"),
            None,
            "what was dropped or chosen for something else"
        );
        std::fs::remove_dir_all(root.path().join("deep")).unwrap();
        assert_eq!(places.begin("Import"), Some(root.path().to_path_buf()));
        places.ended("Import", Path::new("/nowhere/at/all"));
        assert_eq!(
            places.begin("Import"),
            None,
            "the root of the disk is no place to begin"
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
