//! The desktop shell of Flowkeep: windows, native dialogs, drops, one instance per data folder,
//! and what happens when the data or the web view fail. What a person does with the data is a
//! command of `flowkeep_api`, called through one door ([`calls`]).
//!
//! Absent on purpose: everything that knows what a workflow is; the network; paths from the page.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod asking;
mod calls;
mod closing;
mod dialogs;
mod drops;
mod login;
mod logs;
mod other_folder;
mod places;
mod reach;
mod recovery;
mod relaunch;
mod watchdog;
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use flowkeep_api::{
    Api, AppError, DataFolder, Face, OpenOptions, Places, Request, WindowClaim, keep_engine,
};
use tauri::{App, AppHandle, Emitter as _, Manager as _, RunEvent};
use ulid::Ulid;

use crate::calls::Tasks;
use crate::closing::{Closing, Following};
use crate::places::PickedPlaces;
use crate::reach::LastReach;
use crate::recovery::Trouble;
use crate::watchdog::FirstPaint;
use crate::window::Frame;

/// The window of Flowkeep. The command line is `flowkeep`.
#[derive(Debug, Parser)]
#[command(name = "flowkeep-desktop", version)]
struct Arguments {
    /// The folder that holds everything; else the one chosen in the window, else the platform's
    #[arg(long, env = "FLOWKEEP_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Carry runs and schedules out without a window, for as long as there are some
    #[arg(long)]
    background: bool,
    /// Only shows this dialog and prints what was chosen
    #[cfg(target_os = "linux")]
    #[arg(long, value_name = "QUESTION", hide = true)]
    dialog: Option<String>,
}

/// The folder where the window keeps its own things.
struct Own(PathBuf);

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments = Arguments::parse();
    #[cfg(target_os = "linux")]
    if let Some(question) = &arguments.dialog {
        return asking::apart::show(question);
    }
    let places = Arc::new(PickedPlaces::default());
    let options = OpenOptions {
        data_dir: arguments.data_dir,
        face: Face::Desktop,
        places: Arc::clone(&places) as Arc<dyn Places>,
    };
    let folder = match options.folder() {
        Ok(folder) => folder,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "there is no folder for a log, and no window"
            )]
            {
                eprintln!("flowkeep-desktop: {error}");
            }
            return ExitCode::FAILURE;
        }
    };
    let claim = if arguments.background {
        flowkeep_api::window_claim(&folder)
    } else {
        flowkeep_api::show_window(&folder)
    };
    match claim {
        Ok(claim) => {
            let beginning = Beginning {
                started,
                in_background: arguments.background,
                claim,
            };
            run(beginning, folder, options, places)
        }
        // The other process has shown its window, or goes on without one.
        Err(flowkeep_api::AlreadyOpen) => ExitCode::SUCCESS,
    }
}

/// How this process begins.
struct Beginning {
    started: Instant,
    /// Whether it begins without a window.
    in_background: bool,
    /// Makes this the only one; there is none when the data folder is refused.
    claim: Option<WindowClaim>,
}

/// Runs until the app ends: with its window, or when nothing goes on without one any more.
fn run(
    beginning: Beginning,
    folder: DataFolder,
    options: OpenOptions,
    places: Arc<PickedPlaces>,
) -> ExitCode {
    let Beginning {
        started,
        in_background,
        claim,
    } = beginning;
    // What the window keeps for itself lies in the data folder, but nothing may be left in one
    // that is refused: then it goes with the session.
    let own = match &claim {
        Some(_) => folder.path.clone(),
        None => std::env::temp_dir().join(format!("flowkeep-{}", Ulid::generate())),
    };
    let logs = own.join("logs");
    logs::begin(&logs);
    logs::catch_panics(logs);
    watchdog::remember(&own);

    let paint = FirstPaint::new(started, &own);
    // The data opens while the toolkit wakes.
    let opening = tauri::async_runtime::spawn_blocking(|| Api::open(options));
    let result = tauri::Builder::default()
        .plugin(window::remember_place(&own))
        .manage(claim)
        .manage(paint)
        .manage(Tasks::default())
        .manage(Closing::default())
        .manage(LastReach::default())
        .manage(Frame::default())
        .manage(folder)
        .manage(places)
        .manage(Own(own.clone()))
        .invoke_handler(tauri::generate_handler![
            calls::call,
            calls::cancel,
            dialogs::pick_folder,
            dialogs::pick_file,
            dialogs::pick_files,
            dialogs::pick_save,
            dialogs::open_place,
            dialogs::open_backup,
            dialogs::open_data_folder,
            dialogs::open_run_folder,
            dialogs::open_task_folder,
            dialogs::open_session_copy,
            dialogs::open_run_file,
            logs::page_fault,
            other_folder::use_other_folder,
            relaunch::restart,
            watchdog::window_ready,
            closing::ready_to_close,
            closing::close_window,
            login::login_start,
            login::start_at_login,
            reach::data_reach,
            window::set_appearance,
            recovery::recovery_state,
            recovery::recovery_safety_copy,
            recovery::recovery_open_folder,
            other_folder::recovery_choose_folder,
            other_folder::recovery_usual_folder,
            recovery::recovery_pick_backup,
            recovery::recovery_restore,
            recovery::recovery_try_again,
        ])
        .setup(move |app| {
            let opened = tauri::async_runtime::block_on(opening)?;
            Ok(open(app, &own, opened, in_background)?)
        })
        .build(tauri::generate_context!());
    match result {
        Ok(app) => {
            let code = app.run_return(|app, event| {
                if let RunEvent::ExitRequested {
                    code: None, api, ..
                } = event
                {
                    closing::window_gone(app, &api);
                }
            });
            u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

/// Opens the window on the data, or the window that says why there is none. The window keeps its
/// own things in `own`. In the background there is a window only for what must be said.
fn open(
    app: &App,
    own: &Path,
    opened: Result<Api, AppError>,
    in_background: bool,
) -> tauri::Result<()> {
    let handle = app.handle();
    closing::heed_signals(handle);
    match opened.and_then(|api| follow(handle, api)) {
        Ok(api) if in_background => {
            app.manage(api);
            closing::begin_without_window(handle);
        }
        Ok(api) => {
            app.manage(api);
            window::open_on_data(handle)?;
        }
        Err(error) => {
            tracing::error!(code = error.code, %error, "the data cannot be opened");
            app.manage(Trouble(error));
            window::open_recovery(handle, own)?;
        }
    }
    Ok(())
}

/// Lets the window follow the data, and carry runs out.
fn follow(app: &AppHandle, api: Api) -> Result<Arc<Api>, AppError> {
    let only_reads = api.only_reads();
    reach::begin(app, only_reads);
    let (told, asked, lost) = (app.clone(), app.clone(), app.clone());
    let follower = api.follow(
        move |tags| {
            let may_end = closing::may_end(&tags);
            if let Err(error) = told.emit_to(window::MAIN, "changed", tags) {
                tracing::warn!(%error, "the page could not be told of a change");
            }
            if may_end {
                closing::look(&told);
            }
        },
        move |request| match request {
            Request::WindowShow => window::bring_forward(&asked),
        },
        move |now| reach::tell(&lost, now, only_reads),
    )?;
    app.manage(Following::new(Some(follower)));
    let api = Arc::new(api);
    keep_engine(&api);
    Ok(api)
}
