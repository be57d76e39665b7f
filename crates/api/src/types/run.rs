//! Runs: what `run_*` and `source_list` take and give.

use flowkeep_core::run::remedy::NextStep;
use flowkeep_core::run::route::PassedOver;
use flowkeep_core::run::{Definition, Ending, Reason, Status};
use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Object, RunArchive, RunContextName, RunDecided, RunFolder, RunQuestion, SessionLetGo};

/// Start a workflow.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunStartInput {
    /// The workflow's id.
    pub workflow: String,
    /// What the run is started with: an object, or the text of one.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
    /// The whole of it unless told.
    pub mode: Option<RunMode>,
    /// The one task of a step run.
    pub task: Option<String>,
    /// Whether the definition is trusted from now on, whatever it writes, calls or runs.
    pub trust: Option<bool>,
    /// What was shown before it was trusted: the `hash` of a preview or of a refusal. Other tasks
    /// now are not trusted by it, and `trust_required` tells what they would do.
    pub shown: Option<String>,
    /// The task folder it works in, by its id, name or path. Unless told the one its workflow names
    /// (`taskFolder`), and a folder of its own where that names none.
    pub folder: Option<String>,
    /// Whether it starts although not every file of its task folder can be archived. Without a task
    /// folder nothing is archived and this changes nothing.
    pub continue_anyway: Option<bool>,
}

/// How much of a workflow runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// All of it.
    #[default]
    Complete,
    /// One task.
    Step,
}

/// Carry one operation out, without a definition.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunTaskInput {
    /// A name of the table of actions.
    pub action: String,
    /// Its parameters: an object.
    #[serde(default)]
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub params: Option<Object>,
    /// What expressions may use: an object.
    #[serde(default)]
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
    /// The data source; chosen unless told.
    #[serde(default)]
    pub source: Option<String>,
}

/// What one operation came to.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTaskResult {
    /// Its run, in the history.
    pub run_id: String,
    /// What it came to.
    pub status: Status,
    /// What it gave; `null` when it did not succeed.
    #[ts(type = "unknown")]
    pub output: Value,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<Message>,
}

/// A run and what it has come to.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunStatus {
    /// The run.
    pub run_id: String,
    /// What it has come to so far.
    pub status: Status,
}

/// Which runs of the history.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunListInput {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Of this status.
    pub status: Option<Status>,
    /// Those that need a person, for this.
    pub needs: Option<RunNeeds>,
    /// Those that this began.
    pub begun_by: Option<RunBegunBy>,
    /// Those in which a task used the data source of this name.
    pub source: Option<String>,
    /// Those of which an agent of this name carried a task out.
    pub agent: Option<String>,
    /// Made at or after: RFC 3339, local time, or `30d`.
    pub since: Option<String>,
    /// Made before.
    pub until: Option<String>,
    /// Made or ended at or after.
    pub touched_since: Option<String>,
    /// Words of its messages, errors, context, of the workflow's name or id, or its own id: all of them,
    /// each from its beginning.
    pub text: Option<String>,
    /// Whether the oldest comes first.
    pub oldest_first: Option<bool>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page; 50 unless told, 500 at most.
    pub limit: Option<u32>,
    /// Whether to count all of them.
    pub count: Option<bool>,
    /// Whether to count so many of them at least: more only where that costs nothing.
    pub count_to: Option<u32>,
}

/// What began a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunBegunBy {
    /// A person.
    Person,
    /// Its schedule.
    Schedule,
    /// An event.
    Event,
    /// A task of another run.
    Run,
}

/// What a run needs a person for, as the Overview counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunNeeds {
    /// A task of it asks, whatever else of it goes on.
    Answer,
    /// It failed in the last seven days, and its workflow has not succeeded since.
    Look,
}

/// A page of runs, newest first unless told.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPage {
    /// The rows.
    pub items: Vec<RunRow>,
    /// What the next page begins after.
    pub next: Option<String>,
    /// How many there are in all, when that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub total: Option<u32>,
    /// There may be more than that: so many were counted, or looked at.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub more: bool,
    /// Enough runs were looked at for one page, back (or on) to those made then: what else fits comes with the
    /// next pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sought_to: Option<String>,
}

