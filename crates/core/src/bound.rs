//! What of a document holds on the computer it was written on and must be looked after on another.

use crate::shape::spellings::TASK_FOLDER;
use crate::{Document, Kind, Value};

/// What a document needs where it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bound {
    /// It names a folder or file by where that lies.
    pub place: bool,
    /// It uses a secret that is kept apart (`${secret.NAME}`).
    pub secret: bool,
}

/// Keys whose text is a folder, however it is spelled.
const FOLDERS: [&str; 2] = ["folder", "cwd"];

/// What the document needs where it is. A text that begins like an absolute path is taken for one. Which
/// task folder a workflow works in can be looked up: what its head says of it is none.
pub fn bound(kind: Kind, document: &Document) -> Bound {
    let mut found = Bound::default();
    match document.value() {
        Value::Object(members) if kind == Kind::Workflow => {
            for (key, value) in members {
                if !TASK_FOLDER.contains(&key.as_str()) {
                    look(value, key, &mut found);
                }
            }
        }
        value => look(value, "", &mut found),
    }
    found
}

fn look(value: &Value, key: &str, found: &mut Bound) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                look(value, key, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                look(item, key, found);
            }
        }
        Value::String(text) => {
            found.secret |= text.contains("${secret.");
            let is_folder = FOLDERS.contains(&key) || TASK_FOLDER.contains(&key);
            found.place |= is_absolute(text) || (is_folder && !text.is_empty());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text is the path of a place: `/srv/x`, `~/x`, `C:\x`, `\\server\x`; not a mere `/` or `//`
/// within a sentence.
fn is_absolute(text: &str) -> bool {
    match text.strip_prefix('/') {
        Some(rest) => rest.starts_with(char::is_alphanumeric),
        None => text.starts_with("~/") || is_whole_path(text),
    }
}

/// Whether a path says by itself where it leads, on this system or on another: what comes with a backup
/// from there is not damaged.
pub(crate) fn is_whole_path(path: &str) -> bool {
    let is_drive =
        matches!(path.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    is_drive || path.starts_with('/') || path.starts_with(r"\\")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Format;

    #[rstest]
    #[case(
        r#"{"tasks": [{"params": {"path": "/srv/reports/a.csv"}}]}"#,
        true,
        false
    )]
    #[case(r#"{"command": ["python", "C:\\tools\\a.py"]}"#, true, false)]
    #[case(r#"{"watch": {"folder": "inbox"}}"#, true, false)]
    #[case(r#"{"params": {"path": "~/a"}}"#, true, false)]
    #[case(r#"{"taskFolder": "/srv/reports"}"#, false, false)]
    #[case(
        r#"{"params": {"headers": {"X": "Bearer ${secret.KEY}"}}}"#,
        false,
        true
    )]
    #[case(
        r#"{"url": "https://example.org/a", "note": "and/or / either", "x": "//"}"#,
        false,
        false
    )]
    fn what_holds_on_one_computer_alone_is_seen(
        #[case] text: &str,
        #[case] place: bool,
        #[case] secret: bool,
    ) {
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        assert_eq!(bound(Kind::Workflow, &document), Bound { place, secret });
    }

    #[test]
    fn a_task_folder_that_nobody_looks_up_is_a_place() {
        let document = |text: &str| Document::parse(Format::Json, text.to_owned()).unwrap();
        let head = document(r#"{"taskFolder": "reports"}"#);
        assert!(!bound(Kind::Workflow, &head).place);
        assert!(bound(Kind::Template, &head).place);
        let below = document(r#"{"stages": [{"task_folder": "reports"}]}"#);
        assert!(bound(Kind::Workflow, &below).place);
    }
}
