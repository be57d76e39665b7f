//! `notice_*`: how people are told when nobody looks, of what, and what could not be told.
//!
//! Absent on purpose: sending what waits. That is done beside the engine, in the one process that
//! owns it (`engine::notices`).

mod given;

use std::collections::BTreeSet;

use flowkeep_core::connection::Secret;
use flowkeep_core::notice::{Channel, Mail, MailFault, Notices, Webhook};
use flowkeep_core::run::Moment;
use flowkeep_core::{Kind, Message};
use flowkeep_engine::notices::{Outgoing, Way, WaySecrets, host_of, is_mail_address, try_way};
use flowkeep_engine::secrets_message;
use flowkeep_host::{DesktopNotices, path_text};
use flowkeep_store::{ChannelRecord, Delivery, NewOperation, StoreError, Tx};
use serde_json::json;

use self::given::GivenSecrets;
use super::documents::not_found;
use super::page;
use crate::types::{
    NoticeChannel, NoticeChannels, NoticeChannelsInput, NoticeChooseInput, NoticeList,
    NoticeListInput, NoticeRef, NoticeRow, NoticeSetInput, NoticeTested,
};
use crate::wording::{Worded, title};
use crate::{Api, AppError, time};

/// How people are told, and of what.
///
/// # Errors
/// What the database says.
pub fn channels(api: &Api, input: NoticeChannelsInput) -> Result<NoticeChannels, AppError> {
    let (notices, mut known) = api.store.notice_channels()?;
    let channels = Channel::ALL.map(|channel| {
        let record = known.remove(&channel).unwrap_or_default();
        row(channel, &notices, record)
    });
    let own = input
        .workflow
        .and_then(|id| notices.workflows.get(&id).cloned());
    Ok(NoticeChannels {
        kinds: notices.kinds.into_iter().collect(),
        of_workflow: own.map(|kinds| kinds.into_iter().collect()),
        channels: channels.into(),
        unsent: api.store.count_notices()?.1,
    })
}

/// Describes a channel, or switches it. Whoever does so confirms where it leads: one that came with a
/// restore sends from then on.
///
/// # Errors
/// `notice_invalid` with the field and why; why a secret cannot be kept; `notice_changed_meanwhile`.
pub fn set(api: &Api, input: NoticeSetInput) -> Result<NoticeChannels, AppError> {
    let channel = input.channel;
    let (before, mut known) = api.store.notice_channels()?;
    let record = known.remove(&channel).unwrap_or_default();
    let mut after = before.clone();
    let described = described(api, &input, &mut after)?;
    let stays = may_stay(channel, &before, &after, &record);
    let stays =
        |version: &Option<String>, is_used: bool| version.clone().filter(|_| stays && is_used);
    let secret = stays(&record.secret, after.uses_secret(channel));
    // A key that is taken away signs nothing.
    let is_signed = after.uses_signing(channel) && input.signing.is_none();
    let signing = stays(&record.signing, is_signed);
    // All that may refuse it comes before a secret is kept.
    let lacks = secret.is_none() && described.secret.is_none() && after.uses_secret(channel);
    if after.is_on(channel) && lacks {
        let is_mail = channel == Channel::Mail;
        let why = if is_mail {
            "mail_without_password"
        } else {
            "webhook_without_address"
        };
        return Err(invalid("secret", why));
    }
    let given = GivenSecrets::keep(api, channel, &described, &record)?;
    let [new_secret, new_signing] = given.versions();
    let (secret, signing) = (new_secret.or(secret), new_signing.or(signing));
    let no_longer = |before: Option<String>, now: &Option<String>| {
        before.filter(|before| now.as_ref() != Some(before))
    };
    let left = [
        no_longer(record.secret.clone(), &secret),
        no_longer(record.signing.clone(), &signing),
    ];
    let (seen, part) = (Part::of(channel, &before), Part::of(channel, &after));
    let written = change(api, SETTINGS, move |tx| {
        // Others may have changed other channels meanwhile; and this one, while a keyring was asked.
        let mut notices = tx.notice_settings()?;
        let is_still = tx.notice_channel(channel)?.is_still(&record);
        if !is_still || Part::of(channel, &notices) != seen {
            return Err(AppError::new("notice_changed_meanwhile"));
        }
        part.put(&mut notices);
        tx.set_notices(&notices)?;
        let way = notices.way(channel);
        tx.confirm_channel(
            channel,
            way.as_deref(),
            (secret.as_deref(), signing.as_deref()),
        )?;
        tx.secrets_changed();
        Ok(true)
    });
    given.settle(api, written, left)?;
    channels(api, NoticeChannelsInput::default())
}

