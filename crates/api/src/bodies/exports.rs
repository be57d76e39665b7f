//! Documents on their way out: the same bodies for every kind.

use flowkeep_core::{Format, Kind, wrap};
use flowkeep_files::export_document;
use flowkeep_host::path_text;

use super::documents::{find_kept, parsed};
use crate::types::{ExportInput, Exported};
use crate::{Api, AppError};

/// Writes documents to a file (one) or into a folder (several).
///
/// # Errors
/// `not_found`; what the system says.
pub fn export(api: &Api, kind: Kind, input: ExportInput) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let mut files = Vec::new();
    for id in &input.ids {
        let record = find_kept(api, kind, id)?;
        let document = parsed(api, &record, record.revision)?;
        let file = if input.ids.len() > 1 || target.is_dir() {
            let name = flowkeep_core::file_name(&record.name, id, extension(document.format()));
            target.join(name)
        } else {
            target.clone()
        };
        export_document(api.files.as_ref(), document.text(), &file)?;
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

/// The file extension of a format.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Json => "json",
        Format::Yaml => "yaml",
        Format::Markdown => "md",
    }
}
