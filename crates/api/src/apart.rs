//! Long work where the user pointed, on threads of its own. A disk that no longer answers (a dead
//! network mount, a drive that was pulled) holds a call in the kernel for as long as it likes, and
//! nobody can break that off. So nothing else depends on those threads, and whoever waits stops
//! waiting soon after a cancel: the work is left to itself and ends, cancelled, when its call does.
//!
//! Absent on purpose: work on the data folder alone, and anything that may not be left half-way.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, SendError, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use flowkeep_files::FilesError;
use flowkeep_host::{Cancellation, path_text};

use crate::progress::Thinned;
use crate::types::ProgressReport;
use crate::{AppError, Progress};

/// How long nothing may be heard of cancelled work before it is left to itself: cancelling answers
/// within a second, or tells how far it is with going back.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// Between two looks at whether the operator still waits.
const LOOK: Duration = Duration::from_millis(20);

/// What the work tells whoever waits for it.
enum Told<T> {
    Report(ProgressReport),
    Ended(Result<T, FilesError>),
}

/// Does `work` apart from everything else. Everything it starts with rayon stays on the same threads.
///
/// # Errors
/// What it answers; `cancelled` when it was left to itself, `internal` when it ended in a panic.
pub(crate) fn apart<T: Send + 'static>(
    progress: &dyn Progress,
    work: impl FnOnce(&Thinned<'_>) -> Result<T, FilesError> + Send + 'static,
) -> Result<T, AppError> {
    let cancelled = || AppError::new("cancelled");
    apart_for(PATIENCE, progress, work, cancelled, drop)
}

