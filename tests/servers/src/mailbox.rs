//! A mail server that takes what it is sent and keeps it for the test: in the open, with STARTTLS,
//! or with TLS from the first byte; for everybody, or for one who knows the password.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
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
    came: Mutex<Receiver<Letter>>,
}

/// A mail that came.
pub struct Letter {
    /// For whom it was handed over: what stands behind `RCPT TO:`.
    pub to: Vec<String>,
    /// Head and body as they came.
    pub text: String,
}

#[derive(Clone, Default)]
struct Rules {
    door: Door,
    login: Option<(&'static str, &'static str)>,
    /// What it says to receivers instead of taking mails for them.
    refuses: Option<&'static str>,
    /// To whom: every one unless told.
    unknown: Option<&'static str>,
    /// Whom it puts off the first time.
    puts_off: Option<(&'static str, Arc<AtomicBool>)>,
    /// How long it is quiet once it has a mail.
    slow: Duration,
}

impl Mailbox {
    /// Takes everything.
    pub fn open(door: Door) -> Self {
        Self::with(Rules {
            door,
            ..Rules::default()
        })
    }

    /// Takes what comes from this user with this password.
    pub fn locked(door: Door, user: &'static str, password: &'static str) -> Self {
        Self::with(Rules {
            door,
            login: Some((user, password)),
            ..Rules::default()
        })
    }

    /// Answers this to every receiver, such as `550 no such user`.
    pub fn refusing(answer: &'static str) -> Self {
        Self::with(Rules {
            refuses: Some(answer),
            ..Rules::default()
        })
    }

    /// Takes mails for everybody but this one.
    pub fn without(unknown: &'static str) -> Self {
        Self::with(Rules {
            refuses: Some("550 no such user"),
            unknown: Some(unknown),
            ..Rules::default()
        })
    }

    /// Takes mails for everybody, but for this one not the first time.
    pub fn putting_off(receiver: &'static str) -> Self {
        Self::with(Rules {
            puts_off: Some((receiver, Arc::default())),
            ..Rules::default()
        })
    }

    /// The same, and never for another one.
    pub fn putting_off_without(receiver: &'static str, unknown: &'static str) -> Self {
        Self::with(Rules {
            puts_off: Some((receiver, Arc::default())),
            refuses: Some("550 no such user"),
            unknown: Some(unknown),
            ..Rules::default()
        })
    }

    /// Keeps a mail at once and says so only after so long.
    pub fn slow(slow: Duration) -> Self {
        Self::with(Rules {
            slow,
            ..Rules::default()
        })
    }

    fn with(rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (keep, came) = channel();
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

    /// The text of the next mail.
    pub fn next(&self) -> String {
        self.next_mail().text
    }

    /// The next mail.
    pub fn next_mail(&self) -> Letter {
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
    fn receive(&self, client: TcpStream, keep: &Sender<Letter>) -> std::io::Result<()> {
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

    /// What it says to a receiver whom it does not take now.
    fn refuses_now(&self, line: &str) -> Option<&'static str> {
        if let Some((receiver, knows)) = &self.puts_off
            && line.contains(receiver)
            && !knows.swap(true, Ordering::SeqCst)
        {
            return Some("450 try again in a while");
        }
        let known = self.unknown.is_some_and(|unknown| !line.contains(unknown));
        self.refuses.filter(|_| !known)
    }

    /// Speaks until the client leaves, or wants what follows encrypted: then it is given back.
    fn speak<S: Stream>(
        &self,
        stream: S,
        greets: bool,
        encrypted: bool,
        keep: &Sender<Letter>,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        let mut known = self.login.is_none();
        let mut to = Vec::new();
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
                    let refuses = self.refuses_now(line);
                    if refuses.is_none() {
                        let receiver = line.split(['<', '>']).nth(1).unwrap_or_default();
                        to.push(receiver.to_owned());
                    }
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
                    let _ = keep.send(Letter {
                        to: std::mem::take(&mut to),
                        text: mail,
                    });
                    std::thread::sleep(self.slow);
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
