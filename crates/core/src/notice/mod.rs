//! What people are told when nobody looks: which events are noticed, by which channels, and when.
//!
//! | part | says |
//! |---|---|
//! | [`Notice`] | what happened, before it is words |
//! | [`Notices`] | what somebody here wants to hear of, and how: a setting, without secrets |
//! | [`pace`] | what goes out next, so that a storm becomes one message |
//! | [`webhook`] | the bodies that group chats read |
//!
//! Absent on purpose: sentences (the catalogue's), secrets, and sending.

mod channels;
pub mod pace;
pub mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use channels::{Channel, Desktop, Mail, MailFault, Security, Webhook, WebhookForm};

use crate::Message;
use crate::run::{Moment, TaskId};

/// What is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A run failed.
    Failed,
    /// A task waits for a person, or for a secret that only a person can unlock.
    Waiting,
    /// A workflow did not start at its time.
    Missed,
    /// What changed since has no backup that is young enough.
    Backup,
}

impl NoticeKind {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Waiting, Self::Missed, Self::Backup];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Missed => "missed",
            Self::Backup => "backup",
        }
    }
}

/// Something a person is to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What is noticed.
    pub kind: NoticeKind,
    /// When it was noticed.
    pub at: Moment,
    /// When it should have happened, where that was another time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// The workflow it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// What the workflow is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Why, or what is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Message>,
}

impl Notice {
    /// A notice that is about no run and no workflow.
    pub const fn new(kind: NoticeKind, at: Moment) -> Self {
        Self {
            kind,
            at,
            due: None,
            workflow_id: None,
            workflow: None,
            run: None,
            task: None,
            why: None,
        }
    }

    /// The same for a workflow.
    #[must_use]
    pub fn of_workflow(mut self, id: Option<&str>, name: &str) -> Self {
        self.workflow_id = id.map(str::to_owned);
        self.workflow = Some(name.to_owned());
        self
    }
}

/// What somebody here wants to hear of, and how. Kept as a setting, so that it is in backups; no
/// secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notices {
    /// What is told as usual.
    pub kinds: BTreeSet<NoticeKind>,
    /// Workflows of which something else is told than usual.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub workflows: BTreeMap<String, BTreeSet<NoticeKind>>,
    /// On the screen of whoever is at the desk.
    pub desktop: Desktop,
    /// By e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// To a group chat, or to a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            kinds: NoticeKind::ALL.into(),
            workflows: BTreeMap::new(),
            desktop: Desktop::default(),
            mail: None,
            webhook: None,
        }
    }
}

impl Notices {
    /// Whether this is told of this workflow.
    pub fn tells(&self, kind: NoticeKind, workflow: Option<&str>) -> bool {
        let own = workflow.and_then(|id| self.workflows.get(id));
        own.unwrap_or(&self.kinds).contains(&kind)
    }

    /// Whether a channel is switched on.
    pub fn is_on(&self, channel: Channel) -> bool {
        match channel {
            Channel::Desktop => self.desktop.on,
            Channel::Mail => self.mail.as_ref().is_some_and(|mail| mail.on),
            Channel::Webhook => self.webhook.as_ref().is_some_and(|hook| hook.on),
        }
    }

    /// Whether a channel, as it is described, uses its secret: a password only where somebody logs in.
    pub fn uses_secret(&self, channel: Channel) -> bool {
        match channel {
            Channel::Desktop => false,
            Channel::Mail => self.mail.as_ref().is_some_and(|mail| mail.user.is_some()),
            Channel::Webhook => self.webhook.is_some(),
        }
    }

    /// Whether a channel, as it is described, can sign its messages with a key.
    pub fn uses_signing(&self, channel: Channel) -> bool {
        let hook = self.webhook.as_ref();
        channel == Channel::Webhook && hook.is_some_and(|hook| hook.form.signs())
    }

    /// What leads to the receiver of a channel, as a text: where it differs from the one that
    /// somebody here has confirmed, nothing is sent. Whether it is switched on is no part of it.
    /// Nothing where there is no channel; the desktop needs no word of anybody.
    pub fn way(&self, channel: Channel) -> Option<String> {
        match channel {
            Channel::Desktop => Some(String::new()),
            Channel::Mail => self.mail.as_ref().map(Mail::way),
            Channel::Webhook => self.webhook.as_ref().map(Webhook::way),
        }
    }
}

/// A week without a backup of what changed is told, and each week again.
const BACKUP_PERIOD: i64 = 7 * 86_400_000;

/// How many whole weeks something that changed has been without a backup, once it is one.
/// `since`: the newest backup that was proven, or when the first document came where there is none.
pub fn backup_overdue(since: Moment, changed: bool, now: Moment) -> Option<i64> {
    let weeks = now.0.saturating_sub(since.0) / BACKUP_PERIOD;
    (changed && weeks > 0).then_some(weeks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_has_its_own_choice_or_the_usual_one() {
        let mut notices = Notices {
            kinds: [NoticeKind::Failed].into(),
            ..Notices::default()
        };
        assert!(notices.tells(NoticeKind::Failed, Some("w")));
        assert!(!notices.tells(NoticeKind::Waiting, Some("w")));
        notices
            .workflows
            .insert("w".to_owned(), [NoticeKind::Waiting].into());
        assert!(!notices.tells(NoticeKind::Failed, Some("w")));
        assert!(notices.tells(NoticeKind::Waiting, Some("w")));
        assert!(notices.tells(NoticeKind::Failed, Some("other")));
        assert!(!notices.tells(NoticeKind::Backup, None));
    }

    #[test]
    fn the_way_to_a_receiver_is_the_same_switched_on_or_off() {
        let mail = |on, host: &str| {
            let mail = Mail {
                on,
                host: host.to_owned(),
                ..Mail::default()
            };
            let notices = Notices {
                mail: Some(mail),
                ..Notices::default()
            };
            notices.way(Channel::Mail)
        };
        assert_eq!(mail(true, "a"), mail(false, "a"));
        assert_ne!(mail(true, "a"), mail(true, "b"));
        assert_eq!(Notices::default().way(Channel::Webhook), None);
    }

    #[test]
    fn an_old_backup_of_what_changed_is_told_each_week() {
        let (week, since) = (BACKUP_PERIOD, Moment(1_000));
        let told = |after, changed| backup_overdue(since, changed, Moment(1_000 + after));
        assert_eq!(told(week - 1, true), None);
        assert_eq!(told(week, true), Some(1));
        assert_eq!(told(2 * week - 1, true), Some(1));
        assert_eq!(told(2 * week, true), Some(2));
        assert_eq!(told(2 * week, false), None, "nothing changed");
        assert_eq!(told(-week, true), None, "a clock that was set back");
    }
}
