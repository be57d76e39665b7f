//! `log_*`: executions and operations, ours and those other programs record.

use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_core::json::print;
use flowkeep_core::log::{
    Execution, ExecutionUpdate, LogEntry, LogMessage, LogType, Operation, Said,
};
use flowkeep_core::{Message, Value};
use flowkeep_files::log::{
    DatabaseLog, FolderLog, Log, LogError, LogPage, LogQuery, LogReader as _, LogStorage, OwnLog,
    Sought,
};
use flowkeep_host::{Timestamp, text_path};
use flowkeep_store::Store;
use ulid::Ulid;

use super::{page, settings};
use crate::said::sentences;
use crate::types::{
    BrokenEntry, ExecutionEntry, ExecutionMessage, ExecutionPage, LogListInput, LogOperationInput,
    LogRef, LogShow, LogStartInput, LogStorageKind, LogUpdateInput, Nothing, Object,
    OperationEntry, OperationEntryPage, RunText,
};
use crate::{Api, AppError, Catalogue, Tongue, time};

/// Messages of an execution in a list.
const MESSAGES: u32 = 100;

/// A page of executions, newest first: our own runs, those a task started, and what other programs
/// recorded.
///
/// # Errors
/// `limit_too_large`, `time_unreadable`, `log_place_unknown`.
pub fn executions(api: &Api, input: LogListInput) -> Result<ExecutionPage, AppError> {
    let found = list(api, LogType::Executions, input)?;
    let next = next(&found);
    let items = found.items.into_iter();
    Ok(ExecutionPage {
        items: items
            .filter_map(|row| match row.entry {
                LogEntry::Execution(found) => Some(execution(found)),
                LogEntry::Operation(_) => None,
            })
            .collect(),
        next,
        total: found.total,
        broken: broken(found.broken),
    })
}

/// A page of operations on workflows, newest first: Activity, and what other programs recorded.
///
/// # Errors
/// As [`executions`].
pub fn operations(api: &Api, input: LogListInput) -> Result<OperationEntryPage, AppError> {
    let found = list(api, LogType::Operations, input)?;
    let next = next(&found);
    let items = found.items.into_iter();
    Ok(OperationEntryPage {
        items: items
            .filter_map(|row| match row.entry {
                LogEntry::Operation(found) => Some(operation(found)),
                LogEntry::Execution(_) => None,
            })
            .collect(),
        next,
        total: found.total,
        broken: broken(found.broken),
    })
}

/// One entry, whichever its type.
///
/// # Errors
/// `log_entry_nowhere`.
pub fn show(api: &Api, input: LogRef) -> Result<LogShow, AppError> {
    let found = with_log(api, |log| {
        let mut types = LogType::ALL.into_iter();
        types
            .find_map(|kind| log.find(kind, &input.id).transpose())
            .transpose()
    })?;
    let nowhere = || AppError::new("log_entry_nowhere").with("id", &input.id);
    Ok(shown(found.ok_or_else(nowhere)?))
}

/// Records that another program begins an execution.
///
/// # Errors
/// `log_entry_exists`, `log_copy_failed`.
pub fn start(api: &Api, input: LogStartInput) -> Result<ExecutionEntry, AppError> {
    let now = api.clock.now();
    let begun = Execution {
        id: input.id.unwrap_or_else(|| fresh_id(now)),
        workflow_id: Some(input.workflow),
        status: Some("running".to_owned()),
        start_time: Some(now.rfc3339()),
        context: Some(input.context.unwrap_or_default().into_value()),
        ..Execution::default()
    };
    let entry = LogEntry::Execution(begun.clone());
    with_log(api, |log| log.add(&entry))?;
    Ok(execution(begun))
}

/// Records what has become of another program's execution.
///
/// # Errors
/// `execution_unknown`, `execution_final`, `execution_is_run`, `log_copy_failed`.
pub fn update(api: &Api, input: LogUpdateInput) -> Result<ExecutionEntry, AppError> {
    let at = api.clock.now().rfc3339();
    let messages = input.messages.unwrap_or_default().into_iter();
    let messages = messages.map(|text| LogMessage {
        at: Some(at.clone()),
        level: input.level.clone().unwrap_or_else(|| "info".to_owned()),
        task: input.task.clone(),
        said: Said::Text(text),
    });
    let update = ExecutionUpdate {
        status: input.status,
        messages: messages.collect(),
    };
    let updated = with_log(api, |log| log.update(&input.id, update))?;
    Ok(execution(updated))
}

/// Records that another program did something to a workflow.
///
/// # Errors
/// `log_copy_failed`.
pub fn record_operation(api: &Api, input: LogOperationInput) -> Result<OperationEntry, AppError> {
    let now = api.clock.now();
    let done = Operation {
        id: fresh_id(now),
        operation_type: Some(input.operation_type),
        workflow_id: Some(input.workflow),
        timestamp: Some(now.rfc3339()),
        user: Some(api.actor()?),
        data: input.data,
        rest: Vec::new(),
    };
    let entry = LogEntry::Operation(done.clone());
    with_log(api, |log| log.add(&entry))?;
    Ok(operation(done))
}

/// Where the log is, as the settings have it.
pub(crate) struct LogPlace {
    store: Arc<Store>,
    storage: LogStorageKind,
    root: PathBuf,
}

