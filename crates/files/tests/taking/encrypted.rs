//! What is kept encrypted: exact, in no file of the data folder to be read as it is, and back with the key alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::{Face, Ground, tree};
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_core::session::{SNAPSHOT_KEY, SessionStatus, SnapshotReason, SnapshotStatus};
use flowkeep_core::{Message, ObjectHash};
use flowkeep_files::snapshots::pack;
use flowkeep_files::snapshots::restoring::{Seeking, Unshown, compare_file, export, look_for};
use flowkeep_files::snapshots::{Of, SnapshotError, SnapshotKeys, scrub, without_key};
use flowkeep_host::{
    Identities, Keys, Secrets, SecretsFile, SystemFiles, Unfollowed, is_encrypted,
};

/// A key in a tool of these orders, which no text of ours repeats.
fn key() -> String {
    ["sk-proj-", "aB3dE5fG7hI9", "jK1lM3nO5pQ7"].concat()
}

impl Ground {
    fn with_key() -> Self {
        let ground = Self::orders();
        ground.write(
            "tools/sum.yaml",
            &format!("name: sum\napi_key: {}\n", key()),
        );
        ground
    }

    fn secrets(&self, keys: &str) -> Arc<dyn Secrets> {
        let keys = Keys::in_folder(self.place.path().join(keys));
        Arc::new(SecretsFile::new(&self.data(), keys, self.clock.clone()))
    }

    /// A process that keeps files encrypted.
    pub(crate) fn encrypting(&self) -> Face {
        let secrets = self.secrets("keys");
        let mut recipient = None;
        secrets
            .change(SNAPSHOT_KEY, &mut |before| {
                let kept = before.map(Identities::of_text);
                let keys = kept.unwrap_or_else(Identities::generate);
                recipient = keys.recipients().pop();
                before.is_none().then(|| keys.to_text())
            })
            .unwrap();
        let mut face = self.face();
        face.workshop.keys = SnapshotKeys {
            recipient,
            secrets: Some(secrets),
        };
        face
    }

    /// A process that has these keys, and keeps files encrypted to the first of `to`.
    pub(crate) fn with_keys(&self, place: &str, keys: &Identities, to: &Identities) -> Face {
        let folder = self.place.path().join(place);
        fs::create_dir_all(&folder).unwrap();
        let kept = Keys::in_folder(folder.join("keys"));
        let secrets = SecretsFile::new(&folder, kept, self.clock.clone());
        secrets.set(SNAPSHOT_KEY, &keys.to_text()).unwrap();
        let mut face = self.face();
        face.workshop.keys = SnapshotKeys {
            recipient: Some(to.recipients().remove(0)),
            secrets: Some(Arc::new(secrets)),
        };
        face
    }

    pub(crate) fn packs_encrypted(&self) -> Vec<bool> {
        let is = |path: &Path| is_encrypted(&fs::read(path).unwrap());
        let packs = self.packs();
        packs.iter().map(|path| is(path)).collect()
    }

    /// The files of the data folder in which the key stands as it is, also where they are unpacked.
    fn files_with_key(&self) -> Vec<String> {
        let unpacked = |bytes: &[u8]| zstd::stream::decode_all(bytes).unwrap_or_default();
        let has = |bytes: &[u8]| bytes.windows(key().len()).any(|at| at == key().as_bytes());
        let files: BTreeMap<_, _> = tree(&self.data());
        let holding = files
            .into_iter()
            .filter(|(_, bytes)| has(bytes) || has(&unpacked(bytes)));
        holding.map(|(path, _)| path).collect()
    }
}

impl Face {
    fn candidates(&self) -> Vec<Candidate> {
        self.candidates_of("one")
    }

    fn candidates_of(&self, id: &str) -> Vec<Candidate> {
        let session = self.workshop.store.session(id).unwrap().unwrap();
        let seeking = Seeking {
            session: &session,
            root: None,
            named: None,
            wish: None,
        };
        let found = look_for(&self.workshop, &seeking, &Unfollowed).unwrap();
        let mut candidates = found.candidates;
        candidates.retain(|candidate| candidate.source == Source::Snapshot);
        candidates
    }

    pub(crate) fn reason(&self) -> Option<String> {
        self.reason_of("one")
    }

    /// Why its first snapshot cannot come back as it was.
    pub(crate) fn reason_of(&self, id: &str) -> Option<String> {
        let reason = self.candidates_of(id).remove(0).reason;
        reason.map(|reason: Message| reason.code)
    }

