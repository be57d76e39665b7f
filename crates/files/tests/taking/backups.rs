//! Sessions in backups, and what a restore makes of them.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::session::{SessionStatus, SnapshotReason};
use flowkeep_core::{BackupId, KeptHistory};
use flowkeep_files::snapshots::{TakeError, bring_objects, describe, recover, scrub};
use flowkeep_files::{
    Backup, BackupRequest, BackupTarget, FilesError, Purpose, prove, read_manifest, stage_backup,
    write_backup,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Clock as _, SystemFiles, Unfollowed};
use flowkeep_store::{
    ApplyOutcome, ApplyRequest, SNAPSHOTS_BROUGHT_AT, StagedPart, Staging, StoreError, UndoOutcome,
};
use ulid::Ulid;

use super::{Face, Ground, tree};

impl Ground {
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.place.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) fn back_up(&self, face: &Face, into: &str) -> Result<Backup, FilesError> {
        let data = self.data();
        let target = BackupTarget::check(&SystemFiles, &self.folder(into), &data)?;
        let request = BackupRequest {
            files: &SystemFiles,
            store: &face.workshop.store,
            data_dir: &data,
            target: &target,
            scratch: &self.folder("scratch"),
            at: self.clock.now(),
            id: BackupId(Ulid::from_parts(2, 2)),
            sequence: 1,
            history: KeptHistory::All,
            app_version: "0.0.0",
            machine: "here",
            trial: true,
        };
        write_backup(&request, &Unfollowed)
    }

    /// What a check of this backup finds: paths and reasons.
    fn proof(&self, backup: &Path) -> Vec<(String, String)> {
        let proof = prove(backup, &self.folder("scratch"), &Unfollowed).unwrap();
        let damaged = proof.damaged.into_iter();
        damaged.map(|one| (one.path, one.reason.code)).collect()
    }
}

impl Face {
    fn plan(&self, backup: &Path) -> Staging {
        let plan = format!("plan-{}.db", Ulid::generate());
        let plan = self.workshop.data_dir.join(plan);
        let mut staging = Staging::create(plan).unwrap();
        let manifest = read_manifest(backup).unwrap();
        stage_backup(backup, &manifest, &mut staging, Purpose::Keep, &Unfollowed).unwrap();
        let compared = staging.compare(&self.workshop.store, Cancellation::never());
        compared.unwrap();
        staging
    }

    fn apply(&self, staging: &mut Staging, backup: &Path) -> Result<ApplyOutcome, TakeError> {
        let _kept = bring_objects(&self.workshop, staging, backup, Cancellation::never())?;
        let request = ApplyRequest {
            actor: "Ann".to_owned(),
            face: "cli".to_owned(),
            operation: "restore".to_owned(),
            name: "backup".to_owned(),
        };
        let never = Cancellation::never();
        Ok(self.workshop.store.apply(staging, request, never)?)
    }

    pub(crate) fn bring_back(&self, backup: &Path) -> ApplyOutcome {
        self.apply(&mut self.plan(backup), backup).unwrap()
    }

    fn undo(&self, outcome: &ApplyOutcome) -> UndoOutcome {
        let id = outcome.operation.unwrap().to_string();
        let undone = self.workshop.store.write::<_, StoreError>(move |tx| {
            tx.undo_operation(&id, "Ann", "cli", &HashSet::new())
        });
        undone.unwrap().unwrap()
    }
}

/// The files of a backup in these two folders.
fn of_sessions(backup: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(backup);
    files.retain(|path, _| path.starts_with("sessions/") || path.starts_with("objects/"));
    files
}

/// A session that was interrupted, with two snapshots, in a backup.
fn two_snapshots() -> (Ground, Face, Backup) {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    ground.write(
        "tools/sum.yaml",
        "name: sum\nkey: sk-proj-aB3dE5fG7hI9jK1lM3nO5pQ7\n",
    );
    ground.clock.pass(5_000);
    face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    let backup = ground.back_up(&face, "backups").unwrap();
    (ground, face, backup)
}

