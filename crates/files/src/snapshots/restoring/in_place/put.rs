//! Putting files back where they were.

use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Message, ObjectHash, Sha256, SnapshotId};
use flowkeep_host::Progress;
use flowkeep_store::SessionWork;
use ulid::Ulid;

use super::super::found::Recovery;
use super::super::own::{Copied, CopyChoice, Copying, own_copy};
use super::super::restore::{
    Back, Done, OVERLAYS, Wanting, came_to_nothing, counts, told, write_down,
};
use super::keep::{Before, keep};
use super::plan::{InPlaceAct, InPlacePlan, in_place_plan};
use super::work::{Work, WorkFile};
use super::{InPlaceError, put_back_alone};
use crate::snapshots::overlay::Lost;
use crate::snapshots::pack::LARGEST_OBJECT;
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// Files that were put back where they were.
pub struct PutInPlace {
    /// The same in a copy of the session's own, as in any restore.
    pub back: Back,
    /// What was found before.
    pub recovery: Recovery,
    /// The files that were written.
    pub written: Vec<ConfigPath>,
    /// Those of them that were made with what stands for their keys.
    pub made_masked: Vec<ConfigPath>,
    /// The files that were as they were already.
    pub same: Vec<ConfigPath>,
    /// The files that were not written, and why.
    pub left: Vec<Lost>,
    /// The snapshot of what was there; none where nothing was written over.
    pub before: Option<SnapshotId>,
    /// Where files with keys are whole that were written over.
    pub whole: Option<PathBuf>,
    /// The file that the session begins with again, where it began with another one.
    pub begins_with: Option<ConfigPath>,
}

/// Puts files of a session back where they were, as a plan said. What is there is kept first; once the first file is
/// written, a cancel does not count any more.
///
/// # Errors
/// [`InPlaceError`]; no file was touched then, unless it is the database that fails: the next one who opens the data
/// goes on.
pub fn put_in_place(
    workshop: &Workshop,
    wanting: &Wanting<'_>,
    stamp: Sha256,
    progress: &dyn Progress,
) -> Result<PutInPlace, InPlaceError> {
    let _alone = put_back_alone(workshop)?;
    let _shared = workshop.share()?;
    let session = wanting.seeking.session;
    let put = put(workshop, wanting, stamp, progress);
    let found = match &put {
        Err(InPlaceError::Nothing(candidates)) => told(candidates),
        Err(InPlaceError::Take(error)) if counts(error) => {
            serde_json::json!({ "error": error.to_string() }).to_string()
        }
        _ => return put,
    };
    if let Err(error) = came_to_nothing(workshop, session, found) {
        tracing::warn!(%error, "the attempt could not be written down");
    }
    put
}

fn put(
    workshop: &Workshop,
    wanting: &Wanting<'_>,
    stamp: Sha256,
    progress: &dyn Progress,
) -> Result<PutInPlace, InPlaceError> {
    let session = wanting.seeking.session;
    let mut plan = in_place_plan(workshop, wanting, progress)?;
    if plan.stamp != stamp {
        return Err(InPlaceError::PlanChanged);
    }
    // What is made with what stands for its keys comes from a copy that has that.
    let is_any_masked = plan
        .files
        .iter()
        .any(|file| file.act == InPlaceAct::MakesMasked);
    let choice = if is_any_masked {
        CopyChoice::AsWritten
    } else {
        CopyChoice::New
    };
    let copied = own_copy(workshop, (session, choice), &mut plan.pieces, progress)?;
    let Copying::Done(copied) = copied else {
        return Err(InPlaceError::PlanChanged);
    };
    let place = copied.place.clone();
    as_copied(workshop, &place, &mut plan);
    let before = keep(workshop, session, &plan, progress)?;
    if progress.cancelled() {
        return Err(SnapshotError::Cancelled.into());
    }
    let found = told(&plan.recovery.candidates);
    let copy = place.file_name().unwrap_or_default().to_string_lossy();
    let work = work_of(workshop, &plan, session.id.clone(), (&copy, found.clone()));
    let row = SessionWork {
        work: Ulid::generate().to_string(),
        session: session.row,
        plan: work.to_text(),
        at: workshop.clock.now().0,
    };
    let id = row.work.clone();
    let is_any = !work.files.is_empty();
    if is_any {
        let there = session.id.clone();
        workshop.store.write(move |tx| {
            tx.session(&there)?.ok_or(TakeError::Unknown)?;
            Ok::<_, TakeError>(tx.begin_session_work(&row)?)
        })?;
    }
    let (written, mut left) = work.carry_out(workshop, (&plan.root, &id), progress);
    let entry = work.entry_unless(&left);
    write_down(
        workshop,
        &Done {
            session: &session.id,
            source: plan.chosen.source,
            found: &found,
            own: Some(&workshop.data_dir.join(OVERLAYS).join(&*copy)),
            goes_on: false,
            work: is_any.then_some(id.as_str()),
            entry: entry.as_ref(),
        },
    )?;
    left.extend(plan.files.iter().filter_map(|file| {
        let reason = file.act.reason()?;
        Some(lost(&file.path, reason))
    }));
    left.sort_by(|one, other| one.path.cmp(&other.path));
    let entry = plan
        .recovery
        .begins_with(session, &plan.chosen, &copied.written);
    let begins_with = work.entry_unless(&left);
    let begins_with = begins_with.filter(|path| session.config.as_deref() != Some(path.as_str()));
    let put = done(plan, (copied, entry), (written, left), before);
    Ok(PutInPlace { begins_with, ..put })
}

