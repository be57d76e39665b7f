//! The disk of a task folder goes away in the midst and comes back (row 45): what was begun is told as broken off,
//! stays written down, and is finished or taken back when the disk is there again.

use std::fs;
use std::io::ErrorKind;

use flowkeep_core::folder::Policy;
use flowkeep_files::folders::{FolderError, clean_up, forget, recover};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{SystemFiles, Unfollowed};

use crate::crash::Dying;
use crate::place::Place;

const FILES: [&str; 4] = ["a.ddl", "b.md", "backup_info.json", "table_list.txt"];

/// What is done while the disk goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Archive,
    PutBack,
    CleanUp,
}

const DEEDS: [Deed; 3] = [Deed::Archive, Deed::PutBack, Deed::CleanUp];

impl Deed {
    /// A folder in which there is something to do, and its archive.
    fn place(self) -> (Place, String) {
        let place = Place::new();
        let archive = place.put(&FILES).archive().archive.unwrap();
        if self == Self::Archive {
            place.put(&FILES);
        }
        (place, archive)
    }

    fn try_on(
        self,
        place: &mut Place,
        archive: &str,
        disk: &FailingFiles,
    ) -> Result<(), FolderError> {
        match self {
            Self::PutBack => place.try_put_back(archive, None, disk.clone()).map(drop),
            Self::Archive => place
                .on(disk.clone())
                .try_archive(Policy::Continue)
                .map(drop),
            Self::CleanUp => {
                place.on(disk.clone());
                let names = [archive.to_owned()];
                clean_up(&place.workshop, place.id, &names, &Unfollowed).map(drop)
            }
        }
    }
}

#[test]
fn what_a_disk_took_with_it_is_put_right_when_it_is_back() {
    for deed in DEEDS {
        let mut left_there = 0;
        for n in 1.. {
            let (mut place, archive) = deed.place();
            let disk = FailingFiles::at(n, ErrorKind::NotConnected).for_good();
            let done = deed.try_on(&mut place, &archive, &disk);
            let moment = format!("{deed:?}, gone at call {n}: {done:?}");
            let is_left = || !place.workshop.store.folder_works().unwrap().is_empty();
            left_there += u32::from(is_left());
            if is_left() {
                assert!(done.is_err(), "{moment}");
                // Nobody takes it for done while the disk is away.
                assert!(
                    recover(&place.workshop).unwrap()[0].outcome.is_err(),
                    "{moment}"
                );
                assert!(is_left(), "{moment}");
            }
            place.on(SystemFiles).recover();
            match deed {
                Deed::CleanUp => {
                    // It also sweeps up what was emptied and stayed.
                    clean_up(&place.workshop, place.id, &[], &Unfollowed).unwrap();
                    let names = place.names().into_iter();
                    let other: Vec<_> = names.filter(|name| *name != archive).collect();
                    assert_eq!(other, ["table_list.txt"], "{moment}");
                }
                Deed::Archive => place.is_there(&FILES, &moment),
                Deed::PutBack => {
                    place.is_there(&FILES, &moment);
                    assert!(place.at(&archive).exists(), "{moment}");
                }
            }
            if disk.calls() < n {
                break;
            }
        }
        assert!(left_there > 5, "{deed:?}: {left_there}");
    }
}

#[cfg(target_os = "linux")]
mod needs_mounts {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use flowkeep_files::folders::{PutBackWanted, Wanted, archive, put_back};
    use flowkeep_host::{Cancellation, Progress};

    use super::*;

    /// A small disk that is mounted right at the task folder.
    struct Disk {
        root: PathBuf,
        at: PathBuf,
    }

    fn done(program: &str, words: &[&str], paths: &[&Path]) {
        let status = Command::new(program).args(words).args(paths).status();
        assert!(status.unwrap().success(), "{program} {words:?}");
    }

    impl Disk {
        fn at(folder: &Path) -> Self {
            let root = folder.with_extension("disk");
            fs::create_dir(&root).unwrap();
            done(
                "mount",
                &["-t", "tmpfs", "-o", "size=4m", "tmpfs"],
                &[&root],
            );
            let disk = Self {
                root,
                at: folder.to_owned(),
            };
            fs::create_dir(disk.root.join("files")).unwrap();
            disk.comes();
            disk
        }

