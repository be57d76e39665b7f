//! `session_list`, `session_show`, `session_stats`: what is kept. Only the database is asked, for the bytes on the
//! disk the store of snapshots, of a run of which nothing is kept where that would be, and for one session its own
//! copies ([`super::session_copy`]).

use flowkeep_core::session::SessionOrigin;
use flowkeep_core::session::candidate::Confidence;
use flowkeep_core::session::file::StatedTime;
use flowkeep_core::{Message, RunId, SnapshotId};
use flowkeep_engine::definition_of;
use flowkeep_files::snapshots::manifest::{TreeFile, TreeMasked, TreeMissing};
use flowkeep_files::snapshots::restoring::OVERLAYS;
use flowkeep_files::snapshots::usual_store_dir;
use flowkeep_host::path_text;
use flowkeep_store::{
    ConfigEntry, ConfigSnapshotRecord, IMPORTED, KeptRun, ListedSession, SessionFilter,
    SessionPlace, SessionRecord, Which, WorksWith,
};

use super::sessions::{left_out, masked};
use super::{session_copy, snapshot_keys};
use crate::belonging::{forgotten, let_go};
use crate::types::{
    Nothing, SessionAmbiguous, SessionFile, SessionLetGo, SessionList, SessionListInput,
    SessionMissing, SessionRef, SessionRow, SessionShow, SessionSnapshot, SessionStatedTime,
    SessionStats, SessionUnkept, SessionUnread, SessionWhich,
};
use crate::{Api, AppError, time};

/// Rows of a page unless told.
const PAGE: u32 = 50;

/// A page of sessions.
///
/// # Errors
/// `session_unknown` for a page that begins after none; what the database says.
pub fn list(api: &Api, input: SessionListInput) -> Result<SessionList, AppError> {
    api.mark_left();
    let which = match input.which {
        Some(SessionWhich::Recoverable) => Which::Recoverable,
        Some(SessionWhich::Active) => Which::Active,
        Some(SessionWhich::Completed) => Which::Completed,
        Some(SessionWhich::Together) => Which::Together,
        None if input.all.unwrap_or_default() => Which::All,
        None => Which::Open,
    };
    let page = api.store.sessions(&SessionFilter {
        which,
        id: None,
        after: input.after.as_deref().map(place).transpose()?,
        offset: input.offset.unwrap_or_default(),
        limit: input.limit.unwrap_or(PAGE),
        closed: closed(api)?,
    })?;
    let counts = api.store.session_counts()?;
    let items = page.items.into_iter().map(|listed| row(api, listed));
    Ok(SessionList {
        total: page.total,
        recoverable: counts.recoverable,
        active: counts.active,
        completed: counts.completed,
        runs: counts.runs,
        all: counts.all,
        next: page
            .next
            .map(|next| format!("{} {}", next.updated_at, next.id)),
        items: items.collect::<Result<_, _>>()?,
    })
}

/// Rows of the snapshots that cannot be opened with the keys here.
fn closed(api: &Api) -> Result<Vec<i64>, AppError> {
    let closed = snapshot_keys::closed(api)?.unwrap_or_default();
    Ok(closed.into_iter().map(|one| one.snapshot).collect())
}

/// The place that a page has said comes before the next one.
fn place(said: &str) -> Result<SessionPlace, AppError> {
    let read = said.split_once(' ').and_then(|(at, id)| {
        Some(SessionPlace {
            updated_at: at.parse().ok()?,
            id: id.to_owned(),
        })
    });
    read.ok_or_else(|| unknown(said))
}

