//! A receiver of webhooks that keeps what it is sent for the test, and answers what it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

/// What came.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The path and what follows it.
    pub target: String,
    /// The body.
    pub body: String,
}

/// A receiver of webhooks.
pub struct Webhook {
    /// On 127.0.0.1.
    pub port: u16,
    answer: Arc<Mutex<(u16, String)>>,
    came: Mutex<Receiver<Posted>>,
}

impl Webhook {
    /// Answers this status and body until told otherwise.
    pub fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(Mutex::new((status, body.to_owned())));
        let (keep, came) = channel();
        let said = Arc::clone(&answer);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                // A client may leave in the middle.
                let _ = receive(client.unwrap(), &said, &keep);
            }
        });
        Self {
            port,
            answer,
            came: Mutex::new(came),
        }
    }

    /// Answers this from now on.
    pub fn answer(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    /// The address of something on it.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What came next.
    pub fn next(&self) -> Posted {
        self.came.lock().unwrap().recv_timeout(LONG).unwrap()
    }

    /// Whether nothing has come that was not asked for.
    pub fn is_empty(&self) -> bool {
        self.came.lock().unwrap().try_recv().is_err()
    }
}

fn receive(
    client: TcpStream,
    answer: &Mutex<(u16, String)>,
    keep: &Sender<Posted>,
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let (mut target, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if target.is_empty() {
            line.split(' ')
                .nth(1)
                .unwrap_or_default()
                .clone_into(&mut target);
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    // What the test wants answered once it knows of this is for the next.
    let (status, said) = answer.lock().unwrap().clone();
    // The test may have ended.
    let _ = keep.send(Posted { target, body });
    let length = said.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{said}"
    );
    client.get_mut().write_all(head.as_bytes())
}