/// Says of what people are told, as usual or of one workflow. What was chosen for workflows that are gone
/// goes with it.
///
/// # Errors
/// `not_found` where there is no such workflow.
pub fn choose(api: &Api, input: NoticeChooseInput) -> Result<NoticeChannels, AppError> {
    let workflow = input.workflow.clone();
    change(api, SETTINGS, move |tx| {
        let is_there = |id: &str| -> Result<bool, AppError> {
            let found = tx.document(Kind::Workflow, id)?;
            Ok(found.is_some_and(|found| found.deleted_at.is_none()))
        };
        if let Some(id) = &input.workflow
            && !is_there(id)?
        {
            return Err(not_found(Kind::Workflow, id));
        }
        let mut notices = tx.notice_settings()?;
        for id in notices.workflows.keys().cloned().collect::<Vec<_>>() {
            // One that was deleted may be brought back.
            if tx.document(Kind::Workflow, &id)?.is_none() {
                notices.workflows.remove(&id);
            }
        }
        let kinds = input.kinds.map(BTreeSet::from_iter);
        match (input.workflow, kinds) {
            (Some(workflow), Some(kinds)) => {
                notices.workflows.insert(workflow, kinds);
            }
            (Some(workflow), None) => {
                notices.workflows.remove(&workflow);
            }
            (None, Some(kinds)) => notices.kinds = kinds,
            (None, None) => {}
        }
        tx.set_notices(&notices)?;
        Ok(true)
    })?;
    channels(api, NoticeChannelsInput { workflow })
}

/// Sends a message at once on a channel as it is described here; nothing is kept of it but whether the
/// channel worked, where that is what is kept of the channel. Takes a minute at most.
///
/// # Errors
/// `notice_invalid`. That it does not arrive is no error but what was asked for.
pub fn test(api: &Api, input: NoticeSetInput) -> Result<NoticeTested, AppError> {
    let channel = input.channel;
    let (before, mut known) = api.store.notice_channels()?;
    let record = known.remove(&channel).unwrap_or_default();
    let mut after = before.clone();
    let mut secrets = described(api, &input, &mut after)?;
    let stays = may_stay(channel, &before, &after, &record);
    let is_kept = stays && before == after && secrets.secret.is_none() && input.signing.is_none();
    // A key that is taken away signs nothing.
    let record = ChannelRecord {
        signing: record.signing.filter(|_| input.signing.is_none()),
        ..record
    };
    let answer = tried(api, channel, &after, &mut secrets, record, stays);
    let (ok, error) = match answer {
        Ok(but) => (true, but),
        Err(error) => (false, Some(error)),
    };
    if !api.only_reads() && is_kept {
        let (at, reason) = (Moment(api.clock.now().0), error.clone());
        api.store
            .write::<_, StoreError>(move |tx| tx.channel_used(channel, at, reason.as_ref()))?;
    }
    Ok(NoticeTested { ok, error })
}

fn tried(
    api: &Api,
    channel: Channel,
    notices: &Notices,
    secrets: &mut WaySecrets,
    record: ChannelRecord,
    stays: bool,
) -> Result<Option<Message>, Message> {
    let take = |name: Option<&str>, version: Option<String>| {
        let (Some(name), Some(version)) = (name, version.filter(|_| stays)) else {
            return Ok::<_, Message>(None);
        };
        let found = api.secrets.get(name);
        let found = found.map_err(|error| secrets_message(&error))?;
        let found = found.and_then(|found| found.of_version(&version));
        Ok(found.map(|found| Secret::new(found.value.as_str())))
    };
    if secrets.secret.is_none() {
        secrets.secret = take(channel.secret(), record.secret)?;
    }
    if secrets.signing.is_none() {
        secrets.signing = take(channel.signing(), record.signing)?;
    }
    let secrets = secrets.clone();
    let way = match channel {
        Channel::Desktop => DesktopNotices::reach().map(Way::Desktop),
        Channel::Mail => notices.mail.clone().map(|mail| Way::Mail(mail, secrets)),
        Channel::Webhook => {
            let hook = notices.webhook.as_ref();
            hook.map(|hook| Way::Webhook(hook.form, secrets))
        }
    };
    let way = way.ok_or_else(|| Message::new("desktop_not_here"))?;
    let words = Worded {
        store: api.store.clone(),
    };
    let outgoing = Outgoing::new(words.of_test(), json!([]));
    try_way(&way, &outgoing, api.clock.now().0)
}

