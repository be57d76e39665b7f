//! `session_in_place_plan`, and `session_restore` where files of a session go back where they were. What touches
//! disks is done apart, as in `folders`.

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{Message, Sha256, SnapshotId};
use flowkeep_files::snapshots::restoring::{
    CopyChoice, InPlaceAct, InPlaceError, InPlaceFile, InPlaceSettled, PutInPlace, Wanting,
    in_place_plan, put_in_place, recover_in_place,
};
use flowkeep_host::path_text;
use flowkeep_store::FileUser;

use super::folders::some;
use super::session_list;
use super::session_recovery::{
    Wanted, candidates, differing, lost, not_recoverable, restored_of, without_store,
};
use super::session_snapshots::keep_as_it_is;
use crate::apart::{apart_for, in_time};
use crate::configuring::Ticks;
use crate::progress::Thinned;
use crate::put_right::RECOVERY;
use crate::types::{
    SessionFileUser, SessionInPlaceFile, SessionInPlaceInput, SessionInPlacePlan,
    SessionPutInPlace, SessionRestoreInput, SessionRestored,
};
use crate::{Api, AppError, Progress};

/// What putting files of a session back where they were would do, and which other sessions work with them. Nothing
/// is changed.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `session_no_root`, `session_root_gone`, `session_not_recoverable`,
/// `snapshot_unknown`, `cancelled`; what the database says.
pub fn plan(
    api: &Api,
    input: SessionInPlaceInput,
    progress: &dyn Progress,
) -> Result<SessionInPlacePlan, AppError> {
    let wanted = Wanted::of(api, &input.id, (input.wanted, input.snapshot.as_deref()))?;
    let (workshop, looked) = (api.snapshot_workshop()?, wanted.clone());
    let masked = paths(input.make_masked);
    let work = move |steps: &Thinned<'_>| {
        let wanting = wanting(&looked, &masked);
        Ok(in_place_plan(&workshop, &wanting, steps))
    };
    let left = || AppError::new("cancelled");
    let plan = apart_for(api.patience, progress, work, left, drop)?;
    let plan = plan.map_err(|error| refused(error, &wanted))?;
    let snapshot = plan.chosen.snapshot;
    Ok(SessionInPlacePlan {
        session_id: input.id,
        source: plan.chosen.source.as_str(),
        snapshot: snapshot.map(|id| id.to_string()),
        sequence: snapshot.and_then(|id| plan.recovery.sequence(id)),
        root: path_text(&plan.root),
        complete: !plan.files.iter().any(is_left),
        files: plan.files.into_iter().map(file).collect(),
        used_by: plan.used_by.into_iter().map(user).collect(),
        stamp: plan.stamp,
    })
}

/// Puts files of a session back where they were, as a plan said; what is there is kept first.
///
/// # Errors
/// As [`plan`]; `plan_changed`, `session_in_place_busy`; what the disk says.
pub(super) fn restore(
    api: &Api,
    input: SessionRestoreInput,
    stamp: Sha256,
    progress: &dyn Progress,
) -> Result<SessionRestored, AppError> {
    let is_alone = input.to.is_none() && !input.resume.unwrap_or_default();
    if !is_alone {
        return Err(AppError::new("session_in_place_alone"));
    }
    let wanted = Wanted::of(api, &input.id, (input.wanted, input.snapshot.as_deref()))?;
    let (workshop, looked) = (api.snapshot_workshop()?, wanted.clone());
    let masked = paths(input.make_masked);
    let work = move |steps: &Thinned<'_>| {
        let wanting = wanting(&looked, &masked);
        Ok(put_in_place(&workshop, &wanting, stamp, steps))
    };
    // A disk that does not answer is left to itself: what was begun is finished when it does.
    let left = || AppError::new("cancelled").hint("in_place_goes_on");
    let put = apart_for(api.patience, progress, work, left, drop)?;
    let put = put.map_err(|error| refused(error, &wanted))?;
    // What was made without its keys is not what the work is to have from now on.
    let is_whole = put.left.is_empty() && put.made_masked.is_empty();
    if !put.written.is_empty() && is_whole && !is_undoing(api, &put)? {
        let session = session_list::kept(api, &input.id)?;
        keep_as_it_is(api, &session, SnapshotReason::PutBack);
    }
    let run = match wanted.session.run {
        Some(run) => api.store.run(run)?,
        None => None,
    };
    let PutInPlace { recovery, back, .. } = put;
    let in_place = SessionPutInPlace {
        written: put.written.into_iter().map(String::from).collect(),
        made_masked: put.made_masked.into_iter().map(String::from).collect(),
        same: put.same.into_iter().map(String::from).collect(),
        left: put.left.into_iter().map(lost).collect(),
        before: put.before.as_ref().map(SnapshotId::to_string),
        kept_whole: put.whole.as_deref().map(path_text),
        begins_with: put.begins_with.map(String::from),
    };
    let told = candidates(&recovery, &wanted.session);
    let differences = differing(&recovery, back.chosen.snapshot);
    let run = run.as_ref().map(super::run_changes::told);
    let mut done = restored_of(input.id, (told, differences), back, run);
    let is_whole = in_place.left.is_empty() && in_place.made_masked.is_empty();
    done.complete = done.complete && is_whole;
    done.in_place = Some(in_place);
    Ok(done)
}

