//! The one authority: a SQLite database in WAL mode. One writer thread commits what has queued up,
//! a few read-only connections read beside it, other processes share the file. Everything that
//! changes yields tags in the same transaction (ARCHITECTURE.md, invariants 3 and 10).
//!
//! No SQL on our own database stands outside this crate. Absent on purpose: reading or writing the
//! user's files, and deciding what a document means; rows arrive here already summed up by `core`.

mod arrival;
mod change;
mod clean_up;
mod config_look;
mod config_root;
mod config_seen;
mod config_snapshot;
mod connection;
mod document;
mod draft;
mod error;
mod fallen_intended;
mod fallen_write;
mod folder_archive;
mod folder_backup;
mod folder_work;
mod forgotten_folder;
mod inbox;
mod interrupt;
mod known_backup;
mod list;
mod log_entry;
mod log_page;
mod look;
mod looked;
mod notice;
mod notice_channel;
mod opened;
mod operation;
mod operation_list;
mod owner;
mod path_value;
mod pressed;
mod readers;
mod removed_run;
mod removed_run_rows;
mod root_backup;
mod run;
mod run_agents;
mod run_folder;
mod run_lengths;
mod run_list;
mod run_noted;
mod run_outlook;
mod run_overview;
mod run_related;
mod run_request;
mod run_round;
mod run_search;
mod run_window;
mod safety_copy;
mod said_once;
mod schedule;
mod schedule_backup;
mod schema;
mod search;
mod session;
mod session_attempt;
mod session_backup;
mod session_import;
mod session_list;
mod session_work;
mod setting;
mod snapshot;
mod snapshot_clean_up;
mod snapshot_log;
mod snapshot_object;
mod snapshot_runs;
mod snapshot_scrub;
mod space;
mod staging;
mod staging_apply;
mod staging_log;
mod staging_parts;
mod staging_plan;
mod staging_runs;
mod staging_sessions;
mod statistics;
mod stopped;
mod store;
mod task_folder;
mod undo;
mod writer;

pub use arrival::{ArrivalRun, Arrived};
pub use change::{Follower, Reach, Tag};
pub use clean_up::{CleanUp, CleanUpActor, CleanUpRule, Copies};
pub use config_look::{ConfigLook, LookedAt};
pub use config_root::ConfigRootRecord;
pub use config_seen::ConfigSeen;
pub use config_snapshot::{
    ConfigEntry, ConfigSnapshotRecord, NewConfigSnapshot, NewTree, SnapshotTotals,
};
pub use connection::{ConnectionRecord, SnapshotConnection, SourceHealth};
pub use document::{DocumentRecord, NewDocument, RevisionRecord, StoredText};
pub use draft::{DraftRecord, KeptDraft};
pub use error::StoreError;
pub use fallen_write::{FallenCount, FallenFilter, FallenWriteRecord, NewFallenWrite};
pub use folder_archive::KnownArchive;
pub use folder_backup::{FolderWanted, SnapshotFolder};
pub use folder_work::{FolderBegun, FolderWork, FolderWorkKind};
pub use forgotten_folder::ForgottenFolder;
pub use inbox::Request;
pub use known_backup::KnownBackup;
pub use list::{ListQuery, ListSort, Listing};
pub use log_entry::{SavedEntry, UPDATED_MESSAGES};
pub use log_page::{LogFilter, LogKey, LogRows};
pub use notice::{Delivery, DeliveryState, FailedTry};
pub use notice_channel::ChannelRecord;
pub use operation::{ChangesRecord, NewOperation, OperationItemRecord, OperationRecord};
pub use operation_list::{OperationFilter, OperationPage};
pub use owner::OwnerRecord;
pub use removed_run::{RemovalPlan, RemovedRuns, ReturnedRuns, RunStays, RunStaysAway};
pub use root_backup::StagedRoot;
pub use run::{IMPORTED, KeptRun, NewRun, Parent};
pub use run_agents::{AttemptUnderWay, UnservedTask};
pub use run_folder::{HeldFolder, RunFolder};
pub use run_lengths::RunLength;
pub use run_list::{
    AttemptRecord, AttemptTimes, BegunBy, MessageRecord, OutputRecord, RunCount, RunCounts,
    RunFilter, RunHit, RunNeed, RunPage, RunRecord,
};
pub use run_noted::NotedRecord;
pub use run_outlook::{Expected, OpenRuns};
pub use run_overview::{AskingRecord, ProgressRecord, UnderWayRecord};
pub use run_request::{NewRunRequest, RequestAnswer, RunRequest, Watch};
pub use run_round::{AssignedSource, RunWrite, Said};
pub use run_window::{MOST_BUCKETS, RunWindow, WindowAsked, WindowRow};
pub use safety_copy::{check_copy, newest_operation_in_copy};
pub use schedule::{EventRecord, Listened, Paused, ScheduleLook, ScheduleRecord};
pub use schedule_backup::SnapshotSchedule;
pub use schema::APPLICATION_ID;
pub use session::{NewSession, SessionRecord};
pub use session_attempt::{NewAttempt, SessionAttempt, SessionCopy, WorksWith};
pub use session_backup::{
    SessionTotals, SnapshotAttempt, SnapshotEntry, SnapshotObject, SnapshotSession, SnapshotTree,
    SnapshotVersion,
};
pub use session_list::{
    ListedSession, SessionCounts, SessionFilter, SessionPage, SessionPlace, Which,
};
pub use session_work::{FileUser, SessionWork};
pub use snapshot::{DocumentRow, Snapshot, SnapshotDocument, SnapshotOperation, SnapshotRevision};
pub use snapshot_clean_up::{AgedSession, AgedSnapshot, CountedOn, SparsePack};
pub use snapshot_log::{
    SnapshotExecution, SnapshotLog, SnapshotLogMessage, SnapshotLoggedOperation,
};
pub use snapshot_object::{
    ClosedSnapshot, EncryptedPack, KeptObject, KeptPack, NewObject, NewPack, WrongCounts,
};
pub use snapshot_runs::{Lost, SnapshotMessage, SnapshotRun, SnapshotRunHead, SnapshotTask};
pub use snapshot_scrub::{HeldFile, NeededPack};
pub use staging::{IncomingDocument, IndexTerms, Rejection, StagedItem, Staging, StateThere};
pub use staging_apply::{ApplyOutcome, ApplyRequest};
pub use staging_parts::{PartFile, PartTotal};
pub use staging_plan::{Choice, GroupTotal, StagedGroup, StagedPart};
pub use staging_runs::BrokenRun;
pub use staging_sessions::{BrokenSession, SNAPSHOTS_BROUGHT_AT};
pub use statistics::{Figures, STATISTICS_RUNS, Spread, Statistics, StatisticsFilter};
pub use stopped::StoppedRecord;
pub use store::{Store, StoreOptions};
pub use task_folder::TaskFolderRecord;
pub use undo::{KeptWhy, UndoKept, UndoOutcome};
pub use writer::Tx;
