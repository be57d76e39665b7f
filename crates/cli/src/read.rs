//! Documents in files that the operator named.

use std::io::Read as _;
use std::path::Path;

use flowkeep_api::AppError;
use flowkeep_core::{Document, Kind, MAX_DOCUMENT_BYTES, Recognised, recognise};

/// A document read from a file the operator named, `-` for standard input.
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) id: Option<String>,
    pub(crate) name: String,
}

impl Read {
    pub(crate) fn file(path: &Path, kind: Kind) -> Result<Self, AppError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                AppError::new("path_missing").with("path", path.display())
            }
            _ => AppError::new("file_failed")
                .with("path", path.display())
                .with("detail", error),
        };
        let limit = MAX_DOCUMENT_BYTES as u64 + 1;
        let mut bytes = Vec::new();
        if path == Path::new("-") {
            std::io::stdin()
                .lock()
                .take(limit)
                .read_to_end(&mut bytes)
                .map_err(failed)?;
        } else {
            let file = std::fs::File::open(path).map_err(failed)?;
            file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        }
        if bytes.len() as u64 == limit {
            return Err(AppError::new("file_too_large")
                .with("path", path.display())
                .with("limit", MAX_DOCUMENT_BYTES));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match recognise(&bytes, &name, Some(kind)) {
            Recognised::Document {
                document, summary, ..
            } => Ok(Self {
                document,
                id: summary.id.clone(),
                name: summary.name.clone(),
            }),
            Recognised::NotOurs(reason) | Recognised::Broken(reason) => {
                Err(AppError::from(reason).with("path", path.display()))
            }
        }
    }
}
