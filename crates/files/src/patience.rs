//! Calls that may keep the kernel busy for long (a flush to a slow disk, the removal of a hundred
//! thousand files) and cannot be broken off: a thread of their own makes them, and whoever waits
//! may stop waiting. The call then goes on by itself for as long as the process lives.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use flowkeep_host::{Cancellation, Files};

use crate::FilesError;

/// Between two looks at whether the operator still waits.
const LOOK: Duration = Duration::from_millis(20);

/// Makes the call and waits for it until it ends or the operator cancels.
///
/// # Errors
/// [`FilesError::Cancelled`] when the operator did not wait for it; [`FilesError::Io`] when the
/// system gives no thread for it or it ended in a panic.
pub(crate) fn unless_cancelled<T: Send + 'static>(
    cancellation: &Cancellation,
    place: &Path,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, FilesError> {
    wait_for(call, || cancellation.is_cancelled())
        .map_err(FilesError::at(place))?
        .ok_or(FilesError::Cancelled)
}

/// Removes the folder of a task that failed. Once cancelled that is waited for no longer than
/// `tidying`. Says whether it is gone.
pub(crate) fn remove(
    files: &Arc<dyn Files>,
    folder: PathBuf,
    cancellation: &Cancellation,
    tidying: Duration,
) -> bool {
    let began = Instant::now();
    let files = Arc::clone(files);
    let shown = folder.clone();
    let removed = wait_for(
        move || files.remove_folder(&folder),
        || cancellation.is_cancelled() && began.elapsed() >= tidying,
    );
    match removed {
        Ok(Some(Ok(()))) => true,
        Ok(None) => false,
        Ok(Some(Err(error))) | Err(error) => {
            tracing::warn!(%error, folder = %shown.display(), "could not be removed");
            false
        }
    }
}

/// What the call answers, or nothing when `enough` came first.
fn wait_for<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    enough: impl Fn() -> bool,
) -> io::Result<Option<T>> {
    let (reply, answer) = sync_channel(1);
    std::thread::Builder::new()
        .name("files-call".to_owned())
        .spawn(move || {
            // Nobody may be waiting any more.
            let _ = reply.send(call());
        })?;
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answered) => return Ok(Some(answered)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(io::Error::other("a call ended in a panic"));
            }
            Err(RecvTimeoutError::Timeout) if enough() => return Ok(None),
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
        let place = Path::new("disk");
        assert_eq!(unless_cancelled(&cancellation, place, || 7).unwrap(), 7);
        let ended = unless_cancelled(&cancellation, place, || panic!("on purpose"));
        assert!(matches!(ended, Err::<(), _>(FilesError::Io { .. })));
        cancellation.cancel();
        let (never, forever) = sync_channel::<()>(0);
        let left = unless_cancelled(&cancellation, place, move || forever.recv().is_ok());
        assert!(matches!(left, Err(FilesError::Cancelled)));
        drop(never);
    }
}
