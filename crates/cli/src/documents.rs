//! `flow`, `roadmap`, `rule`, `template`.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::Path;

use flowkeep_api::types::{
    Changed, ChosenPlace, CompareInput, CreateInput, DeleteInput, DocumentRef, DocumentRow,
    ExportInput, ListInput, RevertInput, UpdateInput,
};
use flowkeep_api::{Api, AppError, Catalogue, documents, drafts, duplicates, exports, revisions};
use flowkeep_core::{Difference, Kind, Message, Validation, visible};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::args::{List, Validate, Verb};
use crate::output::{Out, Outcome, Output, Table, raw, table, write};
use crate::read::Read;
use crate::runs::existing;
use crate::{import, validation};

/// Rows fetched at a time by a list without end.
const PAGE: u32 = 500;

pub(crate) fn run(api: &Api, output: &Output, kind: Kind, verb: Verb) -> Result<Outcome, AppError> {
    match verb {
        Verb::List(list) => return self::list(api, output, kind, &list),
        Verb::Show { id, revision } => return show(api, output, kind, id, revision),
        Verb::Import(import) => return import::run(api, output, &import),
        Verb::Validate(Validate { id, .. }) => {
            let found = drafts::validate_kept(api, kind, &id.unwrap_or_default())?;
            return validation::print(output, &found);
        }
        Verb::Create { file } => {
            create(api, output, kind, &file)?;
        }
        Verb::Update { id, file } => {
            update(api, output, kind, id, &file)?;
        }
        Verb::Delete { id } => {
            let row = documents::show(api, kind, reference(&id))?.row;
            let deleted = documents::delete(
                api,
                kind,
                DeleteInput {
                    ids: vec![id.clone()],
                },
            )?;
            let done = Changed {
                id,
                revision: row.revision,
                operation_id: deleted.operation_id,
            };
            called(output, "cli_deleted", &row.name, &done)?;
        }
        Verb::Undelete { id } => {
            let done = documents::undelete(api, kind, reference(&id))?;
            let name = documents::show(api, kind, reference(&done.id))?.row.name;
            called(output, "cli_undeleted", &name, &done)?;
        }
        Verb::Duplicate { id } => {
            changed(
                output,
                "cli_created",
                &duplicates::duplicate(api, kind, reference(&id))?,
            )?;
        }
        Verb::Revert { id, revision } => {
            let done = revisions::revert(api, kind, RevertInput { id, revision })?;
            changed(output, "cli_updated", &done)?;
        }
        Verb::History { id } => history(api, output, kind, &id)?,
        Verb::Compare { id, from, to } => {
            compare(api, output, kind, CompareInput { id, from, to })?;
        }
        Verb::Export {
            id, output: None, ..
        } => {
            raw(&exports::text_of(api, kind, &id)?)?;
        }
        Verb::Export {
            id,
            output: Some(file),
            overwrite,
        } => {
            let to = ChosenPlace::Path(file);
            let input = ExportInput { ids: vec![id], to };
            let done = exports::export_over(api, kind, input, existing(overwrite))?;
            output.print(&done, |catalogue, out| {
                for file in &done.files {
                    let said = catalogue.sentence("cli_exported", &[("path", file)]);
                    writeln!(out, "{said}")?;
                }
                if done.with_keys > 0 {
                    writeln!(out, "{}", catalogue.word("contains_key_exported"))?;
                }
                Ok(())
            })?;
        }
    }
    Ok(Outcome::Done)
}

/// A document kept from a file, what is odd about that, and what validation finds in it.
struct FromFile {
    changed: Changed,
    notes: Vec<Message>,
    found: Validation,
}

/// The same for programs.
#[derive(Serialize)]
struct ForPrograms<'f> {
    #[serde(flatten)]
    changed: &'f Changed,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Json>,
    warnings: Vec<Json>,
}

impl FromFile {
    fn new(api: &Api, kind: Kind, changed: Changed, notes: Vec<Message>) -> Result<Self, AppError> {
        let found = drafts::validate_kept(api, kind, &changed.id)?;
        Ok(Self {
            changed,
            notes,
            found,
        })
    }

    fn print(&self, output: &Output, key: &str) -> Result<(), AppError> {
        let catalogue = output.catalogue();
        let notes = self.notes.iter().map(|note| json!(note));
        let warnings = validation::entries(catalogue, &self.found.warnings);
        let result = ForPrograms {
            changed: &self.changed,
            errors: validation::entries(catalogue, &self.found.errors),
            warnings: notes.chain(warnings).collect(),
        };
        output.print(&result, |catalogue, out| {
            writeln!(out, "{}", sentence(catalogue, key, &self.changed))?;
            for note in &self.notes {
                writeln!(out, "{}", catalogue.told(note))?;
            }
            validation::lines(catalogue, &self.found, out)
        })
    }
}

fn create(api: &Api, output: &Output, kind: Kind, file: &Path) -> Result<(), AppError> {
    let read = Read::file(file, kind)?;
    if read.kind != kind {
        return Err(misplaced(&read, kind, file));
    }
    let notes = read.encoding_note(output.catalogue()).into_iter().collect();
    let input = CreateInput {
        text: read.document.text().to_owned(),
        format: read.document.format(),
        id: read.id,
        name: Some(read.name),
    };
    let changed = documents::create(api, kind, input)?;
    FromFile::new(api, kind, changed, notes)?.print(output, "cli_created")
}

