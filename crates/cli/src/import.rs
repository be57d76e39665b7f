//! `import`: files of every kind, and what became of each.

use std::collections::BTreeMap;

use flowkeep_api::types::{Decision, ItemAction, ItemResult, PlanRef};
use flowkeep_api::{Api, AppError, Catalogue, plan_decisions, restores};
use flowkeep_core::visible;

use crate::args::{Import, OnConflict};
use crate::output::{Outcome, Output, raw};
use crate::progress::Shown;
use crate::read::encoding_note;

pub(crate) fn run(api: &Api, output: &Output, import: &Import) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let plan = restores::plan_files(api, &import.paths, None, &progress)?;
    let differing = match import.on_conflict {
        OnConflict::Skip => Decision::Skip,
        OnConflict::Replace => Decision::Take,
        OnConflict::Copy => Decision::Copy,
    };
    plan_decisions::choose(api, &plan.plan_id, differing, Decision::Take)?;
    let result = if import.dry_run {
        restores::import_preview(api, &plan.plan_id)?
    } else {
        let plan_id = plan.plan_id.clone();
        restores::import_apply(api, PlanRef { plan_id }, &progress)?
    };
    drop(progress);
    if output.is_json() {
        output.stream(&result, |each| {
            let mut each = |item| each(serde_json::to_value(item).unwrap_or_default());
            plan_decisions::each_result(api, &plan.plan_id, &mut each)?;
            plan_decisions::each_other_result(api, &plan.plan_id, each)
        })?;
    } else {
        let catalogue = output.catalogue();
        let mut told = Told::new(catalogue, import.verbose);
        plan_decisions::each_result(api, &plan.plan_id, |item| told.item(&item))?;
        plan_decisions::each_other_result(api, &plan.plan_id, |item| told.item(&item))?;
        told.left_out()?;
        let key = if import.dry_run {
            "cli_import_would"
        } else {
            "cli_import_done"
        };
        raw(&catalogue.sentence(
            key,
            &[
                ("imported", &result.imported),
                ("updated", &result.updated),
                ("unchanged", &result.unchanged),
                ("skipped", &result.skipped),
                ("failed", &result.failed),
            ],
        ))?;
        for other in &result.others {
            let what =
                catalogue.counted(&format!("plan_part_{}", other.kind), other.count as usize);
            let key = if import.dry_run {
                "cli_import_others_would"
            } else {
                "import_others"
            };
            raw(&catalogue.sentence(key, &[("what", &what)]))?;
        }
    }
    Ok(if result.failed > 0 {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

/// What is told line by line: what came in, what differs and what could not be read each by
/// itself; what is no document only by reason, unless everything is asked for.
pub(crate) struct Told<'a> {
    catalogue: &'a Catalogue,
    verbose: bool,
    left_out: BTreeMap<String, u32>,
}

impl<'a> Told<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, verbose: bool) -> Self {
        Self {
            catalogue,
            verbose,
            left_out: BTreeMap::new(),
        }
    }

    pub(crate) fn item(&mut self, item: &ItemResult) -> Result<(), AppError> {
        let reason = item.reason.as_ref();
        let reason = reason.map(|reason| self.catalogue.say(reason));
        let is_ours = item.kind.is_some();
        let alone = match item.action {
            ItemAction::Imported | ItemAction::Updated | ItemAction::Failed => true,
            ItemAction::Unchanged => false,
            ItemAction::Skipped => is_ours,
        };
        if alone || self.verbose {
            return self.line(item, reason);
        }
        if let (ItemAction::Skipped, Some(reason)) = (item.action, reason) {
            *self.left_out.entry(reason).or_default() += 1;
        }
        Ok(())
    }

    fn line(&self, item: &ItemResult, reason: Option<String>) -> Result<(), AppError> {
        let mut said = self.what(item);
        if let Some(note) = encoding_note(item.encoding, self.catalogue) {
            said = format!("{said} – {}", self.catalogue.say(&note));
        }
        if let Some(reason) = reason {
            said = self.catalogue.labelled(&said, &reason);
        }
        let action = self.catalogue.word(action(item.action));
        raw(&self.catalogue.labelled(&action, &said))
    }

    /// The document by its kind, name and id, and the file it is in.
    fn what(&self, item: &ItemResult) -> String {
        let path = item.path.as_deref().unwrap_or_default();
        let (Some(kind), Some(name), Some(id)) = (&item.kind, &item.name, &item.id) else {
            return visible(path).into_owned();
        };
        let kind = self.catalogue.word(&format!("kind_name_{kind}"));
        self.catalogue.sentence(
            "cli_item",
            &[("kind", &kind), ("name", name), ("id", id), ("path", &path)],
        )
    }

    pub(crate) fn left_out(&self) -> Result<(), AppError> {
        let action = self.catalogue.word(action(ItemAction::Skipped));
        for (reason, count) in &self.left_out {
            let said = self.catalogue.labelled(reason, &count.to_string());
            raw(&self.catalogue.labelled(&action, &said))?;
        }
        Ok(())
    }
}

/// The key of the word for what was done.
pub(crate) fn action(action: ItemAction) -> &'static str {
    match action {
        ItemAction::Imported => "action_imported",
        ItemAction::Updated => "action_updated",
        ItemAction::Unchanged => "action_unchanged",
        ItemAction::Skipped => "action_skipped",
        ItemAction::Failed => "action_failed",
    }
}
