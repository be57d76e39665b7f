//! Files that appear in watched folders, and the runs they start.
//!
//! A file that two looks found the same is either done (the store has it by name, size and time), or
//! lay there before its folder was watched, or starts a run: which, and that it is done, are one
//! transaction. A file that cannot start anything now is not done.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::run::{Moment, Start};
use flowkeep_core::trigger::{Trigger, WatchTrouble, Watched};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{ArrivalRun, Arrived, ScheduleRecord, StoreError};
use serde_json::json;

use super::Timetable;
use super::origin::{Origin, is_own, origin};
use crate::begin::Beginning;
use crate::round::NotKept;
use crate::starting::{actor, unasked};
use crate::watching::{Looker, Lying};

/// How long a file has to stay the same. In tests nobody waits for that.
const AT_REST: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 2 });

/// A server's clock may differ from ours by so much. Once it is known what lay in a folder, only what is
/// older than that by so much is still taken to have lain there: its drive was not there before.
const SKEW_MS: i64 = 86_400_000;

/// So many files of a folder start runs at one look; the next look goes on.
const AT_ONCE: usize = 100;

/// A folder that a workflow watches.
pub(super) struct Folder {
    kept: ScheduleRecord,
    watched: Watched,
    looker: Option<Looker>,
    /// Files that are done, by name.
    done: HashMap<String, Arrived>,
    /// Whether what had gone was forgotten.
    is_tidy: bool,
}

impl Folder {
    /// Stands among the files that are done, and no file is called so: what lay there before is known.
    fn beginning(&self) -> Arrived {
        Arrived {
            name: String::new(),
            size: 0,
            modified: self.kept.looked_at,
        }
    }
}

