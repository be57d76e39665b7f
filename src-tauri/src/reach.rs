//! Whether the data can be worked with: told to the page whenever it changes, and remembered for a
//! page that is loaded, or loaded again, only then.

use std::sync::{Mutex, PoisonError};

use flowkeep_api::Reach;
use tauri::{AppHandle, Emitter as _, Manager as _, State};

use crate::window;

/// What the page was last told, as the word it knows.
pub(crate) struct LastReach(Mutex<&'static str>);

impl Default for LastReach {
    fn default() -> Self {
        Self(Mutex::new(word(Reach::Here, false)))
    }
}

impl LastReach {
    fn set(&self, word: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = word;
    }

    fn get(&self) -> &'static str {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says how it is before any page is there. `only_reads` when nothing can be written where the data is.
pub(crate) fn begin(app: &AppHandle, only_reads: bool) {
    app.state::<LastReach>().set(word(Reach::Here, only_reads));
}

/// Tells the page that is there, and every later one that asks.
pub(crate) fn tell(app: &AppHandle, reach: Reach, only_reads: bool) {
    let word = word(reach, only_reads);
    app.state::<LastReach>().set(word);
    if let Err(error) = app.emit_to(window::MAIN, "reach", word) {
        tracing::warn!(%error, word, "the page could not be told of its data");
    }
}

/// How it is now.
#[tauri::command]
pub(crate) fn data_reach(last: State<'_, LastReach>) -> &'static str {
    last.get()
}

fn word(reach: Reach, only_reads: bool) -> &'static str {
    match reach {
        Reach::Here if only_reads => "only_read",
        Reach::Here => "here",
        Reach::Gone => "gone",
        Reach::Newer => "newer",
    }
}
