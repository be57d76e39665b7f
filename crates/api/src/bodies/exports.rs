//! Documents on their way out: the same bodies for every kind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::{Format, Kind, wrap};
use flowkeep_files::{Existing, FilesError, export_document};
use flowkeep_host::{Files, path_text};
use flowkeep_store::Store;

use super::documents::{find_kept, parsed};
use crate::apart::in_time;
use crate::types::{DocumentsExported, ExportInput, NotExported};
use crate::{Api, AppError};

/// Writes documents to a file or into a folder. A file that was named is replaced, because the
/// system's own dialog has asked; in a folder nothing is, because nobody was. What cannot be written
/// there is told beside what was.
///
/// # Errors
/// `not_found`; what the system says. Nothing was written then.
pub fn export(api: &Api, kind: Kind, input: ExportInput) -> Result<DocumentsExported, AppError> {
    let target = api.path_of(&input.to)?;
    let out = Out::new(api, kind);
    in_time(api.most, &target.clone(), move |goes_on| {
        if target.is_dir() {
            out.write_into(input.ids, &target, goes_on)
        } else {
            out.write_over(&input.ids, &target, Existing::Replace)
        }
    })
}

/// Writes one document to where the command line says, told what becomes of a file that is there
/// already.
///
/// # Errors
/// As [`export`]; `file_exists` when it is to be kept.
pub fn export_over(
    api: &Api,
    kind: Kind,
    input: ExportInput,
    existing: Existing,
) -> Result<DocumentsExported, AppError> {
    let target = api.path_of(&input.to)?;
    let out = Out::new(api, kind);
    in_time(api.most, &target.clone(), move |_| {
        out.write_over(&input.ids, &target, existing)
    })
}

/// Documents of a kind on their way out, with what a thread of their own needs.
struct Out {
    store: Arc<Store>,
    files: Arc<dyn Files>,
    kind: Kind,
}

impl Out {
    fn new(api: &Api, kind: Kind) -> Self {
        Self {
            store: Arc::clone(&api.store),
            files: api.files.clone(),
            kind,
        }
    }

    /// Writes each into a folder, one after the other: one at a time is held, and `goes_on` is called
    /// after each.
    fn write_into(
        &self,
        ids: Vec<String>,
        folder: &Path,
        goes_on: &dyn Fn(),
    ) -> Result<DocumentsExported, AppError> {
        let mut done = DocumentsExported::default();
        let mut refused = None;
        for id in ids {
            let written = self.take(&id).and_then(|taken| {
                let file = write_beside(self.files.as_ref(), &taken.text, folder, &taken.name)?;
                Ok((file, taken))
            });
            match written {
                Ok((file, taken)) => done.add(&file, &taken),
                Err(error) => {
                    done.failed.push(NotExported {
                        id,
                        reason: error.clone().into(),
                    });
                    refused.get_or_insert(error);
                }
            }
            goes_on();
        }
        match refused {
            Some(error) if done.files.is_empty() => Err(error),
            _ => Ok(done),
        }
    }

    /// Writes the one there is to a file, or into a folder under its own name.
    fn write_over(
        &self,
        ids: &[String],
        target: &Path,
        existing: Existing,
    ) -> Result<DocumentsExported, AppError> {
        let [id] = ids else {
            return Err(AppError::new("path_not_a_folder").with("path", target.display()));
        };
        let taken = self.take(id)?;
        let file = if target.is_dir() {
            target.join(&taken.name)
        } else {
            target.to_owned()
        };
        export_document(self.files.as_ref(), &taken.text, &file, existing)?;
        let mut done = DocumentsExported::default();
        done.add(&file, &taken);
        Ok(done)
    }

    fn take(&self, id: &str) -> Result<Taken, AppError> {
        let record = find_kept(&self.store, self.kind, id)?;
        let document = parsed(&self.store, &record, record.revision)?;
        let extension = extension(self.kind, document.format());
        Ok(Taken {
            name: flowkeep_core::file_name(&record.name, &record.id, extension),
            text: document.into_text(),
            contains_key: record.contains_key,
        })
    }
}

/// A document as it goes out.
struct Taken {
    name: String,
    text: String,
    contains_key: bool,
}

impl DocumentsExported {
    fn add(&mut self, file: &Path, taken: &Taken) {
        self.files.push(path_text(file));
        self.with_keys += u32::from(taken.contains_key);
    }
}

