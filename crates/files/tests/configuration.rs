//! Looking at trees of configuration files on a disk.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use flowkeep_core::Place;
use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::SnapshotStatus;
use flowkeep_files::configuration::{Begin, ConfigurationError, Keys, Look, Wish, look};
use flowkeep_host::{Cancellation, Progress, Unfollowed};
use tempfile::TempDir;

/// A tree with these files in `configs`.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = place.path().join("configs").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place
}

fn looked(place: &TempDir, config: &str) -> Result<Look, ConfigurationError> {
    followed(place, config, &Unfollowed)
}

fn followed(
    place: &TempDir,
    config: &str,
    progress: &dyn Progress,
) -> Result<Look, ConfigurationError> {
    let [_, _, all] = Strategy::factory();
    let config = place.path().join(config);
    let wish = Wish {
        begin: Begin::File {
            config: &config,
            root: None,
        },
        strategy: &all,
        default_tool_set: "basic-tools",
    };
    look(&wish, Keys::Masked, progress)
}

fn paths(look: &Look) -> Vec<&str> {
    look.files.iter().map(|file| file.path.as_str()).collect()
}

const ENTRY: &str = "configs/workflows/entry.yaml";

#[test]
fn the_root_is_the_nearest_folder_above_that_holds_workflows() {
    let place = tree(&[
        ("workflows/entry.yaml", "tools: [sum]"),
        ("tools/sum.json", r#"{"name": "sum"}"#),
        ("agents/clerk.yaml", "tools: [sum]"),
    ]);
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(
        found.root,
        place.path().join("configs").canonicalize().unwrap()
    );
    assert_eq!(paths(&found), ["tools/sum.json", "workflows/entry.yaml"]);
    assert_eq!(found.status, SnapshotStatus::Complete);
    assert_eq!(found.files[0].bytes, 15);
    let agent = looked(&place, "configs/agents/clerk.yaml").unwrap();
    assert_eq!(agent.root, found.root);
}

#[test]
fn of_a_broken_file_what_stands_before_the_fault_is_followed() {
    let broken = "nodes:\n  one:\n    tools: [sum]\ncontent>\n</write>\n";
    let place = tree(&[("workflows/entry.yaml", broken), ("tools/sum.yaml", "a: 1")]);
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["tools/sum.yaml", "workflows/entry.yaml"]);
    assert_eq!(found.status, SnapshotStatus::Partial);
    let [unparsed] = found.unparsed.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(unparsed.path.as_str(), "workflows/entry.yaml");
    assert!(unparsed.reason.place.is_some());
}

/// What Kubernetes and others have in one file is each looked into, and nothing is said of it.
#[test]
fn each_document_of_a_file_is_followed() {
    let several = "tools: [sum]\n---\ntools: [gone]\n---\nagents: [clerk]\n";
    let place = tree(&[
        ("workflows/entry.yaml", several),
        ("tools/sum.yaml", "a: 1"),
        ("agents/clerk.yaml", "a: 1"),
    ]);
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(
        paths(&found),
        [
            "agents/clerk.yaml",
            "tools/sum.yaml",
            "workflows/entry.yaml"
        ]
    );
    assert_eq!(found.missing.len(), 1);
    assert!(found.unparsed.is_empty(), "{:?}", found.unparsed);
}

/// One that cannot be read is named by its line in the file, and takes nothing from the others.
#[test]
fn a_broken_document_takes_nothing_from_the_others() {
    let several = "tools: [sum]\n---\na: b: c\n---\nagents: [clerk]\n";
    let place = tree(&[
        ("workflows/entry.yaml", several),
        ("tools/sum.yaml", "a: 1"),
        ("agents/clerk.yaml", "a: 1"),
    ]);
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(found.files.len(), 3);
    let lines: Vec<_> = found.unparsed.iter().map(|one| one.reason.place).collect();
    assert_eq!(lines, [Some(Place { line: 3, column: 5 })]);
}

#[test]
fn a_file_that_is_no_text_is_taken_as_it_is_and_said() {
    let place = tree(&[("workflows/entry.yaml", "tools: [sum]")]);
    fs::create_dir(place.path().join("configs/tools")).unwrap();
    fs::write(
        place.path().join("configs/tools/sum.yaml"),
        [0, 159, 146, 150],
    )
    .unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(found.files.len(), 2);
    assert_eq!(found.unparsed[0].reason.code, "encoding_unknown");
}

