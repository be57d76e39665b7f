//! Notices in words, in the language of the window.

use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::notice::webhook::Words;
use flowkeep_core::notice::{Notice, NoticeKind};
use flowkeep_engine::definition_of;
use flowkeep_engine::notices::Wording;
use flowkeep_host::{Timestamp, computer_name};
use flowkeep_store::Store;

use crate::types::Language;
use crate::{Catalogue, Tongue};

/// Of notices that come together so many are named.
const NAMED: usize = 10;

/// Puts notices into words with the catalogue.
pub(crate) struct Worded {
    pub(crate) store: Arc<Store>,
}

/// What a notice says in one line.
pub(crate) fn title(notice: &Notice) -> Message {
    let message = Message::new(match (notice.kind, &notice.workflow) {
        (NoticeKind::Failed, _) => "notice_failed",
        (NoticeKind::Waiting, _) => "notice_waiting",
        (NoticeKind::Missed, Some(_)) => "notice_missed",
        (NoticeKind::Missed, None) => "notice_schedules",
        (NoticeKind::Backup, _) => "notice_backup",
    });
    match &notice.workflow {
        Some(workflow) => message.with("workflow", workflow),
        None => message,
    }
}

/// When it happened, or should have.
fn when(catalogue: &Catalogue, notice: &Notice) -> String {
    catalogue.when(&Timestamp(notice.due.unwrap_or(notice.at).0).rfc3339())
}

/// A message as a line of its own.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// The language of the window.
pub(crate) fn tongue(store: &Store) -> Tongue {
    let chosen = store.setting("language").ok().flatten();
    let chosen = chosen.and_then(|value| serde_json::from_value(value).ok());
    match chosen.unwrap_or_default() {
        Language::System => Tongue::of_system(),
        Language::English => Tongue::English,
        Language::Chinese => Tongue::Chinese,
    }
}

impl Worded {
    fn catalogue(&self) -> Catalogue {
        Catalogue::new(tongue(&self.store))
    }

    /// What a person calls the task of a notice.
    fn task(&self, notice: &Notice) -> Option<String> {
        let id = notice.task.as_ref()?;
        let run = notice.run.as_ref().and_then(|run| run.parse().ok());
        let run = run.and_then(|run| self.store.run(run).ok().flatten());
        let definition = run.and_then(|run| definition_of(&self.store, &run).ok().flatten());
        let task = definition.as_ref().and_then(|all| all.task(id));
        Some(task.map_or_else(|| id.to_string(), |task| task.name.clone()))
    }

    /// The message of a test.
    pub(crate) fn of_test(&self) -> Words {
        let catalogue = self.catalogue();
        let computer = computer_name();
        let from = catalogue.sentence("notice_from", &[("computer", &computer)]);
        Words {
            title: catalogue.word("notice_test"),
            text: format!("{}\n\n{from}", catalogue.word("notice_test_text")),
        }
    }

    fn text(&self, catalogue: &Catalogue, notice: &Notice) -> String {
        let mut lines = Vec::new();
        if let Some(task) = self.task(notice) {
            lines.push(catalogue.sentence("notice_task", &[("task", &task)]));
        }
        lines.extend(notice.why.as_ref().map(|why| begun(&catalogue.say(why))));
        lines.push(catalogue.sentence("notice_at", &[("time", &when(catalogue, notice))]));
        if let Some(run) = &notice.run {
            lines.push(catalogue.sentence("notice_run", &[("run", run)]));
        }
        lines.join("\n")
    }
}

impl Wording for Worded {
    fn words(&self, notices: &[Notice]) -> Words {
        let catalogue = self.catalogue();
        let computer = computer_name();
        let from = catalogue.sentence("notice_from", &[("computer", &computer)]);
        let (title, text) = match notices {
            [one] => (catalogue.say(&title(one)), self.text(&catalogue, one)),
            many => {
                let mut lines: Vec<_> = many
                    .iter()
                    .take(NAMED)
                    .map(|one| {
                        let at = when(&catalogue, one);
                        format!("{at}  {}", catalogue.say(&title(one)))
                    })
                    .collect();
                let more = many.len().saturating_sub(NAMED);
                if more > 0 {
                    lines.push(catalogue.sentence("notice_more", &[("count", &more)]));
                }
                let count = many.len();
                (
                    catalogue.sentence("notice_many", &[("count", &count)]),
                    lines.join("\n"),
                )
            }
        };
        Words {
            title,
            text: format!("{text}\n\n{from}"),
        }
    }
}
