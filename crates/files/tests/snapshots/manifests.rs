//! Trees and manifests.

use std::fs;
use std::io::ErrorKind;

use flowkeep_core::configuration::{ConfigKind, ConfigPath, LeftOut, ReferenceKey, Strategy};
use flowkeep_core::{Message, ObjectHash, Place, Sha256};
use flowkeep_files::snapshots::manifest::{
    Manifest, ManifestSession, TreeAmbiguous, TreeEntry, TreeFile, TreeLeftOut, TreeMasked,
    TreeMissing, TreeObject, TreeReference, TreeUnread, manifest_place, read_manifest, read_tree,
    tree_place, write_manifest, write_tree,
};
use flowkeep_files::snapshots::{SnapshotError, prepare};
use flowkeep_host::SystemFiles;
use flowkeep_host::testing::FailingFiles;

use crate::shared::{files_below, place};

fn path(text: &str) -> ConfigPath {
    ConfigPath::new(text).unwrap()
}

fn entry(at: &str, bytes: &[u8]) -> TreeEntry {
    TreeEntry {
        path: path(at),
        kind: path(at).kind(),
        bytes: bytes.len() as u64,
        sha256: Sha256::of(bytes),
        modified: None,
        object: TreeObject {
            blake3: ObjectHash::of(bytes),
            bytes: bytes.len() as u64,
        },
        unparsed: None,
        masked: Vec::new(),
        changed_while_read: false,
        references: Vec::new(),
    }
}

fn tree() -> TreeFile {
    let broken = Message::new("yaml_colon_in_text").at(Place {
        line: 24,
        column: 28,
    });
    let mut lookup = entry("tools/lookup.yaml", b"broken: : x");
    lookup.unparsed = Some((&broken).into());
    lookup.modified = Some("2026-11-22T08:20:01.123456789Z".parse().unwrap());
    let mut orders = entry("workflows/orders.yaml", b"tools: [lookup]");
    orders.references = vec![TreeReference {
        key: ReferenceKey::Tool,
        name: "lookup".to_owned(),
        pointer: "/tools/0".to_owned(),
        to: vec![path("tools/lookup.yaml")],
    }];
    orders.masked = vec![TreeMasked {
        pointer: Some("/api_key".to_owned()),
        line: 10,
        what: "name".to_owned(),
    }];
    TreeFile {
        files: vec![orders, lookup],
        missing: vec![TreeMissing {
            reference: "sum".to_owned(),
            from: Some(path("workflows/orders.yaml")),
            key: ReferenceKey::Tool,
            pointer: "/tools/1".to_owned(),
            looked: vec!["tools/**".to_owned()],
            reason: "not_found".to_owned(),
        }],
        elsewhere: Vec::new(),
        ambiguous: vec![TreeAmbiguous {
            reference: "small".to_owned(),
            from: None,
            key: ReferenceKey::LlmClient,
            pointer: "/llm".to_owned(),
            taken: vec![path("llms/a/small.yaml"), path("llms/b/small.yaml")],
        }],
        unparsed: vec![TreeUnread {
            path: path("tools/lookup.yaml"),
            reason: broken,
        }],
        unread: Vec::new(),
        left_out: vec![TreeLeftOut {
            path: path("llms/x.yaml"),
            why: LeftOut::Kind,
        }],
    }
}

fn manifest() -> Manifest {
    let [_, standard, _] = Strategy::factory();
    Manifest {
        app_version: "0.1.0".to_owned(),
        id: "01KAV3".to_owned(),
        sequence: 3,
        session: ManifestSession {
            id: "../s\u{0}1".to_owned(),
            name: "会话/1".to_owned(),
            origin: "config".to_owned(),
        },
        run: None,
        task: Some("load".to_owned()),
        created_at: "2026-11-22T08:20:01Z".to_owned(),
        offset: Some("+08:00".to_owned()),
        reason: "changed".to_owned(),
        actor: "ana".to_owned(),
        root: "/home/ana/configs".to_owned(),
        config: Some(path("workflows/orders.yaml")),
        definition: None,
        strategy: standard,
        status: "partial".to_owned(),
        secrets: "masked".to_owned(),
        files: 2,
        bytes: 26,
        tree: tree_place(&ObjectHash::of(b"tree")),
        previous: None,
    }
}

