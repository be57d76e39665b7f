//! The entry as macOS reads it: an agent of launchd. Untried: it has not run on a Mac.
#![cfg_attr(
    not(target_os = "macos"),
    expect(dead_code, reason = "only its text is tested elsewhere")
)]

use std::io;
use std::path::PathBuf;

use super::{LoginStart, read};
use crate::files::{put, take_away};

pub(super) fn above() -> Option<PathBuf> {
    dirs::home_dir().map(|home| home.join("Library/LaunchAgents"))
}

fn path(entry: &LoginStart) -> PathBuf {
    let folder = entry.folder.clone().unwrap_or_default();
    folder.join(format!("app.{}.plist", entry.name))
}

pub(super) fn is_on(entry: &LoginStart) -> io::Result<bool> {
    Ok(read(&path(entry))?.is_some_and(|there| there == text(entry)))
}

pub(super) fn switch_on(entry: &LoginStart) -> io::Result<()> {
    put(&path(entry), &text(entry))
}

pub(super) fn switch_off(entry: &LoginStart) -> io::Result<()> {
    take_away(&path(entry))
}

fn text(entry: &LoginStart) -> String {
    let words = entry.words.iter().map(|word| {
        let word = word.replace('&', "&amp;").replace('<', "&lt;");
        format!("    <string>{word}</string>\n")
    });
    let words: String = words.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>app.{}</string>\n  \
         <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  \
         <key>RunAtLoad</key>\n  <true/>\n</dict>\n</plist>\n",
        entry.name
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_path_is_text_whatever_is_in_it() {
        let told = Some(Path::new("/srv/a & <b>"));
        let program = Path::new("/Applications/Flowkeep.app/flowkeep-desktop");
        let entry = LoginStart::in_folder(None, program, &["--background"], told).unwrap();
        assert!(text(&entry).contains("    <string>/srv/a &amp; &lt;b></string>\n"));
    }
}