        fn comes(&self) {
            done("mount", &["--bind"], &[&self.root.join("files"), &self.at]);
        }

        /// Whoever has a file of it open keeps it; nobody else finds it.
        fn goes(&self) {
            done("umount", &["--lazy"], &[&self.at]);
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            for path in [&self.at, &self.root] {
                let _ = Command::new("umount").arg("--lazy").arg(path).status();
            }
        }
    }

    /// Takes the disk away at a step.
    struct Pulling<'a> {
        disk: &'a Disk,
        phase: &'static str,
    }

    impl Progress for Pulling<'_> {
        fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if phase == self.phase && done == u32::from(phase == "folder_archive") {
                self.disk.goes();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }

    /// What is left where it was is an empty folder, which says nothing of the files.
    fn is_gone(place: &Place, moment: &str) {
        assert_eq!(
            place.workshop.store.folder_works().unwrap().len(),
            1,
            "{moment}"
        );
        assert_eq!(place.names(), [""; 0], "{moment}");
        let tried = place.try_archive(Policy::Continue);
        assert!(
            matches!(tried, Err(FolderError::Replaced(_))),
            "{moment}: {tried:?}"
        );
        assert_eq!(
            place.workshop.store.folder_works().unwrap().len(),
            1,
            "{moment}"
        );
    }

    #[test]
    #[ignore = "only root may mount"]
    fn a_disk_that_is_pulled_takes_no_file_with_it_for_good() {
        for phase in ["folder_archive", "folder_flush"] {
            let place = Place::new();
            let disk = Disk::at(&place.folder);
            place.put(&FILES);
            let pulling = Pulling { disk: &disk, phase };
            let wanted = Wanted {
                policy: Policy::Continue,
                run: None,
            };
            archive(&place.workshop, place.id, &wanted, &pulling).unwrap_err();
            is_gone(&place, phase);
            disk.comes();
            place.recover();
            place.is_known(&FILES, phase);
        }
        for phase in [
            "folder_copy",
            "folder_verify",
            "folder_flush",
            "folder_place",
        ] {
            let place = Place::new();
            let disk = Disk::at(&place.folder);
            let archive = place.put(&FILES).archive().archive.unwrap();
            fs::write(place.at("a.ddl"), "another").unwrap();
            let pulling = Pulling { disk: &disk, phase };
            let wanted = PutBackWanted {
                archive: &archive,
                only: None,
                stamp: place.plan(&archive, None).stamp,
            };
            put_back(&place.workshop, place.id, &wanted, &pulling).unwrap_err();
            is_gone(&place, phase);
            disk.comes();
            place.recover();
            let now = fs::read_to_string(place.at("a.ddl")).unwrap();
            let expected = match phase {
                "folder_place" => "this is a.ddl",
                _ => "another",
            };
            assert_eq!(now, expected, "{phase}");
            let hidden = place.names().into_iter().find(|name| name.starts_with('.'));
            assert_eq!(hidden, None, "{phase}");
        }
    }
}

/// What was broken off in a folder that does not come back keeps nobody from taking it off the list.
#[test]
fn a_folder_that_is_gone_half_way_leaves_the_list_and_says_what_stays() {
    let mut place = Place::new();
    place.put(&["a", "b", "c"]);
    place.on(Dying::after(4, false));
    place.try_archive(Policy::Stop).unwrap_err();
    place.on(SystemFiles);
    let [work] = place
        .workshop
        .store
        .folder_works()
        .unwrap()
        .try_into()
        .unwrap();
    let away = place.folder.with_extension("away");
    fs::rename(&place.folder, &away).unwrap();
    // Another, empty one in its place is not it either.
    fs::create_dir(&place.folder).unwrap();
    let refused = place.try_archive(Policy::Stop).unwrap_err();
    assert!(matches!(refused, FolderError::Replaced(_)), "{refused}");
    let gone = forget(&place.workshop, place.id).unwrap();
    let unfinished = gone.unfinished.unwrap();
    assert_eq!(unfinished, format!("{}.partial", work.archive));
    assert!(away.join(unfinished).is_dir());
    assert!(place.workshop.store.folder_works().unwrap().is_empty());
    assert!(place.workshop.store.task_folders().unwrap().is_empty());
}
