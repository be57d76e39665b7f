//! `template`: documents as any other, and the workflows made out of them.

use std::io::Write as _;

use clap::Subcommand;
use flowkeep_api::types::{DocumentRef, Nothing, Object, TemplateUseInput};
use flowkeep_api::{Api, AppError, templates};
use flowkeep_core::{Kind, Message, visible};

use crate::args::Verb;
use crate::documents;
use crate::output::{Outcome, Output, table};
use crate::run_args::Unusable;

#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    #[command(flatten)]
    Document(Verb),
    Offered,
    Variables {
        id: String,
    },
    Use {
        id: String,
        #[arg(long, value_name = "NAME=VALUE", value_parser = named)]
        value: Vec<(String, String)>,
    },
}

/// `name=value`; the value may hold more of these signs.
fn named(text: &str) -> Result<(String, String), Unusable> {
    let named = text.split_once('=');
    let named = named.filter(|(name, _)| !name.trim().is_empty());
    let (name, value) = named.ok_or_else(|| Unusable(Message::new("template_value_shape")))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

pub(crate) fn run(api: &Api, output: &Output, verb: Template) -> Result<Outcome, AppError> {
    match verb {
        Template::Document(verb) => return documents::run(api, output, Kind::Template, verb),
        Template::Offered => offered(api, output)?,
        Template::Variables { id } => variables(api, output, id)?,
        Template::Use { id, value } => make(api, output, id, value)?,
    }
    Ok(Outcome::Done)
}

fn offered(api: &Api, output: &Output) -> Result<(), AppError> {
    let offers = templates::offers(api, Nothing {})?;
    output.print(&offers, |_, out| {
        for offer in &offers.items {
            writeln!(out, "{}  {}", offer.id, visible(&offer.name))?;
            writeln!(out, "  {}", visible(&offer.description))?;
        }
        Ok(())
    })
}

fn variables(api: &Api, output: &Output, id: String) -> Result<(), AppError> {
    let asked = templates::asked(api, DocumentRef { id, revision: None })?;
    output.print(&asked, |catalogue, out| {
        let rows = asked.items.iter().map(|variable| {
            [
                visible(&variable.name).into_owned(),
                visible(variable.default.as_deref().unwrap_or_default()).into_owned(),
                visible(&variable.description).into_owned(),
            ]
        });
        table(catalogue, out, ["name", "default", "description"], rows)
    })
}

fn make(
    api: &Api,
    output: &Output,
    id: String,
    given: Vec<(String, String)>,
) -> Result<(), AppError> {
    let mut values = Object::default();
    for (name, value) in given {
        values.set(&name, value.into());
    }
    let used = templates::make(api, TemplateUseInput { id, values })?;
    output.print(&used, |catalogue, out| {
        let made = catalogue.sentence(
            "cli_created",
            &[("id", &used.id), ("revision", &used.revision)],
        );
        writeln!(out, "{made}")?;
        let label = catalogue.word("cli_warning");
        for warning in &used.warnings {
            writeln!(
                out,
                "{}",
                catalogue.labelled(&label, &catalogue.say(warning))
            )?;
        }
        let Some(folder) = &used.folder else {
            return Ok(());
        };
        let path = visible(&folder.path);
        let told = catalogue.sentence(
            "cli_template_folder",
            &[("path", &path), ("id", &folder.id)],
        );
        writeln!(out, "{told}")?;
        let mut warnings = folder.warnings.iter();
        warnings.try_for_each(|warning| writeln!(out, "  {}", catalogue.say(warning)))
    })
}
