//! Packs: the contents that snapshots keep, many in one file.
//!
//! A pack is zstd frames one after another and is named by the BLAKE3 of its bytes; each content is an
//! object, named by its own. What belongs together lies in one frame, so that small files shrink as one;
//! what is large has a frame for itself. `zstd -dc` unpacks all of them; the last one holds no object, but a line
//! for each that says where in that it begins.
//!
//! One that may hold keys is encrypted as a whole, in the format of age, and ends in another way. It is named by
//! what lies on the disk, so that it can be told without its key whether it is what it was.

use std::collections::HashSet;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flowkeep_core::{MAX_DOCUMENT_BYTES, ObjectHash};
use flowkeep_host::{EntryFiles, Folder, Identities, Recipient, Unopened, is_encrypted};
use flowkeep_store::{KeptObject, NewObject};
use serde::Serialize;
use zstd::bulk::Compressor;

use super::frame::{compressor, longest};
use super::place::{by_hash, keep};
use super::{SnapshotError, SnapshotKeys};

/// The largest object, in bytes.
pub const LARGEST_OBJECT: usize = MAX_DOCUMENT_BYTES;

/// The largest pack, in bytes.
pub const LARGEST_PACK: usize = 32 << 20;

/// Objects share a frame up to here, in bytes.
const SHARED_FRAME: usize = 256 << 10;

/// No line of an index is longer, in bytes.
const LONGEST_LINE: usize = 160;

/// Where packs lie.
pub(super) const OBJECTS: &str = "objects";

/// What the name of a pack ends in.
pub(crate) const PACK: &str = "zst";

/// What that of one that is encrypted ends in.
pub(crate) const ENCRYPTED: &str = "zst.age";

/// What a pack may become longer by being encrypted: what stands before it, and 16 bytes for each 64 KiB.
const ENCRYPTING: usize = 64 << 10;

/// Where an object is in its pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its name.
    pub hash: ObjectHash,
    /// Its length.
    pub bytes: u64,
    /// Where its frame begins in the pack.
    pub frame: u64,
    /// How long that frame is in the pack.
    pub frame_bytes: u64,
    /// Where it begins in the unpacked frame.
    pub place: u64,
}

impl From<&NewObject> for Placed {
    fn from(object: &NewObject) -> Self {
        Self {
            hash: object.hash,
            bytes: object.bytes,
            frame: object.frame,
            frame_bytes: object.frame_bytes,
            place: object.place,
        }
    }
}

/// A pack that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its name.
    pub name: ObjectHash,
    /// Its length.
    pub bytes: u64,
    /// What it is encrypted to, where it is read with a key only.
    pub recipient: Option<Recipient>,
    /// What is in it.
    pub objects: Vec<Placed>,
}

/// What was found in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Whether it is what its name says.
    pub is_whole: bool,
    /// The objects that cannot be had from it.
    pub damaged: Vec<ObjectHash>,
}

/// Where a pack lies.
pub fn path(store: &Path, name: &ObjectHash) -> PathBuf {
    store.join(relative(store, name))
}

/// Where a pack lies, from the store.
fn relative(store: &Path, name: &ObjectHash) -> PathBuf {
    let at = |ending| place_of(name, ending).iter().collect::<PathBuf>();
    let encrypted = at(ENCRYPTED);
    match store.join(&encrypted).symlink_metadata() {
        Ok(_) => encrypted,
        Err(_) => at(PACK),
    }
}

/// The pack that a file with this name is, if any.
pub(crate) fn name_of(file: &str) -> Option<ObjectHash> {
    let (name, ending) = file.split_once('.')?;
    let is_pack = ending == PACK || ending == ENCRYPTED;
    name.parse().ok().filter(|_| is_pack)
}

/// What the name of a pack with these bytes ends in.
pub(crate) fn ending(bytes: &[u8]) -> &'static str {
    if is_encrypted(bytes) { ENCRYPTED } else { PACK }
}