/// What was told, and what could not be.
///
/// # Errors
/// `limit_too_large`; what the database says.
pub fn list(api: &Api, input: NoticeListInput) -> Result<NoticeList, AppError> {
    let limit = page(input.limit, 50)?;
    let (total, unsent) = api.store.count_notices()?;
    let items = api.store.notices(input.unsent, limit)?;
    Ok(NoticeList {
        total,
        unsent,
        items: items.into_iter().map(notice_row).collect(),
    })
}

/// Has what could not be sent tried again.
///
/// # Errors
/// What the database says.
pub fn retry(api: &Api, input: NoticeRef) -> Result<NoticeList, AppError> {
    api.store
        .write::<_, StoreError>(move |tx| tx.retry_notices(input.id))?;
    list(api, NoticeListInput::default())
}

/// Leaves unsent what could not be sent, and forgets it.
///
/// # Errors
/// What the database says.
pub fn dismiss(api: &Api, input: NoticeRef) -> Result<NoticeList, AppError> {
    change(api, ("notices_dismiss", None), move |tx| {
        Ok(tx.dismiss_notices(input.id)? > 0)
    })?;
    list(api, NoticeListInput::default())
}

/// The part of the settings that is one channel's.
#[derive(PartialEq)]
enum Part {
    Desktop(bool),
    Mail(Option<Mail>),
    Webhook(Option<Webhook>),
}

impl Part {
    fn of(channel: Channel, notices: &Notices) -> Self {
        match channel {
            Channel::Desktop => Self::Desktop(notices.desktop.on),
            Channel::Mail => Self::Mail(notices.mail.clone()),
            Channel::Webhook => Self::Webhook(notices.webhook.clone()),
        }
    }

    fn put(self, notices: &mut Notices) {
        match self {
            Self::Desktop(on) => notices.desktop.on = on,
            Self::Mail(mail) => notices.mail = mail,
            Self::Webhook(hook) => notices.webhook = hook,
        }
    }
}

/// Puts what is described into the settings; answers the secrets that were given.
fn described(
    api: &Api,
    input: &NoticeSetInput,
    notices: &mut Notices,
) -> Result<WaySecrets, AppError> {
    let given = |given: &Option<Secret>| {
        let given = given.clone();
        given.filter(|given| !given.reveal().is_empty())
    };
    let mut secret = given(&input.secret);
    match input.channel {
        Channel::Desktop => notices.desktop.on = input.on.unwrap_or(notices.desktop.on),
        Channel::Mail => {
            let before = notices.mail.take().unwrap_or_default();
            let mail = mail(api, input, before)?;
            if secret.is_some() && mail.user.is_none() {
                return Err(invalid("user", "mail_without_user"));
            }
            notices.mail = Some(mail);
        }
        Channel::Webhook => {
            let mut hook = notices.webhook.take().unwrap_or_default();
            hook.on = input.on.unwrap_or(hook.on);
            hook.form = input.form.unwrap_or(hook.form);
            // An address has no blanks at its ends; a password may.
            secret = given(&secret.map(|address| Secret::new(address.reveal().trim())));
            if let Some(address) = &secret {
                let host = host_of(address.reveal());
                hook.host = host.ok_or_else(|| invalid("secret", "webhook_address_wrong"))?;
            }
            notices.webhook = Some(hook);
        }
    }
    let signing = given(&input.signing);
    if signing.is_some() && !notices.uses_signing(input.channel) {
        return Err(invalid("signing", "webhook_signs_not"));
    }
    Ok(WaySecrets { secret, signing })
}

