//! What is printed: human text, or exactly one JSON document.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::process::ExitCode;

use flowkeep_api::{AppError, Catalogue, begun, io_reason};
use flowkeep_core::json::{print, read};
use flowkeep_core::{Message, Value, visible_whole};
use serde_json::{Value as Json, json};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it is done.
    Done,
    /// A check found something; the result is printed.
    Findings,
    /// It failed; the error is printed.
    Failed,
    /// Part of it is done; the result names the rest.
    InPart,
    /// The words of the call are wrong, whatever is there; the error is printed.
    Misused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings | Outcome::Failed => 1,
            Outcome::Misused => 2,
            Outcome::InPart => 3,
        })
    }
}

/// Where results go.
pub(crate) struct Output {
    json: bool,
    catalogue: Catalogue,
}

pub(crate) type Out = BufWriter<StdoutLock<'static>>;

/// Values that others chose, for people: JSON escapes the controls of ASCII alone.
pub(crate) fn values(out: &mut Out, values: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(values)?;
    text.lines()
        .try_for_each(|line| writeln!(out, "{}", visible_whole(line)))
}

impl Output {
    pub(crate) fn new(json: bool, catalogue: Catalogue) -> Self {
        Self { json, catalogue }
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a result.
    pub(crate) fn print(
        &self,
        result: &impl serde::Serialize,
        human: impl FnOnce(&Catalogue, &mut Out) -> io::Result<()>,
    ) -> Result<(), AppError> {
        write(|out| {
            if self.json {
                writeln!(out, "{}", self.spoken(&serde_json::to_string(result)?))
            } else {
                human(&self.catalogue, out)
            }
        })
    }

    /// Prints a result whose `items` come one at a time, so that a hundred thousand of them cost
    /// no memory.
    pub(crate) fn stream(
        &self,
        head: &impl serde::Serialize,
        items: impl FnOnce(&mut dyn FnMut(Json) -> Result<(), AppError>) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut out = BufWriter::new(io::stdout().lock());
        let head = serde_json::to_string(head).map_err(|error| printing(error.into()))?;
        let head = self.spoken(&head);
        let open = head.strip_suffix('}').unwrap_or(&head);
        let comma = if open.ends_with('{') { "" } else { "," };
        write!(out, "{open}{comma}\"items\":[").map_err(printing)?;
        let mut any = false;
        items(&mut |item| {
            let mut item = Value::from_json(&item);
            self.speak(&mut item);
            let item = print(&item);
            let comma = if any { ",\n" } else { "" };
            any = true;
            write!(out, "{comma}{item}").map_err(printing)
        })?;
        writeln!(out, "]}}")
            .and_then(|()| out.flush())
            .map_err(printing)
    }

    /// Says to people why there is nothing else; it is no part of the result.
    pub(crate) fn remark(&self, key: &str) -> Outcome {
        aside(&self.catalogue.word(key));
        Outcome::Done
    }

    /// Says to people that a list has nothing in it; JSON has an empty one.
    pub(crate) fn none(&self, is_empty: bool) {
        if is_empty && !self.json {
            self.remark("cli_none_found");
        }
    }

    /// Says to people that a list goes on after this page; JSON has `next` for it.
    pub(crate) fn more(&self, next: Option<&str>) {
        if let Some(next) = next.filter(|_| !self.json) {
            let catalogue = &self.catalogue;
            aside(&catalogue.sentence("cli_more_follow", &[("next", &next)]));
        }
    }

    /// Prints a result that waits for a person, and in it, as `member`, what is to be decided.
    pub(crate) fn asks(
        &self,
        result: &impl serde::Serialize,
        member: &str,
        why: &AppError,
    ) -> Result<Outcome, AppError> {
        if !self.json {
            self.failed(why);
            return Ok(Outcome::InPart);
        }
        let mut result = serde_json::to_value(result).map_err(|error| printing(error.into()))?;
        result[member] = self.error(why);
        write(|out| writeln!(out, "{result}"))?;
        Ok(Outcome::InPart)
    }

    /// An error as it stands in JSON.
    fn error(&self, error: &AppError) -> serde_json::Value {
        json!({
            "code": error.code,
            "message": self.catalogue.error(error),
            "hints": self.hints(error),
            "fields": error.fields,
            "retryable": error.retryable,
        })
    }

    fn hints(&self, error: &AppError) -> Vec<String> {
        let hints = error.hints.iter();
        hints.map(|hint| self.hint(hint, error)).collect()
    }

    /// Prints an error and answers how the command ended.
    pub(crate) fn failed(&self, error: &AppError) -> Outcome {
        if self.json {
            let json = json!({"error": self.error(error)});
            let _ = writeln!(io::stdout(), "{json}");
        } else {
            let message = self.catalogue.error(error);
            let mut err = io::stderr().lock();
            // A path is no word: it stays as it is.
            let message = match error.fields.get("path") {
                Some(_) => message,
                None => begun(&message),
            };
            let _ = writeln!(err, "{message}");
            for hint in self.hints(error) {
                let _ = writeln!(err, "  {hint}");
            }
        }
        if WRONG_USE.contains(&error.code.as_str()) {
            Outcome::Misused
        } else {
            Outcome::Failed
        }
    }

    fn hint(&self, hint: &str, error: &AppError) -> String {
        self.catalogue.text(&format!("hint_{hint}"), &error.fields)
    }

    /// A result with a sentence beside every message. Numbers stay as they are spelled.
    fn spoken(&self, result: &str) -> String {
        match read(result) {
            Ok(mut value) => {
                self.speak(&mut value);
                print(&value)
            }
            // Too deep, or a key twice: it is what it is.
            Err(_) => result.to_owned(),
        }
    }

    /// Gives every message its sentence; code and fields stay for programs. Under `reason`, `why`,
    /// `message` or `text` stands the sentence then, `code` and `fields` beside it; a message in a list
    /// becomes an object of the three. What people and programs gave is theirs and stays.
    fn speak(&self, value: &mut Value) {
        if let Some(message) = message(value) {
            let said = self.catalogue.say(&message).into();
            *value = Value::object([("code", message.code.as_str().into()), ("message", said)]);
            if let (Value::Object(members), false) = (value, message.fields.is_empty()) {
                set(members, "fields", fields(&message));
            }
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.speak(item)),
            Value::Object(members) => {
                let mut said = None;
                for (key, field) in members.iter_mut() {
                    if GIVEN.contains(&key.as_str()) {
                        continue;
                    }
                    match message(field) {
                        Some(message)
                            if matches!(key.as_str(), "reason" | "message" | "text" | "why") =>
                        {
                            *field = self.catalogue.say(&message).into();
                            said = Some(message);
                        }
                        _ => self.speak(field),
                    }
                }
                if let Some(message) = said {
                    set(members, "code", message.code.as_str().into());
                    if !message.fields.is_empty() {
                        set(members, "fields", fields(&message));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Refusals that the words of a call bring about by themselves, as those of the grammar do. What depends on what
/// is there is none of them.
const WRONG_USE: [&str; 12] = [
    "connection_invalid",
    "event_unnamed",
    "folder_keep_invalid",
    "limit_too_large",
    "run_answer_missing",
    "run_task_missing",
    "secret_name_wrong",
    "status_unknown",
    "strategy_kind_unknown",
    "strategy_pattern_unusable",
    "strategy_unknown",
    "time_unreadable",
];

/// Keys of results under which stands what somebody gave, in whatever shape it has.
const GIVEN: [&str; 3] = ["context", "output", "data"];

fn set(members: &mut Vec<(String, Value)>, key: &str, value: Value) {
    match members.iter_mut().find(|(name, _)| name == key) {
        Some((_, present)) => *present = value,
        None => members.push((key.to_owned(), value)),
    }
}

fn fields(message: &Message) -> Value {
    let fields = message.fields.iter();
    Value::object(fields.map(|(name, field)| (name.as_str(), field.as_str().into())))
}

/// The message that a value is, if it is nothing more than that.
fn message(value: &Value) -> Option<Message> {
    let alone = |key: &str| ["code", "fields", "place", "because"].contains(&key);
    if !value.as_object()?.iter().all(|(key, _)| alone(key)) {
        return None;
    }
    serde_json::from_value(value.to_json()).ok()
}

/// Prints a text as it stands.
pub(crate) fn raw(text: &str) -> Result<(), AppError> {
    write(|out| {
        out.write_all(text.as_bytes())?;
        if text.ends_with('\n') {
            Ok(())
        } else {
            writeln!(out)
        }
    })
}

/// A cell that is wider moves what stands behind it in its own row alone.
const WIDEST: usize = 48;

/// Rows under their headings, each column as wide as it needs; all cells are fit for a line already.
pub(crate) struct Table<const N: usize> {
    head: Option<[String; N]>,
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// The headings are entries of the catalogue: `cli_column_…`.
    pub(crate) fn new(catalogue: &Catalogue, columns: [&str; N]) -> Self {
        let head = columns.map(|column| catalogue.word(&format!("cli_column_{column}")));
        Self {
            head: Some(head),
            widths: [0; N],
        }
    }

    /// Prints what comes next; without any row there are no headings. A list without end comes page by page: a later one widens its columns
    /// where it has to.
    pub(crate) fn print(
        &mut self,
        out: &mut Out,
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> io::Result<()> {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let rows: Vec<_> = self.head.take().into_iter().chain(rows).collect();
        for row in &rows {
            for (most, cell) in self.widths.iter_mut().zip(row) {
                *most = width(cell).min(WIDEST).max(*most);
            }
        }
        for row in rows {
            let mut line = String::new();
            for (cell, most) in row.iter().zip(self.widths) {
                line.push_str(cell);
                let rest = most.saturating_sub(width(cell));
                line.extend(std::iter::repeat_n(' ', rest + 2));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A whole table.
pub(crate) fn table<const N: usize>(
    catalogue: &Catalogue,
    out: &mut Out,
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> io::Result<()> {
    Table::new(catalogue, columns).print(out, rows)
}

/// How many columns a text takes on a terminal: Chinese, Japanese and Korean characters take two.
fn width(text: &str) -> usize {
    let wide = |character: char| {
        matches!(u32::from(character),
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1_f300..=0x1_faff
            | 0x2_0000..=0x3_fffd)
    };
    text.chars()
        .map(|character| 1 + usize::from(wide(character)))
        .sum()
}

/// Writes to standard output.
pub(crate) fn write(body: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), AppError> {
    let mut out = BufWriter::new(io::stdout().lock());
    body(&mut out).and_then(|()| out.flush()).map_err(printing)
}

/// Says to people what happens beside the result. Where nobody can be told, the command does what it does all
/// the same.
pub(crate) fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Standard output that is closed (`| head`) ends the command quietly like any other program.
fn printing(error: io::Error) -> AppError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    AppError::from(io_reason(&error)).with("path", "stdout")
}

#[cfg(test)]
mod tests {
    use flowkeep_api::Tongue;

    use super::*;

    #[test]
    fn messages_get_their_sentence_and_keep_their_code_and_fields() {
        let output = Output::new(true, Catalogue::new(Tongue::English));
        let missing = Message::new("plan_note_missing").with("count", 3);
        let mut value = json!({
            "reason": &missing,
            "checklist": [Message::new("checklist_passwords"), missing],
            "errors": [{"path": "/a", "code": "a_finding", "message": "said"}],
            "fields_of_others": {"count": "3"},
        });
        value["output"] = json!({"code": "plan_note_missing"});
        let mut spoken = Value::from_json(&value);
        output.speak(&mut spoken);
        let value = spoken.to_json();
        assert_eq!(
            value["output"],
            json!({"code": "plan_note_missing"}),
            "is theirs"
        );
        let sentence = "3 of yours are not in it; they stay as they are";
        assert_eq!(value["reason"], sentence);
        assert_eq!(value["code"], "plan_note_missing");
        assert_eq!(value["fields"], json!({"count": "3"}));
        let said = json!({
            "code": "plan_note_missing", "message": sentence, "fields": {"count": "3"}
        });
        assert_eq!(value["checklist"][1], said);
        assert_eq!(value["checklist"][0]["code"], "checklist_passwords");
        assert!(
            value["checklist"][0]["message"]
                .as_str()
                .unwrap()
                .contains(' ')
        );
        let finding = json!({"path": "/a", "code": "a_finding", "message": "said"});
        assert_eq!(value["errors"][0], finding);
        assert_eq!(value["fields_of_others"], json!({"count": "3"}));
    }
}