/// The bytes of a pack, whatever they are.
///
/// # Errors
/// [`SnapshotError::Gone`], [`SnapshotError::Damaged`] for what is no pack by its size; what the system says.
pub(crate) fn bytes(store: &Path, name: &ObjectHash) -> Result<Vec<u8>, SnapshotError> {
    let relative = relative(store, name);
    Folder::open(store)
        .map_err(flowkeep_host::ReadError::Io)
        .and_then(|folder| folder.read(&relative, LARGEST_PACK as u64))
        .map_err(SnapshotError::reading(&store.join(relative)))
}

/// Puts a pack that was written elsewhere into the store.
///
/// # Errors
/// What the system says.
pub(super) fn keep_pack(
    files: &dyn EntryFiles,
    store: &Path,
    name: &ObjectHash,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    keep(files, store, &place_of(name, ending(bytes)), bytes)?;
    Ok(())
}

/// Those of these objects that a pack gives, unless it is not what its name says.
pub(crate) fn given_by(pack: &[u8], name: ObjectHash, objects: &[Placed]) -> Vec<ObjectHash> {
    if ObjectHash::of(pack) != name {
        return Vec::new();
    }
    let damaged: HashSet<_> = not_given(pack, true, objects).into_iter().collect();
    let all = objects.iter().map(|placed| placed.hash);
    all.filter(|hash| !damaged.contains(hash)).collect()
}

fn place_of(name: &ObjectHash, ending: &str) -> [String; 3] {
    by_hash(OBJECTS, &name.to_string(), ending)
}

/// Puts objects into packs. Those that come one after another lie together.
pub struct PackWriter<'a> {
    files: &'a dyn EntryFiles,
    store: &'a Path,
    recipient: Option<Recipient>,
    compressor: Compressor<'static>,
    met: HashSet<ObjectHash>,
    frame: Vec<u8>,
    /// What is in the frame: name, length, place.
    framed: Vec<(ObjectHash, u64, u64)>,
    pack: Vec<u8>,
    placed: Vec<Placed>,
    /// What the last frame of the pack will hold.
    index: Vec<u8>,
    unpacked: u64,
    done: Vec<Pack>,
}

/// Where an object is in what `zstd -dc` makes of the pack.
#[derive(Debug, Serialize)]
struct Indexed {
    blake3: ObjectHash,
    offset: u64,
    bytes: u64,
}

impl<'a> PackWriter<'a> {
    /// A writer into a store that is there.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] where there is no memory.
    pub fn new(files: &'a dyn EntryFiles, store: &'a Path) -> Result<Self, SnapshotError> {
        Ok(Self {
            files,
            store,
            recipient: None,
            compressor: compressor().map_err(SnapshotError::at(store))?,
            met: HashSet::new(),
            frame: Vec::new(),
            framed: Vec::new(),
            pack: Vec::new(),
            placed: Vec::new(),
            index: Vec::new(),
            unpacked: 0,
            done: Vec::new(),
        })
    }

    /// Has packs encrypted, where there is something to encrypt them to.
    #[must_use]
    pub fn encrypted_to(self, recipient: Option<Recipient>) -> Self {
        Self { recipient, ..self }
    }

    /// Takes an object; the same one is taken once. A pack is written whenever it is full.
    ///
    /// # Errors
    /// [`SnapshotError::TooLarge`]; what the system says.
    pub fn add(&mut self, bytes: &[u8]) -> Result<ObjectHash, SnapshotError> {
        if bytes.len() > LARGEST_OBJECT {
            return Err(SnapshotError::TooLarge {
                bytes: bytes.len() as u64,
                limit: LARGEST_OBJECT as u64,
            });
        }
        let hash = ObjectHash::of(bytes);
        if !self.met.insert(hash) {
            return Ok(hash);
        }
        if self.frame.len() + bytes.len() > SHARED_FRAME {
            self.end_frame()?;
        }
        let place = self.frame.len() as u64;
        self.framed.push((hash, bytes.len() as u64, place));
        self.frame.extend_from_slice(bytes);
        Ok(hash)
    }

