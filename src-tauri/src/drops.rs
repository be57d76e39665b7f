//! Files dropped on the window. Paths stay here: the page is told of tokens and labels. HTML5
//! drops carry no files on Linux, so this is the only way in.

use std::sync::Arc;

use flowkeep_api::types::PickedPlace;
use tauri::{DragDropEvent, Emitter as _, EventTarget, Manager as _, WebviewWindow, WindowEvent};

use crate::places::PickedPlaces;

/// Tells the page of `window` when files are over it (`drag`) and which were dropped (`dropped`).
pub(crate) fn watch(window: &WebviewWindow) {
    let target = window.clone();
    window.on_window_event(move |event| {
        let WindowEvent::DragDrop(event) = event else {
            return;
        };
        match event {
            DragDropEvent::Enter { paths, .. } if !paths.is_empty() => {
                tell(&target, "drag", "enter");
            }
            DragDropEvent::Leave => tell(&target, "drag", "leave"),
            DragDropEvent::Drop { paths, .. } => {
                tell(&target, "drag", "leave");
                let places = target.state::<Arc<PickedPlaces>>();
                let dropped: Vec<PickedPlace> =
                    paths.iter().map(|path| places.add(path.clone())).collect();
                // A drop of text or of a picture from a web page has no paths.
                if !dropped.is_empty() {
                    tracing::info!(count = dropped.len(), "files dropped");
                    tell(&target, "dropped", dropped);
                }
            }
            _ => {}
        }
    });
}

fn tell<Payload: serde::Serialize + Clone>(window: &WebviewWindow, event: &str, payload: Payload) {
    let target = EventTarget::webview_window(window.label());
    if let Err(error) = window.emit_to(target, event, payload) {
        tracing::warn!(event, %error, "the page could not be told");
    }
}
