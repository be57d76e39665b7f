//! Entries of the log (requirement 001): executions of workflows and operations on them, as programs
//! exchange them. What is read tolerantly here is kept: keys nobody knows stay beside the known
//! ones, words and times as they came.
//!
//! Absent on purpose: where entries are stored (`files::log`) and our own runs, which become entries
//! only when somebody asks.

mod entry;
mod message;
mod read;
mod status;

pub use entry::{Execution, ExecutionUpdate, LogChecksum, LogEntry, LogType, Operation};
pub use message::{LogMessage, Said, words_of};
pub use status::status_of_word;
