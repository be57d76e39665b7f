//! A way to people, ready to be used: where it leads, and the secrets for it.

use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::connection::Secret;
use flowkeep_core::notice::{Channel, Mail, Notices, WebhookForm};
use flowkeep_host::{DesktopNotices, Secrets};
use flowkeep_store::ChannelRecord;

use super::{NotSent, Outgoing, mail, webhook};
use crate::actions::{HttpClient, Mask};
use crate::secrets::found;

/// How long one message may take on any way.
const LONGEST: Duration = Duration::from_secs(30);

/// The secrets of a way.
#[derive(Debug, Clone, Default)]
pub struct WaySecrets {
    /// The password of the mail server, or the address of the webhook.
    pub secret: Option<Secret>,
    /// The key that signs.
    pub signing: Option<Secret>,
}

/// A way to people.
#[derive(Debug, Clone)]
pub enum Way {
    /// To whoever is at the desk.
    Desktop(DesktopNotices),
    /// By e-mail.
    Mail(Mail, WaySecrets),
    /// To a webhook.
    Webhook(WebhookForm, WaySecrets),
}

impl Way {
    /// The way of a channel as it is kept; nothing where none is described, or nobody is at the desk
    /// whose screen could be reached.
    ///
    /// # Errors
    /// Why its secrets cannot be had.
    pub(super) fn kept(
        channel: Channel,
        notices: &Notices,
        record: &ChannelRecord,
        secrets: &dyn Secrets,
    ) -> Result<Option<Self>, NotSent> {
        let kept = |name: Option<&str>, version: Option<&String>| {
            let (Some(name), Some(version)) = (name, version) else {
                return Ok(None);
            };
            secret_of(secrets, name, version).map(Some)
        };
        let secrets = || {
            Ok::<_, NotSent>(WaySecrets {
                secret: kept(channel.secret(), record.secret.as_ref())?,
                signing: kept(channel.signing(), record.signing.as_ref())?,
            })
        };
        Ok(match channel {
            Channel::Desktop => DesktopNotices::reach().map(Self::Desktop),
            Channel::Mail => match &notices.mail {
                Some(mail) => Some(Self::Mail(mail.clone(), secrets()?)),
                None => None,
            },
            Channel::Webhook => match &notices.webhook {
                Some(hook) => Some(Self::Webhook(hook.form, secrets()?)),
                None => None,
            },
        })
    }

    /// Sends one message, or says why not; never with a secret in it. It may say who did not get it
    /// all the same.
    pub(super) async fn send(
        &self,
        http: &HttpClient,
        outgoing: &Outgoing,
        now: i64,
    ) -> Result<Option<Message>, NotSent> {
        let sent = tokio::time::timeout(LONGEST, self.go(http, outgoing, now)).await;
        let sent = sent.unwrap_or_else(|_| Err(NotSent::passing(Message::new("notice_silent"))));
        let mask = self.mask();
        match sent {
            Ok(but) => Ok(but.map(|but| mask.message(but))),
            Err(not) => Err(NotSent {
                message: mask.message(not.message),
                lasting: not.lasting,
            }),
        }
    }

    async fn go(
        &self,
        http: &HttpClient,
        outgoing: &Outgoing,
        now: i64,
    ) -> Result<Option<Message>, NotSent> {
        match self {
            Self::Desktop(desktop) => {
                let (desktop, words) = (desktop.clone(), outgoing.words.clone());
                // A desktop may take seconds to answer.
                let shown =
                    tokio::task::spawn_blocking(move || desktop.show(&words.title, &words.text));
                let shown = shown.await.unwrap_or_else(|error| Err(error.to_string()));
                shown.map(|()| None).map_err(|reason| {
                    let message = Message::new("desktop_not_shown").with("reason", reason);
                    NotSent::lasting(message)
                })
            }
            Self::Mail(mail, secrets) => {
                let missing = mail.user.is_some() && secrets.secret.is_none();
                if missing {
                    return Err(NotSent::lasting(Message::new("mail_without_password")));
                }
                mail::send(mail, secrets.secret.as_ref(), &outgoing.words).await
            }
            Self::Webhook(form, secrets) => {
                let address = secrets.secret.as_ref();
                let address = address
                    .ok_or_else(|| NotSent::lasting(Message::new("webhook_without_address")))?;
                let signing = secrets.signing.as_ref();
                let sent = webhook::send(http, *form, (address, signing), outgoing, now);
                sent.await.map(|()| None)
            }
        }
    }

    fn mask(&self) -> Mask {
        match self {
            Self::Desktop(_) => Mask::new(&[]),
            Self::Mail(_, secrets) => Mask::new(&secrets.all()),
            Self::Webhook(_, secrets) => {
                let address = secrets.secret.as_ref();
                let keys = address.map(|address| webhook::keys_of(address.reveal()));
                Mask::new(&[secrets.all(), keys.unwrap_or_default()].concat())
            }
        }
    }
}

impl WaySecrets {
    fn all(&self) -> Vec<Secret> {
        let all = [&self.secret, &self.signing];
        all.into_iter().flatten().cloned().collect()
    }
}

/// A secret that was given for this very channel: of another version there is none.
fn secret_of(secrets: &dyn Secrets, name: &str, version: &str) -> Result<Secret, NotSent> {
    // Nobody is asked for the key in the night.
    let kept = found(Some(secrets), name, true).map_err(NotSent::passing)?;
    let kept = kept.of_version(version);
    let kept = kept.ok_or_else(|| NotSent::lasting(Message::new("notice_secret_other")))?;
    Ok(Secret::new(kept.value.as_str()))
}

/// Sends one message at once, for whoever waits for the answer and has no runtime. It may say who did
/// not get it all the same.
///
/// # Errors
/// Why it did not arrive.
pub fn try_way(way: &Way, outgoing: &Outgoing, now: i64) -> Result<Option<Message>, Message> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let broke =
        |error: &dyn std::fmt::Display| Message::new("notice_not_begun").with("reason", error);
    let runtime = runtime.map_err(|error| broke(&error))?;
    let sent = runtime.block_on(way.send(&HttpClient::new(), outgoing, now));
    // A name that is being looked up is left to itself.
    runtime.shutdown_background();
    sent.map_err(|not| not.message)
}

/// The part of a webhook's address that is no secret; nothing where it is no address of HTTP.
pub fn host_of(address: &str) -> Option<String> {
    webhook::host_of(address)
}

/// Whether mails can go to this: an address, or a name with one.
pub fn is_mail_address(text: &str) -> bool {
    mail::is_address(text)
}
