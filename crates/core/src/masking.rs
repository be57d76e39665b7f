//! Stars for the passwords that the description of a database tells: in connection URLs, and as tables of
//! Spider and CONNECT spell them. A star too many is a small nuisance, one too few a leak, so nothing is
//! taken for a placeholder but stars and `${NAME}`.

use std::borrow::Cow;
use std::ops::Range;

/// What a password follows.
const NAMES: [&str; 3] = ["password", "passwd", "pwd"];

/// How a value may be quoted, also within a text that is quoted itself.
const QUOTES: [&str; 6] = ["\\\"", "\\'", "''", "\"\"", "\"", "'"];

/// The text with stars for its passwords.
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut hidden = String::new();
    let mut told = 0;
    for (at, _) in text.char_indices() {
        if at < told {
            continue;
        }
        let Some(found) = in_url(text, at).or_else(|| named(text, at)) else {
            continue;
        };
        if is_hidden(&text[found.clone()]) {
            continue;
        }
        hidden.push_str(&text[told..found.start]);
        hidden.push_str("***");
        told = found.end;
    }
    if told == 0 {
        return Cow::Borrowed(text);
    }
    hidden.push_str(&text[told..]);
    Cow::Owned(hidden)
}

fn is_hidden(password: &str) -> bool {
    password.chars().all(|c| c == '*') || (password.starts_with("${") && password.ends_with('}'))
}

/// The password of a URL whose `://` is here. It may hold anything: it ends at the last `@` of the value.
fn in_url(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].strip_prefix("://")?;
    let begins = at + 3;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let before = text[..at].trim_end_matches(is_scheme).chars().next_back();
    let end = match before {
        Some(quote @ ('\'' | '"' | '`')) => closing(rest, quote),
        _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
    };
    let (user, _) = rest[..end].rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    // Behind a path it belongs to no server.
    let is_one = !password.is_empty() && !name.contains(['/', '?', '#']);
    is_one.then(|| begins + name.len() + 1..begins + user.len())
}

/// The value behind a name that is here: `password "…"`, `password='…'`, `password=…`.
fn named(text: &str, at: usize) -> Option<Range<usize>> {
    let name = NAMES.iter().find(|name| {
        let there = text.get(at..at + name.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(name))
    })?;
    let behind = &text[at + name.len()..];
    let spaced = behind.trim_start();
    let (value, is_given) = match spaced.strip_prefix('=') {
        Some(value) => (value.trim_start(), true),
        None => (spaced, false),
    };
    if !is_given && spaced.len() == behind.len() {
        return None;
    }
    let begins = text.len() - value.len();
    let found = match QUOTES.into_iter().find(|quote| value.starts_with(quote)) {
        Some(quote) => {
            let inner = &value[quote.len()..];
            let begins = begins + quote.len();
            let length = match quote {
                "''" | "\"\"" if inner.is_empty() || inner.starts_with([',', ' ', ')', ';']) => 0,
                "'" => closing(inner, '\''),
                "\"" => closing(inner, '"'),
                _ => inner.find(quote).unwrap_or(inner.len()),
            };
            begins..begins + length
        }
        None if is_given => begins..begins + open_end(value),
        None => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// Where a quoted text ends: at the quote that is neither doubled nor escaped, else with everything.
fn closing(rest: &str, quote: char) -> usize {
    let mut left = rest.char_indices().peekable();
    while let Some((at, c)) = left.next() {
        if c == '\\' {
            left.next();
        } else if c == quote && left.next_if(|(_, next)| *next == quote).is_none() {
            return at;
        }
    }
    rest.len()
}

/// Where a value without quotes of its own ends: with the item of its list, or with the list.
fn open_end(value: &str) -> usize {
    let list = closing(value, '\'');
    let item = value.find(|c: char| c == ',' || c.is_whitespace());
    item.map_or(list, |item| item.min(list))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "CONNECTION='mysql://root:pa:55@db/x' URL='a://b:c@d'",
        "CONNECTION='mysql://root:***@db/x' URL='a://b:***@d'"
    )]
    #[case("='mysql://root:p#a?s/s@w@db/x',", "='mysql://root:***@db/x',")]
    #[case("='mysql://root:p''a\"s@db/x' y@z", "='mysql://root:***@db/x' y@z")]
    #[case("see db://u:p'a@h now", "see db://u:***@h now")]
    #[case("'db://u:$ecret@h'", "'db://u:***@h'")]
    #[case("'db://u:null@h'", "'db://u:***@h'")]
    #[case("'db://u:none1@h'", "'db://u:***@h'")]
    #[case("'db://u:your-dog@h'", "'db://u:***@h'")]
    #[case("'db://u:changeme@h'", "'db://u:***@h'")]
    #[case("'db://u:密码@h' 说明", "'db://u:***@h' 说明")]
    #[case("'a://u:***@h'", "'a://u:***@h'")]
    #[case("'a://u:${DB}@h'", "'a://u:${DB}@h'")]
    #[case("see https://example.com/a:b@c", "see https://example.com/a:b@c")]
    #[case(
        r#"COMMENT='srv "s", user "root", password "p,w#1", table "t"'"#,
        r#"COMMENT='srv "s", user "root", password "***", table "t"'"#
    )]
    #[case("COMMENT='password ''p''', x", "COMMENT='password ''***''', x")]
    #[case(r#"c='password \"p\", x'"#, r#"c='password \"***\", x'"#)]
    #[case(
        r#"OPTION_LIST='user=root,Password=s"3)c,host=h'"#,
        "OPTION_LIST='user=root,Password=***,host=h'"
    )]
    #[case("OPTION_LIST='password=sec' x", "OPTION_LIST='password=***' x")]
    #[case("'Driver=x,PWD = sec'", "'Driver=x,PWD = ***'")]
    #[case("password='' , x = 'y'", "password='' , x = 'y'")]
    #[case(
        "`password` varchar(20) DEFAULT 'x'",
        "`password` varchar(20) DEFAULT 'x'"
    )]
    #[case("password text, other text", "password text, other text")]
    fn passwords_become_stars(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(without_passwords(text), expected);
    }
}
