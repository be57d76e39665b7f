//! A connection: how one of the user's data sources is reached.
//!
//! What is here can be shown, kept and backed up: a password is no part of it. One that stands in
//! an address somebody types is split off ([`Address::password`]) and goes to the secrets.
//!
//! Absent on purpose: reaching anything (the engine's `sources`), where connections and their
//! secrets are kept, and the words for what is wrong (codes of the catalogue).

mod secret;
mod url;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use secret::Secret;
pub use url::Address;

use crate::bound::is_whole_path;
use crate::{Finding, Message};

/// The SQLite connection that always exists; no other may have its name.
pub const LOCAL: &str = "local";

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// What the passwords of connections are kept under.
const PASSWORDS: &str = "connection/";

/// What the password of a connection is kept as.
pub fn password_of(connection: &str) -> String {
    format!("{PASSWORDS}{connection}")
}

/// The connection whose password a secret is.
pub fn connection_of(secret: &str) -> Option<&str> {
    secret.strip_prefix(PASSWORDS)
}

/// What is said of a secret: by its name, or by the connection whose password it is. `secret` and `password`
/// are the codes, with the field `secret` or `source`.
pub fn said_of(name: &str, secret: &str, password: &str) -> Message {
    match connection_of(name) {
        Some(source) => Message::new(password).with("source", source),
        None => Message::new(secret).with("secret", name),
    }
}

/// How one of the user's data sources is reached.
///
/// As JSON: `{name, kind, path}` for a file; `{name, kind, host, port, tls, database?, user?, ca?}`
/// for a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Connection {
    /// What the user calls it; tasks name it in `dataSource`.
    pub name: String,
    /// What it leads to.
    #[serde(flatten)]
    pub target: Target,
}

/// What a connection leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Target {
    /// A file.
    Sqlite {
        /// Its absolute path.
        path: String,
    },
    /// A `MySQL` or `MariaDB` server.
    Mysql(Server),
    /// A Redis server.
    Redis(Server),
    /// An Elasticsearch or `OpenSearch` server.
    Elasticsearch(Server),
}

/// A server and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Server {
    /// A name or an IP address, that of version 6 without brackets.
    pub host: String,
    /// From 1.
    pub port: u16,
    /// The database that statements mean: a name, for Redis a number. Elasticsearch has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Whether everything said is encrypted and the server proves who it is.
    #[serde(default)]
    pub tls: bool,
    /// Who logs in. For Elasticsearch a secret without a user is an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The absolute path of a file (PEM) with the authorities that may vouch for the server, instead
    /// of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
}

/// The kinds of data sources there are connections to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// `sqlite`
    Sqlite,
    /// `mysql`
    Mysql,
    /// `redis`
    Redis,
    /// `elasticsearch`
    Elasticsearch,
}

impl SourceKind {
    /// All of them, in the order of a form.
    pub const ALL: [Self; 4] = [Self::Sqlite, Self::Mysql, Self::Redis, Self::Elasticsearch];

    /// The word in definitions, commands and capabilities.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
            Self::Redis => "redis",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// The port such a server has where nobody says otherwise; a file has none.
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Sqlite => None,
            Self::Mysql => Some(3306),
            Self::Redis => Some(6379),
            Self::Elasticsearch => Some(9200),
        }
    }
}

impl Connection {
    /// Which kind of source it leads to.
    pub const fn kind(&self) -> SourceKind {
        match self.target {
            Target::Sqlite { .. } => SourceKind::Sqlite,
            Target::Mysql(_) => SourceKind::Mysql,
            Target::Redis(_) => SourceKind::Redis,
            Target::Elasticsearch(_) => SourceKind::Elasticsearch,
        }
    }

    /// The server, unless it leads to a file.
    pub const fn server(&self) -> Option<&Server> {
        match &self.target {
            Target::Sqlite { .. } => None,
            Target::Mysql(server) | Target::Redis(server) | Target::Elasticsearch(server) => {
                Some(server)
            }
        }
    }

    /// Whether both lead to the same data: who logs in, and how, is not asked.
    pub fn is_same_place(&self, other: &Self) -> bool {
        let place = |connection: &Self| match &connection.target {
            Target::Sqlite { path } => (path.clone(), 0, None),
            Target::Mysql(server) | Target::Redis(server) | Target::Elasticsearch(server) => (
                server.host.to_lowercase(),
                server.port,
                server.database.clone(),
            ),
        };
        self.kind() == other.kind() && place(self) == place(other)
    }

    /// What has to be put right before it is kept, each at its field (`/name`, `/host`, …); nothing
    /// when all is well. Whether the name is free and the server answers is asked elsewhere.
    pub fn problems(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut wrong = |field: &str, message: Message| {
            found.push(Finding {
                path: format!("/{field}"),
                code: message.code,
                fields: message.fields,
                place: None,
            });
        };
        if let Some(message) = name_problem(&self.name) {
            wrong("name", message);
        }
        match &self.target {
            Target::Sqlite { path } if path.is_empty() => {
                wrong("path", Message::new("connection_path_missing"));
            }
            // It would be another file for every folder a process starts in.
            Target::Sqlite { path } if !is_whole_path(path) => {
                wrong("path", Message::new("connection_path_relative"));
            }
            Target::Sqlite { .. } => {}
            Target::Mysql(server) | Target::Redis(server) | Target::Elasticsearch(server) => {
                server_problems(self.kind(), server, &mut wrong);
            }
        }
        found
    }
}

