//! Encrypting to a key of which only the public half is at hand, and reading that again with the key: in the
//! format of age, so that its own programs read it, too.

use std::fmt;
use std::io::{self, BufRead, Read, Seek};
use std::str::FromStr;

use age::secrecy::ExposeSecret as _;
use age::{DecryptError, Decryptor, x25519};
use zeroize::Zeroizing;

/// What every file in the format of age begins with.
const MARK: &[u8] = b"age-encryption.org/v1\n";

/// What something is encrypted to: the public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient(x25519::Recipient);

impl Recipient {
    /// Encrypts. Nobody who has not the key can read the answer, not even whoever wrote it.
    ///
    /// # Errors
    /// Where there is no memory.
    pub fn encrypt(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        age::encrypt(&self.0, plain).map_err(io::Error::other)
    }
}

impl FromStr for Recipient {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self).map_err(|_| ())
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

/// Whether these bytes are encrypted in the format of age.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// Keys, of which each opens what was encrypted to it.
#[derive(Clone, Default)]
pub struct Identities(Vec<x25519::Identity>);

/// Why something encrypted cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// It was encrypted to another key.
    #[error("it is encrypted to another key")]
    OtherKey,
    /// It is not as it was written.
    #[error("it is damaged")]
    Damaged,
    /// What the system says.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Identities {
    /// A new key, and no other.
    pub fn generate() -> Self {
        Self(vec![x25519::Identity::generate()])
    }

    /// The keys of a text, one on each line, as age writes them. Lines that are none are passed over.
    pub fn of_text(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        Self(lines.filter_map(|line| line.parse().ok()).collect())
    }

    /// The keys, each on its line.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 80));
        for key in &self.0 {
            text.push_str(key.to_string().expose_secret());
            text.push('\n');
        }
        text
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The public half of each.
    pub fn recipients(&self) -> Vec<Recipient> {
        let recipients = self.0.iter().map(x25519::Identity::to_public);
        recipients.map(Recipient).collect()
    }

    /// Each of them alone.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.0.iter().map(|key| Self(vec![key.clone()]))
    }

    /// Has one of its own before the others.
    pub fn put_first(&mut self, first: &Recipient) {
        self.0.sort_by_key(|key| key.to_public() != first.0);
    }

    /// Takes those of the others in, behind its own, which it has not; says how many.
    pub fn join(&mut self, others: &Self) -> usize {
        let before = self.0.len();
        for other in &others.0 {
            let public = other.to_public();
            if self.0.iter().all(|key| key.to_public() != public) {
                self.0.push(other.clone());
            }
        }
        self.0.len() - before
    }

    /// What is inside of something encrypted, to be read from anywhere.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open<R: BufRead + Seek>(&self, encrypted: R) -> Result<impl Read + Seek, Unopened> {
        let keys = self.0.iter().map(|key| -> &dyn age::Identity { key });
        let opened = Decryptor::new_buffered(encrypted).and_then(|found| found.decrypt(keys));
        opened.map_err(|error| match error {
            DecryptError::NoMatchingKeys => Unopened::OtherKey,
            DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                Unopened::Io(error)
            }
            _ => Unopened::Damaged,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, SeekFrom};

    use super::*;

    #[test]
    fn what_is_encrypted_is_read_from_the_middle_with_the_key_and_with_no_other() {
        let (key, other) = (Identities::generate(), Identities::generate());
        let plain: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let sealed = key.recipients()[0].encrypt(&plain).unwrap();
        assert!(is_encrypted(&sealed) && !is_encrypted(&plain));
        let mut inside = key.open(Cursor::new(&sealed)).unwrap();
        inside.seek(SeekFrom::Start(300_001)).unwrap();
        let mut part = vec![0; 70_000];
        inside.read_exact(&mut part).unwrap();
        assert_eq!(part, plain[300_001..370_001]);
        let refused = other.open(Cursor::new(&sealed)).err().unwrap();
        assert!(matches!(refused, Unopened::OtherKey));
        let cut = key.open(Cursor::new(&sealed[..40])).err().unwrap();
        assert!(matches!(cut, Unopened::Damaged), "{cut}");
    }

    #[test]
    fn keys_come_back_from_their_text_and_are_joined_once() {
        let (mut one, two) = (Identities::generate(), Identities::generate());
        let text = format!("# a remark\n\n{}", *two.to_text());
        assert_eq!(one.join(&Identities::of_text(&text)), 1);
        assert_eq!(one.join(&two), 0);
        let told = |keys: &Identities| -> Vec<String> {
            keys.recipients().iter().map(ToString::to_string).collect()
        };
        let again = Identities::of_text(&one.to_text());
        assert_eq!(told(&again), told(&one));
        assert_eq!(told(&again)[1..], told(&two)[..]);
        assert!(told(&two)[0].parse::<Recipient>().is_ok());
        assert!("age1nothing".parse::<Recipient>().is_err());
    }
}
