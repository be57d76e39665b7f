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
    let Some(packs) = workshop.store.packs_of_tree(tree)? else {
        return Ok(false);
    };
    let mut usable = Usable::of(workshop);
    for pack in packs {
        if !usable.has(&pack.name, pack.is_encrypted, pack.bytes)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The packs that something new may count on. What keys were masked in is read without a key: nothing of it is left
/// to a pack that needs one, and nothing at all to one whose key is not this computer's.
pub(super) struct Usable<'w> {
    workshop: &'w Workshop,
    is_masking: bool,
    /// Those whose key is not this computer's, once an encrypted one is met.
    for_others: Option<HashSet<ObjectHash>>,
}

impl<'w> Usable<'w> {
    pub(super) fn of(workshop: &'w Workshop) -> Self {
        Self {
            workshop,
            is_masking: workshop.keys.wanted() == Keys::Masked,
            for_others: None,
        }
    }

    /// Whether a pack is one of them, and there, as long as it was.
    pub(super) fn has(
        &mut self,
        pack: &ObjectHash,
        is_encrypted: bool,
        bytes: u64,
    ) -> Result<bool, StoreError> {
        let needs_other_key = is_encrypted && (self.is_masking || self.is_for_others(pack)?);
        Ok(!needs_other_key && has_pack(self.workshop, pack, bytes))
    }

    fn is_for_others(&mut self, pack: &ObjectHash) -> Result<bool, StoreError> {
        let known = match self.for_others.take() {
            Some(known) => known,
            None => self.workshop.store.packs_for_others()?,
        };
        Ok(self.for_others.insert(known).contains(pack))
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
