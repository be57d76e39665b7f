//! What is looked at for runs, with a store and a disk that are real.

use flowkeep_core::run::{Head, Moment, Status};
use flowkeep_core::session::SnapshotStatus;
use flowkeep_store::{NewRun, RunWrite, StoreError, WorksWith};

use super::*;
use crate::bodies::{run_changes, session_recovery, session_snapshots};
use crate::testing::open;
use crate::types::{RunRef, RunResumeInput, SessionRef, SettingsUpdate};
use crate::{Api, Silent};

const ORDERS: &str = r#"{"tool_set": "office", "llm": "big", "tasks": [
  {"id": "a", "action": "wait", "params": {"ms": 0}}]}"#;

/// A run in hand, and the root with all it refers to.
struct Place {
    folders: (tempfile::TempDir, tempfile::TempDir),
    api: Api,
    configurations: Configurations,
    run: KeptRun,
}

impl Place {
    fn new(files: &[&str]) -> Self {
        Self::of(ORDERS, files)
    }

    fn of(workflow: &str, files: &[&str]) -> Self {
        let (data, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let api = open(data.path());
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "name: one\n").unwrap();
        }
        let new = NewRun {
            workflow_id: Some("orders".to_owned()),
            ..NewRun::of("Orders", workflow)
        };
        let named = root.path().canonicalize().unwrap();
        let written = api.store.write::<_, StoreError>(move |tx| {
            let row = tx.meet_config_root(&named)?;
            tx.list_config_root(row)?;
            tx.add_run(&new)
        });
        let run = api.store.run(written.unwrap().1).unwrap().unwrap();
        Self {
            configurations: api.configurations(),
            folders: (data, root),
            api,
            run,
        }
    }

    fn looked(&self, occasion: Occasion) -> Looked {
        self.configurations.look(&LookWish {
            run: self.run.id,
            row: self.run.row,
            session: self.run.id.to_string(),
            occasion,
        })
    }

    fn root(&self) -> &std::path::Path {
        self.folders.1.path()
    }

    /// Has its first step begin.
    fn begins(&self) {
        let (row, id) = (self.run.row, self.run.id);
        let head = Head {
            status: Status::Running,
            begun: true,
            ..Head::new(id)
        };
        let attempt = RunWrite::Attempt {
            task: TaskId::from("a"),
            number: 1,
            status: Status::Running,
            error: None,
        };
        let writes = [RunWrite::Head(Box::new(head)), attempt];
        let written = self
            .api
            .store
            .write::<_, StoreError>(move |tx| tx.write_run(row, id, Moment(1), &writes));
        written.unwrap();
    }
}

fn codes(looked: &Looked) -> Vec<&str> {
    let told = looked.told.iter();
    told.map(|(_, message)| message.code.as_str()).collect()
}

#[test]
fn work_of_which_nothing_was_kept_in_time_waits_for_a_person() {
    let place = Place::new(&["tool-sets/office.yaml"]);
    assert!(
        place
            .configurations
            .belonging(place.run.row)
            .session
            .is_some()
    );
    let unbegun = place.looked(Occasion::TakenUp);
    assert!(!unbegun.holds, "nothing was done with other files");
    place.begins();
    let looked = place.looked(Occasion::TakenUp);
    assert!(looked.holds);
    assert_eq!(codes(&looked), ["run_configuration_kept_too_late"]);
    place.looked(Occasion::Begun);
    let looked = place.looked(Occasion::TakenUp);
    assert!(!looked.holds, "they are as they were");
    assert_eq!(codes(&looked), [""; 0]);
}

#[test]
fn where_snapshots_are_off_nothing_is_kept_and_nothing_waits() {
    let place = Place::new(&["tool-sets/office.yaml"]);
    assert!(
        place
            .configurations
            .belonging(place.run.row)
            .session
            .is_some()
    );
    let off = SettingsUpdate {
        snapshots: Some(Snapshots::Off),
        ..SettingsUpdate::default()
    };
    settings::update(&place.api, off).unwrap();
    place.begins();
    assert!(!place.looked(Occasion::TakenUp).holds);
}

