//! From byte offsets to what an editor shows.

use crate::Place;

/// Line and column of a byte offset. A line ends with LF, CRLF or a lone CR; a byte order mark at
/// the beginning takes no column; columns count characters.
pub(crate) fn place_of(text: &str, offset: usize) -> Place {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text.as_bytes()[..offset];
    let mut line = 1_usize;
    let mut line_start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    for (at, byte) in before.iter().enumerate() {
        let ends_line = match byte {
            b'\n' => true,
            b'\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            line += 1;
            line_start = at + 1;
        }
    }
    let column = text
        .get(line_start..offset)
        .map_or(0, |line| line.chars().count())
        + 1;
    Place {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    }
}

/// Lines of byte offsets that are asked for in their order, as [`place_of`] counts them: the text is gone
/// through once for all of them.
pub(crate) struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u32,
}

impl<'t> Lines<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of an offset that is not before the last one.
    pub(crate) fn line_of(&mut self, offset: usize) -> u32 {
        let offset = offset.min(self.bytes.len());
        while self.at < offset {
            let ends_line = match self.bytes[self.at] {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line = self.line.saturating_add(ends_line.into());
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("abc", 0, 1, 1)]
    #[case("abc", 3, 1, 4)]
    #[case("a\r\nb", 3, 2, 1)]
    #[case("a\r\nb", 1, 1, 2)]
    #[case("a\rb\n\nc", 5, 4, 1)]
    #[case("流程x", 6, 1, 3)]
    #[case("流程x", 4, 1, 2)]
    #[case("\u{feff}ab", 3, 1, 1)]
    #[case("\u{feff}ab", 4, 1, 2)]
    #[case("a\n", 99, 2, 1)]
    fn places_are_what_an_editor_shows(
        #[case] text: &str,
        #[case] offset: usize,
        #[case] line: u32,
        #[case] column: u32,
    ) {
        assert_eq!(place_of(text, offset), Place { line, column });
        let mut lines = Lines::new(text);
        for earlier in 0..=offset.min(text.len()) {
            let at = lines.line_of(earlier);
            assert!(!text.is_char_boundary(earlier) || at == place_of(text, earlier).line);
        }
        assert_eq!(lines.line_of(offset), line);
    }
}
