//! `table_list.txt`: the tables a pipeline is to describe, one a line or with commas between them.
//!
//! A name that has a space, a comma or a sign of its own stands in quotes, as it would in SQL:
//! `` `order items` ``, `"a/b"`. A quote that belongs to the name is doubled.

use std::collections::HashSet;

use serde::Serialize;
use ts_rs::TS;

use crate::{Encoding, Message, decode};

/// What is longer is no list that people made, in bytes.
pub const TABLE_LIST_LIMIT: u64 = 1_000_000;

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
            for entry in entries(text) {
                let why = match named(entry) {
                    None => "table_list_odd",
                    Some(name) if known.contains(&name) => "table_list_repeated",
                    Some(name) => {
                        known.insert(name.clone());
                        list.names.push(name);
                        continue;
                    }
                };
                list.dropped.push(DroppedName {
                    line,
                    text: entry.to_owned(),
                    why: Message::new(why),
                });
            }
        }
        Ok(list)
    }
}

/// Quotes that a name may stand in.
const QUOTES: [char; 2] = ['`', '"'];

/// What stands between the commas of a line, up to its comment. Within quotes neither is one.
fn entries(line: &str) -> impl Iterator<Item = &str> {
    let mut found = Vec::new();
    let mut begins = 0;
    // What the entry begins with, which quote is open, and what came before.
    let (mut first, mut open, mut before) = (None, None, None);
    for (at, character) in line.char_indices() {
        let starts_word = before.is_none_or(char::is_whitespace);
        before = Some(character);
        if open.is_some() {
            open = open.filter(|&quote| quote != character);
            continue;
        }
        let rest = &line[at..];
        if starts_word && (rest.starts_with('#') || rest.starts_with("--")) {
            found.push(&line[begins..at]);
            begins = line.len();
            break;
        } else if [',', '，', ';'].contains(&character) {
            found.push(&line[begins..at]);
            begins = at + character.len_utf8();
            first = None;
        } else if !character.is_whitespace() {
            // In the middle of a name a quote is only odd, but for the second half of a doubled one.
            let begun_with = *first.get_or_insert(character);
            open =
                Some(character).filter(|_| QUOTES.contains(&character) && begun_with == character);
        }
    }
    found.push(&line[begins..]);
    let told = found.into_iter().map(str::trim);
    told.filter(|entry| !entry.is_empty())
}

/// The name an entry gives; nothing where no table is called so.
fn named(entry: &str) -> Option<String> {
    for quote in QUOTES {
        let Some(quoted) = entry.strip_prefix(quote) else {
            continue;
        };
        let inner = quoted.strip_suffix(quote)?;
        let doubled = format!("{quote}{quote}");
        let alone = inner.replace(&doubled, "").contains(quote);
        let name = inner.replace(&doubled, &quote.to_string());
        let sound = !alone && !name.trim().is_empty() && !name.contains(char::is_control);
        return sound.then_some(name);
    }
    let odd = entry.is_empty() || entry.contains(odd);
    (!odd).then(|| entry.to_owned())
}

/// Whether no table is called so without quotes: what looks like it is words or a way to a file.
fn odd(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "/\\\"'`".contains(character)
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
    fn a_name_in_quotes_may_be_anything() {
        let text = "`order items`, \"a/b, c\" # why\n`#1`;`--x`\n`it``s`, \"say \"\"hi\"\"\"\n\
            `open\n`a`b, ``, \"\"\nx\"y\n";
        let list = TableList::read(text.as_bytes()).unwrap();
        assert_eq!(
            list.names,
            ["order items", "a/b, c", "#1", "--x", "it`s", "say \"hi\""]
        );
        let dropped: Vec<_> = list
            .dropped
            .iter()
            .map(|dropped| (dropped.line, dropped.text.as_str()))
            .collect();
        assert_eq!(
            dropped,
            [
                (4, "`open"),
                (5, "`a`b"),
                (5, "``"),
                (5, "\"\""),
                (6, "x\"y")
            ]
        );
    }

    #[test]
    fn a_long_line_is_read_once() {
        let line = format!("{}a", " ".repeat(1_000_000));
        assert_eq!(TableList::read(line.as_bytes()).unwrap().names, ["a"]);
        let quoted = format!("`{}`", "a ".repeat(500_000));
        assert_eq!(TableList::read(quoted.as_bytes()).unwrap().names.len(), 1);
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
