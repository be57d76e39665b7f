//! The catalog as plain maps and lists.

use std::collections::BTreeMap;

use flowkeep_core::Kind;

pub(crate) type Key = (Kind, String);

/// A document with all its revisions; the last one is current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) texts: Vec<String>,
    pub(crate) deleted: bool,
}

/// What an operation did to one document: its revision before and after.
pub(crate) type Touched = (Key, Option<usize>, Option<usize>);

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    items: Vec<Touched>,
    undone: bool,
    /// It happened on another computer and came with a backup: it cannot be undone here.
    pub(crate) came_in: bool,
}

/// What counts of a catalog: for every document, deleted ones too, its texts and whether it is
/// deleted.
pub(crate) type Contents = BTreeMap<Key, Kept>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    documents: Contents,
    pub(crate) operations: Vec<Operation>,
    pub(crate) backups: Vec<Saved>,
}

/// What a backup holds: the kept documents, and Activity so far.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    documents: Contents,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    Skip,
    Replace,
    Copy,
}

impl Model {
    pub(crate) fn contents(&self) -> Contents {
        self.documents.clone()
    }

    pub(crate) fn current(&self, key: &Key) -> Option<usize> {
        self.documents
            .get(key)
            .filter(|kept| !kept.deleted)
            .map(|kept| kept.texts.len())
    }

    pub(crate) fn is_deleted(&self, key: &Key) -> bool {
        self.documents.get(key).is_some_and(|kept| kept.deleted)
    }

    /// The texts of a document, deleted or not; none of one that never was.
    pub(crate) fn texts(&self, key: &Key) -> &[String] {
        self.documents.get(key).map_or(&[], |kept| &kept.texts)
    }

    /// Keeps a text; one that is current already makes no revision.
    pub(crate) fn put(&mut self, key: &Key, text: &str) -> Touched {
        let before = self.current(key);
        let fresh = || Kept {
            texts: Vec::new(),
            deleted: false,
        };
        let kept = self.documents.entry(key.clone()).or_insert_with(fresh);
        if kept.texts.last().is_none_or(|last| last != text) {
            kept.texts.push(text.to_owned());
        }
        kept.deleted = false;
        (key.clone(), before, Some(kept.texts.len()))
    }

    /// As an import or a restore puts it: always one more revision.
    fn take(&mut self, key: &Key, text: &str) -> Touched {
        let before = self.current(key);
        let fresh = || Kept {
            texts: Vec::new(),
            deleted: false,
        };
        let kept = self.documents.entry(key.clone()).or_insert_with(fresh);
        kept.texts.push(text.to_owned());
        kept.deleted = false;
        (key.clone(), before, Some(kept.texts.len()))
    }

    pub(crate) fn delete(&mut self, key: &Key) -> Touched {
        let before = self.current(key);
        self.documents.get_mut(key).unwrap().deleted = true;
        (key.clone(), before, None)
    }

    /// Notes an operation in Activity under the id the catalog gave it; none when it did nothing.
    pub(crate) fn note(&mut self, id: Option<String>, items: Vec<Touched>) {
        let changed = items.iter().any(|(_, before, after)| before != after);
        assert_eq!(
            id.is_some(),
            changed,
            "an operation is recorded when something changed"
        );
        if let Some(id) = id {
            self.operations.push(Operation {
                id,
                items,
                undone: false,
                came_in: false,
            });
        }
    }

    /// As [`Model::note`] for an undo, which counts what went back even where the text before was
    /// the text after.
    pub(crate) fn note_undo(&mut self, id: Option<String>, items: Vec<Touched>) {
        assert_eq!(id.is_some(), !items.is_empty());
        if let Some(id) = id {
            self.operations.push(Operation {
                id,
                items,
                undone: false,
                came_in: false,
            });
        }
    }

    pub(crate) fn import(&mut self, key: &Key, text: &str, conflict: Conflict) -> Vec<Touched> {
        let current = self.documents.get(key).filter(|kept| !kept.deleted);
        match (
            current.map(|kept| kept.texts.last().unwrap() == text),
            conflict,
        ) {
            (None, _) | (Some(false), Conflict::Replace) => vec![self.take(key, text)],
            (Some(true), _) | (Some(false), Conflict::Skip) => Vec::new(),
            (Some(false), Conflict::Copy) => {
                let names = (2..).map(|number| (key.0, format!("{}-{number}", key.1)));
                let free = names
                    .into_iter()
                    .find(|key| !self.documents.contains_key(key));
                vec![self.take(&free.unwrap(), text)]
            }
        }
    }

    pub(crate) fn back_up(&mut self) -> usize {
        let kept = self.documents.iter().filter(|(_, kept)| !kept.deleted);
        let documents: Contents = kept
            .map(|(key, kept)| (key.clone(), kept.clone()))
            .collect();
        let count = documents.len();
        self.backups.push(Saved {
            documents,
            operations: self.operations.clone(),
        });
        count
    }

    pub(crate) fn restore(&mut self, backup: usize, force: bool) -> Vec<Touched> {
        let conflict = if force {
            Conflict::Replace
        } else {
            Conflict::Skip
        };
        let documents = self.backups[backup].documents.clone();
        let last = |kept: &Kept| kept.texts.last().unwrap().clone();
        documents
            .iter()
            .flat_map(|(key, kept)| {
                if self.documents.contains_key(key) {
                    return self.import(key, &last(kept), conflict);
                }
                // What is not here at all comes with its history.
                self.documents.insert(key.clone(), kept.clone());
                vec![(key.clone(), None, Some(kept.texts.len()))]
            })
            .collect()
    }

    /// Restored into an empty data folder: the kept documents with their history, and Activity.
    pub(crate) fn move_to(&mut self, backup: usize) -> Vec<Touched> {
        let saved = self.backups[backup].clone();
        self.documents = saved.documents;
        self.operations = saved.operations;
        for operation in &mut self.operations {
            operation.came_in = true;
        }
        let all = self.documents.iter();
        all.map(|(key, kept)| (key.clone(), None, Some(kept.texts.len())))
            .collect()
    }

    /// Takes an operation back where nothing was changed since; answers how many documents went
    /// back and how many were left. `None`: it was undone already.
    pub(crate) fn undo(&mut self, operation: usize) -> Option<(Vec<Touched>, usize)> {
        if self.operations[operation].undone {
            return None;
        }
        let items = self.operations[operation].items.clone();
        let mut done = Vec::new();
        let mut left = 0;
        for (key, before, after) in items.into_iter().rev() {
            if before == after {
                continue;
            }
            let there = self.documents.contains_key(&key);
            // What happened to it last must be this operation, or it was changed since.
            let last = self.operations.iter().rposition(|other| {
                !other.came_in && other.items.iter().any(|(touched, ..)| *touched == key)
            });
            if !there || self.current(&key) != after || last != Some(operation) {
                left += 1;
                continue;
            }
            done.push(match before {
                None => self.delete(&key),
                Some(before) => {
                    let text = self.texts(&key)[before - 1].clone();
                    self.put(&key, &text)
                }
            });
        }
        Some((done, left))
    }

    pub(crate) fn mark_undone(&mut self, operation: usize) {
        self.operations[operation].undone = true;
    }
}
