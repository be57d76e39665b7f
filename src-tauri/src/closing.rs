//! How the window closes: the page keeps what is typed and not saved, the work under way is asked to
//! stop. Both are waited for a little; what does not answer is safe to end.
//!
//! Absent on purpose: a question. Drafts are kept in the database, so closing loses nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tauri::{Emitter as _, Manager as _, State, WebviewWindow};

use crate::calls::Tasks;
use crate::watchdog::FirstPaint;
use crate::window;

/// How long closing waits for the page to keep its drafts; a page that hangs never answers.
const KEEPING: Duration = Duration::from_secs(3);

/// Whether the window is closing, and whether the page has answered.
#[derive(Default)]
pub(crate) struct Closing {
    begun: AtomicBool,
    ready: Mutex<bool>,
    news: Condvar,
}

impl Closing {
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
}

/// The page has kept everything there was to keep.
#[tauri::command]
pub(crate) fn ready_to_close(closing: State<'_, Closing>) {
    closing.answered();
}

/// Lets the window close only after page and work were asked.
pub(crate) fn watch(window: &WebviewWindow) {
    let closing = window.clone();
    window.on_window_event(move |event| {
        let tauri::WindowEvent::CloseRequested { api, .. } = event else {
            return;
        };
        api.prevent_close();
        if closing
            .state::<Closing>()
            .begun
            .swap(true, Ordering::Relaxed)
        {
            return;
        }
        let window = closing.clone();
        let waiting = std::thread::Builder::new()
            .name("closing".to_owned())
            .spawn(move || {
                let tasks = window.state::<Tasks>();
                tasks.cancel_all();
                keep_drafts(&window);
                window::stop_work(&tasks);
                destroy(&window);
            });
        if let Err(error) = waiting {
            tracing::error!(%error, "closing without waiting");
            destroy(&closing);
        }
    });
}

fn keep_drafts(window: &WebviewWindow) {
    // A page that never was drawn has nothing typed into it.
    if !window.state::<Arc<FirstPaint>>().is_drawn() {
        return;
    }
    if let Err(error) = window.emit_to(window.label(), "closing", ()) {
        tracing::warn!(%error, "the page could not be told that the window closes");
    } else if !window.state::<Closing>().wait(KEEPING) {
        tracing::warn!("the page did not answer that its drafts are kept");
    }
}

fn destroy(window: &WebviewWindow) {
    if let Err(error) = window.destroy() {
        tracing::error!(%error, "the window does not close");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_the_wait_whichever_comes_first() {
        let closing = Closing::default();
        assert!(!closing.wait(Duration::ZERO), "nobody has answered");
        std::thread::scope(|scope| {
            scope.spawn(|| closing.answered());
            assert!(closing.wait(Duration::from_mins(1)));
        });
        assert!(closing.wait(Duration::ZERO), "the answer stays");
    }
}
