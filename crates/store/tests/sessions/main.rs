//! Sessions and what is kept of their configurations, as the store keeps it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod counts;
mod earlier;
mod runs;

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::configuration::{ConfigPath, Strategy};
use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus, SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, Sha256, SnapshotId};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{
    ConfigEntry, ConfigSeen, KeptPack, LookedAt, NewConfigSnapshot, NewObject, NewPack, NewSession,
    NewTree, SessionFilter, Store, StoreError, StoreOptions, Which,
};

fn options(folder: &Path) -> StoreOptions {
    StoreOptions {
        path: folder.join("flowkeep.db"),
        safety: folder.join("safety"),
        clock: Arc::new(TestClock::at(1_000_000)),
    }
}

fn open(folder: &Path) -> Store {
    Store::open(options(folder)).unwrap()
}

fn session(id: &str) -> NewSession {
    NewSession {
        id: id.to_owned(),
        name: id.to_owned(),
        origin: SessionOrigin::Config,
        root: None,
        config: Some("workflows/orders.yaml".to_owned()),
        stated_config: None,
        strategy: "standard".to_owned(),
        run: None,
        status: SessionStatus::Active,
        stated_status: None,
        stated_times: StatedTimes::default(),
        agent: None,
        state: None,
        source: None,
        ended_at: None,
    }
}

fn add(store: &Store, new: NewSession) -> i64 {
    store
        .write::<_, StoreError>(move |tx| tx.add_session(&new))
        .unwrap()
}

fn snapshot_id(n: u32) -> SnapshotId {
    format!("{n:026}").parse().unwrap()
}

fn object(content: u8) -> ObjectHash {
    ObjectHash::of(&[content])
}

/// The files of a tree, each with one of these contents; two may have the same.
fn tree(contents: &[u8]) -> NewTree {
    let entry = |(number, content): (usize, &u8)| {
        let path = ConfigPath::new(format!("tools/{number}.yaml")).unwrap();
        ConfigEntry {
            kind: path.kind(),
            path,
            sha256: Sha256::of(&[*content]),
            bytes: 1,
            modified: Some(7),
            object: object(*content),
            masked: None,
        }
    };
    NewTree {
        hash: ObjectHash::of(contents),
        status: SnapshotStatus::Complete,
        found: "{}".to_owned(),
        entries: contents.iter().enumerate().map(entry).collect(),
    }
}

fn pack_name(name: &str) -> ObjectHash {
    ObjectHash::of(name.as_bytes())
}

fn pack(name: &str, contents: impl IntoIterator<Item = u8>) -> NewPack {
    let object = |content| NewObject {
        hash: object(content),
        bytes: 1,
        frame: 0,
        frame_bytes: 9,
        place: content.into(),
    };
    NewPack {
        name: pack_name(name),
        bytes: 9,
        is_encrypted: false,
        recipient: None,
        objects: contents.into_iter().map(object).collect(),
    }
}

/// A snapshot, with what comes with it.
struct New {
    snapshot: NewConfigSnapshot,
    tree: NewTree,
    packs: Vec<NewPack>,
}

fn snapshot(session: i64, sequence: u32, contents: &[u8], packs: Vec<NewPack>) -> New {
    let session_number = u32::try_from(session).unwrap();
    let tree = tree(contents);
    let snapshot = NewConfigSnapshot {
        id: snapshot_id(session_number * 1000 + sequence),
        session,
        sequence,
        tree: tree.hash,
        strategy: Strategy::factory()[1].clone(),
        reason: SnapshotReason::Asked,
        task: None,
        actor: "Ann".to_owned(),
        config: None,
    };
    New {
        snapshot,
        tree,
        packs,
    }
}

fn keep(store: &Store, new: New) -> Result<(), StoreError> {
    store.write(move |tx| {
        for pack in &new.packs {
            tx.keep_pack(pack)?;
        }
        tx.keep_tree(&new.tree)?;
        tx.add_config_snapshot(&new.snapshot)
    })
}

