//! Comparing an archive of a task folder with what is there now or with another archive, and reading
//! archives through. Nothing is changed. What touches disks is done apart, as in `folders`.

use flowkeep_files::folders::{self, Checked, Compared, Leftover, LeftoverKind, Relation};

use super::folders::meant;
use crate::apart::{apart_for, in_time};
use crate::types::{
    ComparedTexts, FolderCheckInput, FolderChecked, FolderCheckedArchive, FolderCompareInput,
    FolderCompareTextInput, FolderCompared, FolderComparedFile, FolderLeftover,
};
use crate::{Api, AppError, Progress};

/// What is the matter with each file of an archive and of what it is compared with.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `archive_unknown`, `archive_file_unknown`,
/// `archive_unreadable`, `cancelled`.
pub fn compare(
    api: &Api,
    input: FolderCompareInput,
    progress: &dyn Progress,
) -> Result<FolderCompared, AppError> {
    let folder = meant(api, &input.id)?;
    let workshop = api.workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let (other, only) = (input.other.as_deref(), input.files.as_deref());
        let compared = folders::compare(&workshop, folder.id, &input.archive, other, only, steps);
        Ok(compared)
    };
    let left = || AppError::new("cancelled");
    let compared = apart_for(api.patience, progress, work, left, drop)??;
    let items: Vec<_> = compared.into_iter().map(file).collect();
    let changed = items.iter().filter(|file| file.relation != "same").count();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(FolderCompared {
        total: count(items.len()),
        changed: count(changed),
        items,
    })
}

fn file(file: Compared) -> FolderComparedFile {
    FolderComparedFile {
        name: file.name,
        relation: match file.relation {
            Relation::Same => "same",
            Relation::Changed => "changed",
            Relation::OnlyThen => "only_then",
            Relation::OnlyNow => "only_now",
            Relation::Unknown => "unknown",
        },
        then_bytes: file.then,
        now_bytes: file.now,
        reason: file.reason,
    }
}

/// The texts of one file on both sides, where they are texts of reasonable size.
///
/// # Errors
/// As [`compare`]; `disk_silent`.
pub fn texts(api: &Api, input: FolderCompareTextInput) -> Result<ComparedTexts, AppError> {
    let folder = meant(api, &input.id)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let texts = in_time(api.most, &folder.path, move |_| {
        let other = input.other.as_deref();
        folders::compare_texts(&workshop, id, &input.archive, other, &input.file)
            .map_err(AppError::from)
    })?;
    Ok(texts.into())
}

/// Reads an archive through, or all of a folder, and compares what is in it with its record. What lies hidden in
/// the folder and belongs to nothing is told with it.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `archive_unknown`, `cancelled`.
pub fn check(
    api: &Api,
    input: FolderCheckInput,
    progress: &dyn Progress,
) -> Result<FolderChecked, AppError> {
    let folder = meant(api, &input.id)?;
    let workshop = api.workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let archive = input.archive.as_deref();
        let checked = folders::check(&workshop, folder.id, archive, steps);
        Ok(checked.and_then(|checked| Ok((checked, folders::leftovers(&workshop, folder.id)?))))
    };
    let left = || AppError::new("cancelled");
    let checked: Result<(Vec<Checked>, Vec<Leftover>), _> =
        apart_for(api.patience, progress, work, left, drop)?;
    let (checked, leftovers) = checked?;
    let items: Vec<_> = checked.into_iter().map(archive).collect();
    Ok(FolderChecked {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        leftovers: leftovers.into_iter().map(leftover).collect(),
    })
}

fn leftover(left: Leftover) -> FolderLeftover {
    FolderLeftover {
        name: left.name,
        kind: match left.kind {
            LeftoverKind::Waiting => "waiting",
            LeftoverKind::Removing => "removing",
        },
    }
}

fn archive(checked: Checked) -> FolderCheckedArchive {
    FolderCheckedArchive {
        archive: checked.archive,
        proven: checked.proven,
        unverified: checked.unverified,
        failed: checked.failed.into_iter().map(Into::into).collect(),
        unreadable: checked.unreadable,
        besides: checked.besides,
        broken: checked.broken,
    }
}
