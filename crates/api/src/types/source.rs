//! What `source_*` and `secret_*` take and give. A password goes in and never comes out.

use flowkeep_core::Message;
use flowkeep_core::connection::{Connection, Secret, SourceKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// The data sources that are connected.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SourceList {
    /// How many there are.
    pub total: u32,
    /// Each; `local` first.
    pub items: Vec<SourceRow>,
}

/// One data source, and what was last seen of it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SourceRow {
    /// What definitions call it.
    pub name: String,
    /// `sqlite mysql redis elasticsearch`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is, for people: a file, or `mysql://user@server:3306/shop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How it is reached; absent of `local`, which cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// Whether a password was entered for it.
    pub with_password: bool,
    /// Why its password cannot be had, where that is so: it is missing, or locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<Message>,
    /// Whether it answered when it was last asked; absent when it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<bool>,
    /// Since when it does, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What it last said it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Message>,
    /// How many tasks use it now.
    pub running: u32,
    /// How many operations of one process it does at a time; absent where it is a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// What others took for it while it was down; absent where it has all of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallen: Option<FallenCount>,
    /// Of one that was just added or described anew: files of it that are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Message>>")]
    pub warnings: Vec<Message>,
}

/// How many writes a source has yet to get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields)]
pub struct FallenCount {
    /// Those that wait until it answers.
    pub waiting: u32,
    /// Those that wait for a person, because what is there has changed.
    pub conflicts: u32,
    /// Why it did not take the oldest of those that wait, where it answers and takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Message>,
}

/// A connection to add, or to try out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SourceInput {
    /// What definitions will call it.
    pub name: String,
    /// What it leads to; in an update what it led to before unless given.
    #[serde(rename = "type")]
    pub kind: Option<SourceKind>,
    /// The file of a SQLite connection; in an update the one of before unless given.
    pub path: Option<ChosenPlace>,
    /// The address of a server; what follows it goes before what stands in it.
    #[ts(as = "Option<String>")]
    pub url: Option<Secret>,
    /// A name or an IP address.
    pub host: Option<String>,
    /// That of the kind unless given.
    pub port: Option<u16>,
    /// The database, for Redis a number; empty for none.
    pub database: Option<String>,
    /// Whether what is said is encrypted.
    pub tls: Option<bool>,
    /// Who logs in; empty for nobody.
    pub user: Option<String>,
    /// A file with the authorities that may vouch for the server; in an update the one of before
    /// unless given.
    pub ca: Option<ChosenPlace>,
    /// Vouched for by the system's authorities again.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub without_ca: bool,
    /// The password or API key; in an update the one of before unless given, where the server is the
    /// one of before, too.
    #[ts(as = "Option<String>")]
    pub password: Option<Secret>,
    /// No password any more.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub without_password: bool,
    /// In an update: what others took for it goes along, where it leads elsewhere from now on.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub move_waiting: bool,
}

/// A data source by its name.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SourceRef {
    /// The name.
    pub name: String,
}

/// Whether a data source answers.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SourceTested {
    /// Whether it does.
    pub ok: bool,
    /// What it says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Message>,
}

/// A connection that is gone.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SourceRemoved {
    /// Its name.
    pub name: String,
    /// Workflows with tasks that name it: they do not start until it is there again.
    pub named_by: Vec<String>,
}

/// The workflows that name a data source or a secret.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WorkflowUses {
    /// Each, in the order of their names; twenty at most.
    pub workflows: Vec<WorkflowUse>,
    /// Whether there are more.
    pub more: bool,
}

impl WorkflowUses {
    pub(crate) fn is_empty(&self) -> bool {
        self.workflows.is_empty()
    }
}

/// A workflow that names something.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WorkflowUse {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The secrets: their names and nothing else.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SecretList {
    /// How many there are.
    pub total: u32,
    /// Each.
    pub items: Vec<SecretRow>,
    /// Where their key is: `keyring file credential`; absent before the first is set.
    pub key: Option<String>,
}

/// One secret.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SecretRow {
    /// What `${secret.NAME}` calls it; the password of a connection is `connection/NAME`.
    pub name: String,
    /// What it is, where it belongs to something and no task can name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub what: Option<Message>,
    /// When it was set.
    pub set_at: String,
}

/// A secret to set.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecretSetInput {
    /// Its name.
    pub name: String,
    /// The secret.
    #[ts(type = "string")]
    pub value: Secret,
}

/// A secret by its name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecretRef {
    /// The name.
    pub name: String,
}

/// A secret that tasks wait for, or would.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct LockedSecret {
    /// Its name.
    pub secret: String,
    /// The connection whose password it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// How many tasks do.
    pub tasks: u32,
    /// Why it cannot be read: it is missing, or its key is locked.
    pub reason: Message,
    /// Whether unlocking helps; otherwise it has to be entered.
    pub unlocks: bool,
}

/// Whether the secrets can be read.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SecretState {
    /// Whether they wait for their key.
    pub locked: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}
