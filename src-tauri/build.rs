//! Compiles the capabilities, the window configuration and the web pages into the binary.

use tauri_build::{AppManifest, Attributes};

/// Every command the shell answers. A command that stands in no capability can be asked by no
/// window; `capabilities/*.json` say which window may ask what.
const COMMANDS: &[&str] = &[
    "call",
    "cancel",
    "pick_folder",
    "pick_file",
    "pick_files",
    "pick_save",
    "open_place",
    "open_backup",
    "open_data_folder",
    "open_run_folder",
    "open_task_folder",
    "open_session_copy",
    "open_run_file",
    "page_fault",
    "use_other_folder",
    "restart",
    "window_ready",
    "ready_to_close",
    "close_window",
    "login_start",
    "start_at_login",
    "data_reach",
    "set_appearance",
    "recovery_state",
    "recovery_safety_copy",
    "recovery_open_folder",
    "recovery_choose_folder",
    "recovery_usual_folder",
    "recovery_pick_backup",
    "recovery_restore",
    "recovery_try_again",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The pages are embedded: a new build of them is a new build of the shell.
    println!("cargo:rerun-if-changed=../ui/dist");
    let pages = std::path::Path::new("../ui/dist/index.html");
    if !pages.is_file() {
        return Err("the pages are not built yet: make ui".into());
    }
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))?;
    Ok(())
}