/// As [`apart`]. Work of which nothing is heard for `patience` after it was cancelled is left to itself: then
/// `left` is answered, and `after` is given what came of it in the end. What it answers goes either to
/// the caller or to `after`, never to both.
///
/// # Errors
/// As [`apart`].
pub(crate) fn apart_for<T: Send + 'static>(
    patience: Duration,
    progress: &dyn Progress,
    work: impl FnOnce(&Thinned<'_>) -> Result<T, FilesError> + Send + 'static,
    left: impl FnOnce() -> AppError,
    after: impl FnOnce(Result<T, FilesError>) + Send + 'static,
) -> Result<T, AppError> {
    // Without room for a message in it: what was sent was also taken.
    let (tell, told) = sync_channel(0);
    let steps = thinned(&tell, progress.cancellation().clone());
    rayon::ThreadPoolBuilder::new()
        .thread_name(|n| format!("apart-{n}"))
        // The panic has said so itself, and whoever waits sees that nothing more will come.
        .panic_handler(drop)
        .build()
        .map_err(|error| AppError::new("internal").with("detail", error))?
        .spawn(move || {
            let ended = work(&steps);
            if let Err(SendError(Told::Ended(ended))) = tell.send(Told::Ended(ended)) {
                after(ended);
            }
        });
    let mut cancelled_at = None;
    loop {
        match told.recv_timeout(LOOK) {
            Ok(Told::Report(report)) => {
                progress.report(report);
                // Whoever says how far it is on the way back is at work, and no disk is silent.
                cancelled_at = None;
            }
            Ok(Told::Ended(ended)) => return Ok(ended?),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(AppError::new("internal").with("detail", "work ended in a panic"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if progress.cancelled()
            && cancelled_at.get_or_insert_with(Instant::now).elapsed() >= patience
        {
            return Err(left());
        }
    }
}

/// How long a disk may take for something that nobody follows and nobody can cancel. One that has to wake
/// up needs seconds.
pub(crate) const AT_MOST: Duration = Duration::from_secs(30);

/// How long a disk may take to say whether something is there.
const GLANCE: Duration = Duration::from_secs(3);

/// Whether something is there. Of a disk that does not answer nothing else is said.
pub(crate) fn is_there(path: &Path) -> bool {
    glance(path, Path::exists)
}

/// Whether a file is there, as [`is_there`].
pub(crate) fn is_file(path: &Path) -> bool {
    glance(path, Path::is_file)
}

fn glance(path: &Path, is_so: fn(&Path) -> bool) -> bool {
    let asked = path.to_owned();
    in_time(GLANCE, path, move |_| Ok::<_, AppError>(is_so(&asked))).unwrap_or(true)
}

/// Does `work` at `place` on a thread of its own. It is given what to call after each of its steps; however
/// many those are, work of which nothing is heard for `most` is left to itself and may still come to its
/// end.
///
/// # Errors
/// What it answers; `disk_silent` when it was left to itself, `internal` when it ended in a panic.
pub(crate) fn in_time<T: Send + 'static, E: Into<AppError> + Send + 'static>(
    most: Duration,
    place: &Path,
    work: impl FnOnce(&(dyn Fn() + Sync)) -> Result<T, E> + Send + 'static,
) -> Result<T, AppError> {
    let (tell, told) = channel();
    let begun = std::thread::Builder::new().name("in-time".to_owned());
    begun
        .spawn(move || {
            // Nobody may be waiting any more.
            let step = || drop(tell.send(None));
            let ended = work(&step);
            drop(tell.send(Some(ended)));
        })
        .map_err(|error| AppError::new("internal").with("detail", error))?;
    loop {
        return match told.recv_timeout(most) {
            Ok(None) => continue,
            Ok(Some(ended)) => ended.map_err(Into::into),
            Err(RecvTimeoutError::Timeout) => Err(AppError::new("disk_silent")
                .with("path", path_text(place))
                .retryable()),
            Err(RecvTimeoutError::Disconnected) => {
                Err(AppError::new("internal").with("detail", "work ended in a panic"))
            }
        };
    }
}

fn thinned<T: Send + 'static>(
    tell: &SyncSender<Told<T>>,
    cancellation: Cancellation,
) -> Thinned<'static> {
    let tell = tell.clone();
    Thinned::new(cancellation, move |report| {
        // Nobody may be following any more.
        let _ = tell.send(Told::Report(report));
    })
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::path::Path;
    use std::sync::Arc;

    use flowkeep_core::{Format, Kind};
    use flowkeep_host::testing::FailingFiles;

    use super::*;
    use crate::testing::open;
    use crate::types::{
        BackupInput, BackupResult, ChosenPlace, CreateInput, ExportInput, Nothing, RestorePlanInput,
    };
    use crate::{Api, Silent, backups, documents, exports, restores};

    struct Person(Cancellation);

    impl Progress for Person {
        fn report(&self, _: ProgressReport) {}

        fn cancellation(&self) -> &Cancellation {
            &self.0
        }
    }

    fn create(api: &Api, id: &str) {
        let input = CreateInput {
            text: format!(r#"{{"id": "{id}", "name": "{id}", "tasks": []}}"#),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(api, Kind::Workflow, input).unwrap();
    }

    fn back_up(api: &Api, into: &Path, progress: &dyn Progress) -> Result<BackupResult, AppError> {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into.to_owned())),
            ..BackupInput::default()
        };
        backups::backup(api, input, progress)
    }

    /// Going back may take long: as long as it is told how far that is, somebody waits for it.
    #[test]
    fn work_that_goes_back_after_a_cancel_is_waited_for() {
        let person = Person(Cancellation::default());
        let wish = person.0.clone();
        let patience = Duration::from_secs(2);
        let work = move |steps: &Thinned<'_>| {
            wish.cancel();
            let began = Instant::now();
            while began.elapsed() < patience + Duration::from_secs(1) {
                flowkeep_host::Progress::step(steps, "folder_undo", 0, None, None);
                std::thread::sleep(LOOK);
            }
            Ok("all is back")
        };
        let left = || AppError::new("cancelled");
        let came = apart_for(patience, &person, work, left, drop).unwrap();
        assert_eq!(came, "all is back");
    }

    /// At whichever call the disk stops answering: cancelling answers, the rest goes on, and when the
    /// disk is back nothing is left of the backup and whoever follows hears that.
    #[test]
    fn a_disk_that_stops_answering_holds_up_nothing_and_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        for id in ["a", "b", "c"] {
            create(&api, id);
        }
        let healthy = FailingFiles::at(0, ErrorKind::Other);
        api.files = Arc::new(healthy.clone());
        let sound = back_up(&api, &root.path().join("sound"), &Silent).unwrap();
        api.patience = Duration::ZERO;
        let (tell, changes) = channel();
        let hear = move |tags| {
            let _ = tell.send(tags);
        };
        let _follower = api.follow(hear, |_| (), |_| ()).unwrap();
        assert!(healthy.calls() > 20);
        for n in 1..=healthy.calls() {
            let into = root.path().join(format!("dead-{n}"));
            let (reached, hangs) = channel();
            let (closed, gate) = channel();
            let dead = FailingFiles::at(0, ErrorKind::Other).hanging_from(n, reached, gate);
            api.files = Arc::new(dead);
            let person = Person(Cancellation::default());
            let cancellation = person.0.clone();
            let cancelling = std::thread::spawn(move || {
                hangs.recv().unwrap();
                cancellation.cancel();
            });
            let error = back_up(&api, &into, &person).unwrap_err();
            cancelling.join().unwrap();
            assert_eq!(
                (error.code.as_str(), &error.hints[..]),
                ("cancelled", &["removing_goes_on".to_owned()][..]),
                "call {n}"
            );

            create(&api, &format!("meanwhile-{n}"));
            let from = Some(ChosenPlace::Path(sound.target_dir.clone().into()));
            let plan = restores::restore_plan(&api, RestorePlanInput { from }, &Silent).unwrap();
            assert_eq!(plan.chosen, 0, "call {n}");

            drop(closed);
            while !changes.recv().unwrap().contains(&"backup".to_owned()) {}
            let left = std::fs::read_dir(&into).map_or(0, Iterator::count);
            assert_eq!(left, 0, "call {n} left something behind");
        }
        let list = backups::list(&api, Nothing {}).unwrap();
        assert_eq!((list.total, list.unfinished.len()), (1, 0));
    }

    /// Whatever the call at which the disk stops answering: what nobody can cancel ends by itself.
    #[test]
    fn a_disk_that_stops_answering_holds_nobody_who_cannot_cancel() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        create(&api, "a");
        let into = |name: &str| ChosenPlace::Path(root.path().join(name));
        let export = |api: &Api, name: &str| {
            let ids = vec!["a".to_owned()];
            let input = ExportInput {
                ids,
                to: into(name),
            };
            exports::export(api, Kind::Workflow, input).map(|_| ())
        };
        let plan = |api: &Api, name: &str| {
            let input = BackupInput {
                into: Some(into(name)),
                ..BackupInput::default()
            };
            let plan = backups::backup_plan(api, input)?;
            plan.refused
                .map_or(Ok(()), |refused| Err(AppError::from(refused)))
        };
        api.most = Duration::from_millis(20);
        for (name, asked) in [("file.json", true), ("folder", false)] {
            let (reached, hangs) = channel();
            let (closed, gate) = channel();
            let dead = FailingFiles::at(0, ErrorKind::Other).hanging_from(1, reached, gate);
            api.files = Arc::new(dead);
            let code = if asked {
                export(&api, name).unwrap_err().code
            } else {
                plan(&api, name).unwrap_err().code
            };
            hangs.recv().unwrap();
            assert!(code.ends_with("disk_silent"), "{name}: {code}");
            create(&api, &format!("meanwhile-{name}"));
            drop(closed);
        }
    }

    /// What is waited for is the disk's next answer, not the whole work.
    #[test]
    fn work_of_many_steps_may_take_longer_than_a_disk_may_be_silent() {
        let (most, step) = (Duration::from_millis(1500), Duration::from_millis(400));
        let steps = move |goes_on: &(dyn Fn() + Sync)| {
            let (_open, nothing) = channel::<()>();
            for _ in 0..5 {
                // As long as the disk takes for one.
                let _ = nothing.recv_timeout(step);
                goes_on();
            }
            Ok::<_, FilesError>(5)
        };
        assert_eq!(in_time(most, Path::new("/"), steps).unwrap(), 5);
        let silent = move |_: &(dyn Fn() + Sync)| steps(&|| ());
        let error = in_time(most, Path::new("/"), silent).unwrap_err();
        assert_eq!(error.code, "disk_silent");
    }

    #[test]
    fn a_panic_is_the_works_failure() {
        let error = apart::<()>(&Silent, |_| panic!("on purpose")).unwrap_err();
        assert_eq!(error.code, "internal");
    }
}
