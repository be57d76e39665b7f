//! What is to be done with each entry of a folder, found out before the first of them is touched.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use flowkeep_core::Message;
use flowkeep_core::folder::{Policy, RECORD, Settings, TABLE_LIST, same_name, table_list_among};
use flowkeep_host::{Entry, EntryFiles, EntryKind, Holders};
use flowkeep_store::StoreError;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::archives::RECORD_LIMIT;
use super::names::name_text;
use super::put_back::Returning;
use super::{Failure, FolderError};

/// One file or link, and what is to be done with it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// As it was seen.
    pub(super) entry: Entry,
    /// Its name as a text.
    pub(super) name: String,
    /// Its name in the archive, where that is another.
    pub(super) archived_as: Option<OsString>,
    /// Where it leads, where it is a link.
    pub(super) leads_to: Option<PathBuf>,
    /// What is to be done with it.
    pub(super) doing: Doing,
}

impl Item {
    fn of(entry: Entry, name: String, doing: Doing) -> Self {
        Self {
            entry,
            name,
            archived_as: None,
            leads_to: None,
            doing,
        }
    }

    /// Bytes it takes in the record at least: its name, a second time where it is moved, and what is said of a
    /// file.
    fn least_in_record(&self) -> u64 {
        const SAID: u64 = 150;
        const MODIFIED: u64 = 46;
        let name = u64::try_from(self.name.len()).unwrap_or(u64::MAX);
        let said = match (self.entry.kind, self.entry.modified) {
            (EntryKind::File, Some(_)) => SAID + MODIFIED,
            (EntryKind::File, None) => SAID,
            _ => 0,
        };
        let moved = match self.doing {
            Doing::Copy(_) => 0,
            Doing::Move | Doing::Retell(_) => name,
        };
        said.saturating_add(name).saturating_add(moved)
    }

    /// What it is called in the archive.
    pub(super) fn in_archive(&self) -> &OsString {
        self.archived_as.as_ref().unwrap_or(&self.entry.name)
    }
}

/// What is to be done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doing {
    /// Move it.
    Move,
    /// Move a link whose text would lead elsewhere from the archive, with this text.
    Retell(PathBuf),
    /// Copy it; it stays, for this reason where there is one to tell.
    Copy(Option<Message>),
}

/// What is written down before the first file is touched: what cannot be seen on the disk afterwards.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Journal {
    /// Which folder it was, as the disk tells: another disk may lie in its place by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<(u64, u64)>,
    /// What a copy is called until it is whole, in the archive or in the folder.
    pub(super) copying: String,
    /// The names in the folder of what has another name in the archive.
    pub(super) renamed: BTreeMap<String, String>,
    /// The texts of links that have another one in the archive.
    pub(super) links: BTreeMap<String, String>,
    /// What is copied and stays.
    pub(super) copied: Vec<String>,
    /// Whether it is being taken back: no record that is met then says that it was done.
    pub(super) undoing: bool,
    /// What the unfinished archive was called before somebody took that name: it may be called so still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    /// What is put back once this is archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) put_back: Option<Returning>,
}

impl Journal {
    /// With a name for copies.
    pub(super) fn begun() -> Self {
        Self {
            copying: format!(".{}.copying", Ulid::generate()),
            ..Self::default()
        }
    }

    /// As it is kept.
    ///
    /// # Errors
    /// [`FolderError::Store`].
    pub(super) fn text(&self) -> Result<String, FolderError> {
        serde_json::to_string(self).map_err(|error| StoreError::Io(error.into()).into())
    }
}

/// What of a folder is archived.
#[derive(Debug)]
pub(super) enum Chosen<'a> {
    /// All that nothing keeps.
    All,
    /// What makes way for files that are put back.
    MakingWay {
        /// What has one of their names, whether something keeps it or not.
        replaced: &'a BTreeSet<String>,
        /// Where all makes way: what is copied and stays. Nothing else makes way where this is absent.
        stays: Option<&'a BTreeSet<String>>,
    },
}

impl Chosen<'_> {
    /// Whether it is the whole folder.
    fn is_all(&self) -> bool {
        !matches!(self, Self::MakingWay { stays: None, .. })
    }

    fn is_replaced(&self, name: &str) -> bool {
        matches!(self, Self::MakingWay { replaced, .. } if replaced.contains(name))
    }

    /// What is done with something that nothing keeps; nothing where it is left alone.
    fn doing(&self, name: &str) -> Option<Doing> {
        match self {
            Self::MakingWay {
                stays: Some(stays), ..
            } if stays.contains(name) => Some(Doing::Copy(None)),
            _ if self.is_all() || self.is_replaced(name) => Some(Doing::Move),
            _ => None,
        }
    }
}

