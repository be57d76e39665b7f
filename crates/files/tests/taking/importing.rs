//! Session files that are brought in on a disk that fails.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::SnapshotStatus;
use flowkeep_files::sessions::{
    ImportedFile, OnKnown, SessionAction, SessionImport, SessionImportError, import_sessions,
};
use flowkeep_files::snapshots::recover;
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{EntryFiles, Unfollowed};
use flowkeep_store::OperationFilter;

use crate::{Face, Ground, hash_of, tree};

const FILE: &str = r#"{"metadata": {"session_id": "one", "workflow_config_path": "configs/workflows/orders.yaml"},
 "state": {"step": 1}, "workflow_config": {"name": "orders", "api_key": "${KEY}"}}"#;

fn file(ground: &Ground) -> PathBuf {
    let path = ground.place.path().join("one.json");
    fs::write(&path, FILE).unwrap();
    path
}

fn import(face: &Face, paths: &[PathBuf]) -> Result<Vec<ImportedFile>, SessionImportError> {
    let [_, standard, _] = Strategy::factory();
    let wanted = SessionImport {
        paths,
        root: None,
        on_known: OnKnown::Skip,
        dry_run: false,
        snapshots: true,
        strategy: &standard,
        default_tool_set: "basic-tools",
    };
    import_sessions(&face.workshop, &wanted, &Unfollowed)
}

/// Each call fails once; with `for_good` all calls after it, too. What is brought in again is whole.
fn each_call_fails(for_good: bool) {
    for call in 1.. {
        let ground = Ground::orders();
        let paths = [file(&ground)];
        let mut failing = FailingFiles::at(call, ErrorKind::StorageFull);
        if for_good {
            failing = failing.for_good();
        }
        let files: Arc<dyn EntryFiles> = Arc::new(failing.clone());
        let face = ground.face_on(files);
        let first = import(&face, &paths);
        if failing.calls() < call {
            assert!(call > 20, "so few calls bring in no session");
            return;
        }
        face.is_sound();
        drop(face);

        let face = ground.face();
        recover(&face.workshop).unwrap();
        assert_eq!(ground.files_with(".partial").len(), 0, "{call}");
        let again = import(&face, &paths).unwrap();
        if first.is_ok() {
            assert_eq!(again[0].action, SessionAction::Unchanged, "{call}");
        } else {
            let mended = [SessionAction::Imported, SessionAction::Updated];
            assert!(mended.contains(&again[0].action), "{call}: {again:?}");
            assert_eq!(again[0].snapshot, Some(SnapshotStatus::Complete), "{call}");
        }
        assert_eq!(
            face.held(),
            tree(&ground.place.path().join("configs")),
            "{call}"
        );
        let of_file = face.workshop.store.sessions_from(hash_of(FILE.as_bytes()));
        assert_eq!(of_file.unwrap(), ["one"]);
        face.is_sound();
    }
}

#[test]
fn whichever_call_fails_a_session_that_is_brought_in_again_is_whole() {
    each_call_fails(false);
}

#[test]
fn whenever_the_disk_goes_away_a_session_that_is_brought_in_again_is_whole() {
    each_call_fails(true);
}

#[test]
fn a_session_in_a_zip_is_joined_with_the_configuration_beside_the_zip() {
    let ground = Ground::orders();
    let path = ground.place.path().join("sessions.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let plain = zip::write::SimpleFileOptions::default();
    zip.start_file("deep/one.json", plain).unwrap();
    zip.write_all(FILE.as_bytes()).unwrap();
    zip.finish().unwrap();
    let face = ground.face();
    let found = import(&face, std::slice::from_ref(&path)).unwrap();
    assert_eq!(found[0].path, format!("{}!deep/one.json", path.display()));
    assert_eq!(found[0].action, SessionAction::Imported);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));

    // All of it is one operation, and of what was there already there is none.
    let again = import(&face, &[path]).unwrap();
    assert_eq!(again[0].action, SessionAction::Unchanged);
    let filter = OperationFilter {
        limit: 10,
        ..OperationFilter::default()
    };
    let told = face.workshop.store.operations(&filter).unwrap().items;
    let told: Vec<_> = told.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(told, ["session_import"]);
}