/// Whether that were the files that had been written over: then they are what somebody had made of them, and nothing
/// that the work was to have.
fn is_undoing(api: &Api, put: &PutInPlace) -> Result<bool, AppError> {
    let snapshot = put.back.chosen.snapshot;
    let kept = snapshot
        .map(|id| api.store.config_snapshot(id))
        .transpose()?;
    Ok(kept
        .flatten()
        .is_some_and(|kept| !kept.reason.is_of_the_work()))
}

fn wanting<'a>(wanted: &'a Wanted, make_masked: &'a [ConfigPath]) -> Wanting<'a> {
    Wanting {
        goes_on: false,
        seeking: wanted.seeking(),
        from: wanted.from,
        to: None,
        make_masked,
        copy: CopyChoice::New,
    }
}

/// Paths that somebody named; what is none below a root is no file of a plan.
fn paths(named: Option<Vec<String>>) -> Vec<ConfigPath> {
    let named = named.unwrap_or_default().into_iter();
    named
        .filter_map(|path| ConfigPath::new(path).ok())
        .collect()
}

fn is_left(file: &InPlaceFile) -> bool {
    file.act.reason().is_some()
}

fn file(file: InPlaceFile) -> SessionInPlaceFile {
    let (act, reason) = match file.act {
        InPlaceAct::Same => ("same", None),
        InPlaceAct::Makes => ("makes", None),
        InPlaceAct::MakesMasked => ("makes_masked", None),
        InPlaceAct::Replaces => ("replaces", None),
        InPlaceAct::Left(reason) => ("left", Some(reason)),
        InPlaceAct::Gone(reason) => ("gone", Some(reason)),
    };
    SessionInPlaceFile {
        path: file.path.into(),
        act,
        reason,
        holds_keys: file.holds_keys,
    }
}

fn user(user: FileUser) -> SessionFileUser {
    SessionFileUser {
        id: user.id,
        name: user.name,
        files: user.files,
    }
}

fn refused(error: InPlaceError, wanted: &Wanted) -> AppError {
    let name = &wanted.session.name;
    match error {
        InPlaceError::Take(error) => without_store(error),
        InPlaceError::Nothing(found) => not_recoverable(&found, wanted.from, 0)
            .with("session", name)
            .with("session_id", &wanted.session.id),
        InPlaceError::NoRoot => AppError::new("session_no_root").with("session", name),
        InPlaceError::RootGone(path) => AppError::new("session_root_gone")
            .with("path", path_text(&path))
            .hint("root_moved"),
        InPlaceError::PlanChanged => AppError::new("plan_changed"),
        InPlaceError::Busy => AppError::new("session_in_place_busy").retryable(),
    }
}

impl Api {
    /// Goes on with files of sessions that a dead process was putting back where they were, and says so. What cannot
    /// be done now is tried again later: no start fails because of it.
    pub(crate) fn recover_in_place(&self) -> Vec<Message> {
        let recovered = || -> Result<Vec<InPlaceSettled>, AppError> {
            if self.store.session_works()?.is_empty() {
                return Ok(Vec::new());
            }
            let workshop = self.snapshot_workshop()?;
            // However many files there are: whoever opens the data for a moment only would leave some to the next.
            in_time(RECOVERY, &self.data_dir, move |step| {
                recover_in_place(&workshop, &Ticks(step)).map_err(AppError::from)
            })
        };
        match recovered() {
            Ok(settled) => settled.into_iter().map(told).collect(),
            Err(error) => {
                tracing::warn!(%error, "files of sessions are not put back yet");
                vec![Message::new("put_right_in_place_later")]
            }
        }
    }
}

fn told(settled: InPlaceSettled) -> Message {
    let at = |code: &str| {
        Message::new(code)
            .with("session", &settled.session)
            .with("folder", path_text(&settled.root))
    };
    match &settled.left {
        None => at("put_right_in_place_gone"),
        Some(left) if left.is_empty() => at("put_right_in_place").with("count", settled.written),
        Some(left) => {
            let names: Vec<String> = left.iter().map(|lost| lost.path.to_string()).collect();
            at("put_right_in_place_but")
                .with("count", settled.written)
                .with("files", some(names.iter()))
        }
    }
}