fn let_go(store: &Store) {
    store
        .write::<_, StoreError>(|tx| {
            tx.let_go_of_unused()?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_kept_of_a_snapshot_is_what_is_told_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("one"));
    let new = snapshot(row, 1, &[1, 2, 1], vec![pack("p", [1, 2])]);
    let entries = new.tree.entries.clone();
    let strategy = new.snapshot.strategy.clone();
    keep(&store, new).unwrap();

    let kept = store.newest_config_snapshot(row).unwrap().unwrap();
    assert_eq!((kept.sequence, kept.files, kept.bytes), (1, 3, 3));
    assert_eq!(kept.strategy, strategy);
    assert_eq!(kept.reason, SnapshotReason::Asked);
    assert_eq!(store.config_entries(kept.tree).unwrap(), entries);
    let objects = store
        .kept_objects([object(1), object(2), object(3)])
        .unwrap();
    assert_eq!(objects.len(), 2, "nobody kept the third");
    assert_eq!(objects[&object(2)].object.place, 2);
    assert_eq!(objects[&object(2)].pack, pack_name("p"));

    let totals = store.snapshot_totals().unwrap();
    assert_eq!((totals.sessions, totals.snapshots, totals.files), (1, 1, 3));
    assert_eq!(totals.oldest, totals.newest);
}

/// What was written over is none of what a session works with, whoever asks.
#[test]
fn the_newest_snapshot_of_the_work_is_the_same_for_all_who_ask() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let root = store.write::<_, StoreError>(|tx| tx.meet_config_root(Path::new("/configs")));
    let root = root.unwrap();
    let with_root = |id| NewSession {
        root: Some(root),
        ..session(id)
    };
    let (row, other) = (
        add(&store, with_root("one")),
        add(&store, with_root("other")),
    );
    keep(&store, snapshot(row, 1, &[1, 2], vec![pack("p", [1, 2])])).unwrap();
    let mut over = snapshot(row, 2, &[3], vec![pack("q", [3])]);
    over.snapshot.reason = SnapshotReason::BeforeInPlace;
    over.tree.status = SnapshotStatus::Partial;
    over.tree.found = r#"{"missing": [{"reference": "sum"}]}"#.to_owned();
    keep(&store, over).unwrap();

    let any = store.newest_config_snapshot(row).unwrap().unwrap();
    let of_the_work = store.newest_snapshot_of_the_work(row).unwrap().unwrap();
    assert_eq!((any.sequence, of_the_work.sequence), (2, 1));
    let listed = store.sessions(&SessionFilter {
        id: Some("one".to_owned()),
        which: Which::All,
        limit: 1,
        ..SessionFilter::default()
    });
    let listed = listed.unwrap().items.remove(0);
    assert_eq!(
        (listed.confidence.as_str(), listed.missing),
        ("complete", 0)
    );
    let second = ConfigPath::new("tools/1.yaml".to_owned()).unwrap();
    let users = store.users_of_files(root, other, &[second]).unwrap();
    assert_eq!(
        users.len(),
        1,
        "it works with the file although it was not written over"
    );
    let aged = store.aged_sessions().unwrap().remove(0);
    let told = aged.old.snapshots.iter().map(|old| old.is_of_the_work);
    assert_eq!(told.collect::<Vec<_>>(), [true, false]);
}