fn pack_of(backup: &Path) -> PathBuf {
    let files = of_sessions(backup).into_keys();
    let mut packs =
        files.filter(|path| path.starts_with("objects/") && !path.ends_with(".json.zst"));
    backup.join(packs.next().unwrap())
}

#[test]
fn a_session_comes_back_with_every_byte_of_its_snapshots() {
    let (first, face, backup) = two_snapshots();
    assert!(backup.damaged.is_empty(), "{:?}", backup.damaged);
    assert_eq!(read_manifest(&backup.folder).unwrap().counts["session"], 1);
    assert_eq!(first.proof(&backup.folder), []);
    let files = of_sessions(&backup.folder);
    assert!(files.keys().any(|path| path.starts_with("objects/")));

    let second = Ground::orders();
    let other = second.face();
    let mut plan = other.plan(&backup.folder);
    let parts = plan.parts().unwrap();
    let sessions = parts.iter().find(|one| one.part == StagedPart::Sessions);
    assert_eq!(sessions.unwrap().coming, 1);
    assert_eq!(plan.preview(&other.workshop.store).unwrap().sessions, 1);
    assert_eq!(other.apply(&mut plan, &backup.folder).unwrap().sessions, 1);
    other.is_sound();
    assert_eq!(other.held(), face.held());
    assert_eq!(other.newest().sequence, 2);
    let brought = other.workshop.store.setting(SNAPSHOTS_BROUGHT_AT).unwrap();
    let ago = second.clock.now().0 - brought.unwrap().as_i64().unwrap();
    assert!((0..crate::HOUR).contains(&ago), "{ago}");
    assert_eq!(other.session().status, SessionStatus::Interrupted);
    let row = other.session().row;
    let copy = other.workshop.store.session_copy(row).unwrap().unwrap();
    assert_eq!(copy.works_with.as_str(), "file");

    // What was under way is so no more; all else is the same, and so is it from there on.
    let again = second.back_up(&other, "backups").unwrap();
    let objects = |files: &BTreeMap<String, Vec<u8>>| {
        let mut files = files.clone();
        files.retain(|path, _| path.starts_with("objects/"));
        files
    };
    let from_there = of_sessions(&again.folder);
    assert_eq!(objects(&from_there), objects(&files));
    let third = Ground::orders();
    let last = third.face();
    assert_eq!(last.bring_back(&again.folder).sessions, 1);
    let once_more = third.back_up(&last, "backups").unwrap();
    assert_eq!(of_sessions(&once_more.folder), from_there);

    // Once more nothing comes, and that is told.
    let mut plan = other.plan(&backup.folder);
    assert_eq!(plan.sessions_here(&other.workshop.store).unwrap(), 1);
    assert_eq!(other.apply(&mut plan, &backup.folder).unwrap().sessions, 0);
    // A snapshot goes on from what came.
    assert!(other.again(SnapshotReason::Asked, &Unfollowed).is_some());
    assert_eq!(other.newest().sequence, 3);
    other.is_sound();
}

#[test]
fn keys_are_in_no_file_of_it_and_the_readme_says_how_many_were_masked() {
    let (_ground, _face, backup) = two_snapshots();
    let readme = fs::read_to_string(backup.folder.join("README.txt")).unwrap();
    assert!(readme.contains("in their place (1)"), "{readme}");
    for (path, bytes) in tree(&backup.folder) {
        let text = zstd_or_plain(&bytes);
        assert!(!text.contains("aB3dE5fG7hI9"), "{path}");
    }
}

fn zstd_or_plain(bytes: &[u8]) -> String {
    let unpacked = zstd::decode_all(bytes).unwrap_or_else(|_| bytes.to_vec());
    String::from_utf8_lossy(&unpacked).into_owned()
}

#[test]
fn what_is_not_in_the_plan_does_not_come() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let other = second.face();
    let mut plan = other.plan(&backup.folder);
    plan.choose_part(StagedPart::Sessions, false).unwrap();
    assert_eq!(other.apply(&mut plan, &backup.folder).unwrap().sessions, 0);
    assert_eq!(second.packs(), [] as [PathBuf; 0]);
}

