//! `secrets.age` and `secrets.json`.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use age::Decryptor;
use age::x25519::Identity;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use zeroize::Zeroizing;

use super::key::Ask;
use super::text::{Contents, Entry, Text};
use super::{KeptSecret, KeyPlace, Keys, NewSecret, SecretEntry, Secrets, SecretsError, Stamp};
use crate::files::replace;
use crate::{Clock, FileLock, Files as _, LockError, SystemFiles};

/// Whoever writes is done in a moment; one that is not has been stopped in the middle.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was set beside another and is not in use so much later was left behind by one that died.
const LEFT_BEHIND_MS: i64 = 3_600_000;

/// How often a lock that another process holds is tried.
const AGAIN: Duration = Duration::from_millis(10);

/// What `secrets.json` says it is.
const FORMAT: &str = "flowkeep-secrets";
const VERSION: u32 = 1;

/// The secrets of a data folder.
pub struct SecretsFile {
    folder: PathBuf,
    keys: Keys,
    clock: Arc<dyn Clock>,
    /// The key that was found last, and which file it is of.
    key: Mutex<Option<(String, Identity)>>,
}

/// `secrets.json`: what may be known of the secrets.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    /// What the key is kept as.
    id: String,
    /// Where it was put.
    key: KeyPlace,
    /// The public half, by which the key is known.
    recipient: String,
    /// Whether a secret was ever set: then a file that is missing is lost.
    #[serde(default)]
    filled: bool,
}

impl SecretsFile {
    /// The secrets of the data folder `folder`, their key in one of `keys`. Nothing is read before
    /// something is asked.
    pub fn new(folder: &Path, keys: Keys, clock: Arc<dyn Clock>) -> Self {
        Self {
            folder: folder.to_owned(),
            keys,
            clock,
            key: Mutex::default(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("secrets.age")
    }

    fn header_path(&self) -> PathBuf {
        self.folder.join("secrets.json")
    }

    fn header(&self) -> Result<Option<Header>, SecretsError> {
        let Some(bytes) = found(fs::read(self.header_path()))? else {
            return Ok(None);
        };
        let header: Header = serde_json::from_slice(&bytes)
            .map_err(|error| SecretsError::Damaged(error.to_string()))?;
        if header.format != FORMAT {
            return Err(SecretsError::Damaged("not ours".to_owned()));
        }
        if header.version > VERSION {
            return Err(SecretsError::Newer);
        }
        Ok(Some(header))
    }

    fn key_of(&self, header: &Header, ask: Ask) -> Result<Identity, SecretsError> {
        let known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((recipient, key)) = &*known
            && *recipient == header.recipient
        {
            return Ok(key.clone());
        }
        // Whoever asks at once is not held up by one who asks the keyring.
        drop(known);
        let is_it = |key: &Identity| key.to_public().to_string() == header.recipient;
        let key = self.keys.find(&header.id, header.key, ask, is_it)?;
        self.remember(&header.recipient, &key);
        Ok(key)
    }

    fn remember(&self, recipient: &str, key: &Identity) {
        let mut known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((recipient.to_owned(), key.clone()));
    }

    fn read(&self, ask: Ask) -> Result<Contents, SecretsError> {
        match self.header()? {
            Some(header) => self.contents(&header, &self.key_of(&header, ask)?),
            // The header is there before the first secret is.
            None if self.path().exists() => {
                Err(SecretsError::Damaged("secrets.json is missing".to_owned()))
            }
            None => Ok(Contents::default()),
        }
    }

    fn contents(&self, header: &Header, key: &Identity) -> Result<Contents, SecretsError> {
        let Some(encrypted) = found(fs::read(self.path()))? else {
            return if header.filled {
                Err(SecretsError::Damaged("secrets.age is missing".to_owned()))
            } else {
                Ok(Contents::default())
            };
        };
        let text = decrypted(key, &encrypted)?;
        // What JSON says of its text could repeat a part of it.
        serde_json::from_slice(&text)
            .map_err(|_| SecretsError::Damaged("what is inside cannot be read".to_owned()))
    }

    /// Changes what is kept, if `change` says that it did; only one process at a time does.
    fn rewrite<T>(
        &self,
        change: impl FnOnce(&mut Contents) -> (bool, T),
    ) -> Result<T, SecretsError> {
        let _alone = self.alone()?;
        let header = self.header()?;
        let (mut contents, known) = match header {
            Some(header) => {
                let key = self.key_of(&header, Ask::Keyring)?;
                (self.contents(&header, &key)?, Some((header, key)))
            }
            None => (self.read(Ask::Nobody)?, None),
        };
        let (changed, answer) = change(&mut contents);
        if !changed {
            return Ok(answer);
        }
        let (mut header, key) = match known {
            Some(known) => known,
            None => self.begin()?,
        };
        let text = contents.to_json().map_err(io::Error::from)?;
        let encrypted = age::encrypt(&key.to_public(), &text).map_err(io::Error::other)?;
        replace(&self.path(), &encrypted)?;
        if !header.filled {
            header.filled = true;
            self.keep_header(&header)?;
        }
        Ok(answer)
    }

    /// Makes a key, puts it away and says where.
    fn begin(&self) -> Result<(Header, Identity), SecretsError> {
        let id = Ulid::generate().to_string();
        let (key, place) = self.keys.make(&id)?;
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            id,
            key: place,
            recipient: key.to_public().to_string(),
            filled: false,
        };
        self.keep_header(&header)?;
        self.remember(&header.recipient, &key);
        Ok((header, key))
    }

    fn keep_header(&self, header: &Header) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(header)?;
        text.push(b'\n');
        replace(&self.header_path(), &text)
    }

