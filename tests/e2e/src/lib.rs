//! The real window, driven as a person would: a display of its own, the WebDriver of WebKitGTK
//! for what is on the page, `xdotool` for native dialogs, drags and keys, ImageMagick for pictures.
//!
//! A [`Desk`] is a machine in small: display, session bus, window manager, an empty home. On it
//! stand any number of [`Window`]s, one after the other or together, and the command line. All of
//! it ends with its owner, also when the test is killed, because every program is started through
//! `setpriv --pdeathsig`.
//!
//! Linux only. The WebDriver is spoken to directly: `tauri-driver` would add one more process and
//! only rewrites the capabilities.

pub mod configs;
mod desk;
mod drag;
mod keyring;
mod keys;
mod picture;
mod processes;
mod program;
mod runs;
mod screen_reader;
mod tabbing;
mod wait;
mod window;

pub use desk::{Desk, Language};
pub use drag::drop_on_window;
pub use processes::{family, web_processes};
pub use program::{Tied, cli, desktop};
pub use screen_reader::Heard;
pub use wait::eventually;
pub use window::Window;

/// What the window says under a key of the message catalogue, in English.
///
/// # Errors
/// When the catalogue has no such entry.
pub fn words(key: &str) -> anyhow::Result<String> {
    Language::English.words(key)
}
