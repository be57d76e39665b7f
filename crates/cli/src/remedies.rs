//! What can be done about a task that failed, in words of the command line.

use flowkeep_api::Catalogue;
use flowkeep_api::types::{RunShow, RunTask};
use flowkeep_core::run::remedy::{NextStep, Remedy};
use flowkeep_core::visible;

/// The likeliest step and, once the run has ended, how it is run again; nothing where the task did not fail.
pub(crate) fn told(catalogue: &Catalogue, run: &RunShow, task: &RunTask) -> Vec<String> {
    let Some(last) = task.attempts.last() else {
        return Vec::new();
    };
    let again = |step: &&NextStep| step.remedy == Remedy::RetryHere;
    let mut mends = last.next.iter().filter(|step| !again(step));
    let mend = mends.find_map(|step| words(catalogue, run, task, step));
    let retry = last.next.iter().find(again);
    let retry = retry.and_then(|step| words(catalogue, run, task, step));
    mend.into_iter().chain(retry).collect()
}

/// A step in words; nothing for one that cannot be taken as the run stands, or not from the command line.
fn words(catalogue: &Catalogue, run: &RunShow, task: &RunTask, step: &NextStep) -> Option<String> {
    let can_repeat = run.status.is_final() && run.workflow_id.is_some();
    let folder = run.folder.as_ref().map(|folder| folder.id.as_str());
    let key = match step.remedy {
        Remedy::EditConnection => "cli_next_edit_connection",
        Remedy::TestConnection => "cli_next_test_connection",
        Remedy::OpenConnections => "cli_next_open_connections",
        Remedy::EditRules => "cli_next_edit_rules",
        Remedy::EnterSecret => "cli_next_enter_secret",
        Remedy::Unlock => "cli_next_unlock",
        Remedy::OpenSecrets => "cli_next_open_secrets",
        Remedy::EditTask if step.of.is_some() => "cli_next_edit_field",
        Remedy::EditTask => "cli_next_edit_task",
        Remedy::AllowMoreTime => "cli_next_allow_more_time",
        Remedy::GiveInput if can_repeat => "cli_next_give_input",
        Remedy::OpenWorkflow => "cli_next_open_workflow",
        Remedy::OpenRun => "cli_next_open_run",
        Remedy::OpenFolder if folder.is_some() => "cli_next_open_folder",
        Remedy::SettleWrites => "cli_next_settle_writes",
        Remedy::SaveDiagnostics => "cli_next_save_diagnostics",
        Remedy::RetryHere if can_repeat => "cli_next_retry_here",
        // What a program printed stands below, and what else there is begins in the window.
        _ => return None,
    };
    let of = step.of.as_deref().or(folder).unwrap_or_default();
    let (of, name, id) = (visible(of), visible(&task.name), visible(&task.id));
    let fields: [(&str, &dyn std::fmt::Display); 4] =
        [("of", &of), ("task", &name), ("id", &id), ("run", &run.id)];
    Some(catalogue.sentence(key, &fields))
}
