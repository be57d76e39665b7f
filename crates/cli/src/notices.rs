//! `notice`: how people are told when nobody looks. Passwords and the address of a webhook, which
//! carries a key, are read from standard input and never printed.

use std::io::Write as _;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use flowkeep_api::types::{
    ChosenPlace, NoticeChannel, NoticeChannels, NoticeChannelsInput, NoticeChooseInput, NoticeList,
    NoticeListInput, NoticeRef, NoticeSetInput,
};
use flowkeep_api::{Api, AppError, Catalogue, notices};
use flowkeep_core::connection::Secret;
use flowkeep_core::notice::{Channel, NoticeKind, Security, WebhookForm};
use flowkeep_core::visible;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::given_path;
use crate::output::{Outcome, Output, table};
use crate::sources::from_input;

#[derive(Debug, Subcommand)]
pub(crate) enum Notice {
    List {
        #[arg(long)]
        unsent: bool,
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    Channels {
        #[arg(long = "workflow", id = "notice_workflow", value_name = "ID")]
        workflow: Option<String>,
    },
    Set(Box<Described>),
    Test {
        #[arg(id = "channel", value_parser = channels(), value_name = "CHANNEL")]
        channel: Channel,
    },
    Choose {
        #[arg(
            id = "notice_kinds",
            value_parser = kinds(),
            value_name = "KIND",
            required_unless_present = "as_usual",
            conflicts_with = "as_usual"
        )]
        kinds: Vec<Told>,
        #[arg(long = "workflow", id = "notice_workflow", value_name = "ID")]
        workflow: Option<String>,
        #[arg(long, requires = "notice_workflow")]
        as_usual: bool,
    },
    Retry {
        #[arg(id = "notice_id", value_name = "ID")]
        id: Option<i64>,
    },
    Dismiss {
        #[arg(id = "notice_id", value_name = "ID")]
        id: Option<i64>,
    },
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct Described {
    #[arg(id = "channel", value_parser = channels(), value_name = "CHANNEL")]
    channel: Channel,
    #[arg(long = "on", id = "notice_on", conflicts_with = "notice_off")]
    on: bool,
    #[arg(long = "off", id = "notice_off")]
    off: bool,
    #[arg(long = "host", id = "mail_host", value_name = "HOST")]
    host: Option<String>,
    #[arg(long = "port", id = "mail_port", value_name = "PORT")]
    port: Option<u16>,
    #[arg(
        long = "security",
        id = "mail_security",
        value_parser = security(),
        value_name = "starttls|tls|none",
        hide_possible_values = true
    )]
    security: Option<Security>,
    #[arg(long = "user", id = "mail_user", value_name = "USER")]
    user: Option<String>,
    #[arg(long = "from", id = "mail_from", value_name = "ADDRESS")]
    from: Option<String>,
    #[arg(long = "to", id = "mail_to", value_name = "ADDRESS")]
    to: Vec<String>,
    #[arg(long = "ca", id = "mail_ca", value_name = "FILE", value_parser = given_path())]
    ca: Option<PathBuf>,
    #[arg(
        long = "without-ca",
        id = "mail_without_ca",
        conflicts_with = "mail_ca"
    )]
    without_ca: bool,
    #[arg(
        long = "form",
        id = "webhook_form",
        value_parser = forms(),
        value_name = "wecom|dingtalk|feishu|json",
        hide_possible_values = true
    )]
    form: Option<WebhookForm>,
    #[arg(long = "secret-stdin", id = "notice_secret")]
    secret: bool,
    #[arg(
        long = "signing-stdin",
        id = "notice_signing",
        conflicts_with = "notice_secret"
    )]
    signing: bool,
}

/// Of nothing.
const NONE: &str = "none";

/// Of what people are told.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Told {
    Of(NoticeKind),
    Nothing(Nothing),
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Nothing {
    None,
}

/// A word of the contract as it is typed.
fn word<T>(words: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let words = PossibleValuesParser::new(words);
    words.try_map(|word| serde_json::from_value(Value::String(word)))
}

fn channels() -> impl TypedValueParser<Value = Channel> {
    word(Channel::ALL.map(Channel::as_str))
}

fn kinds() -> impl TypedValueParser<Value = Told> {
    word(
        NoticeKind::ALL
            .map(NoticeKind::as_str)
            .into_iter()
            .chain([NONE]),
    )
}

fn security() -> impl TypedValueParser<Value = Security> {
    word(["starttls", "tls", "none"])
}

fn forms() -> impl TypedValueParser<Value = WebhookForm> {
    word(["wecom", "dingtalk", "feishu", "json"])
}

