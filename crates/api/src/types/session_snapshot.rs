//! What the commands about sessions take and give, but for previews.

use flowkeep_core::Message;
use flowkeep_core::run::Status;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ChosenPlace, Object, SessionAmbiguous, SessionFile, SessionLeftOut, SessionMissing,
    SessionUnread,
};

/// A piece of work that begins with a configuration.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionCreateInput {
    /// The file it begins with.
    pub config: ChosenPlace,
    /// The root of its tree; absent: the nearest folder above that holds `workflows`.
    pub root: Option<ChosenPlace>,
    /// What is taken: `minimal`, `standard` or `comprehensive`; absent: as in the settings.
    pub strategy: Option<String>,
    /// The agent it works with: an object, or the text of one. Keys in it are masked before it is kept.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub agent: Option<Object>,
    /// The state it begins with: an object, or the text of one. Keys in it are masked before it is kept.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub state: Option<Object>,
    /// Whether a run of what stands in the file begins with it.
    pub start: Option<bool>,
    /// Whether what that would carry out is trusted.
    pub trust: Option<bool>,
    /// The hash of what was shown to whoever trusts it.
    pub shown: Option<String>,
}

/// A session.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SessionRef {
    /// Its id.
    pub id: String,
}

/// A session that began.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionCreated {
    /// Its id.
    pub session_id: String,
    /// What was kept of its configuration; null where snapshots are switched off.
    pub snapshot: Option<SessionSnapshot>,
    /// The run that began with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run_id: Option<String>,
    /// How that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run_status: Option<Status>,
}

/// A snapshot of a session that was taken.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionSnapshotTaken {
    /// The session.
    pub session_id: String,
    /// What was kept.
    pub snapshot: SessionSnapshot,
    /// Whether it holds something else than the one before.
    pub changed: bool,
}

/// What was kept of a configuration at some moment.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionSnapshot {
    /// Its id.
    pub id: String,
    /// `complete`; `partial` where something is missing, not understood, not sure or masked; `failed` where not
    /// even the file it begins with could be read.
    #[ts(type = "\"complete\" | \"partial\" | \"failed\"")]
    pub status: &'static str,
    /// The files.
    pub files: Vec<SessionFile>,
    /// What is referred to and was not there.
    pub missing: Vec<SessionMissing>,
    /// What was taken as it is, because it cannot be understood or was being written meanwhile, and what could
    /// not be read.
    pub unparsed: Vec<SessionUnread>,
    /// What is named by its whole path, from the root of the disk or the folder of a user: only what is named from a
    /// folder of the tree is kept. It leaves the status as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<SessionMissing>>")]
    pub elsewhere: Vec<SessionMissing>,
    /// What is referred to and fits several files; all of them were taken.
    pub ambiguous: Vec<SessionAmbiguous>,
    /// What is referred to and was not wanted.
    pub left_out: Vec<SessionLeftOut>,
    /// Its number in its session, from 1.
    pub sequence: u32,
    /// When it was taken.
    pub at: String,
    /// Why: `begin changed asked import before_in_place put_back`.
    #[ts(
        type = "\"begin\" | \"changed\" | \"asked\" | \"import\" | \"before_in_place\" | \"put_back\""
    )]
    pub reason: &'static str,
    /// What was taken.
    pub strategy: String,
    /// Bytes of all files, as they were.
    pub bytes: u64,
    /// Whether some of it is encrypted, so that it is read with the key of the snapshots only.
    pub encrypted: bool,
    /// Whether the key to some of it is not here, so that it cannot be opened. One that was just taken has been read.
    pub closed: bool,
    /// Files of it whose content was found damaged or gone in the store, and nowhere else; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub damaged: Option<u32>,
}

/// A file with the key of snapshots.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SnapshotKeyFrom {
    /// The file.
    pub from: super::ChosenPlace,
}

