//! Keys that are told by their shape, anywhere in a text.

use std::ops::Range;

use super::places::SecretKind;
use super::value::is_placeholder;

/// A stretch of a text that is a key, and what tells that.
pub(super) type Found = (Range<usize>, SecretKind);

/// What the keys begin with that are known by that, in lower case. All others of [`keys_in`] have a part of a
/// secret's name beside them, or are URLs.
pub(super) const BEGINNINGS: [&str; 10] = [
    "sk-",
    "akia",
    "aiza",
    "ghp_",
    "github_pat_",
    "glpat-",
    "xox",
    "hf_",
    "xai-",
    "eyj",
];

/// What a key begins with that is known by that, and how much follows at least.
const KEYS: [(&str, usize); 11] = [
    ("sk-", 20),
    ("AKIA", 16),
    ("AIza", 30),
    ("ghp_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("hf_", 30),
    ("xai-", 30),
];

/// What stands behind the account in the address of a database as programs in Go have it.
pub(super) const ACCOUNTS: [&str; 2] = ["@tcp(", "@unix("];

/// The shortest of them, in bytes.
const SHORTEST_KEY: usize = 20;

/// The shortest text with a password in a URL: `db://a:b@c`.
const SHORTEST_URL: usize = 10;

/// All keys of known shapes and all passwords of connection URLs in a text, in its order. None of them
/// overlaps another.
pub(super) fn keys_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    if text.len() >= SHORTEST_URL {
        found.extend(
            private_keys(text)
                .into_iter()
                .map(|at| (at, SecretKind::Shape)),
        );
        found.extend(
            url_passwords(text)
                .into_iter()
                .map(|at| (at, SecretKind::Url)),
        );
        found.extend(account_passwords(text).map(|at| (at, SecretKind::Url)));
        found.extend(
            authorizations(text)
                .into_iter()
                .map(|at| (at, SecretKind::Shape)),
        );
    }
    found.extend(signatures(text).map(|at| (at, SecretKind::Shape)));
    if text.len() >= SHORTEST_KEY {
        found.extend(known_keys(text).map(|at| (at, SecretKind::Shape)));
    }
    in_order(found)
}

/// Sorted, and those that overlap as one.
pub(super) fn in_order(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|(at, _)| (at.start, at.end));
    let mut apart: Vec<Found> = Vec::with_capacity(found.len());
    for (at, kind) in found {
        match apart.last_mut() {
            Some((last, _)) if at.start < last.end => last.end = last.end.max(at.end),
            _ => apart.push((at, kind)),
        }
    }
    apart
}

/// What signs the address of a store of files: `?sig=…`.
fn signatures(text: &str) -> impl Iterator<Item = Range<usize>> {
    const SHORTEST: usize = 8;
    let met = text.match_indices("sig=");
    met.filter_map(|(at, name)| {
        let is_query = text[..at].ends_with(['?', '&', ';']);
        let begin = at + name.len();
        let is_in = |c: char| c.is_ascii_alphanumeric() || "%+/=_-.~".contains(c);
        let rest = &text[begin..];
        let word = &rest[..rest.find(|c| !is_in(c)).unwrap_or(rest.len())];
        let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
        let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
        (is_query && word.len() >= SHORTEST && is_mixed).then(|| begin..begin + word.len())
    })
}

fn known_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let mut at = 0;
    text.split_inclusive(ends).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(ends);
        is_known_key(word).then(|| start..start + word.len())
    })
}

fn is_known_key(word: &str) -> bool {
    let is_mixed = |rest: &str| {
        rest.chars().any(|c| c.is_ascii_digit()) && rest.chars().any(|c| c.is_ascii_alphabetic())
    };
    KEYS.iter().any(|(beginning, least)| {
        let rest = word.strip_prefix(beginning);
        rest.is_some_and(|rest| rest.len() >= *least && is_mixed(rest))
    }) || (word.starts_with("eyJ") && word.len() > 40 && word.matches('.').count() == 2)
}

/// The passwords of `scheme://user:password@host`, where they are no placeholders.
fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let all = text.match_indices("://");
    all.filter_map(|(at, _)| url_password(text, at)).collect()
}

/// The password of the URL whose `://` is here. It may hold anything but white space and ends at the last `@`.
fn url_password(text: &str, at: usize) -> Option<Range<usize>> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let begins = at + "://".len();
    let mut rest = &text[begins..];
    if let Some(next) = rest.find("://") {
        // Another one, behind a comma or the like.
        rest = rest[..next].trim_end_matches(is_scheme);
    }
    let scheme = text[..at].trim_end_matches(is_scheme).len();
    let quoted = |c: char| matches!(c, '"' | '\'' | '`');
    let ends = |c: char| match text[..scheme].chars().next_back() {
        Some(quote) if quoted(quote) => c == quote || c.is_whitespace(),
        // It is all that stands there.
        None => c.is_whitespace(),
        Some(_) => quoted(c) || c.is_whitespace(),
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    let whole = &rest[..end];
    let mut signs = whole.match_indices('@').map(|(at, _)| at);
    let sign = signs.find(|at| is_host(&whole[at + 1..]));
    let user = &whole[..sign.or_else(|| whole.rfind('@'))?];
    let (name, password) = user.split_once(':')?;
    let is_one = !password.is_empty()
        && !name.contains(['/', '?', '#'])
        && !is_port(password)
        && !is_placeholder(password);
    is_one.then(|| begins + name.len() + 1..begins + user.len())
}

