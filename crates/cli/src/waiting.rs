//! What a run waits for, with the next step: a secret, or a person.

use flowkeep_api::types::{LockedSecret, RunTask};
use flowkeep_api::{Api, AppError, Catalogue, run_changes, secrets};
use flowkeep_core::visible;

use crate::runs::brief;

/// What a run waits for, a line for each.
pub(crate) fn told(api: &Api, catalogue: &Catalogue, run: &str) -> Result<Vec<String>, AppError> {
    let locked = secrets::waited_for(api)?;
    let mut found = Waits::default();
    gather(api, run, &mut found)?;
    let mut lines: Vec<_> = found
        .secrets
        .iter()
        .filter_map(|(task, secret)| of_secret(catalogue, task, secret, &locked))
        .collect();
    if found.asks || found.secrets.is_empty() {
        lines.push(catalogue.word("cli_run_waits"));
    } else if run_changes::is_without_owner(api) {
        lines.push(catalogue.word("cli_run_goes_on_later"));
    }
    Ok(lines)
}

/// What a task waits for, where that is a secret.
pub(crate) fn of_task(
    catalogue: &Catalogue,
    task: &RunTask,
    locked: &[LockedSecret],
) -> Option<String> {
    of_secret(catalogue, &task.name, task.secret.as_ref()?, locked)
}

#[derive(Default)]
struct Waits {
    /// The tasks that wait for secrets, each with its own.
    secrets: Vec<(String, String)>,
    /// Whether a task asks a person.
    asks: bool,
}

/// What the tasks of a run wait for, and those of the runs it has begun.
fn gather(api: &Api, run: &str, found: &mut Waits) -> Result<(), AppError> {
    for task in brief(api, run)?.tasks {
        found.asks |= task.question.is_some();
        if let Some(secret) = task.secret {
            found.secrets.push((task.name, secret));
        }
        if let Some(child) = task.child.filter(|_| !task.status.is_final()) {
            gather(api, &child, found)?;
        }
    }
    Ok(())
}

/// Nothing of a secret that can be read by now: its task goes on.
fn of_secret(
    catalogue: &Catalogue,
    task: &str,
    secret: &str,
    locked: &[LockedSecret],
) -> Option<String> {
    let locked = locked.iter().find(|locked| locked.secret == secret)?;
    let (task, secret) = (visible(task), visible(secret));
    let source = visible(locked.connection.as_deref().unwrap_or_default());
    let key = if locked.unlocks {
        "cli_run_waits_unlock"
    } else if locked.connection.is_some() {
        "cli_run_waits_password"
    } else {
        "cli_run_waits_secret"
    };
    let fields: [(&str, &dyn std::fmt::Display); 3] =
        [("task", &task), ("secret", &secret), ("source", &source)];
    Some(catalogue.sentence(key, &fields))
}