/// A snapshot is kept with everything it holds or not at all.
#[test]
fn of_a_snapshot_that_cannot_be_kept_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("one"));
    let holds_less = snapshot(row, 1, &[1, 2], vec![pack("p", [1])]);
    keep(&store, holds_less).unwrap_err();
    assert!(store.newest_config_snapshot(row).unwrap().is_none());
    assert!(!store.keeps_pack(pack_name("p")).unwrap());
    assert!(store.kept_objects([object(1)]).unwrap().is_empty());

    keep(&store, snapshot(row, 1, &[1], vec![pack("p", [1])])).unwrap();
    let mut same_number = snapshot(row, 1, &[2], vec![pack("q", [2])]);
    same_number.snapshot.id = snapshot_id(99);
    keep(&store, same_number).unwrap_err();
    assert!(!store.keeps_pack(pack_name("q")).unwrap());
    assert!(!store.keeps_tree(tree(&[2]).hash).unwrap());
    assert!(store.wrong_snapshot_counts().unwrap().is_none());

    // Of a tree that nobody kept there is no snapshot.
    let of_nothing = snapshot(row, 2, &[3], vec![]).snapshot;
    store
        .write::<_, StoreError>(move |tx| tx.add_config_snapshot(&of_nothing))
        .unwrap_err();
}

#[test]
fn what_a_look_came_to_is_remembered_as_long_as_its_tree_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("one"));
    let new = snapshot(row, 1, &[1, 2], vec![pack("p", [1, 2])]);
    let (id, tree) = (new.snapshot.id, new.tree.hash);
    keep(&store, new).unwrap();
    let root = folder.path().join("configs");
    let at = |digest| LookedAt {
        wish: object(8),
        digest: object(digest),
        files: vec![
            ConfigPath::new("a\nb.yaml").unwrap(),
            ConfigPath::new("工具/c.yaml").unwrap(),
        ],
    };
    let remember = |digest| {
        let root = root.clone();
        store
            .write::<_, StoreError>(move |tx| {
                let root = tx.meet_config_root(&root)?;
                tx.keep_config_look(root, &at(digest), tree)?;
                Ok(root)
            })
            .unwrap()
    };
    let root = remember(1);
    remember(2);
    let look = store.config_look(root, object(8)).unwrap().unwrap();
    assert_eq!((&look.at, look.tree), (&at(2), tree));
    assert_eq!((look.files, look.bytes), (2, 2));
    assert_eq!(store.config_look(root, object(9)).unwrap(), None);
    assert_eq!(store.config_look(root + 1, object(8)).unwrap(), None);
    let packs = store.packs_of_tree(tree).unwrap();
    let kept = KeptPack {
        name: pack_name("p"),
        bytes: 9,
        is_encrypted: false,
    };
    assert_eq!(packs, Some(vec![kept]));

    store
        .write::<_, StoreError>(move |tx| tx.remove_config_snapshots(&[id]))
        .unwrap();
    let_go(&store);
    assert_eq!(store.config_look(root, object(8)).unwrap(), None);
}

#[test]
fn a_root_is_one_however_often_it_is_met_and_what_its_files_said_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let path = folder.path().canonicalize().unwrap().join("configs");
    let met = || {
        let path = path.clone();
        store.write::<_, StoreError>(move |tx| tx.meet_config_root(&path))
    };
    let root = met().unwrap();
    assert_eq!(met().unwrap(), root);
    let known = store.config_roots().unwrap();
    assert_eq!((known.len(), known[0].name.as_str()), (1, "configs"));
    assert_eq!(known[0].path, path);
    assert!(!known[0].listed);

    let seen = |stamp: &str| ConfigSeen {
        stamp: stamp.to_owned(),
        seen_at: 5,
        sha256: Sha256::of(b"x"),
        object: object(1),
        read: "{}".to_owned(),
    };
    let at = |text: &str| ConfigPath::new(text).unwrap();
    let remember = |seen: Vec<(ConfigPath, ConfigSeen)>, gone: Vec<ConfigPath>| {
        store
            .write::<_, StoreError>(move |tx| tx.keep_config_seen(root, &seen, &gone))
            .unwrap();
    };
    let name = at("tools/it's \"one\".yaml");
    remember(
        vec![(name.clone(), seen("a")), (at("b.yaml"), seen("b"))],
        vec![],
    );
    remember(vec![(name.clone(), seen("c"))], vec![at("b.yaml")]);
    let remembered = store.config_seen(root).unwrap();
    assert_eq!(remembered.len(), 1);
    assert_eq!(remembered[&name], seen("c"));
}

