//! What is wrong with a document, said to people and to programs.

use std::io::{self, Write as _};
use std::path::Path;

use flowkeep_api::{AppError, Catalogue};
use flowkeep_core::{Finding, Kind, Message, Validation, validate_for_start, visible};
use serde_json::{Value as Json, json};

use crate::output::{Out, Outcome, Output};
use crate::read::{self, Read};

/// Checks a file by itself. What cannot be read as one of its kind at all is a finding, too.
///
/// # Errors
/// The reason there are no bytes to look at.
pub(crate) fn file(output: &Output, kind: Kind, file: &Path) -> Result<Outcome, AppError> {
    let bytes = read::bytes(file)?;
    let found = match Read::of(&bytes, &read::name_of(file), kind) {
        Ok(read) if read.kind == kind => validate_for_start(kind, &read.document, Vec::new()),
        Ok(read) => unfit(read.differs(kind)),
        Err(reason) => unfit(reason),
    };
    print(output, &found)
}

fn unfit(reason: Message) -> Validation {
    Validation {
        errors: vec![Finding {
            path: String::new(),
            code: reason.code,
            fields: reason.fields,
            place: reason.place,
        }],
        warnings: Vec::new(),
    }
}

/// Findings as programs read them.
pub(crate) fn entries(catalogue: &Catalogue, list: &[Finding]) -> Vec<Json> {
    let entry = |finding: &Finding| {
        let mut entry = json!({
            "path": finding.path,
            "code": finding.code,
            "message": sentence(catalogue, finding),
        });
        if !finding.fields.is_empty() {
            entry["fields"] = json!(finding.fields);
        }
        if let Some(place) = finding.place {
            entry["line"] = place.line.into();
            entry["column"] = place.column.into();
        }
        entry
    };
    list.iter().map(entry).collect()
}

/// Findings as people read them, a line for each.
pub(crate) fn lines(catalogue: &Catalogue, found: &Validation, out: &mut Out) -> io::Result<()> {
    let lists = [
        ("cli_problem", &found.errors),
        ("cli_warning", &found.warnings),
    ];
    for (key, list) in lists {
        for finding in list {
            // What has no place in the document may have one in the text.
            let said = if finding.path.is_empty() {
                catalogue.say(&Message {
                    code: key_of(catalogue, finding),
                    fields: finding.fields.clone(),
                    place: finding.place,
                    because: None,
                })
            } else {
                catalogue.labelled(&visible(&finding.path), &sentence(catalogue, finding))
            };
            writeln!(out, "{}", catalogue.labelled(&catalogue.word(key), &said))?;
        }
    }
    Ok(())
}

/// Prints what was found.
pub(crate) fn print(output: &Output, found: &Validation) -> Result<Outcome, AppError> {
    let catalogue = output.catalogue();
    let valid = found.errors.is_empty();
    let result = json!({
        "valid": valid,
        "errors": entries(catalogue, &found.errors),
        "warnings": entries(catalogue, &found.warnings),
    });
    output.print(&result, |catalogue, out| {
        lines(catalogue, found, out)?;
        writeln!(out, "{}", catalogue.word(verdict(found)))
    })?;
    Ok(if valid {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// What of it comes to a start here, in one sentence. Only where nothing else is to be looked at, that says
/// what is lacking.
fn verdict(found: &Validation) -> &'static str {
    let warned = |codes: &[&str]| {
        let mut warnings = found.warnings.iter();
        warnings.all(|warning| codes.contains(&warning.code.as_str()))
    };
    if !found.errors.is_empty() {
        "cli_invalid"
    } else if found.warnings.is_empty() {
        "cli_valid"
    } else if warned(&["no_connection"]) {
        "cli_valid_unconnected"
    } else if warned(&["folder_unknown", "folder_ambiguous"]) {
        "cli_valid_without_folder"
    } else if warned(&["input_not_given"]) {
        "cli_valid_without_input"
    } else {
        "cli_valid_with_warnings"
    }
}

pub(crate) fn sentence(catalogue: &Catalogue, finding: &Finding) -> String {
    catalogue.text(&key_of(catalogue, finding), &finding.fields)
}

fn key_of(catalogue: &Catalogue, finding: &Finding) -> String {
    let own = format!("finding_{}", finding.code);
    if catalogue.has(&own) {
        own
    } else {
        finding.code.clone()
    }
}