/// What opens what is kept encrypted.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SnapshotKeyShow {
    /// Whether anything is kept encrypted, or will be.
    pub encrypted: bool,
    /// The key to that: `there`, `locked`, `gone`; `behind` the secrets, whose own key is gone, so that they have to be started
    /// over before one can be brought in; `none` where nothing needs one.
    #[ts(type = "\"there\" | \"locked\" | \"gone\" | \"behind\" | \"none\"")]
    pub key: &'static str,
    /// Snapshots that are encrypted to a key that is not here; absent where there are none, and where their disk does
    /// not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closed: Option<u32>,
    /// Keys in use of which nobody has a copy in a file; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unsaved: Option<u32>,
    /// Whether such a key is another one than what was kept before is encrypted to: whoever saved that has not this one.
    pub is_another: bool,
}

/// Keys that came in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SnapshotKeyAdded {
    /// How many that were not here.
    pub added: u32,
    /// Whether what is kept from now on is encrypted to one of them, since nothing was encrypted here before.
    pub in_use: bool,
}

/// Which sessions.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionListInput {
    /// Also those that have ended and cannot be taken up again, and runs without a configuration.
    pub all: Option<bool>,
    /// Only those that stand so; absent: all with a configuration that have not ended or can be taken up again.
    pub which: Option<SessionWhich>,
    /// What `next` of the page before says; absent: from the one that changed last.
    pub after: Option<String>,
    /// Rows that are passed over.
    pub offset: Option<u32>,
    /// Rows of the page; 50 unless told.
    pub limit: Option<u32>,
}

/// How sessions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionWhich {
    /// They wait for somebody who takes them up again.
    Recoverable,
    /// They go on, or are about to.
    Active,
    /// They are kept and have come to their end.
    Completed,
    /// These three together.
    Together,
}

/// A page of sessions, those first that changed last.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionList {
    /// How many there are in all.
    pub total: u32,
    /// How many of all sessions wait for somebody who takes them up again.
    pub recoverable: u32,
    /// How many go on, or are about to.
    pub active: u32,
    /// How many are kept and have come to their end.
    pub completed: u32,
    /// How many of those that have not ended are runs without a configuration.
    pub runs: u32,
    /// How many there are of all kinds, with the runs without a configuration that have ended.
    pub all: u32,
    /// What `after` is for the page after this one; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// The rows.
    pub items: Vec<SessionRow>,
}

/// A row of a list of sessions.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from: `run`, `config`; `import1` and `import2` for session files of earlier tools.
    #[ts(type = "\"run\" | \"config\" | \"import1\" | \"import2\"")]
    pub origin: &'static str,
    /// The file it begins with, from its root; null for a workflow of the catalog.
    pub config: Option<String>,
    /// How it stands.
    #[ts(type = "\"active\" | \"paused\" | \"interrupted\" | \"completed\" | \"aborted\"")]
    pub status: &'static str,
    /// What a session file says of that, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_status: Option<String>,
    /// When it began, as a session file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_created_at: Option<SessionStatedTime>,
    /// When it was last written, as a session file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_updated_at: Option<SessionStatedTime>,
    /// Its newest run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// How that stands, as long as it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_status: Option<Status>,
    /// How many snapshots there are of it.
    pub snapshots: u32,
    /// How many of them cannot be opened with the keys that are here; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closed: Option<u32>,
    /// How sure it is, as far as the database knows, that it can go on as it was; `no_config` where it has no
    /// configuration that could be lost. Files are asked by `session_recovery`.
    #[ts(type = "\"complete\" | \"partial\" | \"none\" | \"no_config\"")]
    pub confidence: &'static str,
    /// How much the snapshot from which it would go on refers to and does not have.
    pub missing: u32,
    /// Steps of its run that are finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps_done: Option<u32>,
    /// Steps of its run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// The root of its tree, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Since when it is here.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// A time as a session file has it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionStatedTime {
    /// As it stands there.
    pub text: String,
    /// Whether it says where on earth; without that it is the clock of the machine it was written on.
    pub has_zone: bool,
}