/// One row of the history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunRow {
    /// The run.
    pub id: String,
    /// Its workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// What the workflow was called then.
    pub workflow_name: String,
    /// What it has come to.
    pub status: Status,
    /// When it began, the archive of its task folder included; when it was made, while nothing of it has begun.
    pub start_time: String,
    /// When it ended.
    pub end_time: Option<String>,
    /// Who started it.
    pub started_by: String,
    /// What did where nobody was there: `schedule` or `event`, a file among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub started_itself: Option<String>,
    /// Of a run that failed: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub failed: Option<FailedTask>,
    /// Of a run that succeeded: what it warned of, such as what it left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub noted: Option<RunNoted>,
    /// Whether it came in from a file: it was not carried out here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub imported: bool,
    /// Of a run that was found by words: pieces of texts they are in, three at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RunHit>>", optional)]
    pub hits: Vec<RunHit>,
}

/// A text in which a run was found, cut around the words.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunHit {
    /// What text.
    pub place: RunHitPlace,
    /// The task it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task: Option<String>,
    /// The text: what we say ourselves whole, for whoever shows it to say it.
    pub text: RunText,
}

/// What text of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunHitPlace {
    /// What it was started with.
    Input,
    /// A line of its log.
    Message,
    /// Why a task failed.
    Error,
}

/// What a run that succeeded warned of.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunNoted {
    /// The first such warning.
    pub warning: Message,
    /// How many there are; a hundred stands for as many or more.
    pub count: u32,
}

/// Why a run failed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FailedTask {
    /// The task that failed last; absent where the run could not begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task: Option<String>,
    /// Why.
    pub error: Message,
}

/// One run.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunRef {
    /// Its id.
    pub id: String,
}

/// Which run is shown, and how much of it.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunShowInput {
    /// Its id.
    pub id: String,
    /// Without outputs and lines of the log, which have commands of their own: what a page that follows
    /// it asks for again and again.
    pub brief: Option<bool>,
    /// Whether its tasks come with it, as they do unless told: of a brief one the page has them from
    /// `run_timeline`.
    pub tasks: Option<bool>,
    /// Whether `context_names` come with it, as they do unless told: with each is every place that uses it.
    pub names: Option<bool>,
}

/// What the steps of a definition are in its document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Tasks.
    #[default]
    Task,
    /// Stages.
    Stage,
    /// Nodes of a graph.
    Node,
}

impl StepKind {
    /// What the steps of this definition are: all of them stand in one list of its document.
    pub(crate) fn of(definition: &Definition) -> Self {
        match definition.tasks().first().map(|task| task.pointer.as_str()) {
            Some(pointer) if pointer.starts_with("/stages") => Self::Stage,
            Some(pointer) if pointer.starts_with("/nodes") => Self::Node,
            _ => Self::Task,
        }
    }
}

/// All of a run; outputs as far as they are small.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunShow {
    /// The run.
    pub id: String,
    /// Its workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// What the workflow was called then.
    pub workflow_name: String,
    /// The workflow's revision.
    pub revision: Option<u32>,
    /// What it has come to.
    pub status: Status,
    /// When it began, the archive of its task folder included; when it was made, while nothing of it has begun.
    pub start_time: String,
    /// When it ended.
    pub end_time: Option<String>,
    /// Who started it.
    pub started_by: String,
    /// What it was started with.
    #[ts(type = "Record<string, unknown>")]
    pub context: Value,
    /// The same as JSON text, for a face that cannot hold every number: the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub context_text: Option<String>,
    /// What its definition expects to be started with, in the order of the document.
    pub context_names: Vec<RunContextName>,
    /// Why nothing new starts in it, while it has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ending: Option<Ending>,
    /// The session it belongs to, where that has a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub session: Option<String>,
    /// That the session it belonged to was forgotten, with all that was kept of its configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub forgotten: Option<SessionLetGo>,
    /// Why it could not begin, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hindered: Option<Message>,
    /// The task folder it works in; absent where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<RunFolder>,
    /// What lay in its task folder before it began, and where that is now; absent where nothing had to be
    /// archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub archive: Option<RunArchive>,
    /// The time of its schedule it was started for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<String>,
    /// The event it was started by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub event: Option<String>,
    /// The run it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeats: Option<String>,
    /// The run that started it as a part of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent: Option<String>,
    /// Whether it came in from a file: it was not carried out here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub imported: bool,
    /// What somebody should look at.
    pub warnings: Vec<Message>,
    /// Of a run that succeeded: what it warned of that still holds, such as what it left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub noted: Option<RunNoted>,
    /// What its tasks are in the document.
    pub steps: StepKind,
    /// Its tasks, in the order of the definition.
    pub tasks: Vec<RunTask>,
    /// The first lines of its log; `run_log` has all. None of a brief one.
    pub messages: Vec<RunMessage>,
}

