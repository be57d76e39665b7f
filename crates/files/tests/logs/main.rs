//! The log of requirement 001 in both storages, and the way between them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod storages;
mod transfers;

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::json;
use flowkeep_core::log::{LogEntry, LogType};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{Store, StoreOptions};

pub(crate) fn store(folder: &Path) -> Store {
    Store::open(StoreOptions {
        path: folder.join("flowkeep.db"),
        safety: folder.join("safety"),
        clock: Arc::new(TestClock::at(1_700_000_000_000)),
    })
    .unwrap()
}

pub(crate) fn say(message: &Message) -> String {
    format!("said: {}", message.code)
}

pub(crate) fn execution(text: &str) -> LogEntry {
    LogEntry::read(Some(LogType::Executions), &json::parse(text), "None").unwrap()
}
