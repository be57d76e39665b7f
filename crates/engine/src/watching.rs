//! Looks into watched folders for files that have appeared. One thread a folder: a disk that no longer
//! answers holds that one up and nothing else, and is waited for by nobody.
//!
//! A folder is looked at again and again instead of being told of changes: what tells of them tells
//! nothing of network shares, forgets some when many come at once, and says nothing of the time when
//! nobody listened. A look at a folder of a hundred files takes a fraction of a millisecond.
//!
//! A file counts when two looks in a row find it the same: whoever writes it has finished.
//!
//! Absent on purpose: which of them are new, and starting anything ([`crate::timetable`]).

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flowkeep_core::pattern;
use flowkeep_core::run::Moment;
use flowkeep_core::trigger::Watched;
use flowkeep_host::path_text;
use flowkeep_store::Arrived;

/// A look may take so much of the time between two of them.
const SHARE: u32 = 50;

/// A file in a watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lying {
    pub(crate) file: Arrived,
    /// When it came to be there, or was last changed there.
    pub(crate) changed: Moment,
}

/// What a look found, or why the folder cannot be looked at.
pub(crate) type Found = io::Result<Vec<Lying>>;

/// Looks at one folder until it is dropped.
pub(crate) struct Looker {
    looks: Receiver<Found>,
    /// Its end ends the looking.
    _leave: Sender<()>,
    /// What the look before found, once there was one.
    before: Option<HashMap<String, Lying>>,
}

/// What there is now in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AtRest {
    /// Files that two looks in a row found the same.
    pub(crate) files: Vec<Lying>,
    /// The names of all there are.
    pub(crate) all: Vec<String>,
}

impl Looker {
    /// Looks so often: a file has to stay the same for so long.
    pub(crate) fn start(watched: &Watched, every: Duration) -> io::Result<Self> {
        let (tell, looks) = sync_channel(0);
        let (leave, left) = channel();
        let own = watched.clone();
        std::thread::Builder::new()
            .name("watched-folder".to_owned())
            .spawn(move || go_on(&own, every, &tell, &left))?;
        Ok(Self {
            looks,
            _leave: leave,
            before: None,
        })
    }

    /// What the last look came to; nothing while none is new.
    pub(crate) fn look(&mut self) -> Option<io::Result<AtRest>> {
        match self.looks.try_recv() {
            Ok(Ok(found)) => self.at_rest(found).map(Ok),
            Ok(Err(error)) => {
                self.before = None;
                Some(Err(error))
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(io::Error::other("nobody looks any more"))),
        }
    }

    /// Nothing at the first look: of no file it is known whether it stays the same.
    fn at_rest(&mut self, found: Vec<Lying>) -> Option<AtRest> {
        let all = found.iter().map(|lying| lying.file.name.clone()).collect();
        let mut now = HashMap::with_capacity(found.len());
        let mut files = Vec::new();
        for lying in found {
            let before = self.before.as_ref();
            if before.and_then(|before| before.get(&lying.file.name)) == Some(&lying) {
                files.push(lying.clone());
            }
            now.insert(lying.file.name.clone(), lying);
        }
        // The oldest first: in this order they came.
        files.sort_by(|one, other| {
            (one.changed, &one.file.name).cmp(&(other.changed, &other.file.name))
        });
        let is_first = self.before.replace(now).is_none();
        (!is_first).then_some(AtRest { files, all })
    }
}

fn go_on(watched: &Watched, every: Duration, tell: &SyncSender<Found>, left: &Receiver<()>) {
    use std::sync::mpsc::RecvTimeoutError::Timeout;
    loop {
        let begun = Instant::now();
        let found = lying(Path::new(&watched.folder), watched.pattern.as_deref());
        let took = begun.elapsed();
        if tell.send(found).is_err() {
            return;
        }
        if left.recv_timeout(every.max(took * SHARE)) != Err(Timeout) {
            return;
        }
    }
}

/// The files of a folder whose names look so. Links, pipes and folders are none, and neither is what
/// goes away while it is looked at.
fn lying(folder: &Path, wanted: Option<&str>) -> Found {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = path_text(Path::new(&entry.file_name()));
        if !pattern::matches(wanted, &name) {
            continue;
        }
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_file() {
            let modified = metadata.modified().map(moment)?;
            found.push(Lying {
                changed: changed(&metadata).max(modified),
                file: Arrived {
                    name,
                    size: metadata.len(),
                    modified,
                },
            });
        }
    }
    Ok(found)
}

fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// When its entry last changed: a file that is moved here keeps the time of its content.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> Moment {
    use std::os::unix::fs::MetadataExt as _;
    let milliseconds = metadata.ctime_nsec() / 1_000_000;
    Moment(
        metadata
            .ctime()
            .saturating_mul(1_000)
            .saturating_add(milliseconds),
    )
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> Moment {
    metadata.created().map(moment).unwrap_or(Moment(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than any machine that is worth testing on needs; a bound, not a measure.
    const LONG: Duration = Duration::from_secs(30);

    fn looker(folder: &Path, pattern: Option<&str>) -> Looker {
        let watched = Watched {
            folder: folder.to_str().unwrap().to_owned(),
            pattern: pattern.map(str::to_owned),
        };
        Looker::start(&watched, Duration::ZERO).unwrap()
    }

    fn next(looker: &mut Looker) -> io::Result<AtRest> {
        let since = Instant::now();
        loop {
            if let Some(found) = looker.look() {
                return found;
            }
            assert!(since.elapsed() < LONG, "nobody looks");
            std::thread::yield_now();
        }
    }

    fn names(found: &AtRest) -> Vec<&str> {
        found
            .files
            .iter()
            .map(|lying| lying.file.name.as_str())
            .collect()
    }

    #[test]
    fn a_file_counts_once_it_is_written() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.csv");
        let mut looker = looker(root.path(), Some("*.csv"));
        fs::write(root.path().join("b.txt"), "x").unwrap();
        fs::write(&file, "1").unwrap();
        // Between two looks it grows.
        let lying = |size| Lying {
            file: Arrived {
                name: "a.csv".to_owned(),
                size,
                modified: Moment(1),
            },
            changed: Moment(1),
        };
        assert_eq!(looker.at_rest(vec![lying(1)]), None);
        let grown = looker.at_rest(vec![lying(2)]).unwrap();
        assert_eq!((grown.files, grown.all), (vec![], vec!["a.csv".to_owned()]));
        assert_eq!(looker.at_rest(vec![lying(2)]).unwrap().files, [lying(2)]);

        let since = Instant::now();
        loop {
            let found = next(&mut looker).unwrap();
            if !found.files.is_empty() {
                assert_eq!(names(&found), ["a.csv"]);
                break;
            }
            assert!(since.elapsed() < LONG);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_and_folders_are_no_files() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("in");
        fs::create_dir_all(inside.join("folder.csv")).unwrap();
        fs::write(root.path().join("real.csv"), "").unwrap();
        std::os::unix::fs::symlink(root.path().join("real.csv"), inside.join("link.csv")).unwrap();
        assert_eq!(lying(&inside, None).unwrap(), []);
    }

    #[test]
    fn a_folder_that_goes_and_comes_back_is_looked_at_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("in");
        let mut looker = looker(&folder, None);
        assert_eq!(
            next(&mut looker).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a"), "").unwrap();
        let since = Instant::now();
        while next(&mut looker).is_ok_and(|found| found.files.is_empty())
            || next(&mut looker).is_err()
        {
            assert!(since.elapsed() < LONG);
        }
    }
}