impl LogPlace {
    pub(crate) fn of(api: &Api) -> Result<Self, AppError> {
        let settings = settings::show(api, Nothing {})?;
        let given = settings.log_dir.as_deref().map(text_path);
        Ok(Self {
            store: Arc::clone(&api.store),
            storage: settings.log_storage,
            root: given.unwrap_or_else(|| api.data_dir.join("logs")),
        })
    }

    fn folder<'a>(&'a self, say: &'a dyn Fn(&Message) -> String) -> FolderLog<'a> {
        let own = OwnLog { store: &self.store };
        FolderLog::new(self.root.clone(), say).beside(own)
    }

    /// The folder, where it is all there is of other programs' log.
    pub(crate) fn with_files<T>(
        &self,
        work: impl FnOnce(&FolderLog<'_>) -> Result<T, LogError>,
    ) -> Result<Option<T>, LogError> {
        let say = say();
        let folder = self.folder(&say);
        let is_all = self.storage == LogStorageKind::Files;
        is_all.then(|| work(&folder)).transpose()
    }

    /// Removes the copies of runs of ours from the folder, for as long as anybody reads it there.
    ///
    /// # Errors
    /// As [`FolderLog::remove_copies`].
    pub(crate) fn forget(&self, runs: &[String]) -> Result<(), LogError> {
        if self.storage == LogStorageKind::Database {
            return Ok(());
        }
        self.folder(&say()).remove_copies(runs)
    }

    /// Whether the log is written into files as well.
    pub(crate) fn copies(&self) -> bool {
        self.storage == LogStorageKind::Both
    }

    /// Works on the log.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Log<'_>) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        let say = say();
        let folder = self.folder(&say);
        let database = DatabaseLog { store: &self.store };
        let storage: &dyn LogStorage = match self.storage {
            LogStorageKind::Database | LogStorageKind::Both => &database,
            LogStorageKind::Files => &folder,
        };
        work(&Log {
            own: OwnLog { store: &self.store },
            storage,
            copy: (self.storage == LogStorageKind::Both).then_some(&folder),
        })
    }
}

fn with_log<T>(
    api: &Api,
    work: impl FnOnce(&Log<'_>) -> Result<T, LogError>,
) -> Result<T, AppError> {
    Ok(LogPlace::of(api)?.with(work)?)
}

/// What puts messages of ours into words in files: for programs and people of any language.
pub(super) fn say() -> impl Fn(&Message) -> String {
    let catalogue = Catalogue::new(Tongue::English);
    move |message| catalogue.say(message)
}

fn list(api: &Api, log: LogType, input: LogListInput) -> Result<LogPage, AppError> {
    let now = api.clock.now().0;
    let at = |text: Option<String>| text.map(|text| time::given(&text, now)).transpose();
    let given = |text: Option<String>| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let query = LogQuery {
        workflow: input.workflow,
        word: given(input.word),
        since: at(input.since)?,
        until: at(input.until)?,
        sought: given(input.text).map(|text| Sought::new(&text, sentences())),
        after: input.after,
        limit: page(input.limit, 50)?,
        count: input.count.unwrap_or_default(),
        messages: MESSAGES,
    };
    with_log(api, |whole| whole.page(log, &query))
}

fn next(page: &LogPage) -> Option<String> {
    let last = page.items.last().filter(|_| page.more)?;
    Some(last.place.clone())
}

fn broken(files: Vec<(String, Message)>) -> Vec<BrokenEntry> {
    let files = files.into_iter();
    files
        .map(|(path, reason)| BrokenEntry { path, reason })
        .collect()
}

fn fresh_id(now: Timestamp) -> String {
    let millis = std::time::Duration::from_millis(u64::try_from(now.0).unwrap_or_default());
    Ulid::from_datetime(std::time::UNIX_EPOCH + millis).to_string()
}

fn shown(entry: LogEntry) -> LogShow {
    match entry {
        LogEntry::Execution(found) => LogShow::Execution(execution(found)),
        LogEntry::Operation(found) => LogShow::Operation(operation(found)),
    }
}

fn execution(entry: Execution) -> ExecutionEntry {
    ExecutionEntry {
        state: entry.state(),
        execution_id: entry.id,
        workflow_id: entry.workflow_id,
        status: entry.status,
        start_time: entry.start_time,
        end_time: entry.end_time,
        context: entry.context.into(),
        messages: entry.messages.into_iter().map(message).collect(),
        rest: Object(entry.rest),
    }
}

fn message(message: LogMessage) -> ExecutionMessage {
    let text = match message.said {
        Said::Text(text) => RunText::Line(text),
        Said::Message(message) => RunText::Message(message),
        Said::Other(value) => {
            let said = value.get_any(&["text", "message", "msg"]);
            let said = said.and_then(Value::as_str).map(str::to_owned);
            RunText::Line(said.unwrap_or_else(|| print(&value)))
        }
    };
    ExecutionMessage {
        at: message.at,
        level: message.level,
        task: message.task,
        text,
    }
}

fn operation(entry: Operation) -> OperationEntry {
    OperationEntry {
        operation_id: entry.id,
        operation_type: entry.operation_type,
        workflow_id: entry.workflow_id,
        timestamp: entry.timestamp,
        user: entry.user,
        data: entry.data.into(),
        rest: Object(entry.rest),
    }
}

impl From<LogError> for AppError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Refused(message) => message.into(),
            LogError::Store(error) => error.into(),
            LogError::Files(error) => error.into(),
        }
    }
}
