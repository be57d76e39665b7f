//! What goes in and out of the commands. Every type here is also a TypeScript type
//! (`ui/src/ipc/generated`); our own numbers stay below 2^53, those of other people are kept as they
//! are spelled and reach a script as a text where it could not hold them (`script`); foreign ids are
//! strings, times are RFC 3339 in UTC.

mod activity;
mod agent;
mod away;
mod backup;
mod config_root;
mod document;
mod draft;
mod fallen;
mod flow_hindered;
mod folder;
mod folder_clean_up;
mod folder_compare;
mod folder_contents;
mod folder_put_back;
mod log;
mod notice;
mod object;
mod overview;
mod place;
mod plan;
mod route;
mod run;
mod run_change;
mod run_compare;
mod run_export;
mod run_folder;
mod run_overview;
mod run_preview;
mod run_question;
mod run_related;
mod run_steps;
mod run_timeline;
mod run_trend;
mod run_window;
mod schedule;
mod session;
mod session_clean_up;
mod session_export;
mod session_import;
mod session_in_place;
mod session_recovery;
mod session_scrub;
mod session_snapshot;
mod session_store;
mod settings;
mod source;
mod start_sheet;
mod strategy;
mod template;

pub use activity::*;
pub use agent::*;
pub use away::*;
pub use backup::*;
pub use config_root::*;
pub use document::*;
pub use draft::*;
pub use fallen::*;
pub use flow_hindered::*;
pub use folder::*;
pub use folder_clean_up::*;
pub use folder_compare::*;
pub use folder_contents::*;
pub use folder_put_back::*;
pub use log::*;
pub use notice::*;
pub use object::*;
pub use overview::*;
pub use place::*;
pub use plan::*;
pub use route::*;
pub use run::*;
pub use run_change::*;
pub use run_compare::*;
pub use run_export::*;
pub use run_folder::*;
pub use run_overview::*;
pub use run_preview::*;
pub use run_question::*;
pub use run_related::*;
pub use run_steps::*;
pub use run_timeline::*;
pub use run_trend::*;
pub use run_window::*;
pub use schedule::*;
pub use session::*;
pub use session_clean_up::*;
pub use session_export::*;
pub use session_import::*;
pub use session_in_place::*;
pub use session_recovery::*;
pub use session_scrub::*;
pub use session_snapshot::*;
pub use session_store::*;
pub use settings::*;
pub use source::*;
pub use start_sheet::*;
pub use strategy::*;
pub use template::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// No input.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
