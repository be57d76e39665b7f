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
use lettre::transport::smtp::extension::ClientId;

use super::NotSent;
use crate::sources::server::{Peer, authorities, tls_ready};

/// How long the server may take to take the connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The ways to log in; which of them is the server's choice.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Sends one message.
pub(super) async fn send(
    mail: &Mail,
    password: Option<&Secret>,
    words: &Words,
) -> Result<(), NotSent> {
    let letter = letter(mail, words)?;
    let peer = peer(mail);
    peer.look_up().await?;
    let mut server = connect(mail, &peer).await?;
    let said = speak(&mut server, mail, &peer, password, &letter).await;
    // The message is there or it is not; how the server says goodbye changes nothing.
    server.abort().await;
    said
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
        source: mail.host.clone(),
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
) -> Result<(), NotSent> {
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
    let sent = server.send(letter.envelope(), &letter.formatted()).await;
    sent.map_err(|error| failed(peer, &error))?;
    Ok(())
}

/// What the server said, or why nothing is heard of it.
fn failed(peer: &Peer, error: &Error) -> NotSent {
    if error.is_timeout() {
        return peer.silent().into();
    }
    if let Some(code) = error.status() {
        let said = std::error::Error::source(error).map(ToString::to_string);
        let message = peer
            .says("mail_refused")
            .with("code", code)
            .with("said", said.unwrap_or_default());
        return if error.is_permanent() {
            NotSent::lasting(message)
        } else {
            NotSent::passing(message)
        };
    }
    peer.unreachable(error).into()
}
