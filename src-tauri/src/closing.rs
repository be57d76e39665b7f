//! How the window closes and how the app ends: with its last window, or later, where runs and
//! schedules go on without one, or when the session does.
//!
//! A page that closes keeps what is typed and not saved. Where something goes on, the operator is
//! asked once whether it shall without a window; the answer is a setting. Without one the web view is
//! given back, and the app ends when nothing goes on any more. When it ends, work under way is asked
//! to stop and the engine leaves in order. All are waited for a little; what does not answer is safe
//! to end.
//!
//! Absent on purpose: a question about what is typed. Drafts are kept in the database, so closing
//! loses nothing. A tray icon: the menu opens the window again, and not every desktop has a tray.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use flowkeep_api::types::OnClose;
use flowkeep_api::{Api, AppError, Follower, GoingOn};
use tauri::{AppHandle, Emitter as _, Manager as _, State, WebviewWindow};

use crate::calls::Tasks;
use crate::watchdog::FirstPaint;
use crate::window;

/// How long closing waits for the page to keep its drafts; a page that hangs never answers.
const KEEPING: Duration = Duration::from_secs(3);
/// How often it is asked meanwhile.
const ASKED: u32 = 12;
/// How long the engine may take to leave. It needs a few seconds at most unless its disk hangs.
const LEAVING: Duration = Duration::from_secs(12);

/// While runs write, it is looked so often whether they go on.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What follows the data; absent once the app ends, so that whoever asks for its window then waits
/// until it has gone.
pub(crate) type Following = Mutex<Option<Follower>>;

/// Where the app is between a window, none, and its end.
#[derive(Default)]
pub(crate) struct Closing {
    /// Whether the window is being closed.
    begun: AtomicBool,
    /// Whether the app goes on without a window.
    stays: AtomicBool,
    /// Whether it ends.
    ends: AtomicBool,
    /// Asks whoever looks what goes on to look; what is asked meanwhile is one look.
    looks: OnceLock<SyncSender<()>>,
    /// Whether the page has answered.
    ready: Mutex<bool>,
    news: Condvar,
}

impl Closing {
    /// The page is about to be asked; what it answered before counts no more.
    fn asks(&self) {
        *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    fn answered(&self) {
        *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.news.notify_all();
    }

    /// Waits for the page; false when it did not answer in time.
    fn wait(&self, patience: Duration) -> bool {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let (ready, _) = self
            .news
            .wait_timeout_while(ready, patience, |ready| !*ready)
            .unwrap_or_else(PoisonError::into_inner);
        *ready
    }

    /// The window stays, or the next one begins.
    fn open(&self) {
        self.asks();
        self.begun.store(false, Ordering::Relaxed);
    }

    fn is_ending(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
    }
}

/// The page has kept everything there was to keep.
#[tauri::command]
pub(crate) fn ready_to_close(closing: State<'_, Closing>) {
    closing.answered();
}

/// The answer to the question `going_on`, and "Quit" wherever it is offered: closes the window, and
/// ends the app unless it is to stay.
#[tauri::command]
pub(crate) fn close_window(app: AppHandle, stay: bool) {
    if stay {
        begin(&app, |app| {
            keep_drafts(app);
            go_on(app);
        });
    } else {
        end(&app);
    }
}

/// Lets the window close only after the page was asked.
pub(crate) fn watch(window: &WebviewWindow) {
    let app = window.app_handle().clone();
    window.on_window_event(move |event| {
        if let tauri::WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            begin(&app, close);
        }
    });
}

/// The last window has gone. Whether somebody wanted so or it was taken away, the app ends by
/// [`end`] alone; without data there is nothing to stay for.
pub(crate) fn window_gone(app: &AppHandle, exit: &tauri::ExitRequestApi) {
    if app.try_state::<Arc<Api>>().is_none() {
        return;
    }
    exit.prevent_exit();
    let closing = app.state::<Closing>();
    if !closing.stays.load(Ordering::Relaxed) && !closing.is_ending() {
        begin(app, close);
    }
}

