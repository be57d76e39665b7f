//! The list of commands. Whatever a person can do is one entry here; faces differ only in how they
//! reach it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use flowkeep_core::Kind;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::{Config, TS};

use crate::bodies::{
    activity, agents, away, backups, config_roots, diagnostics, documents, drafts, duplicates,
    examples, exports, fallen, flow_hindered, folder_clean_ups, folder_compare, folder_contents,
    folder_put_back, folders, history, log_transfers, logs, notices, overview, plan_decisions,
    restores, revisions, routes, run_change_many, run_changes, run_compare, run_exports,
    run_overview, run_previews, run_questions, run_related, run_reports, run_steps, run_timeline,
    run_trend, run_window, runs, schedules, secrets, session_clean_up, session_definition,
    session_export, session_forget, session_import, session_in_place, session_list,
    session_recovery, session_scrub, session_snapshots, session_store, sessions, settings,
    snapshot_keys, sources, start_sheet, strategies, templates,
};
use crate::types as t;
use crate::{Api, AppError, Progress, script};

/// One command.
pub struct Command {
    /// Its name: the CLI's noun and verb.
    pub name: &'static str,
    /// Whether it changes something.
    pub writes: bool,
    /// Whether it may take long: it reports progress and can be cancelled.
    pub long: bool,
    /// Whether it takes a place on disk. On a network face only below registered roots.
    pub takes_place: bool,
    run: fn(&Api, Value, &dyn Progress) -> Result<String, AppError>,
    types: fn(&Config) -> (String, String),
    export: fn(&Config) -> Result<(), ts_rs::ExportError>,
}

/// Calls a command by name. The answer is JSON for a script: see [`script`].
///
/// # Errors
/// `command_unknown`, `input_invalid`, and whatever the command answers.
pub fn call(
    api: &Api,
    name: &str,
    input: Value,
    progress: &dyn Progress,
) -> Result<String, AppError> {
    let command = commands().find(|command| command.name == name);
    let command = command.ok_or_else(|| AppError::new("command_unknown").with("name", name))?;
    if command.writes {
        api.may_write()?;
    }
    (command.run)(api, input, progress)
}

fn parse<T: DeserializeOwned>(input: Value) -> Result<T, AppError> {
    let input = if input.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        input
    };
    serde_json::from_value(input)
        .map_err(|error| AppError::new("input_invalid").with("detail", error))
}

fn answer<T: Serialize>(output: &T) -> Result<String, AppError> {
    script::print(output).map_err(|error| AppError::new("internal").with("detail", error))
}

fn names<I: TS, O: TS>(config: &Config) -> (String, String) {
    (I::name(config), O::name(config))
}

fn export<I: TS + 'static, O: TS + 'static>(config: &Config) -> Result<(), ts_rs::ExportError> {
    I::export_all(config)?;
    O::export_all(config)
}

/// An entry of the list. `short` bodies take the API and the input, `long` ones progress too,
/// `of KIND` ones are shared by the four kinds.
macro_rules! command {
    ($name:literal, $input:ty => $output:ty, $body:path, [$($attribute:ident)*] long) => {
        command!(@entry $name, $input => $output, [$($attribute)*], true, |api, input, progress| {
            answer(&$body(api, parse::<$input>(input)?, progress)?)
        })
    };
    ($name:literal, $input:ty => $output:ty, $body:path, [$($attribute:ident)*] of $kind:expr) => {
        command!(@entry $name, $input => $output, [$($attribute)*], false, |api, input, _| {
            answer(&$body(api, $kind, parse::<$input>(input)?)?)
        })
    };
    ($name:literal, $input:ty => $output:ty, $body:path, [$($attribute:ident)*]) => {
        command!(@entry $name, $input => $output, [$($attribute)*], false, |api, input, _| {
            answer(&$body(api, parse::<$input>(input)?)?)
        })
    };
    (@entry $name:literal, $input:ty => $output:ty, [$($attribute:ident)*], $long:literal, $run:expr) => {
        Command {
            name: $name,
            writes: command!(@has writes $($attribute)*),
            long: $long,
            takes_place: command!(@has place $($attribute)*),
            run: $run,
            types: names::<$input, $output>,
            export: export::<$input, $output>,
        }
    };
    (@has writes writes $($rest:ident)*) => { true };
    (@has place place $($rest:ident)*) => { true };
    (@has $wanted:ident $other:ident $($rest:ident)*) => { command!(@has $wanted $($rest)*) };
    (@has $wanted:ident) => { false };
}

