//! One message by e-mail. The steps are taken one by one, so that each failure is told by what the
//! operator can do about it.

use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::connection::{Secret, Server};
use flowkeep_core::notice::{Mail, Security};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message as Letter};

use super::way::{Patience, within};
use super::{NotSent, Outgoing, PutOff, Sent};
use crate::sources::server::{Peer, authorities, tls_ready};

/// How long the server may take to take the connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The ways to log in; which of them is the server's choice.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// How long is waited for a farewell.
const FAREWELL: Duration = Duration::from_secs(5);

/// Sends one message to whoever has not got it yet. It may say which of the receivers the server does not
/// take, or not now.
pub(super) async fn send(
    mail: &Mail,
    password: Option<&Secret>,
    outgoing: &Outgoing,
    patience: Patience,
) -> Result<Sent, NotSent> {
    if mail.user.is_some() && password.is_none() {
        return Err(NotSent::lasting(Message::new("mail_without_password")));
    }
    let letter = letter(mail, outgoing)?;
    let receivers = receivers(&letter, outgoing);
    // Somebody has taken all of them out since.
    if receivers.is_empty() {
        return Ok(Sent::default());
    }
    let peer = peer(mail);
    let ready = async {
        peer.look_up().await?;
        let mut server = connect(mail, &peer).await?;
        match begin(&mut server, mail, &peer, password, (&letter, &receivers)).await {
            Ok(came) => Ok((server, came)),
            Err(not) => {
                leave(&mut server).await;
                Err(not)
            }
        }
    };
    let (mut server, came) = within(patience.ready, ready).await??;
    if came.takes_it {
        let text = letter.formatted();
        let answer = tokio::time::timeout(patience.answer, server.message(&text)).await;
        let Ok(answer) = answer else {
            return Err(NotSent::passing(peer.says("mail_unanswered")));
        };
        answer.map_err(|error| failed(&peer, &error))?;
    }
    // The message is there or it is not; how the server says goodbye changes nothing.
    leave(&mut server).await;
    Ok(came.sent)
}

async fn leave(server: &mut AsyncSmtpConnection) {
    let _ = tokio::time::timeout(FAREWELL, server.abort()).await;
}

/// Those of its receivers who have not got it yet.
fn receivers(letter: &Letter, outgoing: &Outgoing) -> Vec<Address> {
    let mut receivers = letter.envelope().to().to_vec();
    if let Some(left) = &outgoing.receivers {
        receivers.retain(|to| left.contains(&to.to_string()));
    }
    receivers
}

/// Whether this is an address, or a name with one, that mails can go to.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

fn letter(mail: &Mail, outgoing: &Outgoing) -> Result<Letter, NotSent> {
    let mailbox = |address: &str| {
        let wrong = || Message::new("mail_address_wrong").with("address", address);
        let mailbox = address.parse::<Mailbox>();
        mailbox.map_err(|_| NotSent::lasting(wrong()))
    };
    let (from, words) = (mailbox(&mail.from)?, &outgoing.words);
    let id = outgoing.id.as_ref();
    let id = id.map(|id| format!("<{id}@{}>", from.email.domain()));
    let mut letter = Letter::builder()
        .from(from)
        .subject(&words.title)
        .message_id(id)
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        letter = letter.to(mailbox(to)?);
    }
    let letter = letter.body(words.text.clone());
    letter.map_err(|error| NotSent::lasting(Message::new("mail_not_made").with("reason", error)))
}

fn peer(mail: &Mail) -> Peer {
    Peer {
        // The address stands beside it.
        source: "SMTP".to_owned(),
        server: Server {
            host: mail.host.clone(),
            port: mail.port,
            database: None,
            tls: mail.security == Security::Tls,
            user: mail.user.clone(),
            ca: mail.ca.clone(),
        },
    }
}

async fn connect(mail: &Mail, peer: &Peer) -> Result<AsyncSmtpConnection, NotSent> {
    let at_once = (mail.security == Security::Tls).then(|| tls(mail));
    let hello = ClientId::default();
    let connecting = AsyncSmtpConnection::connect_tokio1(
        (mail.host.as_str(), mail.port),
        Some(CONNECT),
        &hello,
        at_once.transpose()?,
        None,
    );
    let mut server = connecting.await.map_err(|error| failed(peer, &error))?;
    if mail.security == Security::Starttls {
        if !server.can_starttls() {
            leave(&mut server).await;
            let message = peer.says("mail_without_starttls");
            return Err(NotSent::lasting(message));
        }
        let upgraded = server.starttls(tls(mail)?, &hello).await;
        upgraded.map_err(|error| failed(peer, &error))?;
    }
    Ok(server)
}

