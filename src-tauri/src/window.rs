//! The window itself: how it is made, how it looks before the page has drawn, where it stood last
//! time, how it comes forward, how it closes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_api::types::{self, Language, Nothing, Settings};
use flowkeep_api::{Api, Catalogue, Tongue};
use rfd::{AsyncMessageDialog, MessageButtons, MessageLevel};
use tauri::plugin::TauriPlugin;
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::webview::PageLoadEvent;
use tauri::{
    AppHandle, Manager as _, State, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry,
};
use tauri_plugin_window_state::StateFlags;

use crate::Own;
use crate::calls::Tasks;
use crate::watchdog::FirstPaint;
use crate::{closing, drops, logs, watchdog};

/// The main window's label, as the capabilities name it.
pub(crate) const MAIN: &str = "main";
/// The recovery window's.
pub(crate) const RECOVERY: &str = "recovery";
/// How long closing waits for work that was asked to stop; it stops within a second by promise.
const CLOSING: Duration = Duration::from_secs(5);

/// The theme that the frame of the main window has.
#[derive(Default)]
pub(crate) struct Frame(Mutex<types::Theme>);

impl Frame {
    /// Takes the theme it has from now on; answers the one it had.
    fn replace(&self, theme: types::Theme) -> types::Theme {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *shown, theme)
    }
}

/// Remembers place and size in the data folder, so that two data folders have two windows.
pub(crate) fn remember_place(data_dir: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(data_dir.join("window.json").to_string_lossy())
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_denylist(&[RECOVERY])
        .build()
}

/// Opens the main window, at the start or later.
///
/// # Errors
/// What the platform says when no window can be made.
pub(crate) fn open_on_data(app: &AppHandle) -> tauri::Result<()> {
    let settings = settings(&app.state::<Arc<Api>>());
    let own = &app.state::<Own>().0;
    let window = open_main(app, own, &settings)?;
    tell_of_last_crash(&window, own, settings.language);
    Ok(())
}

fn open_main(
    app: &AppHandle,
    data_dir: &Path,
    settings: &Settings,
) -> tauri::Result<WebviewWindow> {
    app.state::<Frame>().replace(settings.theme);
    let window = page(app, MAIN, "index.html", data_dir, settings.theme)
        .inner_size(1280.0, 800.0)
        .min_inner_size(1024.0, 640.0)
        .build()?;
    drops::watch(&window);
    closing::watch(&window);
    watchdog::watch(app, &window);
    Ok(window)
}

/// Opens the small window that says why the data cannot be opened.
///
/// # Errors
/// What the platform says when no window can be made.
pub(crate) fn open_recovery(app: &AppHandle, data_dir: &Path) -> tauri::Result<WebviewWindow> {
    let window = page(
        app,
        RECOVERY,
        "recovery.html",
        data_dir,
        types::Theme::System,
    )
    .inner_size(640.0, 560.0)
    .resizable(true)
    .center()
    .build()?;
    watchdog::watch(app, &window);
    Ok(window)
}

fn page<'a>(
    app: &'a AppHandle,
    label: &str,
    file: &str,
    data_dir: &Path,
    theme: types::Theme,
) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
    let paint = Arc::clone(&app.state::<Arc<FirstPaint>>());
    let theme = native(theme);
    WebviewWindowBuilder::new(app, label, WebviewUrl::App(file.into()))
        .title("Flowkeep")
        .theme(theme)
        .background_color(paper(theme))
        .data_directory(webview_folder(data_dir))
        .zoom_hotkeys_enabled(true)
        .devtools(cfg!(debug_assertions))
        // The page is the app's own and stays so: no other address, no second window.
        .on_navigation(|address| {
            address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(move |_, load| {
            if load.event() == PageLoadEvent::Finished {
                paint.page_loaded();
            }
        })
}

/// Where the web view keeps what it must. A data folder that cannot be written is why the
/// recovery window opens; then a folder that goes with the session takes its place.
fn webview_folder(data_dir: &Path) -> std::path::PathBuf {
    let folder = data_dir.join("webview");
    logs::make_folder(&folder);
    if folder.is_dir() {
        folder
    } else {
        std::env::temp_dir().join(format!("flowkeep-webview-{}", std::process::id()))
    }
}

/// The page's background (`--bg` of tokens.css), so that no white flash precedes a dark page.
fn paper(theme: Option<Theme>) -> Color {
    match theme {
        Some(Theme::Dark) => Color(0x14, 0x15, 0x17, 0xff),
        _ => Color(0xf5, 0xf4, 0xf1, 0xff),
    }
}

/// The theme as the platform names it; nothing where the system decides.
fn native(theme: types::Theme) -> Option<Theme> {
    match theme {
        types::Theme::System => None,
        types::Theme::Light => Some(Theme::Light),
        types::Theme::Dark => Some(Theme::Dark),
    }
}

/// The page's language and theme, for the parts of the window the page does not draw. What it was
/// opened with it has: to be given it once more, toolkit and system are asked anew.
#[tauri::command]
pub(crate) fn set_appearance(
    window: WebviewWindow,
    frame: State<'_, Frame>,
    language: Language,
    theme: types::Theme,
) {
    if frame.replace(theme) == theme {
        return;
    }
    let theme = native(theme);
    tracing::debug!(?language, ?theme, "appearance");
    let painted = window
        .set_theme(theme)
        .and_then(|()| window.set_background_color(Some(paper(theme.or(window.theme().ok())))));
    if let Err(error) = painted {
        tracing::warn!(%error, "the window keeps its old theme");
    }
}

/// What the settings say, or the defaults when they cannot be read.
pub(crate) fn settings(api: &Api) -> Settings {
    flowkeep_api::settings::show(api, Nothing {}).unwrap_or_else(|error| {
        tracing::warn!(%error, "the settings cannot be read; the window opens as the system looks");
        Settings::default()
    })
}

/// Brings the window forward, as a second start asks, or opens it where there is none.
pub(crate) fn bring_forward(app: &AppHandle) {
    let own = app.clone();
    // Where windows are made and go, so that one that is just going is not taken for one that is there.
    let asked = app.run_on_main_thread(move || {
        let Some(window) = own
            .get_webview_window(MAIN)
            .or_else(|| own.get_webview_window(RECOVERY))
        else {
            if closing::window_opens(&own)
                && let Err(error) = open_on_data(&own)
            {
                tracing::error!(%error, "the window could not be opened again");
            }
            return;
        };
        tracing::info!("asked to come forward");
        let forward = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = forward {
            tracing::warn!(%error, "the window could not come forward");
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the window could not come forward");
    }
}

/// Asks the work under way to stop and waits a little for it.
pub(crate) fn stop_work(tasks: &Tasks) {
    let asked = Instant::now();
    while !tasks.cancel_all() && asked.elapsed() < CLOSING {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Tells of the crash that ended the last start, if one did. Does not hold up this start.
fn tell_of_last_crash(window: &WebviewWindow, data_dir: &Path, language: Language) {
    let Some(report) = logs::untold_crash(&data_dir.join("logs")) else {
        return;
    };
    let words = Catalogue::new(match language {
        Language::System => Tongue::of_system(),
        Language::English => Tongue::English,
        Language::Chinese => Tongue::Chinese,
    });
    let report = crate::places::label(&report);
    let message = AsyncMessageDialog::new()
        .set_parent(window)
        .set_level(MessageLevel::Warning)
        .set_title(words.word("shell_crash_title"))
        .set_description(words.sentence("shell_crash_text", &[("path", &report)]))
        .set_buttons(MessageButtons::OkCustom(words.word("shell_close")))
        .show();
    tauri::async_runtime::spawn(message);
}
