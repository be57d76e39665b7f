//! Schedules and events on a real database, under a clock that the tests set.

mod arrivals;
mod folders;

use flowkeep_core::notice::{Channel, NoticeKind};
use flowkeep_core::{Document, Format, Kind, summarise};
use flowkeep_host::Timestamp;
use flowkeep_host::testing::TestClock;
use flowkeep_store::{Delivery, KeptRun, NewDocument, RunFilter, StoreOptions};
use rstest::rstest;

use super::*;
use crate::sources::Sqlite;
use crate::{Listening, hindrance};

const MINUTE: u32 = 60_000;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

struct Place {
    folder: tempfile::TempDir,
    store: Arc<Store>,
    connections: Arc<Connections>,
    clock: Arc<TestClock>,
}

fn at(text: &str) -> i64 {
    Timestamp::read(text).unwrap().0
}

impl Place {
    fn new(begins: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::at(at(begins)));
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: clock.clone(),
        });
        let local = Sqlite::made("local", folder.path().join("local.db")).unwrap();
        Self {
            store: Arc::new(store.unwrap()),
            connections: Arc::new(Connections::new(vec![Arc::new(local)])),
            clock,
            folder,
        }
    }

    /// A workflow as somebody here writes it.
    fn write(&self, id: &str, triggered: &str) {
        self.put(id, triggered, "wait", "create");
    }

    fn put(&self, id: &str, triggered: &str, action: &str, operation: &'static str) {
        let params = r#"{"ms": 0, "program": "true"}"#;
        let text = format!(
            r#"{{"name": "{id}", {triggered}, "tasks": [{{"id": "a", "action": "{action}", "params": {params}}}]}}"#
        );
        self.put_text(id, text, operation);
    }

    fn put_text(&self, id: &str, text: String, operation: &'static str) {
        let id = id.to_owned();
        let put = move |tx: &Tx<'_>| {
            let document = Document::parse(Format::Json, text).unwrap();
            let summary = summarise(Kind::Workflow, &document, None);
            let new = NewDocument {
                kind: Kind::Workflow,
                id: &id,
                document: &document,
                summary: &summary,
                example: false,
            };
            let number = tx.next_operation_id()?;
            tx.put_document(&new, number, "somebody")?;
            let new = NewOperation {
                actor: "somebody",
                face: "test",
                operation,
                name: None,
                undoes: None,
                items: &[],
            };
            tx.record_operation(number, &new)
        };
        self.store.write::<_, StoreError>(put).unwrap();
    }

    /// As a process that has just begun.
    fn owner(&self) -> Timetable {
        let taken = self
            .store
            .write::<_, StoreError>(|tx| tx.take_ownership("test", 1));
        let (store, clock) = (Arc::clone(&self.store), self.clock.clone());
        Timetable::new(store, Arc::clone(&self.connections), clock, taken.unwrap()).unwrap()
    }

    fn runs(&self) -> Vec<KeptRun> {
        let filter = RunFilter {
            limit: 1_000,
            ..RunFilter::default()
        };
        let page = self.store.runs(&filter).unwrap();
        let mut rows: Vec<_> = page.items.iter().map(|item| item.row).collect();
        rows.sort_unstable();
        let found = rows.into_iter().map(|row| self.store.run_at(row).unwrap());
        found.map(Option::unwrap).collect()
    }

    /// The times that runs were started for.
    fn started(&self) -> Vec<String> {
        let runs = self.runs().into_iter();
        let times = runs.filter_map(|run| run.start.due);
        times
            .map(|due| Timestamp(due.0).rfc3339()[5..16].to_owned())
            .collect()
    }

    /// How many notices there are of what did not start.
    fn told(&self) -> usize {
        let missed = |one: &&Delivery| one.content.kind == NoticeKind::Missed;
        self.notices().iter().filter(missed).count()
    }

    /// What waits for somebody to come to the desk.
    fn notices(&self) -> Vec<Delivery> {
        let whenever = Moment(i64::MAX);
        let waiting = self
            .store
            .notices_waiting(Channel::Desktop, whenever, 1_000);
        waiting.unwrap()
    }

    fn kept(&self, id: &str) -> ScheduleRecord {
        self.store.schedule(id).unwrap().unwrap()
    }

    fn pause(&self, id: &str, why: Paused) {
        let id = id.to_owned();
        let paused = move |tx: &Tx<'_>| tx.pause_schedules(Some(&id), why);
        self.store.write::<_, StoreError>(paused).unwrap();
    }

    fn resume(&self) {
        let kept = self.store.schedules().unwrap();
        let resumed = move |tx: &Tx<'_>| {
            for one in kept {
                if let Some(paused) = one.paused.filter(|paused| *paused != Paused::Person) {
                    tx.resume_schedule(&one.workflow_id, paused)?;
                }
            }
            Ok(())
        };
        self.store.write::<_, StoreError>(resumed).unwrap();
    }
}