/// A task of a run.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTask {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What it does.
    pub action: String,
    /// What it has come to.
    pub status: Status,
    /// Why, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<Reason>,
    /// What it still waits for among the tasks it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub waits_for: Vec<String>,
    /// When it goes on by itself: the next try, the end of a wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub goes_on_at: Option<String>,
    /// The secret it waits for, where that is what it waits for: it has to be unlocked or entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub secret: Option<String>,
    /// Its attempts, in their order.
    pub attempts: Vec<RunAttempt>,
    /// What it gave last. Absent when there is none, when it is large and in a brief one: `run_output`
    /// has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub output: Option<Value>,
    /// The size of what it gave last, in bytes of JSON; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub output_bytes: Option<u32>,
    /// The run it started last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub child: Option<String>,
    /// What it asks of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub question: Option<RunQuestion>,
}

/// A task of a run.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunTaskRef {
    /// The run.
    pub id: String,
    /// The task.
    pub task: String,
}

/// What a task gave last.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunOutput {
    /// All of it but what is too large for an output: that is in a file which it names.
    #[ts(type = "unknown")]
    pub output: Value,
    /// What a person decided, where it is a person's work, in the words of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub decided: Option<RunDecided>,
    /// The files it names, as far as they are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RunFile>>", optional)]
    pub files: Vec<RunFile>,
}

/// A file that a task left.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunFile {
    /// The member of the output that names it; empty where the output is about this file alone.
    pub member: String,
    /// Where it is.
    pub path: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The text it begins with; absent where it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    /// Whether it can be opened: what a system might run is shown in its folder.
    pub opens: bool,
}

/// One attempt at a task.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunAttempt {
    /// From 1.
    pub number: u32,
    /// What it came to.
    pub status: Status,
    /// When it came into the queue.
    pub queued_at: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Who carried it out; absent when the engine did itself.
    pub agent: Option<String>,
    /// The data source it used.
    pub data_source: Option<String>,
    /// Why that one: `name`, `type`, a kind of data, other conditions as `latency=low`, `default`.
    pub reason: Option<String>,
    /// What the rules before that asked for, and why it was not taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<PassedOver>>")]
    pub passed_over: Vec<PassedOver>,
    /// Why it failed or was broken off.
    pub error: Option<Message>,
    /// What can be done about that, the likeliest first; nothing unless it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<NextStep>>")]
    pub next: Vec<NextStep>,
}

/// A line of a run's log.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunMessage {
    /// When.
    pub at: String,
    /// `info`, `warning`, `error`.
    pub level: String,
    /// Which task it is about.
    pub task: Option<String>,
    /// What.
    pub text: RunText,
}

/// What a line of a log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(untagged)]
pub enum RunText {
    /// A message of ours.
    Message(Message),
    /// What a program printed.
    Line(String),
}

/// Which lines of a run's log.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunLogInput {
    /// The run.
    pub id: String,
    /// The `next` of the page before.
    pub after: Option<u32>,
    /// The `first` of the page that follows, or 0 for the end of the log: the lines before it, in their order.
    pub before: Option<u32>,
    /// With `before`: of the lines about this task alone.
    pub task: Option<String>,
    /// Lines of a page; 500 unless told and at most.
    pub limit: Option<u32>,
}

/// Lines of a run's log, in their order.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunLog {
    /// The lines.
    pub items: Vec<RunMessage>,
    /// What the next page begins after; the last line here when there is none yet.
    pub next: Option<u32>,
    /// What the page before ends at; absent where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first: Option<u32>,
}

/// Let a run go on.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunResumeInput {
    /// The run.
    pub id: String,
    /// Whether its definition is trusted from now on, where it came with a restore.
    pub trust: Option<bool>,
    /// As in `run_start`.
    pub shown: Option<String>,
    /// Whether it goes on with the files of its configuration as they are today, where these are not as they were.
    pub todays_files: Option<bool>,
}

/// Run it again.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunRetryInput {
    /// The run; it has ended.
    pub id: String,
    /// `start`, `failed` or a task; `failed` unless told.
    pub from: Option<String>,
    /// What it is started with beside what the run had, name by name: an object. A task that used
    /// a name which has another value now is done again.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
    /// Tasks that count as succeeded.
    pub skip: Option<Vec<String>>,
    /// The definition; the workflow's present one unless told.
    pub definition: Option<RetryDefinition>,
    /// Whether the definition is trusted from now on.
    pub trust: Option<bool>,
    /// As in `run_start`.
    pub shown: Option<String>,
    /// As in `run_start`.
    pub continue_anyway: Option<bool>,
}

/// With which definition a run is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetryDefinition {
    /// The one it was started with.
    Old,
    /// The workflow's present one.
    Current,
}