    fn places(&self) -> Vec<(ObjectHash, pack::Placed)> {
        let store = &self.workshop.store;
        let entries = store.config_entries(self.newest().tree).unwrap();
        let kept = store.kept_objects(entries.iter().map(|entry| entry.object));
        let kept = kept.unwrap().into_values().map(|kept| {
            let placed = pack::Placed {
                hash: kept.object.hash,
                bytes: kept.object.bytes,
                frame: kept.object.frame,
                frame_bytes: kept.object.frame_bytes,
                place: kept.object.place,
            };
            (kept.pack, placed)
        });
        kept.collect()
    }
}

#[test]
fn files_with_keys_are_kept_exactly_and_no_file_of_the_data_folder_shows_them() {
    let ground = Ground::with_key();
    let face = ground.encrypting();
    let taken = face.begin().unwrap();
    assert_eq!(taken.status, SnapshotStatus::Complete);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    assert_eq!(ground.packs_encrypted(), [true]);
    assert_eq!(ground.files_with_key(), [""; 0]);
    assert_eq!(face.reason(), None);
    face.is_sound();
    let manifests = ground.files_with(&face.newest().id.to_string());
    let manifest = fs::read_to_string(&manifests[0]).unwrap();
    assert!(manifest.contains(r#""secrets": "encrypted""#), "{manifest}");
}

#[test]
fn what_is_shown_of_a_file_has_no_key_in_it() {
    let ground = Ground::with_key();
    let face = ground.encrypting();
    face.begin().unwrap();
    let path = ConfigPath::new("tools/sum.yaml").unwrap();
    let root = ground.place.path().join("configs");
    let compared = || compare_file(&face.workshop, &face.session(), Some(&root), None, &path);
    let (texts, unshown) = compared().unwrap();
    let then = texts.then.unwrap();
    assert_eq!(then, "name: sum\napi_key: <masked>\n");
    assert_eq!((texts.now.as_ref(), unshown), (Some(&then), None));
    // What is not shown is said to be another.
    let other = key().replace('1', "2");
    ground.write("tools/sum.yaml", &format!("name: sum\napi_key: {other}\n"));
    let (texts, unshown) = compared().unwrap();
    assert_eq!(texts.now.as_ref(), Some(&then));
    assert_eq!(unshown, Some(Unshown::Masked));
    ground.write(
        "tools/sum.yaml",
        &format!("\u{feff}name: sum\napi_key: {}\n", key()),
    );
    assert_eq!(compared().unwrap().1, Some(Unshown::MaskedOrSpelling));
}

#[test]
fn beside_what_differs_to_see_it_is_said_where_a_key_may_differ_too() {
    for is_encrypting in [false, true] {
        let ground = Ground::with_key();
        let face = if is_encrypting {
            ground.encrypting()
        } else {
            ground.face()
        };
        face.begin().unwrap();
        let path = ConfigPath::new("tools/sum.yaml").unwrap();
        let root = ground.place.path().join("configs");
        let unshown = |text: &str| {
            ground.write("tools/sum.yaml", text);
            let session = face.session();
            let found = compare_file(&face.workshop, &session, Some(&root), None, &path).unwrap();
            assert_ne!(found.0.then, found.0.now);
            found.1
        };
        let (kept, other) = (key(), key().replace('1', "2"));
        // The very key that it had: its hash says so, wherever it was kept without it.
        assert_eq!(unshown(&format!("name: sums\napi_key: {kept}\n")), None);
        let too = Some(Unshown::MaskedToo);
        assert_eq!(unshown(&format!("name: sums\napi_key: {other}\n")), too);
        assert_eq!(
            unshown(&format!("name: sum\napi_key: {kept}\ntoken: {other}\n")),
            too
        );
        assert_eq!(unshown("name: sum\n"), None);
    }
}

/// After a restore elsewhere, or where the secrets were started over.
#[test]
fn nothing_new_counts_on_what_is_encrypted_to_a_key_that_is_not_this_computers() {
    let ground = Ground::with_key();
    let face = ground.encrypting();
    face.begin().unwrap();
    let ours = face.workshop.keys.recipient.as_ref().unwrap().to_string();
    let other = Identities::generate();
    let face = ground.with_keys("other", &other, &other);
    let store = &face.workshop.store;
    assert!(store.packs_for_others(&ours).unwrap().is_empty());
    let before = store
        .packs_for_others(&other.recipients()[0].to_string())
        .unwrap();
    assert_eq!(before.len(), 1);
    // Nothing has changed, and all of it is kept anew.
    face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    let counted_on = |tree| store.packs_of_tree(tree).unwrap().unwrap();
    let packs = counted_on(face.newest().tree_hash);
    assert!(packs.iter().all(|pack| pack.is_encrypted));
    assert!(packs.iter().all(|pack| !before.contains(&pack.name)));
    assert_eq!(face.reason(), None);
    // What was kept anew is counted on by the next.
    let packs = ground.packs_encrypted().len();
    face.begin_as("two", SessionStatus::Active, &Unfollowed)
        .unwrap();
    assert_eq!(ground.packs_encrypted().len(), packs);
    face.is_sound();
}

#[test]
fn whose_key_is_not_here_is_counted_by_snapshots() {
    let ground = Ground::with_key();
    let mut face = ground.encrypting();
    face.begin().unwrap();
    let closed = |face: &Face| without_key(&face.workshop).unwrap().len();
    assert_eq!(closed(&face), 0);
    face.workshop.keys.secrets = Some(ground.secrets("other"));
    assert_eq!(closed(&face), 1);
    face.workshop.keys.secrets = None;
    assert_eq!(closed(&face), 1);
}

#[test]
fn without_its_key_it_is_named_and_nothing_of_it_is_called_damaged() {
    let ground = Ground::with_key();
    let mut face = ground.encrypting();
    face.begin().unwrap();
    let key = face.workshop.keys.clone();
    for secrets in [None, Some(ground.secrets("nowhere"))] {
        face.workshop.keys = SnapshotKeys {
            secrets,
            ..key.clone()
        };
        let candidate = face.candidates().remove(0);
        assert!(!candidate.is_ok);
        assert_eq!(candidate.reason.unwrap().code, "snapshot_key_missing");
    }
    // Another key is none.
    let other = tempfile::tempdir().unwrap();
    let keys = Keys::in_folder(other.path().join("keys"));
    let secrets = SecretsFile::new(other.path(), keys, ground.clock.clone());
    let text = Identities::generate().to_text();
    secrets.set(SNAPSHOT_KEY, &text).unwrap();
    face.workshop.keys.secrets = Some(Arc::new(secrets));
    assert_eq!(face.reason().as_deref(), Some("snapshot_key_missing"));
    // Taking needs none.
    face.workshop.keys = SnapshotKeys {
        secrets: None,
        ..key.clone()
    };
    ground.write("tools/table.yaml", "name: tables\n");
    let again = face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    assert!(again.changed);
    face.workshop.keys = key;
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    assert_eq!(face.reason(), None);
}

#[test]
fn whether_a_pack_is_what_it_was_is_told_without_its_key() {
    let ground = Ground::with_key();
    let face = ground.encrypting();
    face.begin().unwrap();
    let places = face.places();
    let (name, first) = places[0];
    let all: Vec<_> = places.iter().map(|(_, placed)| *placed).collect();
    let check = || pack::check(&SystemFiles, &face.workshop.dir, &name, &all).unwrap();
    assert!(check().is_whole && check().damaged.is_empty());
    let locked = pack::read(&face.workshop.dir, &name, &first).unwrap_err();
    assert!(matches!(locked, SnapshotError::KeyMissing), "{locked}");
    let path = pack::path(&face.workshop.dir, &name);
    assert!(path.to_str().unwrap().ends_with(".zst.age"));
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(!check().is_whole);
    assert_eq!(check().damaged.len(), all.len());
    let broken = face.workshop.reader().read(&name, &first).unwrap_err();
    assert!(matches!(broken, SnapshotError::Damaged(_)), "{broken}");
    assert_eq!(face.reason().as_deref(), Some("objects_damaged"));
}

#[test]
fn switched_on_the_next_look_keeps_what_keys_were_masked_in_and_nothing_twice() {
    let ground = Ground::with_key();
    let masking = ground.face();
    let first = masking.begin().unwrap();
    assert_eq!(first.status, SnapshotStatus::Partial);
    ground.clock.pass(5_000);
    masking.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    drop(masking);

    let face = ground.encrypting();
    let taken = face.again(SnapshotReason::Changed, &Unfollowed).unwrap();
    assert_eq!(taken.status, SnapshotStatus::Complete);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    let mut packs = ground.packs_encrypted();
    packs.sort_unstable();
    assert_eq!(packs, [false, true]);
    let encrypted = face.places().into_iter().filter(|(name, _)| {
        let path = pack::path(&face.workshop.dir, name);
        is_encrypted(&fs::read(path).unwrap())
    });
    assert_eq!(encrypted.count(), 1, "the others are in the first pack");
    assert_eq!(ground.files_with_key(), [""; 0]);
    // It is as it was last kept.
    for _ in 0..2 {
        ground.clock.pass(5_000);
        assert!(face.again(SnapshotReason::Changed, &Unfollowed).is_none());
    }
    face.is_sound();
}

#[test]
fn switched_off_what_is_kept_from_then_on_needs_no_key_and_what_was_kept_stays() {
    let ground = Ground::with_key();
    let face = ground.encrypting();
    face.begin().unwrap();
    ground.clock.pass(5_000);
    assert!(face.again(SnapshotReason::Changed, &Unfollowed).is_none());
    let key = face.workshop.keys.clone();
    drop(face);

    let mut face = ground.face();
    let taken = face.again(SnapshotReason::Changed, &Unfollowed).unwrap();
    assert_eq!(taken.status, SnapshotStatus::Partial);
    let held = face.held();
    assert_eq!(held["tools/sum.yaml"], b"name: sum\napi_key: <masked>\n");
    assert_eq!(held["tools/table.yaml"], b"name: table\n");
    assert_eq!(ground.files_with_key(), [""; 0]);
    let told = |face: &Face| -> Vec<_> {
        let candidates = face.candidates().into_iter();
        candidates
            .map(|one| (one.is_ok, one.reason.map(|reason| reason.code)))
            .collect()
    };
    let code = |code: &str| Some(code.to_owned());
    let masked = (true, code("snapshot_masked"));
    let locked = (false, code("snapshot_key_missing"));
    assert_eq!(told(&face), [masked.clone(), locked]);
    face.workshop.keys.secrets = key.secrets;
    assert_eq!(told(&face), [masked, (true, None)]);
    ground.clock.pass(5_000);
    assert!(face.again(SnapshotReason::Changed, &Unfollowed).is_none());
    face.is_sound();
}

#[test]
fn a_masked_snapshot_of_what_is_only_there_encrypted_is_written_anew_so_that_it_needs_no_key() {
    let ground = Ground::with_key();
    let masking = ground.face();
    masking.begin().unwrap();
    ground.clock.pass(5_000);
    masking.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    // The pack is lost, and encrypted contents take its place.
    fs::remove_file(&ground.packs()[0]).unwrap();
    let face = ground.encrypting();
    face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    assert_eq!(ground.packs_encrypted(), [true]);
    drop(face);
    ground.clock.pass(5_000);
    let session = Of::Kept(Box::new(masking.session()));
    let taken = masking.take(session, SnapshotReason::Asked, &Unfollowed);
    taken.unwrap().unwrap();
    assert_eq!(masking.held().len(), 4);
    masking.is_sound();
}

#[test]
fn what_is_repaired_of_something_encrypted_is_encrypted_again_or_left() {
    let ground = Ground::with_key();
    let mut face = ground.encrypting();
    face.begin().unwrap();
    let path = ground.packs().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    let key = face.workshop.keys.clone();
    face.workshop.keys.recipient = None;
    let done = scrub(&face.workshop, &[], &Unfollowed).unwrap();
    assert_eq!((done.repaired, done.damaged.len()), (0, 4));
    assert_eq!(ground.files_with_key(), [""; 0]);

    face.workshop.keys = key;
    let done = scrub(&face.workshop, &[], &Unfollowed).unwrap();
    assert_eq!((done.repaired, done.damaged.len()), (4, 0));
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    assert_eq!(ground.files_with_key(), [""; 0]);
    assert!(ground.packs_encrypted().iter().all(|is| *is));
    face.is_sound();
}

#[test]
fn all_of_it_is_written_out_with_the_key_and_named_without() {
    let ground = Ground::with_key();
    let mut face = ground.encrypting();
    face.begin().unwrap();
    let session = face.session();
    let out = |face: &Face, to: &str| {
        let to = ground.place.path().join(to);
        let done = export(&face.workshop, &session, &to, |_| Vec::new(), &Unfollowed);
        (done.unwrap(), to)
    };
    let (done, to) = out(&face, "all");
    assert!(done.lost.is_empty(), "{:?}", done.lost);
    let configs = tree(&ground.place.path().join("configs"));
    assert_eq!(tree(&to.join("snapshots/0001")), configs);
    face.workshop.keys.secrets = None;
    let (done, _) = out(&face, "none");
    let mut codes: Vec<_> = done
        .lost
        .iter()
        .map(|lost| lost.reason.code.as_str())
        .collect();
    assert_eq!(codes.len(), configs.len());
    codes.dedup();
    assert_eq!(codes, ["snapshot_key_missing"]);
}
