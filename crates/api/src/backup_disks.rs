//! What the disks of the known backups say now: which backups are in their place, and what
//! broken-off ones left. The first screen asks, and a dead mount must not hold it: each folder is
//! looked at by a thread of its own, whoever asks waits a moment, and of a folder that does not
//! answer the last that was seen counts.
//!
//! A folder has one thread at most, however often it is asked for. A look that was under way when
//! somebody asks tells what was before, so another follows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use flowkeep_files::{Unfinished, unfinished_in};
use flowkeep_store::{Store, StoreError, Tag};

/// What was seen in a folder in which backups are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The backups whose folder is there.
    pub(crate) there: BTreeSet<PathBuf>,
    /// Those of them that have their manifest.
    pub(crate) with_manifest: BTreeSet<PathBuf>,
    /// What broken-off backups left.
    pub(crate) unfinished: Vec<Unfinished>,
    /// The folders that have not answered yet: of them this is what was last seen.
    pub(crate) silent: BTreeSet<PathBuf>,
}

/// Between two looks at whether what was seen is enough.
const LOOK: Duration = Duration::from_millis(20);

/// Looks at a folder, and at these backups in it.
type Look = dyn Fn(&Path, &BTreeSet<PathBuf>) -> Seen + Send + Sync;

/// The folders that were asked for, each with what was last seen in it.
pub(crate) struct BackupDisks {
    shared: Arc<Shared>,
}

struct Shared {
    folders: Mutex<BTreeMap<PathBuf, Asked>>,
    ended: Condvar,
    look: Box<Look>,
    store: Weak<Store>,
}

/// One folder.
#[derive(Default)]
struct Asked {
    backups: BTreeSet<PathBuf>,
    looking: bool,
    /// Looks that were begun, that have ended, and that somebody wants to have ended.
    begun: u64,
    ended: u64,
    wanted: u64,
    /// Somebody has stopped waiting: what is seen in the end is told.
    given_up: bool,
    seen: Option<Seen>,
}

impl BackupDisks {
    /// Looks at the real disks. What comes late is told to those who follow `store`.
    pub(crate) fn new(store: &Arc<Store>) -> Self {
        Self::looking(store, look)
    }

    fn looking(
        store: &Arc<Store>,
        look: impl Fn(&Path, &BTreeSet<PathBuf>) -> Seen + Send + Sync + 'static,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                folders: Mutex::default(),
                ended: Condvar::new(),
                look: Box::new(look),
                store: Arc::downgrade(store),
            }),
        }
    }

    /// What is there now of these folders, each with its known backups; of one that does not answer
    /// within `patience` what was last seen, which is nothing at first.
    pub(crate) fn look(
        &self,
        folders: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
        patience: Duration,
    ) -> Seen {
        let deadline = Instant::now() + patience;
        self.look_until(folders, |_| Instant::now() >= deadline)
    }

    /// As [`BackupDisks::look`], until what is seen is enough.
    pub(crate) fn look_until(
        &self,
        folders: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
        enough: impl Fn(&Seen) -> bool,
    ) -> Seen {
        let mut asked = self.shared.lock();
        let mut wanted = Vec::new();
        for (path, backups) in folders {
            let folder = asked.entry(path.clone()).or_default();
            folder.backups.extend(backups);
            folder.wanted = folder.begun + 1;
            wanted.push((path.clone(), folder.wanted));
            if !folder.looking {
                folder.looking = true;
                self.shared.clone().begin(path);
            }
        }
        let seen = loop {
            let seen = gathered(&asked, &wanted);
            if seen.silent.is_empty() || enough(&seen) {
                break seen;
            }
            let woken = self.shared.ended.wait_timeout(asked, LOOK);
            asked = woken.unwrap_or_else(PoisonError::into_inner).0;
        };
        for path in &seen.silent {
            if let Some(folder) = asked.get_mut(path) {
                folder.given_up = true;
            }
        }
        seen
    }
}

/// What was seen in folders; silent are those whose look of this number has not ended.
fn gathered(asked: &BTreeMap<PathBuf, Asked>, wanted: &[(PathBuf, u64)]) -> Seen {
    let mut all = Seen::default();
    for (path, wanted) in wanted {
        let Some(folder) = asked.get(path) else {
            continue;
        };
        if folder.ended < *wanted {
            all.silent.insert(path.clone());
        }
        let seen = folder.seen.clone().unwrap_or_default();
        all.there.extend(seen.there);
        all.with_manifest.extend(seen.with_manifest);
        all.unfinished.extend(seen.unfinished);
    }
    all
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Asked>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a folder for as long as somebody wants a newer look.
    fn begin(self: Arc<Self>, path: PathBuf) {
        std::thread::spawn(move || {
            loop {
                let backups = {
                    let mut folders = self.lock();
                    let folder = folders.entry(path.clone()).or_default();
                    folder.begun += 1;
                    folder.backups.clone()
                };
                let seen = (self.look)(&path, &backups);
                let mut folders = self.lock();
                let folder = folders.entry(path.clone()).or_default();
                folder.ended = folder.begun;
                let news =
                    std::mem::take(&mut folder.given_up) && folder.seen.as_ref() != Some(&seen);
                folder.seen = Some(seen);
                folder.looking = folder.wanted > folder.begun;
                let over = !folder.looking;
                drop(folders);
                self.ended.notify_all();
                if news {
                    self.tell();
                }
                if over {
                    return;
                }
            }
        });
    }

    fn tell(&self) {
        let Some(store) = self.store.upgrade() else {
            return;
        };
        let told = store.write::<_, StoreError>(|tx| {
            tx.tag(&Tag::Backup);
            Ok(())
        });
        if let Err(error) = told {
            tracing::warn!(%error, "nobody hears that a disk has answered");
        }
    }
}

