//! What is wrong with a document, said to people and to programs.

use std::io::Write as _;
use std::path::Path;

use flowkeep_api::{AppError, Catalogue};
use flowkeep_core::{Finding, Kind, Validation, validate};
use serde_json::json;

use crate::output::{Outcome, Output};
use crate::read::Read;

/// Checks a file by itself.
pub(crate) fn file(output: &Output, kind: Kind, file: &Path) -> Result<Outcome, AppError> {
    let read = Read::file(file, kind)?;
    print(output, &validate(kind, &read.document))
}

/// Prints what was found.
pub(crate) fn print(output: &Output, found: &Validation) -> Result<Outcome, AppError> {
    let catalogue = output.catalogue();
    let findings = |list: &[Finding]| -> Vec<_> {
        list.iter()
            .map(|finding| {
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
            })
            .collect()
    };
    let valid = found.errors.is_empty();
    let result = json!({
        "valid": valid,
        "errors": findings(&found.errors),
        "warnings": findings(&found.warnings),
    });
    output.print(&result, |catalogue, out| {
        let lists = [
            ("cli_problem", &found.errors),
            ("cli_warning", &found.warnings),
        ];
        for (key, list) in lists {
            for finding in list {
                let label = catalogue.word(key);
                writeln!(
                    out,
                    "{label}: {}: {}",
                    finding.path,
                    sentence(catalogue, finding)
                )?;
            }
        }
        writeln!(
            out,
            "{}",
            catalogue.word(if valid { "cli_valid" } else { "cli_invalid" })
        )
    })?;
    Ok(if valid {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn sentence(catalogue: &Catalogue, finding: &Finding) -> String {
    let own = format!("finding_{}", finding.code);
    let key = if catalogue.has(&own) {
        own
    } else {
        finding.code.clone()
    };
    catalogue.text(&key, &finding.fields)
}
