//! What is inside the encrypted file.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// All secrets, as JSON: `{secrets: {NAME: {value, version, set_at}}}`.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) secrets: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) value: Text,
    pub(super) version: String,
    pub(super) set_at: i64,
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
