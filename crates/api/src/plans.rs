//! Plans that wait to be decided and applied.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use flowkeep_core::{Encoding, Message, PlanId};
use flowkeep_files::{DamagedFile, Manifest};
use flowkeep_host::{Files as _, SystemFiles, machine_id, path_text};
use flowkeep_store::{Choice, StagedGroup, StagedItem, Staging};
use ulid::Ulid;

use crate::types::{
    Decision, GroupCount, ItemAction, ItemResult, PlanGroup, PlanItem, PlanPart, PlanSummary,
};
use crate::{Api, AppError, time};

/// A plan.
pub(crate) struct Plan {
    pub(crate) id: PlanId,
    pub(crate) staging: Staging,
    /// What it was made from, as a person reads it.
    pub(crate) source: PathBuf,
    /// The backup's manifest, when it is one.
    pub(crate) manifest: Option<Manifest>,
    /// Damaged files of a backup that are no documents.
    pub(crate) damaged: Vec<DamagedFile>,
    /// Things to tell of the whole.
    pub(crate) notes: Vec<Message>,
    /// Whether it was carried out. What came of it can be read then, and nothing more be done.
    pub(crate) applied: bool,
}

impl Drop for Plan {
    fn drop(&mut self) {
        // The connection still holds the file; on systems where that matters the whole scratch
        // folder goes at the end of the process.
        let _ = SystemFiles.remove_file(self.staging.path());
    }
}

impl Plan {
    /// A file for a new plan.
    pub(crate) fn place(api: &Api) -> Result<(PlanId, PathBuf), AppError> {
        let id = PlanId(Ulid::generate());
        Ok((id, api.scratch.folder()?.join(format!("plan-{id}.db"))))
    }

    /// Keeps it until it is discarded.
    pub(crate) fn keep(self, api: &Api) -> Result<PlanSummary, AppError> {
        let summary = self.summary()?;
        let plan = Arc::new(Mutex::new(self));
        let id = plan.lock().unwrap_or_else(PoisonError::into_inner).id;
        api.plans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, plan);
        Ok(summary)
    }

    pub(crate) fn summary(&self) -> Result<PlanSummary, AppError> {
        let totals = self.staging.groups()?;
        let groups: Vec<_> = totals
            .iter()
            .map(|total| GroupCount {
                group: total.group.into(),
                count: total.count,
                chosen: total.chosen,
            })
            .collect();
        let parts = self.staging.parts()?.into_iter().map(|total| PlanPart {
            kind: total.part.as_str().to_owned(),
            count: total.coming,
            chosen: total.chosen,
        });
        let manifest = self.manifest.as_ref();
        Ok(PlanSummary {
            parts: parts.collect(),
            plan_id: self.id.to_string(),
            source: path_text(&self.source),
            verified: manifest.is_some(),
            backup_created_at: manifest.map(|manifest| manifest.created_at.clone()),
            backup_app_version: manifest.map(|manifest| manifest.app_version.clone()),
            from_elsewhere: self.made_elsewhere(),
            chosen: groups.iter().map(|group| group.chosen).sum(),
            groups,
            notes: self.notes.clone(),
        })
    }

    pub(crate) fn made_elsewhere(&self) -> bool {
        self.manifest
            .as_ref()
            .is_some_and(|manifest| manifest.machine != machine_id())
    }

    /// What was, or would be, done with an item.
    pub(crate) fn result(&self, staged: StagedItem) -> Result<ItemResult, AppError> {
        let action = action(staged.action.as_deref());
        let reason = match (action, staged.group) {
            (_, StagedGroup::Duplicate) if action == ItemAction::Failed => {
                let other = self.staging.other_path(staged.item)?.unwrap_or_default();
                Some(Message::new("duplicate_file_id").with("other", other))
            }
            (ItemAction::Skipped, StagedGroup::Duplicate) => {
                let other = self.staging.other_path(staged.item)?.unwrap_or_default();
                Some(Message::new("duplicate_other_counts").with("other", other))
            }
            (ItemAction::Skipped, group) if group.can_be_taken() => {
                Some(Message::new("left_as_it_is"))
            }
            _ => staged.reason,
        };
        let place = reason.as_ref().and_then(|reason| reason.place);
        Ok(ItemResult {
            path: Some(staged.path),
            kind: staged.kind.map(|kind| kind.as_str().to_owned()),
            id: staged.target.or(staged.id),
            name: staged.name,
            encoding: unusual(staged.encoding),
            action,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            reason,
            count: None,
        })
    }
}

