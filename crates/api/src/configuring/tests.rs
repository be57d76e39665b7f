//! What is looked at for runs, with a store and a disk that are real.

use flowkeep_core::run::{Head, Moment, Status};
use flowkeep_core::session::SnapshotStatus;
use flowkeep_store::{NewRun, RunWrite, StoreError};

use super::*;
use crate::Api;
use crate::bodies::run_changes;
use crate::testing::open;
use crate::types::{RunRef, RunResumeInput, SettingsUpdate};

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
