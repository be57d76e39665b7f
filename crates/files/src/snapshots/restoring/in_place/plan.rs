//! What putting files back where they were would do. Nothing is changed.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_core::{MAX_DOCUMENT_BYTES, Message, ObjectHash, Sha256, secret};
use flowkeep_host::{EntryFiles, Folder, Progress, ReadError, path_text};
use flowkeep_store::FileUser;

use super::super::found::{Recovery, look_for};
use super::super::own::filled_elsewhere;
use super::super::pieces::Pieces;
use super::super::restore::Wanting;
use super::InPlaceError;
use crate::configuration::format_of;
use crate::intake::why;
use crate::snapshots::manifest::TreeEntry;
use crate::snapshots::{SnapshotError, Workshop};

/// What putting files back would do.
pub struct InPlacePlan {
    /// What was found.
    pub recovery: Recovery,
    /// From what they come.
    pub chosen: Candidate,
    /// Below which folder.
    pub root: PathBuf,
    /// The files, by their paths.
    pub files: Vec<InPlaceFile>,
    /// Other sessions that work with those that are written.
    pub used_by: Vec<FileUser>,
    /// Stands for all of it.
    pub stamp: Sha256,
    /// Row of the root.
    pub(super) root_row: i64,
    pub(super) pieces: Pieces,
}

/// One file of a plan.
#[derive(Debug, Clone)]
pub struct InPlaceFile {
    /// Where it is below the root.
    pub path: ConfigPath,
    /// What is done with it.
    pub act: InPlaceAct,
    /// Whether what is there today holds keys.
    pub holds_keys: bool,
    /// What is there today.
    pub(super) was: Option<Sha256>,
    /// What is put there.
    pub(super) becomes: Option<(Sha256, ObjectHash)>,
}

/// What is done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InPlaceAct {
    /// Nothing: it is as it was.
    Same,
    /// It is made: there is none.
    Makes,
    /// It is made with what stands for its keys, which are not kept: somebody wants so.
    MakesMasked,
    /// It is written over.
    Replaces,
    /// Nothing, for this reason.
    Left(Message),
    /// Nothing: there is none, and it cannot be made for this reason.
    Gone(Message),
}

impl InPlaceAct {
    /// Why a file is not written that should be.
    pub fn reason(&self) -> Option<&Message> {
        match self {
            Self::Left(reason) | Self::Gone(reason) => Some(reason),
            Self::Same | Self::Makes | Self::MakesMasked | Self::Replaces => None,
        }
    }
}

impl InPlacePlan {
    /// The files that are written.
    pub(super) fn written(&self) -> impl Iterator<Item = &InPlaceFile> {
        let is_written = |file: &&InPlaceFile| {
            matches!(
                file.act,
                InPlaceAct::Makes | InPlaceAct::MakesMasked | InPlaceAct::Replaces
            )
        };
        self.files.iter().filter(is_written)
    }
}

/// Looks at what putting files back where they were would do.
///
/// # Errors
/// [`InPlaceError`].
pub fn in_place_plan(
    workshop: &Workshop,
    wanting: &Wanting<'_>,
    progress: &dyn Progress,
) -> Result<InPlacePlan, InPlaceError> {
    let session = wanting.seeking.session;
    let root = wanting.seeking.root.ok_or(InPlaceError::NoRoot)?;
    let root_row = session.root.ok_or(InPlaceError::NoRoot)?;
    match Folder::open(root) {
        Ok(_) => {}
        Err(error) if is_gone(&error) => return Err(InPlaceError::RootGone(root.to_owned())),
        Err(error) => return Err(SnapshotError::at(root)(error).into()),
    }
    let recovery = look_for(workshop, &wanting.seeking, progress)?;
    let Some(chosen) = wanting.choice(workshop, &recovery)? else {
        return Err(InPlaceError::Nothing(recovery.candidates));
    };
    let pieces = Pieces::of(workshop, &recovery, (session, None), &chosen);
    let filled = filled_elsewhere(workshop, session, &pieces);
    let files = planned(workshop.files.as_ref(), root, &chosen, (&pieces, &filled));
    let files = with_masked(files, wanting.make_masked, &pieces);
    let mut plan = InPlacePlan {
        root: root.to_owned(),
        used_by: Vec::new(),
        stamp: stamp(root, &chosen, &files),
        recovery,
        chosen,
        files,
        root_row,
        pieces,
    };
    let written: Vec<_> = plan.written().map(|file| file.path.clone()).collect();
    plan.used_by = workshop
        .store
        .users_of_files(root_row, session.row, &written)?;
    Ok(plan)
}