    /// Writes what is left. Every pack that is told has its name, is on the disk and was read back.
    ///
    /// # Errors
    /// What the system says. Packs that were written by then are whole, and nobody knows them.
    pub fn finish(mut self) -> Result<Vec<Pack>, SnapshotError> {
        self.end_frame()?;
        self.end_pack()?;
        Ok(self.done)
    }

    fn end_frame(&mut self) -> Result<(), SnapshotError> {
        if self.framed.is_empty() {
            return Ok(());
        }
        let packed = self
            .compressor
            .compress(&self.frame)
            .map_err(SnapshotError::at(self.store))?;
        let index = longest(self.index.len() + (1 + self.framed.len()) * LONGEST_LINE);
        let longer = self.recipient.as_ref().map_or(0, |_| ENCRYPTING);
        if self.pack.len() + packed.len() + index + longer > LARGEST_PACK {
            self.end_pack()?;
        }
        for (hash, bytes, place) in self.framed.drain(..) {
            self.placed.push(Placed {
                hash,
                bytes,
                frame: self.pack.len() as u64,
                frame_bytes: packed.len() as u64,
                place,
            });
            let line = serde_json::to_string(&Indexed {
                blake3: hash,
                offset: self.unpacked + place,
                bytes,
            });
            let line = line.map_err(|error| SnapshotError::at(self.store)(error.into()))?;
            // Before it, so that it does not go on from the last line of an object.
            self.index.push(b'\n');
            self.index.extend_from_slice(line.as_bytes());
        }
        self.unpacked += self.frame.len() as u64;
        self.frame.clear();
        self.pack.extend_from_slice(&packed);
        Ok(())
    }

    fn end_pack(&mut self) -> Result<(), SnapshotError> {
        if self.placed.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.pack);
        let objects = std::mem::take(&mut self.placed);
        let mut index = std::mem::take(&mut self.index);
        self.unpacked = 0;
        index.push(b'\n');
        let index = self.compressor.compress(&index);
        bytes.extend(index.map_err(SnapshotError::at(self.store))?);
        if !damaged_in(&bytes, &objects).is_empty() {
            let name = ObjectHash::of(&bytes);
            return Err(SnapshotError::Damaged(path(self.store, &name)));
        }
        if let Some(recipient) = &self.recipient {
            let encrypted = recipient.encrypt(&bytes);
            bytes = encrypted.map_err(SnapshotError::at(self.store))?;
        }
        let name = ObjectHash::of(&bytes);
        keep_pack(self.files, self.store, &name, &bytes)?;
        self.done.push(Pack {
            name,
            bytes: bytes.len() as u64,
            recipient: self.recipient.clone(),
            objects,
        });
        Ok(())
    }
}

/// Reads objects. Those that lie together are unpacked once, so it is fastest in the order of packs.
pub struct PackReader {
    store: PathBuf,
    keys: SnapshotKeys,
    /// Those that were found, once they were asked for.
    found: Option<Identities>,
    /// Packs that none of them opens.
    closed: HashSet<ObjectHash>,
    last: Option<(ObjectHash, u64, Vec<u8>)>,
}

impl PackReader {
    /// A reader of this store, of what needs no key.
    pub fn new(store: &Path) -> Self {
        Self::with_keys(store, SnapshotKeys::default())
    }

    /// A reader of this store. Keys are asked for when something is met that needs one.
    pub fn with_keys(store: &Path, keys: SnapshotKeys) -> Self {
        Self {
            store: store.to_owned(),
            keys,
            found: None,
            closed: HashSet::new(),
            last: None,
        }
    }

