//! Identifiers. New records get ULIDs; foreign ids stay the strings they came as.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use ts_rs::TS;
use ulid::Ulid;

macro_rules! ulid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        pub struct $name(#[ts(type = "string")] pub Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ulid::DecodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ulid::from_string(text).map(Self)
            }
        }
    };
}

ulid_newtype! {
    /// One entry of Activity; what an undo names.
    OperationId
}
impl OperationId {
    /// Where a copy of a catalog stands in the order of what happened: at the newest operation in
    /// it, as `named`, or, where none is, at the `time` it was made, in milliseconds. The ids never
    /// go back, also when the clock does.
    pub fn newest_in_copy(named: &str, time: i64) -> Self {
        named.parse().unwrap_or_else(|_| {
            let time = u64::try_from(time).unwrap_or_default();
            Self(Ulid::from_parts(time, 0))
        })
    }
}

ulid_newtype! {
    /// One backup, the same in its manifest and in the list of known backups.
    BackupId
}
ulid_newtype! {
    /// An import or restore that was planned and not yet applied.
    PlanId
}

ulid_newtype! {
    /// One run of a workflow.
    RunId
}

ulid_newtype! {
    /// One task folder, whatever it is called and wherever it lies.
    FolderId
}

ulid_newtype! {
    /// One snapshot of a configuration.
    SnapshotId
}

macro_rules! hash_newtype {
    ($(#[$doc:meta])* $name:ident, $of:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The hash of these bytes.
            pub fn of(bytes: &[u8]) -> Self {
                Self($of(bytes).into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = hex::FromHexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

hash_newtype! {
    /// A SHA-256, written as 64 lower-case hexadecimal digits.
    Sha256, sha2::Sha256::digest
}
hash_newtype! {
    /// By what content in the store of snapshots is named: a BLAKE3, written as 64 lower-case hexadecimal
    /// digits.
    ObjectHash, blake3::hash
}