fn tls(mail: &Mail) -> Result<TlsParameters, NotSent> {
    tls_ready();
    let mut parameters =
        TlsParameters::builder(mail.host.clone()).certificate_store(CertificateStore::None);
    for authority in authorities(mail.ca.as_deref())? {
        // One of the system's that cannot be read is one fewer.
        if let Ok(certificate) = Certificate::from_der(authority.to_vec()) {
            parameters = parameters.add_root_certificate(certificate);
        }
    }
    let parameters = parameters.build();
    parameters
        .map_err(|error| NotSent::lasting(Message::new("mail_not_made").with("reason", error)))
}

/// What a server says before it is given a message.
struct Came {
    /// What becomes of it, if it takes it.
    sent: Sent,
    /// Whether it takes it for anybody.
    takes_it: bool,
}

/// Logs in, and says whom the mail is for.
async fn begin(
    server: &mut AsyncSmtpConnection,
    mail: &Mail,
    peer: &Peer,
    password: Option<&Secret>,
    (letter, receivers): (&Letter, &[Address]),
) -> Result<Came, NotSent> {
    if let (Some(user), Some(password)) = (&mail.user, password) {
        let known = server.server_info();
        if known.get_auth_mechanism(&MECHANISMS).is_none() {
            return Err(NotSent::lasting(peer.says("mail_without_login")));
        }
        let login = Credentials::new(user.clone(), password.reveal().to_owned());
        let entered = server.auth(&MECHANISMS, &login).await;
        entered.map_err(|error| {
            if error.is_permanent() {
                NotSent::lasting(peer.login_refused().message)
            } else {
                failed(peer, &error)
            }
        })?;
    }
    address(server, peer, letter, receivers).await
}

/// Addresses the mail to all receivers that the server takes, and says which it does not: somebody who has
/// left takes the mails from nobody else, and whom it puts off gets them later, alone.
async fn address(
    server: &mut AsyncSmtpConnection,
    peer: &Peer,
    letter: &Letter,
    receivers: &[Address],
) -> Result<Came, NotSent> {
    let (envelope, text) = (letter.envelope(), letter.formatted());
    let known = server.server_info();
    let mut wants = Vec::new();
    let addresses = envelope.from().into_iter().chain(receivers);
    if !addresses.map(ToString::to_string).all(|one| one.is_ascii()) {
        if !known.supports_feature(Extension::SmtpUtfEight) {
            return Err(NotSent::lasting(peer.says("mail_without_letters")));
        }
        wants.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() && known.supports_feature(Extension::EightBitMime) {
        wants.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let told = |error: Error| failed(peer, &error);
    let from = MailFrom::new(envelope.from().cloned(), wants);
    server.command(from).await.map_err(told)?;
    let (mut refused, mut put_off) = (Vec::new(), Vec::new());
    for to in receivers {
        let Err(error) = server.command(Rcpt::new(to.clone(), Vec::new())).await else {
            continue;
        };
        match (error.status(), error.is_permanent()) {
            (None, _) => return Err(told(error)),
            (Some(_), true) => refused.push((to.to_string(), error)),
            (Some(_), false) => put_off.push((to.to_string(), error)),
        }
    }
    let takes_it = refused.len() + put_off.len() < receivers.len();
    // Others have it already, or they are still to get it together.
    let is_rest = receivers.len() < envelope.to().len();
    // As long as one of them may be taken later, another try can help.
    let first = put_off.first().or(refused.first());
    if let Some((_, error)) = first.filter(|_| !takes_it && (put_off.is_empty() || !is_rest)) {
        return Err(failed(peer, error));
    }
    if takes_it {
        server.command(Data).await.map_err(told)?;
    }
    let says = |code: &str, left: &[(String, Error)]| {
        let (_, error) = left.first()?;
        let names: Vec<&str> = left.iter().map(|(to, _)| to.as_str()).collect();
        let message = peer.says(code).with("receivers", names.join(", "));
        Some(said_by(error, message))
    };
    let later = says("mail_put_off", &put_off);
    let sent = Sent {
        left_out: says("mail_left_out", &refused),
        put_off: later.map(|why| PutOff {
            receivers: put_off.into_iter().map(|(to, _)| to).collect(),
            why,
        }),
    };
    Ok(Came { sent, takes_it })
}

/// With the number and the words of the server.
fn said_by(error: &Error, message: Message) -> Message {
    let said = std::error::Error::source(error).map(ToString::to_string);
    let message = message.with("said", said.unwrap_or_default());
    match error.status() {
        Some(code) => message.with("code", code),
        None => message,
    }
}

/// What the server said, or why nothing is heard of it.
fn failed(peer: &Peer, error: &Error) -> NotSent {
    if error.is_timeout() {
        return peer.silent().into();
    }
    if error.status().is_some() {
        let message = said_by(error, peer.says("mail_refused"));
        return if error.is_permanent() {
            NotSent::lasting(message)
        } else {
            NotSent::passing(message)
        };
    }
    peer.unreachable(error).into()
}
