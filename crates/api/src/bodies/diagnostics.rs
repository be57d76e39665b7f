//! What goes to whoever helps: versions, checks, counts, the end of the log. Nobody's names are in
//! it: no documents, and of paths no more than whether they lie in the data folder, in the home
//! folder or elsewhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_files::{Existing, export_document};
use flowkeep_host::{path_text, text_path};

use super::overview;
use crate::apart::in_time;
use crate::types::{Diagnostics, ExportTo, Exported, Nothing};
use crate::{Api, AppError, Catalogue, Tongue};

/// Lines of the log in a diagnosis.
const LOG_LINES: usize = 200;

/// What "Save diagnostics" would write.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<Diagnostics, AppError> {
    let catalogue = Catalogue::new(Tongue::English);
    let doctor = overview::doctor(api, Nothing {})?;
    let unnamed = Unnamed::new(&api.data_dir);
    let mut text = format!(
        "Flowkeep {}\nsystem: {} {}\n\nChecks\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    for mut check in doctor.checks {
        for field in ["path", "folder"] {
            if let Some(path) = check.message.fields.get_mut(field) {
                *path = unnamed.path(path);
            }
        }
        let state = if check.ok { "ok" } else { "NOT OK" };
        let _ = writeln!(
            text,
            "- {}: {state}: {}",
            check.name,
            catalogue.say(&check.message)
        );
    }
    text.push_str("\nCounts\n");
    for (kind, count) in api.store.counts()? {
        let _ = writeln!(text, "- {}: {count}", kind.as_str());
    }
    let logs = api.data_dir.join("logs");
    for (title, begins, ends) in [
        ("Log", "desktop.", ".log"),
        ("Last crash", "crash-", ".txt"),
    ] {
        let _ = writeln!(text, "\n{title}");
        for line in recent_lines(&logs, begins, ends) {
            text.push_str(&unnamed.line(&line));
            text.push('\n');
        }
    }
    Ok(Diagnostics { text })
}

/// Saves what [`show`] answers.
///
/// # Errors
/// What the system says.
pub fn save(api: &Api, input: ExportTo) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let text = show(api, Nothing {})?.text;
    let (files, file) = (Arc::clone(&api.files), target.clone());
    in_time(api.most, &target, move |_| {
        export_document(files.as_ref(), &text, &file, Existing::Replace)
    })?;
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

/// The last lines of the newest file with such a name. Other files of the log may lie there too.
fn recent_lines(folder: &Path, begins: &str, ends: &str) -> Vec<String> {
    let named_so = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(begins) && name.ends_with(ends) && path.is_file()
    };
    let newest = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(named_so)
        .max();
    let text = newest
        .and_then(|path| std::fs::read_to_string(path).ok())
        .unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// Takes the names out of paths.
struct Unnamed {
    data_dir: PathBuf,
    home: Option<PathBuf>,
}

const DATA: &str = "<data folder>";

impl Unnamed {
    fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            home: std::env::home_dir(),
        }
    }

    fn path(&self, text: &str) -> String {
        let path = text_path(text);
        let at_home = |home: &PathBuf| path.starts_with(home);
        if path == self.data_dir {
            DATA.to_owned()
        } else if let Ok(inside) = path.strip_prefix(&self.data_dir) {
            // What lies in there has names of ours.
            format!("{DATA}/{}", inside.display())
        } else if self.home.as_ref().is_some_and(at_home) {
            "~/…".to_owned()
        } else {
            "/…".to_owned()
        }
    }

    /// A line of the log. Where a path ends in running text nobody can tell, so that too much of
    /// the line is taken rather than too little.
    fn line(&self, line: &str) -> String {
        let mut left = line;
        let mut said = String::new();
        while let Some(start) = path_start(left) {
            let (before, from) = left.split_at(start);
            let (path, after) = from.split_at(path_end(from, before.chars().next_back()));
            said.push_str(before);
            said.push_str(&self.path(path));
            left = after;
        }
        said + left
    }
}

