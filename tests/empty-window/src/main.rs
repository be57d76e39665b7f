//! A Tauri window with a blank page, and nothing else: what no window can do without. The benchmark
//! measures Flowkeep's start and memory beside it.
//!
//! It is built and told of as Flowkeep's is: the page comes out of the binary, and says over the
//! same door that it has painted.
#![expect(clippy::print_stderr, reason = "the benchmark waits for the line")]

use tauri::{WebviewUrl, WebviewWindowBuilder};

/// The page has painted. The line is the one that Flowkeep's log has at this moment.
#[tauri::command]
fn window_ready() {
    eprintln!("window ready");
}

fn main() -> tauri::Result<()> {
    let data = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| "webview".into());
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![window_ready])
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Empty")
                .inner_size(1280.0, 800.0)
                .data_directory(data.into())
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