/// The passwords of `user:password@tcp(host)/…`, as programs in Go have them.
fn account_passwords(text: &str) -> impl Iterator<Item = Range<usize>> {
    const LONGEST: usize = 256;
    let met = ACCOUNTS.into_iter();
    let met = met.flat_map(|sign| text.match_indices(sign));
    met.filter_map(|(at, _)| {
        let near = &text[text.ceil_char_boundary(at.saturating_sub(LONGEST))..at];
        let quoted = |c: char| matches!(c, '"' | '\'' | '`');
        let ends = |c: char| quoted(c) || c.is_whitespace();
        let account = near.rsplit(ends).next()?;
        let (_, password) = account.split_once(':')?;
        let is_one =
            !password.is_empty() && !password.starts_with('%') && !is_placeholder(password);
        is_one.then(|| at - password.len()..at)
    })
}

/// Whether this begins with a host that has a dot or a port, and a path behind it, which may have an `@` in it.
fn is_host(text: &str) -> bool {
    let Some((host, _)) = text.split_once('/') else {
        return false;
    };
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_in);
    let is_port = port.chars().all(|c| c.is_ascii_digit());
    is_name && is_port && (name.contains('.') || !port.is_empty())
}

/// Whether this is the port of a host and the beginning of a path that has an `@` in it.
fn is_port(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    digits.len() < text.len() && digits.starts_with(['/', '?', '#'])
}

/// Private keys as PEM has them, from the first to the last line.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    const MARK: &str = "PRIVATE KEY-----";
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let from = found.last().map_or(0, |last| last.end);
        let line = text[from..at].rfind(['\n', '\r']);
        let line = line.map_or(from, |end| from + end + 1);
        let dashes = text[line..at].rfind("-----");
        let start = dashes.map_or(at, |dashes| line + dashes);
        let behind = at + MARK.len();
        if is_named(&text[behind..]) {
            continue;
        }
        // What is cut off may be a key all the same.
        let end = text[behind..]
            .find(MARK)
            .map_or(text.len(), |end| behind + end + MARK.len());
        found.push(start..end);
    }
    found
}

/// Whether a line of a private key that ends here is only named, as in programs that look for one: its quote ends and
/// no letters of a key follow.
fn is_named(rest: &str) -> bool {
    const FAR: usize = 64;
    const FEWEST: usize = 16;
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    let near = &rest[..rest.floor_char_boundary(FAR)];
    let is_between = |c: char| c.is_whitespace() || quote(c) || "+,\\".contains(c);
    let behind = near.trim_start_matches(is_between);
    let behind = behind.strip_prefix("n").unwrap_or(behind);
    let letters = behind.bytes().take_while(|letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'=')
    });
    rest.starts_with(quote) && letters.count() < FEWEST
}

/// What follows `Authorization: Bearer`, and other words in the place of the last.
fn authorizations(text: &str) -> Vec<Range<usize>> {
    let spelled = ["uthorization", "UTHORIZATION"];
    let names = spelled
        .into_iter()
        .flat_map(|name| text.match_indices(name));
    names
        .filter_map(|(at, name)| authorization(text, at + name.len()))
        .collect()
}

/// What such a name is followed by, which ends here.
fn authorization(text: &str, at: usize) -> Option<Range<usize>> {
    /// Names of schemes are words.
    const LONGEST_SCHEME: usize = 32;
    let quotes = ['"', '\'', '\\'];
    let rest = text[at..].trim_start_matches(quotes).trim_start();
    let rest = rest.strip_prefix([':', '='])?;
    let value = rest.trim_start_matches(' ').trim_start_matches(quotes);
    let begins = value
        .bytes()
        .take(LONGEST_SCHEME)
        .position(|byte| byte == b' ')?;
    let (scheme, secret) = value.split_at(begins);
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let secret = secret.trim_start_matches(' ');
    let start = text.len() - secret.len();
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\' | ',');
    let secret = &secret[..secret.find(ends).unwrap_or(secret.len())];
    let has_digit = secret.contains(|c: char| c.is_ascii_digit());
    let is_one = secret.len() >= 4 && has_digit && !is_placeholder(secret);
    is_one.then(|| start..start + secret.len())
}
