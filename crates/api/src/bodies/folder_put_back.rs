//! Putting files of an archive back into their task folder: a plan, then what it says. What touches disks
//! is done apart, as in `folders`.

use flowkeep_files::folders::{
    self, FolderBusy, FolderError, PutBackFile, PutBackPlan, PutBackState, PutBackWanted,
};

use flowkeep_host::path_text;

use super::folders::{busy_with, meant, named, no_room, refused};
use crate::apart::apart_for;
use crate::types::{
    FolderNoRoom, FolderPutBack, FolderPutBackFile, FolderPutBackInput, FolderPutBackPlan,
    FolderPutBackPlanInput,
};
use crate::{Api, AppError, Progress};

/// What would come of putting files of an archive back. Nothing is changed.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `archive_unknown`, `archive_file_unknown`,
/// `archive_unreadable`, `cancelled`.
pub fn plan(
    api: &Api,
    input: FolderPutBackPlanInput,
    progress: &dyn Progress,
) -> Result<FolderPutBackPlan, AppError> {
    let folder = meant(api, &input.id)?;
    let (workshop, archive) = (api.workshop()?, input.archive.clone());
    let busy = api.store.held_folder(folder.id)?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let only = input.files.as_deref();
        Ok(folders::put_back_plan(
            &workshop, folder.id, &archive, only, steps,
        ))
    };
    let left = || AppError::new("cancelled");
    let plan: PutBackPlan = apart_for(api.patience, progress, work, left, drop)??;
    Ok(FolderPutBackPlan {
        archive: input.archive,
        files: plan.files.into_iter().map(file).collect(),
        makes_way: plan.makes_way,
        unread: plan.unread,
        busy: busy.map(|held| FolderBusy::Run(held).message()),
        no_room: plan.no_room.map(|lacking| FolderNoRoom {
            path: path_text(&lacking.path),
            needed: lacking.needed,
            free: lacking.free,
        }),
        stamp: plan.stamp,
    })
}

/// Why what is planned would be refused as a whole; nothing where it would be begun.
pub fn refusal(plan: &FolderPutBackPlan) -> Option<AppError> {
    if let Some(who) = &plan.busy {
        return Some(busy_with(who.clone()));
    }
    let lacking = plan.no_room.as_ref()?;
    Some(no_room(&lacking.path, lacking.needed, lacking.free))
}

fn file(file: PutBackFile) -> FolderPutBackFile {
    FolderPutBackFile {
        name: file.name,
        archived_as: file.archived_as,
        bytes: file.bytes,
        link_target: file.link_target,
        state: match file.state {
            PutBackState::Returns => "returns",
            PutBackState::Same => "same",
            PutBackState::Hindered => "hindered",
            PutBackState::Besides => "besides",
        },
        reason: file.reason,
        replaces: file.replaces,
        unverified: file.unverified,
    }
}

/// Puts files of an archive back, as a plan said. The archive stays as it is; what they would write over
/// is archived first. Nothing is done while a run works in the folder.
///
/// # Errors
/// As [`plan`]; `plan_changed`, `folder_busy`, `folder_unsafe`, `no_room`, `put_back_refused` with each file
/// that stands in the way in `failed` (JSON), `put_back_unfinished`.
pub fn put_back(
    api: &Api,
    input: FolderPutBackInput,
    progress: &dyn Progress,
) -> Result<FolderPutBack, AppError> {
    let folder = meant(api, &input.id)?;
    let workshop = api.workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let wanted = PutBackWanted {
            archive: &input.archive,
            only: input.files.as_deref(),
            stamp: input.stamp,
        };
        Ok(folders::put_back(&workshop, folder.id, &wanted, steps))
    };
    // A disk that does not answer is left to itself: what was moved goes back when it does.
    let left = || AppError::new("cancelled").hint("putting_back_goes_on");
    let done = apart_for(api.patience, progress, work, left, drop)?;
    let done = done.map_err(|error| match error {
        FolderError::NotArchived {
            failed,
            stuck,
            archive: None,
        } if stuck.is_empty() => {
            let error = AppError::new("put_back_refused")
                .with("files", named(&failed))
                .with("count", failed.len())
                .with("failed", serde_json::to_string(&failed).unwrap_or_default())
                .hint("close_program");
            match failed.into_iter().next() {
                Some(first) => refused(error, first.reason),
                None => error,
            }
        }
        other => other.into(),
    })?;
    Ok(FolderPutBack {
        restored: done.restored,
        archived_first: done.archived_first,
        same: done.same,
        failed: done.failed.into_iter().map(Into::into).collect(),
        unverified: done.unverified,
        bytes: done.bytes,
        cancelled_late: done.cancelled_late,
    })
}

#[cfg(test)]
mod tests;
