//! Watched folders on a real disk; its times are those of today.

use std::fs;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::*;

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

/// A clock by which the folder was watched long before anything came into it.
const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// A clock by which all that is there by now lay there before, if only just.
fn soon() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let soon = i64::try_from(now.as_millis()).unwrap() + i64::from(HOUR);
    Timestamp(soon).rfc3339()
}

fn inbox(place: &Place) -> PathBuf {
    place.folder.path().with_extension("in")
}

/// A folder beside the database's, which goes with the test.
struct Inbox(PathBuf);

impl Drop for Inbox {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Inbox {
    fn of(place: &Place) -> Self {
        let path = inbox(place);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// The same, by the clock of the tests.
    fn put_at(&self, name: &str, text: &str, at: i64) {
        self.put(name, text);
        let at = UNIX_EPOCH + Duration::from_millis(at.cast_unsigned());
        let file = fs::File::options().write(true).open(self.0.join(name));
        file.unwrap().set_modified(at).unwrap();
    }
}

fn watching(place: &Place, pattern: &str) -> String {
    let watch = serde_json::json!({"folder": inbox(place), "pattern": pattern});
    format!(r#""trigger": "event", "watch": {watch}"#)
}

/// Looks until it is so.
fn until(timetable: &mut Timetable, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < LONG, "it never came");
        super::look(timetable);
        std::thread::yield_now();
    }
}

impl Place {
    fn is_done(&self, name: &str) -> bool {
        self.store.arrivals("w").unwrap().contains_key(name)
    }

    fn trouble(&self) -> Option<String> {
        self.kept("w").trouble.map(|why| why.code)
    }
}

#[test]
fn each_file_starts_one_run_that_knows_it() {
    let place = Place::new(LONG_AGO);
    let inbox = Inbox::of(&place);
    place.write("w", &watching(&place, "*.csv"));
    let mut owner = place.owner();
    inbox.put("notes.txt", "");
    inbox.put("orders 1.csv", "1");
    until(&mut owner, || place.runs().len() == 1);
    let run = &place.runs()[0];
    let file = inbox.0.join("orders 1.csv");
    let expected = serde_json::json!({"file": file, "name": "orders 1.csv"});
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&run.context).unwrap(),
        expected
    );
    assert_eq!(run.start.event.as_deref(), Some("orders 1.csv"));

    // The next process knows it; what came meanwhile starts.
    drop(owner);
    inbox.put("orders 2.csv", "2");
    let mut owner = place.owner();
    until(&mut owner, || place.is_done("orders 2.csv"));
    assert_eq!(place.runs().len(), 2);
    // Another file of the same name is another file.
    inbox.put("orders 1.csv", "one more");
    until(&mut owner, || place.runs().len() == 3);
    assert!(!place.is_done("notes.txt"));
}

#[test]
fn what_lay_there_before_starts_nothing_and_what_comes_then_does() {
    let place = Place::new(&soon());
    let inbox = Inbox::of(&place);
    inbox.put("before", "");
    place.write("w", &watching(&place, "*"));
    let mut owner = place.owner();
    until(&mut owner, || place.is_done("before"));
    assert_eq!(place.runs().len(), 0);
    // By the clock of this disk it came before the folder was watched as well.
    inbox.put("after", "");
    until(&mut owner, || place.is_done("after"));
    assert_eq!(place.runs().len(), 1);
}

#[test]
fn what_comes_while_it_is_paused_is_left_alone() {
    let place = Place::new(&soon());
    let inbox = Inbox::of(&place);
    place.write("w", &watching(&place, "*"));
    let mut owner = place.owner();
    until(&mut owner, || place.is_done(""));
    place.pause("w", Paused::BroughtIn);
    inbox.put("meanwhile", "");
    super::look(&mut owner);
    assert!(!place.is_done("meanwhile"));
    place.resume();
    until(&mut owner, || place.is_done("meanwhile"));
    assert_eq!(place.runs().len(), 0);
}

#[test]
fn a_file_waits_for_a_workflow_that_nobody_trusts() {
    let place = Place::new(LONG_AGO);
    let inbox = Inbox::of(&place);
    place.put("w", &watching(&place, "*"), "program.run", "import");
    let mut owner = place.owner();
    inbox.put("a", "");
    until(&mut owner, || place.trouble().is_some());
    assert_eq!(place.trouble().as_deref(), Some("schedule_untrusted"));
    assert_eq!((place.runs().len(), place.is_done("a")), (0, false));
    // Once it is such that it may start, the file is still there for it.
    place.write("w", &watching(&place, "*"));
    until(&mut owner, || place.is_done("a"));
}

