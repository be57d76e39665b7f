//! Addresses of servers as people type and paste them.

use percent_encoding::percent_decode_str;
use url::Url;

use super::{Secret, Server, SourceKind};
use crate::Message;

/// What an address says.
#[derive(Debug, Clone)]
pub struct Address {
    /// The server. A certificate authority is never part of an address.
    pub server: Server,
    /// What it says of TLS, if it does: `rediss`, `https` and `?tls=true` ask for it, `?tls=false`
    /// is the only way to do without it where it was in use.
    pub tls: Option<bool>,
    /// The password that stood in it; it belongs to the secrets.
    pub password: Option<Secret>,
}

impl Address {
    /// Reads an address such as `mysql://anna:secret@db.example:3306/shop?tls=true`,
    /// `rediss://cache.example/2` or `https://search.example:9200`.
    ///
    /// # Errors
    /// `url_wrong`, `url_scheme_wrong` (`expected`), `url_host_missing`, `url_path_unfit`,
    /// `url_option_unknown` (`option`). None repeats the address: it may hold a password.
    pub fn parse(kind: SourceKind, text: &str) -> Result<Self, Message> {
        let url = Url::parse(text.trim()).map_err(|_| Message::new("url_wrong"))?;
        // A password with `/`, `?` or `#` in it ends the server's part early; what follows would be
        // kept and shown as something else.
        let misplaced = |part: &str| part.contains('@');
        if url.fragment().is_some() || misplaced(url.path()) || url.query().is_some_and(misplaced) {
            return Err(Message::new("url_wrong"));
        }
        let mut tls = match (kind, url.scheme()) {
            (SourceKind::Mysql, "mysql" | "mariadb")
            | (SourceKind::Redis, "redis")
            | (SourceKind::Elasticsearch, "http") => None,
            (SourceKind::Redis, "rediss") | (SourceKind::Elasticsearch, "https") => Some(true),
            _ => return Err(Message::new("url_scheme_wrong").with("expected", schemes(kind))),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = decoded(host.ok_or_else(|| Message::new("url_host_missing"))?)?;
        for (option, value) in url.query_pairs() {
            match (kind, &*option, &*value) {
                (SourceKind::Mysql, "tls", "true") => tls = Some(true),
                (_, "tls", "false") if tls != Some(true) => tls = Some(false),
                _ => return Err(Message::new("url_option_unknown").with("option", option)),
            }
        }
        let database = url.path().trim_matches('/');
        if kind == SourceKind::Elasticsearch && !database.is_empty() || database.contains('/') {
            return Err(Message::new("url_path_unfit"));
        }
        let port = url.port_or_known_default().or(kind.default_port());
        let server = Server {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.ok_or_else(|| Message::new("url_wrong"))?,
            database: given(decoded(database)?),
            tls: tls.unwrap_or(false),
            user: given(decoded(url.username())?),
            ca: None,
        };
        let password = url.password().map(decoded).transpose()?;
        Ok(Self {
            server,
            tls,
            password: password.and_then(given).map(Secret::new),
        })
    }
}

/// What an address of this kind begins with, for people.
const fn schemes(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Sqlite => "/",
        SourceKind::Mysql => "mysql://",
        SourceKind::Redis => "redis://, rediss://",
        SourceKind::Elasticsearch => "http://, https://",
    }
}

fn decoded(part: &str) -> Result<String, Message> {
    let text = percent_decode_str(part).decode_utf8();
    text.map(String::from)
        .map_err(|_| Message::new("url_wrong"))
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(kind: SourceKind, text: &str) -> String {
        match Address::parse(kind, text) {
            Err(message) => message.code,
            Ok(Address {
                server, password, ..
            }) => {
                assert!(!format!("{server:?} {password:?}").contains("pa:ss"));
                format!(
                    "{} {} {} tls={} {} {}",
                    server.host,
                    server.port,
                    server.database.as_deref().unwrap_or("-"),
                    server.tls,
                    server.user.as_deref().unwrap_or("-"),
                    password.as_ref().map_or("-", Secret::reveal),
                )
            }
        }
    }

    #[rstest]
    #[case(
        "mysql://anna:pa%3Ass@db:3307/shop?tls=true",
        "db 3307 shop tls=true anna pa:ss"
    )]
    #[case("mariadb://db.example", "db.example 3306 - tls=false - -")]
    #[case(" mysql://db/%E5%BA%97 ", "db 3306 店 tls=false - -")]
    #[case("mysql://[::1]:3306/a", "::1 3306 a tls=false - -")]
    #[case("mysql://db/a/b", "url_path_unfit")]
    #[case("mysql://db/a?sslmode=on", "url_option_unknown")]
    #[case("mysql://db:99999", "url_wrong")]
    #[case("mysql://anna:pa#ss@db", "url_wrong")]
    #[case("mysql://anna:12?x@db", "url_wrong")]
    #[case("mysql://anna:12/34@db", "url_wrong")]
    #[case("mysql://anna:12#ss@db", "url_wrong")]
    #[case("mysql://db/shop#", "url_wrong")]
    #[case("mysql://db/%40home", "db 3306 @home tls=false - -")]
    #[case("mysql:///shop", "url_host_missing")]
    #[case("mysql://db?tls=true&tls=false", "url_option_unknown")]
    #[case("redis://db", "url_scheme_wrong")]
    #[case("db:3306", "url_scheme_wrong")]
    #[case("", "url_wrong")]
    fn mysql(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(SourceKind::Mysql, text), expected);
    }

    #[rstest]
    #[case(
        SourceKind::Redis,
        "redis://:pw@cache/2",
        "cache 6379 2 tls=false - pw"
    )]
    #[case(
        SourceKind::Redis,
        "rediss://app:pw@cache:6380",
        "cache 6380 - tls=true app pw"
    )]
    #[case(SourceKind::Redis, "rediss://cache?tls=false", "url_option_unknown")]
    #[case(SourceKind::Redis, "https://cache", "url_scheme_wrong")]
    #[case(
        SourceKind::Elasticsearch,
        "http://localhost:9200/",
        "localhost 9200 - tls=false - -"
    )]
    #[case(
        SourceKind::Elasticsearch,
        "https://u:p@search.example",
        "search.example 443 - tls=true u p"
    )]
    #[case(SourceKind::Elasticsearch, "https://search/prefix", "url_path_unfit")]
    #[case(SourceKind::Sqlite, "mysql://db", "url_scheme_wrong")]
    fn others(#[case] kind: SourceKind, #[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(kind, text), expected);
    }

    #[rstest]
    #[case(SourceKind::Mysql, "mysql://db", None)]
    #[case(SourceKind::Mysql, "mysql://db?tls=false", Some(false))]
    #[case(SourceKind::Redis, "redis://db?tls=false", Some(false))]
    #[case(SourceKind::Redis, "rediss://db", Some(true))]
    #[case(SourceKind::Elasticsearch, "http://db:9200", None)]
    fn an_address_tells_whether_it_speaks_of_tls(
        #[case] kind: SourceKind,
        #[case] text: &str,
        #[case] expected: Option<bool>,
    ) {
        assert_eq!(Address::parse(kind, text).unwrap().tls, expected);
    }
}
