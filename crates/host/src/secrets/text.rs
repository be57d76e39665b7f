//! What is inside the encrypted file.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// All secrets, as JSON: `{secrets: {NAME: {value, version, set_at, earlier: [...]}}}`.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) secrets: BTreeMap<String, Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) value: Text,
    pub(super) version: String,
    pub(super) set_at: i64,
    /// Those of before that are kept beside it, the last that was set first. They have none themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier: Vec<Entry>,
}

/// Bytes of an entry beside its texts: keys, quotes, a time.
const AROUND: usize = 64;

impl Contents {
    /// Bytes that its JSON has at most.
    pub(super) fn room(&self) -> usize {
        let one = |entry: &Entry| entry.value.0.len() + entry.version.len() + AROUND;
        let of = |(name, entry): (&String, &Entry)| {
            name.len() + one(entry) + entry.earlier.iter().map(one).sum::<usize>()
        };
        // A character takes six bytes at most: \u0000.
        AROUND + 6 * self.secrets.iter().map(of).sum::<usize>()
    }

    /// As JSON, in memory that is overwritten afterwards: it has its room from the beginning, because
    /// what grows leaves copies behind.
    pub(super) fn to_json(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(Vec::with_capacity(self.room()));
        serde_json::to_writer(&mut *text, self)?;
        Ok(text)
    }
}

/// A text whose memory is overwritten once it is not needed any more.
#[derive(Clone)]
pub(super) struct Text(pub(super) Zeroizing<String>);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}