/// Every night at half past two, in this zone; missed times as said.
fn nightly(zone: &str, missed: &str) -> String {
    format!(
        r#""trigger": "schedule", "schedule": {{"cron": "30 2 * * *", "zone": "{zone}", "missed": "{missed}"}}"#
    )
}

fn look(timetable: &mut Timetable) -> usize {
    match timetable.look() {
        Ok(looked) => looked.started,
        Err(NotKept::Lost) => panic!("it has another owner"),
        Err(NotKept::Store(error)) => panic!("{error}"),
    }
}

#[rstest]
#[case::winter("2026-01-10T12:00:00Z", &["01-11T01:30", "01-12T01:30"])]
// The hour from two to three is left out in the first night, and comes twice in the other.
#[case::spring("2026-03-28T12:00:00Z", &["03-29T01:00", "03-30T00:30"])]
#[case::autumn("2026-10-24T12:00:00Z", &["10-25T00:30", "10-26T01:30"])]
fn each_night_starts_one_run_whatever_becomes_of_its_hours(
    #[case] begins: &str,
    #[case] expected: &[&str],
) {
    let place = Place::new(begins);
    place.write("report", &nightly("Europe/Berlin", "once"));
    let mut timetable = place.owner();
    for _ in 0..2 * 24 * 4 {
        look(&mut timetable);
        place.clock.pass(HOUR / 4);
    }
    assert_eq!(place.started(), expected);
    let run = &place.runs()[0];
    let shown = place.store.run(run.id).unwrap().unwrap();
    assert_eq!(shown.workflow_id.as_deref(), Some("report"));
    assert_eq!(place.kept("report").missed, 0);
}

#[rstest]
#[case::once("once", &["01-13T02:30"], 0)]
#[case::all("all", &["01-11T02:30", "01-12T02:30", "01-13T02:30"], 0)]
#[case::none("none", &[], 3)]
fn times_while_nobody_was_there_are_made_up_for_as_it_says(
    #[case] missed: &str,
    #[case] expected: &[&str],
    #[case] told: u32,
) {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", missed));
    look(&mut place.owner());
    // The window was closed for three nights.
    place.clock.pass(3 * DAY);
    let mut back = place.owner();
    look(&mut back);
    look(&mut back);
    assert_eq!(place.started(), expected);
    assert_eq!(place.kept("report").missed, told);
    assert_eq!(place.told(), usize::from(told > 0), "once for a look");
    // It is news now, however long ago it should have been.
    for one in place.notices() {
        assert!(place.clock.now().0.abs_diff(one.content.at.0) < 1_000);
        let due = one.content.due.map(|due| Timestamp(due.0).rfc3339());
        assert_eq!(due.as_deref(), Some("2026-01-13T02:30:00.000Z"));
    }
}

