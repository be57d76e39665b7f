//! Cancelled at any item: at most one item after it, and nothing is left (reliability, I5, row 44).

use std::sync::atomic::{AtomicU32, Ordering};

use flowkeep_files::{FilesError, Purpose, prove, read_manifest, stage_backup, stage_files};
use flowkeep_host::{Cancellation, Progress, SystemFiles};
use flowkeep_store::Staging;

use crate::catalog::{Catalog, Given, tree};

/// A person who cancels once `after` items are done.
struct Impatient {
    after: u32,
    steps: AtomicU32,
    cancellation: Cancellation,
}

impl Impatient {
    fn new(after: u32) -> Self {
        let cancellation = Cancellation::default();
        if after == 0 {
            cancellation.cancel();
        }
        Self {
            after,
            steps: AtomicU32::new(0),
            cancellation,
        }
    }

    fn steps(&self) -> u32 {
        self.steps.load(Ordering::Relaxed)
    }
}

impl Progress for Impatient {
    fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
        if self.steps.fetch_add(1, Ordering::Relaxed) + 1 >= self.after {
            self.cancellation.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }
}

fn seeded() -> Catalog {
    let catalog = Catalog::new();
    let many: Vec<_> = (0..6)
        .map(|n| Given::workflow(&n.to_string(), &format!("{{\"name\": \"{n}\"}}")))
        .collect();
    catalog.keep(&many);
    catalog
}

/// Runs `task` with a person who cancels after 0, 1, 2, … items, until it is done before that.
/// Answers how often it was cancelled.
fn cancelled_everywhere(mut task: impl FnMut(&Impatient) -> Result<(), FilesError>) -> u32 {
    for after in 0.. {
        let person = Impatient::new(after);
        match task(&person) {
            Ok(()) => {
                assert!(
                    person.steps() <= after + 1,
                    "cancelled at {after} and not heard"
                );
                return after;
            }
            Err(error) => assert!(matches!(error, FilesError::Cancelled), "{after}: {error:?}"),
        }
        assert!(
            person.steps() <= after + 1,
            "went on after {after}: {}",
            person.steps()
        );
    }
    0
}

#[test]
fn a_backup_cancelled_at_any_item_leaves_nothing() {
    let catalog = seeded();
    catalog.back_up();
    let before = (catalog.backups_tree(), catalog.fingerprint());
    let scratch = tree(&catalog.scratch());
    let times = cancelled_everywhere(|person| {
        let made = catalog.try_back_up(&SystemFiles, person);
        if made.is_err() {
            assert_eq!((catalog.backups_tree(), catalog.fingerprint()), before);
            assert_eq!(tree(&catalog.scratch()), scratch);
        }
        made.map(|_| ())
    });
    assert!(times >= 12, "written, then read back: only {times} places");
}

#[test]
fn a_check_cancelled_at_any_item_leaves_nothing() {
    let catalog = seeded();
    let backup = catalog.back_up();
    let scratch = tree(&catalog.scratch());
    let times = cancelled_everywhere(|person| {
        let proof = prove(&backup.folder, &catalog.scratch(), person);
        assert_eq!(tree(&catalog.scratch()), scratch);
        proof.map(|proof| assert!(proof.damaged.is_empty()))
    });
    assert!(times >= 7, "only {times} places");
}

#[test]
fn a_restore_cancelled_while_reading_changes_nothing() {
    let backup = seeded().back_up_elsewhere();
    let catalog = Catalog::new();
    let before = catalog.fingerprint();
    let times = cancelled_everywhere(|person| {
        let plan = catalog
            .scratch()
            .join(format!("plan-{}.db", catalog.at().0));
        let mut staging = Staging::create(plan)?;
        let read = stage_backup(
            backup.path(),
            &read_manifest(backup.path())?,
            &mut staging,
            Purpose::Keep,
            person,
        );
        assert_eq!(catalog.fingerprint(), before);
        read.map(|_| ())
    });
    assert!(times >= 7, "only {times} places");
}

#[test]
fn an_import_cancelled_at_any_file_changes_nothing() {
    let catalog = Catalog::new();
    let before = catalog.fingerprint();
    let folder = catalog.backups().join("files");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..6 {
        let text = format!("{{\"id\": \"{n}\", \"name\": \"{n}\", \"tasks\": []}}");
        std::fs::write(folder.join(format!("{n}.json")), text).unwrap();
    }
    let times = cancelled_everywhere(|person| {
        let plan = catalog
            .scratch()
            .join(format!("plan-{}.db", catalog.at().0));
        let mut staging = Staging::create(plan)?;
        let read = stage_files(std::slice::from_ref(&folder), None, &mut staging, person);
        assert_eq!(catalog.fingerprint(), before);
        read
    });
    assert!(times >= 6, "only {times} places");
}
