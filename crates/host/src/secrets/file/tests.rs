use super::*;
use crate::SystemClock;

struct Ground {
    _root: tempfile::TempDir,
    data: PathBuf,
    keys: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        fs::create_dir(&data).unwrap();
        Self {
            data,
            keys: root.path().join("keys"),
            _root: root,
        }
    }

    fn open(&self) -> SecretsFile {
        let keys = Keys::in_folder(self.keys.clone());
        SecretsFile::new(&self.data, keys, Arc::new(SystemClock))
    }

    fn get(&self, name: &str) -> Option<String> {
        let kept = self.open().get(name).unwrap();
        kept.map(|kept| kept.value.to_string())
    }
}

#[test]
fn what_is_set_is_there_for_every_process_and_no_file_of_the_data_folder_repeats_it() {
    let ground = Ground::new();
    let secrets = ground.open();
    assert_eq!(ground.get("mail"), None);
    let first = secrets.set("mail", "hunter22-päß").unwrap();
    secrets.set("connection/shop", "s3cr3t-of-shop").unwrap();
    assert_eq!(secrets.get("mail").unwrap().unwrap().version, first);
    assert_eq!(ground.get("mail").as_deref(), Some("hunter22-päß"));
    let names = ground.open().list().unwrap();
    let names: Vec<_> = names.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["connection/shop", "mail"]);
    for entry in fs::read_dir(&ground.data).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for part in [
            &b"hunter22"[..],
            b"s3cr3t",
            b"connection/shop",
            b"AGE-SECRET",
        ] {
            let found = bytes.windows(part.len()).any(|window| window == part);
            assert!(!found, "{part:?}");
        }
    }
    let before = secrets.stamp();
    assert_ne!(secrets.set("mail", "another").unwrap(), first);
    assert_ne!(secrets.stamp(), before);
    assert!(secrets.remove("mail").unwrap());
    assert!(!secrets.remove("mail").unwrap());
    assert_eq!(ground.get("mail"), None);
}

#[cfg(unix)]
#[test]
fn all_its_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::new();
    ground.open().set("mail", "hunter22").unwrap();
    let key = fs::read_dir(&ground.keys).unwrap().next().unwrap().unwrap();
    let files = ["secrets.age", "secrets.json", "secrets.lock"].map(|name| ground.data.join(name));
    for path in files.into_iter().chain([key.path()]) {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    assert_eq!(
        ground.keys.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn of_changes_at_once_none_is_lost() {
    let ground = Ground::new();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let ground = &ground;
            scope.spawn(move || {
                for number in 0..8 {
                    let name = format!("{writer}-{number}");
                    ground.open().set(&name, &name).unwrap();
                }
            });
        }
    });
    assert_eq!(ground.open().list().unwrap().len(), 64);
    let keys = fs::read_dir(&ground.keys).unwrap().count();
    assert_eq!(keys, 1, "whoever came second had the key of the first");
}

#[test]
fn a_secret_that_is_made_where_there_is_none_is_made_once() {
    let ground = Ground::new();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let ground = &ground;
            scope.spawn(move || {
                let made = ground.open().change("one", &mut |before| {
                    let is_new = before.is_none();
                    is_new.then(|| Zeroizing::new(writer.to_string()))
                });
                made.unwrap();
            });
        }
    });
    let kept = ground.open().get("one").unwrap().unwrap();
    assert!(kept.earlier.is_empty());
    let version = kept.version;
    ground.open().change("one", &mut |_| None).unwrap();
    let again = ground.open().get("one").unwrap().unwrap();
    assert_eq!((again.version, again.value), (version, kept.value));
}

#[test]
fn what_was_broken_off_before_it_had_its_name_changes_nothing() {
    let ground = Ground::new();
    ground.open().set("mail", "hunter22").unwrap();
    for left in ["secrets.age.partial", "secrets.json.partial"] {
        fs::write(ground.data.join(left), "half of").unwrap();
    }
    assert_eq!(ground.get("mail").as_deref(), Some("hunter22"));
    ground.open().set("shop", "another").unwrap();
    assert_eq!(ground.open().list().unwrap().len(), 2);
    assert!(!ground.data.join("secrets.age.partial").exists());
}

#[test]
fn without_its_key_nothing_is_changed_until_it_is_put_aside_or_the_key_is_back() {
    let ground = Ground::new();
    ground.open().set("mail", "hunter22").unwrap();
    let away = ground.keys.with_extension("away");
    fs::rename(&ground.keys, &away).unwrap();
    let before = fs::read(ground.data.join("secrets.age")).unwrap();
    for refused in [
        ground.open().set("shop", "x").map(|_| ()),
        ground.open().get("mail").map(|_| ()),
        ground.open().unlock(),
    ] {
        assert!(matches!(
            refused,
            Err(SecretsError::KeyGone(KeyPlace::File))
        ));
    }
    assert_eq!(fs::read(ground.data.join("secrets.age")).unwrap(), before);
    fs::rename(&away, &ground.keys).unwrap();
    assert_eq!(ground.get("mail").as_deref(), Some("hunter22"));

    fs::rename(&ground.keys, &away).unwrap();
    let secrets = ground.open();
    secrets.put_aside().unwrap();
    assert_eq!(secrets.list().unwrap(), []);
    secrets.set("shop", "x").unwrap();
    assert_eq!(ground.get("shop").as_deref(), Some("x"));
    let aside = fs::read_dir(&ground.data).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with("secrets-")
    });
    assert_eq!(aside.count(), 2, "what was there is kept");
}