#[test]
fn a_content_that_is_here_is_not_brought_again() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let other = second.face();
    let outcome = other.bring_back(&backup.folder);
    let packs = second.packs();
    other.undo(&outcome);
    assert!(other.workshop.store.session("one").unwrap().is_none());
    assert_eq!(other.bring_back(&backup.folder).sessions, 1);
    assert_eq!(second.packs(), packs);
    other.is_sound();
    assert_eq!(other.held().len(), 4);
}

#[test]
fn a_damaged_or_missing_pack_is_named_by_its_session() {
    for is_missing in [true, false] {
        let (ground, _face, backup) = two_snapshots();
        let pack = pack_of(&backup.folder);
        if is_missing {
            fs::remove_file(&pack).unwrap();
        } else {
            let mut bytes = fs::read(&pack).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&pack, bytes).unwrap();
        }
        let found = ground.proof(&backup.folder);
        let reasons: Vec<_> = found.iter().map(|(_, code)| code.as_str()).collect();
        let of_file = if is_missing {
            "file_missing"
        } else {
            "file_changed"
        };
        assert_eq!(reasons, [of_file, "session_objects_lost"]);
        assert!(found[1].0.starts_with("sessions/orders-"), "{found:?}");

        // Its row comes, and no snapshot that is not whole.
        let second = Ground::orders();
        let other = second.face();
        assert_eq!(other.bring_back(&backup.folder).sessions, 1);
        other.is_sound();
        let row = other.session().row;
        for kept in other.workshop.store.config_snapshots(row).unwrap() {
            let entries = other.workshop.store.config_entries(kept.tree).unwrap();
            assert_eq!(entries.len(), usize::try_from(kept.files).unwrap());
        }
    }
}

#[test]
fn a_store_that_is_damaged_costs_a_backup_only_what_is_damaged() {
    let (ground, face, _) = two_snapshots();
    let pack = ground.packs().remove(0);
    fs::remove_file(pack).unwrap();
    let backup = ground.back_up(&face, "others").unwrap();
    let damaged: Vec<_> = backup
        .damaged
        .iter()
        .map(|one| one.reason.code.as_str())
        .collect();
    assert_eq!(damaged, ["session_objects_lost"]);
    assert_eq!(ground.proof(&backup.folder).len(), 1);
}

/// A drive that is away is to be connected; packs that are gone from one that is there do not come back with it.
#[test]
fn a_store_is_away_where_nothing_of_it_is_there() {
    let (ground, face, _) = two_snapshots();
    let reasons = |into: &str| {
        let backup = ground.back_up(&face, into).unwrap();
        let damaged = backup.damaged.into_iter();
        damaged.map(|one| one.reason.code).collect::<Vec<_>>()
    };
    ground
        .packs()
        .into_iter()
        .for_each(|pack| fs::remove_file(pack).unwrap());
    assert_eq!(reasons("without-packs"), ["session_objects_lost"]);
    fs::rename(&face.workshop.dir, ground.place.path().join("away")).unwrap();
    assert_eq!(reasons("away"), ["snapshot_contents_away"]);
}

#[test]
fn a_store_that_a_restore_filled_says_what_it_holds() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let face = second.face();
    face.bring_back(&backup.folder);
    let sessions = || {
        let mut files = tree(&face.workshop.dir);
        files.retain(|path, _| path.starts_with("sessions/"));
        files.len()
    };
    assert_eq!(sessions(), 0);
    assert_eq!(describe(&face.workshop, &Unfollowed).unwrap(), 2);
    assert_eq!(sessions(), 2);
    let checked = scrub(&face.workshop, &[], &Unfollowed).unwrap();
    assert_eq!((checked.rewritten, checked.damaged.len()), (0, 0));
    assert_eq!(describe(&face.workshop, &Unfollowed).unwrap(), 0);
}

