//! Watches that the window really shows something.
//!
//! WebKitGTK with some graphics drivers paints nothing at all, or paints nothing the screen ever
//! sees. Either is noticed: the page says when it has painted ([`window_ready`]), and under X11
//! the pixels of the window are looked at. What stays blank is started once more with the
//! accelerated paths of WebKit switched off; that it was needed is remembered in the data folder
//! until the app is updated. A web process that dies is loaded again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager as _, State, WebviewWindow};

use crate::relaunch::{Difference, relaunch};

/// How long a page may take to its first paint once it is loaded. Slow machines without
/// acceleration need seven seconds; a false alarm costs one restart.
const AFTER_LOAD: Duration = Duration::from_secs(20);
/// How long the page may take to load at all.
const AFTER_START: Duration = Duration::from_mins(1);
/// Takes the place of both, in seconds, where even that is not long enough.
const PATIENCE: &str = "FLOWKEEP_FIRST_PAINT_SECONDS";
/// Set in the second start, so that there is no third.
const SAFE: &str = "FLOWKEEP_SAFE_RENDERING";
/// What switches WebKit's accelerated paths off.
const SWITCHES: [&str; 2] = [
    "WEBKIT_DISABLE_DMABUF_RENDERER",
    "WEBKIT_DISABLE_COMPOSITING_MODE",
];

/// What is known of the first paint.
pub(crate) struct FirstPaint {
    started: Instant,
    state: Mutex<Waiting>,
    news: Condvar,
    after_start: Duration,
    after_load: Duration,
    mark: PathBuf,
}

struct Waiting {
    ready: bool,
    deadline: Instant,
}

impl FirstPaint {
    /// `started` is when the process began; the need of safe rendering is remembered in `data_dir`.
    pub(crate) fn new(started: Instant, data_dir: &Path) -> Arc<Self> {
        let told = std::env::var(PATIENCE).ok();
        let told = told.and_then(|seconds| seconds.parse().ok());
        let patience = told.map(Duration::from_secs);
        let after_start = patience.unwrap_or(AFTER_START);
        Arc::new(Self {
            started,
            state: Mutex::new(Waiting {
                ready: false,
                deadline: started + after_start,
            }),
            news: Condvar::new(),
            after_start,
            after_load: patience.unwrap_or(AFTER_LOAD),
            mark: mark(data_dir),
        })
    }

    /// Whether the page has said that it is drawn, or says so within `patience`.
    pub(crate) fn is_drawn(&self, patience: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .news
            .wait_timeout_while(state, patience, |state| !state.ready)
            .unwrap_or_else(PoisonError::into_inner);
        state.ready
    }

    /// A window opens; its page has not painted yet.
    fn begin(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ready = false;
        state.deadline = Instant::now() + self.after_start;
    }

    /// The page has loaded; from now on its first paint is due.
    pub(crate) fn page_loaded(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.deadline = state.deadline.min(Instant::now() + self.after_load);
        self.news.notify_all();
    }

    fn painted(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.ready {
            state.ready = true;
            tracing::info!(
                milliseconds = self.started.elapsed().as_millis(),
                "window ready"
            );
        }
        self.news.notify_all();
    }