#[test]
fn texts_of_other_encodings_are_read() {
    let place = tree(&[("tools/sum.yaml", "a: 1"), ("workflows/other.yaml", "")]);
    let utf16: Vec<u8> = "\u{feff}tools: [sum]\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(place.path().join(ENTRY), utf16).unwrap();
    assert_eq!(looked(&place, ENTRY).unwrap().files.len(), 2);
}

#[test]
#[cfg(unix)]
fn what_is_behind_a_link_is_not_there() {
    use std::os::unix::fs::symlink;
    let place = tree(&[(
        "workflows/entry.yaml",
        "tools: [sum, all]\nagent: ../../secret.yaml",
    )]);
    fs::write(place.path().join("secret.yaml"), "a: 1").unwrap();
    let configs = place.path().join("configs");
    fs::create_dir(configs.join("tools")).unwrap();
    symlink("../../secret.yaml", configs.join("tools/sum.yaml")).unwrap();
    symlink("/", configs.join("tools/all")).unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["workflows/entry.yaml"]);
    let missing: Vec<_> = found
        .missing
        .iter()
        .map(|one| one.looked.is_some())
        .collect();
    assert_eq!(missing, [false]);
    let linked: Vec<_> = found
        .unread
        .iter()
        .map(|one| (one.path.as_str(), one.reason.code.as_str()))
        .collect();
    let why = "config_behind_link";
    assert_eq!(linked, [("tools/all", why), ("tools/sum.yaml", why)]);
    assert_eq!(found.status, SnapshotStatus::Partial);

    symlink("entry.yaml", configs.join("workflows/link.yaml")).unwrap();
    let refused = looked(&place, "configs/workflows/link.yaml").unwrap_err();
    assert!(
        matches!(refused, ConfigurationError::NoFile(_)),
        "{refused}"
    );
}

/// What is named and not kept is called what it is, and only what is not there is not there.
#[test]
#[cfg(unix)]
fn what_is_named_and_is_no_file_of_the_tree_is_said_to_be_what_it_is() {
    use std::os::unix::net::UnixListener;
    let entry = "settingsFile: settings/dir.ini\nportFile: settings/port.ini\n\
                 aboveFile: ../outside.ini\nfarFile: ../../far.ini\nhostFile: /etc/hostname\n\
                 promptFile: ~/clerk.md\ngoneFile: gone.ini";
    let place = tree(&[("workflows/entry.yaml", entry)]);
    let settings = place.path().join("configs/settings");
    fs::create_dir_all(settings.join("dir.ini")).unwrap();
    let _port = UnixListener::bind(settings.join("port.ini")).unwrap();
    fs::write(place.path().join("outside.ini"), "a=1").unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["workflows/entry.yaml"]);
    let unread = found.unread.iter();
    let unread = unread.map(|one| (one.path.as_str(), one.reason.code.as_str()));
    assert_eq!(
        unread.collect::<Vec<_>>(),
        [
            ("settings/dir.ini", "config_is_folder"),
            ("settings/port.ini", "config_is_special")
        ]
    );
    let missing = found.missing.iter();
    let missing = missing.map(|one| {
        let name = one.reference.name.as_str();
        (name, one.looked.is_some(), one.leads_out)
    });
    let mut missing: Vec<_> = missing.collect();
    missing.sort_unstable();
    assert_eq!(
        missing,
        [
            ("../../far.ini", false, true),
            ("../outside.ini", true, true),
            ("gone.ini", true, false)
        ]
    );
    let elsewhere = found
        .elsewhere
        .iter()
        .map(|one| one.reference.name.as_str());
    let mut elsewhere: Vec<_> = elsewhere.collect();
    elsewhere.sort_unstable();
    assert_eq!(elsewhere, ["/etc/hostname", "~/clerk.md"]);
    assert_eq!(found.status, SnapshotStatus::Partial);

    // A file that is named by its whole path is nothing that could be put there.
    fs::write(place.path().join(ENTRY), "hostFile: /etc/hostname").unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(found.elsewhere.len(), 1);
    assert_eq!(found.status, SnapshotStatus::Complete);
}

