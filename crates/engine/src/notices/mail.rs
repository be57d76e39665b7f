//! One message by e-mail. The steps are taken one by one, so that each failure is told by what the
//! operator can do about it.

use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::connection::{Secret, Server};
use flowkeep_core::notice::webhook::Words;
use flowkeep_core::notice::{Mail, Security};
use lettre::Message as Letter;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::NotSent;
use crate::sources::server::{Peer, authorities, tls_ready};

/// How long the server may take to take the connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The ways to log in; which of them is the server's choice.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Sends one message. It may say which of the receivers the server did not take.
pub(super) async fn send(
    mail: &Mail,
    password: Option<&Secret>,
    words: &Words,
) -> Result<Option<Message>, NotSent> {
    let letter = letter(mail, words)?;
    let peer = peer(mail);
    peer.look_up().await?;
    let mut server = connect(mail, &peer).await?;
    let said = speak(&mut server, mail, &peer, password, &letter).await;
    // The message is there or it is not; how the server says goodbye changes nothing.
    server.abort().await;
    said
}

/// Whether this is an address, or a name with one, that mails can go to.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

fn letter(mail: &Mail, words: &Words) -> Result<Letter, NotSent> {
    let mailbox = |address: &str| {
        let wrong = || Message::new("mail_address_wrong").with("address", address);
        let mailbox = address.parse::<Mailbox>();
        mailbox.map_err(|_| NotSent::lasting(wrong()))
    };
    let mut letter = Letter::builder()
        .from(mailbox(&mail.from)?)
        .subject(&words.title)
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
            server.abort().await;
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

async fn speak(
    server: &mut AsyncSmtpConnection,
    mail: &Mail,
    peer: &Peer,
    password: Option<&Secret>,
    letter: &Letter,
) -> Result<Option<Message>, NotSent> {
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
    hand_over(server, peer, letter).await
}

/// Hands the mail over for all receivers that the server takes, and says which it does not: somebody
/// who has left takes the mails from nobody else.
async fn hand_over(
    server: &mut AsyncSmtpConnection,
    peer: &Peer,
    letter: &Letter,
) -> Result<Option<Message>, NotSent> {
    let (envelope, text) = (letter.envelope(), letter.formatted());
    let known = server.server_info();
    let mut wants = Vec::new();
    let addresses = envelope.from().into_iter().chain(envelope.to());
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
    let mut refused: Vec<(String, Error)> = Vec::new();
    for to in envelope.to() {
        match server.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.status().is_some() => refused.push((to.to_string(), error)),
            Err(error) => return Err(told(error)),
        }
    }
    if refused.len() == envelope.to().len() {
        // As long as one of them may be taken later, another try can help.
        let passes = |(_, error): &(_, Error)| !error.is_permanent();
        let at = refused.iter().position(passes).unwrap_or_default();
        return Err(told(refused.swap_remove(at).1));
    }
    server.command(Data).await.map_err(told)?;
    server.message(&text).await.map_err(told)?;
    let names: Vec<&str> = refused.iter().map(|(to, _)| to.as_str()).collect();
    let names = names.join(", ");
    Ok(refused.first().map(|(_, error)| {
        let message = peer.says("mail_left_out").with("receivers", names);
        said_by(error, message)
    }))
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
