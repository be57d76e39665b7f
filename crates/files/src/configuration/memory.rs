//! What is remembered of a tree, so that what nobody changed is neither read nor understood again. Nothing is
//! lost where nothing is remembered.

use std::collections::HashMap;

use flowkeep_core::configuration::{ConfigPath, Facts};
use flowkeep_core::{Message, ObjectHash, Sha256};
use flowkeep_store::ConfigSeen;
use serde::{Deserialize, Serialize};

use super::Keys;
use crate::snapshots::manifest::TreeMasked;

/// What finds out what files say. It rises whenever that finds something else in the same file.
const READING: u32 = 10;

/// Who finds that out: nobody believes what another one found.
pub(super) fn reader() -> String {
    format!("{READING} {}", env!("CARGO_PKG_VERSION"))
}

/// What is remembered of a tree.
pub(crate) type Memory = HashMap<ConfigPath, ConfigSeen>;

/// What a file says, however long ago it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// Bytes.
    pub(crate) bytes: u64,
    /// Their hash.
    pub(crate) sha256: Sha256,
    /// What is kept of it.
    pub(crate) object: ObjectHash,
    /// Bytes of that.
    pub(crate) object_bytes: u64,
    /// Where keys are masked in that.
    pub(crate) masked: Vec<TreeMasked>,
}

/// The rest of what is remembered of a file.
#[derive(Serialize, Deserialize)]
struct Said {
    reading: u32,
    app: String,
    bytes: u64,
    object_bytes: u64,
    /// Whether nobody looked for keys, because all of it was to be kept.
    is_exact: bool,
    masked: Vec<TreeMasked>,
    unparsed: Option<Message>,
    facts: Facts,
}

impl Said {
    /// Whether the same is kept of the file where this is to become of its keys.
    fn holds_for(&self, keys: Keys) -> bool {
        match keys {
            Keys::Masked => !self.is_exact,
            Keys::Encrypted => self.is_exact || self.masked.is_empty(),
        }
    }
}

/// What a file said when it was last read; nothing where somebody else read it, who may have found less, or where
/// something else was to become of its keys.
pub(super) fn recalled(seen: &ConfigSeen, keys: Keys) -> Option<(Content, Facts, Option<Message>)> {
    let said: Said = serde_json::from_str(&seen.read).ok()?;
    let is_ours = said.reading == READING && said.app == env!("CARGO_PKG_VERSION");
    if !is_ours || !said.holds_for(keys) {
        return None;
    }
    let content = Content {
        bytes: said.bytes,
        sha256: seen.sha256,
        object: seen.object,
        object_bytes: said.object_bytes,
        masked: said.masked,
    };
    Some((content, said.facts, said.unparsed))
}

/// As it is remembered.
pub(super) fn seen(
    stamp: String,
    seen_at: i64,
    keys: Keys,
    content: &Content,
    facts: &Facts,
    unparsed: Option<&Message>,
) -> Option<ConfigSeen> {
    let said = Said {
        reading: READING,
        app: env!("CARGO_PKG_VERSION").to_owned(),
        bytes: content.bytes,
        object_bytes: content.object_bytes,
        is_exact: keys == Keys::Encrypted,
        masked: content.masked.clone(),
        unparsed: unparsed.cloned(),
        facts: facts.clone(),
    };
    Some(ConfigSeen {
        stamp,
        seen_at,
        sha256: content.sha256,
        object: content.object,
        read: serde_json::to_string(&said).ok()?,
    })
}
