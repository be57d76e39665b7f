//! Plans: an import or a restore before it happens. The plan is what the dialog shows and what
//! is applied (invariant 5); it lives outside the database until then.

use flowkeep_core::{Encoding, Kind, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, KindCount};

/// Make a plan to import what the operator dropped or picked.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportPlanInput {
    /// Files, folders and `.zip` files.
    pub places: Vec<ChosenPlace>,
}

/// Make a plan to restore a backup, or a loose folder of documents.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RestorePlanInput {
    /// The backup; the newest known one unless told.
    #[serde(default)]
    pub from: Option<ChosenPlace>,
}

/// What one planned item is, compared with the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlanGroup {
    /// You deleted it since the backup; it stays deleted unless chosen. An import brings it in.
    DeletedHere,
    /// Only your side changed since the backup; yours is kept unless chosen.
    ChangedHere,
    /// Both sides changed, or nobody can tell (imports): a decision is needed.
    Conflict,
    /// The incoming one is a later state of yours.
    NewerThere,
    /// Not in the catalog.
    New,
    /// Several files carry one id; one of them must be picked.
    Duplicate,
    /// Ours, but it cannot be read.
    Damaged,
    /// Nothing Flowkeep keeps.
    NotOurs,
    /// The same text already.
    Same,
}

/// What will happen to one planned item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Leave the catalog as it is.
    Skip,
    /// Add it, or put it in the place of yours. Yours stays in the revisions.
    Take,
    /// Keep both: the incoming one gets an id of its own.
    Copy,
}

/// A plan, summed up.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlanSummary {
    /// Names the plan in later calls.
    pub plan_id: String,
    /// Where it comes from, for people.
    pub source: String,
    /// Whether it is a backup with a manifest (else loose files, unverified).
    pub verified: bool,
    /// When the backup was made.
    pub backup_created_at: Option<String>,
    /// The version of the app that made it.
    pub backup_app_version: Option<String>,
    /// Whether it was made on another computer: a checklist follows the restore.
    pub from_elsewhere: bool,
    /// Items per group, in the order to show them; empty groups are left out.
    pub groups: Vec<GroupCount>,
    /// How many items are decided `take` or `copy`.
    pub chosen: u32,
    /// What comes in beside documents because it is not here; empty parts are left out.
    pub parts: Vec<PlanPart>,
    /// Things to tell about the whole.
    pub notes: Vec<Message>,
}

/// One group of a plan.
#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupCount {
    /// The group.
    pub group: PlanGroup,
    /// Items in it.
    pub count: u32,
    /// Of them, decided `take` or `copy`.
    pub chosen: u32,
}

/// A part of a plan that is no documents: Activity, settings, runs, what other programs recorded.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlanPart {
    /// The kind (contracts "Words").
    pub kind: String,
    /// How much of it is not here.
    pub count: u32,
    /// Whether it comes in.
    pub chosen: bool,
}

/// Which items of a plan.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PlanItemsInput {
    /// The plan.
    pub plan_id: String,
    /// One group; all in the order of groups unless told.
    #[serde(default)]
    pub group: Option<PlanGroup>,
    /// Rows of a page; 100 unless told, 500 at most.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Rows to pass over.
    #[serde(default)]
    pub offset: Option<u32>,
}

/// One page of a plan.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlanPage {
    /// How many there are in all.
    pub total: u32,
    /// The rows of this page.
    pub items: Vec<PlanItem>,
}

/// One file or document of a plan.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlanItem {
    /// Its number in the plan.
    pub item: u32,
    /// The group it is in.
    pub group: PlanGroup,
    /// What will happen.
    pub decision: Decision,
    /// The path as a person reads it.
    pub path: String,
    /// What it is, when it is ours.
    pub kind: Option<Kind>,
    /// The id it would be kept under.
    pub id: Option<String>,
    /// Whether the id was derived because the file has none.
    pub id_derived: bool,
    /// Its name; for a damaged file the name the manifest knows.
    pub name: Option<String>,
    /// The name of yours, where that is another one.
    pub name_here: Option<String>,
    /// The encoding it was read in, when not UTF-8.
    pub encoding: Option<Encoding>,
    /// Number of stages.
    pub stages: u32,
    /// Number of tasks.
    pub tasks: u32,
    /// Number of milestones.
    pub milestones: u32,
    /// Whether it writes, calls or runs something.
    pub runs_something: bool,
    /// Whether something like a password or key stands in it.
    pub contains_key: bool,
    /// Why it is damaged or not ours.
    pub reason: Option<Message>,
    /// How many places differ from yours, where both exist.
    pub differences: Option<u32>,
    /// When yours was last changed.
    pub updated_here: Option<String>,
    /// When the incoming one was last changed, where the backup knows.
    pub updated_there: Option<String>,
}

/// One item of a plan.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanItemInput {
    /// The plan.
    pub plan_id: String,
    /// The item's number.
    pub item: u32,
}

/// Decide items of a plan.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PlanDecideInput {
    /// The plan.
    pub plan_id: String,
    /// These items …
    #[serde(default)]
    pub items: Vec<u32>,
    /// … or all of this group.
    #[serde(default)]
    pub group: Option<PlanGroup>,
    /// … or these parts, by their kinds. `copy` is `take` for them.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub parts: Vec<String>,
    /// What will happen to them.
    pub decision: Decision,
}

/// A plan by its id.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanRef {
    /// The plan.
    pub plan_id: String,
}

/// What an import did (contracts, `… import`).
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct ImportResult {
    /// Files with something new.
    pub imported: u32,
    /// Documents replaced.
    pub updated: u32,
    /// Files whose text was there already.
    pub unchanged: u32,
    /// Files left out.
    pub skipped: u32,
    /// Files that are ours and could not be read.
    pub failed: u32,
    /// What came beside documents, and is counted in `imported`: runs that were exported (`run`), executions that other
    /// programs recorded (`log`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<KindCount>>", optional)]
    pub others: Vec<KindCount>,
    /// The entry in Activity; what `db_undo` takes.
    pub undo_id: Option<String>,
}

/// A page of what was, or would be, done with each file of a plan.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlanResults {
    /// How many there are in all.
    pub total: u32,
    /// The rows of this page.
    pub items: Vec<ItemResult>,
}

/// What was done with one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ItemAction {
    /// Added.
    Imported,
    /// Replaced.
    Updated,
    /// The same already.
    Unchanged,
    /// Left out, on purpose.
    Skipped,
    /// Ours, but it could not be read.
    Failed,
}

/// One file or document of an import or restore.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ItemResult {
    /// The path, openable as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it is.
    pub kind: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The encoding it was read in, when not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// What was done.
    pub action: ItemAction,
    /// Why, when it was left out or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
    /// How many, for kinds that are told as one row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Line of the first fault, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column of the first fault, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}