/// An encoding worth telling.
fn unusual(encoding: Option<Encoding>) -> Option<Encoding> {
    encoding.filter(|encoding| *encoding != Encoding::Utf8)
}

fn action(word: Option<&str>) -> ItemAction {
    match word {
        Some("imported") => ItemAction::Imported,
        Some("updated") => ItemAction::Updated,
        Some("unchanged") => ItemAction::Unchanged,
        Some("failed") => ItemAction::Failed,
        _ => ItemAction::Skipped,
    }
}

impl Api {
    /// A plan that waits.
    pub(crate) fn plan(&self, id: &str) -> Result<Arc<Mutex<Plan>>, AppError> {
        let unknown = || AppError::new("plan_unknown").hint("look_again");
        let id: PlanId = id.parse().map_err(|_| unknown())?;
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.get(&id).cloned().ok_or_else(unknown)
    }

    /// Changes or carries out a plan. That is done once: copies would come in again, with nothing to
    /// stop them, and what is told of it afterwards is what was done.
    ///
    /// # Errors
    /// `plan_unknown`, `plan_used`; what `change` answers.
    pub(crate) fn change_plan<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Plan) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let plan = self.plan(id)?;
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        if plan.applied {
            return Err(AppError::new("plan_used").hint("look_again"));
        }
        change(&mut plan)
    }

    /// Throws a plan away.
    pub(crate) fn discard(&self, id: &str) {
        if let Ok(id) = id.parse() {
            self.plans
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
        }
    }
}

impl From<StagedGroup> for PlanGroup {
    fn from(group: StagedGroup) -> Self {
        match group {
            StagedGroup::DeletedHere => Self::DeletedHere,
            StagedGroup::ChangedHere => Self::ChangedHere,
            StagedGroup::Conflict => Self::Conflict,
            StagedGroup::NewerThere => Self::NewerThere,
            StagedGroup::New => Self::New,
            StagedGroup::Duplicate => Self::Duplicate,
            StagedGroup::Damaged => Self::Damaged,
            StagedGroup::NotOurs => Self::NotOurs,
            StagedGroup::Same => Self::Same,
        }
    }
}

impl From<PlanGroup> for StagedGroup {
    fn from(group: PlanGroup) -> Self {
        match group {
            PlanGroup::DeletedHere => Self::DeletedHere,
            PlanGroup::ChangedHere => Self::ChangedHere,
            PlanGroup::Conflict => Self::Conflict,
            PlanGroup::NewerThere => Self::NewerThere,
            PlanGroup::New => Self::New,
            PlanGroup::Duplicate => Self::Duplicate,
            PlanGroup::Damaged => Self::Damaged,
            PlanGroup::NotOurs => Self::NotOurs,
            PlanGroup::Same => Self::Same,
        }
    }
}

impl From<Choice> for Decision {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Skip => Self::Skip,
            Choice::Take => Self::Take,
            Choice::Copy => Self::Copy,
        }
    }
}

impl From<Decision> for Choice {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Skip => Self::Skip,
            Decision::Take => Self::Take,
            Decision::Copy => Self::Copy,
        }
    }
}

/// What an item that differs from yours is beside it.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// How many places differ.
    pub(crate) differences: Option<u32>,
    /// What yours is called, where that is something else.
    pub(crate) name_here: Option<String>,
}