    /// Waits for the first paint; false when it did not come in time.
    fn wait(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.ready {
            let now = Instant::now();
            if now >= state.deadline {
                return false;
            }
            let left = state.deadline - now;
            state = self
                .news
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    fn restart_in_safe_rendering(&self, why: &str) {
        if is_safe() {
            tracing::error!(why, "the window stays blank in safe rendering too");
            return;
        }
        tracing::warn!(why, "restarting in safe rendering");
        if let Err(error) = fs::write(&self.mark, env!("CARGO_PKG_VERSION")) {
            tracing::warn!(%error, "the need of safe rendering is not remembered");
        }
        let error = relaunch(safe());
        tracing::error!(%error, "the app could not start itself again");
    }
}

/// The page has painted for the first time.
#[tauri::command]
pub(crate) fn window_ready(window: WebviewWindow, paint: State<'_, Arc<FirstPaint>>) {
    paint.painted();
    #[cfg(target_os = "linux")]
    linux::look_at_the_screen(&window, Arc::clone(&paint));
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

/// Begins to watch the window.
pub(crate) fn watch(app: &AppHandle, window: &WebviewWindow) {
    let paint = Arc::clone(&app.state::<Arc<FirstPaint>>());
    paint.begin();
    let watching = std::thread::Builder::new()
        .name("first-paint".to_owned())
        .spawn(move || {
            if !paint.wait() {
                paint.restart_in_safe_rendering("the page said nothing");
            }
        });
    if let Err(error) = watching {
        tracing::warn!(%error, "the first paint is not watched");
    }
    #[cfg(target_os = "linux")]
    {
        linux::paint_without_gpu(window);
        linux::reload_after_crash(window);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

/// Before anything is drawn: when an earlier start of this version needed safe rendering, this
/// one goes there straight away.
pub(crate) fn remember(data_dir: &Path) {
    let mark = mark(data_dir);
    let Ok(version) = fs::read_to_string(&mark) else {
        return;
    };
    if version != env!("CARGO_PKG_VERSION") {
        // A new version, perhaps on a mended driver, gets a new chance.
        if let Err(error) = fs::remove_file(&mark) {
            tracing::warn!(%error, "the need of safe rendering stays remembered");
        }
    } else if !is_safe() {
        let error = relaunch(safe());
        tracing::error!(%error, "the app could not start itself in safe rendering");
    }
}

fn is_safe() -> bool {
    std::env::var_os(SAFE).is_some()
}

fn safe() -> Difference {
    let switches = SWITCHES
        .iter()
        .chain([&SAFE])
        .map(|name| (*name, "1".into()));
    Difference {
        environment: switches.collect(),
        arguments: None,
    }
}

fn mark(data_dir: &Path) -> PathBuf {
    data_dir.join("safe-rendering")
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use gtk::glib;
    use gtk::prelude::*;
    use tauri::WebviewWindow;
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebView, WebViewExt};

    use super::FirstPaint;

    /// The compositor may be a few frames behind the page.
    const LOOKS: u32 = 20;
    const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
    /// So many crashes of the web process in so long a time are not worth another try.
    const CRASHES: usize = 3;
    const CRASHES_WITHIN: Duration = Duration::from_mins(1);

    /// Looks at the pixels until one differs from the rest. Under Wayland nobody may read the
    /// screen, so that there the page's word has to do.
    pub(super) fn look_at_the_screen(window: &WebviewWindow, paint: Arc<FirstPaint>) {
        let looked = window.with_webview(move |platform| {
            let view = platform.inner();
            if !view.display().backend().is_x11() {
                return;
            }
            let mut looks = 0;
            glib::timeout_add_local(BETWEEN_LOOKS, move || {
                looks += 1;
                if shows_something(&view) {
                    return glib::ControlFlow::Break;
                }
                if looks < LOOKS {
                    return glib::ControlFlow::Continue;
                }
                paint.restart_in_safe_rendering("all pixels are the same");
                glib::ControlFlow::Break
            });
        });
        if let Err(error) = looked {
            tracing::warn!(%error, "the window's pixels cannot be looked at");
        }
    }

    /// Whether two pixels of the view differ. A view that cannot be read (hidden, minimised)
    /// counts as showing something: nobody is looking at it.
    fn shows_something(view: &WebView) -> bool {
        let Some(surface) = view.window().filter(gtk::gdk::Window::is_viewable) else {
            return true;
        };
        let (width, height) = (surface.width(), surface.height());
        let Some(pixels) = surface.pixbuf(0, 0, width, height) else {
            return true;
        };
        let (bytes, row_length) = (pixels.read_pixel_bytes(), pixels.rowstride());
        let (Ok(row_length), Ok(channels), Ok(width)) = (
            usize::try_from(row_length),
            usize::try_from(pixels.n_channels()),
            usize::try_from(pixels.width()),
        ) else {
            return true;
        };
        super::differs(&bytes, row_length, width * channels, channels)
    }

    /// Where there is no graphics card, WebKit would have one played by the processor, which costs
    /// a start a fifth of its time and 60 MB; painting straight away is quicker than that.
    pub(super) fn paint_without_gpu(window: &WebviewWindow) {
        if has_gpu(Path::new("/dev/dri")) {
            return;
        }
        let told = window.with_webview(|platform| {
            if let Some(settings) = WebViewExt::settings(&platform.inner()) {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
        });
        if let Err(error) = told {
            tracing::warn!(%error, "the web view paints as if there were a graphics card");
        }
    }

    /// Whether a card that draws has its node in this folder of the system.
    fn has_gpu(nodes: &Path) -> bool {
        fs::read_dir(nodes).is_ok_and(|nodes| {
            nodes
                .flatten()
                .any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
        })
    }

    /// Loads the page again when its process has died; after too many deaths in a row it stays.
    pub(super) fn reload_after_crash(window: &WebviewWindow) {
        let watched = window.with_webview(|platform| {
            let crashes = RefCell::new(VecDeque::with_capacity(CRASHES));
            platform
                .inner()
                .connect_web_process_terminated(move |view, reason| {
                    let now = Instant::now();
                    let mut crashes = crashes.borrow_mut();
                    crashes.retain(|crash: &Instant| now.duration_since(*crash) < CRASHES_WITHIN);
                    if crashes.len() >= CRASHES {
                        tracing::error!(
                            ?reason,
                            "the web process keeps dying; the page stays away"
                        );
                        return;
                    }
                    crashes.push_back(now);
                    tracing::error!(?reason, "the web process died; loading the page again");
                    view.reload();
                });
        });
        if let Err(error) = watched {
            tracing::warn!(%error, "a crash of the web process will not be noticed");
        }
    }
}

/// Whether any pixel differs from the first. Rows are `row_length` bytes apart, of which
/// `used` hold pixels of `channels` bytes.
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only GTK windows can be read")
)]
fn differs(bytes: &[u8], row_length: usize, used: usize, channels: usize) -> bool {
    let Some(first) = bytes.get(..channels) else {
        return false;
    };
    bytes
        .chunks(row_length.max(1))
        .map(|row| &row[..used.min(row.len())])
        .any(|row| row.chunks_exact(channels).any(|pixel| pixel != first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_paints_in_time_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let paint = FirstPaint::new(Instant::now(), folder.path());
        let page = Arc::clone(&paint);
        let painter = std::thread::spawn(move || {
            page.page_loaded();
            page.painted();
        });
        assert!(paint.wait());
        painter.join().unwrap();
    }

    #[test]
    fn a_page_that_says_nothing_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let paint = FirstPaint::new(Instant::now(), folder.path());
        paint.state.lock().unwrap().deadline = Instant::now();
        assert!(!paint.wait());
    }

    #[test]
    fn the_need_of_safe_rendering_ends_with_an_update() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(mark(folder.path()), "0.0.0").unwrap();
        remember(folder.path());
        assert!(!mark(folder.path()).exists());
    }

    #[test]
    fn one_other_pixel_is_something_and_padding_is_not() {
        let blank = [7, 7, 7, 7, 7, 7, 0, 9, 7, 7, 7, 7, 7, 7, 0, 1];
        assert!(
            !differs(&blank, 8, 6, 3),
            "two pixels a row, two bytes of padding"
        );
        let mut drawn = blank;
        drawn[13] = 8;
        assert!(differs(&drawn, 8, 6, 3));
        assert!(!differs(&[], 8, 6, 3));
    }
}