/// A window opens where there was none.
pub(crate) fn window_opens(app: &AppHandle) -> bool {
    let closing = app.state::<Closing>();
    closing.stays.swap(false, Ordering::Relaxed) && !closing.is_ending()
}

/// Begins without a window, as a start at login does.
pub(crate) fn begin_without_window(app: &AppHandle) {
    begin(app, go_on);
}

/// Ends the app where it has no window and nothing goes on any more. Called whenever the data has
/// changed so; answers at once.
pub(crate) fn look(app: &AppHandle) {
    let closing = app.state::<Closing>();
    if closing.stays.load(Ordering::Relaxed) {
        // Full: a look that is still to come sees this as well.
        let _ = closing
            .looks
            .get_or_init(|| begin_looking(app))
            .try_send(());
    }
}

/// Whether a change may be the end of what goes on, or of what starts by itself.
pub(crate) fn may_end(tags: &[String]) -> bool {
    let mut tags = tags.iter().map(String::as_str);
    tags.any(|tag| matches!(tag, "run" | "schedule" | "workflow" | "all"))
}

/// Looks in a thread of its own: it may take as long as an engine to begin, and whoever tells of changes
/// also answers who asks for the window.
fn begin_looking(app: &AppHandle) -> SyncSender<()> {
    let (ask, asked) = sync_channel(1);
    apart(app, move |app| {
        while asked.recv().is_ok() {
            let closing = app.state::<Closing>();
            if closing.is_ending() {
                return;
            }
            if closing.stays.load(Ordering::Relaxed) && going_on(app).is_ok_and(GoingOn::is_nothing)
            {
                tracing::info!("nothing goes on any more");
                end(app);
                return;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    });
    ask
}

/// Ends the app in order, with or without a window; answers at once.
pub(crate) fn end(app: &AppHandle) {
    if app.state::<Closing>().ends.swap(true, Ordering::Relaxed) {
        return;
    }
    apart(app, |app| {
        // First: whoever asks for the window from now on is to wait, and not to be shown one that goes.
        stop_following(app);
        let left = leave(app);
        keep_drafts(app);
        window::stop_work(&app.state::<Tasks>());
        destroy(app);
        left();
        app.exit(0);
    });
}

/// The engine leaves and nothing is answered any more: this process is about to become another one.
pub(crate) fn leave_for_another(app: &AppHandle) {
    app.state::<Closing>().ends.store(true, Ordering::Relaxed);
    stop_following(app);
    leave(app)();
}

/// Ends the app in order when somebody asks the process to, which a session that ends mostly does
/// (`SIGTERM`, `SIGHUP`, `SIGINT`; the console's events on Windows). Where the display goes first, the
/// toolkit ends the process: the next owner finds what was under way as after a crash.
pub(crate) fn heed_signals(app: &AppHandle) {
    let app = app.clone();
    let heeded = ctrlc::set_handler(move || {
        tracing::info!("asked to end");
        end(&app);
    });
    if let Err(error) = heeded {
        tracing::warn!(%error, "signals end the app at once");
    }
}

/// Does `work` in a thread of its own, once for a window.
fn begin(app: &AppHandle, work: fn(&AppHandle)) {
    if !app.state::<Closing>().begun.swap(true, Ordering::Relaxed) {
        apart(app, work);
    }
}

fn apart(app: &AppHandle, work: impl FnOnce(&AppHandle) + Send + 'static) {
    let own = app.clone();
    let begun = std::thread::Builder::new()
        .name("closing".to_owned())
        .spawn(move || work(&own));
    if let Err(error) = begun {
        tracing::error!(%error, "ending without waiting");
        app.exit(0);
    }
}

/// The window is to close.
fn close(app: &AppHandle) {
    let answered = keep_drafts(app);
    let going_on = going_on(app).unwrap_or_else(|error| {
        tracing::warn!(code = error.code, %error, "it is not known what goes on");
        GoingOn::default()
    });
    if going_on.is_nothing() {
        return end(app);
    }
    let wish = app.state::<Arc<Api>>();
    match window::settings(&wish).on_close {
        OnClose::Quit => end(app),
        // A page that does not answer cannot ask. Nothing is lost by going on.
        OnClose::Ask if answered => ask(app, going_on),
        OnClose::Ask | OnClose::Background => go_on(app),
    }
}

fn ask(app: &AppHandle, going_on: GoingOn) {
    app.state::<Closing>().open();
    if let Err(error) = app.emit_to(window::MAIN, "going_on", going_on) {
        tracing::warn!(%error, "the page could not be told what goes on");
    }
}

/// Goes on without a window.
fn go_on(app: &AppHandle) {
    let closing = app.state::<Closing>();
    closing.stays.store(true, Ordering::Relaxed);
    destroy(app);
    closing.open();
    tracing::info!("going on without a window");
    look(app);
}

fn going_on(app: &AppHandle) -> Result<GoingOn, AppError> {
    let api = app.try_state::<Arc<Api>>();
    api.map_or(Ok(GoingOn::default()), |api| api.going_on())
}

/// Says whether the page has answered that its drafts are kept.
fn keep_drafts(app: &AppHandle) -> bool {
    let paint = app.state::<Arc<FirstPaint>>();
    // A page that never was drawn has nothing typed into it; one that is just being drawn can ask.
    if app.get_webview_window(window::MAIN).is_none() || !paint.is_drawn(KEEPING) {
        return false;
    }
    // What is said before the page listens is lost, and one just drawn may not listen yet.
    let closing = app.state::<Closing>();
    closing.asks();
    for _ in 0..ASKED {
        if let Err(error) = app.emit_to(window::MAIN, "closing", ()) {
            tracing::warn!(%error, "the page could not be told that the window closes");
            return false;
        }
        if closing.wait(KEEPING / ASKED) {
            return true;
        }
    }
    tracing::warn!("the page did not answer that its drafts are kept");
    false
}

/// Lets the engine leave; what is answered waits for that.
fn leave(app: &AppHandle) -> impl FnOnce() + use<> {
    let (left, has_left) = channel();
    let api = app.try_state::<Arc<Api>>();
    if let Some(api) = api.map(|api| Arc::clone(&api)) {
        std::thread::spawn(move || {
            api.leave();
            // Nobody waits any more where it took too long.
            let _ = left.send(());
        });
    } else {
        drop(left);
    }
    move || {
        use std::sync::mpsc::RecvTimeoutError::Timeout;
        if has_left.recv_timeout(LEAVING) == Err(Timeout) {
            tracing::error!("the engine did not leave in time");
        }
    }
}

fn stop_following(app: &AppHandle) {
    if let Some(following) = app.try_state::<Following>() {
        following
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

fn destroy(app: &AppHandle) {
    for window in app.webview_windows().into_values() {
        if let Err(error) = window.destroy() {
            tracing::error!(%error, "the window does not close");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_runs_and_schedules_makes_nobody_look() {
        let may_end =
            |tags: &[&str]| may_end(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert!(may_end(&["settings", "run", "run:1"]));
        assert!(may_end(&["schedule"]));
        assert!(may_end(&["all"]));
        assert!(!may_end(&["settings", "run:1", "connection", "roadmap"]));
    }

    #[test]
    fn an_answer_ends_the_wait_whichever_comes_first() {
        let closing = Closing::default();
        assert!(!closing.wait(Duration::ZERO), "nobody has answered");
        std::thread::scope(|scope| {
            scope.spawn(|| closing.answered());
            assert!(closing.wait(Duration::from_mins(1)));
        });
        assert!(closing.wait(Duration::ZERO), "the answer stays");
        closing.open();
        assert!(
            !closing.wait(Duration::ZERO),
            "the next window's page has not answered"
        );
    }
}