/// A session with all that is kept of its configuration.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionShow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from: `run`, `config`; `import1` and `import2` for session files of earlier tools.
    #[ts(type = "\"run\" | \"config\" | \"import1\" | \"import2\"")]
    pub origin: &'static str,
    /// The file it begins with, from its root; null for a workflow of the catalog.
    pub config: Option<String>,
    /// The root of its tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// What its snapshots take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// How it stands.
    #[ts(type = "\"active\" | \"paused\" | \"interrupted\" | \"completed\" | \"aborted\"")]
    pub status: &'static str,
    /// What a session file says of that, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_status: Option<String>,
    /// The file that a session file names as what was worked with, whether it was found or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_config: Option<String>,
    /// When it began, as a session file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_created_at: Option<SessionStatedTime>,
    /// When it was last written, as a session file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_updated_at: Option<SessionStatedTime>,
    /// Its newest run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// How that stands, as long as it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_status: Option<Status>,
    /// How sure it is, as far as the database knows, that it can go on as it was; `no_config` where it has no
    /// configuration that could be lost. Files are asked by `session_recovery`.
    #[ts(type = "\"complete\" | \"partial\" | \"none\" | \"no_config\"")]
    pub confidence: &'static str,
    /// How much the snapshot from which it would go on refers to and does not have.
    pub missing: u32,
    /// Steps of its run that are finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps_done: Option<u32>,
    /// Steps of its run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// With which copy of its configuration it goes on: the files where they are, or one of its own (`overlay`).
    #[ts(type = "\"file\" | \"overlay\"")]
    pub works_with: &'static str,
    /// Where its own copy is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// How the copy of its own stands that its work uses, or would use first; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_copy: Option<SessionCopyStand>,
    /// Attempts in a row to take it up again that came to nothing.
    pub failures: u32,
    /// The agent it works with: JSON, with keys masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The state it began with: JSON, with keys masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What of a configuration it refers to although nothing of that is kept; absent where something is, and for a run
    /// whose workflow refers to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unkept: Option<SessionUnkept>,
    /// Its snapshots, in the order in which they were taken.
    pub snapshots: Vec<SessionSnapshot>,
    /// Since when it is here.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// How a copy of a session's own stands beside the snapshot it came from.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionCopyStand {
    /// Its folder.
    pub path: String,
    /// The number in the session of the snapshot it is told by.
    pub sequence: u32,
    /// Whether the work uses it already.
    pub used: bool,
    /// The files whose keys are not kept and that are what they were: their checksum says so.
    pub filled_in: Vec<String>,
    /// Those of them that are not, and in which nothing stands for a key any more.
    pub filled_otherwise: Vec<String>,
    /// Those in which something stands for a key.
    pub masked: Vec<String>,
    /// The files of the snapshot that are not in it any more.
    pub gone: Vec<String>,
    /// What is not in it because the strategy leaves it out.
    pub left_out: Vec<String>,
    /// What is referred to and was not there when it was kept.
    pub missing: Vec<SessionMissing>,
}

/// A configuration of which nothing is kept: none of the folders on the list had it when a run began, or it was
/// forgotten.
#[derive(Debug, Clone, Default, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionUnkept {
    /// The folders in which it is today and that are not on the list, that one first which has most of it. They are
    /// known by sessions whose configuration is in them. None where it was forgotten.
    pub folders: Vec<String>,
    /// That it was kept, and is forgotten since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forgotten: Option<SessionLetGo>,
    /// That the run came from a file: its configuration is where it ran.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>")]
    pub imported: bool,
}

/// That what was kept of a session was forgotten.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionLetGo {
    /// By whom.
    pub by: String,
    /// When.
    pub at: String,
}

/// All snapshots together.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionStats {
    /// Sessions that are kept; a run without configuration of its own is none.
    pub sessions: u32,
    /// Snapshots.
    pub snapshots: u32,
    /// Files of all snapshots.
    pub files: u64,
    /// Bytes of these, as they were.
    pub bytes_original: u64,
    /// Bytes of their contents as they are kept, each once and before it is packed; keys that are left out count
    /// with what stands in their place.
    pub bytes_distinct: u64,
    /// Bytes that all of it takes on the disk.
    pub bytes_stored: u64,
    /// When the oldest was taken.
    pub oldest: Option<String>,
    /// When the newest was taken.
    pub newest: Option<String>,
    /// The folder in which it lies, as a person reads it.
    pub store_dir: String,
    /// Whether that folder was chosen; else it is in the data folder.
    pub store_chosen: bool,
    /// Whether it cannot be had now.
    pub store_away: bool,
    /// Why not: its drive is away, or does not answer, or it is another data folder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub store_why: Option<Message>,
}