impl Described {
    fn input(self, output: &Output) -> Result<NoticeSetInput, AppError> {
        let read = |wanted: bool| -> Result<Option<Secret>, AppError> {
            wanted.then(|| from_input(output)).transpose()
        };
        let (secret, signing) = (read(self.secret)?, read(self.signing)?);
        Ok(NoticeSetInput {
            on: (self.on || self.off).then_some(self.on),
            host: self.host,
            port: self.port,
            security: self.security,
            user: self.user,
            from: self.from,
            to: Some(self.to).filter(|to| !to.is_empty()),
            ca: self.ca.map(ChosenPlace::Path),
            without_ca: self.without_ca,
            form: self.form,
            secret,
            signing,
            ..NoticeSetInput::of(self.channel)
        })
    }
}

pub(crate) fn run(api: &Api, output: &Output, verb: Notice) -> Result<Outcome, AppError> {
    let listed = |list: Result<_, AppError>| listed(output, &list?);
    let shown = |channels: Result<_, AppError>| shown(output, &channels?);
    match verb {
        Notice::List { unsent, limit } => {
            listed(notices::list(api, NoticeListInput { unsent, limit }))
        }
        Notice::Channels { workflow } => {
            shown(notices::channels(api, NoticeChannelsInput { workflow }))
        }
        Notice::Set(described) => shown(notices::set(api, described.input(output)?)),
        Notice::Test { channel } => test(api, output, channel),
        Notice::Choose {
            kinds,
            workflow,
            as_usual,
        } => {
            let kinds = kinds.into_iter().filter_map(|told| match told {
                Told::Of(kind) => Some(kind),
                Told::Nothing(Nothing::None) => None,
            });
            let kinds = (!as_usual).then(|| kinds.collect());
            shown(notices::choose(api, NoticeChooseInput { workflow, kinds }))
        }
        Notice::Retry { id } => listed(notices::retry(api, NoticeRef { id })),
        Notice::Dismiss { id } => listed(notices::dismiss(api, NoticeRef { id })),
    }
}

fn test(api: &Api, output: &Output, channel: Channel) -> Result<Outcome, AppError> {
    let tested = notices::test(api, NoticeSetInput::of(channel))?;
    output.print(&tested, |catalogue, out| match &tested.error {
        Some(error) => writeln!(out, "{}", catalogue.told(error)),
        None => writeln!(out, "{}", catalogue.word("notice_test_sent")),
    })?;
    Ok(if tested.ok {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn listed(output: &Output, list: &NoticeList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        if list.items.is_empty() {
            return writeln!(out, "{}", catalogue.word("cli_notice_empty"));
        }
        let rows = list.items.iter().map(|item| {
            let error = item.error.as_ref().map(|error| catalogue.told(error));
            [
                item.id.to_string(),
                catalogue.when(&item.at),
                name(catalogue, item.channel),
                catalogue.word(&format!("notice_state_{}", item.state)),
                catalogue.told(&item.text),
                error.unwrap_or_default(),
            ]
        });
        let columns = ["number", "when", "channel", "state", "notice", "why"];
        table(catalogue, out, columns, rows)
    })?;
    Ok(Outcome::Done)
}

fn shown(output: &Output, found: &NoticeChannels) -> Result<Outcome, AppError> {
    output.print(found, |catalogue, out| {
        let kinds = found.of_workflow.as_ref().unwrap_or(&found.kinds);
        let words = kinds
            .iter()
            .map(|kind| catalogue.word(&format!("notice_kind_{}", kind.as_str())));
        let words: Vec<_> = words.collect();
        let told = if words.is_empty() {
            catalogue.word("cli_notice_kinds_none")
        } else {
            words.join(&catalogue.word("list_separator"))
        };
        let label = catalogue.word("notice_kinds");
        writeln!(out, "{}", catalogue.labelled(&label, &told))?;
        for channel in &found.channels {
            writeln!(out, "{}", line(catalogue, channel))?;
            if let Some(error) = &channel.error {
                writeln!(out, "    {}", catalogue.say(error))?;
            }
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

fn name(catalogue: &Catalogue, channel: Channel) -> String {
    catalogue.word(&format!("notice_channel_{}", channel.as_str()))
}

fn line(catalogue: &Catalogue, channel: &NoticeChannel) -> String {
    let name = name(catalogue, channel.channel);
    let state = catalogue.word(match (channel.on, channel.held) {
        (true, true) => "notice_held_back",
        (true, false) => "notice_on",
        (false, _) => "notice_off",
    });
    let place = match (&channel.mail, &channel.host) {
        (Some(mail), _) => format!(
            "{}:{}  {}",
            visible(&mail.host),
            mail.port,
            visible(&mail.to.join(", "))
        ),
        (None, Some(host)) => visible(host).into_owned(),
        (None, None) => return catalogue.labelled(&name, &state),
    };
    catalogue.labelled(&name, &format!("{state}  {place}"))
}
