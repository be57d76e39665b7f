//! Our own runs and changes of workflows, as entries of the log.

use flowkeep_core::json;
use flowkeep_core::log::{
    Execution, LogEntry, LogMessage, LogType, Operation, Said, status_of_word,
};
use flowkeep_core::{RunId, Value};
use flowkeep_host::Timestamp;
use flowkeep_store::{
    KeptRun, OperationFilter, OperationRecord, RunCount, RunFilter, Said as Told, Store,
};

use super::{LogError, LogPage, LogQuery, LogReader, LogRow, no_place};

/// Messages read at a time.
const MESSAGES: u32 = 1000;

/// The history this program made.
pub struct OwnLog<'a> {
    /// The database.
    pub store: &'a Store,
}

impl LogReader for OwnLog<'_> {
    fn find(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, LogError> {
        match log {
            LogType::Executions => {
                let Ok(id) = id.parse::<RunId>() else {
                    return Ok(None);
                };
                match self.store.run(id)? {
                    Some(run) => Ok(Some(self.execution(run, u32::MAX)?)),
                    None => Ok(None),
                }
            }
            LogType::Operations => Ok(self.store.operation(id)?.map(operation)),
        }
    }

    fn page(&self, log: LogType, query: &LogQuery) -> Result<LogPage, LogError> {
        match log {
            LogType::Executions => self.executions(query),
            LogType::Operations => self.operations(query),
        }
    }
}

impl OwnLog<'_> {
    /// Whether it has this entry.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn has(&self, log: LogType, id: &str) -> Result<bool, LogError> {
        Ok(match log {
            LogType::Executions => match id.parse() {
                Ok(id) => self.store.run(id)?.is_some(),
                Err(_) => false,
            },
            LogType::Operations => self.store.operation(id)?.is_some(),
        })
    }

    fn executions(&self, query: &LogQuery) -> Result<LogPage, LogError> {
        let status = query.word.as_deref().map(status_of_word);
        if status == Some(None) {
            return Ok(none(query));
        }
        let after = query.after.as_deref();
        let after = after.map(|place| place.parse().map_err(|_| no_place(place)));
        let mut filter = RunFilter {
            workflow: query.workflow.clone(),
            status: status.flatten(),
            since: query.since,
            until: query.until,
            words: query.sought.as_ref().map(|sought| sought.words.clone()),
            after: after.transpose()?,
            limit: query.limit,
            count: if query.count {
                RunCount::All
            } else {
                RunCount::No
            },
            ..RunFilter::default()
        };
        loop {
            let page = self.store.runs(&filter)?;
            let mut items = Vec::new();
            for row in page.items {
                // One that was removed since is not there.
                let Some(run) = self.store.run(row.id)? else {
                    continue;
                };
                items.push(LogRow {
                    at: run.created_at,
                    place: row.id.to_string(),
                    entry: self.execution(run, query.messages)?,
                });
            }
            filter.after = page.next;
            if items.is_empty() && filter.after.is_some() {
                // All of them: the next page begins behind something that is there.
                continue;
            }
            return Ok(LogPage {
                items,
                more: filter.after.is_some(),
                total: page.total,
                broken: Vec::new(),
            });
        }
    }

    fn execution(&self, run: KeptRun, messages: u32) -> Result<LogEntry, LogError> {
        let mut told = Vec::new();
        let mut last = 0;
        loop {
            let left = messages.saturating_sub(u32::try_from(told.len()).unwrap_or(u32::MAX));
            let lines = self
                .store
                .messages(run.row, last, None, left.min(MESSAGES))?;
            let Some(line) = lines.last() else {
                break;
            };
            last = line.number;
            told.extend(lines.into_iter().map(|line| LogMessage {
                at: Some(Timestamp(line.at).rfc3339()),
                level: line.level,
                task: line.task,
                said: match line.said {
                    Told::Message(message) => Said::Message(message),
                    Told::Line(text) => Said::Text(text),
                },
            }));
        }
        Ok(LogEntry::Execution(Execution {
            id: run.id.to_string(),
            workflow_id: run.workflow_id,
            status: Some(run.status.as_str().to_owned()),
            start_time: Some(Timestamp(run.started_at.unwrap_or(run.created_at)).rfc3339()),
            end_time: run.ended_at.map(|at| Timestamp(at).rfc3339()),
            context: Some(json::parse(&run.context)),
            messages: told,
            rest: Vec::new(),
        }))
    }

    fn operations(&self, query: &LogQuery) -> Result<LogPage, LogError> {
        if query.sought.is_some() {
            return Ok(none(query));
        }
        let page = self.store.operations(&OperationFilter {
            text: None,
            operation: query.word.as_deref().map(str::to_ascii_lowercase),
            changes: false,
            starts: false,
            kind: Some("workflow".to_owned()),
            id: query.workflow.clone(),
            since: query.since,
            until: query.until,
            after: query.after.clone(),
            limit: query.limit,
            count: query.count,
        })?;
        let rows = page.items.into_iter().map(|record| LogRow {
            at: record.at,
            place: record.id.clone(),
            entry: operation(record),
        });
        Ok(LogPage {
            items: rows.collect(),
            more: page.next.is_some(),
            total: page.total,
            broken: Vec::new(),
        })
    }
}

fn none(query: &LogQuery) -> LogPage {
    LogPage {
        total: query.count.then_some(0),
        ..LogPage::default()
    }
}

fn operation(record: OperationRecord) -> LogEntry {
    let number = |number: u32| Value::Number(number.to_string());
    let mut data = vec![("count".to_owned(), number(record.count))];
    for (key, value) in [
        ("name", record.subject_name.map(Value::String)),
        ("before", record.before.map(number)),
        ("after", record.after.map(number)),
        ("undoes", record.undoes.map(Value::String)),
    ] {
        data.extend(value.map(|value| (key.to_owned(), value)));
    }
    let of_workflow = record.kind.as_deref() == Some("workflow");
    LogEntry::Operation(Operation {
        id: record.id,
        operation_type: Some(record.operation),
        workflow_id: record.subject_id.filter(|_| of_workflow),
        timestamp: Some(Timestamp(record.at).rfc3339()),
        user: Some(record.actor),
        data: Some(Value::Object(data)),
        rest: Vec::new(),
    })
}