#[test]
fn many_files_are_remembered_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let path = folder.path().join("configs");
    let met = |path: std::path::PathBuf| {
        store
            .write::<_, StoreError>(move |tx| tx.meet_config_root(&path))
            .unwrap()
    };
    let (root, other) = (met(path), met(folder.path().join("others")));
    let seen = |n: u32, stamp: &str| {
        let seen = ConfigSeen {
            stamp: stamp.to_owned(),
            seen_at: i64::from(n),
            sha256: Sha256::of(&n.to_le_bytes()),
            object: object(1),
            read: format!("{{\"name\":\"{n}\"}}"),
        };
        (ConfigPath::new(format!("tools/{n}.yaml")).unwrap(), seen)
    };
    let remember = |root: i64, seen: Vec<(ConfigPath, ConfigSeen)>, gone: Vec<ConfigPath>| {
        store
            .write::<_, StoreError>(move |tx| tx.keep_config_seen(root, &seen, &gone))
            .unwrap();
    };
    let mut expected: std::collections::HashMap<_, _> = (0..500).map(|n| seen(n, "a")).collect();
    remember(root, expected.clone().into_iter().collect(), vec![]);
    remember(other, vec![seen(7, "other")], vec![]);
    assert_eq!(store.config_seen(root).unwrap(), expected);

    let changed: Vec<_> = (0..500).step_by(9).map(|n| seen(n, "b")).collect();
    let gone: Vec<_> = (0..500).step_by(5).map(|n| seen(n, "a").0).collect();
    expected.retain(|path, _| !gone.contains(path));
    expected.extend(changed.iter().cloned());
    remember(root, changed, gone);
    assert_eq!(store.config_seen(root).unwrap(), expected);
    assert_eq!(store.config_seen(other).unwrap(), [seen(7, "other")].into());
}

#[test]
fn who_wrote_a_content_last_says_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("one"));
    keep(&store, snapshot(row, 1, &[1], vec![pack("p", [1])])).unwrap();
    // Somebody found the first pack lost, and wrote it anew.
    keep(&store, snapshot(row, 2, &[1], vec![pack("q", [1])])).unwrap();
    assert_eq!(
        store.kept_objects([object(1)]).unwrap()[&object(1)].pack,
        pack_name("q")
    );
    let_go(&store);
    assert_eq!(store.packs_gone().unwrap(), [pack_name("p")]);
    store
        .write::<_, StoreError>(|tx| tx.forget_pack(pack_name("p")))
        .unwrap();
    assert_eq!(store.packs_gone().unwrap(), []);
    assert!(store.keeps_pack(pack_name("q")).unwrap());
}

#[test]
fn wrong_counts_are_found_and_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("one"));
    keep(
        &store,
        snapshot(row, 1, &[1, 1, 2], vec![pack("p", [1, 2])]),
    )
    .unwrap();
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("flowkeep.db")).unwrap();
    database
        .execute_batch("UPDATE snapshot_object SET refs = 7 WHERE place = 1; UPDATE snapshot_tree SET refs = 0")
        .unwrap();
    drop(database);
    let store = open(folder.path());
    let wrong = store.wrong_snapshot_counts().unwrap();
    assert_eq!((wrong.objects, wrong.trees), (1, 1));
    let mended = store.write::<_, StoreError>(|tx| {
        let mended = tx.recount_snapshots()?;
        Ok(mended)
    });
    assert_eq!(mended.unwrap(), wrong);
    assert!(store.wrong_snapshot_counts().unwrap().is_none());
}

fn ids(store: &Store, all: bool) -> Vec<String> {
    let filter = SessionFilter {
        which: if all { Which::All } else { Which::Open },
        limit: 100,
        ..SessionFilter::default()
    };
    let page = store.sessions(&filter).unwrap();
    assert_eq!(page.items.len(), usize::try_from(page.total).unwrap());
    page.items.into_iter().map(|session| session.id).collect()
}