fn update(api: &Api, output: &Output, kind: Kind, id: String, file: &Path) -> Result<(), AppError> {
    let read = Read::file(file, kind)?;
    let mut notes: Vec<_> = read.encoding_note(output.catalogue()).into_iter().collect();
    let own_id = read.id.as_ref().filter(|own| **own != id);
    if read.kind != kind || own_id.is_some() {
        // What was so before is no slip of this call: a copy carries the id it was made from.
        let there = documents::show(api, kind, reference(&id))?;
        let before = Read::kept(&there.text, there.row.format, kind);
        let before = before.as_ref();
        if read.kind != kind && before.is_none_or(|before| before.kind != read.kind) {
            return Err(misplaced(&read, kind, file));
        }
        if let Some(own) = own_id
            && before.is_none_or(|before| before.id != read.id)
        {
            let differs = Message::new("id_differs").with("own", own);
            notes.push(differs.with("id", &id));
        }
    }
    let input = UpdateInput {
        id,
        text: read.document.text().to_owned(),
        format: Some(read.document.format()),
        base_revision: None,
    };
    let changed = documents::update(api, kind, input)?;
    FromFile::new(api, kind, changed, notes)?.print(output, "cli_updated")
}

fn misplaced(read: &Read, kind: Kind, file: &Path) -> AppError {
    AppError::from(read.differs(kind))
        .with("path", file.display())
        .hint("say_kind")
}

fn list(api: &Api, output: &Output, kind: Kind, list: &List) -> Result<Outcome, AppError> {
    let fetch = |offset: u32, limit: u32| {
        documents::list(
            api,
            kind,
            ListInput {
                query: list.query.clone(),
                limit: Some(limit),
                offset: Some(offset),
                sort: None,
                deleted: Some(list.deleted),
            },
        )
    };
    let mut left = list.limit.unwrap_or(u32::MAX);
    let mut offset = list.offset;
    let first = fetch(offset, left.min(PAGE))?;
    let total = first.total;
    let all = |each: &mut dyn FnMut(Vec<DocumentRow>) -> Result<(), AppError>| {
        let mut rows = first.items;
        loop {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            each(rows)?;
            left = left.saturating_sub(count);
            offset = offset.saturating_add(count);
            if count == 0 || left == 0 || offset >= total {
                return Ok(());
            }
            rows = fetch(offset, left.min(PAGE))?.items;
        }
    };
    if output.is_json() {
        output.stream(&json!({"total": total}), |each| {
            all(&mut |rows| {
                rows.into_iter()
                    .try_for_each(|row| each(serde_json::to_value(row).unwrap_or_default()))
            })
        })?;
    } else {
        if total == 0 {
            let narrowed = list.query.is_some() || list.deleted;
            let key = if narrowed {
                "cli_none_found"
            } else {
                "cli_none_yet"
            };
            return Ok(output.remark(key));
        }
        let columns = ["name", "id", "revision", "problems"];
        let mut table = Table::new(output.catalogue(), columns);
        all(&mut |rows| {
            let rows = rows.iter().map(|row| {
                let problems = Some(row.problems).filter(|problems| *problems > 0);
                [
                    visible(&row.name).into_owned(),
                    visible(&row.id).into_owned(),
                    row.revision.to_string(),
                    problems.map(|count| count.to_string()).unwrap_or_default(),
                ]
            });
            write(|out| table.print(out, rows))
        })?;
    }
    Ok(Outcome::Done)
}

fn history(api: &Api, output: &Output, kind: Kind, id: &str) -> Result<(), AppError> {
    let found = revisions::history(api, kind, reference(id))?;
    output.print(&found, |catalogue, out| {
        let columns = ["revision", "when", "what", "who", "name"];
        let rows = found.items.iter().map(|row| {
            [
                row.revision.to_string(),
                catalogue.when(&row.at),
                catalogue.word(&format!("operation_{}", row.operation)),
                visible(&row.actor).into_owned(),
                visible(&row.name).into_owned(),
            ]
        });
        table(catalogue, out, columns, rows)
    })
}

fn compare(api: &Api, output: &Output, kind: Kind, input: CompareInput) -> Result<(), AppError> {
    let found = revisions::compare(api, kind, input)?;
    output.print(&found, |catalogue, out| {
        told_differences(catalogue, out, &found.differences)
    })
}

pub(crate) fn told_differences(
    catalogue: &Catalogue,
    out: &mut Out,
    differences: &[Difference],
) -> io::Result<()> {
    let mut lines = differences.iter().map(|one| catalogue.difference(one));
    lines.try_for_each(|line| writeln!(out, "{line}"))
}

fn show(
    api: &Api,
    output: &Output,
    kind: Kind,
    id: String,
    revision: Option<u32>,
) -> Result<Outcome, AppError> {
    let text = match revision {
        Some(_) => documents::show(api, kind, DocumentRef { id, revision })?.text,
        None if output.is_json() => exports::text_for_programs(api, kind, &id)?,
        None => exports::text_of(api, kind, &id)?,
    };
    // A byte-order mark says how a file is encoded; what is printed here is UTF-8 anyway.
    raw(text.strip_prefix('\u{feff}').unwrap_or(&text))?;
    Ok(Outcome::Done)
}

/// The same, saying what people call the document.
fn called(output: &Output, key: &str, name: &str, done: &Changed) -> Result<(), AppError> {
    output.print(done, |catalogue, out| {
        let (name, revision) = (visible(name), done.revision.to_string());
        let fields: [(&str, &dyn Display); 3] =
            [("name", &name), ("id", &done.id), ("revision", &revision)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })
}

fn changed(output: &Output, key: &str, done: &Changed) -> Result<(), AppError> {
    output.print(done, |catalogue, out| {
        writeln!(out, "{}", sentence(catalogue, key, done))
    })
}

fn sentence(catalogue: &Catalogue, key: &str, done: &Changed) -> String {
    catalogue.sentence(key, &[("id", &done.id), ("revision", &done.revision)])
}

fn reference(id: &str) -> DocumentRef {
    DocumentRef {
        id: id.to_owned(),
        revision: None,
    }
}