    fn alone(&self) -> Result<FileLock, SecretsError> {
        let since = Instant::now();
        loop {
            match FileLock::try_take(&self.folder.join("secrets.lock")) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Held) if since.elapsed() < PATIENCE => std::thread::sleep(AGAIN),
                Err(LockError::Held) => return Err(SecretsError::Busy),
                Err(LockError::Io(error)) => return Err(error.into()),
            }
        }
    }

    fn one(&self, name: &str, ask: Ask) -> Result<Option<KeptSecret>, SecretsError> {
        let mut contents = self.read(ask)?;
        Ok(contents.secrets.remove(name).map(kept))
    }

    fn all(&self, ask: Ask) -> Result<Vec<SecretEntry>, SecretsError> {
        let entries = self.read(ask)?.secrets.into_iter();
        let entry = |(name, entry): (String, Entry)| SecretEntry {
            name,
            set_at: entry.set_at,
            versions: std::iter::once(entry.version)
                .chain(entry.earlier.into_iter().map(|entry| entry.version))
                .collect(),
        };
        Ok(entries.map(entry).collect())
    }

    fn new_entry(&self, value: &str) -> Entry {
        Entry {
            value: Text(Zeroizing::new(value.to_owned())),
            version: Ulid::generate().to_string(),
            set_at: self.clock.now().0,
            earlier: Vec::new(),
        }
    }
}

impl Secrets for SecretsFile {
    fn list(&self) -> Result<Vec<SecretEntry>, SecretsError> {
        self.all(Ask::Keyring)
    }

    fn list_at_once(&self) -> Result<Vec<SecretEntry>, SecretsError> {
        self.all(Ask::Nobody)
    }

    fn get(&self, name: &str) -> Result<Option<KeptSecret>, SecretsError> {
        self.one(name, Ask::Keyring)
    }

    fn get_at_once(&self, name: &str) -> Result<Option<KeptSecret>, SecretsError> {
        self.one(name, Ask::Nobody)
    }

    fn set(&self, name: &str, value: &str) -> Result<String, SecretsError> {
        let entry = self.new_entry(value);
        self.rewrite(|contents| {
            let version = entry.version.clone();
            contents.secrets.insert(name.to_owned(), entry);
            (true, version)
        })
    }

    fn change(
        &self,
        name: &str,
        change: &mut dyn FnMut(Option<&str>) -> Option<Zeroizing<String>>,
    ) -> Result<(), SecretsError> {
        self.rewrite(|contents| {
            let before = contents.secrets.get(name);
            let after = change(before.map(|entry| entry.value.0.as_str()));
            let is_changed = after.is_some();
            if let Some(value) = after {
                contents
                    .secrets
                    .insert(name.to_owned(), self.new_entry(&value));
            }
            (is_changed, ())
        })
    }

