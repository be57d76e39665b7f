//! Calls that may keep the kernel busy for long (a flush to a slow disk, the removal of a hundred
//! thousand files) and cannot be broken off: a thread of their own makes them, and whoever waits
//! may stop waiting. The call then goes on by itself for as long as the process lives.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use flowkeep_host::{Cancellation, Files};

use crate::FilesError;

/// Between two looks at whether the operator still waits.
const LOOK: Duration = Duration::from_millis(20);

/// How long a cancelled task tidies up before it answers: cancelling answers within a second.
const TIDYING: Duration = Duration::from_millis(500);

/// Makes the call and waits for it until it ends or the operator cancels.
///
/// # Errors
/// [`FilesError::Cancelled`] when the operator did not wait for it.
pub(crate) fn unless_cancelled<T: Send + 'static>(
    cancellation: &Cancellation,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, FilesError> {
    wait_for(call, || cancellation.is_cancelled()).ok_or(FilesError::Cancelled)
}

/// Removes the folder of a task that failed. A cancelled one waits for that half a second.
/// Says whether it is gone.
pub(crate) fn remove(files: &Arc<dyn Files>, folder: PathBuf, cancelled: bool) -> bool {
    let began = Instant::now();
    let files = Arc::clone(files);
    let removed = wait_for(
        move || {
            let removed = files.remove_folder(&folder);
            if let Err(error) = &removed {
                tracing::warn!(%error, folder = %folder.display(), "could not be removed");
            }
            removed.is_ok()
        },
        || cancelled && began.elapsed() >= TIDYING,
    );
    removed.unwrap_or(false)
}

/// What the call answers, or nothing when `enough` came first.
fn wait_for<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    enough: impl Fn() -> bool,
) -> Option<T> {
    let (reply, answer) = sync_channel(1);
    let begun = std::thread::Builder::new()
        .name("files-call".to_owned())
        .spawn(move || {
            // Nobody may be waiting any more.
            let _ = reply.send(call());
        });
    begun.ok()?;
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answered) => return Some(answered),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if enough() => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_waited_for_and_a_call_that_hangs_is_left_alone_once_cancelled() {
        let cancellation = Cancellation::default();
        assert_eq!(unless_cancelled(&cancellation, || 7).unwrap(), 7);
        cancellation.cancel();
        let (never, forever) = sync_channel::<()>(0);
        let left = unless_cancelled(&cancellation, move || forever.recv().is_ok());
        assert!(matches!(left, Err(FilesError::Cancelled)));
        drop(never);
    }
}