/// All that is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is archived, in the order of its names.
    pub(super) items: Vec<Item>,
    /// What stays, by its name or because it is no file.
    pub(super) kept: Vec<String>,
    /// What cannot be moved, as is known already.
    pub(super) failed: Vec<Failure>,
    /// The folders in it, among which are its archives.
    pub(super) folders: Vec<Entry>,
}

impl Plan {
    /// Looks at a folder and decides.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub(super) fn of(
        files: &dyn EntryFiles,
        folder: &Path,
        settings: &Settings,
        policy: Policy,
        chosen: &Chosen<'_>,
    ) -> Result<Self, FolderError> {
        let mut entries = files.entries(folder).map_err(FolderError::at(folder))?;
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut plan = Self {
            items: Vec::new(),
            kept: Vec::new(),
            failed: Vec::new(),
            folders: Vec::new(),
        };
        let there = entries.iter().filter_map(|entry| {
            let is_file = entry.kind == EntryKind::File;
            Some((entry.name.to_str()?, is_file))
        });
        let list_name = table_list_among(there, TABLE_LIST).filter(|(_, is_file)| *is_file);
        let list_name = list_name.map(|(name, _)| name.to_owned());
        let mut list = None;
        for entry in entries {
            let name = name_text(folder, &entry.name);
            let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Link);
            if entry.kind == EntryKind::Folder {
                plan.folders.push(entry.clone());
            }
            if settings.keeps(&name) && !chosen.is_replaced(&name) {
                if list_name.as_deref() == Some(&name) {
                    list = Some(Item::of(entry, name.clone(), Doing::Copy(None)));
                }
                plan.kept.push(name);
            } else if entry.kind == EntryKind::Other {
                plan.kept.push(name);
            } else if let Some(doing) = chosen.doing(&name).filter(|_| is_file) {
                plan.items.push(Item::of(entry, name, doing));
            }
        }
        if plan.items.is_empty() {
            return Ok(plan);
        }
        let moved = plan.items.iter().filter_map(|item| item.entry.identity);
        plan.spare_what_is_written(&files.holders(&moved.collect()), policy);
        plan.retell_links(files, folder)?;
        // What it was made from goes with it. A choice of files is no result.
        plan.items.extend(list.filter(|_| chosen.is_all()));
        plan.name_apart();
        Ok(plan)
    }

    /// Whether there is nothing to archive.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// That the record of such an archive can be read again, as far as its length is known before: it is at least
    /// this long. One that gets longer is refused when it is written.
    ///
    /// # Errors
    /// [`FolderError::TooMany`].
    pub(super) fn fits_its_record(&self, folder: &Path) -> Result<(), FolderError> {
        self.fits_in(RECORD_LIMIT, folder)
    }

    fn fits_in(&self, most: u64, folder: &Path) -> Result<(), FolderError> {
        let bytes: u64 = self.items.iter().map(Item::least_in_record).sum();
        if bytes <= most {
            return Ok(());
        }
        Err(FolderError::TooMany {
            path: folder.to_owned(),
            count: self.items.len(),
        })
    }

    /// Whether anything leaves the folder.
    pub(super) fn moves_any(&self) -> bool {
        let mut items = self.items.iter();
        items.any(|item| !matches!(item.doing, Doing::Copy(_)))
    }

    /// The names of what is archived.
    pub(super) fn names(&self) -> Vec<String> {
        self.items.iter().map(|item| item.name.clone()).collect()
    }

    /// What is written down of it.
    pub(super) fn journal(&self, folder: &Path) -> Journal {
        let mut journal = Journal::begun();
        for item in &self.items {
            if let Some(other) = &item.archived_as {
                let other = name_text(folder, other);
                journal.renamed.insert(other, item.name.clone());
            }
            match &item.doing {
                Doing::Move => {}
                Doing::Retell(_) => {
                    let was = item.leads_to.as_deref().and_then(Path::to_str);
                    journal
                        .links
                        .extend(was.map(|was| (item.name.clone(), was.to_owned())));
                }
                Doing::Copy(_) => journal.copied.push(item.name.clone()),
            }
        }
        journal
    }

    /// What somebody has open for writing is not moved away under him: he would go on writing in the
    /// archive. A log is copied; anything else as the policy says.
    fn spare_what_is_written(&mut self, holders: &Holders, policy: Policy) {
        for item in &mut self.items {
            if item.entry.kind != EntryKind::File || item.doing != Doing::Move {
                continue;
            }
            let Some(program) = holders.of(item.entry.identity) else {
                continue;
            };
            if is_log(&item.name) {
                let why = Message::new("archive_log_in_use").with("program", program);
                item.doing = Doing::Copy(Some(why));
                continue;
            }
            let why = Message::new("archive_file_in_use").with("program", program);
            let reason = match policy {
                Policy::Stop => why,
                Policy::Continue => {
                    let copied = Message::new("archive_copied_instead").because(why);
                    item.doing = Doing::Copy(Some(copied.clone()));
                    copied
                }
            };
            self.failed.push(Failure {
                file: item.name.clone(),
                reason,
            });
        }
    }

    /// A relative link leads elsewhere from one folder further down, unless what it leads to comes along.
    fn retell_links(&mut self, files: &dyn EntryFiles, folder: &Path) -> Result<(), FolderError> {
        let along: HashSet<OsString> = self
            .items
            .iter()
            .map(|item| item.entry.name.clone())
            .collect();
        for item in &mut self.items {
            if item.entry.kind != EntryKind::Link {
                continue;
            }
            let path = folder.join(&item.entry.name);
            let target = match files.read_link(&path) {
                Ok(target) => target,
                // It is gone by now, which is found out when it is to be moved.
                Err(_) if matches!(files.entry(&path), Ok(None)) => continue,
                Err(error) => return Err(FolderError::at(&path)(error)),
            };
            item.leads_to = Some(target.clone());
            // What is no text could not be written down, and is moved as it is.
            if target.is_absolute() || target.to_str().is_none() || stays_beside(&target, &along) {
                continue;
            }
            item.doing = Doing::Retell(Path::new("..").join(target));
        }
        Ok(())
    }

    /// A file with the name of the record is called otherwise in the archive.
    fn name_apart(&mut self) {
        let taken: HashSet<String> = self
            .items
            .iter()
            .map(|item| item.name.to_lowercase())
            .collect();
        let mut number = 0_u32;
        for item in &mut self.items {
            if !same_name(&item.name, RECORD) {
                continue;
            }
            let free = loop {
                number += 1;
                let name = format!("backup_info_{number}.json");
                if !taken.contains(&name) {
                    break name;
                }
            };
            item.archived_as = Some(free.into());
        }
    }
}