/// The twelve commands of one noun.
macro_rules! noun {
    ($kind:expr, $list:literal $show:literal $create:literal $update:literal $delete:literal
     $undelete:literal $duplicate:literal $history:literal $compare:literal $revert:literal
     $draft:literal $export:literal) => {
        [
            command!($list, t::ListInput => t::DocumentPage, documents::list, [] of $kind),
            command!($show, t::DocumentRef => t::DocumentShow, documents::show, [] of $kind),
            command!($create, t::CreateInput => t::Changed, documents::create, [writes] of $kind),
            command!($update, t::UpdateInput => t::Changed, documents::update, [writes] of $kind),
            command!($delete, t::DeleteInput => t::Deleted, documents::delete, [writes] of $kind),
            command!($undelete, t::DocumentRef => t::Changed, documents::undelete, [writes] of $kind),
            command!($duplicate, t::DocumentRef => t::Changed, duplicates::duplicate, [writes] of $kind),
            command!($history, t::DocumentRef => t::History, revisions::history, [] of $kind),
            command!($compare, t::CompareInput => t::Comparison, revisions::compare, [] of $kind),
            command!($revert, t::RevertInput => t::Changed, revisions::revert, [writes] of $kind),
            command!($draft, t::DraftInput => t::Draft, drafts::draft, [] of $kind),
            command!($export, t::ExportInput => t::DocumentsExported, exports::export, [place] of $kind),
        ]
    };
}

static FLOW: [Command; 12] = noun!(Kind::Workflow,
    "flow_list" "flow_show" "flow_create" "flow_update" "flow_delete" "flow_undelete"
    "flow_duplicate" "flow_history" "flow_compare" "flow_revert" "flow_draft" "flow_export");
static ROADMAP: [Command; 12] = noun!(Kind::Roadmap,
    "roadmap_list" "roadmap_show" "roadmap_create" "roadmap_update" "roadmap_delete"
    "roadmap_undelete" "roadmap_duplicate" "roadmap_history" "roadmap_compare" "roadmap_revert"
    "roadmap_draft" "roadmap_export");
static RULE: [Command; 12] = noun!(Kind::Rule,
    "rule_list" "rule_show" "rule_create" "rule_update" "rule_delete" "rule_undelete"
    "rule_duplicate" "rule_history" "rule_compare" "rule_revert" "rule_draft" "rule_export");
static TEMPLATE: [Command; 12] = noun!(Kind::Template,
    "template_list" "template_show" "template_create" "template_update" "template_delete"
    "template_undelete" "template_duplicate" "template_history" "template_compare"
    "template_revert" "template_draft" "template_export");

