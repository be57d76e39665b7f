//! `MariaDB`, of this machine's packages.

use std::path::PathBuf;

use crate::Authority;
use crate::port::Port;
use crate::process::{Home, Process, needed};

/// A server with the user `root`, who has no password, and nothing in it.
pub struct MariaDb {
    /// On 127.0.0.1.
    pub port: u16,
    _claimed: Port,
    program: PathBuf,
    process: Option<Process>,
    home: Home,
    authority: Authority,
}

impl MariaDb {
    /// Starts one. It speaks TLS, for which [`authority`](Self::authority) vouches, to whoever
    /// wants it.
    pub fn start() -> Self {
        let program = needed("mariadbd", "mariadb-server-core");
        needed(
            "mariadb-install-db",
            "mariadb-server-core mariadb-client-core",
        );
        let home = Home::new();
        let mut install = home.command("mariadb-install-db");
        install
            .args(["--no-defaults", "--auth-root-authentication-method=normal"])
            .arg("--skip-test-db")
            .arg(format!("--datadir={}", home.join("data").display()));
        Home::run(&mut install);
        let authority = Authority::new();
        home.write("server.pem", &authority.certificate);
        home.write("server.key", &authority.key);
        let claimed = Port::claim();
        let mut server = Self {
            port: claimed.number,
            _claimed: claimed,
            program,
            process: None,
            home,
            authority,
        };
        server.resume(&[]);
        server
    }

    /// Who vouches for it.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Ends it; what it keeps stays.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port, with these options besides.
    pub fn resume(&mut self, options: &[&str]) {
        self.stop();
        let path = |name: &str| self.home.join(name).display().to_string();
        let mut command = self.home.command(&self.program);
        command
            .args(["--no-defaults", "--bind-address=127.0.0.1"])
            .arg(format!("--port={}", self.port))
            .arg(format!("--datadir={}", path("data")))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--pid-file={}", path("pid")))
            .arg(format!("--ssl-cert={}", path("server.pem")))
            .arg(format!("--ssl-key={}", path("server.key")))
            // What was committed outlives the server, which is killed, but not the machine.
            .args([
                "--innodb-flush-log-at-trx-commit=2",
                "--innodb-buffer-pool-size=32M",
            ])
            .args(options);
        self.process = Some(Process::start(&mut command, "ready for connections"));
    }
}
