//! The files that a task left: where they are, and how they begin.
//!
//! An output names a file as the task knows it: inside the folder of its run. Here that becomes a
//! path a person can open, but only of what is there and in the data folder: an output that came
//! with a restore leads nowhere else.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flowkeep_core::run::{Definition, TaskId};
use flowkeep_core::{Value, decode};
use flowkeep_host::{Folder, path_text, text_path};
use flowkeep_store::KeptRun;

use super::run_folders;
use crate::types::RunFile;
use crate::{Api, AppError};

/// So many bytes of a file are shown.
const BEGINNING: u64 = 4_096;
/// The runs before it that a repeated run may have its outputs from.
const REPEATS: usize = 20;
/// Actions whose output is the file they wrote; that of `sql.describe` begins with the one about all.
const WRITERS: [&str; 2] = ["file.write", "file.copy"];
/// Ends of names of what a system shows and does not run. All else is shown in its folder: what systems
/// run is a list without an end.
const SHOWN: [&str; 25] = [
    "avif", "bmp", "csv", "docx", "gif", "jpeg", "jpg", "json", "jsonl", "log", "markdown", "md",
    "odp", "ods", "odt", "pdf", "png", "pptx", "tif", "tiff", "tsv", "txt", "webp", "xlsx", "yaml",
];

/// The files that the output of a task names and that are there.
///
/// # Errors
/// What the database says.
pub(super) fn files(
    api: &Api,
    run: &KeptRun,
    definition: Option<&Definition>,
    task: &TaskId,
    output: &Value,
) -> Result<Vec<RunFile>, AppError> {
    let action = definition
        .and_then(|definition| definition.task(task))
        .map_or("", |task| task.action.name);
    let overview = |files: &Value| files.as_array()?.first()?.get("path").cloned();
    let named = match action {
        _ if WRITERS.contains(&action) => Some(("", output.get("path").cloned())),
        "sql.describe" => Some(("files", output.get("files").and_then(overview))),
        _ => None,
    };
    if let Some((member, path)) = named {
        let found = match path.as_ref().and_then(Value::as_str) {
            Some(path) => written(api, run, Path::new(path))?,
            None => None,
        };
        return Ok(found.map(|found| found.told(member)).into_iter().collect());
    }
    let members = output.as_object().unwrap_or_default();
    let large = members.iter().filter_map(|(key, value)| {
        let path = text_path(value.get("path")?.as_str()?);
        key.strip_suffix("_file")?;
        Some(Found::below(&api.data_dir.join("outputs"), &path)?.told(key))
    });
    Ok(large.collect())
}

/// What a run wrote, or the run it has the output from.
fn written(api: &Api, run: &KeptRun, named: &Path) -> Result<Option<Found>, AppError> {
    let mut found = Found::open(run_folders::files_of(api, run)?, named);
    let mut before = run.repeats;
    for _ in 0..REPEATS {
        let Some(id) = before.filter(|_| found.is_none()) else {
            break;
        };
        let Some(run) = api.store.run(id)? else { break };
        found = Found::open(run_folders::files_of(api, &run)?, named);
        before = run.repeats;
    }
    Ok(found)
}

/// A file that is there.
struct Found {
    path: PathBuf,
    file: File,
}

impl Found {
    fn open(folder: PathBuf, named: &Path) -> Option<Self> {
        let file = Folder::open(&folder).ok()?.open_file(named).ok()?;
        let path = folder.join(named);
        Some(Self { path, file })
    }

    fn below(folder: &Path, path: &Path) -> Option<Self> {
        Self::open(folder.to_owned(), path.strip_prefix(folder).ok()?)
    }

    fn told(self, member: &str) -> RunFile {
        let bytes = self.file.metadata().map_or(0, |about| about.len());
        let ending = self.path.extension().map(|end| end.to_string_lossy());
        let is_shown = ending.is_some_and(|end| SHOWN.contains(&&*end.to_ascii_lowercase()));
        let mut beginning = Vec::new();
        // What cannot be read now is only not shown.
        let read = self.file.take(BEGINNING).read_to_end(&mut beginning);
        RunFile {
            member: member.to_owned(),
            path: path_text(&self.path),
            bytes,
            text: read.ok().and_then(|_| text_of(beginning, bytes)),
            opens: is_shown,
        }
    }
}

/// The text that a file begins with; nothing of one that is no text.
fn text_of(mut beginning: Vec<u8>, bytes: u64) -> Option<String> {
    if bytes > BEGINNING {
        // Whole lines, so that no character is cut; of one long line, all but a cut character.
        let whole = beginning.iter().rposition(|&byte| byte == b'\n');
        let valid = || match std::str::from_utf8(&beginning) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => beginning.len(),
        };
        beginning.truncate(whole.map_or_else(valid, |at| at + 1));
    }
    let (text, _) = decode(&beginning)?;
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_shown_by_its_beginning_and_only_below_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("outputs");
        std::fs::create_dir(&inside).unwrap();
        let line = "每行都是完整的\n".repeat(400);
        for (name, content) in [
            ("report.txt", line.as_bytes()),
            ("one.txt", "多".repeat(3_000).as_bytes()),
            ("picture.png", b"\x89PNG\0\0"),
            ("go.SH", b"echo"),
            ("page.html", b"<script>"),
            ("macros.xlsm", b"PK"),
            ("nothing", b"echo"),
            ("TABLE.CSV", b"a,b"),
        ] {
            std::fs::write(inside.join(name), content).unwrap();
        }
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        let told = |path: &str| Some(Found::below(&inside, &inside.join(path))?.told("rows_file"));
        let report = told("report.txt").unwrap();
        let shown = report.text.unwrap();
        assert!(shown.ends_with("完整的\n") && line.starts_with(&shown));
        assert_eq!(report.bytes, line.len() as u64);
        assert!(report.opens);
        assert!(told("one.txt").unwrap().text.unwrap().ends_with('多'));
        assert_eq!(told("picture.png").unwrap().text, None);
        assert!(told("TABLE.CSV").unwrap().opens);
        for name in ["go.SH", "page.html", "macros.xlsm", "nothing"] {
            assert!(!told(name).unwrap().opens, "{name}");
        }
        assert!(told("../secret").is_none());
        assert!(told("gone").is_none());
        assert!(Found::below(&inside, Path::new("/etc/hostname")).is_none());
    }
}