fn look(folder: &Path, backups: &BTreeSet<PathBuf>) -> Seen {
    let there: BTreeSet<_> = backups
        .iter()
        .filter(|path| path.is_dir())
        .cloned()
        .collect();
    let whole = |path: &&PathBuf| path.join("manifest.json").is_file();
    Seen {
        with_manifest: there.iter().filter(whole).cloned().collect(),
        there,
        unfinished: unfinished_in(folder),
        silent: BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;

    use flowkeep_host::Cancellation;

    use super::*;
    use crate::testing::open;
    use crate::types::{
        BackupHealth, BackupInput, ChosenPlace, Nothing, ProgressReport, VerifyInput,
    };
    use crate::{Api, Progress, Silent, backups, overview};

    #[derive(Default)]
    struct Person(Cancellation);

    impl Progress for Person {
        fn report(&self, _: ProgressReport) {}

        fn cancellation(&self) -> &Cancellation {
            &self.0
        }
    }

    fn back_up(api: &Api, into: &Path) -> PathBuf {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into.to_owned())),
            remember: true,
            ..BackupInput::default()
        };
        PathBuf::from(backups::backup(api, input, &Silent).unwrap().target_dir)
    }

    fn health(api: &Api) -> Vec<BackupHealth> {
        let list = backups::list(api, Nothing {}).unwrap();
        list.items.iter().map(|row| row.health).collect()
    }

    /// A mount whose server is gone holds a call for as long as it likes.
    #[test]
    fn a_disk_that_does_not_answer_holds_no_screen_and_one_thread() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        let (dead, sound) = (root.path().join("dead"), root.path().join("sound"));
        for folder in [&dead, &sound] {
            fs::create_dir(folder).unwrap();
            back_up(&api, folder);
        }
        let (reached, looks) = channel();
        let (closed, gate) = channel::<()>();
        let gate = Mutex::new(gate);
        let hung = dead.clone();
        api.disks = BackupDisks::looking(&api.store, move |folder, backups| {
            if folder == hung {
                reached.send(()).unwrap();
                let gate = gate.lock().unwrap();
                while gate.recv().is_ok() {}
            }
            look(folder, backups)
        });
        let (tell, changes) = channel();
        let hear = move |tags| {
            let _ = tell.send(tags);
        };
        let _follower = api.follow(hear, |_| (), |_| ()).unwrap();

        for _ in 0..3 {
            assert_eq!(health(&api), [BackupHealth::Proven, BackupHealth::Silent]);
        }
        overview::show(&api, Nothing {}).unwrap();
        overview::doctor(&api, Nothing {}).unwrap();
        assert_eq!(looks.try_iter().count(), 1, "looks that hang");

        drop(closed);
        while !changes.recv().unwrap().contains(&"backup".to_owned()) {}
        api.patience = Duration::from_mins(10);
        assert_eq!(health(&api), [BackupHealth::Proven, BackupHealth::Proven]);
    }

    /// A drive that sleeps needs seconds: an older backup is not taken in its place. One that is not asked
    /// for, because a newer backup is there, is not waited for.
    #[test]
    fn the_newest_backup_is_waited_for_until_it_is_there_or_somebody_cancels() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        api.patience = Duration::ZERO;
        let (awake, asleep) = (root.path().join("awake"), root.path().join("asleep"));
        for folder in [&awake, &asleep] {
            fs::create_dir(folder).unwrap();
        }
        back_up(&api, &awake);
        let newest = back_up(&api, &asleep);
        let (wake, sleeping) = channel::<()>();
        let sleeping = Mutex::new(sleeping);
        let slow = asleep.clone();
        let hangs = move |folder: &Path, backups: &BTreeSet<PathBuf>| {
            if folder == slow {
                let _ = sleeping.lock().unwrap().recv();
            }
            look(folder, backups)
        };
        api.disks = BackupDisks::looking(&api.store, hangs);
        let cancelled = Person::default();
        cancelled.0.cancel();
        let error = backups::verify(&api, VerifyInput::default(), &cancelled).unwrap_err();
        assert_eq!(error.code, "cancelled");

        let seen = std::thread::scope(|scope| {
            let asking = scope.spawn(|| backups::newest_known(&api, &Silent));
            drop(wake);
            asking.join().unwrap().unwrap()
        });
        assert_eq!(seen, newest);

        let newer = back_up(&api, &awake);
        let (_wake, sleeping) = channel::<()>();
        let sleeping = Mutex::new(sleeping);
        api.disks = BackupDisks::looking(&api.store, move |folder, backups| {
            if folder == asleep {
                let _ = sleeping.lock().unwrap().recv();
            }
            look(folder, backups)
        });
        assert_eq!(backups::newest_known(&api, &Silent).unwrap(), newer);
    }

    #[test]
    fn what_happened_before_somebody_asks_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        api.patience = Duration::from_mins(10);
        let backup = back_up(&api, root.path());
        assert_eq!(health(&api), [BackupHealth::Proven]);
        let moved = root.path().join("moved");
        fs::rename(&backup, &moved).unwrap();
        assert_eq!(health(&api), [BackupHealth::Away]);
        fs::rename(&moved, &backup).unwrap();
        fs::remove_file(backup.join("manifest.json")).unwrap();
        assert_eq!(health(&api), [BackupHealth::Damaged]);
        assert!(overview::show(&api, Nothing {}).unwrap().backup.is_none());
    }
}
