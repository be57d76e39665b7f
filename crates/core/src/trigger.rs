//! What starts a workflow beside people: a clock, or something that happens (contracts, "A
//! definition that runs"). Derived from the text whenever it is written, so that nobody has to
//! read all texts to know what is due.
//!
//! Absent on purpose: whether it is paused (kept beside the document), and what a cron line means
//! ([`crate::schedule`]).

use serde::{Deserialize, Serialize};

use crate::{Message, Value};

/// What starts a workflow, as its text gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Times.
    Schedule(Times),
    /// Something that happens.
    Event(Listened),
    /// A file that appears.
    Watch(Watched),
}

/// When, in the words of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The cron line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What becomes of missed times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<String>,
}

/// What a workflow listens to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listened {
    /// The event's name; without one it is the workflow's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Where a file has to appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The folder.
    pub folder: String,
    /// What the names of the files look like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// Why the files of a watched folder start nothing: what a look at the folder found, which stays so until
/// another look finds otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchTrouble {
    /// It cannot be read; it may be there again at the next look.
    Unreadable,
    /// Its path leads somewhere else wherever it is read.
    NotAbsolute,
    /// It holds our own data, or is in it.
    Ours,
    /// The runs that it starts put files there.
    FeedsItself,
}

impl WatchTrouble {
    const ALL: [Self; 4] = [
        Self::Unreadable,
        Self::NotAbsolute,
        Self::Ours,
        Self::FeedsItself,
    ];

    /// Its code in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "watch_unreadable",
            Self::NotAbsolute => "watch_not_absolute",
            Self::Ours => "watch_own_folder",
            Self::FeedsItself => "watch_feeds_itself",
        }
    }

    /// What is said of a folder.
    pub fn of_folder(self, folder: &str) -> Message {
        Message::new(self.code()).with("folder", folder)
    }

    /// Which of them a message tells of; nothing where it tells of something else, such as why a run
    /// could not begin.
    pub fn told_by(message: &Message) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|trouble| trouble.code() == message.code)
    }
}

impl Trigger {
    /// What starts a workflow; nothing where only people do. A schedule that stands there without a
    /// word on the trigger is meant, and so is a watched folder.
    pub fn of(workflow: &Value) -> Option<Self> {
        let given = |key| workflow.get(key).filter(|given: &&Value| !given.is_null());
        let (schedule, watch) = (given("schedule"), given("watch"));
        match workflow.get("trigger").and_then(Value::as_str) {
            Some("schedule") => Some(Self::Schedule(times(schedule))),
            Some("event") => {
                Some(watched(watch).map_or_else(|| listened(given("event")), Self::Watch))
            }
            None if schedule.is_some() => Some(Self::Schedule(times(schedule))),
            None => watched(watch).map(Self::Watch),
            Some(_) => None,
        }
    }

    /// The names of what its runs are started with; nothing where that is known only when it comes.
    pub const fn gives(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Schedule(_) => Some(&[]),
            Self::Event(_) => None,
            Self::Watch(_) => Some(&["file", "name"]),
        }
    }

    /// The word for it: `schedule`, `event` or `watch`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Schedule(_) => "schedule",
            Self::Event(_) => "event",
            Self::Watch(_) => "watch",
        }
    }
}

fn times(schedule: Option<&Value>) -> Times {
    Times {
        cron: said(schedule).or_else(|| text(schedule, "cron")),
        zone: text(schedule, "zone"),
        missed: text(schedule, "missed"),
    }
}

fn listened(event: Option<&Value>) -> Trigger {
    Trigger::Event(Listened {
        name: said(event).or_else(|| text(event, "name")),
    })
}

fn watched(watch: Option<&Value>) -> Option<Watched> {
    Some(Watched {
        folder: text(watch, "folder")?,
        pattern: text(watch, "pattern"),
    })
}

fn text(given: Option<&Value>, key: &str) -> Option<String> {
    said(given?.get(key))
}

/// Some documents have the text itself where others have an object with it.
fn said(given: Option<&Value>) -> Option<String> {
    let text = given?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::people(r#"{"trigger": "api", "schedule": {"cron": "0 2 * * *"}}"#, "null")]
    #[case::nothing_said(r#"{"tasks": []}"#, "null")]
    #[case::times(
        r#"{"trigger": "schedule", "schedule": {"cron": " 0 2 * * * ", "zone": ""}}"#,
        r#"{"schedule":{"cron":"0 2 * * *"}}"#
    )]
    #[case::meant(
        r#"{"schedule": {"cron": "0 2 * * *", "missed": "all"}}"#,
        r#"{"schedule":{"cron":"0 2 * * *","missed":"all"}}"#
    )]
    #[case::no_time(r#"{"trigger": "schedule"}"#, r#"{"schedule":{}}"#)]
    #[case::own_name(r#"{"trigger": "event"}"#, r#"{"event":{}}"#)]
    #[case::named(
        r#"{"trigger": "event", "event": {"name": "stock.low"}}"#,
        r#"{"event":{"name":"stock.low"}}"#
    )]
    #[case::name_itself(
        r#"{"trigger": "event", "event": "stock.low"}"#,
        r#"{"event":{"name":"stock.low"}}"#
    )]
    #[case::folder(
        r#"{"trigger": "event", "watch": {"folder": "/in", "pattern": "*.csv"}}"#,
        r#"{"watch":{"folder":"/in","pattern":"*.csv"}}"#
    )]
    fn a_text_says_what_starts_it(#[case] text: &str, #[case] expected: &str) {
        let found = Trigger::of(&crate::json::parse(text));
        assert_eq!(serde_json::to_string(&found).unwrap(), expected);
    }
}
