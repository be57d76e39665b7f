//! `table_list.txt`: the tables a pipeline is to describe, one a line or with commas between them.

use std::collections::HashSet;

use serde::Serialize;
use ts_rs::TS;

use crate::{Encoding, Message, decode};

/// What stands in a list of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableList {
    /// The tables in the order of the list, each once.
    pub names: Vec<String>,
    /// What was not taken, and why.
    pub dropped: Vec<DroppedName>,
    /// How its bytes spelled it.
    pub encoding: Encoding,
}

/// Something in a list that is no table, or not for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DroppedName {
    /// Line, from 1.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// Why it was not taken: `table_list_repeated`, `table_list_odd`.
    pub why: Message,
}

impl TableList {
    /// Reads such a list. `#` and `--` begin a comment, at the start of a line or after a space.
    ///
    /// # Errors
    /// `encoding_unknown` where its bytes are no text.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let (text, encoding) = if bytes.is_empty() {
            (String::new(), Encoding::Utf8)
        } else {
            decode(bytes).ok_or_else(|| Message::new("encoding_unknown"))?
        };
        let mut list = Self {
            names: Vec::new(),
            dropped: Vec::new(),
            encoding,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut known = HashSet::new();
        for (line, text) in (1..).zip(text.lines()) {
            let names = without_comment(text).split([',', '，', ';']);
            for name in names.map(str::trim).filter(|name| !name.is_empty()) {
                let why = if name.contains(odd) {
                    "table_list_odd"
                } else if !known.insert(name) {
                    "table_list_repeated"
                } else {
                    list.names.push(name.to_owned());
                    continue;
                };
                list.dropped.push(DroppedName {
                    line,
                    text: name.to_owned(),
                    why: Message::new(why),
                });
            }
        }
        Ok(list)
    }
}

/// Whether no table is called so: what looks like it is a quoted name or a way to a file.
fn odd(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "/\\\"'`".contains(character)
}

fn without_comment(line: &str) -> &str {
    let begins = |at: usize| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
    };
    let comment = line.match_indices(['#', '-']).find(|(at, _)| {
        begins(*at) && (line[*at..].starts_with('#') || line[*at..].starts_with("--"))
    });
    comment.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    #[test]
    fn lines_commas_and_comments_are_told_apart() {
        let text = "\u{feff}# 示例\r\n-- old\r\nbss_company, bss_area，public.t-1;\r\n\r\n  x # why\r\ny--z\r\nx\r\ntwo words,'q'\r\n";
        let list = TableList::read(text.as_bytes()).unwrap();
        assert_eq!(
            list.names,
            ["bss_company", "bss_area", "public.t-1", "x", "y--z"]
        );
        let dropped: Vec<_> = list
            .dropped
            .iter()
            .map(|dropped| {
                (
                    dropped.line,
                    dropped.text.as_str(),
                    dropped.why.code.as_str(),
                )
            })
            .collect();
        assert_eq!(
            dropped,
            [
                (7, "x", "table_list_repeated"),
                (8, "two words", "table_list_odd"),
                (8, "'q'", "table_list_odd")
            ]
        );
    }

    #[test]
    fn what_notepad_and_older_systems_write_is_read() {
        let text = "# 服务区相关表，每行一个\r\n表一,t2\r\n";
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let (gbk, _, _) = GB18030.encode(text);
        for (bytes, encoding) in [
            (utf16.as_slice(), Encoding::Utf16),
            (gbk.as_ref(), Encoding::Gb18030),
            (text.as_bytes(), Encoding::Utf8),
        ] {
            let list = TableList::read(bytes).unwrap();
            assert_eq!(list.names, ["表一", "t2"]);
            assert_eq!(list.encoding, encoding);
        }
    }

    #[test]
    fn an_empty_list_is_one_and_a_picture_is_none() {
        assert!(TableList::read(b"").unwrap().names.is_empty());
        let why = TableList::read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap_err();
        assert_eq!(why.code, "encoding_unknown");
    }
}
