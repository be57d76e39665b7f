//! Bytes to text: UTF-8, the UTF-16 of Notepad, the GB18030 of older Chinese systems. Which one
//! it was is told, so that a preview can be shown before anything is kept (reliability row 30).

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a file's bytes spelled its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// UTF-8, with or without byte order mark (which stays in the text).
    Utf8,
    /// UTF-16 of either byte order, with or without byte order mark (which is dropped).
    Utf16,
    /// GB18030, which includes GBK and GB2312.
    Gb18030,
}

/// The text of these bytes, or `None` when no supported encoding fits them.
pub fn decode(bytes: &[u8]) -> Option<(String, Encoding)> {
    if let Some(text) = decode_utf16(bytes) {
        return Some((text, Encoding::Utf16));
    }
    match std::str::from_utf8(bytes) {
        // A NUL in otherwise readable bytes is a binary file, not a text.
        Ok(text) => (!text.contains('\0')).then(|| (text.to_owned(), Encoding::Utf8)),
        Err(_) => decode_gb18030(bytes).map(|text| (text, Encoding::Gb18030)),
    }
}

/// A text in the spelling of these bytes; nothing where that spelling is none we know, or has other bytes for the same
/// text, so that what stands unchanged in both would not be the same.
pub fn spelled_as(bytes: &[u8], text: &str) -> Option<Vec<u8>> {
    let (own, encoding) = decode(bytes)?;
    let spelled = |text: &str| match encoding {
        Encoding::Utf8 => Some(text.as_bytes().to_owned()),
        Encoding::Utf16 => Some(utf16_as(bytes, text)),
        Encoding::Gb18030 => {
            let (spelled, _, is_lossy) = GB18030.encode(text);
            (!is_lossy).then(|| spelled.into_owned())
        }
    };
    (spelled(&own)? == bytes).then(|| spelled(text))?
}

/// With the byte order of these bytes, and the mark they have.
fn utf16_as(bytes: &[u8], text: &str) -> Vec<u8> {
    let is_big = matches!(bytes, [0xfe, 0xff, ..] | [0, ..]);
    let is_marked = matches!(bytes, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]);
    let mark = is_marked.then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    let spelled = units.map(if is_big {
        u16::to_be_bytes
    } else {
        u16::to_le_bytes
    });
    spelled.flatten().collect()
}

fn decode_utf16(bytes: &[u8]) -> Option<String> {
    let (encoding, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => (UTF_16BE, rest),
        // Without a mark: every document we know begins with two ASCII characters.
        [low, 0, next, 0, ..] if low.is_ascii() && next.is_ascii() && *low > 0 => (UTF_16LE, bytes),
        [0, low, 0, next, ..] if low.is_ascii() && next.is_ascii() && *low > 0 => (UTF_16BE, bytes),
        _ => return None,
    };
    if rest.len() % 2 != 0 {
        return None;
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(rest)?;
    (!text.contains('\0')).then(|| text.into_owned())
}

/// Most byte strings that are no UTF-8 decode as GB18030 to something, so the outcome has to look
/// like Chinese: mostly the common characters, whose two bytes both lie above 0xa0 (GB2312).
fn decode_gb18030(bytes: &[u8]) -> Option<String> {
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    if text.contains('\0') || text.chars().any(is_never_written) {
        return None;
    }
    let (mut common, mut all, mut at) = (0_usize, 0_usize, 0_usize);
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        let trail = *bytes.get(at + 1)?;
        let four_bytes = trail.is_ascii_digit();
        common += usize::from((0xa1..=0xf7).contains(&bytes[at]) && trail >= 0xa1);
        all += 1;
        at += if four_bytes { 4 } else { 2 };
    }
    (all > 0 && common * 3 >= all * 2).then(|| text.into_owned())
}

fn is_never_written(character: char) -> bool {
    matches!(u32::from(character), 0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f..=0x9f | 0xe000..=0xf8ff)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TEXT: &str = "{\"name\": \"测试工作流，每晚执行\"}";

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[rstest]
    #[case(false, true)]
    #[case(true, true)]
    #[case(false, false)]
    #[case(true, false)]
    fn utf16_is_recognised(#[case] big: bool, #[case] mark: bool) {
        let decoded = decode(&utf16(TEXT, big, mark));
        assert_eq!(decoded, Some((TEXT.to_owned(), Encoding::Utf16)));
    }

    #[test]
    fn gbk_is_recognised_and_latin_is_not() {
        let (bytes, _, _) = GB18030.encode(TEXT);
        assert_eq!(decode(&bytes), Some((TEXT.to_owned(), Encoding::Gb18030)));
        assert_eq!(decode(b"{\"name\": \"caf\xe9 du march\xe9e\"}"), None);
    }

    #[rstest]
    #[case::utf8(TEXT.as_bytes().to_owned())]
    #[case::gbk(GB18030.encode(TEXT).0.into_owned())]
    #[case::little(utf16(TEXT, false, true))]
    #[case::big(utf16(TEXT, true, true))]
    #[case::little_unmarked(utf16(TEXT, false, false))]
    #[case::big_unmarked(utf16(TEXT, true, false))]
    fn what_is_written_anew_is_spelled_as_it_was(#[case] bytes: Vec<u8>) {
        assert_eq!(spelled_as(&bytes, TEXT), Some(bytes.clone()));
        let other = spelled_as(&bytes, "{\"name\": \"四\"}").unwrap();
        let (text, encoding) = decode(&other).unwrap();
        assert_eq!(text, "{\"name\": \"四\"}");
        assert_eq!(Some(encoding), decode(&bytes).map(|(_, encoding)| encoding));
        assert_eq!(other[..2], bytes[..2], "the mark is the same");
    }

    #[test]
    fn what_nobody_can_read_is_spelled_in_no_way() {
        assert_eq!(spelled_as(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a"), None);
    }

    #[test]
    fn marks_of_utf8_stay_and_binary_is_refused() {
        let marked = "\u{feff}{}";
        assert_eq!(
            decode(marked.as_bytes()),
            Some((marked.to_owned(), Encoding::Utf8))
        );
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        assert_eq!(decode(b"ab\0cd"), None);
        assert_eq!(decode(b"\xff\xfea"), None);
    }
}
