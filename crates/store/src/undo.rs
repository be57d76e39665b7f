//! Undo: the inverse of an operation, made from revisions. What was changed since is left as it
//! is and said (decisions, 000).

use std::collections::HashSet;

use flowkeep_core::{Document, FolderId, Kind, OperationId, summarise};
use rusqlite::OptionalExtension as _;

use crate::operation::{FOLDER, SESSION, find, item_record};
use crate::{
    NewDocument, NewOperation, OperationItemRecord, StoreError, TaskFolderRecord, Tx, folder_backup,
};

/// What an undo did.
#[derive(Debug)]
pub struct UndoOutcome {
    /// The undo's own operation; absent when nothing could be undone.
    pub operation: Option<OperationId>,
    /// Documents that are again what they were before.
    pub restored: u32,
    /// Of them, those that were not there before and are taken away.
    pub removed: u32,
    /// Task folders that are known no more: they had come with what is undone.
    pub folders: Vec<TaskFolderRecord>,
    /// Sessions that are taken away again with their snapshots: they had come with what is undone.
    pub sessions: u32,
    /// Subjects left as they are.
    pub kept: Vec<UndoKept>,
}

/// A subject an undo left as it is.
#[derive(Debug, Clone)]
pub struct UndoKept {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Why.
    pub why: KeptWhy,
}

/// Why an undo left something as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptWhy {
    /// It was changed since, or something was done in it.
    Changed,
    /// It was deleted since.
    Deleted,
    /// A folder whose workflow stays, or that a workflow names.
    Named,
}

/// What an undo may not take the folders from.
struct Staying<'a> {
    /// Those in which something lies.
    occupied: &'a HashSet<FolderId>,
    /// The workflows that are left as they are.
    workflows: HashSet<String>,
    /// What workflows call the folders they name.
    named: Vec<String>,
}

enum Inverse {
    Done(OperationItemRecord),
    Folder(TaskFolderRecord),
    Session(OperationItemRecord),
    Kept(UndoKept),
    Nothing,
}

