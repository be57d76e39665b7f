//! What people are told when nobody looks: the channels, what is told on them, and what was not.

use flowkeep_core::Message;
use flowkeep_core::connection::Secret;
use flowkeep_core::notice::{Channel, Mail, NoticeKind, Security, WebhookForm};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// Ask how people are told.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NoticeChannelsInput {
    /// What is told of this workflow is said, too.
    pub workflow: Option<String>,
}

/// How people are told, and of what.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoticeChannels {
    /// What is told as usual.
    pub kinds: Vec<NoticeKind>,
    /// What is told of the workflow that was asked for; absent where that is as usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub of_workflow: Option<Vec<NoticeKind>>,
    /// The channels: desktop, mail, webhook.
    pub channels: Vec<NoticeChannel>,
    /// How many notices could not be sent.
    pub unsent: u32,
}

/// A channel as it is told of.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that the others do not follow from"
)]
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoticeChannel {
    /// Which.
    pub channel: Channel,
    /// Whether it is switched on.
    pub on: bool,
    /// Whether it sends nothing because it came with a restore and nobody here has confirmed it.
    pub held: bool,
    /// How the mail server is reached, where one is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mail: Option<Mail>,
    /// Whose bodies the webhook reads, where one is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub form: Option<WebhookForm>,
    /// The part of the webhook's address that is no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub host: Option<String>,
    /// Whether its password, or its address, was entered here.
    pub with_secret: bool,
    /// Whether a key that signs was entered here.
    pub with_signing: bool,
    /// When it was last used, or tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub used_at: Option<String>,
    /// Why that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<Message>,
}

/// Describe a channel, or switch it; what is absent stays.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NoticeSetInput {
    /// Which.
    pub channel: Channel,
    /// Whether it is switched on.
    #[serde(default)]
    pub on: Option<bool>,
    /// The mail server: a name or an IP address.
    #[serde(default)]
    pub host: Option<String>,
    /// Its port.
    #[serde(default)]
    pub port: Option<u16>,
    /// How it is spoken to.
    #[serde(default)]
    pub security: Option<Security>,
    /// Who logs in; empty for nobody.
    #[serde(default)]
    pub user: Option<String>,
    /// Whom mails are from.
    #[serde(default)]
    pub from: Option<String>,
    /// Who gets them.
    #[serde(default)]
    pub to: Option<Vec<String>>,
    /// A file (PEM) with the authorities that may vouch for the server.
    #[serde(default)]
    pub ca: Option<ChosenPlace>,
    /// Whether the system's authorities vouch for it again.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub without_ca: bool,
    /// Whose bodies the webhook reads.
    #[serde(default)]
    pub form: Option<WebhookForm>,
    /// The password of the mail server, or the address of the webhook. Never an answer.
    #[serde(default)]
    #[ts(as = "Option<String>")]
    pub secret: Option<Secret>,
    /// The key that signs; empty for none. Never an answer.
    #[serde(default)]
    #[ts(as = "Option<String>")]
    pub signing: Option<Secret>,
}

impl NoticeSetInput {
    /// A channel as it is.
    pub const fn of(channel: Channel) -> Self {
        Self {
            channel,
            on: None,
            host: None,
            port: None,
            security: None,
            user: None,
            from: None,
            to: None,
            ca: None,
            without_ca: false,
            form: None,
            secret: None,
            signing: None,
        }
    }
}

/// Say of what people are told.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NoticeChooseInput {
    /// Of this workflow alone.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Of these; for a workflow, as usual where absent.
    #[serde(default)]
    pub kinds: Option<Vec<NoticeKind>>,
}

/// What a test came to.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoticeTested {
    /// Whether the message went out.
    pub ok: bool,
    /// Why not; or who did not get it all the same.
    pub error: Option<Message>,
}

/// Ask for notices.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NoticeListInput {
    /// Only those that could not be sent.
    #[ts(as = "Option<bool>")]
    pub unsent: bool,
    /// At most so many; 50 unless told.
    pub limit: Option<u32>,
}

/// Notices, the newest first; one for each channel.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoticeList {
    /// How many there are in all.
    pub total: u32,
    /// How many of them could not be sent.
    pub unsent: u32,
    /// The newest.
    pub items: Vec<NoticeRow>,
}

/// A notice on a channel.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoticeRow {
    /// Its number.
    pub id: i64,
    /// When it happened.
    pub at: String,
    /// What is noticed.
    pub kind: NoticeKind,
    /// The channel.
    pub channel: Channel,
    /// `pending`, `sent` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub tries: u32,
    /// What is told.
    pub text: Message,
    /// The workflow it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub workflow_id: Option<String>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run_id: Option<String>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<Message>,
}

/// One notice, or all that could not be sent.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct NoticeRef {
    /// Its number; all unless told.
    pub id: Option<i64>,
}
