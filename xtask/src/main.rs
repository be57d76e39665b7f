//! Chores of this repository that are more than a line of shell. `cargo xtask layers` holds the
//! invariants of ARCHITECTURE.md that can be read off manifests and sources.
#![expect(clippy::print_stderr, reason = "a program for the terminal")]

mod layers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

fn main() -> Result<ExitCode> {
    let chore = std::env::args().nth(1);
    if chore.as_deref() != Some("layers") {
        eprintln!("usage: cargo xtask layers");
        return Ok(ExitCode::from(2));
    }
    let found = layers::violations(&repository())?;
    for violation in &found {
        eprintln!("{violation}");
    }
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The folder that holds the workspace: the one `cargo` was called in, also where another checkout
/// has built into the same target directory.
fn repository() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_owned)
}
