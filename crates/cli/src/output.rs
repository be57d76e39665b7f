//! What is printed: human text, or exactly one JSON document.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::process::ExitCode;

use flowkeep_api::{AppError, Catalogue};
use serde_json::{Value, json};

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
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings | Outcome::Failed => 1,
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
                let mut value = serde_json::to_value(result)?;
                self.speak(&mut value);
                writeln!(out, "{value}")
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
        items: impl FnOnce(&mut dyn FnMut(Value) -> Result<(), AppError>) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut head = serde_json::to_value(head).map_err(|error| printing(error.into()))?;
        self.speak(&mut head);
        let head = head.to_string();
        let open = head.strip_suffix('}').unwrap_or(&head);
        let comma = if open.ends_with('{') { "" } else { "," };
        write!(out, "{open}{comma}\"items\":[").map_err(printing)?;
        let mut any = false;
        items(&mut |mut item| {
            self.speak(&mut item);
            let comma = if any { ",\n" } else { "" };
            any = true;
            write!(out, "{comma}{item}").map_err(printing)
        })?;
        writeln!(out, "]}}")
            .and_then(|()| out.flush())
            .map_err(printing)
    }

    /// Prints an error and answers how the command ended.
    pub(crate) fn failed(&self, error: &AppError) -> Outcome {
        let message = self.catalogue.error(error);
        let hints: Vec<_> = error
            .hints
            .iter()
            .map(|hint| self.hint(hint, error))
            .collect();
        if self.json {
            let json = json!({"error": {
                "code": error.code,
                "message": message,
                "hints": hints,
                "fields": error.fields,
                "retryable": error.retryable,
            }});
            let _ = writeln!(io::stdout(), "{json}");
        } else {
            let mut err = io::stderr().lock();
            let _ = writeln!(err, "{message}");
            for hint in hints {
                let _ = writeln!(err, "  {hint}");
            }
        }
        Outcome::Failed
    }

    fn hint(&self, hint: &str, error: &AppError) -> String {
        self.catalogue.text(&format!("hint_{hint}"), &error.fields)
    }

    /// Turns every message (`{code, fields, place}` under `reason`, `message` or in a list of
    /// them) into its sentence; the code stays beside it.
    fn speak(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.speak(item)),
            Value::Object(fields) => {
                let mut codes = Vec::new();
                for (key, field) in fields.iter_mut() {
                    let message = matches!(key.as_str(), "reason" | "message")
                        .then(|| {
                            serde_json::from_value::<flowkeep_core::Message>(field.clone()).ok()
                        })
                        .flatten();
                    if let Some(message) = message {
                        *field = self.catalogue.say(&message).into();
                        codes.push(message.code);
                    } else {
                        self.speak(field);
                    }
                }
                if let Some(code) = codes.pop() {
                    fields.entry("code").or_insert_with(|| code.into());
                }
            }
            _ => {}
        }
    }
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

/// Writes to standard output.
pub(crate) fn write(body: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), AppError> {
    let mut out = BufWriter::new(io::stdout().lock());
    body(&mut out).and_then(|()| out.flush()).map_err(printing)
}

/// Standard output that is closed (`| head`) ends the command quietly like any other program.
fn printing(error: io::Error) -> AppError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    AppError::new("file_failed")
        .with("path", "stdout")
        .with("detail", error)
}
