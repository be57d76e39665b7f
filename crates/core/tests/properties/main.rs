//! What holds for any document, name or bytes.

#![cfg(test)]

mod edits;
mod generate;
mod json_strictness;
mod names;
mod nothing_panics;
