//! The bodies of the commands, a module per noun. Each is short: parse, decide in `core`, persist,
//! answer.

pub mod activity;
pub mod agents;
pub mod away;
pub mod backups;
pub mod config_roots;
pub mod diagnostics;
pub mod documents;
pub mod drafts;
pub mod duplicates;
pub mod examples;
pub mod exports;
pub mod fallen;
pub(crate) mod flow_hindered;
pub mod folder_clean_ups;
pub mod folder_compare;
pub mod folder_contents;
mod folder_for_runs;
pub mod folder_put_back;
pub mod folders;
pub mod history;
mod lacking_here;
pub mod log_transfers;
pub mod logs;
pub mod notices;
pub mod overview;
pub mod plan_decisions;
mod preflight;
mod preflight_folder;
pub mod restores;
pub mod revisions;
pub mod routes;
mod run_activity;
pub mod run_change_many;
pub mod run_changes;
pub mod run_compare;
pub mod run_exports;
mod run_files;
pub mod run_folders;
pub mod run_overview;
pub mod run_previews;
pub mod run_questions;
pub mod run_related;
pub mod run_reports;
pub mod run_steps;
pub mod run_timeline;
pub mod run_trend;
mod run_trust;
pub mod run_window;
pub mod runs;
pub mod schedules;
pub mod secrets;
pub mod session_clean_up;
pub mod session_copy;
pub mod session_definition;
pub mod session_export;
pub mod session_forget;
pub mod session_import;
pub mod session_in_place;
pub mod session_list;
pub mod session_recovery;
mod session_runs;
pub mod session_scrub;
pub mod session_snapshots;
pub mod session_store;
pub mod sessions;
pub mod settings;
pub mod snapshot_keys;
pub mod sources;
pub mod start_sheet;
pub mod strategies;
pub mod templates;
mod uses;

use crate::AppError;

/// The page size for a limit somebody asks for.
///
/// # Errors
/// `limit_too_large` above 500.
pub(crate) fn page(limit: Option<u32>, usual: u32) -> Result<u32, AppError> {
    const MOST: u32 = 500;
    match limit {
        Some(limit) if limit > MOST => Err(AppError::new("limit_too_large")
            .with("limit", limit)
            .with("most", MOST)),
        Some(limit) => Ok(limit),
        None => Ok(usual),
    }
}
