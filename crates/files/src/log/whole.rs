//! The whole log: our own history, and what other programs recorded.

use flowkeep_core::Message;
use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogType};
use flowkeep_store::SavedEntry;

use super::{FolderLog, LogError, LogPage, LogQuery, LogReader, LogStorage, OwnLog, no_place};

/// Between the places of a page's sources.
const BETWEEN: char = '~';

/// The whole log.
pub struct Log<'a> {
    /// Our own history.
    pub own: OwnLog<'a>,
    /// Where other programs' entries are kept.
    pub storage: &'a dyn LogStorage,
    /// Where they are written as well, for as long as somebody reads them there.
    pub copy: Option<&'a FolderLog<'a>>,
}

impl LogReader for Log<'_> {
    fn find(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, LogError> {
        match self.own.find(log, id)? {
            Some(found) => Ok(Some(found)),
            None => self.storage.find(log, id),
        }
    }

    fn page(&self, log: LogType, query: &LogQuery) -> Result<LogPage, LogError> {
        let places = query.after.as_deref().map(|after| {
            let places = after.split_once(BETWEEN);
            places.ok_or_else(|| no_place(after))
        });
        let places = places.transpose()?;
        let place = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (mut own_place, mut other_place) =
            places.map_or((None, None), |(own, other)| (place(own), place(other)));
        let ask = |reader: &dyn LogReader, after: &Option<String>| {
            let after = after.clone();
            reader.page(
                log,
                &LogQuery {
                    after,
                    ..query.clone()
                },
            )
        };
        let own = ask(&self.own, &own_place)?;
        let other = ask(self.storage, &other_place)?;
        let mut page = LogPage {
            more: own.more || other.more,
            total: own.total.zip(other.total).map(|(own, other)| own + other),
            broken: other.broken,
            items: Vec::new(),
        };
        // Each source in its own order: a clock may have gone back in one of them.
        let mut own = own.items.into_iter().peekable();
        let mut other = other.items.into_iter().peekable();
        while page.items.len() < query.limit as usize {
            let own_next = match (own.peek(), other.peek()) {
                (Some(one), Some(two)) => one.at >= two.at,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            let (source, place) = if own_next {
                (&mut own, &mut own_place)
            } else {
                (&mut other, &mut other_place)
            };
            if let Some(mut row) = source.next() {
                *place = Some(row.place);
                let text = |place: &Option<String>| place.clone().unwrap_or_default();
                row.place = format!("{}{BETWEEN}{}", text(&own_place), text(&other_place));
                page.items.push(row);
            }
        }
        page.more |= own.peek().is_some() || other.peek().is_some();
        Ok(page)
    }
}

impl Log<'_> {
    /// Keeps an entry that another program made.
    ///
    /// # Errors
    /// `log_entry_exists`; [`LogError`]. `log_copy_failed`: it is kept, and not in the copy.
    pub fn add(&self, entry: &LogEntry) -> Result<(), LogError> {
        let exists = || Message::new("log_entry_exists").with("id", entry.id());
        if self.own.find(entry.log_type(), entry.id())?.is_some() {
            return Err(LogError::Refused(exists()));
        }
        match self.storage.save(std::slice::from_ref(entry))?[..] {
            [SavedEntry::Added | SavedEntry::Unchanged] => self.copy(entry),
            _ => Err(LogError::Refused(exists())),
        }
    }

    /// Writes down what has become of another program's execution.
    ///
    /// # Errors
    /// `execution_is_run` for a run of ours; `execution_unknown`, `execution_final`; [`LogError`].
    /// `log_copy_failed`: it is written down, and not in the copy.
    pub fn update(&self, id: &str, update: ExecutionUpdate) -> Result<Execution, LogError> {
        if self.own.find(LogType::Executions, id)?.is_some() {
            let refusal = Message::new("execution_is_run").with("id", id);
            return Err(LogError::Refused(refusal));
        }
        let updated = self.storage.update(id, update)?;
        if self.copy.is_some()
            && let Some(whole) = self.storage.find(LogType::Executions, id)?
        {
            self.copy(&whole)?;
        }
        Ok(updated)
    }

    fn copy(&self, entry: &LogEntry) -> Result<(), LogError> {
        let Some(copy) = self.copy else {
            return Ok(());
        };
        copy.replace(entry).map_err(|error| {
            let failed = Message::new("log_copy_failed");
            LogError::Refused(failed.with("id", entry.id()).with("detail", error))
        })
    }
}
