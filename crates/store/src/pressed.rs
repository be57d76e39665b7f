//! What is kept in one cell that nobody looks into by SQL: JSON, compressed with zstd.

use std::io::{self, Read as _};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// How hard is pressed: what is kept by the thousand is not to take minutes.
const LEVEL: i32 = 3;

/// Bytes that it may unpack to; more is nothing of ours.
const MOST: u64 = 2 << 30;

pub(crate) fn pressed<T: Serialize>(what: &T) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(what).map_err(io::Error::from)?;
    Ok(zstd::bulk::compress(&text, LEVEL)?)
}

pub(crate) fn of_pressed<T: DeserializeOwned>(pressed: &[u8]) -> Result<T, StoreError> {
    let mut text = Vec::new();
    zstd::Decoder::new(pressed)?
        .take(MOST)
        .read_to_end(&mut text)?;
    serde_json::from_slice(&text).map_err(|error| StoreError::Damaged(error.to_string()))
}