/// A session, and what is kept of its configuration.
///
/// # Errors
/// `session_unknown`; what the database says.
pub fn show(api: &Api, input: SessionRef) -> Result<SessionShow, AppError> {
    api.mark_left();
    let listed = listed(api, &input.id)?;
    let kept = api.store.session(&input.id)?;
    let snapshots = match &kept {
        Some(kept) => api.store.config_snapshots(kept.row)?,
        None => Vec::new(),
    };
    let entry = listed.config.as_ref().unwrap_or(&listed.name).clone();
    let closed = closed(api)?;
    let snapshots = snapshots.iter().map(|one| {
        let told = snapshot(api, one, &entry)?;
        Ok::<_, AppError>(SessionSnapshot {
            closed: closed.contains(&one.row),
            ..told
        })
    });
    let kept = kept.as_ref();
    let copy = match kept {
        Some(kept) => api.store.session_copy(kept.row)?,
        None => None,
    };
    let own = match (kept, &copy) {
        (Some(kept), Some(copy)) => session_copy::stand(api, kept, copy, &entry),
        _ => None,
    };
    let row = row(api, listed)?;
    let unkept = match (kept, &row.run_id) {
        (None, Some(run)) => unkept_of(api, run)?,
        _ => None,
    };
    Ok(SessionShow {
        id: row.id,
        name: row.name,
        origin: row.origin,
        config: row.config,
        root: row.root,
        strategy: kept.map(|kept| kept.strategy.clone()),
        status: row.status,
        stated_status: row.stated_status,
        stated_config: kept.and_then(|kept| kept.stated_config.clone()),
        stated_created_at: row.stated_created_at,
        stated_updated_at: row.stated_updated_at,
        run_id: row.run_id,
        run_status: row.run_status,
        confidence: row.confidence,
        missing: row.missing,
        steps_done: row.steps_done,
        steps: row.steps,
        works_with: copy
            .as_ref()
            .map_or(WorksWith::File, |copy| copy.works_with)
            .as_str(),
        own_copy: own,
        failures: copy.as_ref().map_or(0, |copy| copy.failures),
        overlay: copy
            .and_then(|copy| copy.overlay)
            .map(|name| path_text(&api.data_dir.join(OVERLAYS).join(name))),
        agent: kept.and_then(|kept| kept.agent.clone()),
        state: kept.and_then(|kept| kept.state.clone()),
        unkept,
        snapshots: snapshots.collect::<Result<_, _>>()?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What a run refers to that is its own session.
fn unkept_of(api: &Api, run: &str) -> Result<Option<SessionUnkept>, AppError> {
    let id: RunId = run.parse().map_err(|_| unknown(run))?;
    match api.store.run(id)? {
        Some(run) => api.belongings.unkept(&api.store, &run),
        None => Ok(None),
    }
}

/// What all snapshots hold together, and take.
///
/// # Errors
/// What the database and the disk say.
pub fn stats(api: &Api, _: Nothing) -> Result<SessionStats, AppError> {
    let totals = api.store.snapshot_totals()?;
    let store = api.see_snapshot_store()?;
    let counted = match store.away {
        None => api.count_snapshot_store(),
        Some(why) => Err(why),
    };
    let (bytes_stored, why) = match counted {
        Ok(bytes) => (bytes, None),
        Err(why) => (0, Some(why)),
    };
    Ok(SessionStats {
        sessions: totals.sessions,
        snapshots: totals.snapshots,
        files: totals.files,
        bytes_original: totals.bytes,
        bytes_distinct: totals.bytes_distinct,
        bytes_stored,
        oldest: totals.oldest.map(time::rfc3339),
        newest: totals.newest.map(time::rfc3339),
        store_dir: path_text(&store.dir),
        store_chosen: store.dir != usual_store_dir(&api.data_dir),
        store_away: why.is_some(),
        store_why: why.map(Into::into),
    })
}

/// What keeps snapshots from coming back on this computer just now, whatever is known of them: their store is away, or
/// the key to what is encrypted.
///
/// # Errors
/// What the database says.
pub fn hindered(api: &Api) -> Result<Vec<Message>, AppError> {
    let mut found: Vec<Message> = Vec::new();
    found.extend(api.see_snapshot_store()?.away.map(Into::into));
    if api.store.keeps_encrypted()? {
        match snapshot_keys::state(api)? {
            "locked" => found.push(Message::new("sessions_key_locked")),
            "behind" => found.push(Message::new("sessions_key_behind")),
            _ if snapshot_keys::without_key(api)?.is_some_and(|count| count > 0) => {
                found.push(Message::new("sessions_key_gone"));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn unknown(id: &str) -> AppError {
    AppError::new("session_unknown").with("session", id)
}

/// How much a snapshot refers to that was not there when it was taken; of the one from which a session would go on
/// where none is named.
pub(super) fn missing_then(
    api: &Api,
    id: &str,
    snapshot: Option<SnapshotId>,
) -> Result<u32, AppError> {
    let named = match snapshot {
        Some(snapshot) => api.store.config_snapshot(snapshot)?,
        None => return Ok(listed(api, id)?.missing),
    };
    let found = named.map(|named| serde_json::from_str::<TreeFile>(&named.found));
    let found = found.and_then(Result::ok).unwrap_or_default();
    Ok(u32::try_from(found.missing.len()).unwrap_or(u32::MAX))
}

/// How sure it is that a session can go on as it was, where its files are not asked.
pub(super) fn confidence_alone(api: &Api, id: &str) -> Result<Confidence, AppError> {
    Ok(listed(api, id)?.confidence)
}

fn listed(api: &Api, id: &str) -> Result<ListedSession, AppError> {
    let page = api.store.sessions(&SessionFilter {
        which: Which::All,
        id: Some(id.to_owned()),
        limit: 1,
        closed: closed(api)?,
        ..SessionFilter::default()
    })?;
    page.items.into_iter().next().ok_or_else(|| unknown(id))
}

/// A session of which something can be kept. A run without configuration outside is its own session and has
/// nothing.
pub(super) fn kept(api: &Api, id: &str) -> Result<SessionRecord, AppError> {
    if let Some(kept) = api.store.session(id)? {
        return Ok(kept);
    }
    let listed = match listed(api, id) {
        Err(error) if error.code == "session_unknown" => {
            let gone = api.store.newest_about("session_forget", "session", id)?;
            let gone = gone.ok_or(error)?;
            let name = gone.subject_name.clone().unwrap_or_else(|| id.to_owned());
            return Err(was_forgotten(name, let_go(gone)));
        }
        listed => listed?,
    };
    let run = listed.run.map(|run| api.store.run(run)).transpose()?;
    let run = run.flatten();
    if let Some(run) = &run
        && let Some(let_go) = forgotten(&api.store, run)?
    {
        return Err(was_forgotten(listed.name, let_go));
    }
    let is_imported = run.is_some_and(|run| run.face == IMPORTED);
    let code = if is_imported {
        "session_ran_elsewhere"
    } else {
        "session_no_config"
    };
    Err(AppError::new(code).with("session", listed.name))
}

/// That a session is no more, because somebody wanted so.
fn was_forgotten(name: String, let_go: SessionLetGo) -> AppError {
    AppError::new("session_forgotten")
        .with("session", name)
        .with("by", let_go.by)
}

/// A snapshot of a session that was just taken.
pub(super) fn taken(api: &Api, id: &str, taken: SnapshotId) -> Result<SessionSnapshot, AppError> {
    let kept = kept(api, id)?;
    let entry = kept.config.unwrap_or(kept.name);
    let found = api.store.config_snapshot(taken)?;
    let found = found.ok_or_else(|| unknown(id))?;
    snapshot(api, &found, &entry)
}

fn row(api: &Api, listed: ListedSession) -> Result<SessionRow, AppError> {
    let run = match listed.run {
        Some(run) => api.store.run(run)?,
        None => None,
    };
    let steps = match &run {
        Some(run) => steps(api, run)?,
        None => None,
    };
    let (steps_done, steps) = steps.unzip();
    let kept = match listed.origin {
        SessionOrigin::Import1 | SessionOrigin::Import2 => api.store.session(&listed.id)?,
        SessionOrigin::Run | SessionOrigin::Config => None,
    };
    let stated = kept.map(|kept| kept.stated_times).unwrap_or_default();
    Ok(SessionRow {
        id: listed.id,
        name: listed.name,
        origin: listed.origin.as_str(),
        config: listed.config,
        status: listed.status.as_str(),
        stated_status: listed.stated_status,
        stated_created_at: stated.created_at.map(stated_time),
        stated_updated_at: stated.updated_at.map(stated_time),
        run_id: listed.run.map(|run| run.to_string()),
        run_status: run.map(|run| run.status),
        snapshots: listed.snapshots,
        closed: Some(listed.closed).filter(|count| *count > 0),
        confidence: listed.confidence.as_str(),
        missing: listed.missing,
        steps_done,
        steps,
        root: listed.root.as_deref().map(path_text),
        created_at: time::rfc3339(listed.created_at),
        updated_at: time::rfc3339(listed.updated_at),
    })
}

fn stated_time(text: String) -> SessionStatedTime {
    let StatedTime { text, has_zone } = StatedTime::of(text);
    SessionStatedTime { text, has_zone }
}

/// How many steps of a run have ended, and how many there are; nothing where its definition cannot be read.
fn steps(api: &Api, run: &KeptRun) -> Result<Option<(u32, u32)>, AppError> {
    let Ok(Some(definition)) = definition_of(&api.store, run) else {
        return Ok(None);
    };
    let steps = u32::try_from(definition.tasks().len()).unwrap_or(u32::MAX);
    Ok(Some((api.store.progress_of(run.row)?.succeeded, steps)))
}

/// A snapshot as it is told; what stands in no file stands in `entry`, where it begins.
pub(super) fn snapshot(
    api: &Api,
    record: &ConfigSnapshotRecord,
    entry: &str,
) -> Result<SessionSnapshot, AppError> {
    let damaged = |error| AppError::new("internal").with("detail", error);
    let found: TreeFile = serde_json::from_str(&record.found).map_err(damaged)?;
    let from = |from: Option<_>| from.map_or_else(|| entry.to_owned(), String::from);
    let missing = |missing: TreeMissing| SessionMissing {
        reference: missing.reference,
        from: from(missing.from),
        pointer: missing.pointer,
        leads_out: missing.reason != "not_found",
        looked: (missing.reason != "outside_root").then_some(missing.looked),
    };
    let files = api.store.config_entries(record.tree)?;
    let unparsed = found.unparsed.into_iter().chain(found.unread);
    Ok(SessionSnapshot {
        id: record.id.to_string(),
        status: record.status.as_str(),
        files: files.into_iter().map(file).collect(),
        missing: found.missing.into_iter().map(missing).collect(),
        elsewhere: found.elsewhere.into_iter().map(missing).collect(),
        unparsed: unparsed
            .map(|unread| SessionUnread {
                path: unread.path.into(),
                reason: unread.reason,
            })
            .collect(),
        ambiguous: found
            .ambiguous
            .into_iter()
            .map(|met| SessionAmbiguous {
                reference: met.reference,
                from: from(met.from),
                pointer: met.pointer,
                taken: met.taken.into_iter().map(String::from).collect(),
            })
            .collect(),
        left_out: found
            .left_out
            .into_iter()
            .map(|out| left_out((out.path, out.why)))
            .collect(),
        sequence: record.sequence,
        at: time::rfc3339(record.at),
        reason: record.reason.as_str(),
        strategy: record.strategy.name.clone(),
        bytes: record.bytes,
        encrypted: api.store.is_tree_encrypted(record.tree)?,
        closed: false,
        damaged: Some(api.store.damaged_in_tree(record.tree)?).filter(|count| *count > 0),
    })
}

fn file(entry: ConfigEntry) -> SessionFile {
    let places: Vec<TreeMasked> = entry
        .masked
        .and_then(|masked| serde_json::from_str(&masked).ok())
        .unwrap_or_default();
    SessionFile {
        kind: entry.kind.as_str().to_owned(),
        path: entry.path.into(),
        sha256: entry.sha256.to_string(),
        bytes: entry.bytes,
        masked: !places.is_empty(),
        masked_places: masked(places),
    }
}