#[test]
fn a_file_that_was_changed_is_told_and_never_replaced() {
    let ground = Ground::new();
    ground.open().set("mail", "hunter22").unwrap();
    let path = ground.data.join("secrets.age");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(
        ground.open().get("mail"),
        Err(SecretsError::Damaged(_))
    ));
    assert!(matches!(
        ground.open().set("shop", "x"),
        Err(SecretsError::Damaged(_))
    ));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_version_stands_beside_the_one_in_use_until_one_is_taken_out() {
    use crate::testing::TestClock;
    let ground = Ground::new();
    let clock = Arc::new(TestClock::at(1_000_000));
    let keys = Keys::in_folder(ground.keys.clone());
    let secrets = SecretsFile::new(&ground.data, keys, clock.clone());
    let set = |value: &str, in_use: Option<&str>| {
        let name = "connection/shop";
        let new = NewSecret {
            name,
            value,
            in_use,
        };
        secrets.set_beside(&[new]).unwrap().remove(0)
    };
    let first = set("one", None);
    let second = set("two", Some(&first));
    let value = |version: &str| {
        let kept = ground.open().get("connection/shop").unwrap()?;
        Some(kept.of_version(version)?.value.to_string())
    };
    assert_eq!(value(&first).as_deref(), Some("one"));
    assert_eq!(value(&second).as_deref(), Some("two"));
    assert_eq!(ground.get("connection/shop").as_deref(), Some("two"));
    let listed = ground.open().list().unwrap();
    assert_eq!(listed[0].versions, [second.clone(), first.clone()]);
    assert!(secrets.remove_version("connection/shop", &second).unwrap());
    assert!(!secrets.remove_version("connection/shop", &second).unwrap());
    assert_eq!(ground.get("connection/shop").as_deref(), Some("one"));

    // One that was written beside it by a process that died goes with the next, but not the one in use.
    let died = set("lost", Some(&first));
    clock.pass(2 * 3_600_000);
    let third = set("three", Some(&first));
    assert_eq!((value(&died), value(&first).is_some()), (None, true));
    assert!(secrets.remove_version("connection/shop", &first).unwrap());
    assert!(secrets.remove_version("connection/shop", &third).unwrap());
    assert_eq!(secrets.list().unwrap(), []);
}

#[test]
fn secrets_that_are_given_together_are_all_kept_or_none_is() {
    let ground = Ground::new();
    let secrets = ground.open();
    let new = |name, value| NewSecret {
        name,
        value,
        in_use: None,
    };
    let both = [new("notice/webhook", "address"), new("signing", "key")];
    let versions = secrets.set_beside(&both).unwrap();
    for (given, version) in both.iter().zip(&versions) {
        let kept = secrets.get(given.name).unwrap().unwrap();
        assert_eq!((&kept.version, kept.value.as_str()), (version, given.value));
    }
    let before = fs::read(ground.data.join("secrets.age")).unwrap();
    let in_the_way = ground.data.join("secrets.age.partial");
    fs::create_dir(&in_the_way).unwrap();
    let more = [new("one", "1"), new("two", "2")];
    assert!(secrets.set_beside(&more).is_err());
    assert_eq!(
        fs::read(ground.data.join("secrets.age")).unwrap(),
        before,
        "nothing of it is kept"
    );
    fs::remove_dir(in_the_way).unwrap();
    assert_eq!(secrets.set_beside(&[]).unwrap(), Vec::<String>::new());
    assert_eq!(
        fs::read(ground.data.join("secrets.age")).unwrap(),
        before,
        "nothing to write"
    );
}

#[test]
fn a_file_that_is_lost_is_told_and_none_is_begun_in_its_place() {
    let ground = Ground::new();
    ground.open().set("mail", "hunter22").unwrap();
    fs::remove_file(ground.data.join("secrets.age")).unwrap();
    let lost = |refused| matches!(refused, Err(SecretsError::Damaged(_)));
    assert!(lost(ground.open().get("mail").map(|_| ())));
    assert!(lost(ground.open().set("shop", "x").map(|_| ())));
    ground.open().put_aside().unwrap();
    ground.open().set("shop", "x").unwrap();
    assert_eq!(ground.get("shop").as_deref(), Some("x"));
}

#[test]
fn what_is_written_fits_into_the_room_it_was_given() {
    let mut contents = Contents::default();
    let entry = |value: &str| Entry {
        value: Text(Zeroizing::new(value.to_owned())),
        version: Ulid::nil().to_string(),
        set_at: i64::MIN,
        earlier: Vec::new(),
    };
    let odd = "\u{1}\"\\ü".repeat(300);
    let mut last = entry(&odd);
    last.earlier = vec![entry(""), entry(&odd)];
    contents.secrets.insert("\u{2}".repeat(50), last);
    contents.secrets.insert("mail".to_owned(), entry("x"));
    let text = contents.to_json().unwrap();
    let again: Contents = serde_json::from_slice(&text).unwrap();
    assert_eq!(again.secrets["mail"].value.0.as_str(), "x");
    let written: usize = text.len();
    assert!(
        contents.room() >= written,
        "{} < {written}",
        contents.room()
    );
}
