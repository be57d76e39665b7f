//! Keeping what a session was read from: contents that are of no configuration.

use flowkeep_store::{NewPack, Tx};

use super::pack::PackWriter;
use super::take_rows::new_pack;
use super::{TakeError, Workshop};

/// Keeps contents and, in the same transaction, what refers to them. A content that nothing refers to then is not
/// kept.
///
/// # Errors
/// [`TakeError`], what `refer` says; nothing of it counts then.
pub(crate) fn keep_sources<T: Send + 'static>(
    workshop: &Workshop,
    contents: &[Vec<u8>],
    refer: impl FnOnce(&Tx<'_>) -> Result<T, TakeError> + Send + 'static,
) -> Result<T, TakeError> {
    if contents.is_empty() {
        return workshop.store.write(refer);
    }
    let shared = workshop.share()?;
    workshop.prepare()?;
    workshop.marked(shared, || {
        let mut writer = PackWriter::new(workshop.files.as_ref(), &workshop.dir)?;
        for content in contents {
            writer.add(content)?;
        }
        let packs: Vec<NewPack> = writer.finish()?.iter().map(new_pack).collect();
        workshop.store.write(move |tx| {
            for pack in &packs {
                tx.keep_pack(pack)?;
            }
            let referred = refer(tx)?;
            tx.let_go_of_unused()?;
            Ok(referred)
        })
    })
}
