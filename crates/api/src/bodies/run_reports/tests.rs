use std::path::PathBuf;

use flowkeep_core::MAX_DOCUMENT_BYTES;
use flowkeep_core::run::{Level, Moment, Status, TaskId};
use flowkeep_host::Unfollowed;
use flowkeep_store::{CleanUpRule, NewRun, RunWrite, Said, StoreError};

use super::*;
use crate::Silent;
use crate::bodies::{plan_decisions, restores, run_changes};
use crate::testing::open;
use crate::types::{ChosenPlace, ImportPlanInput, ItemAction, PlanRef, RunRef};

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

fn add(api: &Api) -> String {
    let new = NewRun {
        workflow_id: Some("orders".to_owned()),
        context: format!(r#"{{"day": 1, "api_key": "{KEY}", "note": "</pre><script>x"}}"#),
        actor: "Ann".to_owned(),
        ..NewRun::of(
            "<b>Orders</b>",
            format!(
                r#"{{"tasks": [{{"id": "do", "name": "核对 & send", "action": "manual",
                    "params": {{"instruction": "look", "password": "{KEY}"}}}}]}}"#
            ),
        )
    };
    let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
    let (row, id) = added.unwrap();
    let say = |task: Option<&str>, said| RunWrite::Say {
        level: Level::Info,
        task: task.map(|id| TaskId(id.to_owned())),
        said,
    };
    let failed = Message::new("program_failed").with("said", format!("read\nexport API_KEY={KEY}"));
    let writes = [
        say(Some("do"), Said::Line("12 rows read".to_owned())),
        say(Some("do"), Said::Line(format!("export API_KEY={KEY}"))),
        say(None, Said::Message(failed.clone())),
        RunWrite::Attempt {
            task: TaskId("do".to_owned()),
            number: 1,
            status: Status::Failed,
            error: Some(failed),
        },
    ];
    let written = api
        .store
        .write::<_, StoreError>(move |tx| tx.write_run(row, id, Moment(1), &writes));
    written.unwrap();
    id.to_string()
}

fn exported(format: RunFormat, language: &str) -> String {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let id = add(&api);
    let file = root.path().join("run");
    let input = RunExportInput {
        id,
        format,
        language: Some(language.to_owned()),
        to: ChosenPlace::Path(file.clone()),
    };
    export(&api, input.clone()).unwrap();
    let kept = export_over(&api, input, Existing::Keep);
    assert_eq!(kept.unwrap_err().code, "file_exists");
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn a_page_has_no_script_no_keys_and_nothing_from_elsewhere() {
    for (language, words) in [("en", "<h2>Tasks</h2>"), ("zh-CN", "<h2>任务</h2>")] {
        let page = exported(RunFormat::Html, language);
        assert!(page.contains(words), "{page}");
        assert!(
            page.contains("<h1>&lt;b&gt;Orders&lt;/b&gt;</h1>"),
            "{page}"
        );
        assert!(page.contains("核对 &amp; send"));
        assert!(page.contains("&lt;/pre&gt;&lt;script&gt;x"));
        assert!(page.contains("&lt;masked&gt;") && !page.contains(KEY));
        assert!(page.contains("12 rows read"), "{page}");
        for not in ["<script", "<link", "src=", "href=", "url(http", "@import"] {
            assert!(!page.contains(not), "{not}");
        }
    }
}

#[test]
fn as_json_it_says_what_it_is_and_has_all_of_the_run_but_keys() {
    let text = exported(RunFormat::Json, "en");
    assert!(!text.contains(KEY), "{text}");
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&file["format"], &file["version"]),
        (&FORMAT.into(), &VERSION.into())
    );
    assert_eq!(file["run"]["started_by"], "Ann");
    assert!(text.contains("12 rows read"), "{text}");
    let record: Vec<SnapshotRun> = serde_json::from_value(file["record"].clone()).unwrap();
    let [
        SnapshotRun::Definition { sha256, text },
        SnapshotRun::Run(head),
        ..,
    ] = &record[..]
    else {
        panic!("{record:?}");
    };
    assert_eq!(
        (*sha256, head.definition),
        (Sha256::of(text.as_bytes()), *sha256)
    );
}

fn saved(api: &Api, id: &str, file: &Path) {
    let input = RunExportInput {
        id: id.to_owned(),
        format: RunFormat::Json,
        language: None,
        to: ChosenPlace::Path(file.to_owned()),
    };
    export(api, input).unwrap();
}