#[test]
fn a_folder_that_is_not_there_is_told_until_it_is() {
    let place = Place::new(LONG_AGO);
    place.write("w", &watching(&place, "*"));
    let mut owner = place.owner();
    until(&mut owner, || place.trouble().is_some());
    assert_eq!(place.trouble().as_deref(), Some("watch_unreadable"));
    let inbox = Inbox::of(&place);
    inbox.put("a", "");
    until(&mut owner, || place.is_done("a"));
    assert_eq!((place.runs().len(), place.trouble()), (1, None));
}

#[test]
fn a_file_waits_while_a_run_has_the_task_folder_and_nothing_is_missed() {
    use flowkeep_core::run::Status;
    let place = Place::new(LONG_AGO);
    let inbox = Inbox::of(&place);
    let folder = super::folders::with_folder(&place);
    place.write("w", &super::folders::in_folder(&watching(&place, "*")));
    let mut owner = place.owner();
    inbox.put("a", "");
    until(&mut owner, || place.is_done("a"));
    inbox.put("b", "");
    until(&mut owner, || place.trouble().is_some());
    assert_eq!(place.trouble().as_deref(), Some("folder_in_use"));
    assert_eq!((place.runs().len(), place.is_done("b")), (1, false));
    assert_eq!((place.kept("w").missed, place.told()), (0, 0));
    end(&place, Status::Succeeded);
    until(&mut owner, || place.is_done("b"));
    assert_eq!((place.runs().len(), place.trouble()), (2, None));
    assert_eq!(place.runs()[1].start.folder, Some(folder));
}

/// What the engine and the run's own task do: it begins, puts this file there a second later, and ends.
fn run_and_put(place: &Place, inbox: &Inbox, name: &str, text: &str) {
    begin(place);
    place.clock.pass(5_000);
    inbox.put_at(name, text, place.clock.now().0);
    place.clock.pass(5_000);
    end(place, flowkeep_core::run::Status::Succeeded);
}

#[rstest]
#[case::under_its_own_name("a")]
#[case::under_other_names("report")]
fn what_its_own_runs_put_there_does_not_start_it_for_ever(#[case] name: &str) {
    let place = Place::new(&soon());
    let inbox = Inbox::of(&place);
    place.write("w", &watching(&place, "*"));
    let mut owner = place.owner();
    place.clock.pass(MINUTE);
    inbox.put_at("a", "", place.clock.now().0);
    let mut text = String::new();
    let limit = usize::try_from(crate::LONGEST_CHAIN).unwrap();
    let mut runs = 0;
    while place.trouble().is_none() {
        until(&mut owner, || {
            // What is doubted waits for a quiet moment.
            place.clock.pass(MINUTE / 4);
            place.runs().len() > runs || place.trouble().is_some()
        });
        runs = place.runs().len();
        assert!(runs <= limit, "it would never end");
        if place.trouble().is_none() {
            text.push('x');
            let name = if name == "a" {
                name.to_owned()
            } else {
                format!("{name}-{runs}")
            };
            run_and_put(&place, &inbox, &name, &text);
        }
    }
    assert_eq!(place.trouble().as_deref(), Some("watch_feeds_itself"));
    // What comes from outside starts as before.
    place.clock.pass(MINUTE);
    inbox.put_at("b", "", place.clock.now().0);
    until(&mut owner, || place.is_done("b"));
    assert_eq!(place.runs().len(), runs + 1);
}

#[test]
fn folders_that_nobody_can_mean_are_told_and_not_looked_at() {
    let place = Place::new(LONG_AGO);
    let inside = place.folder.path().join("task-folders");
    fs::create_dir(&inside).unwrap();
    let inside = serde_json::json!(inside);
    for (folder, code) in [
        (r#""inbox""#.to_owned(), "watch_not_absolute"),
        (inside.to_string(), "watch_own_folder"),
    ] {
        place.write("w", &format!(r#""watch": {{"folder": {folder}}}"#));
        let mut owner = place.owner();
        super::look(&mut owner);
        assert_eq!(place.trouble().as_deref(), Some(code));
    }
}
