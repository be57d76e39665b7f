//! A mail server that takes what it is sent and keeps it for the test: in the open, with STARTTLS,
//! or with TLS from the first byte; for everybody, or for one who knows the password.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Authority;
use crate::front::server_config;

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

/// How a mailbox is spoken to.
#[derive(Clone, Default)]
pub enum Door {
    /// In the open, and nothing else.
    #[default]
    Open,
    /// In the open until somebody wants it encrypted.
    Starttls(Arc<ServerConfig>),
    /// Encrypted from the first byte.
    Tls(Arc<ServerConfig>),
}

impl Door {
    /// The second, vouched for by this authority.
    pub fn starttls(authority: &Authority) -> Self {
        Self::Starttls(server_config(authority))
    }

    /// The third.
    pub fn tls(authority: &Authority) -> Self {
        Self::Tls(server_config(authority))
    }
}

/// A mail server on 127.0.0.1, for `localhost`.
pub struct Mailbox {
    /// Its port.
    pub port: u16,
    came: Mutex<Receiver<String>>,
}

#[derive(Clone)]
struct Rules {
    door: Door,
    login: Option<(&'static str, &'static str)>,
    /// What it says to receivers instead of taking mails for them, and to whom: every one unless told.
    refuses: Option<&'static str>,
    unknown: Option<&'static str>,
}

impl Mailbox {
    /// Takes everything.
    pub fn open(door: Door) -> Self {
        Self::with(door, None, None, None)
    }

    /// Takes what comes from this user with this password.
    pub fn locked(door: Door, user: &'static str, password: &'static str) -> Self {
        Self::with(door, Some((user, password)), None, None)
    }

    /// Answers this to every receiver, such as `550 no such user`.
    pub fn refusing(answer: &'static str) -> Self {
        Self::with(Door::Open, None, Some(answer), None)
    }

    /// Takes mails for everybody but this one.
    pub fn without(unknown: &'static str) -> Self {
        Self::with(Door::Open, None, Some("550 no such user"), Some(unknown))
    }

    fn with(
        door: Door,
        login: Option<(&'static str, &'static str)>,
        refuses: Option<&'static str>,
        unknown: Option<&'static str>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (keep, came) = channel();
        let rules = Rules {
            door,
            login,
            refuses,
            unknown,
        };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, rules, keep) = (client.unwrap(), rules.clone(), keep.clone());
                std::thread::spawn(move || {
                    // A client that does not trust us leaves in the middle.
                    let _ = rules.receive(client, &keep);
                });
            }
        });
        Self {
            port,
            came: Mutex::new(came),
        }
    }

    /// The next mail, head and body as they came.
    pub fn next(&self) -> String {
        self.came.lock().unwrap().recv_timeout(LONG).unwrap()
    }

    /// Whether no mail has come that was not asked for.
    pub fn is_empty(&self) -> bool {
        self.came.lock().unwrap().try_recv().is_err()
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Rules {
    fn receive(&self, client: TcpStream, keep: &Sender<String>) -> std::io::Result<()> {
        match &self.door {
            Door::Tls(config) => {
                let tls = ServerConnection::new(Arc::clone(config)).unwrap();
                let stream = StreamOwned::new(tls, client);
                self.speak(stream, true, true, keep).map(|_| ())
            }
            Door::Open => self.speak(client, true, false, keep).map(|_| ()),
            Door::Starttls(config) => {
                let Some(client) = self.speak(client, true, false, keep)? else {
                    return Ok(());
                };
                let tls = ServerConnection::new(Arc::clone(config)).unwrap();
                let stream = StreamOwned::new(tls, client);
                self.speak(stream, false, true, keep).map(|_| ())
            }
        }
    }

    /// Speaks until the client leaves, or wants what follows encrypted: then it is given back.
    fn speak<S: Stream>(
        &self,
        stream: S,
        greets: bool,
        encrypted: bool,
        keep: &Sender<String>,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        let mut known = self.login.is_none();
        if greets {
            say(&mut stream, "220 localhost ready")?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end();
            let word = line.split(' ').next().unwrap_or_default();
            match word.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    say(&mut stream, "250-localhost")?;
                    if matches!(self.door, Door::Starttls(_)) && !encrypted {
                        say(&mut stream, "250-STARTTLS")?;
                    }
                    if self.login.is_some() {
                        say(&mut stream, "250-AUTH PLAIN LOGIN")?;
                    }
                    say(&mut stream, "250 8BITMIME")?;
                }
                "STARTTLS" => {
                    say(&mut stream, "220 go on")?;
                    return Ok(Some(stream.into_inner()));
                }
                "AUTH" => {
                    let given = line.rsplit(' ').next().unwrap_or_default();
                    let wanted = self.login.map(|(user, password)| {
                        BASE64_STANDARD.encode(format!("\0{user}\0{password}"))
                    });
                    known = wanted.as_deref() == Some(given);
                    let answer = if known { "235 welcome" } else { "535 not so" };
                    say(&mut stream, answer)?;
                }
                "MAIL" if !known => say(&mut stream, "530 log in first")?,
                "RCPT" => {
                    let known = self.unknown.is_some_and(|unknown| !line.contains(unknown));
                    let refuses = self.refuses.filter(|_| !known);
                    say(&mut stream, refuses.unwrap_or("250 well"))?;
                }
                "DATA" => {
                    say(&mut stream, "354 go on")?;
                    let mut mail = String::new();
                    loop {
                        let mut line = String::new();
                        if stream.read_line(&mut line)? == 0 {
                            return Ok(None);
                        }
                        if line == ".\r\n" {
                            break;
                        }
                        mail.push_str(&line);
                    }
                    // The test may have ended.
                    let _ = keep.send(mail);
                    say(&mut stream, "250 kept")?;
                }
                "QUIT" => {
                    say(&mut stream, "221 farewell")?;
                    return Ok(None);
                }
                _ => say(&mut stream, "250 well")?,
            }
        }
    }
}

fn say(stream: &mut BufReader<impl Stream>, line: &str) -> std::io::Result<()> {
    let stream = stream.get_mut();
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    stream.flush()
}
