//! Redis, of this machine's packages.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::Authority;
use crate::port::Port;
use crate::process::{Home, Process, needed};

/// A server that keeps nothing.
pub struct Redis {
    /// On 127.0.0.1.
    pub port: u16,
    _claimed: Port,
    options: Vec<String>,
    program: PathBuf,
    process: Option<Process>,
    home: Home,
}

impl Redis {
    /// Starts one that asks for nothing.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these options, such as `--requirepass`.
    pub fn start_with(options: &[&str]) -> Self {
        let port = Port::claim();
        let options = options.iter().map(|&option| option.to_owned());
        let plain = ["--port".to_owned(), port.number.to_string()];
        Self::with(
            Home::new(),
            port,
            plain.into_iter().chain(options).collect(),
        )
    }

    /// Starts one that speaks nothing but TLS.
    pub fn start_with_tls(authority: &Authority) -> Self {
        let (home, port) = (Home::new(), Port::claim());
        let file = |name: &str, text: &str| home.write(name, text).display().to_string();
        let options = [
            ["--port", "0"].map(str::to_owned),
            ["--tls-port".to_owned(), port.number.to_string()],
            ["--tls-auth-clients", "no"].map(str::to_owned),
            [
                "--tls-cert-file".to_owned(),
                file("server.pem", &authority.certificate),
            ],
            [
                "--tls-key-file".to_owned(),
                file("server.key", &authority.key),
            ],
            [
                "--tls-ca-cert-file".to_owned(),
                file("ca.pem", &authority.root),
            ],
        ];
        Self::with(home, port, options.into_iter().flatten().collect())
    }

    fn with(home: Home, port: Port, options: Vec<String>) -> Self {
        // The server's own program, which looks at its name to know what it is to do. The package
        // with the name `redis-server` starts one at every boot.
        let program = home.join("redis-server");
        symlink(needed("redis-check-rdb", "redis-tools"), &program).unwrap();
        let mut server = Self {
            port: port.number,
            _claimed: port,
            options,
            program,
            process: None,
            home,
        };
        server.resume();
        server
    }

    /// Ends it, and with it all it kept.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port.
    pub fn resume(&mut self) {
        self.stop();
        let mut command = self.home.command(&self.program);
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(self.home.path())
            .args(&self.options);
        self.process = Some(Process::start(&mut command, "Ready to accept connections"));
    }
}