#[test]
fn a_pack_that_changed_since_the_plan_ends_the_restore_with_nothing_done() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let other = second.face();
    let mut plan = other.plan(&backup.folder);
    fs::write(pack_of(&backup.folder), b"something else").unwrap();
    assert!(other.apply(&mut plan, &backup.folder).is_err());
    assert!(other.workshop.store.session("one").unwrap().is_none());
    assert_eq!(second.files_with(".partial"), [] as [PathBuf; 0]);
}

#[test]
fn a_restore_that_ends_before_its_rows_leaves_files_nobody_names() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let other = second.face();
    let mut plan = other.plan(&backup.folder);
    let kept = bring_objects(
        &other.workshop,
        &mut plan,
        &backup.folder,
        Cancellation::never(),
    )
    .unwrap();
    assert!(matches!(recover(&other.workshop), Ok(0)));
    drop((kept, plan));
    assert!(!second.packs().is_empty());
    assert!(other.workshop.store.session("one").unwrap().is_none());
    other.is_sound();
    assert_eq!(other.bring_back(&backup.folder).sessions, 1);
    other.is_sound();
}

#[test]
fn undo_takes_out_what_came_unless_something_was_done_with_it() {
    let (_first, _face, backup) = two_snapshots();
    let second = Ground::orders();
    let other = second.face();
    let undone = other.undo(&other.bring_back(&backup.folder));
    assert_eq!((undone.sessions, undone.kept.len()), (1, 0));
    assert!(other.workshop.store.session("one").unwrap().is_none());
    other.is_sound();

    second.clock.pass(1_000);
    let outcome = other.bring_back(&backup.folder);
    second.clock.pass(1_000);
    other.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    let undone = other.undo(&outcome);
    assert_eq!((undone.sessions, undone.kept.len()), (0, 1));
    assert_eq!(other.newest().sequence, 3);
}

#[test]
fn a_backup_waits_for_nobody_who_clears_up() {
    let (ground, face, _) = two_snapshots();
    let locks = ground.data().join("locks/snapshots");
    let alone = flowkeep_host::FileLock::try_take(&locks).unwrap();
    let refused = ground.back_up(&face, "others");
    assert!(matches!(refused, Err(FilesError::SnapshotsBusy)));
    drop(alone);
    ground.back_up(&face, "others").unwrap();
}

/// Each call to the disk of a restore fails once: no row names what is not there, and it can be done again.
#[test]
fn whichever_call_fails_a_restore_happens_or_leaves_nothing_that_counts() {
    let (_first, _face, backup) = two_snapshots();
    for call in 1.. {
        let second = Ground::orders();
        let failing = FailingFiles::at(call, ErrorKind::StorageFull).for_good();
        let face = second.face_on(Arc::new(failing.clone()));
        let done = face.apply(&mut face.plan(&backup.folder), &backup.folder);
        if failing.calls() < call {
            assert!(call > 10, "so few calls bring nothing");
            return;
        }
        let is_here = face.workshop.store.session("one").unwrap().is_some();
        assert_eq!(is_here, done.is_ok(), "{call}");
        face.is_sound();
        drop(face);

        let face = second.face();
        recover(&face.workshop).unwrap();
        assert_eq!(second.files_with(".partial"), [] as [PathBuf; 0], "{call}");
        if done.is_err() {
            assert_eq!(face.bring_back(&backup.folder).sessions, 1, "{call}");
        }
        assert_eq!(face.held().len(), 4, "{call}");
        face.is_sound();
    }
}

#[test]
fn a_snapshot_comes_back_with_the_file_it_begins_with() {
    let first = Ground::orders();
    let face = first.face();
    face.begin().unwrap();
    let face = face.renamed(&first, "workflows/renamed.yaml");
    let backup = first.back_up(&face, "backups").unwrap();
    let second = Ground::orders();
    let other = second.face();
    assert_eq!(other.bring_back(&backup.folder).sessions, 1);
    let kept = other.workshop.store.config_snapshots(other.session().row);
    let kept = kept.unwrap();
    let begins: Vec<_> = kept.iter().map(|one| one.config.as_deref()).collect();
    let expected = ["workflows/orders.yaml", "workflows/renamed.yaml"].map(Some);
    assert_eq!(begins, expected);
}