#[test]
fn a_night_that_is_missed_again_is_told_again_though_nobody_has_understood_the_first() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "none"));
    // Each night the machine is off, by day it is at work.
    for nights in 1..=3 {
        look(&mut place.owner());
        place.clock.pass(DAY);
        let mut by_day = place.owner();
        look(&mut by_day);
        look(&mut by_day);
        assert_eq!(place.told(), nights);
    }
    assert_eq!(place.kept("report").missed, 3);
}

#[test]
fn what_cannot_start_each_minute_is_told_once_a_day() {
    let place = Place::new("2026-01-10T12:00:00Z");
    let each_minute =
        r#""trigger": "schedule", "schedule": {"cron": "* * * * *", "missed": "none"}"#;
    place.put("report", each_minute, "program.run", "import");
    let mut timetable = place.owner();
    for _ in 0..90 {
        place.clock.pass(MINUTE);
        look(&mut timetable);
    }
    assert!(place.kept("report").missed > 80);
    assert_eq!(place.told(), 1);
}

#[test]
fn a_machine_that_slept_makes_up_and_a_clock_that_was_set_asks_first() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "once"));
    let mut timetable = place.owner();
    look(&mut timetable);
    place.clock.sleep(DAY);
    look(&mut timetable);
    assert_eq!(place.started(), ["01-11T02:30"]);
    assert_eq!(place.kept("report").paused, None);

    // Two days ahead, and nobody slept.
    place.clock.set(at("2026-01-13T12:00:00Z"));
    assert_eq!(look(&mut timetable), 0);
    let Some(Paused::Clock(jumped)) = place.kept("report").paused else {
        panic!("it goes on");
    };
    assert!((jumped - 2 * i64::from(DAY)).abs() < 1_000, "{jumped}");
    place.clock.pass(DAY);
    assert_eq!(look(&mut timetable), 0, "until somebody says so");
    place.resume();
    look(&mut timetable);
    assert_eq!(
        place.started().len(),
        1,
        "what it leapt over is not made up"
    );
    place.clock.pass(DAY);
    look(&mut timetable);
    assert_eq!(place.started(), ["01-11T02:30", "01-15T02:30"]);

    // Back by an hour.
    place.clock.set(at("2026-01-15T11:00:00Z"));
    look(&mut timetable);
    assert!(matches!(place.kept("report").paused, Some(Paused::Clock(ms)) if ms < 0));
    // Whom a person paused stays so.
    place.pause("report", Paused::Person);
    place.resume();
    assert_eq!(place.kept("report").paused, Some(Paused::Person));
}

#[test]
fn a_small_correction_of_the_clock_starts_nothing_twice() {
    let place = Place::new("2026-01-10T02:29:50Z");
    place.write("report", &nightly("UTC", "all"));
    let mut timetable = place.owner();
    place.clock.pass(11_000);
    assert_eq!(look(&mut timetable), 1);
    place.clock.set(at("2026-01-10T02:29:58Z"));
    place.clock.pass(5_000);
    assert_eq!(look(&mut timetable), 0);
    assert_eq!(look(&mut place.owner()), 0);
    assert_eq!(place.kept("report").paused, None);
}

#[test]
fn a_clock_that_was_set_back_while_nobody_looked_is_noticed() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "once"));
    place.clock.set(at("2026-01-08T12:00:00Z"));
    look(&mut place.owner());
    assert!(matches!(place.kept("report").paused, Some(Paused::Clock(ms)) if ms < 0));
}

#[test]
fn whoever_lost_the_engine_starts_nothing_and_the_next_owner_starts_it_once() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "once"));
    let mut former = place.owner();
    look(&mut former);
    let mut owner = place.owner();
    place.clock.pass(DAY);
    assert!(matches!(former.look(), Err(NotKept::Lost)));
    assert_eq!(place.started(), [""; 0]);
    assert_eq!(look(&mut owner), 1);
    assert_eq!(look(&mut place.owner()), 0);
}

