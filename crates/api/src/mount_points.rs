//! Whether something is mounted at folders, asked of all their disks at once: one that does not answer is waited for
//! once, whatever number of folders is on it, and nobody waits for it who has cancelled.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::apart::apart;
use crate::{AppError, Progress};

/// Says of each of these folders whether something is mounted there. Those of which nothing was heard are not in
/// the answer: their disks have been silent for `most`.
///
/// # Errors
/// `cancelled`.
pub(crate) fn mount_points(
    folders: impl IntoIterator<Item = PathBuf>,
    most: Duration,
    progress: &dyn Progress,
    is_mounted: impl Fn(&Path) -> bool + Clone + Send + 'static,
) -> Result<HashMap<PathBuf, bool>, AppError> {
    let mut beside: BTreeMap<_, Vec<PathBuf>> = BTreeMap::new();
    for folder in folders {
        let above = folder.parent().map(Path::to_owned);
        beside.entry(above).or_default().push(folder);
    }
    if beside.is_empty() {
        return Ok(HashMap::new());
    }
    apart(progress, move |progress| {
        use flowkeep_host::Progress as _;
        let total = u32::try_from(beside.values().map(Vec::len).sum::<usize>()).ok();
        let (tell, told) = channel();
        // One thread for those in one folder: they are on one disk, but for what is mounted.
        for folders in beside.into_values() {
            let (tell, is_mounted) = (tell.clone(), is_mounted.clone());
            let asking = move || {
                for folder in folders {
                    let is_mounted = is_mounted(&folder);
                    // Nobody may be waiting any more.
                    drop(tell.send((folder, is_mounted)));
                }
            };
            let begun = thread::Builder::new().name("mount-point".to_owned());
            if let Err(error) = begun.spawn(asking) {
                tracing::warn!(%error, "a disk is not asked");
            }
        }
        drop(tell);
        let mut answers = HashMap::new();
        progress.step("folder_scan", 0, total, None);
        // It ends when all have answered, and when none has for so long.
        while let Ok((folder, is_mounted)) = told.recv_timeout(most) {
            answers.insert(folder, is_mounted);
            let done = u32::try_from(answers.len()).unwrap_or(u32::MAX);
            progress.step("folder_scan", done, total, None);
        }
        Ok(answers)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc::{Receiver, Sender};
    use std::sync::{Arc, Mutex};

    use flowkeep_host::Cancellation;

    use super::*;
    use crate::Silent;
    use crate::types::ProgressReport;

    /// Folders below `dead` are asked for until nobody can open the gate any more.
    fn dead_share(
        asked: &Arc<AtomicU32>,
        reached: Sender<()>,
        gate: Receiver<()>,
    ) -> impl Fn(&Path) -> bool + Clone + Send + 'static {
        let (asked, gate) = (Arc::clone(asked), Arc::new(Mutex::new(gate)));
        move |path: &Path| {
            if path.starts_with("/dead") {
                asked.fetch_add(1, Ordering::Relaxed);
                let _ = reached.send(());
                while gate.lock().unwrap().recv().is_ok() {}
            }
            path.ends_with("mount")
        }
    }

    fn folders() -> Vec<PathBuf> {
        let dead = (0..20).map(|n| format!("/dead/{n}"));
        let alive = ["/alive/a", "/alive/mount"].map(str::to_owned);
        dead.chain(alive).map(PathBuf::from).collect()
    }

    #[test]
    fn a_silent_disk_is_asked_once_and_the_others_are_heard() {
        let asked = Arc::default();
        let (reached, _hangs) = channel();
        let (_closed, gate) = channel();
        let share = dead_share(&asked, reached, gate);
        let most = Duration::from_millis(200);
        let answers = mount_points(folders(), most, &Silent, share).unwrap();
        let heard = |path: &str| answers.get(Path::new(path)).copied();
        assert_eq!(heard("/alive/a"), Some(false));
        assert_eq!(heard("/alive/mount"), Some(true));
        assert_eq!(answers.len(), 2);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    struct Person(Cancellation, Mutex<Vec<String>>);

    impl Progress for Person {
        fn report(&self, report: ProgressReport) {
            self.1.lock().unwrap().push(report.phase);
        }

        fn cancellation(&self) -> &Cancellation {
            &self.0
        }
    }

    #[test]
    fn who_cancels_does_not_wait_for_a_silent_disk() {
        let asked = Arc::default();
        let (reached, hangs) = channel();
        let (_closed, gate) = channel();
        let person = Person(Cancellation::default(), Mutex::default());
        let cancellation = person.0.clone();
        let cancelling = thread::spawn(move || {
            hangs.recv().unwrap();
            cancellation.cancel();
        });
        let share = dead_share(&asked, reached, gate);
        let most = Duration::from_hours(1);
        let error = mount_points(folders(), most, &person, share).unwrap_err();
        cancelling.join().unwrap();
        assert_eq!(error.code, "cancelled");
        assert_eq!(person.1.lock().unwrap()[0], "folder_scan");
    }
}
