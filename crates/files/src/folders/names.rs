//! Names in a folder as texts. A name that is no Unicode is written as the `file:` URL of where it is,
//! which leads back to the very same name.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use flowkeep_host::{path_text, text_path};

/// A name as a text.
pub(super) fn name_text(folder: &Path, name: &OsStr) -> String {
    match name.to_str() {
        Some(text) => text.to_owned(),
        None => path_text(&folder.join(name)),
    }
}

/// The name that [`name_text`] wrote; nothing for what is no name.
pub(super) fn text_name(text: &str) -> Option<OsString> {
    let path = text_path(text);
    let name = path.file_name()?;
    // A name has no way in it, unless it was written as one.
    (path.as_os_str() == name || path.to_str() != Some(text)).then(|| name.to_owned())
}

/// A name that was written as a text in another place, as it is written in this folder: the text of a name
/// that is no Unicode says where the folder was.
pub(super) fn text_here(folder: &Path, text: &str) -> String {
    text_name(text).map_or_else(|| text.to_owned(), |name| name_text(folder, &name))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn every_name_comes_back_and_a_way_is_none() {
        let folder = Path::new("/data/task 1");
        for name in [
            &b"a.ddl"[..],
            "表\n清单 😀\u{202e}txt".as_bytes(),
            b"\xd6\xd0.log",
        ] {
            let name = OsStr::from_bytes(name);
            assert_eq!(text_name(&name_text(folder, name)).unwrap(), name);
        }
        let odd = OsStr::from_bytes(b"\xd6\xd0.log");
        let moved = text_here(folder, &name_text(Path::new("/elsewhere"), odd));
        assert_eq!(moved, name_text(folder, odd));
        for way in ["", "..", "/", "a/b", "/etc/passwd", "../a"] {
            assert_eq!(text_name(way), None, "{way}");
        }
    }
}