#[test]
fn a_process_that_dies_between_finding_and_writing_loses_no_time_and_repeats_none() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "all"));
    place.clock.pass(DAY);
    let kept = place.kept("report");
    let new = {
        let connected = place.connections.renew(&place.store).unwrap();
        let beginning = Beginning {
            workflow: "report".to_owned(),
            context: "{}".to_owned(),
            ..Beginning::default()
        };
        unasked(&place.store, &connected, &beginning)
            .unwrap()
            .unwrap()
    };
    let look_at = ScheduleLook {
        start: vec![new],
        ..ScheduleLook::default()
    };
    let now = Moment(place.clock.now().0);
    // The run is there in the transaction, and the transaction never ends.
    let (seen, same) = (kept.clone(), look_at.clone());
    let broken = place.store.write::<(), StoreError>(move |tx| {
        assert_eq!(tx.look_at_schedule(&seen, now, &same)?.len(), 1);
        Err(StoreError::Cancelled)
    });
    assert!(broken.is_err());
    assert_eq!(place.runs().len(), 0);
    assert_eq!(look(&mut place.owner()), 1);
    // Another that had found the same before comes too late.
    let late = place
        .store
        .write::<_, StoreError>(move |tx| tx.look_at_schedule(&kept, now, &look_at));
    assert!(late.unwrap().is_empty());
    assert_eq!(place.runs().len(), 1);
}

#[test]
fn what_is_changed_begins_now_and_what_is_paused_or_deleted_rests() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "all"));
    let mut timetable = place.owner();
    look(&mut timetable);
    place.clock.pass(DAY / 2);
    // Half a day later it is a night in another zone: no time of the past is started.
    place.write("report", &nightly("Asia/Shanghai", "all"));
    assert_eq!(look(&mut timetable), 0);
    place.pause("report", Paused::Person);
    place.clock.pass(3 * DAY);
    assert_eq!(look(&mut timetable), 0);
    let other = |tx: &Tx<'_>| tx.resume_schedule("report", Paused::BroughtIn);
    assert!(!place.store.write::<_, StoreError>(other).unwrap());
    let one = |tx: &Tx<'_>| tx.resume_schedule("report", Paused::Person);
    assert!(place.store.write::<_, StoreError>(one).unwrap());
    assert_eq!(look(&mut timetable), 0);
    let deleted = |tx: &Tx<'_>| tx.delete_document(Kind::Workflow, "report").map(|_| ());
    place.store.write::<_, StoreError>(deleted).unwrap();
    place.clock.pass(3 * DAY);
    assert_eq!(look(&mut timetable), 0);
    place.write("report", &nightly("Asia/Shanghai", "all"));
    assert_eq!(look(&mut timetable), 0, "what comes back begins now");
    place.clock.pass(DAY);
    assert_eq!(look(&mut timetable), 1);
}

#[test]
fn what_nobody_trusts_is_not_started_and_says_so_once() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.put("report", &nightly("UTC", "once"), "program.run", "import");
    let mut timetable = place.owner();
    for _ in 0..3 {
        place.clock.pass(DAY);
        assert_eq!(look(&mut timetable), 0);
    }
    let kept = place.kept("report");
    assert_eq!(kept.trouble.unwrap().code, "schedule_untrusted");
    assert_eq!(kept.missed, 3);
    // Somebody here writes it: it is trusted.
    place.put("report", &nightly("UTC", "none"), "program.run", "update");
    place.clock.pass(DAY / 2 + 3 * HOUR);
    let before = place.kept("report");
    assert_eq!(before.trouble, None);
}

