//! What is kept is what was there, and can be read without Flowkeep.

use std::fs;

use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, Sha256};
use flowkeep_files::snapshots::manifest::{read_manifest, read_tree};
use flowkeep_host::Unfollowed;

use crate::{Ground, hash_of, tree};

#[test]
fn a_snapshot_holds_what_was_there_byte_for_byte() {
    let ground = Ground::orders();
    let face = ground.face();
    let taken = face.begin().unwrap();
    assert_eq!((taken.sequence, taken.changed), (1, true));
    assert_eq!(taken.status, SnapshotStatus::Complete);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.is_sound();
    assert!(ground.files_with(".partial").is_empty());

    let newest = face.newest();
    let kept = read_tree(&face.workshop.dir, &newest.tree_hash).unwrap();
    let table = kept.files.iter().find(|file| file.path.stem() == "table");
    let table = table.unwrap();
    assert_eq!(table.sha256, Sha256::of(b"name: table\n"));
    assert_eq!(table.object.blake3, hash_of(b"name: table\n"));
    let modified = fs::metadata(ground.path("tools/table.yaml")).unwrap();
    let modified = chrono::DateTime::<chrono::Utc>::from(modified.modified().unwrap());
    let kept_time = table.modified.unwrap();
    assert_eq!(kept_time.timestamp_millis(), modified.timestamp_millis());

    let manifests = ground.files_with(&newest.id.to_string());
    let place = manifests[0].strip_prefix(&face.workshop.dir).unwrap();
    let manifest = read_manifest(&face.workshop.dir, place.to_str().unwrap()).unwrap();
    assert_eq!(manifest.session.id, "one");
    assert_eq!(manifest.config.unwrap().as_str(), "workflows/orders.yaml");
    assert_eq!((manifest.files, manifest.sequence), (4, 1));
    assert!(face.workshop.dir.join(&manifest.tree).is_file());
    assert_eq!(manifest.previous, None);
}

#[test]
fn files_of_one_name_in_two_folders_are_two() {
    let ground = Ground::new(&[
        ("workflows/orders.yaml", "tools: [common]\n"),
        ("tools/north/common.yaml", "a: north\n"),
        ("tools/south/common.yaml", "a: south\n"),
    ]);
    let face = ground.face();
    let taken = face.begin().unwrap();
    assert_eq!(
        taken.status,
        SnapshotStatus::Partial,
        "nobody can tell which"
    );
    let held = face.held();
    assert_eq!(held["tools/north/common.yaml"], b"a: north\n");
    assert_eq!(held["tools/south/common.yaml"], b"a: south\n");
}

#[test]
fn what_changed_is_a_version_of_its_own_and_the_earlier_one_stays() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let (first, before) = (face.newest(), face.held());
    ground.write("tools/sum.yaml", "name: sum\nversion: 2\n");
    let second = face.again(SnapshotReason::Changed, &Unfollowed).unwrap();
    assert_eq!((second.sequence, second.changed), (2, true));
    assert_eq!(face.held()["tools/sum.yaml"], b"name: sum\nversion: 2\n");
    let session = face.session().row;
    let snapshots = face.workshop.store.config_snapshots(session).unwrap();
    assert_eq!(snapshots.len(), 2);
    assert_eq!(snapshots[0].tree, first.tree);
    let entries = face.workshop.store.config_entries(first.tree).unwrap();
    let sum = entries.iter().find(|entry| entry.path.stem() == "sum");
    assert_eq!(sum.unwrap().sha256, Sha256::of(&before["tools/sum.yaml"]));
    face.is_sound();
}

#[test]
fn a_content_is_kept_once_whoever_has_it() {
    let ground = Ground::orders();
    ground.write("tools/table.yaml", "name: sum\n");
    let face = ground.face();
    face.begin().unwrap();
    let packs = ground.packs();
    assert_eq!(packs.len(), 1);
    let unpacked = zstd::decode_all(fs::read(&packs[0]).unwrap().as_slice()).unwrap();
    let text = String::from_utf8(unpacked).unwrap();
    assert_eq!(text.matches("name: sum\n").count(), 1);
    let content = ObjectHash::of(b"name: sum\n").to_string();
    assert_eq!(text.matches(&content).count(), 1);
    assert_eq!(face.held().len(), 4);
}

