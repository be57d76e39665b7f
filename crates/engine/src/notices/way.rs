//! A way to people, ready to be used: where it leads, and the secrets for it.

use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::connection::Secret;
use flowkeep_core::notice::{Channel, Mail, Notices, WebhookForm};
use flowkeep_host::{DesktopNotices, Secrets};
use flowkeep_store::ChannelRecord;

use super::{NotSent, Outgoing, PutOff, Sent, mail, webhook};
use crate::actions::{HttpClient, Mask};
use crate::secrets_message;

/// How long one message may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Until whoever takes it is ready for it; all there is on other ways than mail.
    pub(super) ready: Duration,
    /// Until a mail server that has it says so.
    pub(super) answer: Duration,
}

impl Patience {
    /// Nobody waits. A mail server may take ten minutes for its answer (RFC 5321, 4.5.3.2.6): what is
    /// broken off before comes twice, and again and again where each answer takes as long.
    pub(super) const LONG: Self = Self {
        ready: Duration::from_secs(30),
        answer: Duration::from_mins(10),
    };

    /// A person waits.
    const SHORT: Self = Self {
        answer: Duration::from_secs(30),
        ..Self::LONG
    };
}

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
        let kept = |name: Option<&str>, version: Option<&String>, is_used: bool| {
            let (Some(name), Some(version)) = (name, version.filter(|_| is_used)) else {
                return Ok(None);
            };
            secret_of(secrets, name, version).map(Some)
        };
        let secrets = || {
            Ok::<_, NotSent>(WaySecrets {
                secret: kept(
                    channel.secret(),
                    record.secret.as_ref(),
                    notices.uses_secret(channel),
                )?,
                signing: kept(
                    channel.signing(),
                    record.signing.as_ref(),
                    notices.uses_signing(channel),
                )?,
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

    /// Sends one message, or says why not; never with a secret in it.
    pub(super) async fn send(
        &self,
        http: &HttpClient,
        outgoing: &Outgoing,
        now: i64,
        patience: Patience,
    ) -> Result<Sent, NotSent> {
        let sent = self.go(http, outgoing, now, patience).await;
        let mask = self.mask();
        match sent {
            Ok(sent) => Ok(Sent {
                left_out: sent.left_out.map(|why| mask.message(why)),
                put_off: sent.put_off.map(|put_off| PutOff {
                    why: mask.message(put_off.why),
                    ..put_off
                }),
            }),
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
        patience: Patience,
    ) -> Result<Sent, NotSent> {
        match self {
            Self::Desktop(desktop) => {
                let (desktop, words) = (desktop.clone(), outgoing.words.clone());
                // A desktop may take seconds to answer.
                let show = move || desktop.show(&words.title, &words.text);
                let shown = within(patience.ready, tokio::task::spawn_blocking(show)).await?;
                let shown = shown.unwrap_or_else(|error| Err(error.to_string()));
                shown.map_err(|reason| {
                    let message = Message::new("desktop_not_shown").with("reason", reason);
                    NotSent::lasting(message)
                })?;
                Ok(Sent::default())
            }
            Self::Mail(mail, secrets) => {
                mail::send(mail, secrets.secret.as_ref(), outgoing, patience).await
            }
            Self::Webhook(form, secrets) => {
                let address = secrets.secret.as_ref();
                let address = address
                    .ok_or_else(|| NotSent::lasting(Message::new("webhook_without_address")))?;
                let to = (address, secrets.signing.as_ref());
                let posting = webhook::send(http, *form, to, outgoing, now);
                within(patience.ready, posting).await??;
                Ok(Sent::default())
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

/// What comes of it, unless nothing is heard for so long.
pub(super) async fn within<T>(
    patience: Duration,
    of: impl Future<Output = T>,
) -> Result<T, NotSent> {
    let came = tokio::time::timeout(patience, of).await;
    came.map_err(|_| NotSent::passing(Message::new("notice_silent")))
}

/// A secret that was given for this very channel: of another version there is none. Somebody may just
/// be entering it anew, so that it is looked for again.
fn secret_of(secrets: &dyn Secrets, name: &str, version: &str) -> Result<Secret, NotSent> {
    // Nobody is asked for the key in the night.
    let kept = secrets.get_at_once(name);
    let kept = kept.map_err(|error| NotSent::passing(secrets_message(&error)))?;
    let kept = kept.and_then(|kept| kept.of_version(version));
    let kept = kept.ok_or_else(|| NotSent::passing(Message::new("notice_secret_other")))?;
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
    let sent = runtime.block_on(way.send(&HttpClient::new(), outgoing, now, Patience::SHORT));
    // A name that is being looked up is left to itself.
    runtime.shutdown_background();
    let later = |put_off: PutOff| put_off.why;
    sent.map(|sent| sent.left_out.or(sent.put_off.map(later)))
        .map_err(|not| not.message)
}

/// The part of a webhook's address that is no secret; nothing where it is no address of HTTP.
pub fn host_of(address: &str) -> Option<String> {
    webhook::host_of(address)
}

/// Whether mails can go to this: an address, or a name with one.
pub fn is_mail_address(text: &str) -> bool {
    mail::is_address(text)
}
