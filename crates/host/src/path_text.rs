//! Paths as text, for results, the database and the command line. Names on a disk need not be
//! Unicode; such a path is written as a `file:` URL, which leads back to the very same file.
//!
//! On systems other than Unix a name that is not Unicode is shown as well as it can be.

use std::path::{Path, PathBuf};

const SCHEME: &str = "file://";

/// A path as text: itself where that is possible, else a `file:` URL of the absolute path.
pub fn path_text(path: &Path) -> String {
    match path.to_str() {
        Some(text) if !text.starts_with(SCHEME) => text.to_owned(),
        _ => url(path),
    }
}

/// The path that [`path_text`] wrote.
pub fn text_path(text: &str) -> PathBuf {
    text.strip_prefix(SCHEME)
        .map_or_else(|| PathBuf::from(text), unescaped)
}

#[cfg(unix)]
fn url(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut url = SCHEME.to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

#[cfg(unix)]
fn unescaped(rest: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.as_bytes();
    while let Some((first, after)) = left.split_first() {
        let escaped = after
            .split_at_checked(2)
            .filter(|(code, _)| *first == b'%' && code.iter().all(u8::is_ascii_hexdigit))
            .and_then(|(code, after)| Some((std::str::from_utf8(code).ok()?, after)))
            .and_then(|(code, after)| Some((u8::from_str_radix(code, 16).ok()?, after)));
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        left = after;
    }
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn url(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn unescaped(rest: &str) -> PathBuf {
    PathBuf::from(format!("{SCHEME}{rest}"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn every_path_comes_back() {
        let odd = |bytes| PathBuf::from(OsStr::from_bytes(bytes));
        for (path, text) in [
            (odd(b"/a b/%41"), "/a b/%41"),
            (odd("名/é".as_bytes()), "名/é"),
            (odd(b"/a b/\xff%41"), "file:///a%20b/%FF%2541"),
            (odd(b"/\xd6\xd0\xce\xc4\n"), "file:///%D6%D0%CE%C4%0A"),
        ] {
            assert_eq!(path_text(&path), text);
            assert_eq!(text_path(text), path);
        }
        let relative = odd(b"x/\xff");
        let found = text_path(&path_text(&relative));
        assert_eq!(found, std::path::absolute(relative).unwrap());
        let twin = odd(b"file:///a");
        assert_ne!(text_path(&path_text(&twin)), odd(b"/a"));
    }

    #[test]
    fn a_url_that_others_wrote_is_read_as_it_stands() {
        assert_eq!(text_path("file:///a%2Gb%"), Path::new("/a%2Gb%"));
        assert_eq!(text_path("file:///a%20b"), Path::new("/a b"));
    }
}