    /// A content, from whichever of its places gives it. What can be unlocked is said first where none does, and then
    /// that a key is missing: with it nothing is lost.
    ///
    /// # Errors
    /// As [`PackReader::read`].
    pub fn read_kept(&mut self, kept: &KeptObject) -> Result<Vec<u8>, SnapshotError> {
        let mut failed: Option<SnapshotError> = None;
        for place in kept.places() {
            let error = match self.read(&place.pack, &Placed::from(&place.object)) {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            let rank = |error: &SnapshotError| match error {
                SnapshotError::Locked => 2,
                SnapshotError::KeyMissing => 1,
                _ => 0,
            };
            failed = match failed {
                Some(before) if rank(&before) >= rank(&error) => Some(before),
                _ => Some(error),
            };
        }
        Err(failed.unwrap_or_else(|| SnapshotError::Gone(self.store.clone())))
    }

    /// An object, which is what its name says.
    ///
    /// # Errors
    /// [`SnapshotError::Gone`], [`SnapshotError::Damaged`] with the path of the pack; [`SnapshotError::Locked`],
    /// [`SnapshotError::KeyMissing`]; what the system says.
    pub fn read(&mut self, pack: &ObjectHash, placed: &Placed) -> Result<Vec<u8>, SnapshotError> {
        let at = (*pack, placed.frame);
        if self.last.as_ref().is_none_or(|last| (last.0, last.1) != at) {
            let frame = self.frame(pack, placed);
            if matches!(frame, Err(SnapshotError::KeyMissing)) {
                self.closed.insert(*pack);
            }
            let frame = frame?;
            self.last = Some((at.0, at.1, frame));
        }
        let frame = self.last.as_ref().map(|last| last.2.as_slice());
        object_in(frame.unwrap_or_default(), placed)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| SnapshotError::Damaged(path(&self.store, pack)))
    }

    fn frame(&mut self, pack: &ObjectHash, placed: &Placed) -> Result<Vec<u8>, SnapshotError> {
        if self.closed.contains(pack) {
            return Err(SnapshotError::KeyMissing);
        }
        let relative = relative(&self.store, pack);
        let path = self.store.join(&relative);
        let damaged = || SnapshotError::Damaged(path.clone());
        if placed.frame_bytes > LARGEST_PACK as u64 {
            return Err(damaged());
        }
        let folder = Folder::open(&self.store).map_err(|error| {
            SnapshotError::reading(&self.store)(flowkeep_host::ReadError::Io(error))
        })?;
        let file = folder
            .open_file(&relative)
            .map_err(SnapshotError::reading(&path))?;
        let packed = if relative.extension().is_some_and(|ending| ending == "age") {
            let opened = self.identities()?.open(BufReader::new(file));
            let inside = opened.map_err(|error| match error {
                Unopened::OtherKey => SnapshotError::KeyMissing,
                Unopened::Damaged => damaged(),
                Unopened::Io(error) => SnapshotError::at(&path)(error),
            })?;
            // What is encrypted proves itself while it is read.
            part(inside, placed).map_err(|_| damaged())
        } else {
            part(file, placed).map_err(SnapshotError::at(&path))
        };
        unpacked(&packed?).ok_or_else(damaged)
    }

    fn identities(&mut self) -> Result<&Identities, SnapshotError> {
        if self.found.is_none() {
            self.found = Some(self.keys.identities()?);
        }
        self.found.as_ref().ok_or(SnapshotError::KeyMissing)
    }
}

/// Which of these keys opens an encrypted pack, by its public half.
///
/// # Errors
/// Where none does. One that cannot be read is not known to be closed: it has no key, and is no error.
pub(super) fn opened_by(
    store: &Path,
    pack: &ObjectHash,
    keys: &Identities,
) -> Result<Option<Recipient>, SnapshotError> {
    let folder = Folder::open(store).ok();
    let open = || folder.as_ref()?.open_file(&relative(store, pack)).ok();
    for key in keys.each() {
        let Some(file) = open() else {
            return Ok(None);
        };
        match key.open(BufReader::new(file)) {
            Ok(_) => return Ok(key.recipients().pop()),
            Err(Unopened::OtherKey) => {}
            Err(_) => return Ok(None),
        }
    }
    match open() {
        Some(_) => Err(SnapshotError::KeyMissing),
        None => Ok(None),
    }
}