#[test]
fn what_the_strategy_leaves_out_is_told_and_nothing_alone_is_no_whole() {
    let place = Place::new(&["tool-sets/office.yaml", "llms/big.yaml"]);
    place.configurations.belonging(place.run.row);
    let looked = place.looked(Occasion::Begun);
    assert_eq!(codes(&looked), ["run_configuration_kept_in_part"]);
    let told = &looked.told[0].1.fields;
    let said = ["count", "left_out", "strategy"].map(|name| told[name].as_str());
    assert_eq!(said, ["1", "1", "standard"]);
    let status = |place: &Place| {
        let session = place.api.store.session(&place.run.id.to_string());
        let session = session.unwrap().unwrap();
        let kept = place.api.store.newest_snapshot_of_the_work(session.row);
        kept.unwrap().unwrap().status
    };
    assert_eq!(status(&place), SnapshotStatus::Complete);
    let models_alone = Place::new(&["llms/big.yaml"]);
    models_alone.configurations.belonging(models_alone.run.row);
    models_alone.looked(Occasion::Begun);
    assert_eq!(status(&models_alone), SnapshotStatus::Partial);
}

#[test]
fn what_is_named_and_not_there_is_told_where_the_run_begins() {
    let place = Place::of(r#"{"promptFile": "clerk.md", "tasks": []}"#, &[]);
    place.configurations.belonging(place.run.row);
    let looked = place.looked(Occasion::Begun);
    assert_eq!(
        codes(&looked),
        [
            "run_configuration_kept_nothing",
            "run_configuration_missing"
        ]
    );
    assert_eq!(looked.told[1].1.fields["names"], "clerk.md");
    let session = place.api.store.session(&place.run.id.to_string());
    let session = session.unwrap().unwrap();
    let kept = place.api.store.newest_snapshot_of_the_work(session.row);
    assert_eq!(kept.unwrap().unwrap().status, SnapshotStatus::Partial);
}

#[test]
fn what_a_file_of_the_configuration_names_and_is_not_there_is_told_with_that_file() {
    let place = Place::of(r#"{"tool_set": "office", "tasks": []}"#, &[]);
    let folder = place.root().join("tool-sets");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("office.yaml"), "tools: [database]\n").unwrap();
    place.configurations.belonging(place.run.row);
    let looked = place.looked(Occasion::Begun);
    assert_eq!(
        codes(&looked),
        ["run_configuration_kept", "run_configuration_missing_in"]
    );
    let fields = &looked.told[1].1.fields;
    assert_eq!(fields["names"], "database (tool-sets/office.yaml)");
    assert_eq!(fields["count"], "1");
}

/// As `session restore --resume` does: with which files it goes on is somebody's to say.
#[test]
fn a_run_is_resumed_only_with_its_files_as_they_were_unless_told() {
    let place = Place::new(&["tool-sets/office.yaml"]);
    place.configurations.belonging(place.run.row);
    place.looked(Occasion::Begun);
    let id = place.run.id.to_string();
    run_changes::pause(&place.api, RunRef { id: id.clone() }).unwrap();
    let resume = |todays_files| {
        let wanted = RunResumeInput {
            id: id.clone(),
            todays_files,
            ..RunResumeInput::default()
        };
        run_changes::resume(&place.api, wanted)
    };
    let paused = || run_changes::pause(&place.api, RunRef { id: id.clone() });
    resume(None).unwrap();
    paused().unwrap();
    std::fs::write(place.root().join("tool-sets/office.yaml"), "name: two\n").unwrap();
    let refused = resume(None).unwrap_err();
    assert_eq!(refused.code, "run_configuration_undecided");
    let why = refused.because.unwrap();
    assert_eq!(why.code, "run_configuration_differs");
    assert_eq!(why.fields["names"], "tool-sets/office.yaml");
    let session = place.api.store.session(&id).unwrap().unwrap();
    let snapshots = || place.api.store.config_snapshots(session.row).unwrap().len();
    assert_eq!(snapshots(), 1, "nobody has said that they are right");
    resume(Some(true)).unwrap();
    assert_eq!(snapshots(), 2);
    paused().unwrap();
    resume(None).unwrap();
}

impl Place {
    /// Lets its work go on with a copy of its own, which is made of what is kept of it. Answers where that is.
    fn works_from_copy(&self) -> PathBuf {
        let wanted = serde_json::json!({"id": self.run.id.to_string(), "use": "snapshot"});
        let wanted = serde_json::from_value(wanted).unwrap();
        let restored = session_recovery::restore(&self.api, wanted, &Silent).unwrap();
        let copy = PathBuf::from(restored.overlay);
        let (row, name) = (self.session().row, copy.file_name().unwrap().to_owned());
        let written = self.api.store.write::<_, StoreError>(move |tx| {
            tx.let_session_work_with(row, WorksWith::Overlay, &name.to_string_lossy())
        });
        written.unwrap();
        copy
    }

    fn session(&self) -> SessionRecord {
        let session = self.api.store.session(&self.run.id.to_string());
        session.unwrap().unwrap()
    }

    fn after_a_step(&self) -> Vec<(String, Option<String>)> {
        let looked = self.looked(Occasion::Step(TaskId::from("a")));
        let told = looked.told.into_iter();
        told.map(|(_, message)| {
            let names = message.fields.get("names").cloned();
            (message.code, names)
        })
        .collect()
    }

    fn contents(&self) -> Contents {
        contents(&self.api.store, &self.newest()).unwrap()
    }

    fn newest(&self) -> ConfigSnapshotRecord {
        let newest = self
            .api
            .store
            .newest_snapshot_of_the_work(self.session().row);
        newest.unwrap().unwrap()
    }
}

/// What is kept is what the work finds. What the strategy left out never came into the copy, and is not missing there.
#[test]
fn of_work_that_goes_on_with_a_copy_of_its_own_that_is_what_is_looked_at() {
    let place = Place::new(&["tool-sets/office.yaml", "llms/big.yaml"]);
    place.configurations.belonging(place.run.row);
    place.looked(Occasion::Begun);
    let copy = place.works_from_copy();
    let file = "tool-sets/office.yaml";
    std::fs::write(place.root().join(file), "name: live\n").unwrap();
    assert_eq!(place.after_a_step(), [], "the work does not find that");
    assert_eq!(place.newest().sequence, 1);

    std::fs::write(copy.join(file), "name: mine\n").unwrap();
    let changed = (
        "run_configuration_changed".to_owned(),
        Some(file.to_owned()),
    );
    assert_eq!(place.after_a_step(), [changed]);
    let newest = place.newest();
    assert_eq!(
        (newest.sequence, newest.status),
        (2, SnapshotStatus::Complete)
    );
    assert_eq!(found(&newest).left_out.len(), 1);
    assert_eq!(place.after_a_step(), []);
    assert!(!place.looked(Occasion::TakenUp).holds);

    let asked = || {
        let session = SessionRef {
            id: place.run.id.to_string(),
        };
        session_snapshots::snapshot(&place.api, session, &Silent)
    };
    let same = asked().unwrap();
    assert_eq!((same.snapshot.sequence, same.changed), (3, false));
    assert_eq!(place.newest().tree, newest.tree);
    std::fs::write(copy.join(file), "name: yours\n").unwrap();
    let other = asked().unwrap();
    assert_eq!((other.snapshot.sequence, other.changed), (4, true));
    assert_eq!(
        place.api.store.config_roots().unwrap().len(),
        1,
        "a copy is no folder of configurations"
    );
    std::fs::remove_file(copy.join(file)).unwrap();
    let refused = asked().unwrap_err();
    assert_eq!(refused.code, "session_snapshot_nothing");
    assert_eq!(refused.fields["path"], copy.display().to_string());
}

/// Where something stands for a key, just as it was kept, nothing has changed; what is filled in there is a change, and
/// never kept readable.
#[test]
fn a_key_that_stands_masked_in_a_copy_is_no_change_and_one_that_is_filled_in_is() {
    let place = Place::new(&[]);
    let file = "tool-sets/office.yaml";
    let (live, with_key) = (place.root().join(file), |key| format!("api_key: {key}\n"));
    std::fs::create_dir_all(live.parent().unwrap()).unwrap();
    std::fs::write(&live, with_key("sk-Zk81bqQw7Lm2Xv9Tn4Rc6Yd3")).unwrap();
    place.configurations.belonging(place.run.row);
    place.looked(Occasion::Begun);
    let was = place.contents();
    std::fs::remove_file(&live).unwrap();
    let copy = place.works_from_copy().join(file);
    assert_eq!(
        std::fs::read_to_string(&copy).unwrap(),
        with_key("<masked>")
    );
    assert_eq!(place.after_a_step(), []);
    assert_eq!(place.newest().sequence, 1);

    std::fs::write(&copy, with_key("sk-Other1bqQw7Lm2Xv9Tn4Rc6")).unwrap();
    assert_eq!(place.after_a_step().len(), 1);
    assert_ne!(place.contents(), was);
    let entries = place.api.store.config_entries(place.newest().tree).unwrap();
    assert!(entries[0].masked.is_some());
    assert_eq!(place.after_a_step(), []);
}