/// Writes a text under the first name, `NAME`, `NAME-2`, …, that is free or under which it stands
/// already.
fn write_beside(
    files: &dyn Files,
    text: &str,
    folder: &Path,
    name: &str,
) -> Result<PathBuf, FilesError> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut number = 1_u32;
    loop {
        let file = match number {
            1 => folder.join(name),
            _ => folder.join(format!("{stem}-{number}.{extension}")),
        };
        match export_document(files, text, &file, Existing::Keep) {
            Err(FilesError::FileExists(_)) if says(&file, text) => return Ok(file),
            Err(FilesError::FileExists(_)) => number += 1,
            done => return done.map(|()| file),
        }
    }
}

fn says(file: &Path, text: &str) -> bool {
    let same_length = file
        .metadata()
        .is_ok_and(|found| found.len() == text.len() as u64);
    same_length && std::fs::read(file).is_ok_and(|found| found == text.as_bytes())
}

/// The text of a document.
///
/// # Errors
/// `not_found`.
pub fn text_of(api: &Api, kind: Kind, id: &str) -> Result<String, AppError> {
    let record = find_kept(&api.store, kind, id)?;
    Ok(parsed(&api.store, &record, record.revision)?.into_text())
}

/// The text of a document as `show` gives it to programs: JSON as it came, another format inside
/// a wrapper of JSON.
///
/// # Errors
/// `not_found`.
pub fn text_for_programs(api: &Api, kind: Kind, id: &str) -> Result<String, AppError> {
    let record = find_kept(&api.store, kind, id)?;
    let document = parsed(&api.store, &record, record.revision)?;
    Ok(match document.format() {
        Format::Json => document.into_text(),
        _ => wrap(id, kind, &record.name, &document),
    })
}

/// The file extension of a document. The tools that rules come from read them under theirs alone.
fn extension(kind: Kind, format: Format) -> &'static str {
    match (format, kind) {
        (Format::Json, _) => "json",
        (Format::Yaml, _) => "yaml",
        (Format::Markdown, Kind::Rule) => "mdc",
        (Format::Markdown, _) => "md",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::documents;
    use crate::testing::open;
    use crate::types::{ChosenPlace, CreateInput};

    #[test]
    fn into_a_folder_nothing_is_replaced_and_what_fails_is_told_beside_the_rest() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let folder = root.path().join("out");
        fs::create_dir(&folder).unwrap();
        for id in ["a", "b"] {
            let new = CreateInput {
                text: format!(
                    r#"{{"id": "{id}", "name": "{id}", "tasks": [], "api_key": "sk-live-0123456789abcdefABCDEF"}}"#
                ),
                format: Format::Json,
                id: None,
                name: None,
            };
            documents::create(&api, Kind::Workflow, new).unwrap();
        }
        let export = |ids: &[&str]| {
            let input = ExportInput {
                ids: ids.iter().map(|id| (*id).to_owned()).collect(),
                to: ChosenPlace::Path(folder.clone()),
            };
            export(&api, Kind::Workflow, input)
        };
        let first = export(&["a", "b"]).unwrap();
        assert_eq!((first.files.len(), first.with_keys), (2, 2));
        // What is there already is as good as written.
        assert_eq!(export(&["a", "b"]).unwrap().files, first.files);

        fs::write(&first.files[0], "mine").unwrap();
        let second = export(&["a", "gone", "b"]).unwrap();
        assert_eq!(fs::read_to_string(&first.files[0]).unwrap(), "mine");
        assert_eq!(second.files[0], first.files[0].replace(".json", "-2.json"));
        assert_eq!(second.files[1], first.files[1]);
        assert_eq!(second.failed.len(), 1);
        assert_eq!(second.failed[0].id, "gone");
        assert_eq!(second.failed[0].reason.code, "error_not_found");
        assert_eq!(export(&["gone"]).unwrap_err().code, "not_found");

        // Whoever waits hears of each, so that only a disk that is silent is given up.
        let steps = std::cell::Cell::new(0);
        let ids = ["a", "gone", "b"].map(str::to_owned).to_vec();
        let out = Out::new(&api, Kind::Workflow);
        let done = out.write_into(ids, &folder, &|| steps.set(steps.get() + 1));
        assert_eq!((done.unwrap().files.len(), steps.get()), (2, 3));
    }
}