/// The bytes of a frame.
fn part(mut pack: impl Read + Seek, placed: &Placed) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    pack.seek(SeekFrom::Start(placed.frame))?;
    pack.take(placed.frame_bytes).read_to_end(&mut packed)?;
    Ok(packed)
}

/// One object that needs no key, which is what its name says.
///
/// # Errors
/// As [`PackReader::read`].
pub fn read(store: &Path, pack: &ObjectHash, placed: &Placed) -> Result<Vec<u8>, SnapshotError> {
    PackReader::new(store).read(pack, placed)
}

/// Looks through a pack: whether it is what its name says, and which of these objects are not there. One that is
/// encrypted gives all of them as long as it is what its name says.
///
/// # Errors
/// [`SnapshotError::Gone`]; what the system says.
pub fn check(
    files: &dyn EntryFiles,
    store: &Path,
    name: &ObjectHash,
    objects: &[Placed],
) -> Result<Checked, SnapshotError> {
    let path = path(store, name);
    let folder = path.parent().unwrap_or(store);
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    match files.read(folder, &file, LARGEST_PACK as u64) {
        Ok(bytes) => {
            let is_whole = ObjectHash::of(&bytes) == *name;
            Ok(Checked {
                is_whole,
                damaged: not_given(&bytes, is_whole, objects),
            })
        }
        Err(error) => match SnapshotError::reading(&path)(error) {
            SnapshotError::Damaged(_) => Ok(Checked {
                is_whole: false,
                damaged: objects.iter().map(|placed| placed.hash).collect(),
            }),
            error => Err(error),
        },
    }
}

/// The objects that a pack does not give. Into one that is encrypted nobody looks for that.
fn not_given(pack: &[u8], is_whole: bool, objects: &[Placed]) -> Vec<ObjectHash> {
    match (is_encrypted(pack), is_whole) {
        (false, _) => damaged_in(pack, objects),
        (true, true) => Vec::new(),
        (true, false) => objects.iter().map(|placed| placed.hash).collect(),
    }
}

/// The objects that these bytes of a pack do not give.
fn damaged_in(pack: &[u8], objects: &[Placed]) -> Vec<ObjectHash> {
    let mut last: Option<(u64, Vec<u8>)> = None;
    let mut damaged = Vec::new();
    for placed in objects {
        if last.as_ref().is_none_or(|last| last.0 != placed.frame) {
            let begin = usize::try_from(placed.frame).unwrap_or(usize::MAX);
            let length = usize::try_from(placed.frame_bytes).unwrap_or(usize::MAX);
            let frame = pack.get(begin..).and_then(|rest| rest.get(..length));
            let frame = frame.and_then(unpacked).unwrap_or_default();
            last = Some((placed.frame, frame));
        }
        let frame = last.as_ref().map(|last| last.1.as_slice());
        if object_in(frame.unwrap_or_default(), placed).is_none() {
            damaged.push(placed.hash);
        }
    }
    damaged
}

/// What is in a frame; nothing where it is damaged or holds more than any that was written.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    super::frame::unpacked(packed, LARGEST_OBJECT.max(SHARED_FRAME) as u64)
}

/// An object of a frame, where it is what its name says.
fn object_in<'f>(frame: &'f [u8], placed: &Placed) -> Option<&'f [u8]> {
    let begin = usize::try_from(placed.place).ok()?;
    let length = usize::try_from(placed.bytes).ok()?;
    let object = frame.get(begin..)?.get(..length)?;
    (ObjectHash::of(object) == placed.hash).then_some(object)
}