/// Where an absolute path begins: at the beginning or after what may stand before one.
fn path_start(text: &str) -> Option<usize> {
    let begins = |at: &usize| {
        let rest = &text.as_bytes()[*at..];
        let opened = match text[..*at].chars().next_back() {
            Some(before) => before.is_whitespace() || "=\"'`(<[".contains(before),
            None => true,
        };
        let drive =
            rest.len() > 2 && rest[0].is_ascii_alphabetic() && rest[1..].starts_with(b":\\");
        opened && (rest.starts_with(b"/") || rest.starts_with(b"file://") || drive)
    };
    text.char_indices().map(|(at, _)| at).find(begins)
}

/// Where it ends: at its closing quote, at what is said of it, at the next field of the log.
fn path_end(path: &str, before: Option<char>) -> usize {
    if let Some(quote) = before.filter(|before| "\"'`".contains(*before)) {
        return path.find(quote).unwrap_or(path.len());
    }
    let field = path.match_indices(' ').map(|(at, _)| at).find(|at| {
        let word = path[at + 1..].split(' ').next().unwrap_or_default();
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    });
    let said = path.find(": ");
    field.into_iter().chain(said).min().unwrap_or(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_out_of_a_line_and_the_rest_stays() {
        let unnamed = Unnamed {
            data_dir: PathBuf::from("/home/ann/Acme data"),
            home: Some(PathBuf::from("/home/ann")),
        };
        for (line, said) in [
            (
                "2026-01-01T00:00:00Z  INFO a::b: 3 of 4 done",
                "2026-01-01T00:00:00Z  INFO a::b: 3 of 4 done",
            ),
            (
                "WARN x: could not be removed error=denied (os error 13) folder=/home/ann/Acme Ltd/b",
                "WARN x: could not be removed error=denied (os error 13) folder=~/…",
            ),
            (
                "error=/media/Acme Ltd/b: No space left on device (os error 28) code=\"no_room\"",
                "error=/…: No space left on device (os error 28) code=\"no_room\"",
            ),
            (
                "folder=/home/ann/Acme data/work-1.partial error=denied",
                "folder=<data folder>/work-1.partial error=denied",
            ),
            (
                "in \"/srv/Acme: Ltd/x\" and 'C:\\Acme\\y'",
                "in \"/…\" and '/…'",
            ),
            ("path=file:///srv/Acme%FF left=1", "path=/… left=1"),
            (
                "text/html and/or https://example.org",
                "text/html and/or https://example.org",
            ),
        ] {
            assert_eq!(unnamed.line(line), said);
        }
    }

    #[test]
    fn a_diagnosis_names_neither_folders_nor_backups() {
        let root = tempfile::Builder::new().prefix("Acme").tempdir().unwrap();
        let api = crate::testing::open(&root.path().join("data"));
        let backups = root.path().join("Smith, Jones & Co");
        let left = backups.join("flowkeep-backup-20200101-000000.partial");
        std::fs::create_dir_all(&left).unwrap();
        let input = crate::types::BackupInput {
            into: Some(crate::types::ChosenPlace::Path(backups)),
            ..crate::types::BackupInput::default()
        };
        crate::backups::backup(&api, input, &crate::Silent).unwrap();
        let logs = root.path().join("data/logs");
        std::fs::create_dir(&logs).unwrap();
        let line = format!("WARN x: lost folder={}", left.display());
        std::fs::write(logs.join("desktop.2026-01-01.log"), line).unwrap();
        // What runs and operations leave there when the log goes to files.
        std::fs::create_dir(logs.join("workflow_executions")).unwrap();
        std::fs::write(logs.join("crash-1.txt"), "earlier").unwrap();
        std::fs::write(logs.join("crash-2.txt"), "panicked").unwrap();
        std::fs::write(logs.join("crash-untold"), "crash-2.txt").unwrap();
        let text = show(&api, Nothing {}).unwrap().text;
        assert!(!text.contains("Acme") && !text.contains("Jones"), "{text}");
        assert!(text.contains(DATA) && text.contains("/…"), "{text}");
        assert!(text.contains("Log\nWARN x: lost folder="), "{text}");
        assert!(text.ends_with("Last crash\npanicked\n"), "{text}");
    }
}
