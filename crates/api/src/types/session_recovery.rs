//! What the commands that bring a session's configuration back take and give.

use flowkeep_core::run::Status;
use flowkeep_core::{Difference, Message, Sha256};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, ComparedTexts, SessionPutInPlace};

/// A session whose configuration is to come back.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionRestoreInput {
    /// Its id.
    pub id: String,
    /// From what; absent: from the first source that it can go on from.
    #[serde(rename = "use")]
    pub wanted: Option<SessionUse>,
    /// This snapshot, also one of what was there before files were put back.
    pub snapshot: Option<String>,
    /// Where to: a folder that is not there yet or empty; absent: a copy of the session's own, with which it
    /// goes on.
    pub to: Option<ChosenPlace>,
    /// Where the files were, over what is there today: the stamp of the plan that says what that would do
    /// (`session_in_place_plan`).
    #[ts(optional, type = "string")]
    pub in_place: Option<Sha256>,
    /// As in `session_in_place_plan`.
    pub make_masked: Option<Vec<String>>,
    /// Whether its work goes on then: its run does, or a new one begins with what it brought back.
    pub resume: Option<bool>,
    /// Whether it goes on also where something stands for keys in files that came back; else they come back and it
    /// waits until somebody has filled them in.
    pub without_keys: Option<bool>,
    /// What is done with an own copy in which somebody has filled keys in and changed something else besides; absent: it
    /// is asked about.
    pub copy: Option<SessionCopyUse>,
    /// Which one is used as it is, by its folder; where that is not there any more, it is asked about anew. Absent: the
    /// newest about which would be asked.
    pub copy_path: Option<String>,
    /// Whether what that would carry out is trusted.
    pub trust: Option<bool>,
    /// The hash of what was shown to whoever trusts it.
    pub shown: Option<String>,
}

/// What is done with an own copy of a session that somebody has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionCopyUse {
    /// It is used as it is.
    Changed,
    /// It is left as it is, and another one is used or made.
    New,
}

/// A session that is to be taken up again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionRecoveryInput {
    /// Its id.
    pub id: String,
    /// The snapshot from which its files are told to differ; absent: the first that it can go on from.
    pub snapshot: Option<String>,
}

/// The files of a session, then and now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionCompareInput {
    /// The session.
    pub id: String,
    /// Of which snapshot; absent: of the newest.
    pub snapshot: Option<String>,
}

/// The files of a session, then and now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionCompared {
    /// The session.
    pub session_id: String,
    /// The snapshot.
    pub snapshot: String,
    /// Its number in the session.
    pub sequence: u32,
    /// When it was taken.
    pub at: String,
    /// What is not as it was then.
    pub differences: Vec<SessionDifference>,
}

/// A file of a session, then and now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionCompareFileInput {
    /// The session.
    pub id: String,
    /// Of which snapshot; absent: of the newest.
    pub snapshot: Option<String>,
    /// Its path, from the root.
    pub path: String,
}

/// A definition of a session that is no file, beside what the session worked with.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SessionCompareDefinitionInput {
    /// The session.
    pub id: String,
    /// Which definition.
    pub definition: SessionDefinition,
}

/// A definition that is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionDefinition {
    /// The one that was kept with the session.
    Embedded,
    /// The workflow in the catalog, as it is today.
    Revision,
}

/// A file or a definition of a session, then and now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionComparedFile {
    /// Its texts.
    #[serde(flatten)]
    pub texts: ComparedTexts,
    /// What is not as it was where the texts are the same: what is `masked` in both (keys, or what stands beside them),
    /// the `spelling` of the text in bytes, or one of the two (`masked_or_spelling`). Where the texts are not the same:
    /// that what is masked may be another, too (`masked_too`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(
        optional,
        type = "\"masked\" | \"masked_too\" | \"spelling\" | \"masked_or_spelling\""
    )]
    pub unshown: Option<&'static str>,
    /// In which places a workflow is not the same, in the words of its form.
    pub places: Vec<Difference>,
}

/// From what a session is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionUse {
    /// Its newest snapshot that is whole, unless one is named.
    Snapshot,
    /// Its files as they are today.
    File,
    /// The definition that was kept with it.
    Embedded,
    /// The workflow in the catalog, as it is today.
    Revision,
}

