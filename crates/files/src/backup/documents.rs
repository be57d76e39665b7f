//! The documents of a backup: a file each, named after the document, with the text as it was kept.

use std::collections::HashSet;
use std::path::Path;

use flowkeep_core::{Document, Format, Kind, Message, Sha256, file_name, wrap};
use flowkeep_host::{Files, Progress, Timestamp};
use flowkeep_store::{DocumentRow, Snapshot, SnapshotDocument, StoreError};

use super::DamagedFile;
use super::manifest::ManifestFile;
use super::write::{Writing, go_on};
use crate::FilesError;
use crate::rounds::{Rounds, hash_of};
use crate::time::rfc3339;

impl Writing<'_> {
    /// Writes all documents of a kind; answers how many.
    pub(super) fn documents(&mut self, snapshot: &Snapshot, kind: Kind) -> Result<u32, FilesError> {
        self.subfolder(kind.folder())?;
        let rows = snapshot.document_rows(kind)?;
        let total = u32::try_from(rows.len()).ok();
        let mut names = FileNames::default();
        let mut written = 0;
        let mut lost = Vec::new();
        let (files, folder, progress) = (self.files, self.folder, self.progress);
        let manifest = &mut self.manifest;
        let mut rounds = Rounds::new(
            |(document, path)| written_document(files, folder, document, path, progress),
            |outcome| {
                go_on(progress)?;
                match outcome {
                    Ok(file) => {
                        manifest.add(&file).map_err(FilesError::at(folder))?;
                        written += 1;
                        progress.step("write", written, total, file.name.as_deref());
                    }
                    Err(NotWritten::Files(error)) => return Err(error),
                    Err(NotWritten::Unreadable(document)) => lost.push(document.named(kind)),
                }
                Ok(())
            },
        );
        for row in rows {
            go_on(progress)?;
            match snapshot.document(&row) {
                Ok(None) => {}
                Ok(Some(document)) => {
                    let path = format!("{}/{}", kind.folder(), names.of(&document));
                    let bytes = document.text.len() as u64;
                    rounds.add((document, path), bytes)?;
                }
                Err(error) => {
                    let document = Unreadable::row(snapshot, &row, &error);
                    self.damaged.push(document.named(kind));
                }
            }
        }
        rounds.end()?;
        self.damaged.append(&mut lost);
        Ok(written)
    }
}

/// The names of the files of one folder.
#[derive(Default)]
struct FileNames {
    /// Hashes of the names given so far.
    given: HashSet<u64>,
}

impl FileNames {
    /// A name that no other document has. Where two meet in their short hash the order of ids is
    /// fixed, so the same two get the same names in every backup.
    fn of(&mut self, document: &SnapshotDocument) -> String {
        let name = file_name(&document.name, &document.id, "json");
        let mut free = name.clone();
        let mut n = 2;
        while !self.given.insert(hash_of(free.as_str())) {
            free = name.replace(".json", &format!("-{n}.json"));
            n += 1;
        }
        free
    }
}

/// Why a document is not in the backup.
enum NotWritten {
    /// The backup ends here.
    Files(FilesError),
    /// It alone is left out.
    Unreadable(Unreadable),
}

/// Writes a document's file; answers its line in the manifest.
fn written_document(
    files: &dyn Files,
    folder: &Path,
    document: SnapshotDocument,
    path: String,
    progress: &dyn Progress,
) -> Result<ManifestFile, NotWritten> {
    go_on(progress).map_err(NotWritten::Files)?;
    let (document, text) = intact(document).map_err(NotWritten::Unreadable)?;
    let target = folder.join(&path);
    files
        .write_new(&target, text.as_bytes())
        .map_err(|error| NotWritten::Files(FilesError::at(&target)(error)))?;
    Ok(ManifestFile {
        path,
        kind: document.kind.as_str().to_owned(),
        id: Some(document.id),
        name: Some(document.name),
        format: Some(document.format).filter(|format| *format != Format::Json),
        revision: Some(document.revision),
        created_at: Some(rfc3339(Timestamp(document.created_at))),
        updated_at: Some(rfc3339(Timestamp(document.updated_at))),
        sha256: if document.format == Format::Json {
            document.sha256
        } else {
            Sha256::of(text.as_bytes())
        },
        bytes: text.len() as u64,
    })
}

/// A document whose text is what was written, and its file's content. SQLite's own check does not
/// see a flipped bit inside a text, the hash does.
fn intact(mut document: SnapshotDocument) -> Result<(SnapshotDocument, String), Unreadable> {
    let text = std::mem::take(&mut document.text);
    if Sha256::of(text.as_bytes()) != document.sha256 {
        return Err(Unreadable::of(document, "kept_text_changed"));
    }
    if document.format == Format::Json {
        return Ok((document, text));
    }
    let Ok(parsed) = Document::parse(document.format, text) else {
        return Err(Unreadable::of(document, "kept_text_unreadable"));
    };
    let wrapped = wrap(&document.id, document.kind, &document.name, &parsed);
    Ok((document, wrapped))
}

/// A document that is kept and whose text cannot be had.
struct Unreadable {
    id: String,
    name: String,
    code: &'static str,
}

impl Unreadable {
    fn of(document: SnapshotDocument, code: &'static str) -> Self {
        Self {
            id: document.id,
            name: document.name,
            code,
        }
    }

    /// A row whose text the database does not give; its name it still may.
    fn row(snapshot: &Snapshot, row: &DocumentRow, error: &StoreError) -> Self {
        tracing::error!(%error, "a document could not be read");
        let code = match error {
            StoreError::Damaged(_) => "kept_text_damaged",
            _ => "kept_text_unreadable",
        };
        Self {
            id: row.id().to_owned(),
            name: snapshot.document_name(row),
            code,
        }
    }

    fn named(self, kind: Kind) -> DamagedFile {
        tracing::error!(code = self.code, "a document is left out");
        DamagedFile {
            path: format!("{}/{}", kind.folder(), self.id),
            reason: Message::new(self.code),
            name: Some(self.name),
        }
    }
}
