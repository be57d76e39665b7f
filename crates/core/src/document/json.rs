//! A strict JSON reader (RFC 8259) that says what is wrong and where.
//!
//! Why not a library: the ones that keep places are made for configuration files and let control
//! characters, foreign white space, lone surrogates and repeated keys through; the strict ones
//! forget order, number spelling or the place. This one is held against `serde_json` by a
//! property test (`tests/json_strictness.rs`).

use crate::document::tree::{Builder, Member, Span, Style, duplicate_key};
use crate::document::{Fault, MAX_DEPTH, place::place_of};
use crate::{Message, Value};

/// Reads a whole text. A byte order mark before the value is skipped.
pub(crate) fn read<B: Builder>(text: &str, builder: &mut B) -> Result<B::Node, Fault> {
    let at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at,
    };
    reader.skip_space();
    if reader.peek().is_none() {
        return Err(Fault::new(reader.at, "document_empty"));
    }
    let value = reader.value(builder, 1)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader
            .misplaced()
            .unwrap_or_else(|| reader.fault("json_text_after_value"))),
    }
}

/// Whether this text is a JSON number, all of it.
pub(crate) fn is_number(text: &str) -> bool {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    matches!(reader.peek(), Some(b'-' | b'0'..=b'9'))
        && reader.number().is_ok()
        && reader.at == text.len()
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault(&self, code: &str) -> Fault {
        Fault::new(self.at, code)
    }

    fn value<B: Builder>(&mut self, builder: &mut B, depth: usize) -> Result<B::Node, Fault> {
        match self.peek() {
            Some(b'{') => self.object(builder, depth),
            Some(b'[') => self.array(builder, depth),
            Some(b'"') => {
                let start = self.at;
                let text = self.string()?;
                Ok(builder.scalar(start..self.at, Value::String(text)))
            }
            Some(b'-' | b'0'..=b'9') => {
                let span = self.number()?;
                let text = self.text[span.clone()].to_owned();
                Ok(builder.scalar(span, Value::Number(text)))
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.word(builder),
            Some(_) => Err(self.misplaced().unwrap_or_else(|| self.unexpected())),
            None => Err(self.fault("json_cut_short")),
        }
    }

    fn array<B: Builder>(&mut self, builder: &mut B, depth: usize) -> Result<B::Node, Fault> {
        let start = self.open(depth)?;
        let mut items = Vec::new();
        if self.close(b']') {
            return Ok(builder.array(start..self.at, Style::Flow, items));
        }
        loop {
            items.push(self.value(builder, depth + 1)?);
            if self.next_part(b']')? {
                return Ok(builder.array(start..self.at, Style::Flow, items));
            }
        }
    }

    fn object<B: Builder>(&mut self, builder: &mut B, depth: usize) -> Result<B::Node, Fault> {
        let start = self.open(depth)?;
        let mut members = Vec::new();
        if self.close(b'}') {
            return Ok(builder.object(start..self.at, Style::Flow, members));
        }
        loop {
            let key_start = self.at;
            let key = self.key()?;
            let key_span = key_start..self.at;
            self.skip_space();
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.fault("json_cut_short")),
                Some(_) => {
                    let fault = self.misplaced();
                    return Err(fault
                        .unwrap_or_else(|| self.fault("json_expected_colon").with("key", &key)));
                }
            }
            self.skip_space();
            members.push(Member {
                key,
                key_span,
                value: self.value(builder, depth + 1)?,
            });
            if self.next_part(b'}')? {
                break;
            }
        }
        if !B::KEYS_REPEAT
            && let Some((earlier, later)) = duplicate_key(&members)
        {
            return Err(duplicate_fault(
                self.text,
                &members[earlier],
                &members[later],
            ));
        }
        Ok(builder.object(start..self.at, Style::Flow, members))
    }

    /// Steps over the opening bracket and says where it stood.
    fn open(&mut self, depth: usize) -> Result<usize, Fault> {
        if depth > MAX_DEPTH {
            return Err(self.fault("document_too_deep").with("limit", MAX_DEPTH));
        }
        let start = self.at;
        self.at += 1;
        self.skip_space();
        Ok(start)
    }

    fn close(&mut self, bracket: u8) -> bool {
        let closes = self.peek() == Some(bracket);
        if closes {
            self.at += 1;
        }
        closes
    }

    /// After a part of a list or object: `true` when it ended, `false` when another part follows.
    fn next_part(&mut self, bracket: u8) -> Result<bool, Fault> {
        self.skip_space();
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_space();
                match self.peek() {
                    Some(b']' | b'}') => Err(Fault::new(comma, "json_trailing_comma")),
                    Some(b',') => Err(self.fault("json_extra_comma")),
                    Some(_) => Ok(false),
                    None => Err(self.fault("json_cut_short")),
                }
            }
            Some(byte @ (b']' | b'}')) => Err(self
                .fault("json_wrong_bracket")
                .with("expected", char::from(bracket))
                .with("found", char::from(byte))),
            Some(_) => Err(self
                .misplaced()
                .unwrap_or_else(|| self.fault("json_expected_comma"))),
            None => Err(self.fault("json_cut_short")),
        }
    }

    fn key(&mut self) -> Result<String, Fault> {
        match self.peek() {
            Some(b'"') => self.string(),
            None => Err(self.fault("json_cut_short")),
            Some(_) => Err(self.misplaced().unwrap_or_else(|| match self.word_here() {
                "" => self.fault("json_expected_key"),
                word => self.fault("json_unquoted_key").with("key", word),
            })),
        }
    }

    fn word<B: Builder>(&mut self, builder: &mut B) -> Result<B::Node, Fault> {
        let word = self.word_here();
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "NaN" | "Infinity" => return Err(self.fault("json_not_finite").with("word", word)),
            _ => {
                // A file cut in the middle of a word is cut, not misspelt.
                let cut = self.at + word.len() == self.bytes.len()
                    && ["null", "true", "false"]
                        .iter()
                        .any(|whole| whole.starts_with(word));
                let code = if cut {
                    "json_cut_short"
                } else {
                    "json_unknown_word"
                };
                return Err(self.fault(code).with("word", word));
            }
        };
        let start = self.at;
        self.at += word.len();
        Ok(builder.scalar(start..self.at, value))
    }

    /// The letters, digits and `_ $ -` from here on, at most 40 characters of them.
    fn word_here(&self) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest
            .char_indices()
            .enumerate()
            .find(|&(count, (_, c))| {
                count == 40 || !(c.is_alphanumeric() || matches!(c, '_' | '$' | '-'))
            })
            .map_or(rest.len(), |(_, (at, _))| at);
        &rest[..end]
    }

    fn number(&mut self) -> Result<Span, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if self.text[self.at..].starts_with("Infinity") {
                return Err(Fault::new(start, "json_not_finite").with("word", "-Infinity"));
            }
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if matches!(self.peek(), Some(b'0'..=b'9')) {
                    return Err(Fault::new(start, "json_leading_zero"));
                }
            }
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.malformed(start)),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.one_or_more_digits(start)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.one_or_more_digits(start)?;
        }
        if matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.')) {
            return Err(self.malformed(start));
        }
        Ok(start..self.at)
    }

    fn malformed(&self, start: usize) -> Fault {
        let code = if self.peek().is_none() {
            "json_cut_short"
        } else {
            "json_malformed_number"
        };
        Fault::new(start, code)
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn one_or_more_digits(&mut self, start: usize) -> Result<(), Fault> {
        let before = self.at;
        self.digits();
        if self.at > before {
            Ok(())
        } else {
            Err(self.malformed(start))
        }
    }

    /// The text between the quotes, unescaped; stands behind the closing quote afterwards.
    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let run = self.at;
            // Bytes of longer characters are all above 0x7f, so looking at bytes is looking at
            // characters here.
            while self
                .bytes
                .get(self.at)
                .is_some_and(|&b| b >= 0x20 && b != b'"' && b != b'\\')
            {
                self.at += 1;
            }
            if text.is_empty() && self.peek() == Some(b'"') {
                self.text[run..self.at].clone_into(&mut text);
            } else {
                text.push_str(&self.text[run..self.at]);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape(start)?),
                Some(byte) => {
                    return Err(self
                        .fault("json_control_character")
                        .with("character", format!("U+{byte:04X}")));
                }
                None => return Err(Fault::new(start, "json_string_not_closed")),
            }
        }
    }

    fn escape(&mut self, string_start: usize) -> Result<char, Fault> {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.peek() else {
            return Err(Fault::new(string_start, "json_string_not_closed"));
        };
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => {
                let found = self.text[self.at..].chars().next().unwrap_or_default();
                return Err(Fault::new(start, "json_bad_escape")
                    .with("escape", format!("\\{}", found.escape_debug())));
            }
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Fault> {
        let first = self.four_hex(start)?;
        let lone =
            || Fault::new(start, "json_lone_surrogate").with("escape", format!("\\u{first:04x}"));
        match first {
            0xd800..=0xdbff => {
                if !self.text[self.at..].starts_with("\\u") {
                    return Err(lone());
                }
                self.at += 1;
                let second = self.four_hex(start)?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone());
                }
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                char::from_u32(code).ok_or_else(lone)
            }
            other => char::from_u32(other).ok_or_else(lone),
        }
    }

    /// Four hexadecimal digits behind the `u` that is here.
    fn four_hex(&mut self, start: usize) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at + 1..self.at + 5).unwrap_or_default();
        let mut code = 0;
        for &digit in digits {
            code = code * 16 + char::from(digit).to_digit(16).unwrap_or(0x1_0000);
        }
        if digits.len() < 4 || code > 0xffff {
            let found: String = self.text[start..].chars().take(6).collect();
            return Err(Fault::new(start, "json_bad_escape").with("escape", found.escape_debug()));
        }
        self.at += 5;
        Ok(code)
    }

    /// What people write where JSON has another word for it: comments, single quotes, `+1`, `.5`,
    /// typographic quotes.
    fn misplaced(&self) -> Option<Fault> {
        let rest = &self.text[self.at..];
        let code = if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
            "json_comment"
        } else if rest.starts_with('\'') {
            "json_single_quotes"
        } else if rest.starts_with(['“', '”', '„', '「', '＂']) {
            "json_curly_quotes"
        } else if rest.starts_with(['：', '，', '｛', '｝', '［', '］']) {
            "json_full_width_mark"
        } else if rest.starts_with(['+', '.']) {
            "json_malformed_number"
        } else {
            return None;
        };
        Some(self.fault(code))
    }

    fn unexpected(&self) -> Fault {
        let found = self.text[self.at..].chars().next().unwrap_or_default();
        let code = match found {
            ',' => "json_extra_comma",
            ']' | '}' | ':' => "json_expected_value",
            _ => "json_unexpected_character",
        };
        self.fault(code).with("character", shown(found))
    }
}

/// A character as a person can read it in a sentence.
fn shown(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        format!("U+{:04X}", u32::from(character))
    } else {
        character.to_string()
    }
}

/// The fault for a key that stands twice; it is at the second one and names the line of the first.
pub(crate) fn duplicate_fault<N>(text: &str, earlier: &Member<N>, later: &Member<N>) -> Fault {
    let first = place_of(text, earlier.key_span.start);
    Fault {
        at: later.key_span.start,
        message: Message::new("document_duplicate_key")
            .with("key", &later.key)
            .with("line", first.line),
    }
}