#[test]
fn a_tree_is_written_so_that_people_can_read_it() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let written = write_tree(&SystemFiles, &store, &tree()).unwrap();
    assert_eq!(written.place, tree_place(&written.hash));
    assert!(written.place.ends_with(".json.zst"));
    let packed = fs::read(store.join(&written.place)).unwrap();
    let text = String::from_utf8(zstd::decode_all(packed.as_slice()).unwrap()).unwrap();
    assert_eq!(written.hash, ObjectHash::of(text.as_bytes()));
    let blake3 = ObjectHash::of(b"broken: : x");
    let sha256 = Sha256::of(b"broken: : x");
    let lookup = format!(
        r#"{{"path":"tools/lookup.yaml","kind":"tools","bytes":11,"sha256":"{sha256}","modified":"2026-11-22T08:20:01.123456789Z","object":{{"blake3":"{blake3}","bytes":11}},"unparsed":{{"code":"yaml_colon_in_text","line":24,"column":28}}}}"#
    );
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(r#"{"format": "flowkeep-tree", "version": 1,"#)
    );
    assert_eq!(lines.next(), Some(r#""files": ["#));
    assert_eq!(lines.next(), Some(format!("{lookup},").as_str()));
    let orders = lines.next().unwrap().strip_suffix("],").unwrap();
    let orders: serde_json::Value = serde_json::from_str(orders).unwrap();
    assert_eq!(orders["references"][0]["to"][0], "tools/lookup.yaml");
    assert_eq!(orders["masked"][0]["pointer"], "/api_key");
    assert!(text.ends_with("\"left_out\": [\n{\"path\":\"llms/x.yaml\",\"why\":\"kind\"}]}\n"));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["missing"][0]["key"], "tool");
}

#[test]
fn the_same_tree_has_the_same_name_and_is_there_once() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let one = write_tree(&SystemFiles, &store, &tree()).unwrap();
    let mut turned = tree();
    turned.files.reverse();
    let other = write_tree(&SystemFiles, &store, &turned).unwrap();
    assert_eq!(one, other);
    assert_eq!(files_below(&store.join("trees")).len(), 1);
    // As it is written, sorted by path.
    assert_eq!(read_tree(&store, &one.hash).unwrap(), turned);
    let mut touched = tree();
    touched.files[0].modified = Some("2026-11-22T08:20:02Z".parse().unwrap());
    let touched = write_tree(&SystemFiles, &store, &touched).unwrap();
    assert_ne!(touched.hash, one.hash);
}

/// Another version of zstd may pack the same in another way.
#[test]
fn a_tree_that_was_packed_in_another_way_is_left_as_it_is() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let written = write_tree(&SystemFiles, &store, &tree()).unwrap();
    let at = store.join(&written.place);
    let text = zstd::decode_all(fs::read(&at).unwrap().as_slice()).unwrap();
    let packed = zstd::encode_all(text.as_slice(), 1).unwrap();
    assert_ne!(packed, fs::read(&at).unwrap());
    fs::write(&at, &packed).unwrap();
    assert_eq!(write_tree(&SystemFiles, &store, &tree()).unwrap(), written);
    assert_eq!(fs::read(&at).unwrap(), packed);
    assert_eq!(files_below(&store.join("trees")).len(), 1);
}

