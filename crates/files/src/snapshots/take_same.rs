//! What is kept already of what is to be kept. Where nothing is another than at the last look, that is all of it, and
//! no file is read.

use std::collections::HashSet;

use flowkeep_core::ObjectHash;
use flowkeep_host::EntryKind;
use flowkeep_store::{ConfigLook, StoreError};

use super::manifest::tree_place;
use super::{Workshop, pack};
use crate::configuration::{Keys, Looking};

/// What the last look for this came to, where all that it came from is as it was.
pub(super) fn same(
    workshop: &Workshop,
    looking: &Looking<'_>,
    root: Option<i64>,
) -> Result<Option<ConfigLook>, StoreError> {
    let Some(root) = root else {
        return Ok(None);
    };
    let last = workshop.store.config_look(root, looking.wish())?;
    Ok(last.filter(|last| looking.is_still(&last.at)))
}

/// Whether a tree and all that is in it lie in the store, as far as that can be told without reading them.
pub(super) fn has_all(workshop: &Workshop, tree: ObjectHash) -> Result<bool, StoreError> {
    if !has_tree_file(workshop, &tree) {
        return Ok(false);
    }
    let packs = workshop.store.packs_of_tree(tree)?;
    let usable = Usable::of(workshop)?;
    Ok(packs.is_some_and(|packs| {
        let mut packs = packs.iter();
        packs.all(|pack| usable.has(&pack.name, pack.is_encrypted, pack.bytes))
    }))
}

/// The packs that something new may count on. What keys were masked in is read without a key: nothing of it is left
/// to a pack that needs one, and nothing at all to one whose key is not this computer's.
pub(super) struct Usable<'w> {
    workshop: &'w Workshop,
    is_masking: bool,
    for_others: HashSet<ObjectHash>,
}

impl<'w> Usable<'w> {
    pub(super) fn of(workshop: &'w Workshop) -> Result<Self, StoreError> {
        Ok(Self {
            workshop,
            is_masking: workshop.keys.wanted() == Keys::Masked,
            for_others: workshop.store.packs_for_others()?,
        })
    }

    /// Whether a pack is one of them, and there, as long as it was.
    pub(super) fn has(&self, pack: &ObjectHash, is_encrypted: bool, bytes: u64) -> bool {
        let needs_other_key = is_encrypted && self.is_masking || self.for_others.contains(pack);
        !needs_other_key && has_pack(self.workshop, pack, bytes)
    }
}

/// Whether there is a file of a tree.
pub(super) fn has_tree_file(workshop: &Workshop, tree: &ObjectHash) -> bool {
    let path = workshop.dir.join(tree_place(tree));
    let there = workshop.files.entry(&path).ok().flatten();
    there.is_some_and(|there| there.kind == EntryKind::File)
}

/// Whether there is a pack, as long as it was.
fn has_pack(workshop: &Workshop, pack: &ObjectHash, bytes: u64) -> bool {
    let path = pack::path(&workshop.dir, pack);
    let there = workshop.files.entry(&path).ok().flatten();
    there.is_some_and(|there| there.kind == EntryKind::File && there.bytes == bytes)
}
