//! `plan_*`: looking at a plan and deciding it.

use std::sync::PoisonError;

use flowkeep_core::{Document, Kind, Message, differences, summarise};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{Choice, StagedGroup, StagedItem, StagedPart, StoreError};

use super::page;
use crate::plans::{Beside, Plan, item};
use crate::types::{
    Comparison, DamagedItem, Decision, ItemAction, ItemResult, Nothing, PlanDecideInput,
    PlanItemInput, PlanItemsInput, PlanPage, PlanRef, PlanResults, PlanSummary,
};
use crate::{Api, AppError};

/// A page of a plan.
///
/// # Errors
/// `plan_unknown`, `limit_too_large`.
pub fn items(api: &Api, input: PlanItemsInput) -> Result<PlanPage, AppError> {
    let limit = page(input.limit, 100)?;
    let plan = api.plan(&input.plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let group = input.group.map(StagedGroup::from);
    let (total, staged) = plan
        .staging
        .items(group, limit, input.offset.unwrap_or_default())?;
    let items = staged
        .into_iter()
        .map(|staged| {
            let beside = beside(api, &plan, &staged)?;
            Ok(item(staged, beside))
        })
        .collect::<Result<_, AppError>>()?;
    Ok(PlanPage { total, items })
}

/// A plan, summed up as it stands now: after `plan_changed` it was compared anew.
///
/// # Errors
/// `plan_unknown`.
pub fn show(api: &Api, input: PlanRef) -> Result<PlanSummary, AppError> {
    let plan = api.plan(&input.plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    plan.summary()
}

/// Decides items of a plan, or a whole group.
///
/// # Errors
/// `plan_unknown`, `plan_used`; `kind_unknown` for a part that is none.
pub fn decide(api: &Api, input: PlanDecideInput) -> Result<PlanSummary, AppError> {
    api.change_plan(&input.plan_id, |plan| {
        let choice = Choice::from(input.decision);
        // Beside documents there is nothing that both sides could have: it comes in or it does not.
        for word in &input.parts {
            let part = StagedPart::ALL
                .into_iter()
                .find(|part| part.as_str() == word);
            let part = part.ok_or_else(|| AppError::new("kind_unknown").with("kind", word))?;
            plan.staging.choose_part(part, choice != Choice::Skip)?;
        }
        if let Some(group) = input.group {
            plan.staging.decide_group(group.into(), choice)?;
        }
        for item in input.items {
            plan.staging.decide(item, choice)?;
        }
        plan.summary()
    })
}

/// Every word `--only` takes (contracts, "Words"). A backup may well have nothing of one.
pub const KIND_WORDS: [&str; 14] = [
    "workflow",
    "roadmap",
    "rule",
    "template",
    "session",
    "run",
    "operation",
    "log",
    "folder",
    "settings",
    "connection",
    "agent",
    "route",
    "schedule",
];

/// Chooses for every item that differs from what is here, as the command line's options say.
///
/// # Errors
/// `plan_unknown`, `plan_used`.
pub fn choose(
    api: &Api,
    plan_id: &str,
    differing: Decision,
    new: Decision,
) -> Result<(), AppError> {
    api.change_plan(plan_id, |plan| {
        for group in [
            StagedGroup::ChangedHere,
            StagedGroup::Conflict,
            StagedGroup::NewerThere,
        ] {
            plan.staging.decide_group(group, differing.into())?;
        }
        for group in [StagedGroup::DeletedHere, StagedGroup::New] {
            plan.staging.decide_group(group, new.into())?;
        }
        Ok(())
    })
}

/// Leaves out of a plan whatever is of none of these kinds.
///
/// # Errors
/// `plan_unknown`, `plan_used`; `kind_unknown` for a word that is no kind.
pub fn keep_only(api: &Api, plan_id: &str, words: &[String]) -> Result<(), AppError> {
    let mut kinds = Vec::new();
    for word in words {
        match Kind::from_word(word) {
            Some(kind) => kinds.push(kind),
            None if KIND_WORDS.contains(&word.as_str()) => {}
            None => return Err(AppError::new("kind_unknown").with("kind", word)),
        }
    }
    let mut others = StagedPart::ALL.to_vec();
    others.retain(|part| words.iter().any(|word| word == part.as_str()));
    api.change_plan(plan_id, |plan| {
        Ok(plan.staging.keep_only(&kinds, &others)?)
    })
}

/// How an item differs from what is here.
///
/// # Errors
/// `plan_unknown`, `plan_item_unknown`.
pub fn compare(api: &Api, input: PlanItemInput) -> Result<Comparison, AppError> {
    let plan = api.plan(&input.plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let unknown = || AppError::new("plan_item_unknown").with("item", input.item);
    let staged = plan.staging.item(input.item)?.ok_or_else(unknown)?;
    let incoming = plan.staging.text(input.item)?.ok_or_else(unknown)?;
    let here = here(api, &staged)?;
    let before = here.as_ref().map_or("", Document::text).to_owned();
    let after = Document::parse(incoming.format, incoming.text)?;
    let differences = match (&here, staged.kind) {
        (Some(here), Some(kind)) => differences(kind, here, &after),
        _ => Vec::new(),
    };
    Ok(Comparison {
        differences,
        before,
        after: after.into_text(),
    })
}

/// Throws a plan away. One that is gone already is no error.
///
/// # Errors
/// None today.
pub fn discard(api: &Api, input: PlanRef) -> Result<Nothing, AppError> {
    api.discard(&input.plan_id);
    Ok(Nothing {})
}

/// What was done with each file, after applying; or would be, after a preview.
///
/// # Errors
/// `plan_unknown`, `limit_too_large`.
pub fn results(api: &Api, input: PlanItemsInput) -> Result<PlanResults, AppError> {
    let limit = page(input.limit, 100)?;
    let plan = api.plan(&input.plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let group = input.group.map(StagedGroup::from);
    let (total, staged) = plan
        .staging
        .items(group, limit, input.offset.unwrap_or_default())?;
    let items = staged
        .into_iter()
        .map(|staged| plan.result(staged))
        .collect::<Result<_, AppError>>()?;
    Ok(PlanResults { total, items })
}

/// Gives what was done with each file to `each`, in the order they were found, one at a time: for
/// faces that print a hundred thousand of them.
///
/// # Errors
/// `plan_unknown`; what `each` answers.
pub fn each_result(
    api: &Api,
    plan_id: &str,
    mut each: impl FnMut(ItemResult) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let plan = api.plan(plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    plan.staging.each_item(|staged| each(plan.result(staged)?))
}

/// Gives what was done with each file that holds something beside documents to `each`: a run that was exported, an
/// execution that another program recorded.
///
/// # Errors
/// `plan_unknown`; what `each` answers.
pub fn each_other_result(
    api: &Api,
    plan_id: &str,
    mut each: impl FnMut(ItemResult) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let plan = api.plan(plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    plan.staging.each_part_file(|file| {
        let (action, reason) = match (file.coming, file.chosen) {
            (true, true) => (ItemAction::Imported, None),
            (true, false) => (ItemAction::Skipped, None),
            (false, _) => (ItemAction::Skipped, Some(Message::new("other_is_here"))),
        };
        each(ItemResult {
            path: Some(file.path),
            kind: Some(file.part.as_str().to_owned()),
            id: Some(file.id),
            name: file.name,
            encoding: None,
            action,
            line: None,
            column: None,
            reason,
            count: None,
        })
    })
}

/// The documents of a plan that cannot be read, by their paths below its source.
///
/// # Errors
/// `plan_unknown`.
pub fn damaged(api: &Api, plan_id: &str) -> Result<Vec<DamagedItem>, AppError> {
    let plan = api.plan(plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let mut damaged = Vec::new();
    plan.staging.each_damaged(|staged| {
        let path = text_path(&staged.path);
        damaged.push(DamagedItem {
            path: path_text(path.strip_prefix(&plan.source).unwrap_or(&path)),
            reason: staged
                .reason
                .unwrap_or_else(|| Message::new("file_unreadable")),
            name: staged.name,
        });
        Ok::<_, StoreError>(())
    })?;
    Ok(damaged)
}

fn beside(api: &Api, plan: &Plan, staged: &StagedItem) -> Result<Beside, AppError> {
    let compared = matches!(
        staged.group,
        StagedGroup::ChangedHere | StagedGroup::Conflict | StagedGroup::NewerThere
    );
    let (true, Some(kind)) = (compared, staged.kind) else {
        return Ok(Beside::default());
    };
    let Some(here) = here(api, staged)? else {
        return Ok(Beside::default());
    };
    let name_here =
        Some(summarise(kind, &here, None).name).filter(|name| staged.name.as_ref() != Some(name));
    let incoming = plan.staging.text(staged.item)?;
    let incoming = incoming.and_then(|stored| Document::parse(stored.format, stored.text).ok());
    let count = incoming.map(|incoming| differences(kind, &here, &incoming).len());
    Ok(Beside {
        differences: count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        name_here,
    })
}

/// The document an item was compared with, as it was then.
fn here(api: &Api, staged: &StagedItem) -> Result<Option<Document>, AppError> {
    let Some((row, revision)) = staged.here else {
        return Ok(None);
    };
    let stored = api
        .store
        .text(row, revision)
        .map_err(|error: StoreError| AppError::from(error))?;
    Ok(stored.and_then(|stored| Document::parse(stored.format, stored.text).ok()))
}