fn mail(api: &Api, input: &NoticeSetInput, before: Mail) -> Result<Mail, AppError> {
    let ca = match &input.ca {
        Some(place) => {
            let path = api.path_of(place)?;
            Some(path_text(&std::path::absolute(&path).unwrap_or(path)))
        }
        None => before.ca.filter(|_| !input.without_ca),
    };
    let mail = Mail {
        on: input.on.unwrap_or(before.on),
        host: input.host.clone().unwrap_or(before.host),
        port: input.port.unwrap_or(before.port),
        security: input.security.unwrap_or(before.security),
        user: input.user.clone().or(before.user),
        from: input.from.clone().unwrap_or(before.from),
        to: input.to.clone().unwrap_or(before.to),
        ca,
    };
    let mail = mail.tidied();
    let wrong = |field: &str, address: &String| {
        (!is_mail_address(address)).then(|| {
            let why = Message::new("mail_address_wrong").with("address", address);
            refused(field, why)
        })
    };
    match mail.fault() {
        None => {
            let from = wrong("from", &mail.from);
            let wrong = from.or_else(|| mail.to.iter().find_map(|to| wrong("to", to)));
            wrong.map_or(Ok(mail), Err)
        }
        Some(MailFault::Host) => Err(invalid("host", "mail_host_missing")),
        Some(MailFault::Port) => Err(invalid("port", "mail_port_missing")),
        Some(MailFault::From) => Err(invalid("from", "mail_from_missing")),
        Some(MailFault::To) => Err(invalid("to", "mail_to_missing")),
    }
}

/// Whether the secrets that were given for a channel may go on being used for it: it leads where it
/// led when somebody here confirmed it.
fn may_stay(channel: Channel, before: &Notices, after: &Notices, record: &ChannelRecord) -> bool {
    if record.confirmed != before.way(channel) {
        return channel == Channel::Desktop;
    }
    match (&before.mail, &after.mail) {
        (Some(before), Some(after)) if channel == Channel::Mail => {
            before.shares_password_with(after)
        }
        _ => true,
    }
}

/// What Activity says of a change of the settings.
const SETTINGS: (&str, Option<&str>) = ("settings", Some("notices"));

/// Changes something, and tells Activity where it says that it did.
fn change(
    api: &Api,
    (operation, name): (&'static str, Option<&'static str>),
    change: impl FnOnce(&Tx<'_>) -> Result<bool, AppError> + Send + 'static,
) -> Result<(), AppError> {
    let (actor, face) = (api.actor()?, api.face().as_str());
    api.store.write::<_, AppError>(move |tx| {
        if !change(tx)? {
            return Ok(());
        }
        let operation = NewOperation {
            actor: &actor,
            face,
            operation,
            name,
            undoes: None,
            items: &[],
        };
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    })
}

fn invalid(field: &str, why: &str) -> AppError {
    refused(field, Message::new(why))
}

fn refused(field: &str, why: Message) -> AppError {
    let message = Message::new("notice_invalid").with("field", field);
    message.because(why).into()
}

fn row(channel: Channel, notices: &Notices, record: ChannelRecord) -> NoticeChannel {
    let on = notices.is_on(channel);
    let is_confirmed = channel == Channel::Desktop || record.confirmed == notices.way(channel);
    let is_mail = channel == Channel::Mail;
    let hook = notices.webhook.as_ref();
    let hook = hook.filter(|_| channel == Channel::Webhook);
    NoticeChannel {
        channel,
        on,
        held: on && !is_confirmed,
        mail: notices.mail.clone().filter(|_| is_mail),
        form: hook.map(|hook| hook.form),
        host: hook.map(|hook| hook.host.clone()),
        with_secret: is_confirmed && record.secret.is_some(),
        with_signing: is_confirmed && record.signing.is_some(),
        used_at: record.used_at.map(|at| time::rfc3339(at.0)),
        error: record.reason,
    }
}

fn notice_row(delivery: Delivery) -> NoticeRow {
    let content = delivery.content;
    NoticeRow {
        id: delivery.notice,
        at: time::rfc3339(content.at.0),
        kind: content.kind,
        channel: delivery.channel,
        state: delivery.state.as_str().to_owned(),
        tries: delivery.tries,
        text: title(&content),
        workflow_id: content.workflow_id,
        run_id: content.run,
        error: delivery.reason,
    }
}

#[cfg(test)]
mod tests;