/// Whether a program keeps such a file open and goes on at its end.
fn is_log(name: &str) -> bool {
    name.to_lowercase().ends_with(".log")
}

/// Whether a link leads to a neighbour that is archived with it, under its own name.
fn stays_beside(target: &Path, along: &HashSet<OsString>) -> bool {
    let mut parts = target.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), None) => {
            along.contains(name) && name.to_str().is_none_or(|name| !same_name(name, RECORD))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Sha256;
    use flowkeep_core::folder::{ArchivedFile, How, Record};

    use super::*;

    fn plan(names: &[String]) -> Plan {
        let item = |name: &String| {
            let entry = Entry {
                name: name.into(),
                kind: EntryKind::File,
                bytes: 3,
                modified: Some(std::time::UNIX_EPOCH),
                identity: None,
            };
            Item::of(entry, name.clone(), Doing::Move)
        };
        Plan {
            items: names.iter().map(item).collect(),
            kept: Vec::new(),
            failed: Vec::new(),
            folders: Vec::new(),
        }
    }

    fn record(names: &[String], how: How) -> usize {
        let file = |name: &String| ArchivedFile {
            name: name.clone(),
            bytes: 3,
            sha256: Some(Sha256::of(b"abc")),
            modified: Some("1970-01-01T00:00:00.000Z".to_owned()),
            how,
            archived_as: None,
            link_target: None,
            reason: None,
        };
        let at = chrono::DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap();
        let files = names.iter().map(file).collect();
        let record = Record::new(at, "a", "f", 1, files, Vec::new());
        record.to_bytes().unwrap().len()
    }

    /// It is never said of a record that could be read, and of every one that is much too long.
    #[test]
    fn how_long_a_record_gets_is_known_before_anything_is_moved() {
        let names: Vec<String> = (0..500).map(|n| format!("file {n}")).collect();
        let least: u64 = plan(&names).items.iter().map(Item::least_in_record).sum();
        let (least, real) = (usize::try_from(least).unwrap(), record(&names, How::Moved));
        assert!(least <= real && real - least < real / 10, "{least}, {real}");
        let fits = |most| plan(&names).fits_in(most, Path::new("/f"));
        assert!(fits(u64::try_from(real).unwrap()).is_ok());
        let refused = fits(u64::try_from(real - real / 10).unwrap()).unwrap_err();
        assert!(matches!(refused, FolderError::TooMany { count: 500, .. }));
        let mut copied = plan(&names);
        for item in &mut copied.items {
            item.doing = Doing::Copy(None);
        }
        let real = u64::try_from(record(&names, How::Copied)).unwrap();
        assert!(copied.fits_in(real, Path::new("/f")).is_ok());
    }
}
