//! `.zip` files of documents. Older Windows tools write names in GBK without saying so.

use std::fs::File;
use std::path::Path;

use flowkeep_core::Message;
use zip::ZipArchive;

use super::loose::{Contents, Gathering, Met, Receive};
use crate::reason::zip_reason;

/// More entries than this are not an operator's documents.
const ENTRIES: usize = 200_000;

/// All entries together may unpack to this many bytes: a small file that unpacks without end is
/// an attack, not a backup.
const UNPACKED: u64 = 4 << 30;

pub(super) fn stage<R: Receive>(
    file: File,
    place: &Path,
    shown: &str,
    gathering: &mut Gathering<'_, R>,
) -> Result<(), R::Error> {
    let mut archive = match ZipArchive::new(std::io::BufReader::new(file)) {
        Ok(archive) if archive.len() <= ENTRIES => archive,
        Ok(_) => return gathering.reject(shown, true, &Message::new("zip_too_many")),
        Err(error) => {
            let reason = zip_reason(&error);
            return gathering.reject(shown, true, &reason);
        }
    };
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                let reason = zip_reason(&error);
                gathering.reject(&format!("{shown}!{index}"), true, &reason)?;
                continue;
            }
        };
        if entry.is_dir() {
            continue;
        }
        let name = entry_name(entry.name_raw());
        let path = format!("{shown}!{name}");
        let name = name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned();
        if path.contains("__MACOSX/") {
            continue;
        }
        if entry.is_symlink() {
            gathering.reject(&path, false, &Message::new("file_is_link"))?;
            continue;
        }
        // The size an entry claims may be a lie; what is read is what counts.
        let contents = match gathering.read(entry, 0) {
            Ok(contents) => contents,
            Err(error) => {
                let reason = zip_reason(&error.into());
                gathering.reject(&path, true, &reason)?;
                continue;
            }
        };
        unpacked += match &contents {
            Contents::Whole(bytes) => bytes.len() as u64,
            Contents::Larger { most } => *most as u64 + 1,
        };
        if unpacked > UNPACKED {
            return gathering.reject(shown, true, &Message::new("zip_too_large"));
        }
        match contents {
            Contents::Larger { most } => {
                gathering.reject_large(&path, &name, most as u64 + 1, most)?;
            }
            Contents::Whole(bytes) => gathering.bytes(&Met {
                place,
                shown: &path,
                name: &name,
                bytes: &bytes,
            })?,
        }
    }
    Ok(())
}

/// Names are UTF-8 where they are valid as such, else GBK.
fn entry_name(raw: &[u8]) -> String {
    std::str::from_utf8(raw).map_or_else(
        |_| {
            encoding_rs::GB18030
                .decode_without_bom_handling(raw)
                .0
                .into_owned()
        },
        str::to_owned,
    )
}