/// One item as the dialog shows it.
pub(crate) fn item(staged: StagedItem, beside: Beside) -> PlanItem {
    PlanItem {
        item: staged.item,
        group: staged.group.into(),
        decision: staged.choice.into(),
        path: staged.path,
        kind: staged.kind,
        id: staged.id,
        id_derived: staged.id_derived,
        name: staged.name,
        name_here: beside.name_here,
        encoding: unusual(staged.encoding),
        stages: staged.stages,
        tasks: staged.tasks,
        milestones: staged.milestones,
        runs_something: staged.runs_something,
        contains_key: staged.contains_key,
        reason: staged.reason,
        differences: beside.differences,
        updated_here: staged.here_updated_at.map(time::rfc3339),
        updated_there: staged.there_updated_at.map(time::rfc3339),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;
    use std::path::Path;

    use crate::types::{
        BackupInput, ChosenPlace, ListInput, PlanDecideInput, PlanItemsInput, PlanRef,
        RestoreInput, RestorePlanInput,
    };
    use crate::{Silent, backups, documents, plan_decisions, restores};

    fn plan_of(api: &Api, files: &[(&str, &str)], folder: &Path) -> PlanSummary {
        let paths: Vec<_> = files
            .iter()
            .map(|(name, text)| {
                let path = folder.join(name);
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();
        restores::plan_files(api, &paths, None, &Silent).unwrap()
    }

    fn all(plan_id: &str) -> PlanItemsInput {
        PlanItemsInput {
            plan_id: plan_id.to_owned(),
            group: None,
            limit: None,
            offset: None,
        }
    }

    #[test]
    fn an_item_says_what_yours_is_called_where_that_is_something_else() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let yours = [
            ("a.json", r#"{"id": "a", "name": "Mine", "tasks": []}"#),
            ("b.json", r#"{"id": "b", "name": "Both", "tasks": []}"#),
        ];
        let plan_id = plan_of(&api, &yours, root.path()).plan_id;
        restores::import_apply(&api, PlanRef { plan_id }, &Silent).unwrap();
        let theirs = [
            ("a.json", r#"{"id": "a", "name": "Theirs", "tasks": []}"#),
            (
                "b.json",
                r#"{"id": "b", "name": "Both", "tasks": [], "x": 1}"#,
            ),
            ("c.json", r#"{"id": "c", "name": "New", "tasks": []}"#),
        ];
        let plan = plan_of(&api, &theirs, root.path());
        let page = plan_decisions::items(&api, all(&plan.plan_id)).unwrap();
        let mut said: Vec<_> = page
            .items
            .iter()
            .map(|item| {
                (
                    item.name.as_deref(),
                    item.name_here.as_deref(),
                    item.differences,
                )
            })
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                (Some("Both"), None, Some(1)),
                (Some("New"), None, None),
                (Some("Theirs"), Some("Mine"), Some(1)),
            ]
        );
    }

    #[test]
    fn of_files_with_one_id_the_others_are_left_out_once_one_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let files = [1, 2, 3].map(|n| {
            (
                format!("{n}.json"),
                format!(r#"{{"id": "a", "name": "{n}", "tasks": []}}"#),
            )
        });
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (&name[..], &text[..]))
            .collect();
        let plan_id = plan_of(&api, &files, root.path()).plan_id;
        let undecided = restores::import_preview(&api, &plan_id).unwrap();
        assert_eq!((undecided.imported, undecided.failed), (0, 3));
        assert_eq!(plan_decisions::damaged(&api, &plan_id).unwrap().len(), 0);
        let decision = PlanDecideInput {
            plan_id: plan_id.clone(),
            items: vec![2],
            group: None,
            parts: Vec::new(),
            decision: Decision::Take,
        };
        plan_decisions::decide(&api, decision).unwrap();
        let decided = restores::import_preview(&api, &plan_id).unwrap();
        assert_eq!(
            (decided.imported, decided.skipped, decided.failed),
            (1, 2, 0)
        );
        let results = plan_decisions::results(&api, all(&plan_id)).unwrap();
        for left in results
            .items
            .iter()
            .filter(|item| item.action == ItemAction::Skipped)
        {
            let reason = left.reason.as_ref().unwrap();
            assert_eq!(reason.code, "duplicate_other_counts");
            assert!(reason.fields["other"].ends_with("2.json"), "{reason:?}");
        }
    }

    #[test]
    fn a_plan_of_copies_is_carried_out_once() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let file = root.path().join("a.json");
        std::fs::write(&file, r#"{"id": "a", "name": "A", "tasks": []}"#).unwrap();
        let plan = restores::plan_files(&api, &[file], None, &Silent).unwrap();
        let plan_id = plan.plan_id;
        let decide = |decision| PlanDecideInput {
            plan_id: plan_id.clone(),
            items: vec![1],
            group: None,
            parts: Vec::new(),
            decision,
        };
        plan_decisions::decide(&api, decide(Decision::Copy)).unwrap();
        let apply = || {
            let plan_id = plan_id.clone();
            restores::import_apply(&api, PlanRef { plan_id }, &Silent)
        };
        assert_eq!(apply().unwrap().imported, 1);
        assert_eq!(apply().unwrap_err().code, "plan_used");
        let again = RestoreInput {
            plan_id: plan_id.clone(),
            without_safety_copy: false,
        };
        let error = restores::restore(&api, again, &Silent).unwrap_err();
        assert_eq!(error.code, "plan_used");
        // What is told of it stays what was done.
        let summary = plan_decisions::show(
            &api,
            PlanRef {
                plan_id: plan_id.clone(),
            },
        )
        .unwrap();
        for error in [
            plan_decisions::decide(&api, decide(Decision::Skip)).err(),
            plan_decisions::choose(&api, &plan_id, Decision::Skip, Decision::Skip).err(),
            plan_decisions::keep_only(&api, &plan_id, &[]).err(),
            restores::import_preview(&api, &plan_id).err(),
        ] {
            assert_eq!(error.unwrap().code, "plan_used");
        }
        let told = plan_decisions::show(
            &api,
            PlanRef {
                plan_id: plan_id.clone(),
            },
        )
        .unwrap();
        assert_eq!(told.chosen, summary.chosen);
        assert!(!root.path().join("data/safety").exists());
        let kept = documents::list(&api, flowkeep_core::Kind::Workflow, ListInput::default());
        assert_eq!(kept.unwrap().total, 1);
    }

    /// What is no document is shown and asked as well, and comes in where all documents are the same.
    #[test]
    fn a_plan_shows_what_comes_in_beside_documents_and_takes_what_is_left_ticked() {
        let root = tempfile::tempdir().unwrap();
        let there = open(&root.path().join("there"));
        let here = open(&root.path().join("here"));
        let file = [("a.json", r#"{"id": "a", "name": "A", "tasks": []}"#)];
        for api in [&there, &here] {
            let plan_id = plan_of(api, &file, root.path()).plan_id;
            restores::import_apply(api, PlanRef { plan_id }, &Silent).unwrap();
        }
        let language = serde_json::json!({"display_name": "Ann"});
        crate::call(&there, "settings_update", language, &Silent).unwrap();
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        let backup = backups::backup(&there, input, &Silent).unwrap().target_dir;
        let plan = || {
            let from = Some(ChosenPlace::Path(backup.clone().into()));
            restores::restore_plan(&here, RestorePlanInput { from }, &Silent).unwrap()
        };
        let parts = |plan: &PlanSummary| -> Vec<(String, bool)> {
            let parts = plan.parts.iter();
            parts.map(|part| (part.kind.clone(), part.chosen)).collect()
        };
        let told = plan();
        assert_eq!(told.chosen, 0, "the document is the same");
        let (operation, settings) = ("operation".to_owned(), "settings".to_owned());
        assert_eq!(
            parts(&told),
            [(operation.clone(), true), (settings.clone(), true)]
        );

        let leave = PlanDecideInput {
            plan_id: told.plan_id.clone(),
            items: Vec::new(),
            group: None,
            parts: vec![settings.clone()],
            decision: Decision::Skip,
        };
        let decided = plan_decisions::decide(&here, leave).unwrap();
        assert_eq!(
            parts(&decided),
            [(operation, true), (settings.clone(), false)]
        );
        let input = RestoreInput {
            plan_id: told.plan_id,
            without_safety_copy: false,
        };
        let done = restores::restore(&here, input, &Silent).unwrap();
        let came: Vec<_> = done
            .others
            .iter()
            .map(|other| other.kind.as_str())
            .collect();
        assert_eq!(came, ["operation"]);
        assert_eq!(here.store.setting("display_name").unwrap(), None);
        assert_eq!(parts(&plan()), [(settings, true)]);
    }
}