    fn set_beside(&self, given: &[NewSecret<'_>]) -> Result<Vec<String>, SecretsError> {
        if given.is_empty() {
            return Ok(Vec::new());
        }
        self.rewrite(|contents| {
            let set = given.iter().map(|new| {
                let mut entry = self.new_entry(new.value);
                let version = entry.version.clone();
                let since = entry.set_at.saturating_sub(LEFT_BEHIND_MS);
                let mut earlier = versions(contents.secrets.remove(new.name));
                earlier
                    .retain(|one| Some(one.version.as_str()) == new.in_use || one.set_at > since);
                entry.earlier = earlier;
                contents.secrets.insert(new.name.to_owned(), entry);
                version
            });
            (true, set.collect())
        })
    }

    fn remove(&self, name: &str) -> Result<bool, SecretsError> {
        self.rewrite(|contents| {
            let removed = contents.secrets.remove(name).is_some();
            (removed, removed)
        })
    }

    fn remove_version(&self, name: &str, version: &str) -> Result<bool, SecretsError> {
        self.rewrite(|contents| {
            let mut all = versions(contents.secrets.remove(name));
            let before = all.len();
            all.retain(|one| one.version != version);
            let removed = all.len() < before;
            if !all.is_empty() {
                let mut last = all.remove(0);
                last.earlier = all;
                contents.secrets.insert(name.to_owned(), last);
            }
            (removed, removed)
        })
    }

    fn unlock(&self) -> Result<(), SecretsError> {
        self.read(Ask::Person).map(|_| ())
    }

    fn put_aside(&self) -> Result<(), SecretsError> {
        let _alone = self.alone()?;
        let aside = Ulid::generate();
        // Without its header the file would count as damaged: it goes first.
        for (path, ending) in [(self.path(), "age"), (self.header_path(), "json")] {
            let to = self.folder.join(format!("secrets-{aside}.{ending}"));
            found(fs::rename(path, to))?;
        }
        SystemFiles.flush(&self.folder)?;
        Ok(())
    }

    fn stamp(&self) -> Stamp {
        Stamp(fs::metadata(self.path()).ok().map(|file| stamp_of(&file)))
    }

    fn key_place(&self) -> Option<KeyPlace> {
        self.header().ok().flatten().map(|header| header.key)
    }
}

/// All versions of a secret, the last that was set first.
fn versions(entry: Option<Entry>) -> Vec<Entry> {
    let Some(mut entry) = entry else {
        return Vec::new();
    };
    let earlier = std::mem::take(&mut entry.earlier);
    std::iter::once(entry).chain(earlier).collect()
}

fn kept(entry: Entry) -> KeptSecret {
    KeptSecret {
        value: entry.value.0,
        version: entry.version,
        earlier: entry.earlier.into_iter().map(kept).collect(),
    }
}

/// What is inside, in memory that is overwritten afterwards and has its room from the beginning: it is
/// shorter than what it is encrypted as.
fn decrypted(key: &Identity, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
    let damaged = |error: age::DecryptError| SecretsError::Damaged(error.to_string());
    let decryptor = Decryptor::new_buffered(encrypted).map_err(damaged)?;
    let key: &dyn age::Identity = key;
    let mut inside = decryptor.decrypt(std::iter::once(key)).map_err(damaged)?;
    let mut text = Zeroizing::new(Vec::with_capacity(encrypted.len()));
    inside
        .read_to_end(&mut text)
        .map_err(|error| SecretsError::Damaged(error.to_string()))?;
    Ok(text)
}

/// Nothing for what is not there.
fn found<T>(result: io::Result<T>) -> Result<Option<T>, SecretsError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Every change is another file, and no clock tells two of the same moment apart.
#[cfg(unix)]
fn stamp_of(file: &fs::Metadata) -> (u64, u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let at = file.mtime().cast_unsigned().wrapping_mul(1_000_000_000);
    (
        file.ino(),
        at.wrapping_add(file.mtime_nsec().cast_unsigned()),
        file.len(),
    )
}

#[cfg(not(unix))]
fn stamp_of(file: &fs::Metadata) -> (u64, u64, u64) {
    let since = |at: std::time::SystemTime| at.duration_since(std::time::UNIX_EPOCH).ok();
    let changed = file.modified().ok().and_then(since).unwrap_or_default();
    let nanos = u64::try_from(changed.as_nanos()).unwrap_or_default();
    (0, nanos, file.len())
}

#[cfg(test)]
mod tests;