impl Timetable {
    /// Watches the folders of these workflows and no others.
    pub(super) fn watch_folders(&mut self, kept: Vec<ScheduleRecord>) -> Result<(), StoreError> {
        let mut before: HashMap<_, _> = self
            .folders
            .drain(..)
            .map(|folder| (folder.kept.workflow_id.clone(), folder))
            .collect();
        for kept in kept {
            let Trigger::Watch(watched) = kept.trigger.clone() else {
                continue;
            };
            let known = before.remove(&kept.workflow_id);
            let known = known.filter(|folder| folder.watched == watched);
            let folder = match known {
                // Looking goes on: what it found so far is still so.
                Some(folder) if folder.kept.looked_at == kept.looked_at => {
                    Folder { kept, ..folder }
                }
                known => Folder {
                    done: self.store.arrivals(&kept.workflow_id)?,
                    looker: known.and_then(|folder| folder.looker),
                    is_tidy: false,
                    kept,
                    watched,
                },
            };
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Starts a run for each file that is new; answers how many. A folder that cannot be carried out
    /// keeps no other from it.
    pub(super) fn start_arrivals(&mut self) -> Result<usize, NotKept> {
        let mut started = 0;
        let mut folders = std::mem::take(&mut self.folders);
        let mut looked = Ok(());
        for folder in &mut folders {
            match self.look_into(folder) {
                Ok(many) => started += many,
                Err(NotKept::Lost) => looked = Err(NotKept::Lost),
                Err(NotKept::Store(error)) => {
                    tracing::warn!(%error, "files that appeared cannot be carried out; it is tried again");
                }
            }
        }
        self.folders = folders;
        looked.map(|()| started)
    }

    fn look_into(&self, folder: &mut Folder) -> Result<usize, NotKept> {
        if let Some(why) = self.unfit(&folder.watched) {
            self.tell_of(folder, why)?;
            return Ok(0);
        }
        let found = match &mut folder.looker {
            Some(looker) => looker.look(),
            none => match Looker::start(&folder.watched, AT_REST) {
                Ok(looker) => {
                    *none = Some(looker);
                    return Ok(0);
                }
                Err(error) => Some(Err(error)),
            },
        };
        match found {
            None => Ok(0),
            Some(Err(error)) => {
                let unreadable = WatchTrouble::Unreadable.of_folder(&folder.watched.folder);
                let why = unreadable.with("reason", error);
                self.tell_of(folder, why)?;
                Ok(0)
            }
            Some(Ok(found)) => {
                let trouble = folder.kept.trouble.as_ref();
                if trouble.and_then(WatchTrouble::told_by) == Some(WatchTrouble::Unreadable) {
                    let workflow = folder.kept.workflow_id.clone();
                    self.write(move |tx| tx.watched_again(&workflow))?;
                    folder.kept.trouble = None;
                }
                self.forget_gone(folder, &found.all)?;
                self.take(folder, found.files)
            }
        }
    }

    /// Why a folder is not looked at whatever is in it.
    fn unfit(&self, watched: &Watched) -> Option<Message> {
        let path = text_path(&watched.folder);
        let own = self.store.path().parent();
        let trouble = if !path.is_absolute() {
            WatchTrouble::NotAbsolute
        } else if own.is_some_and(|own| path.starts_with(own) || own.starts_with(&path)) {
            WatchTrouble::Ours
        } else {
            return None;
        };
        Some(trouble.of_folder(&watched.folder))
    }

    /// Says why nothing starts; said once.
    fn tell_of(&self, folder: &mut Folder, why: Message) -> Result<(), NotKept> {
        if folder.kept.trouble.as_ref() != Some(&why) {
            let (workflow, told) = (folder.kept.workflow_id.clone(), why.clone());
            self.write(move |tx| tx.schedule_trouble(&workflow, &told))?;
            folder.kept.trouble = Some(why);
        }
        Ok(())
    }

    /// Says what a file waits for, where nothing was missed by that.
    fn tell_of_delay(&self, folder: &mut Folder, why: Message) -> Result<(), NotKept> {
        if folder.kept.trouble.as_ref() != Some(&why) {
            let (workflow, told) = (folder.kept.workflow_id.clone(), why.clone());
            self.write(move |tx| tx.schedule_hindered(&workflow, &told).map(drop))?;
            folder.kept.trouble = Some(why);
        }
        Ok(())
    }

    /// A folder that is empty may be a drive that is not there.
    fn forget_gone(&self, folder: &mut Folder, all: &[String]) -> Result<(), NotKept> {
        if folder.is_tidy || all.is_empty() {
            return Ok(());
        }
        folder.is_tidy = true;
        let here: std::collections::HashSet<_> = all.iter().collect();
        let gone = folder
            .done
            .keys()
            .filter(|name| !name.is_empty() && !here.contains(name));
        let gone: Vec<String> = gone.cloned().collect();
        if gone.is_empty() {
            return Ok(());
        }
        let workflow = folder.kept.workflow_id.clone();
        self.write(move |tx| tx.forget_arrivals(&workflow, &gone))
    }

    fn take(&self, folder: &mut Folder, files: Vec<Lying>) -> Result<usize, NotKept> {
        let is_done = |lying: &Lying| folder.done.get(&lying.file.name) == Some(&lying.file);
        let fresh: Vec<_> = files.into_iter().filter(|lying| !is_done(lying)).collect();
        let is_known = folder.done.get("") == Some(&folder.beginning());
        let since = folder.kept.looked_at.0 - if is_known { SKEW_MS } else { 0 };
        let (before, new): (Vec<_>, Vec<_>) =
            fresh.into_iter().partition(|lying| lying.changed.0 < since);
        let mut before: Vec<_> = before.into_iter().map(|lying| lying.file).collect();
        if !is_known {
            before.push(folder.beginning());
        }
        self.leave_alone(folder, before)?;
        self.start_fresh(folder, new)
    }

    /// Starts what is new, the oldest first, so far as it did not come from the runs of this folder.
    fn start_fresh(&self, folder: &mut Folder, new: Vec<Lying>) -> Result<usize, NotKept> {
        if new.is_empty() {
            return Ok(0);
        }
        let now = Moment(self.clock.now().0);
        let mut runs = self.store.arrival_runs(&folder.kept.workflow_id)?;
        let (own, new): (Vec<_>, Vec<_>) = new
            .into_iter()
            .partition(|lying| is_own(&runs, lying.changed));
        let mut started = 0;
        for lying in new {
            if started == AT_ONCE {
                break;
            }
            let Origin::Starts(chain) = origin(&runs, !own.is_empty(), lying.changed, now) else {
                continue;
            };
            if !self.start_for(folder, lying.file, chain)? {
                // The others would come to the same.
                return Ok(started);
            }
            started += 1;
            runs.insert(0, ArrivalRun::made(chain, now));
        }
        if let Some(own) = own.into_iter().next() {
            let why = WatchTrouble::FeedsItself.of_folder(&folder.watched.folder);
            self.tell_of(folder, why.with("file", own.file.name))?;
        }
        Ok(started)
    }

    /// Files that lay there before are done.
    fn leave_alone(&self, folder: &mut Folder, files: Vec<Arrived>) -> Result<(), NotKept> {
        if files.is_empty() {
            return Ok(());
        }
        let (seen, written) = (folder.kept.clone(), files.clone());
        let is_so = self.write(move |tx| {
            for file in &written {
                if !tx.take_arrival(&seen, file, None)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        if is_so {
            let done = files.into_iter().map(|file| (file.name.clone(), file));
            folder.done.extend(done);
        }
        Ok(())
    }

    /// Starts a run for a file; says whether it did. It does not where the workflow cannot be started
    /// at present, and why is said, and where somebody has changed or paused it.
    fn start_for(&self, folder: &mut Folder, file: Arrived, chain: u32) -> Result<bool, NotKept> {
        let path = Path::new(&folder.watched.folder).join(text_path(&file.name));
        let context = json!({"file": path_text(&path), "name": file.name});
        let beginning = Beginning {
            workflow: folder.kept.workflow_id.clone(),
            context: context.to_string(),
            start: Start {
                event: Some(file.name.clone()),
                chain,
                ..Start::default()
            },
            actor: actor(&self.store)?,
            face: "event".to_owned(),
            repeats: None,
            folder: None,
        };
        let connected = self.connections.renew(&self.store)?;
        let new = match unasked(&self.store, &connected, &beginning)? {
            Ok(new) => new,
            Err(why) => {
                self.tell_of(folder, why)?;
                return Ok(false);
            }
        };
        let (seen, written) = (folder.kept.clone(), file.clone());
        let is_so = match self.write(move |tx| tx.take_arrival(&seen, &written, Some(&new))) {
            // It lies there until that is free, and nothing was missed.
            Err(NotKept::Store(StoreError::FolderInUse(held))) => {
                self.tell_of_delay(folder, held.message())?;
                return Ok(false);
            }
            taken => taken?,
        };
        if is_so {
            folder.kept.trouble = None;
            folder.done.insert(file.name.clone(), file);
        }
        Ok(is_so)
    }
}