fn name_problem(name: &str) -> Option<Message> {
    let kinds = SourceKind::ALL.map(SourceKind::as_str);
    let reserved = |word: &str| word.eq_ignore_ascii_case(name);
    if name.trim().is_empty() {
        Some(Message::new("connection_name_missing"))
    } else if name.trim() != name || name.chars().any(char::is_control) {
        Some(Message::new("connection_name_odd"))
    } else if name.chars().count() > LONGEST_NAME {
        Some(Message::new("connection_name_long").with("limit", LONGEST_NAME))
    } else if reserved(LOCAL) || kinds.into_iter().any(reserved) {
        // A task's `dataSource` is a name or a kind: one word cannot be both.
        Some(Message::new("connection_name_reserved").with("name", name))
    } else {
        None
    }
}

fn server_problems(kind: SourceKind, server: &Server, wrong: &mut impl FnMut(&str, Message)) {
    let outside = |c: char| c.is_whitespace() || c.is_control() || "/@?#[]".contains(c);
    if server.host.is_empty() {
        wrong("host", Message::new("connection_host_missing"));
    } else if server.host.contains(outside) {
        wrong("host", Message::new("connection_host_wrong"));
    }
    if server.port == 0 {
        wrong("port", Message::new("connection_port_wrong"));
    }
    let number = |database: &str| database.parse::<u32>().is_ok();
    match (kind, server.database.as_deref()) {
        (SourceKind::Redis, Some(database)) if !number(database) => {
            wrong("database", Message::new("connection_database_number"));
        }
        (SourceKind::Elasticsearch, Some(_)) => {
            wrong("database", Message::new("connection_database_unfit"));
        }
        (_, Some("")) => wrong("database", Message::new("connection_database_empty")),
        _ => {}
    }
    if server.ca.is_some() && !server.tls {
        wrong("ca", Message::new("connection_ca_without_tls"));
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn connection(json: serde_json::Value) -> Connection {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn it_is_kept_as_plain_json_without_any_secret() {
        let shop = json!({"name": "shop", "kind": "mysql", "host": "db.example", "port": 3306,
            "database": "shop", "tls": true, "user": "anna", "ca": "/etc/ca.pem"});
        assert_eq!(
            serde_json::to_value(connection(shop.clone())).unwrap(),
            shop
        );
        let file = json!({"name": "archive", "kind": "sqlite", "path": "/data/a.db"});
        assert_eq!(
            serde_json::to_value(connection(file.clone())).unwrap(),
            file
        );
        let with_more = json!({"name": "shop", "kind": "redis", "host": "h", "port": 1,
            "password": "hunter22"});
        let kept = serde_json::to_string(&connection(with_more)).unwrap();
        assert!(!kept.contains("hunter22"), "{kept}");
    }

    #[rstest]
    #[case(json!({"user": "ben", "tls": true, "host": "DB"}), true)]
    #[case(json!({"host": "other"}), false)]
    #[case(json!({"port": 3307}), false)]
    #[case(json!({"database": "archive"}), false)]
    #[case(json!({"kind": "redis"}), false)]
    fn who_logs_in_does_not_make_it_another_place(
        #[case] with: serde_json::Value,
        #[case] same: bool,
    ) {
        let whole = json!({"name": "shop", "kind": "mysql", "host": "db", "port": 3306});
        let mut other = whole.clone();
        for (key, value) in with.as_object().unwrap() {
            other[key] = value.clone();
        }
        assert_eq!(connection(whole).is_same_place(&connection(other)), same);
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("hunter22");
        assert_eq!(format!("{secret} {secret:?}"), "… Secret(…)");
        assert_eq!(secret.reveal(), "hunter22");
    }

    #[rstest]
    #[case(json!({"name": "shop"}), &[])]
    #[case(json!({"name": "店铺"}), &[])]
    #[case(json!({"name": "Local"}), &["/name connection_name_reserved"])]
    #[case(json!({"name": "mysql"}), &["/name connection_name_reserved"])]
    #[case(json!({"name": " "}), &["/name connection_name_missing"])]
    #[case(json!({"name": "shop "}), &["/name connection_name_odd"])]
    #[case(json!({"name": "n".repeat(101)}), &["/name connection_name_long"])]
    #[case(json!({"host": ""}), &["/host connection_host_missing"])]
    #[case(json!({"host": "a b"}), &["/host connection_host_wrong"])]
    #[case(json!({"host": "http://a"}), &["/host connection_host_wrong"])]
    #[case(json!({"host": "::1"}), &[])]
    #[case(json!({"port": 0}), &["/port connection_port_wrong"])]
    #[case(json!({"database": ""}), &["/database connection_database_empty"])]
    #[case(json!({"ca": "/ca.pem"}), &["/ca connection_ca_without_tls"])]
    #[case(json!({"ca": "/ca.pem", "tls": true}), &[])]
    #[case(json!({"kind": "redis", "database": "shop"}), &["/database connection_database_number"])]
    #[case(json!({"kind": "redis", "database": "3"}), &[])]
    #[case(json!({"kind": "elasticsearch", "database": "shop"}), &["/database connection_database_unfit"])]
    #[case(json!({"kind": "sqlite", "path": ""}), &["/path connection_path_missing"])]
    #[case(json!({"kind": "sqlite", "path": "a.db"}), &["/path connection_path_relative"])]
    #[case(json!({"kind": "sqlite", "path": "C:\\data\\a.db"}), &[])]
    #[case(json!({"kind": "sqlite", "path": "/srv/a.db"}), &[])]
    fn what_is_wrong_is_told_at_its_field(
        #[case] with: serde_json::Value,
        #[case] expected: &[&str],
    ) {
        let mut whole = json!({"name": "shop", "kind": "mysql", "host": "db", "port": 3306});
        for (key, value) in with.as_object().unwrap() {
            whole[key] = value.clone();
        }
        let found: Vec<_> = connection(whole)
            .problems()
            .into_iter()
            .map(|finding| format!("{} {}", finding.path, finding.code))
            .collect();
        assert_eq!(found, expected);
    }
}
