//! A disk that stops answering while files are archived or put back (row 45).

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, SystemFiles};

use super::*;
use crate::Silent;
use crate::bodies::folders::archive;
use crate::testing::{know, open, task_folder};
use crate::types::{FolderArchiveInput, ProgressReport};

const FOLDER: &str = "01M7Z8Q2B4C6D8E0F2G4H6J8K0";

struct Person(Cancellation);

impl Progress for Person {
    fn report(&self, _: ProgressReport) {}
    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

/// A folder that holds today's files, and an archive of earlier ones, which is answered.
fn filled(api: &Api, folder: &Path) -> String {
    fs::create_dir(folder).unwrap();
    know(api, &task_folder(FOLDER, "w", folder));
    for (name, text) in [("a", "then a"), ("b", "then b")] {
        fs::write(folder.join(name), text).unwrap();
    }
    let made = archived(api, &Silent).unwrap();
    for (name, text) in [("a", "now a"), ("c", "now c")] {
        fs::write(folder.join(name), text).unwrap();
    }
    made.unwrap()
}

fn archived(api: &Api, progress: &dyn Progress) -> Result<Option<String>, AppError> {
    let input = FolderArchiveInput {
        id: FOLDER.to_owned(),
        continue_anyway: false,
    };
    archive(api, input, progress).map(|made| made.archive)
}

/// All texts that are in the folder or in an archive of it, and what else lies there.
fn texts(folder: &Path) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            texts.extend(self::texts(&entry.path()));
            let name = entry.file_name().into_string().unwrap();
            let is_whole = name.starts_with("file_bak_") && !name.ends_with(".partial");
            assert!(is_whole, "{name} is left");
        } else if entry.file_name() != "backup_info.json" {
            texts.insert(fs::read_to_string(entry.path()).unwrap());
        }
    }
    texts
}

/// Does `deed` on a disk that answers no more from each of its calls on: the cancel is answered all the same, and when
/// the disk answers again all of it is finished or taken back.
fn hangs_at_each_call(deed: impl Fn(&Api, &str, &dyn Progress) -> Result<(), AppError>) {
    for n in 1.. {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        let folder = root.path().canonicalize().unwrap().join("task_one");
        let archive = filled(&api, &folder);
        let before = texts(&folder);
        let (reached, hangs) = channel();
        let (closed, gate) = channel::<()>();
        let silent = FailingFiles::at(0, ErrorKind::Other).hanging_from(n, reached, gate);
        api.files = Arc::new(silent);
        api.patience = Duration::ZERO;
        let person = Person(Cancellation::default());
        let cancellation = person.0.clone();
        let cancelling = std::thread::spawn(move || {
            let is_reached = hangs.recv().is_ok();
            cancellation.cancel();
            (is_reached, hangs)
        });
        let done = deed(&api, &archive, &person);
        // Nobody but the work that was left to itself holds the disk any more.
        api.files = Arc::new(SystemFiles);
        let (is_reached, hangs) = cancelling.join().unwrap();
        if !is_reached {
            done.unwrap();
            assert!(n > 12, "{n} calls");
            break;
        }
        let error = done.unwrap_err();
        let hints = ["putting_back_goes_on"];
        assert_eq!(
            (error.code.as_str(), &error.hints[..]),
            ("cancelled", &hints.map(str::to_owned)[..]),
            "call {n}"
        );
        let meanwhile = archived(&api, &Silent);
        assert_eq!(meanwhile.unwrap_err().code, "folder_busy", "call {n}");
        drop(closed);
        while hangs.recv().is_ok() {}
        assert_eq!(api.store.folder_works().unwrap(), [], "call {n}");
        assert!(texts(&folder).is_superset(&before), "call {n}");
    }
}

#[test]
fn archiving_on_a_disk_that_stops_answering_is_finished_or_taken_back_when_it_answers() {
    hangs_at_each_call(|api, _, progress| archived(api, progress).map(drop));
}

#[test]
fn putting_back_on_a_disk_that_stops_answering_is_finished_or_taken_back_when_it_answers() {
    hangs_at_each_call(|api, archive, progress| {
        let sound = folders::Workshop {
            files: Arc::new(SystemFiles),
            ..api.workshop()?
        };
        let id = FOLDER.parse().unwrap();
        let plan = folders::put_back_plan(&sound, id, archive, None, &flowkeep_host::Unfollowed)?;
        let input = FolderPutBackInput {
            id: FOLDER.to_owned(),
            archive: archive.to_owned(),
            files: None,
            stamp: plan.stamp,
        };
        put_back(api, input, progress).map(drop)
    });
}
