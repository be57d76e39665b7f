//! The one door from the page to the command list (`flowkeep_api::call`): runs a command off the
//! window's thread, carries its progress over a channel, and lets it be cancelled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use flowkeep_api::types::ProgressReport;
use flowkeep_api::{Api, AppError, Cancellation, Progress};
use serde_json::Value;
use tauri::ipc::{Channel, JavaScriptChannelId, Response};
use tauri::{State, Webview};

/// The long calls under way, by the id the page gave them, each with its flag "stop".
#[derive(Default)]
pub(crate) struct Tasks {
    under_way: Mutex<HashMap<String, Cancellation>>,
}

impl Tasks {
    fn begin(&self, task: &str) -> Cancellation {
        let stop = Cancellation::default();
        self.lock().insert(task.to_owned(), stop.clone());
        stop
    }

    fn end(&self, task: &str) {
        self.lock().remove(task);
    }

    fn cancel(&self, task: &str) {
        if let Some(stop) = self.lock().get(task) {
            stop.cancel();
        }
    }

    /// Ask every call under way to stop; true when there is none.
    pub(crate) fn cancel_all(&self) -> bool {
        let under_way = self.lock();
        for stop in under_way.values() {
            stop.cancel();
        }
        under_way.is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cancellation>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs one command of the list. `task` names the call so that [`cancel`] can find it.
#[tauri::command]
pub(crate) async fn call(
    webview: Webview,
    api: State<'_, Arc<Api>>,
    tasks: State<'_, Tasks>,
    name: String,
    input: Value,
    channel: Option<JavaScriptChannelId>,
    task: Option<String>,
) -> Result<Response, AppError> {
    let api = Arc::clone(&api);
    let stop = task
        .as_deref()
        .map_or_else(Cancellation::default, |task| tasks.begin(task));
    let progress = ChannelProgress {
        channel: channel.map(|id| id.channel_on(webview)),
        stop,
    };
    let command = name.clone();
    let answer = tauri::async_runtime::spawn_blocking(move || {
        flowkeep_api::call(&api, &command, input, &progress)
    })
    .await;
    if let Some(task) = &task {
        tasks.end(task);
    }
    answered(&name, answer).map(Response::new)
}

/// A command that ended in a panic is a failure of that command and of nothing else.
fn answered(
    command: &str,
    answer: tauri::Result<Result<String, AppError>>,
) -> Result<String, AppError> {
    answer.unwrap_or_else(|panic| {
        tracing::error!(command, %panic, "a command ended in a panic");
        Err(AppError::new("internal").with("command", command))
    })
}

/// Asks a long call to stop; it then answers `cancelled`. A call that has ended is left alone.
#[tauri::command]
pub(crate) fn cancel(tasks: State<'_, Tasks>, task: &str) {
    tasks.cancel(task);
}

/// Progress over a Tauri channel. The command list thins the reports out already.
struct ChannelProgress {
    channel: Option<Channel<ProgressReport>>,
    stop: Cancellation,
}

impl Progress for ChannelProgress {
    fn report(&self, report: ProgressReport) {
        if let Some(channel) = &self.channel
            && let Err(error) = channel.send(report)
        {
            tracing::debug!(%error, "nobody follows the progress any more");
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.stop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_commands_failure() {
        let panicked = tauri::async_runtime::spawn_blocking(|| panic!("on purpose"));
        let answer = tauri::async_runtime::block_on(panicked);
        let error = answered("flow_list", answer).unwrap_err();
        assert_eq!(error.code, "internal");
        assert_eq!(error.fields["command"], "flow_list");
    }

    #[test]
    fn a_cancel_reaches_its_own_call_only() {
        let tasks = Tasks::default();
        let (first, second) = (tasks.begin("first"), tasks.begin("second"));
        tasks.cancel("first");
        assert!(first.is_cancelled());
        assert!(!second.is_cancelled());
        tasks.end("first");
        assert!(!tasks.cancel_all());
        assert!(
            second.is_cancelled(),
            "closing the window stops what is under way"
        );
        tasks.end("second");
        assert!(tasks.cancel_all());
    }
}
