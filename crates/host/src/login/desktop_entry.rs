//! The entry as desktops of freedesktop.org read it: a file in `autostart` of the settings folder.

use std::io;
use std::path::PathBuf;

use super::{LoginStart, read};
use crate::files::{put, take_away};

pub(super) fn above() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("autostart"))
}

fn path(entry: &LoginStart) -> PathBuf {
    let folder = entry.folder.clone().unwrap_or_default();
    folder.join(format!("{}.desktop", entry.name))
}

pub(super) fn is_on(entry: &LoginStart) -> io::Result<bool> {
    let Some(text) = read(&path(entry))? else {
        return Ok(false);
    };
    let exec = exec(&entry.words);
    let keys: Vec<_> = text
        .lines()
        .skip_while(|line| line.trim() != "[Desktop Entry]")
        .skip(1)
        .take_while(|line| !line.trim_start().starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect();
    let says = |key, value: &str| keys.contains(&(key, value));
    // Desktops switch an entry off by either.
    Ok(says("Exec", &exec)
        && !says("Hidden", "true")
        && !says("X-GNOME-Autostart-enabled", "false"))
}

pub(super) fn switch_on(entry: &LoginStart) -> io::Result<()> {
    let exec = exec(&entry.words);
    let text = format!(
        "[Desktop Entry]\nType=Application\nName=Flowkeep\nIcon=flowkeep-desktop\nExec={exec}\nTerminal=false\n"
    );
    put(&path(entry), &text)
}

pub(super) fn switch_off(entry: &LoginStart) -> io::Result<()> {
    take_away(&path(entry))
}

/// A command line as the specification wants it: each word in quotes, with what means something in
/// them behind a backslash; then every backslash twice, because a value is read before it is split.
/// A percent sign would name a field.
fn exec(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let mut quoted = String::from("\"");
        for letter in word.chars() {
            match letter {
                '"' | '`' | '$' | '\\' => quoted.extend(['\\', letter]),
                '%' => quoted.push_str("%%"),
                _ => quoted.push(letter),
            }
        }
        quoted.push('"');
        quoted.replace('\\', "\\\\")
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn entry(folder: &Path, program: &str) -> LoginStart {
        let folder = Some(folder.join("autostart"));
        LoginStart::in_folder(folder, Path::new(program), &["--background"], None).unwrap()
    }

    #[test]
    fn the_switch_shows_what_the_desktop_will_do() {
        let root = tempfile::tempdir().unwrap();
        let ours = entry(root.path(), "/opt/Flow keep/flowkeep-desktop");
        assert!(!ours.is_on().unwrap());
        ours.switch(true).unwrap();
        assert!(ours.is_on().unwrap());
        let moved = entry(root.path(), "/usr/bin/flowkeep-desktop");
        assert!(!moved.is_on().unwrap(), "it starts a program elsewhere");

        let file = path(&ours);
        let text = fs::read_to_string(&file).unwrap();
        for off in ["Hidden=true", "X-GNOME-Autostart-enabled = false"] {
            fs::write(&file, format!("{text}{off}\n")).unwrap();
            assert!(!ours.is_on().unwrap(), "{off}");
        }
        fs::write(&file, format!("{text}\n[Desktop Action x]\nHidden=true\n")).unwrap();
        assert!(ours.is_on().unwrap(), "that is said of something else");
        moved.switch(true).unwrap();
        assert!(moved.is_on().unwrap() && !ours.is_on().unwrap());

        ours.switch(false).unwrap();
        ours.switch(false).unwrap();
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        let words = |text: &str| exec(&[text.to_owned()]);
        assert_eq!(words("/a b"), r#""/a b""#);
        assert_eq!(words("/100%"), r#""/100%%""#);
        assert_eq!(words(r#"/a"$`\b"#), r#""/a\\"\\$\\`\\\\b""#);
    }
}