/// What a file becomes that is made with what stands for its keys: what its copy is, and not what it was.
fn as_copied(workshop: &Workshop, copy: &Path, plan: &mut InPlacePlan) {
    let masked = plan.files.iter_mut();
    for file in masked.filter(|file| file.act == InPlaceAct::MakesMasked) {
        let read = workshop
            .files
            .read(copy, file.path.as_str(), LARGEST_OBJECT as u64);
        match read {
            Ok(bytes) => file.becomes = Some((Sha256::of(&bytes), ObjectHash::of(&bytes))),
            Err(_) => file.act = InPlaceAct::Gone(Message::new("object_missing")),
        }
    }
}

fn lost(path: &ConfigPath, reason: &Message) -> Lost {
    Lost {
        path: path.clone(),
        reason: reason.clone(),
    }
}

fn work_of(
    workshop: &Workshop,
    plan: &InPlacePlan,
    session: String,
    (copy, found): (&str, String),
) -> Work {
    let file = |file: &super::InPlaceFile| {
        let (becomes, object) = file.becomes?;
        Some(WorkFile {
            path: file.path.clone(),
            object,
            was: file.was,
            becomes,
        })
    };
    Work {
        session,
        root: plan.root_row,
        copy: copy.to_owned(),
        source: plan.chosen.source.as_str().to_owned(),
        actor: workshop.actor.clone(),
        found,
        entry: entry_of(plan),
        files: plan.written().filter_map(file).collect(),
    }
}

/// The file that a snapshot begins with, where it is or comes where it was.
fn entry_of(plan: &InPlacePlan) -> Option<ConfigPath> {
    let entry = plan.recovery.entry(plan.chosen.snapshot?)?;
    let mut files = plan.files.iter();
    let file = files.find(|file| file.path == *entry)?;
    file.act.reason().is_none().then(|| entry.clone())
}

fn done(
    plan: InPlacePlan,
    (copied, entry): (Copied, Option<ConfigPath>),
    (written, left): (Vec<ConfigPath>, Vec<Lost>),
    before: Before,
) -> PutInPlace {
    let of = |act: InPlaceAct| {
        let files = plan.files.iter().filter(move |file| file.act == act);
        files.map(|file| file.path.clone()).collect::<Vec<_>>()
    };
    let same = of(InPlaceAct::Same);
    let mut made_masked = of(InPlaceAct::MakesMasked);
    made_masked.retain(|path| written.contains(path) && plan.pieces.masked.contains(path));
    PutInPlace {
        back: copied.back(plan.chosen, entry, plan.pieces.lost),
        recovery: plan.recovery,
        written,
        made_masked,
        same,
        left,
        before: before.snapshot,
        whole: before.whole,
        begins_with: None,
    }
}