/// Whoever goes on with it reads it as it was written: all but the key is as it was, byte for byte.
#[test]
fn a_masked_file_keeps_its_encoding() {
    let gbk = b"name: \xb9\xa4\xbe\xdf\npassword: hunter2-hunter2\n";
    let spelled = |text: &str| -> Vec<u8> {
        let units = format!("\u{feff}{text}");
        units.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let ground = Ground::orders();
    fs::write(ground.path("tools/sum.yaml"), gbk).unwrap();
    let utf16 = spelled("name: 表\r\npassword: hunter2-hunter2\r\n");
    fs::write(ground.path("tools/table.yaml"), utf16).unwrap();
    let face = ground.face();
    face.begin().unwrap();
    let held = face.held();
    assert_eq!(
        held["tools/sum.yaml"],
        b"name: \xb9\xa4\xbe\xdf\npassword: <masked>\n"
    );
    assert_eq!(
        held["tools/table.yaml"],
        spelled("name: 表\r\npassword: <masked>\r\n")
    );
}

/// What is told as masked is nowhere in the data folder: not in the database, its log, a pack or a manifest.
#[test]
fn a_key_is_in_no_file_of_the_data_folder() {
    let secret = ["Tr0ub4dor", "and", "3-horses"].join("-");
    let text = format!("name: sum\nsettings:\n  password: {secret}\n");
    let ground = Ground::orders();
    ground.write("tools/sum.yaml", &text);
    ground.write(
        "tools/table.yaml",
        &format!("broken: [\npassword: {secret}\n"),
    );
    let face = ground.face();
    let taken = face.begin().unwrap();
    assert_eq!(taken.status, SnapshotStatus::Partial);
    let held = face.held();
    let sum = String::from_utf8(held["tools/sum.yaml"].clone()).unwrap();
    assert_eq!(sum, text.replace(&secret, "<masked>"));
    let entries = face.workshop.store.config_entries(face.newest().tree);
    let entries = entries.unwrap();
    let entry = entries.iter().find(|entry| entry.path.stem() == "sum");
    let entry = entry.unwrap();
    assert_eq!(entry.sha256, Sha256::of(text.as_bytes()), "the file's own");
    assert!(
        entry
            .masked
            .as_ref()
            .unwrap()
            .contains("/settings/password")
    );

    let look_through = || {
        for (path, bytes) in tree(&ground.data()) {
            let is_there = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!is_there, "{path}");
        }
    };
    look_through();
    drop(face);
    look_through();
}

#[test]
fn where_keys_are_not_to_be_told_from_the_rest_the_tree_says_that_all_is_masked() {
    let ground = Ground::orders();
    ground.write("tools/sum.yaml", "a: &x \"hunt\\u0065r22\"\npassword: *x\n");
    let face = ground.face();
    face.begin().unwrap();
    assert_eq!(face.held()["tools/sum.yaml"], b"<masked>\n");
    let kept = read_tree(&face.workshop.dir, &face.newest().tree_hash).unwrap();
    let whole: Vec<_> = kept
        .files
        .iter()
        .filter(|file| file.masked.iter().any(|place| place.what == "whole"))
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(whole, ["tools/sum.yaml"]);
}

#[test]
fn a_file_that_cannot_be_read_without_its_keys_is_told() {
    let ground = Ground::orders();
    let workflow =
        "name: x\nnodes:\n  a:\n    type: llm_node\n    config:\n      run_file: tools/run.sh\n";
    ground.write("workflows/orders.yaml", workflow);
    ground.write("tools/run.sh", "#!/bin/sh\nPASSWORD=abc`cat x9\n`def\n");
    let face = ground.face();
    face.begin().unwrap();
    let kept = read_tree(&face.workshop.dir, &face.newest().tree_hash).unwrap();
    let told = kept.files.iter().map(|file| {
        let what: Vec<_> = file.masked.iter().map(|place| &*place.what).collect();
        (file.path.as_str(), what)
    });
    let told: Vec<_> = told.filter(|(_, what)| !what.is_empty()).collect();
    assert_eq!(
        told,
        [("tools/run.sh", vec!["name", "unread"])],
        "{:?}",
        kept.files
    );
}

#[test]
fn a_pack_that_was_lost_is_written_again() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    for pack in ground.packs() {
        fs::remove_file(pack).unwrap();
    }
    let again = face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    assert!(!again.changed && again.bytes_stored > 0);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.is_sound();
}
