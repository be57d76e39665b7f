//! The definition in a session file beside the file that it names.

use flowkeep_core::session::file::format_of;
use flowkeep_core::{
    Document, Format, Kind, MAX_DOCUMENT_BYTES, Value, decode, differences, secret,
};
use flowkeep_host::Folder;

use super::locate::Located;

/// In how many places both differ, in the language of forms; nothing where the file cannot be understood. Keys
/// are in neither.
pub(super) fn differs(definition: &Value, found: &Located) -> Option<u32> {
    let limit = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
    let folder = Folder::open(&found.root).ok()?;
    let bytes = folder.read(found.config.as_str().as_ref(), limit).ok()?;
    let format = format_of(found.config.file_name());
    let bytes = match secret::masked(Some(format), &bytes) {
        Some(masked) => masked.bytes,
        None => bytes,
    };
    let (text, _) = decode(&bytes)?;
    let file = Document::parse(format, text).ok()?;
    // How a text is written is no difference between the two.
    let plain = |value: &Value| Document::parse(Format::Json, value.to_json().to_string()).ok();
    let count = differences(Kind::Workflow, &plain(definition)?, &plain(file.value())?).len();
    Some(u32::try_from(count).unwrap_or(u32::MAX))
}
