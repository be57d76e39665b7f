//! Compiles the blank page into the binary.

use tauri_build::{AppManifest, Attributes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tauri_build::try_build(
        Attributes::new().app_manifest(AppManifest::new().commands(&["window_ready"])),
    )?;
    Ok(())
}
