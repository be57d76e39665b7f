//! What nobody starts by hand, in a task folder: a run that has it keeps others from beginning there, and
//! that is told.

use flowkeep_core::FolderId;
use flowkeep_core::folder::Settings;
use flowkeep_core::run::Status;
use flowkeep_store::TaskFolderRecord;

use super::*;

const FOLDER: &str = "01M7Z8Q2B4C6D8E0F2G4H6J8K0";

pub(super) fn with_folder(place: &Place) -> FolderId {
    let record = TaskFolderRecord {
        id: FOLDER.parse().unwrap(),
        workflow_id: "report".to_owned(),
        path: place.folder.path().with_extension("tasks"),
        settings: Settings::default(),
        sequence: 0,
        created_at: 0,
    };
    let id = record.id;
    let known = move |tx: &Tx<'_>| tx.add_task_folder(&record);
    place.store.write::<_, StoreError>(known).unwrap();
    id
}

pub(super) fn in_folder(triggered: &str) -> String {
    format!(r#"{triggered}, "taskFolder": "{FOLDER}""#)
}

fn trouble(place: &Place, id: &str) -> Option<String> {
    place.kept(id).trouble.map(|why| why.code)
}

#[test]
fn a_night_that_finds_the_folder_in_use_is_missed_and_told() {
    let place = Place::new("2026-01-10T12:00:00Z");
    let folder = with_folder(&place);
    place.write("report", &in_folder(&nightly("UTC", "once")));
    let mut timetable = place.owner();
    look(&mut timetable);
    place.clock.pass(DAY);
    assert_eq!(look(&mut timetable), 1);
    assert_eq!(place.runs()[0].start.folder, Some(folder));
    // The first has not ended when the next is due.
    place.clock.pass(DAY);
    assert_eq!(look(&mut timetable), 0);
    assert_eq!(trouble(&place, "report").as_deref(), Some("folder_in_use"));
    assert_eq!((place.kept("report").missed, place.told()), (1, 1));
    end(&place, Status::Succeeded);
    place.clock.pass(DAY);
    assert_eq!(look(&mut timetable), 1);
    assert_eq!(trouble(&place, "report"), None);
}

#[test]
fn nights_that_are_made_up_for_together_have_one_folder_between_them() {
    let place = Place::new("2026-01-10T12:00:00Z");
    with_folder(&place);
    place.write("report", &in_folder(&nightly("UTC", "all")));
    look(&mut place.owner());
    place.clock.pass(3 * DAY);
    assert_eq!(look(&mut place.owner()), 1);
    assert_eq!(place.kept("report").missed, 2);
    assert_eq!(trouble(&place, "report").as_deref(), Some("folder_in_use"));
}

#[test]
fn an_event_that_finds_the_folder_in_use_is_missed_and_told() {
    let place = Place::new("2026-01-10T12:00:00Z");
    with_folder(&place);
    place.write("report", &in_folder(r#""trigger": "event""#));
    emit(&place, "report");
    emit(&place, "report");
    assert_eq!(place.runs().len(), 1);
    assert_eq!(trouble(&place, "report").as_deref(), Some("folder_in_use"));
    assert_eq!(place.kept("report").missed, 1);
}

#[test]
fn a_folder_that_is_not_known_keeps_a_workflow_from_starting_by_itself() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &in_folder(&nightly("UTC", "once")));
    let connected = place.connections.renew(&place.store).unwrap();
    let why = crate::hindrance(&place.store, &connected, &place.kept("report")).unwrap();
    assert_eq!(why.unwrap().code, "folder_unknown");
    with_folder(&place);
    let why = crate::hindrance(&place.store, &connected, &place.kept("report")).unwrap();
    assert_eq!(why, None);
}

#[test]
fn all_that_keeps_a_workflow_from_starting_is_told_at_once() {
    let place = Place::new("2026-01-10T12:00:00Z");
    let needs = r#""tasks": [
        {"id": "a", "action": "sql.query", "dataSource": "shop", "params": {"sql": "SELECT 1"}},
        {"id": "b", "action": "sql.query", "dataSource": "shop", "params": {"sql": "SELECT 2"}},
        {"id": "c", "action": "wait", "params": {"ms": "${context.ms}"}}]"#;
    let starts = in_folder(&nightly("UTC", "once"));
    let text = format!(r#"{{"name": "report", {starts}, {needs}}}"#);
    place.put_text("report", text, "create");
    let connected = place.connections.renew(&place.store).unwrap();
    let kept = place.kept("report");
    let told = crate::hindrances(&place.store, &connected, &kept).unwrap();
    let codes: Vec<_> = told.iter().map(|why| why.code.as_str()).collect();
    assert_eq!(
        codes,
        ["no_connection", "folder_unknown", "input_not_given"]
    );
    let first = crate::hindrance(&place.store, &connected, &kept).unwrap();
    assert_eq!(first.as_ref(), told.first());
}
