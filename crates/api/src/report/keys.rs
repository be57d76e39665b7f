//! What looks like a key or a password is left out of what leaves this machine.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use flowkeep_core::json::{parse, print};
use flowkeep_core::secret::{self, MASK};
use flowkeep_core::{Format, Message, Value};

/// Lines before those of a piece that may be the beginning of a key: one on several lines has fewer.
const BEFORE: usize = 100;

/// A text without what looks like a key.
pub(crate) fn text_without_keys(format: Option<Format>, text: &str) -> Cow<'_, str> {
    match secret::masked(format, text.as_bytes()) {
        Some(masked) => Cow::Owned(String::from_utf8_lossy(&masked.bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// A value without what looks like a key, by names and by shapes; in its texts of several lines, as programs print them,
/// by all that tells one in a message.
pub(crate) fn value_without_keys(value: &Value) -> Value {
    let value = lines_without_keys(value);
    let text = print(&value);
    match text_without_keys(Some(Format::Json), &text) {
        Cow::Borrowed(_) => value,
        Cow::Owned(text) => parse(&text),
    }
}

/// The same of a value that is a text of JSON, which stays byte for byte where there is nothing.
pub(crate) fn json_without_keys(text: &str) -> String {
    let value = parse(text);
    let lines = lines_without_keys(&value);
    let text = if lines == value {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(print(&lines))
    };
    text_without_keys(Some(Format::Json), &text).into_owned()
}

fn lines_without_keys(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => {
            let mut text = text.clone();
            mask(&mut text);
            Value::String(text)
        }
        Value::Array(items) => Value::Array(items.iter().map(lines_without_keys).collect()),
        Value::Object(members) => {
            let members = members.iter();
            let masked = members.map(|(name, value)| (name.clone(), lines_without_keys(value)));
            Value::Object(masked.collect())
        }
        other => other.clone(),
    }
}

/// Takes what looks like a key out of a text of nobody's format: people read it, so that no quotes stand around a mask
/// where none were.
pub(crate) fn mask(text: &mut String) {
    let Some(masked) = secret::masked(None, text.as_bytes()) else {
        return;
    };
    if masked.is_whole {
        *text = String::from_utf8_lossy(&masked.bytes).into_owned();
        return;
    }
    let places: Vec<_> = masked.places.into_iter().map(|place| place.span).collect();
    let all = 0..text.len();
    mask_places(text, &all, &places);
}

/// Takes what looks like a key out of what a message is filled with, and of why it is so.
pub(crate) fn mask_message(message: &mut Message) {
    message.fields.values_mut().for_each(mask);
    if let Some(why) = &mut message.because {
        mask_message(why);
    }
}

/// Takes keys out of the lines of one log, piece by piece. A key may be on several lines, so those before a piece are
/// looked at with it.
#[derive(Default)]
pub(crate) struct LogKeys {
    /// The last lines, as they were.
    before: VecDeque<String>,
}

impl LogKeys {
    /// The next lines of the log.
    pub(crate) fn mask<'l>(&mut self, lines: impl IntoIterator<Item = &'l mut String>) {
        let mut lines: Vec<_> = lines.into_iter().collect();
        // Behind a line of its own, so that no line is taken for the beginning of a file.
        let mut text = String::from("\n");
        for line in &self.before {
            text.push_str(line);
            text.push('\n');
        }
        let mut spans = Vec::with_capacity(lines.len());
        for line in &lines {
            let start = text.len();
            text.push_str(line);
            spans.push(start..text.len());
            text.push('\n');
        }
        let kept = lines.len().saturating_sub(BEFORE);
        self.before
            .extend(lines[kept..].iter().map(|line| (**line).clone()));
        let over = self.before.len().saturating_sub(BEFORE);
        self.before.drain(..over);
        if let Some(masked) = secret::masked(None, text.as_bytes()) {
            let mut places: Vec<_> = masked.places.into_iter().map(|place| place.span).collect();
            places.sort_by_key(|place| place.start);
            for (line, span) in lines.iter_mut().zip(&spans) {
                mask_places(line, span, &places);
            }
        }
        lines.into_iter().for_each(mask);
    }
}

/// Takes places of a text, in their order, out of the line that stands there in it.
fn mask_places(line: &mut String, span: &Range<usize>, places: &[Range<usize>]) {
    let first = places.partition_point(|place| place.end <= span.start);
    let met = places[first..].iter();
    let met = met.take_while(|place| place.start < span.end);
    let mut masked = String::new();
    let mut told = 0;
    for place in met {
        let from = place.start.saturating_sub(span.start).max(told);
        let to = place.end.min(span.end) - span.start;
        let Some(between) = line.get(told..from).filter(|_| from < to) else {
            continue;
        };
        masked.push_str(between);
        masked.push_str(MASK);
        told = to;
    }
    if told > 0
        && let Some(rest) = line.get(told..)
    {
        masked.push_str(rest);
        *line = masked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(pieces: &[&[&str]]) -> Vec<String> {
        let mut keys = LogKeys::default();
        let mut all = Vec::new();
        for piece in pieces {
            let mut lines: Vec<String> = piece.iter().map(|line| (*line).to_owned()).collect();
            keys.mask(&mut lines);
            all.extend(lines);
        }
        all
    }

    #[test]
    fn a_key_in_a_line_goes_and_the_other_lines_stay() {
        let lines = masked(&[&["12 rows read 小王", "export API_KEY=hunter2hunter2", "done"]]);
        assert_eq!(
            lines,
            ["12 rows read 小王", "export API_KEY=<masked>", "done"].map(str::to_owned)
        );
    }

    #[test]
    fn a_key_on_several_lines_goes_also_where_a_piece_ends_in_it() {
        let mark = |word: &str| format!("-----{word} {}-----", ["PRIVATE", "KEY"].join(" "));
        let (begin, end) = (mark("BEGIN"), mark("END"));
        let all: [&str; 6] = ["first", &begin, "MIIEabc0123", "xyz+/09==", &end, "last"];
        for cut in 0..all.len() {
            let lines = masked(&[&all[..cut], &all[cut..]]);
            assert_eq!((&*lines[0], &*lines[5]), ("first", "last"), "{cut}");
            let text = lines.join("\n");
            assert!(
                !text.contains("MIIE") && !text.contains("xyz"),
                "{cut}: {text}"
            );
        }
    }

    #[test]
    fn what_a_program_prints_is_masked_as_messages_are_and_all_else_of_it_stays() {
        let mark = |word: &str| format!("-----{word} {}-----", ["PRIVATE", "KEY"].join(" "));
        let (begin, end) = (mark("BEGIN"), mark("END"));
        let stdout = format!(
            "one\npassword:\n  hunter22\n{{\"tokens\": [\"abcd1234x\"]}}\nServer=h;Password=hunter22;Encrypt=keep\n{begin}\nMIIEabc0123\n{end}\nAPI_KEY=abcd1234x\nlast\n"
        );
        let expected = "one\npassword:\n  <masked>\n{\"tokens\": [\"<masked>\"]}\nServer=h;Password=<masked>;Encrypt=keep\n<masked>\nAPI_KEY=<masked>\nlast\n";
        let value = parse(&serde_json::json!({ "exit": 0, "stdout": stdout }).to_string());
        let told = print(&value_without_keys(&value));
        let wanted = serde_json::json!({ "exit": 0, "stdout": expected });
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&told).unwrap(),
            wanted
        );
        assert_eq!(json_without_keys(&print(&value)), told);
        let plain = "{\"a\":  1.50, \"b\": \"one\\ntwo\"}";
        assert_eq!(json_without_keys(plain), plain);
    }

    #[test]
    fn a_command_within_a_command_is_masked() {
        let command =
            r#"{"argv": ["sh", "-c", "echo '{\"user\":\"a\",\"pass\":\"KEY12abc9x\"}'"]}"#;
        let told = text_without_keys(Some(Format::Json), command);
        assert_eq!(told, command.replace("KEY12abc9x", MASK));
    }

    #[test]
    fn a_message_is_masked_with_why_it_is_so() {
        let why = Message::new("task_said").with("said", "done\nAPI_KEY=hunter2hunter2\n");
        let mut message = Message::new("task_failed")
            .with("task", "Read")
            .because(why);
        mask_message(&mut message);
        assert_eq!(message.fields["task"], "Read");
        let said = &message.because.unwrap().fields["said"];
        assert!(said.contains("done") && !said.contains("hunter2"), "{said}");
    }
}
