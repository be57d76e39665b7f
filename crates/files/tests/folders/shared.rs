//! One folder that two data folders know.

use std::path::Path;
use std::sync::{Arc, Mutex};

use flowkeep_core::folder::{Policy, Settings};
use flowkeep_files::folders::{Archived, FolderBusy, FolderError, Wanted, Workshop, archive};
use flowkeep_host::{Cancellation, Progress, SystemFiles, Unfollowed};
use flowkeep_store::{Store, StoreError, StoreOptions, TaskFolderRecord};

use crate::place::Place;

/// A data folder of its own that knows the folder of a place.
fn beside(place: &Place, data_dir: &Path) -> Workshop {
    let store = Store::open(StoreOptions {
        path: data_dir.join("flowkeep.db"),
        safety: data_dir.join("safety"),
        clock: place.clock.clone(),
    });
    let other = Workshop {
        store: Arc::new(store.unwrap()),
        files: Arc::new(SystemFiles),
        data_dir: data_dir.to_owned(),
        ..place.workshop.clone()
    };
    let record = TaskFolderRecord {
        id: place.id,
        workflow_id: "w".to_owned(),
        path: place.folder.clone(),
        settings: Settings::default(),
        sequence: 0,
        created_at: 0,
    };
    let added = other
        .store
        .write::<_, StoreError>(move |tx| tx.add_task_folder(&record));
    added.unwrap();
    other
}

fn archived(
    workshop: &Workshop,
    place: &Place,
    progress: &dyn Progress,
) -> Result<Archived, FolderError> {
    let wanted = Wanted {
        policy: Policy::Stop,
        run: None,
    };
    archive(workshop, place.id, &wanted, progress)
}

/// Somebody who archives with another data folder at the first step of this one.
struct Meddler<'a> {
    place: &'a Place,
    other: &'a Workshop,
    met: Mutex<Vec<Result<Archived, FolderError>>>,
}

impl Progress for Meddler<'_> {
    fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
        let mut met = self.met.lock().unwrap();
        if met.is_empty() {
            met.push(archived(self.other, self.place, &Unfollowed));
        }
    }

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

#[test]
fn two_data_folders_never_move_its_files_at_once() {
    let place = Place::new();
    let data = tempfile::tempdir().unwrap();
    let other = beside(&place, data.path());
    place.put(&["a", "b"]);
    let meddler = Meddler {
        place: &place,
        other: &other,
        met: Mutex::default(),
    };
    let done = archived(&place.workshop, &place, &meddler).unwrap();
    assert_eq!(done.moved, ["a", "b"]);
    let met = meddler.met.into_inner().unwrap();
    assert!(
        matches!(&met[..], [Err(FolderError::Busy(FolderBusy::Archive))]),
        "{met:?}"
    );
    // Afterwards it may, and nothing was written into the folder but the archive.
    assert_eq!(archived(&other, &place, &Unfollowed).unwrap().archive, None);
    let mut there = std::fs::read_dir(&place.folder).unwrap();
    let only = there.next().unwrap().unwrap().file_name();
    assert_eq!(only.to_str(), done.archive.as_deref());
    assert!(there.next().is_none());
}