impl Tx<'_> {
    /// Undoes an operation as far as its subjects are still as it left them, and its folders not `occupied`. Answers `None` when
    /// there is no such operation or it was undone already.
    ///
    /// # Errors
    /// What the database says.
    pub fn undo_operation(
        &self,
        id: &str,
        actor: &str,
        face: &str,
        occupied: &HashSet<FolderId>,
    ) -> Result<Option<UndoOutcome>, StoreError> {
        let Some(undone) =
            find(self.connection, id)?.filter(|found| found.undone_by.is_none() && !found.came_in)
        else {
            return Ok(None);
        };
        let mut statement = self.connection.prepare(
            "SELECT kind, id, name, before, after FROM operation_item
             WHERE operation = ?1 ORDER BY item DESC",
        )?;
        let items: Vec<OperationItemRecord> = statement
            .query_map([id], item_record)?
            .collect::<Result<_, _>>()?;
        let operation = self.next_operation_id()?;
        let mut done = Vec::new();
        let mut kept = Vec::new();
        let mut folders = Vec::new();
        // What becomes of a folder hangs on what becomes of the workflows.
        let (of_folders, of_documents): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.kind == FOLDER);
        let mut inverses = Vec::new();
        for item in of_documents {
            inverses.push(self.undo_item(id, &item, operation, actor)?);
        }
        let staying = self.staying(&inverses, &of_folders, occupied)?;
        for item in of_folders {
            inverses.push(self.undo_folder(id, &item, &staying)?);
        }
        let mut sessions = Vec::new();
        for inverse in inverses {
            match inverse {
                Inverse::Done(item) => done.push(item),
                Inverse::Folder(folder) => folders.push(folder),
                Inverse::Session(item) => sessions.push(item),
                Inverse::Kept(item) => kept.push(item),
                Inverse::Nothing => {}
            }
        }
        let restored = u32::try_from(done.len()).unwrap_or(u32::MAX);
        let removed = done.iter().filter(|item| item.after.is_none()).count();
        let gone = folders.iter();
        done.extend(gone.map(|folder| folder_backup::item(folder, Some(1), None)));
        let gone = u32::try_from(sessions.len()).unwrap_or(u32::MAX);
        if gone > 0 {
            self.let_go_of_unused()?;
        }
        done.append(&mut sessions);
        if done.is_empty() {
            return Ok(Some(UndoOutcome {
                operation: None,
                restored: 0,
                removed: 0,
                folders,
                sessions: 0,
                kept,
            }));
        }
        self.record_operation(
            operation,
            &NewOperation {
                actor,
                face,
                operation: "undo",
                name: undone.subject_name.as_deref(),
                undoes: Some(id),
                items: &done,
            },
        )?;
        Ok(Some(UndoOutcome {
            operation: Some(operation),
            restored,
            removed: u32::try_from(removed).unwrap_or(u32::MAX),
            folders,
            sessions: gone,
            kept,
        }))
    }

    fn undo_item(
        &self,
        undone: &str,
        item: &OperationItemRecord,
        operation: OperationId,
        actor: &str,
    ) -> Result<Inverse, StoreError> {
        let Some(kind) = Kind::from_word(&item.kind) else {
            return match item.kind.as_str() {
                SESSION => self.undo_session(undone, item),
                _ => Ok(Inverse::Nothing),
            };
        };
        let there = self.document(kind, &item.id)?;
        let current = there
            .as_ref()
            .filter(|there| there.deleted_at.is_none())
            .map(|there| there.revision);
        if item.before == item.after {
            return Ok(Inverse::Nothing);
        }
        // Numbers alone could meet by chance; that nothing happened to it since cannot.
        let untouched = current == item.after && self.latest_on(item)?.as_deref() == Some(undone);
        let (Some(there), true) = (&there, untouched) else {
            return Ok(Inverse::Kept(UndoKept {
                kind: item.kind.clone(),
                id: item.id.clone(),
                name: item.name.clone(),
                why: match current {
                    Some(_) => KeptWhy::Changed,
                    None => KeptWhy::Deleted,
                },
            }));
        };
        let after = match item.before {
            None => {
                self.delete_document(kind, &item.id)?;
                None
            }
            Some(before) => {
                let stored = self.text(there.row, before)?.ok_or_else(|| {
                    StoreError::Damaged(format!("revision {before} of {} is missing", item.id))
                })?;
                let document = Document::parse(stored.format, stored.text)
                    .map_err(|message| StoreError::Damaged(message.code))?;
                let mut summary = summarise(kind, &document, None);
                if !summary.name_given {
                    summary.name = stored.name;
                }
                let new = NewDocument {
                    kind,
                    id: &item.id,
                    document: &document,
                    summary: &summary,
                    example: there.example,
                };
                let after = self.put_document(&new, operation, actor)?.1;
                if kind == Kind::Workflow {
                    self.switch_on_again(&item.id, undone)?;
                }
                Some(after)
            }
        };
        Ok(Inverse::Done(OperationItemRecord {
            kind: item.kind.clone(),
            id: item.id.clone(),
            name: item.name.clone(),
            before: current,
            after,
        }))
    }

    /// What keeps folders, once the documents are as they will be.
    fn staying<'a>(
        &self,
        documents: &[Inverse],
        folders: &[OperationItemRecord],
        occupied: &'a HashSet<FolderId>,
    ) -> Result<Staying<'a>, StoreError> {
        let kept = documents.iter().filter_map(|inverse| match inverse {
            Inverse::Kept(kept) if kept.why == KeptWhy::Changed => Some(kept),
            _ => None,
        });
        let workflows = kept.filter(|kept| kept.kind == Kind::Workflow.as_str());
        Ok(Staying {
            occupied,
            workflows: workflows.map(|kept| kept.id.clone()).collect(),
            named: if folders.is_empty() {
                Vec::new()
            } else {
                self.folders_named()?
            },
        })
    }

    /// A folder that came is known no more, unless something was done with it or in it since, or a workflow
    /// is to work in it.
    fn undo_folder(
        &self,
        undone: &str,
        item: &OperationItemRecord,
        staying: &Staying<'_>,
    ) -> Result<Inverse, StoreError> {
        if item.before == item.after {
            return Ok(Inverse::Nothing);
        }
        let id = item.id.parse().ok();
        let there = id.map(|id| self.task_folder(id)).transpose()?.flatten();
        let why = match (there, item.after) {
            (None, _) => KeptWhy::Deleted,
            (Some(folder), Some(_))
                if self.latest_on(item)?.as_deref() == Some(undone)
                    && !staying.occupied.contains(&folder.id)
                    && !self.folder_was_used(folder.id)? =>
            {
                let named = staying.named.iter().any(|named| folder.is_called(named));
                if !named && !staying.workflows.contains(&folder.workflow_id) {
                    self.remove_task_folder(folder.id)?;
                    return Ok(Inverse::Folder(folder));
                }
                KeptWhy::Named
            }
            _ => KeptWhy::Changed,
        };
        Ok(Inverse::Kept(UndoKept {
            kind: item.kind.clone(),
            id: item.id.clone(),
            name: item.name.clone(),
            why,
        }))
    }

    /// A session that came goes again, unless something was done with it or one of its runs since.
    fn undo_session(
        &self,
        undone: &str,
        item: &OperationItemRecord,
    ) -> Result<Inverse, StoreError> {
        if item.before == item.after {
            return Ok(Inverse::Nothing);
        }
        let untouched = self.latest_on(item)?.as_deref() == Some(undone);
        let why = match self.session_was_used(&item.id, undone)? {
            None => KeptWhy::Deleted,
            Some(false) if untouched => {
                self.remove_session(&item.id)?;
                return Ok(Inverse::Session(OperationItemRecord {
                    before: item.after,
                    after: None,
                    ..item.clone()
                }));
            }
            Some(_) => KeptWhy::Changed,
        };
        Ok(Inverse::Kept(UndoKept {
            kind: item.kind.clone(),
            id: item.id.clone(),
            name: item.name.clone(),
            why,
        }))
    }

    /// Whether a session goes its own way since the operation that brought it: absent where it is gone.
    fn session_was_used(&self, id: &str, since: &str) -> Result<Option<bool>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.overlay NOT NULL OR s.updated_at > (SELECT at FROM operation WHERE id = ?2)
               OR EXISTS (SELECT 1 FROM run r WHERE r.session = s.id AND NOT r.brought_in)
             FROM session s WHERE s.id = ?1",
        )?;
        Ok(statement
            .query_row((id, since), |row| row.get(0))
            .optional()?)
    }

    /// The newest operation of this data folder on a subject.
    fn latest_on(&self, item: &OperationItemRecord) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT max(i.operation) FROM operation_item i JOIN operation o
                 ON o.id = i.operation WHERE i.kind = ?1 AND i.id = ?2 AND NOT o.came_in",
            )?
            .query_row((&item.kind, &item.id), |row| row.get(0))?)
    }
}