/// What a session can go on from.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionRecovery {
    /// The session.
    pub session_id: String,
    /// All sources, in the order in which they are tried.
    pub candidates: Vec<SessionCandidate>,
    /// What is not as it was.
    pub differences: Vec<SessionDifference>,
    /// Files of the snapshot it would go on from whose keys are not kept and that somebody has filled in, where it would
    /// go on with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub filled_in: Vec<String>,
    /// The own copy it would go on with from that snapshot, or about which it would ask; absent where a new one would be
    /// made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub own_copy: Option<SessionOwnCopy>,
    /// How sure it is that it can go on as it was.
    #[ts(type = "\"complete\" | \"partial\" | \"none\"")]
    pub confidence: &'static str,
    /// How sure that is without the files where they are, as `session_list` says it.
    #[ts(type = "\"complete\" | \"partial\" | \"none\"")]
    pub alone: &'static str,
    /// How much the snapshot from which it would go on refers to that was not there when it was taken; absent where all
    /// was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub missing: Option<u32>,
    /// Attempts in a row that came to nothing.
    pub failures: u32,
}

/// An own copy of a session, beside what is kept.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionOwnCopy {
    /// Its folder.
    pub path: String,
    /// The files whose keys are filled in and that are what they were: their checksum says so.
    pub filled_in: Vec<String>,
    /// Those in which nothing but keys are filled in, and that are not what they were.
    pub filled_otherwise: Vec<String>,
    /// Those in which something stands for a key.
    pub masked: Vec<String>,
    /// Those that are otherwise in other ways, too, that are not there, or that are there beside.
    pub changed: Vec<String>,
    /// Whether somebody has to say whether the work goes on with it: keys are filled in, and something else is changed.
    pub asks: bool,
}

/// A source, and whether a session can go on from it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionCandidate {
    /// What: `file snapshot embedded revision`.
    #[ts(type = "\"file\" | \"snapshot\" | \"embedded\" | \"revision\"")]
    pub source: &'static str,
    /// Whether it can.
    pub ok: bool,
    /// Why it cannot; or, where it can, what of it is not as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
    /// Which snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// The number of that in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// How many files, or places of a definition, are not like it today.
    pub differs: u32,
    /// The file that a snapshot begins with, where the session begins with another one today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_with: Option<String>,
    /// The number of the snapshot with which files were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<u32>,
    /// The files that it goes on without, because the strategy left them out and they are not there any more; absent
    /// where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Vec<String>>,
    /// The files that it cannot bring back: they are damaged, not kept any more, or could not be read when it was taken;
    /// absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Vec<String>>,
}

/// A file that is not as it was.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionDifference {
    /// Its path.
    pub path: String,
    /// What: `gone changed added unreadable`.
    #[ts(type = "\"gone\" | \"changed\" | \"added\" | \"unreadable\"")]
    pub kind: &'static str,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}

/// A session whose configuration came back.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionRestored {
    /// The session.
    pub session_id: String,
    /// From what it came back.
    #[ts(type = "\"file\" | \"snapshot\" | \"embedded\" | \"revision\"")]
    pub source: &'static str,
    /// All sources, in the order in which they were tried.
    pub candidates: Vec<SessionCandidate>,
    /// The files that came back.
    pub restored: Vec<String>,
    /// What is not as it was where the files were; that is left as it is.
    pub differences: Vec<SessionDifference>,
    /// The folder that the files are in now.
    pub overlay: String,
    /// The newest run of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// How that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_status: Option<Status>,
    /// The run that was ended, where a new one goes on after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// The steps that the new run took over from it, by their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub taken_over: Vec<String>,
    /// Those of the files in which something stands for keys.
    pub masked: Vec<String>,
    /// Those whose keys somebody has filled in, and that are what they were: their checksum says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub filled_in: Vec<String>,
    /// Those in which somebody has filled keys in and that are not what they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub filled_otherwise: Vec<String>,
    /// Those that somebody has changed otherwise in the copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub changed: Vec<String>,
    /// Another copy of the session's own in which keys are filled in; it is left as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// That its work was to go on and does not, until the keys are filled in or somebody says that it goes on
    /// without.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub waits_for_keys: bool,
    /// The files that did not come back.
    pub not_restored: Vec<SessionNotRestored>,
    /// What was done where the files were; absent where nothing there was touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_place: Option<SessionPutInPlace>,
    /// Whether everything is there as it was.
    pub complete: bool,
}

/// A file that did not come back.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionNotRestored {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: Message,
}