static OTHERS: &[Command] = &[
    command!("draft_list", t::Nothing => t::DraftList, drafts::list, []),
    command!("draft_show", t::DraftRef => t::DraftShow, drafts::show, []),
    command!("draft_keep", t::DraftKeepInput => t::Nothing, drafts::keep, [writes]),
    command!("draft_forget", t::DraftRef => t::Nothing, drafts::forget, [writes]),
    command!("import_plan", t::ImportPlanInput => t::PlanSummary, restores::import_plan, [place] long),
    command!("import_apply", t::PlanRef => t::ImportResult, restores::import_apply, [writes] long),
    command!("db_restore_plan", t::RestorePlanInput => t::PlanSummary, restores::restore_plan, [place] long),
    command!("db_restore", t::RestoreInput => t::RestoreResult, restores::restore, [writes] long),
    command!("db_undo", t::UndoInput => t::UndoResult, restores::undo, [writes]),
    command!("plan_show", t::PlanRef => t::PlanSummary, plan_decisions::show, []),
    command!("plan_items", t::PlanItemsInput => t::PlanPage, plan_decisions::items, []),
    command!("plan_decide", t::PlanDecideInput => t::PlanSummary, plan_decisions::decide, []),
    command!("plan_compare", t::PlanItemInput => t::Comparison, plan_decisions::compare, []),
    command!("plan_results", t::PlanItemsInput => t::PlanResults, plan_decisions::results, []),
    command!("plan_discard", t::PlanRef => t::Nothing, plan_decisions::discard, []),
    command!("db_backup_plan", t::BackupInput => t::BackupPlan, backups::backup_plan, [place]),
    command!("db_backup", t::BackupInput => t::BackupResult, backups::backup, [writes place] long),
    command!("db_verify", t::VerifyInput => t::VerifyResult, backups::verify, [place] long),
    command!("db_backups", t::Nothing => t::BackupList, backups::list, []),
    command!("db_unfinished_remove", t::UnfinishedInput => t::Nothing, backups::unfinished_remove, [writes]),
    command!("db_interrupted_seen", t::Nothing => t::Nothing, overview::interrupted_restore_seen, [writes]),
    command!("activity_list", t::ActivityInput => t::ActivityPage, activity::list, []),
    command!("activity_show", t::OperationRef => t::OperationShow, activity::show, []),
    command!("activity_export", t::ExportTo => t::Exported, activity::export, [place]),
    command!("overview_show", t::Nothing => t::Overview, overview::show, []),
    command!("settings_show", t::Nothing => t::Settings, settings::show, []),
    command!("settings_update", t::SettingsUpdate => t::Settings, settings::update, [writes place]),
    command!("example_add", t::Nothing => t::Changed, examples::add, [writes]),
    command!("example_remove", t::Nothing => t::Changed, examples::remove, [writes]),
    command!("run_start", t::RunStartInput => t::RunStatus, run_changes::start, [writes]),
    command!("run_task", t::RunTaskInput => t::RunTaskResult, run_changes::task, [writes] long),
    command!("run_list", t::RunListInput => t::RunPage, runs::list, []),
    command!("run_list_export", t::RunListExportInput => t::RunListExported, run_exports::list, [place] long),
    command!("run_window", t::RunWindowInput => t::RunWindow, run_window::window, []),
    command!("run_rows", t::RunRowsInput => t::RunRows, run_window::rows, []),
    command!("run_days", t::RunDaysInput => t::RunDays, run_window::days, []),
    command!("run_trend", t::RunTrendInput => t::RunTrend, run_trend::trend, []),
    command!("run_trend_export", t::RunTrendExportInput => t::Exported, run_trend::export, [place]),
    command!("run_steps", t::RunRef => t::RunSteps, run_steps::show, []),
    command!("run_show", t::RunShowInput => t::RunShow, runs::show, []),
    command!("run_timeline", t::RunTimelineInput => t::RunTimeline, run_timeline::timeline, []),
    command!("run_definition", t::RunRef => t::RunDefinition, run_related::definition, []),
    command!("run_related", t::RunRef => t::RunRelated, run_related::related, []),
    command!("run_data", t::RunDataInput => t::RunData, run_related::data, []),
    command!("run_data_save", t::RunDataSaveInput => t::Exported, run_related::data_save, [place]),
    command!("run_export", t::RunExportInput => t::Exported, run_reports::export, [place]),
    command!("run_task_show", t::RunTaskRef => t::RunTaskShow, runs::task, []),
    command!("run_compare", t::RunCompareInput => t::RunCompared, run_compare::compare, []),
    command!("flow_hindered", t::Nothing => t::HinderedFlows, flow_hindered::list, []),
    command!("run_overview", t::Nothing => t::RunOverview, run_overview::show, []),
    command!("run_output", t::RunTaskRef => t::RunOutput, runs::output, []),
    command!("run_preview", t::RunPreviewInput => t::RunPreview, run_previews::preview, []),
    command!("run_configuration", t::RunConfigurationInput => t::RunConfiguration, run_previews::configuration, []),
    command!("run_log", t::RunLogInput => t::RunLog, runs::log, []),
    command!("run_cancel", t::RunRef => t::RunStatus, run_changes::cancel, [writes]),
    command!("run_change_many", t::RunChangeManyInput => t::RunsChanged, run_change_many::change_many, [writes] long),
    command!("run_delete", t::RunDeleteInput => t::RunsChanged, run_change_many::delete_runs, [writes] long),
    command!("run_undelete", t::RunUndeleteInput => t::RunsChanged, run_change_many::undelete, [writes] long),
    command!("run_pause", t::RunRef => t::RunStatus, run_changes::pause, [writes]),
    command!("run_resume", t::RunResumeInput => t::RunStatus, run_changes::resume, [writes]),
    command!("run_retry", t::RunRetryInput => t::RunStatus, run_changes::retry, [writes]),
    command!("away_show", t::Nothing => t::Away, away::show, []),
    command!("away_seen", t::Nothing => t::Nothing, away::seen, [writes]),
    command!("start_show", t::Nothing => t::StartShow, start_sheet::show, []),
    command!("start_seen", t::Nothing => t::Nothing, start_sheet::seen, [writes]),
    command!("engine_show", t::Nothing => t::EngineShow, run_overview::engine, []),
    command!("run_answer", t::RunAnswerInput => t::RunStatus, run_questions::answer, [writes]),
    command!("action_list", t::Nothing => t::ActionList, run_previews::actions, []),
    command!("agent_list", t::Nothing => t::AgentList, agents::list, []),
    command!("agent_set", t::AgentSetInput => t::AgentList, agents::set, [writes]),
    command!("route_list", t::Nothing => t::RouteList, routes::list, []),
    command!("route_set", t::RouteSetInput => t::RouteList, routes::set, [writes]),
    command!("route_explain", t::RouteExplainInput => t::RouteExplanation, routes::explain, []),
    command!("schedule_list", t::ScheduleListInput => t::ScheduleList, schedules::list, []),
    command!("schedule_preview", t::SchedulePreviewInput => t::SchedulePreview, schedules::preview, []),
    command!("schedule_pause", t::ScheduleRef => t::ScheduleRow, schedules::pause, [writes]),
    command!("schedule_resume", t::ScheduleRef => t::ScheduleRow, schedules::resume, [writes]),
    command!("schedule_resume_all", t::ScheduleAllInput => t::ScheduleList, schedules::resume_all, [writes]),
    command!("schedule_leave_all", t::ScheduleAllInput => t::ScheduleList, schedules::leave_all, [writes]),
    command!("schedule_seen", t::ScheduleSeenInput => t::Nothing, schedules::seen, [writes]),
    command!("event_emit", t::EventEmitInput => t::EventEmitted, schedules::emit, [writes]),
    command!("log_executions", t::LogListInput => t::ExecutionPage, logs::executions, []),
    command!("log_operations", t::LogListInput => t::OperationEntryPage, logs::operations, []),
    command!("log_show", t::LogRef => t::LogShow, logs::show, []),
    command!("log_start", t::LogStartInput => t::ExecutionEntry, logs::start, [writes]),
    command!("log_update", t::LogUpdateInput => t::ExecutionEntry, logs::update, [writes]),
    command!("log_operation", t::LogOperationInput => t::OperationEntry, logs::record_operation, [writes]),
    command!("log_migrate", t::LogMigrateInput => t::LogReport, log_transfers::migrate, [writes place] long),
    command!("log_verify", t::LogVerifyInput => t::LogReport, log_transfers::verify, [place] long),
    command!("log_export", t::LogExportInput => t::LogReport, log_transfers::export, [place] long),
    command!("log_statistics", t::StatisticsInput => t::StatisticsShow, history::statistics, []),
    command!("log_clean_up", t::CleanUpInput => t::CleanUpResult, history::clean_up, [writes] long),
    command!("source_list", t::Nothing => t::SourceList, sources::list, []),
    command!("source_add", t::SourceInput => t::SourceRow, sources::add, [writes place]),
    command!("source_update", t::SourceInput => t::SourceRow, sources::update, [writes place]),
    command!("source_remove", t::SourceRef => t::SourceRemoved, sources::remove, [writes]),
    command!("source_uses", t::SourceRef => t::WorkflowUses, sources::named_by, []),
    command!("source_test", t::SourceRef => t::SourceTested, sources::test, []),
    command!("source_fallen", t::FallenInput => t::FallenList, fallen::list, []),
    command!("source_settle", t::FallenSettleInput => t::FallenSettled, fallen::settle, [writes]),
    command!("source_settle_all", t::FallenSettleAllInput => t::FallenSettledAll, fallen::settle_all, [writes]),
    command!("source_try", t::SourceInput => t::SourceTested, sources::try_out, [place]),
    command!("folder_create", t::FolderCreateInput => t::FolderMade, folders::create, [writes place]),
    command!("folder_adopt", t::FolderAdoptInput => t::FolderMade, folders::adopt, [writes place]),
    command!("folder_list", t::Nothing => t::FolderList, folders::list, []),
    command!("folder_show", t::FolderRef => t::FolderShow, folders::show, []),
    command!("folder_set", t::FolderSetInput => t::FolderShow, folders::set, [writes]),
    command!("folder_forget", t::FolderRef => t::FolderForgotten, folders::forget, [writes]),
    command!("folder_uses", t::FolderRef => t::WorkflowUses, folders::named_by, []),
    command!("folder_archive", t::FolderArchiveInput => t::FolderArchived, folders::archive, [writes] long),
    command!("folder_clean_up", t::FolderCleanUpInput => t::FolderCleanedUp, folder_clean_ups::clean_up, [writes] long),
    command!("folder_archives", t::FolderRef => t::ArchiveList, folders::archives, []),
    command!("folder_archive_show", t::FolderArchiveRef => t::FolderArchiveShow, folder_contents::archive_show, []),
    command!("folder_compare", t::FolderCompareInput => t::FolderCompared, folder_compare::compare, [] long),
    command!("folder_compare_text", t::FolderCompareTextInput => t::ComparedTexts, folder_compare::texts, []),
    command!("folder_check", t::FolderCheckInput => t::FolderChecked, folder_compare::check, [] long),
    command!("folder_put_back_plan", t::FolderPutBackPlanInput => t::FolderPutBackPlan, folder_put_back::plan, [] long),
    command!("folder_put_back", t::FolderPutBackInput => t::FolderPutBack, folder_put_back::put_back, [writes] long),
    command!("folder_tables", t::FolderRef => t::FolderTables, folder_contents::tables, []),
    command!("folder_table_list", t::FolderTableListInput => t::FolderTableListPlan, folder_contents::table_list, [place]),
    command!("folder_put_table_list", t::FolderPutTableListInput => t::FolderTableListPut, folder_contents::put_table_list, [writes place]),
    command!("session_preview", t::SessionPreviewInput => t::SessionPreview, sessions::preview, [place] long),
    command!("session_create", t::SessionCreateInput => t::SessionCreated, session_snapshots::create, [writes place] long),
    command!("session_snapshot", t::SessionRef => t::SessionSnapshotTaken, session_snapshots::snapshot, [writes] long),
    command!("session_recovery", t::SessionRecoveryInput => t::SessionRecovery, session_recovery::recovery, [] long),
    command!("session_restore", t::SessionRestoreInput => t::SessionRestored, session_recovery::restore, [writes place] long),
    command!("session_in_place_plan", t::SessionInPlaceInput => t::SessionInPlacePlan, session_in_place::plan, [] long),
    command!("session_compare", t::SessionCompareInput => t::SessionCompared, session_recovery::compare, [] long),
    command!("session_compare_file", t::SessionCompareFileInput => t::SessionComparedFile, session_recovery::compare_file, []),
    command!("session_compare_definition", t::SessionCompareDefinitionInput => t::SessionComparedFile, session_definition::compare, []),
    command!("session_import", t::SessionImportInput => t::SessionImported, session_import::import, [writes place] long),
    command!("session_link", t::SessionLinkInput => t::SessionLinked, config_roots::link, [writes place] long),
    command!("session_relink", t::SessionRelinkInput => t::SessionRelinked, config_roots::relink, [writes place] long),
    command!("session_roots_list", t::Nothing => t::ConfigRootList, config_roots::list, []),
    command!("session_roots_add", t::ConfigRootAddInput => t::ConfigRootList, config_roots::add, [writes place]),
    command!("session_roots_keep", t::ConfigRootRef => t::ConfigRootList, config_roots::keep, [writes]),
    command!("session_roots_remove", t::ConfigRootRef => t::ConfigRootList, config_roots::remove, [writes]),
    command!("session_scrub", t::Nothing => t::SessionScrubbed, session_scrub::scrub, [writes] long),
    command!("session_move_store", t::SessionStoreMoveInput => t::SessionStoreMoved, session_store::move_to, [writes place] long),
    command!("session_clean_up", t::SessionCleanUpInput => t::SessionCleanedUp, session_clean_up::clean_up, [writes] long),
    command!("session_export", t::SessionExportInput => t::SessionExported, session_export::export, [place] long),
    command!("session_forget_preview", t::SessionRef => t::SessionForgetPreview, session_forget::preview, []),
    command!("session_forget", t::SessionRef => t::SessionForgotten, session_forget::forget, [writes]),
    command!("session_key_show", t::Nothing => t::SnapshotKeyShow, snapshot_keys::show, []),
    command!("session_key_save", t::ExportTo => t::Exported, snapshot_keys::save, [place]),
    command!("session_key_add", t::SnapshotKeyFrom => t::SnapshotKeyAdded, snapshot_keys::add, [writes place]),
    command!("session_strategies_list", t::Nothing => t::StrategyList, strategies::list, []),
    command!("session_strategies_set", t::StrategySetInput => t::StrategyList, strategies::set, [writes]),
    command!("session_strategies_reset", t::StrategyRef => t::StrategyList, strategies::reset, [writes]),
    command!("session_list", t::SessionListInput => t::SessionList, session_list::list, []),
    command!("session_show", t::SessionRef => t::SessionShow, session_list::show, []),
    command!("session_stats", t::Nothing => t::SessionStats, session_list::stats, []),
    command!("template_offers", t::Nothing => t::TemplateOffers, templates::offers, []),
    command!("template_variables", t::DocumentRef => t::TemplateVariables, templates::asked, []),
    command!("template_use", t::TemplateUseInput => t::TemplateUsed, templates::make, [writes]),
    command!("secret_list", t::Nothing => t::SecretList, secrets::list, []),
    command!("secret_uses", t::SecretRef => t::WorkflowUses, secrets::named_by, []),
    command!("secret_set", t::SecretSetInput => t::SecretRef, secrets::set, [writes]),
    command!("secret_remove", t::SecretRef => t::SecretRef, secrets::remove, [writes]),
    command!("secret_unlock", t::Nothing => t::SecretState, secrets::unlock, []),
    command!("secret_start_over", t::Nothing => t::SecretState, secrets::start_over, [writes]),
    command!("notice_list", t::NoticeListInput => t::NoticeList, notices::list, []),
    command!("notice_channels", t::NoticeChannelsInput => t::NoticeChannels, notices::channels, []),
    command!("notice_set", t::NoticeSetInput => t::NoticeChannels, notices::set, [writes place]),
    command!("notice_choose", t::NoticeChooseInput => t::NoticeChannels, notices::choose, [writes]),
    command!("notice_test", t::NoticeSetInput => t::NoticeTested, notices::test, [place]),
    command!("notice_retry", t::NoticeRef => t::NoticeList, notices::retry, [writes]),
    command!("notice_dismiss", t::NoticeRef => t::NoticeList, notices::dismiss, [writes]),
    command!("about_show", t::Nothing => t::About, overview::about, []),
    command!("doctor", t::Nothing => t::Doctor, overview::doctor, []),
    command!("diagnostics_show", t::Nothing => t::Diagnostics, diagnostics::show, []),
    command!("diagnostics_save", t::ExportTo => t::Exported, diagnostics::save, [place]),
];

