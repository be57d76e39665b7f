//! What is kept already of what is to be kept. Where nothing is another than at the last look, that is all of it, and
//! no file is read.

use std::collections::{HashMap, HashSet};

use flowkeep_core::ObjectHash;
use flowkeep_host::EntryKind;
use flowkeep_store::{ConfigLook, KeptObject, StoreError};

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
            // What lies there may lie elsewhere, too.
            let objects = workshop.store.objects_of_tree(tree)?;
            let kept = workshop.store.kept_objects(objects.iter().copied())?;
            return Ok(usable.of_these(&kept)?.len() == objects.len());
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
    known: HashMap<ObjectHash, bool>,
}

impl<'w> Usable<'w> {
    pub(super) fn of(workshop: &'w Workshop) -> Self {
        Self {
            workshop,
            is_masking: workshop.keys.wanted() == Keys::Masked,
            for_others: None,
            known: HashMap::new(),
        }
    }

    /// Those of these contents that lie in one of them, wherever else they lie.
    pub(super) fn of_these(
        &mut self,
        kept: &HashMap<ObjectHash, KeptObject>,
    ) -> Result<HashSet<ObjectHash>, StoreError> {
        let mut found = HashSet::new();
        for (hash, kept) in kept {
            for place in kept.places() {
                if self.has(&place.pack, place.is_encrypted, place.pack_bytes)? {
                    found.insert(*hash);
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Whether a pack is one of them, and there, as long as it was.
    pub(super) fn has(
        &mut self,
        pack: &ObjectHash,
        is_encrypted: bool,
        bytes: u64,
    ) -> Result<bool, StoreError> {
        if let Some(known) = self.known.get(pack) {
            return Ok(*known);
        }
        let needs_other_key = is_encrypted && (self.is_masking || self.is_for_others(pack)?);
        let is_usable = !needs_other_key && has_pack(self.workshop, pack, bytes);
        self.known.insert(*pack, is_usable);
        Ok(is_usable)
    }

    fn is_for_others(&mut self, pack: &ObjectHash) -> Result<bool, StoreError> {
        let known = if let Some(known) = self.for_others.take() {
            known
        } else {
            let ours = self.workshop.keys.recipient.as_ref();
            let ours = ours.map(ToString::to_string).unwrap_or_default();
            self.workshop.store.packs_for_others(&ours)?
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
