//! A door before a server that has none of its own: TLS, and whoever comes has to say the word.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Authority;

/// A port that speaks HTTP over TLS and leads to one that does not.
pub struct Front {
    /// On 127.0.0.1, for `localhost`.
    pub port: u16,
}

impl Front {
    /// Leads to a port of this machine whoever sends this `Authorization`; others get 401.
    pub fn before(port: u16, authority: &Authority, authorization: &'static str) -> Self {
        let config = server_config(authority);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let (near, config) = (near.unwrap(), Arc::clone(&config));
                std::thread::spawn(move || {
                    // A client that does not trust us leaves in the middle.
                    let _ = lead(near, config, port, authorization);
                });
            }
        });
        Self { port: own }
    }
}

/// What a server with the certificate of this authority speaks.
pub(crate) fn server_config(authority: &Authority) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(authority.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(authority.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// One request and its answer; then the connection is closed.
fn lead(
    near: TcpStream,
    config: Arc<ServerConfig>,
    port: u16,
    authorization: &str,
) -> std::io::Result<()> {
    let tls = ServerConnection::new(config).unwrap();
    let mut near = BufReader::new(StreamOwned::new(tls, near));
    let (mut head, mut length, mut allowed) = (String::new(), 0, false);
    loop {
        let mut line = String::new();
        if near.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => allowed = value.trim() == authorization,
            "connection" => continue,
            _ => {}
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    near.read_exact(&mut body)?;
    let mut answer = Vec::new();
    if allowed {
        let mut far = TcpStream::connect(("127.0.0.1", port))?;
        far.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
        far.write_all(&body)?;
        far.read_to_end(&mut answer)?;
    } else {
        answer
            .extend(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let near = near.get_mut();
    near.write_all(&answer)?;
    near.conn.send_close_notify();
    near.flush()
}