/// All commands.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    [&FLOW, &ROADMAP, &RULE, &TEMPLATE]
        .into_iter()
        .flatten()
        .chain(OTHERS)
}

/// Writes the TypeScript types of every command into `folder`: a file per type, and
/// `Commands.ts`, which maps each name to its input and output.
///
/// # Errors
/// What ts-rs or the system says.
pub fn typescript(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    let mut used = BTreeSet::new();
    let mut map = String::new();
    for command in commands() {
        (command.export)(&config)?;
        let (input, output) = (command.types)(&config);
        writeln!(
            map,
            "  {}: {{ input: {input}; output: {output} }};",
            command.name
        )?;
        used.insert(input);
        used.insert(output);
    }
    AppError::export_all(&config)?;
    crate::types::ProgressReport::export_all(&config)?;
    crate::types::PickedPlace::export_all(&config)?;
    let mut text = "// This file was generated from the command list. Do not edit it.\n".to_owned();
    for name in &used {
        writeln!(text, "import type {{ {name} }} from \"./{name}\";")?;
    }
    writeln!(
        text,
        "\n/** Every command by name. */\nexport interface Commands {{\n{map}}}"
    )?;
    let long: Vec<_> = commands()
        .filter(|command| command.long)
        .map(|c| c.name)
        .collect();
    let long = serde_json::to_string(&long)?;
    writeln!(
        text,
        "\n/** Commands that report progress and can be cancelled. */"
    )?;
    writeln!(
        text,
        "export const LONG_COMMANDS: readonly (keyof Commands)[] = {long};"
    )?;
    std::fs::write(folder.join("Commands.ts"), text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use super::*;

    fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().to_owned();
                    found.insert(name, std::fs::read_to_string(path).unwrap());
                }
            }
        }
        found
    }

    /// `make types` sets `FLOWKEEP_WRITE_TYPES` and so writes what this otherwise compares.
    #[test]
    fn the_windows_types_are_those_of_the_commands() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/ipc/generated");
        if std::env::var_os("FLOWKEEP_WRITE_TYPES").is_some() {
            let _ = std::fs::remove_dir_all(&kept);
            std::fs::create_dir_all(&kept).unwrap();
            typescript(&kept).unwrap();
            return;
        }
        let fresh = tempfile::tempdir().unwrap();
        typescript(fresh.path()).unwrap();
        let (fresh, kept) = (texts(fresh.path()), texts(&kept));
        let differing: Vec<_> = fresh
            .keys()
            .chain(kept.keys())
            .filter(|name| fresh.get(*name) != kept.get(*name))
            .collect();
        assert!(
            differing.is_empty(),
            "run `make types`; these differ: {differing:?}"
        );
    }

    #[test]
    fn names_are_a_noun_and_a_verb_and_stand_once() {
        let mut seen = std::collections::BTreeSet::new();
        for command in commands() {
            assert!(seen.insert(command.name), "{} stands twice", command.name);
            assert!(
                command
                    .name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_')
            );
        }
    }
}