/// Files in a folder that is named are what is meant.
#[test]
fn a_folder_that_is_named_is_the_files_in_it() {
    let place = tree(&[
        ("workflows/entry.yaml", "settingsFile: settings/parts.d"),
        ("settings/parts.d/a.ini", "a=1"),
    ]);
    let found = looked(&place, ENTRY).unwrap();
    let taken = ["settings/parts.d/a.ini", "workflows/entry.yaml"];
    assert_eq!(paths(&found), taken);
    assert_eq!(found.status, SnapshotStatus::Complete);
}

#[test]
fn a_file_that_is_too_large_is_named_and_the_rest_is_found() {
    let place = tree(&[
        ("workflows/entry.yaml", "tools: [sum, large]"),
        ("tools/sum.yaml", "a: 1"),
        ("tools/large.yaml", "a: 1"),
    ]);
    let large = place.path().join("configs/tools/large.yaml");
    fs::File::create(large).unwrap().set_len(17 << 20).unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["tools/sum.yaml", "workflows/entry.yaml"]);
    assert_eq!(found.unread[0].reason.code, "file_too_large");
    assert_eq!(found.status, SnapshotStatus::Partial);
    let alone = looked(&place, "configs/tools/large.yaml").unwrap();
    assert_eq!(alone.status, SnapshotStatus::Failed);
}

#[test]
fn what_lies_nowhere_is_said_with_what_is_wrong() {
    let place = tree(&[("workflows/entry.yaml", "a: 1")]);
    fs::write(place.path().join("alone.yaml"), "a: 1").unwrap();
    let refused = |config: &str| looked(&place, config).unwrap_err();
    assert!(matches!(
        refused("configs/gone.yaml"),
        ConfigurationError::Missing(_)
    ));
    assert!(matches!(
        refused("gone/entry.yaml"),
        ConfigurationError::Missing(_)
    ));
    assert!(matches!(
        refused("configs/workflows"),
        ConfigurationError::NoFile(_)
    ));
    assert!(matches!(
        refused("alone.yaml"),
        ConfigurationError::NoRoot(_)
    ));
    let [minimal, ..] = Strategy::factory();
    let root = |root: &Path, config: &str| {
        let wish = Wish {
            begin: Begin::File {
                config: &place.path().join(config),
                root: Some(root),
            },
            strategy: &minimal,
            default_tool_set: "",
        };
        look(&wish, Keys::Masked, &Unfollowed).unwrap_err()
    };
    let gone = root(&place.path().join("gone"), ENTRY);
    assert!(matches!(gone, ConfigurationError::RootMissing(_)));
    let outside = root(&place.path().join("configs"), "alone.yaml");
    assert!(matches!(outside, ConfigurationError::OutsideRoot { .. }));
}

/// A person who notes each file, and cancels at one of them.
#[derive(Default)]
struct Person {
    cancels_at: &'static str,
    met: Mutex<Vec<String>>,
    cancellation: Cancellation,
}

impl Progress for Person {
    fn step(&self, _: &'static str, done: u32, _: Option<u32>, name: Option<&str>) {
        let Some(name) = name else { return };
        self.met.lock().unwrap().push(format!("{done} {name}"));
        if name == self.cancels_at {
            self.cancellation.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }
}

#[test]
fn each_file_that_is_read_is_told_and_at_each_of_them_it_can_be_cancelled() {
    let place = tree(&[
        ("workflows/entry.yaml", "tools: [gone, sum]"),
        ("tools/one.yaml", "name: sum"),
        ("tools/two.yaml", "name: other"),
        ("tools/three.py", "never read"),
    ]);
    let patient = Person::default();
    followed(&place, ENTRY, &patient).unwrap();
    let all = [
        "1 workflows/entry.yaml",
        "2 tools/one.yaml",
        "3 tools/two.yaml",
    ];
    assert_eq!(*patient.met.lock().unwrap(), all);
    for (number, step) in all.iter().enumerate().take(2) {
        let person = Person {
            cancels_at: step.split_once(' ').unwrap().1,
            ..Person::default()
        };
        let refused = followed(&place, ENTRY, &person).unwrap_err();
        assert!(
            matches!(refused, ConfigurationError::Cancelled),
            "{refused}"
        );
        assert_eq!(*person.met.lock().unwrap(), all[..=number]);
    }
}

#[test]
fn hidden_folders_are_no_configuration() {
    let place = tree(&[
        ("workflows/entry.yaml", "tools: [sum, gone]"),
        ("tools/sum.yaml", "a: 1"),
        ("tools/.cache/sum.yaml", "a: 1"),
        (".venv/tools/gone.yaml", "a: 1"),
    ]);
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["tools/sum.yaml", "workflows/entry.yaml"]);
    assert!(found.ambiguous.is_empty(), "{found:?}");
    assert_eq!(found.missing.len(), 1);
}

