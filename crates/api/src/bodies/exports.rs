//! Documents on their way out: the same bodies for every kind.

use flowkeep_core::{Format, Kind, wrap};
use flowkeep_files::{Existing, export_document};
use flowkeep_host::path_text;

use super::documents::{find_kept, parsed};
use crate::types::{ExportInput, Exported};
use crate::{Api, AppError};

/// Writes documents to a file (one) or into a folder (several). A file of that name is replaced:
/// the system's own dialog has asked.
///
/// # Errors
/// `not_found`; what the system says.
pub fn export(api: &Api, kind: Kind, input: ExportInput) -> Result<Exported, AppError> {
    export_over(api, kind, input, Existing::Replace)
}

/// As [`export`], told what becomes of a file that is there already.
///
/// # Errors
/// As [`export`]; `file_exists` when it is to be kept.
pub fn export_over(
    api: &Api,
    kind: Kind,
    input: ExportInput,
    existing: Existing,
) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let mut files = Vec::new();
    for id in &input.ids {
        let record = find_kept(api, kind, id)?;
        let document = parsed(api, &record, record.revision)?;
        let file = if input.ids.len() > 1 || target.is_dir() {
            let name =
                flowkeep_core::file_name(&record.name, id, extension(kind, document.format()));
            target.join(name)
        } else {
            target.clone()
        };
        export_document(api.files.as_ref(), document.text(), &file, existing)?;
        files.push(path_text(&file));
    }
    Ok(Exported { files })
}

/// The text of a document.
///
/// # Errors
/// `not_found`.
pub fn text_of(api: &Api, kind: Kind, id: &str) -> Result<String, AppError> {
    let record = find_kept(api, kind, id)?;
    Ok(parsed(api, &record, record.revision)?.into_text())
}

/// The text of a document as `show` gives it to programs: JSON as it came, another format inside
/// a wrapper of JSON.
///
/// # Errors
/// `not_found`.
pub fn text_for_programs(api: &Api, kind: Kind, id: &str) -> Result<String, AppError> {
    let record = find_kept(api, kind, id)?;
    let document = parsed(api, &record, record.revision)?;
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
