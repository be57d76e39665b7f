//! What other programs recorded, in the database.

use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogType};
use flowkeep_store::{LogFilter, LogKey, SavedEntry, Store, StoreError};

use super::{LogError, LogPage, LogQuery, LogReader, LogRow, LogStorage, no_place};

/// The database as a storage of the log.
pub struct DatabaseLog<'a> {
    /// The database.
    pub store: &'a Store,
}

impl LogReader for DatabaseLog<'_> {
    fn find(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, LogError> {
        Ok(self.store.log_entry(log, id)?)
    }

    fn page(&self, log: LogType, query: &LogQuery) -> Result<LogPage, LogError> {
        let after = query.after.as_deref().map(|place| {
            let key = place.split_once('.').and_then(|(at, row)| {
                let (at, row) = (at.parse().ok()?, row.parse().ok()?);
                Some(LogKey { at, row })
            });
            key.ok_or_else(|| no_place(place))
        });
        let mut found = self.store.log_entries(
            log,
            &LogFilter {
                workflow: query.workflow.clone(),
                word: query.word.clone(),
                since: query.since,
                until: query.until,
                words: query.sought.as_ref().map(|sought| sought.words.clone()),
                after: after.transpose()?,
                limit: query.limit,
                count: query.count,
                messages: query.messages,
            },
        )?;
        let more = found.items.len() > query.limit as usize;
        found.items.truncate(query.limit as usize);
        let rows = found.items.into_iter().map(|(key, entry)| LogRow {
            at: key.at,
            place: format!("{}.{}", key.at, key.row),
            entry,
        });
        Ok(LogPage {
            items: rows.collect(),
            more,
            total: found.total,
            broken: Vec::new(),
        })
    }
}

impl LogStorage for DatabaseLog<'_> {
    /// All of them in one transaction.
    fn save(&self, entries: &[LogEntry]) -> Result<Vec<SavedEntry>, LogError> {
        let entries = entries.to_vec();
        Ok(self.store.write::<_, StoreError>(move |tx| {
            entries
                .iter()
                .map(|entry| tx.save_log_entry(entry))
                .collect()
        })?)
    }

    fn update(&self, id: &str, update: ExecutionUpdate) -> Result<Execution, LogError> {
        let id = id.to_owned();
        self.store
            .write::<_, StoreError>(move |tx| tx.update_execution(&id, update))?
            .map_err(LogError::Refused)
    }
}
