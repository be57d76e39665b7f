//! The one list of commands (ARCHITECTURE.md, invariant 4). Desktop, CLI and later HTTP call the
//! same bodies: parse, decide in `core`, persist, answer. [`call`] reaches them by name and JSON,
//! the CLI calls them by type.
//!
//! Absent on purpose: Tauri, a terminal, and words. Answers carry codes; the catalogue turns them
//! into sentences ([`Catalogue`]).

mod apart;
mod api;
mod backup_disks;
mod backup_list;
mod belonging;
mod bodies;
mod catalogue;
mod checklist;
mod commands;
mod configuring;
mod definitions;
mod differing;
mod engine_seat;
mod error;
mod folders_coming;
mod keeper;
mod log_copy;
mod looking;
mod mount_points;
mod outlived;
mod ownership;
mod plans;
mod preparing;
mod progress;
mod put_right;
#[cfg(test)]
mod remedied;
mod report;
mod roots_coming;
mod safety_copy;
mod said;
mod scratch;
mod script;
mod set_aside;
mod staying;
#[cfg(test)]
mod testing;
mod time;
mod trouble_mark;
pub mod types;
mod wording;

pub use api::{Api, Face, NoPlaces, OpenOptions, Places};
pub use backup_list::newest_good_backup;
pub use bodies::run_trend::TrendSpan;
pub use bodies::{
    activity, agents, away, backups, config_roots, diagnostics, documents, drafts, duplicates,
    examples, exports, fallen, folder_clean_ups, folder_compare, folder_contents, folder_put_back,
    folders, history, log_transfers, logs, notices, overview, plan_decisions, restores, revisions,
    routes, run_change_many, run_changes, run_compare, run_exports, run_folders, run_overview,
    run_previews, run_questions, run_related, run_reports, run_steps, run_timeline, run_trend,
    run_window, runs, schedules, secrets, session_clean_up, session_copy, session_definition,
    session_export, session_forget, session_import, session_in_place, session_list,
    session_recovery, session_scrub, session_snapshots, session_store, sessions, settings,
    snapshot_keys, sources, start_sheet, strategies, templates,
};
pub use catalogue::{Catalogue, Tongue, begun};
pub use commands::{Command, call, commands, typescript};
pub use error::AppError;
pub use flowkeep_files::{Existing, io_reason};
pub use flowkeep_host::{Cancellation, DataFolder, FolderOrigin, LoginStart, path_text, text_path};
pub use flowkeep_store::{Follower, Reach, Request};
pub use keeper::keep_engine;
pub use log_copy::copy_log;
pub use ownership::{AlreadyOpen, WindowClaim, show_window, window_claim};
pub use progress::{Progress, Silent};
pub use safety_copy::{SafetyCopy, copy_for_this_version, newest_safety_copy};
pub use set_aside::SetAside;
pub use staying::GoingOn;