pub(in crate::snapshots::restoring) fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The bytes of a live file; nothing where there is none.
pub(super) fn live(
    files: &dyn EntryFiles,
    root: &Path,
    path: &ConfigPath,
) -> Result<Option<Vec<u8>>, Message> {
    match files.read(root, path.as_str(), MAX_DOCUMENT_BYTES as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Missing) => Ok(None),
        Err(ReadError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(why(&error)),
    }
}

fn planned(
    files: &dyn EntryFiles,
    root: &Path,
    chosen: &Candidate,
    (pieces, filled): (&Pieces, &BTreeMap<ConfigPath, PathBuf>),
) -> Vec<InPlaceFile> {
    let mut planned: Vec<_> = pieces
        .entries
        .iter()
        .map(|entry| {
            let becomes = Some((entry.sha256, entry.object.blake3));
            let file = |act, was, holds_keys| InPlaceFile {
                path: entry.path.clone(),
                act,
                holds_keys,
                was,
                becomes,
            };
            let today = match live(files, root, &entry.path) {
                Ok(today) => today,
                Err(why) => return file(InPlaceAct::Left(why), None, false),
            };
            let was = today.as_deref().map(Sha256::of);
            let holds_keys =
                |bytes: &Vec<u8>| secret::masked(format_of(&entry.path), bytes).is_some();
            let holds_keys = today.as_ref().is_some_and(holds_keys);
            let act = match was {
                Some(was) if was == entry.sha256 => InPlaceAct::Same,
                Some(_) if pieces.masked.contains(&entry.path) => {
                    InPlaceAct::Left(without_keys("in_place_masked", entry, filled))
                }
                None if pieces.masked.contains(&entry.path) => {
                    InPlaceAct::Gone(without_keys("in_place_masked_gone", entry, filled))
                }
                Some(_) => InPlaceAct::Replaces,
                None => InPlaceAct::Makes,
            };
            file(act, was, holds_keys)
        })
        .collect();
    if chosen.source == Source::Snapshot {
        planned.extend(pieces.lost.iter().map(|lost| {
            let reason = lost.reason.clone();
            InPlaceFile {
                path: lost.path.clone(),
                act: match live(files, root, &lost.path) {
                    Ok(None) => InPlaceAct::Gone(reason),
                    _ => InPlaceAct::Left(reason),
                },
                holds_keys: false,
                was: None,
                becomes: None,
            }
        }));
    }
    planned.sort_by(|one, other| one.path.cmp(&other.path));
    planned
}

/// Why a file is not written whose keys are not kept: where what somebody has filled in is, if that is known.
fn without_keys(code: &str, entry: &TreeEntry, filled: &BTreeMap<ConfigPath, PathBuf>) -> Message {
    match filled.get(&entry.path) {
        Some(copy) => Message::new(format!("{code}_filled")).with("path", path_text(copy)),
        None => Message::new(code),
    }
}

/// The same where somebody wants files that are gone made although their keys are not kept.
fn with_masked(
    mut files: Vec<InPlaceFile>,
    wanted: &[ConfigPath],
    pieces: &Pieces,
) -> Vec<InPlaceFile> {
    for file in &mut files {
        let is_gone = matches!(file.act, InPlaceAct::Gone(_));
        if is_gone && wanted.contains(&file.path) && pieces.masked.contains(&file.path) {
            file.act = InPlaceAct::MakesMasked;
        }
    }
    files
}

fn stamp(root: &Path, chosen: &Candidate, files: &[InPlaceFile]) -> Sha256 {
    let file = |file: &InPlaceFile| {
        let is_left = file.act.reason().is_some();
        serde_json::json!([file.path, file.was, file.becomes, is_left])
    };
    let all = serde_json::json!([
        root.as_os_str().as_encoded_bytes(),
        chosen.source.as_str(),
        chosen.snapshot.map(|id| id.to_string()),
        files.iter().map(file).collect::<Vec<_>>(),
    ]);
    Sha256::of(all.to_string().as_bytes())
}
