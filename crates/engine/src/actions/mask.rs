//! What an attempt gives back must not repeat the secrets it was given: in its output, in the file
//! beside that, in the lines it says and in its error they become `***`.
//!
//! Absent on purpose: secrets in another disguise (hashed, in base64, broken over lines). Who prints
//! those wants to.

use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use flowkeep_core::connection::Secret;
use flowkeep_core::{Message, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for a secret.
const STARS: &[u8] = b"***";

/// Anything shorter stands in too much that is no secret.
const SHORTEST: usize = 4;

/// The secrets to hide.
#[derive(Clone, Default)]
pub struct Mask {
    forms: Option<Arc<Forms>>,
}

/// Secrets as they may come back.
struct Forms {
    /// Absent where they are more than can be looked for at once: then nothing is told.
    finder: Option<AhoCorasick>,
    longest: usize,
}

/// Says nothing of what it hides.
impl fmt::Debug for Mask {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Mask").finish_non_exhaustive()
    }
}

/// A stream of bytes in which secrets are hidden: the end of a piece that could be the beginning
/// of one is held back.
#[derive(Debug, Default)]
pub(crate) struct MaskedStream {
    mask: Mask,
    held: Vec<u8>,
}

impl Mask {
    /// Hides these: as they are, each of their lines, and as they stand in JSON and in addresses.
    pub fn new(secrets: &[Secret]) -> Self {
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets {
            for line in secret.reveal().lines().map(str::trim) {
                if line.len() < SHORTEST {
                    continue;
                }
                let json = Value::String(line.to_owned()).to_json().to_string();
                let json = json.trim_matches('"').to_owned();
                for form in [line.to_owned(), json, in_address(line)] {
                    if !forms.contains(&form) {
                        forms.push(form);
                    }
                }
            }
        }
        if forms.is_empty() {
            return Self::default();
        }
        // Of two that begin at one place, the longer is meant.
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        let forms = Forms {
            longest: forms.iter().map(String::len).max().unwrap_or_default(),
            finder: finder.ok(),
        };
        Self {
            forms: Some(Arc::new(forms)),
        }
    }

    fn is_empty(&self) -> bool {
        self.forms.is_none()
    }

    /// The same text without the secrets.
    pub fn text(&self, text: String) -> String {
        let Some(forms) = &self.forms else {
            return text;
        };
        if forms
            .finder
            .as_ref()
            .is_some_and(|finder| !finder.is_match(&text))
        {
            return text;
        }
        let (hidden, _) = forms.hidden(text.as_bytes(), text.len());
        String::from_utf8_lossy(&hidden).into_owned()
    }

    /// The same message without the secrets.
    #[must_use]
    pub fn message(&self, mut message: Message) -> Message {
        if !self.is_empty() {
            for field in message.fields.values_mut() {
                *field = self.text(std::mem::take(field));
            }
            let because = message.because.take();
            message.because = because.map(|because| Box::new(self.message(*because)));
        }
        message
    }

    /// Hides the secrets in the texts of a value.
    pub fn value(&self, value: &mut Value) {
        if self.is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(std::mem::take(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                for (key, value) in members {
                    *key = self.text(std::mem::take(key));
                    self.value(value);
                }
            }
            // What is all digits may come back as a number.
            Value::Number(digits) => {
                let hidden = self.text(digits.clone());
                if hidden != *digits {
                    *value = Value::String(hidden);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

impl MaskedStream {
    pub(crate) fn new(mask: Mask) -> Self {
        Self {
            mask,
            held: Vec::new(),
        }
    }

    /// Takes a piece, gives what can be given by now.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Some(forms) = &self.mask.forms else {
            return bytes.to_vec();
        };
        self.held.extend_from_slice(bytes);
        // A secret that begins before this is all here; none goes on behind the end of a line.
        let sure = (self.held.len() + 1).saturating_sub(forms.longest);
        let line = self.held.iter().rposition(|&byte| byte == b'\n');
        self.give(sure.max(line.map_or(0, |end| end + 1)))
    }

    /// What was held back.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.give(self.held.len())
    }

    fn give(&mut self, sure: usize) -> Vec<u8> {
        let Some(forms) = &self.mask.forms else {
            return Vec::new();
        };
        let (given, taken) = forms.hidden(&self.held, sure);
        self.held.drain(..taken);
        given
    }
}

impl Forms {
    /// These bytes without the secrets that begin before `sure`, and how many of them that is.
    fn hidden(&self, bytes: &[u8], sure: usize) -> (Vec<u8>, usize) {
        let Some(finder) = &self.finder else {
            return (STARS.to_vec(), sure);
        };
        let mut given = Vec::with_capacity(sure);
        let mut at = 0;
        for found in finder.find_iter(bytes) {
            if found.start() >= sure {
                break;
            }
            given.extend_from_slice(&bytes[at..found.start()]);
            given.extend_from_slice(STARS);
            at = found.end();
        }
        if at < sure {
            given.extend_from_slice(&bytes[at..sure]);
            at = sure;
        }
        (given, at)
    }
}

/// As it stands in an address, where most signs are `%` and two digits.
fn in_address(text: &str) -> String {
    const MOST: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, MOST).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(secrets: &[&str]) -> Mask {
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        Mask::new(&secrets)
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let mask = mask(&["hunter22", "hunter22-and-more", "a/b c", "x"]);
        let told = |text: &str| mask.text(text.to_owned());
        assert_eq!(told("pw=hunter22;hunter22-and-more!"), "pw=***;***!");
        assert_eq!(told("/a%2Fb%20c?x"), "/***?x");
        assert_eq!(told("nothing of it"), "nothing of it");
        let mut value = Value::object([(
            "hunter22",
            vec!["no".into(), Value::from("my a/b c")].into(),
        )]);
        mask.value(&mut value);
        assert_eq!(value.to_json().to_string(), r#"{"***":["no","my ***"]}"#);
        let pin = self::mask(&["31415926"]);
        let mut value = flowkeep_core::json::parse(r#"{"pin": 31415926, "n": 27}"#);
        pin.value(&mut value);
        assert_eq!(value.to_json().to_string(), r#"{"pin":"***","n":27}"#);
        let message = Message::new("x").with("reason", "refused hunter22");
        let outer = Message::new("y").because(message);
        assert!(!format!("{:?}", mask.message(outer)).contains("hunter22"));
        assert!(!format!("{mask:?}").contains("hunter22"));
    }

    #[test]
    fn of_a_secret_of_many_lines_each_is_hidden() {
        let mask = mask(&["-----BEGIN-----\r\nabcdef\n=\n"]);
        assert_eq!(
            mask.text("abcdef = -----BEGIN-----".to_owned()),
            "*** = ***"
        );
    }

    #[test]
    fn pieces_of_any_size_come_to_the_same() {
        let text = "a hunt hunter2 hunter22hunter22 hunter222 hunt";
        let mask = mask(&["hunter22"]);
        let whole = mask.text(text.to_owned());
        for size in 1..text.len() {
            let mut stream = MaskedStream::new(mask.clone());
            let mut given = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                given.extend(stream.push(piece));
            }
            given.extend(stream.finish());
            assert_eq!(String::from_utf8(given).unwrap(), whole, "{size}");
        }
    }

    #[test]
    fn a_line_that_has_ended_is_given_at_once() {
        let mut stream = MaskedStream::new(mask(&["a-secret-that-is-long"]));
        assert_eq!(stream.push(b"one\na-secret"), b"one\n");
        assert_eq!(stream.push(b"-that-is-long\n"), b"***\n");
    }
}
