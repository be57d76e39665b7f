//! The switch "Start at login": the platform's entry for this program and this data folder
//! ([`LoginStart`]).

use std::io;

use flowkeep_api::{AppError, DataFolder, FolderOrigin, LoginStart};
use tauri::State;

use crate::relaunch::program;

/// Whether the app starts at login with this data folder.
#[tauri::command(async)]
pub(crate) fn login_start(folder: State<'_, DataFolder>) -> Result<bool, AppError> {
    let entry = entry(&folder);
    entry.and_then(|entry| entry.is_on()).map_err(refused)
}

/// Switches that on or off; answers how it is then.
#[tauri::command(async)]
pub(crate) fn start_at_login(folder: State<'_, DataFolder>, on: bool) -> Result<bool, AppError> {
    let entry = entry(&folder);
    let switched = entry.and_then(|entry| {
        entry.switch(on)?;
        entry.is_on()
    });
    switched.map_err(refused)
}

/// It starts without a window. A folder that was chosen or is the usual one is found by itself, also
/// after another one was chosen.
fn entry(folder: &DataFolder) -> io::Result<LoginStart> {
    let told = (folder.origin == FolderOrigin::Told).then_some(&folder.path);
    let told = told.map(std::path::absolute).transpose()?;
    LoginStart::new(&program()?, &["--background"], told.as_deref())
}

fn refused(error: io::Error) -> AppError {
    AppError::new("login_start_refused").with("reason", error)
}