/// Names can be moved to where they are too long to be read by their paths.
#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_looked_into_is_named_and_the_rest_is_found() {
    let place = tree(&[
        ("workflows/entry.yaml", "tools: [sum]"),
        ("tools/sum.yaml", "a: 1"),
    ]);
    let long = "x".repeat(240);
    let mut inner = place.path().join("apart");
    let room = 3_900 - place.path().as_os_str().len();
    for _ in 0..room / 241 {
        inner.push(&long);
    }
    fs::create_dir_all(&inner).unwrap();
    let outer = place.path().join("configs/tools").join(&long).join(&long);
    fs::create_dir_all(&outer).unwrap();
    fs::rename(place.path().join("apart"), outer.join("apart")).unwrap();
    let found = looked(&place, ENTRY).unwrap();
    assert_eq!(paths(&found), ["tools/sum.yaml", "workflows/entry.yaml"]);
    let [unread] = found.unread.as_slice() else {
        panic!("{found:?}");
    };
    assert!(unread.path.as_str().starts_with("tools/xxx"));
    assert_eq!(unread.reason.code, "file_name_impossible");
    assert_eq!(found.status, SnapshotStatus::Partial);
    // What would not be taken is not looked into either.
    let [minimal, ..] = Strategy::factory();
    let wish = Wish {
        begin: Begin::File {
            config: &place.path().join(ENTRY),
            root: None,
        },
        strategy: &minimal,
        default_tool_set: "",
    };
    let found = look(&wish, Keys::Masked, &Unfollowed).unwrap();
    assert_eq!(found.status, SnapshotStatus::Complete, "{found:?}");
}

#[test]
fn what_stands_behind_the_end_of_a_json_document_takes_nothing_from_it() {
    let place = tree(&[
        (
            "workflows/entry.json",
            "{\n\"tools\": [\"sum\"]\n}\n</write>\n",
        ),
        ("workflows/cut.json", "{\n\"tools\": [\"sum\"],\n"),
        ("tools/sum.yaml", "a: 1"),
    ]);
    let found = looked(&place, "configs/workflows/entry.json").unwrap();
    assert_eq!(paths(&found), ["tools/sum.yaml", "workflows/entry.json"]);
    assert_eq!(found.unparsed.len(), 1);
    let found = looked(&place, "configs/workflows/cut.json").unwrap();
    assert_eq!(paths(&found), ["workflows/cut.json"]);
    assert_eq!(found.unparsed.len(), 1);
}

/// To look for the end of what can be read, a text is read again with each line; of a long one that is
/// too much.
#[test]
fn a_long_broken_file_is_cut_at_its_fault_alone() {
    let broken = |lines: usize| {
        let comments = "# what the tools are for\n".repeat(lines);
        let open = "one: 'without an end\n".to_owned();
        let place = tree(&[
            (
                "workflows/entry.yaml",
                &format!("tools: [sum]\n{comments}{open}two: 2\n"),
            ),
            ("tools/sum.yaml", "a: 1"),
        ]);
        looked(&place, ENTRY).unwrap()
    };
    let short = broken(1);
    assert_eq!(paths(&short), ["tools/sum.yaml", "workflows/entry.yaml"]);
    let long = broken(12_000);
    assert_eq!(paths(&long), ["workflows/entry.yaml"]);
    assert_eq!((short.unparsed.len(), long.unparsed.len()), (1, 1));
}