/// What a drop of these files would bring in, and what it brings.
fn brought(api: &Api, files: &[&Path]) -> (Vec<(String, u32)>, Vec<String>) {
    let places = files
        .iter()
        .map(|file| ChosenPlace::Path(file.to_path_buf()));
    let input = ImportPlanInput {
        places: places.collect(),
    };
    let plan = restores::import_plan(api, input, &Silent).unwrap();
    let parts = plan.parts.into_iter().map(|part| (part.kind, part.count));
    let parts: Vec<_> = parts.collect();
    let groups = plan.groups.iter();
    let groups = groups.map(|total| format!("{:?} {}", total.group, total.count));
    let groups = groups.collect();
    let plan_id = plan.plan_id;
    let done = restores::import_apply(
        api,
        PlanRef {
            plan_id: plan_id.clone(),
        },
        &Silent,
    )
    .unwrap();
    let mut told = 0;
    plan_decisions::each_other_result(api, &plan_id, |item| {
        told += u32::from(item.action == ItemAction::Imported);
        assert_eq!(
            item.reason.is_some(),
            item.action == ItemAction::Skipped,
            "{item:?}"
        );
        assert!(item.path.is_some_and(|path| Path::new(&path).is_file()));
        Ok(())
    })
    .unwrap();
    assert_eq!(done.imported, told);
    assert_eq!(done.others.iter().map(|one| one.count).sum::<u32>(), told);
    let others: Vec<_> = done
        .others
        .into_iter()
        .map(|one| (one.kind, one.count))
        .collect();
    assert_eq!(others, parts);
    (parts, groups)
}

/// A data folder beside another one, from which a run that has ended was exported; and that file.
fn ended_and_saved(root: &Path) -> (Api, PathBuf) {
    let (here, there) = (open(&root.join("here")), open(&root.join("there")));
    let id = add(&here);
    run_changes::cancel(&here, RunRef { id: id.clone() }).unwrap();
    let file = root.join("run.json");
    saved(&here, &id, &file);
    (there, file)
}

#[test]
fn an_exported_run_comes_in_elsewhere_to_be_looked_at() {
    let root = tempfile::tempdir().unwrap();
    let (here, there) = (
        open(&root.path().join("here")),
        open(&root.path().join("there")),
    );
    let id = add(&here);
    let file = root.path().join("run.json");
    saved(&here, &id, &file);
    let (parts, groups) = brought(&there, &[&file]);
    assert_eq!(
        (parts, groups),
        (vec![], vec!["Damaged 1".to_owned()]),
        "it has not ended"
    );

    run_changes::cancel(&here, RunRef { id: id.clone() }).unwrap();
    saved(&here, &id, &file);
    let (parts, groups) = brought(&there, &[&file]);
    assert_eq!((parts, groups), (vec![("run".to_owned(), 1)], vec![]));
    let (before, after) = (shown(&here, &id).unwrap(), shown(&there, &id).unwrap());
    assert!(after.imported && !before.imported);
    assert_eq!(
        (after.status, after.end_time),
        (before.status, before.end_time)
    );
    assert_eq!(after.tasks.len(), before.tasks.len());
    let names = after.tasks.iter().map(|task| (&task.id, task.status));
    let were = before.tasks.iter().map(|task| (&task.id, task.status));
    assert!(names.eq(were));
    let input = crate::types::RunResumeInput {
        id: id.clone(),
        trust: Some(true),
        ..crate::types::RunResumeInput::default()
    };
    assert!(run_changes::resume(&there, input).is_err());
    // Once more there is nothing to bring in.
    assert_eq!(brought(&there, &[&file]), (vec![], vec![]));
    std::fs::write(&file, "{\"format\": \"flowkeep-run\", \"version\": 2}").unwrap();
    assert_eq!(brought(&there, &[&file]).1, ["Damaged 1"]);
}

#[test]
fn a_page_says_how_many_lines_there_are() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let id = add(&api);
    let run = shown(&api, &id).unwrap();
    let kept = find(&api, &id).unwrap();
    assert_eq!(api.store.count_messages(kept.row).unwrap(), 3);
    let page = Page {
        catalogue: Catalogue::new(Tongue::English),
        run: &run,
        messages: &run.messages,
        lines: 500_000,
        definition: "",
        at: "2026-11-23T12:00:00Z",
    };
    let page = page.html();
    let said = "The first 3 of 500000 are shown.";
    assert!(
        page.contains(said) || page.contains("The first 3 of 500,000 are shown."),
        "{page}"
    );
}