#[test]
fn a_damaged_byte_of_a_tree_is_found_wherever_it_is() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let written = write_tree(&SystemFiles, &store, &tree()).unwrap();
    let at = store.join(&written.place);
    let bytes = fs::read(&at).unwrap();
    let whole = read_tree(&store, &written.hash).unwrap();
    let mut told = 0;
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        fs::write(&at, damaged).unwrap();
        match read_tree(&store, &written.hash) {
            Err(SnapshotError::Damaged(named)) => {
                assert_eq!(named, at, "byte {place}");
                told += 1;
            }
            // Some bits of a frame say nothing about what is in it.
            read => assert_eq!(read.unwrap(), whole, "byte {place}"),
        }
    }
    assert!(told + 10 > bytes.len(), "{told} of {}", bytes.len());
    // One that is damaged makes way.
    write_tree(&SystemFiles, &store, &tree()).unwrap();
    assert_eq!(read_tree(&store, &written.hash).unwrap(), whole);
    assert_eq!(files_below(&store.join("trees")).len(), 2);
    fs::remove_file(&at).unwrap();
    let error = read_tree(&store, &written.hash).unwrap_err();
    assert!(matches!(error, SnapshotError::Gone(_)));
}

#[test]
fn a_manifest_comes_back_and_its_place_leads_nowhere_else() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let manifest = manifest();
    let at = write_manifest(&SystemFiles, &store, &manifest).unwrap();
    let place = manifest_place(&manifest);
    assert_eq!(at, store.join(&place));
    assert_eq!(
        files_below(&store),
        [std::path::Path::new("README.txt"), place.as_ref()]
    );
    assert!(place.starts_with("sessions/会话-1-") && place.ends_with("/0003-01KAV3.json"));
    assert_eq!(read_manifest(&store, &place).unwrap(), manifest);
    let text = fs::read_to_string(&at).unwrap();
    assert!(text.starts_with("{\n  \"format\": \"flowkeep-snapshot\",\n  \"version\": 1,\n"));
    assert!(text.contains("\"kinds\": [\n      \"workflows\",\n"));
    let error = read_manifest(&store, "../snapshots/README.txt").unwrap_err();
    assert!(matches!(error, SnapshotError::Damaged(_)));
}

#[test]
fn what_a_newer_version_wrote_is_told_from_damage() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let at = write_manifest(&SystemFiles, &store, &manifest()).unwrap();
    let place = manifest_place(&manifest());
    let text = fs::read_to_string(&at).unwrap();
    let newer = text
        .replace("\"version\": 1", "\"version\": 2")
        .replace("\"reason\"", "\"why\"");
    fs::write(&at, newer).unwrap();
    let error = read_manifest(&store, &place).unwrap_err();
    assert!(
        matches!(error, SnapshotError::Newer { version: 2, .. }),
        "{error}"
    );
    for broken in [
        "",
        "{",
        "[]",
        &text.replace("flowkeep-snapshot", "flowkeep-tree"),
        &text.replace("\"version\": 1", "\"version\": 0"),
        &text.replace("\"sequence\": 3", "\"sequence\": -3"),
        &text.replace("workflows/orders.yaml", "../orders.yaml"),
    ] {
        fs::write(&at, broken).unwrap();
        let error = read_manifest(&store, &place).unwrap_err();
        assert!(
            matches!(error, SnapshotError::Damaged(_)),
            "{broken}: {error}"
        );
    }
}

#[test]
fn whatever_call_fails_trees_and_manifests_are_whole_or_not_there() {
    for n in 1.. {
        let (_place, store) = place();
        let files = FailingFiles::at(n, ErrorKind::StorageFull);
        let answer = prepare(&files, &store)
            .and_then(|()| write_tree(&files, &store, &tree()))
            .and_then(|_| write_manifest(&files, &store, &manifest()));
        for at in files_below(&store) {
            let text = at.to_str().unwrap();
            match text.split_once('/') {
                Some(("trees", rest)) => {
                    let hash = rest.rsplit('/').next().unwrap().strip_suffix(".json.zst");
                    read_tree(&store, &hash.unwrap().parse().unwrap()).unwrap();
                }
                Some(("sessions", _)) => {
                    read_manifest(&store, text).unwrap();
                }
                _ => assert_eq!(text, "README.txt"),
            }
        }
        if answer.is_ok() {
            assert!(files.calls() < n);
            break;
        }
    }
}

#[test]
fn kinds_are_written_as_their_folders_are_called() {
    let text = serde_json::to_string(&ConfigKind::ToolSets).unwrap();
    assert_eq!(text, "\"tool-sets\"");
}