/// A run that would only fail is none: its times are missed, and why is said.
#[test]
fn what_needs_input_that_nobody_gives_is_not_started_and_says_so() {
    let place = Place::new("2026-01-10T12:00:00Z");
    let workflow = |triggered: &str| {
        format!(
            r#"{{"name": "report", {triggered}, "tasks": [
                {{"id": "a", "action": "wait", "params": {{"ms": "${{context.month}}"}}}}]}}"#
        )
    };
    place.put_text("report", workflow(&nightly("UTC", "once")), "create");
    let connected = place.connections.renew(&place.store).unwrap();
    let hindrance = |id: &str| {
        let why = hindrance(&place.store, &connected, &place.kept(id)).unwrap();
        why.map(|why| (why.code, why.fields["input"].clone()))
    };
    let month = ("input_not_given".to_owned(), "month".to_owned());
    assert_eq!(hindrance("report"), Some(month.clone()));
    let mut timetable = place.owner();
    look(&mut timetable);
    place.clock.pass(DAY);
    assert_eq!((look(&mut timetable), place.runs().len()), (0, 0));
    let kept = place.kept("report");
    assert_eq!((kept.trouble.unwrap().code, kept.missed), (month.0, 1));

    // What an event brings is known when it comes, what a file brings before.
    place.put_text("order", workflow(r#""trigger": "event""#), "create");
    assert_eq!(hindrance("order"), None);
    let emitted = |context: &str| {
        let event = Emitted {
            name: "order".to_owned(),
            context: context.to_owned(),
            chain: 0,
        };
        let found = listening(&place.store, &connected, &event).unwrap();
        (found.start.len(), found.refused.len())
    };
    assert_eq!(emitted("{}"), (0, 1));
    assert_eq!(emitted(r#"{"month": 1}"#), (1, 0));
    let watch = r#""trigger": "event", "watch": {"folder": "/in", "pattern": "*"}"#;
    place.put_text("in", workflow(watch).replace("month", "file"), "create");
    assert_eq!(hindrance("in"), None);
}

/// Begins with the newest run, as the engine would.
fn begin(place: &Place) {
    let run = place.runs().pop().unwrap();
    go_on_with(place, &run, flowkeep_core::run::Status::Running);
}

/// Ends the newest run, as the engine would.
fn end(place: &Place, status: flowkeep_core::run::Status) {
    let run = place.runs().pop().unwrap();
    go_on_with(place, &run, status);
}

fn go_on_with(place: &Place, run: &KeptRun, status: flowkeep_core::run::Status) {
    let mut head = flowkeep_core::run::Head::new(run.id);
    head.status = status;
    head.begun = true;
    let run = run.clone();
    let writes = [flowkeep_store::RunWrite::Head(Box::new(head))];
    let now = Moment(place.clock.now().0);
    let write = move |tx: &Tx<'_>| tx.write_run(run.row, run.id, now, &writes);
    place.store.write::<_, StoreError>(write).unwrap();
}

fn emit(place: &Place, name: &str) -> Listening {
    let connected = place.connections.renew(&place.store).unwrap();
    let event = Emitted {
        name: name.to_owned(),
        context: r#"{"item":"paper"}"#.to_owned(),
        chain: 0,
    };
    let found = listening(&place.store, &connected, &event).unwrap();
    let runs = found.start.clone();
    let start = move |tx: &Tx<'_>| tx.start_listeners(&runs);
    place.store.write::<_, StoreError>(start).unwrap();
    found
}

#[test]
fn an_event_starts_what_listens_to_it_and_nothing_else() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write(
        "order",
        r#""trigger": "event", "event": {"name": "stock.low"}"#,
    );
    place.write("own", r#""trigger": "event""#);
    place.write(
        "person",
        r#""trigger": "api", "event": {"name": "stock.low"}"#,
    );
    assert_eq!(emit(&place, "stock.low").start.len(), 1);
    assert_eq!(emit(&place, "own").start.len(), 1);
    assert_eq!(emit(&place, "order").start.len(), 0);
    place.pause("order", Paused::Person);
    assert_eq!(emit(&place, "stock.low").start.len(), 0);
    let run = place.runs().remove(0);
    assert_eq!(run.context, r#"{"item":"paper"}"#);
    assert_eq!(run.start.event.as_deref(), Some("stock.low"));
}

#[test]
fn the_end_of_a_run_starts_the_next_and_a_ring_of_them_is_stopped() {
    use flowkeep_core::run::Status;
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write(
        "first",
        r#""trigger": "event", "event": {"name": "run.succeeded:second"}"#,
    );
    place.write(
        "second",
        r#""trigger": "event", "event": {"name": "run.succeeded:first"}"#,
    );
    place.write(
        "alarm",
        r#""trigger": "event", "event": {"name": "run.failed:second"}"#,
    );
    emit(&place, "run.succeeded:second");
    let mut timetable = place.owner();
    for round in 0..crate::LONGEST_CHAIN {
        end(&place, Status::Succeeded);
        assert_eq!(look(&mut timetable), 1, "{round}");
    }
    end(&place, Status::Succeeded);
    assert_eq!(look(&mut timetable), 0);
    let told = place.kept("second").trouble.or(place.kept("first").trouble);
    assert_eq!(told.unwrap().code, "event_chain_too_long");
    assert!(place.store.events().unwrap().is_empty());
    assert!(
        place
            .runs()
            .iter()
            .all(|run| run.workflow_id.as_deref() != Some("alarm"))
    );
}

#[test]
fn a_clock_that_was_set_keeps_no_event_from_what_listens() {
    use flowkeep_core::run::Status;
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("report", &nightly("UTC", "once"));
    place.write(
        "next",
        r#""trigger": "event", "event": {"name": "run.failed:order"}"#,
    );
    place.write(
        "order",
        r#""trigger": "event", "event": {"name": "stock.low"}"#,
    );
    let mut timetable = place.owner();
    look(&mut timetable);
    place.clock.set(at("2026-01-13T12:00:00Z"));
    look(&mut timetable);
    assert!(place.kept("report").paused.is_some());
    assert_eq!(place.kept("next").paused, None);
    emit(&place, "stock.low");
    end(&place, Status::Failed);
    assert_eq!(look(&mut timetable), 1);
}

#[test]
fn what_happened_long_before_anybody_could_start_it_is_only_told() {
    use flowkeep_core::run::Status;
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write(
        "next",
        r#""trigger": "event", "event": {"name": "run.succeeded:order"}"#,
    );
    place.write(
        "order",
        r#""trigger": "event", "event": {"name": "stock.low"}"#,
    );
    emit(&place, "stock.low");
    end(&place, Status::Succeeded);
    place.clock.pass(2 * HOUR);
    assert_eq!(look(&mut place.owner()), 0);
    let told = place.kept("next");
    assert_eq!(told.trouble.unwrap().code, "event_too_late");
    assert_eq!(told.missed, 1);
    assert!(place.store.events().unwrap().is_empty());
    // Who was told of one is not done with what was missed since.
    let seen = |tx: &Tx<'_>| tx.schedule_seen("next", 1);
    place.store.write::<_, StoreError>(seen).unwrap();
    let told = place.kept("next");
    assert_eq!((told.trouble, told.missed), (None, 0));
}

#[test]
fn one_row_that_cannot_be_read_keeps_no_other_from_starting() {
    let place = Place::new("2026-01-10T12:00:00Z");
    place.write("damaged", &nightly("UTC", "once"));
    place.write("report", &nightly("UTC", "once"));
    place.write(
        "broken",
        r#""trigger": "event", "event": {"name": "stock.low"}"#,
    );
    let file = rusqlite::Connection::open(place.folder.path().join("flowkeep.db")).unwrap();
    // The one cannot be begun, the other not even be listed.
    file.execute_batch(
        "UPDATE document SET format = 'scroll' WHERE id = 'damaged';
         UPDATE document SET starts_by = '{\"moon\":1}' WHERE id = 'broken';
         UPDATE schedule SET starts_by = '{\"moon\":1}' WHERE workflow_id = 'broken';",
    )
    .unwrap();
    let mut timetable = place.owner();
    place.clock.sleep(DAY);
    let _ = timetable.look();
    assert_eq!(place.started(), ["01-11T02:30"]);
    assert_eq!(
        place.kept("damaged").trouble.unwrap().code,
        "schedule_unreadable"
    );
}