#[test]
fn a_run_that_came_in_today_is_not_old() {
    let root = tempfile::tempdir().unwrap();
    let (there, file) = ended_and_saved(root.path());
    let execution = root.path().join("e1.json");
    let text = r#"{"execution_id": "e1", "workflow_id": "orders", "status": "completed",
        "start_time": "2020-01-02T03:04:05Z", "context": {}, "messages": []}"#;
    std::fs::write(&execution, text).unwrap();
    std::fs::write(
        root.path().join("e2.json"),
        text.replace("e1", "e2").replace("2020", "2021"),
    )
    .unwrap();
    let newer = add(&there);
    run_changes::cancel(&there, RunRef { id: newer }).unwrap();
    brought(&there, &[&file, &execution, &root.path().join("e2.json")]);
    let database = rusqlite::Connection::open(there.data_dir.join("flowkeep.db")).unwrap();
    database.execute("UPDATE run SET ended_at = 1", []).unwrap();
    let rule = CleanUpRule {
        before: Some(there.clock.now().0 - 1000),
        ..CleanUpRule::default()
    };
    let old = || {
        let found = there.store.clean_up_preview(&rule, &Unfollowed).unwrap();
        (found.runs, found.executions)
    };
    assert_eq!(old(), (0, 0));
    database.execute("UPDATE came_in SET at = 1", []).unwrap();
    assert_eq!(old(), (1, 1));
}

#[test]
fn a_file_without_all_of_its_run_is_told_of_as_damaged() {
    let root = tempfile::tempdir().unwrap();
    let (there, file) = ended_and_saved(root.path());
    let whole = std::fs::read_to_string(&file).unwrap();
    // Somebody took out what was printed.
    let lines = whole.split_inclusive('\n');
    let without: String = lines
        .filter(|line| !line.starts_with("{\"messages"))
        .collect();
    assert_ne!(without, whole, "{whole}");
    std::fs::write(&file, without.replace("},\n]}", "}\n]}")).unwrap();
    assert_eq!(
        brought(&there, &[&file]),
        (vec![], vec!["Damaged 1".to_owned()])
    );
    // Twice the same comes in once; another one of that id is told of.
    std::fs::write(&file, &whole).unwrap();
    let (copy, other) = (
        root.path().join("run copy.json"),
        root.path().join("run other.json"),
    );
    std::fs::write(&copy, &whole).unwrap();
    std::fs::write(&other, whole.clone() + " ").unwrap();
    assert_eq!(
        brought(&there, &[&copy, &file, &other]),
        (vec![("run".to_owned(), 1)], vec!["Damaged 1".to_owned()])
    );
}

#[test]
fn a_long_run_comes_in_though_no_document_is_that_long() {
    let root = tempfile::tempdir().unwrap();
    let (there, file) = ended_and_saved(root.path());
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, whole + &" ".repeat(MAX_DOCUMENT_BYTES)).unwrap();
    let other = root.path().join("other.json");
    std::fs::write(&other, format!("{{}}{}", " ".repeat(MAX_DOCUMENT_BYTES))).unwrap();
    assert_eq!(
        brought(&there, &[&file, &other]),
        (vec![("run".to_owned(), 1)], vec!["Damaged 1".to_owned()])
    );
}

#[test]
fn two_records_of_one_execution_are_told_of() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let written = |name: &str, messages: &str| {
        let file = root.path().join(name);
        let text = format!(
            r#"{{"execution_id": "e1", "workflow_id": "w", "status": "completed",
                "start_time": "2026-01-02T03:04:05Z", "context": {{}}, "messages": [{messages}]}}"#
        );
        std::fs::write(&file, text).unwrap();
        file
    };
    let line = r#"{"level": "info", "message": "read"}"#;
    let first = written("a.json", line);
    let later = written("b.json", &format!("{line}, {line}"));
    assert_eq!(
        brought(&api, &[&first, &later]),
        (vec![("log".to_owned(), 1)], vec!["Damaged 1".to_owned()])
    );
}

#[test]
fn an_execution_of_another_program_comes_into_the_log() {
    let root = tempfile::tempdir().unwrap();
    let api = open(&root.path().join("data"));
    let folder = root.path().join("executions");
    std::fs::create_dir(&folder).unwrap();
    for number in 1..=2 {
        let text = format!(
            r#"{{"execution_id": "e{number}", "workflow_id": "w", "status": "completed",
                "start_time": "2026-01-02T03:04:05Z", "end_time": "2026-01-02T03:05:05Z",
                "context": {{"a": 1}}, "messages": [{{"level": "info", "message": "done"}}]}}"#
        );
        std::fs::write(folder.join(format!("e{number}.json")), text).unwrap();
    }
    let (parts, groups) = brought(&api, &[&folder]);
    assert_eq!((parts, groups), (vec![("log".to_owned(), 2)], vec![]));
    assert_eq!(brought(&api, &[&folder]), (vec![], vec![]));
}
