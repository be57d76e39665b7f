//! Secrets that somebody tells in running text: “the password is …”, 密码是…, or a piece of JSON within a text.
//!
//! A word behind such a name is one where a digit is in it: people write about passwords, too.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::chinese;
use super::ends::end_of;
use super::name::{self, is_chinese, is_phrase};
use super::places::SecretKind;
use super::shape::{Found, in_order, keys_in};
use super::shell::head_of;
use super::text::FENCES;
use super::value::{is_no_secret, is_placeholder, looks_like_key};

/// What passwords are called.
const PASSWORDS: [&str; 12] = [
    PASS,
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "passcode",
    "pwd",
    SHORT_NAME,
    "密码",
    "密碼",
    "口令",
];

/// The name that is a part of many words.
const SHORT_NAME: &str = "pw";

/// Another one, which is what follows a test as well.
const PASS: &str = "pass";

/// What other secrets are called. Words like these are also said of what is none, so that more is asked of what
/// follows them.
const OTHERS: [&str; 15] = [
    "api key",
    "api_key",
    "api-key",
    "apikey",
    "access key",
    "access_key",
    "accesskey",
    "secret",
    "token",
    "密钥",
    "令牌",
    "私钥",
    "秘钥",
    "授权码",
    "授權碼",
];

/// Words between a name and what it names. A sign may follow them.
const WORDS: [&str; 21] = [
    "is now",
    "is set to",
    "was set to",
    "was changed to",
    "has been set to",
    "has been changed to",
    "is",
    "was",
    "已改为",
    "已改成",
    "已设为",
    "已设置为",
    "改为",
    "改成",
    "设为",
    "设成",
    "设置为",
    "重置为",
    "是",
    "为",
    "為",
];

/// Words between a name and whose it is.
const OF_WHOM: [&str; 6] = ["for", "of", "to", "on", "at", "in"];

/// Words before a name that is given another value: “set the password to …”.
const SETTING: [&str; 6] = ["set", "change", "changed", "reset", "update", "updated"];

/// Signs between a name and what it names.
const SIGNS: [&str; 7] = ["=>", "->", "→", ":", "=", "：", "＝"];

const BLANK: [char; 2] = [' ', '\t'];

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// The shortest password, and the shortest other secret.
const SHORTEST: (usize, usize) = (4, 8);

/// The longest word in quotes. A longer one is taken up to its first space.
const LONGEST_QUOTED: usize = 256;

static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(PASSWORDS.into_iter().chain(OTHERS))
        .ok()
});

/// All that is a key in a text that somebody wrote, by its shape or by what is said of it, in its order. None of
/// them overlaps another.
pub(super) fn keys_told_in(text: &str) -> Vec<Found> {
    let mut found = keys_in(text);
    let known = found.len();
    found.extend(spoken_in(text));
    found.extend(logins_in(text));
    if found.len() == known {
        return found;
    }
    in_order(found)
}

/// What somebody logs in with: `Login: ada / …`.
fn logins_in(text: &str) -> Vec<Found> {
    const NAMES: [&str; 5] = ["login", "logins", "credentials", "account", "zugang"];
    let mut found = Vec::new();
    for (at, sign) in text.match_indices(" / ") {
        let head = head_of(text, at);
        let Some((before, user)) = head.rsplit_once([':', '：']) else {
            continue;
        };
        let name = &before[before.trim_end_matches(char::is_alphabetic).len()..];
        let is_login = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
        let is_user = !user.trim().is_empty() && !user.trim().contains(char::is_whitespace);
        let begin = at + sign.len();
        let word = bare(&text[begin..]);
        if is_login && is_user && is_mixed(word) && looks_like_key(word) {
            found.push((begin..begin + word.len(), SecretKind::Name));
        }
    }
    found
}

fn is_mixed(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}

/// What is said to be a secret.
pub(super) fn spoken_in(text: &str) -> impl Iterator<Item = Found> {
    named_in(text).map(|(_, word)| (word, SecretKind::Name))
}

/// The same behind Chinese names alone, which are none of a program's own.
pub(super) fn spoken_in_chinese(text: &str) -> Vec<Found> {
    let is_chinese = |name: &Range<usize>| text[name.clone()].starts_with(is_chinese);
    let named = named_in(text).filter(|(name, _)| is_chinese(name));
    named.map(|(_, word)| (word, SecretKind::Name)).collect()
}

/// What people say in a text in which most words may be names: `The password for bob is …`, with a word between.
pub(super) fn spoken_in_words(text: &str) -> Vec<Found> {
    let named = named_in(text).filter(|(name, word)| {
        let between =
            text[name.end..word.start].trim_end_matches(|c| is_mark(c) || BLANK.contains(&c));
        let is_told = [" is", " was", " to", " now"]
            .iter()
            .any(|link| between.ends_with(link));
        let is_password = text[name.clone()].to_ascii_lowercase();
        let is_password = PASSWORDS.contains(&is_password.as_str());
        is_told && !between.contains('\n') && (is_password || looks_like_key(&text[word.clone()]))
    });
    named.map(|(_, word)| (word, SecretKind::Name)).collect()
}

/// The names of secrets, and what each is said to be.
fn named_in(text: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let names = NAMES.as_ref();
    let met = names
        .into_iter()
        .flat_map(move |names| names.find_iter(text));
    let mut told = 0;
    met.filter_map(move |name| {
        // A name within a secret means nothing.
        if name.start() < told {
            return None;
        }
        let called = PASSWORDS.get(name.pattern().as_usize());
        let is_password = called.is_some();
        let before = &text[..name.start()];
        let within = before.ends_with(|c| char::is_alphanumeric(c) && !is_chinese(c));
        let is_pass = called == Some(&PASS);
        if within && (is_pass || called == Some(&SHORT_NAME)) {
            return None;
        }
        if is_pass && text[name.end()..].starts_with(|c| is_in_name(c) || is_mark(c)) {
            return None;
        }
        // That is a variable's, with what is to be done without it.
        if before.trim_end_matches(is_in_name).ends_with("${") {
            return None;
        }
        let whole = whole_name(text, name.range())?;
        let word = secret_behind(text, whole, is_password)?;
        if is_pass && !looks_like_key(&text[word.clone()]) {
            return None;
        }
        told = word.end;
        Some((name.range(), word))
    })
}

fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A name with the words behind it that belong to it: `password_prod`. Nothing where they say something else of it.
fn whole_name(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    /// The longest name.
    const LONGEST: usize = 64;
    let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let rest = &text[name.end..text.floor_char_boundary(name.end.saturating_add(LONGEST))];
    let more = rest.find(|c| !is_in(c)).unwrap_or(rest.len());
    if !rest.starts_with(['_', '-']) || rest[..more].ends_with('-') {
        return Some(name);
    }
    let whole = name.start..name.end + more;
    name::is_secret_name(&text[whole.clone()]).then_some(whole)
}

/// The word that is named by a name that stands here, where it is a secret.
fn secret_behind(text: &str, name: Range<usize>, is_password: bool) -> Option<Range<usize>> {
    /// Far enough to tell. What a program wrote may be one word as long as its file, and full of names.
    const NEAR: usize = 320;
    let near = &text[..text.floor_char_boundary(name.end.saturating_add(NEAR))];
    let is_cut = |word: &Range<usize>| near.len() < text.len() && word.end + 16 > near.len();
    if let Some(word) = chinese_behind(near, name.clone()) {
        let is_cut = is_cut(&word);
        return if is_cut {
            chinese_behind(text, name)
        } else {
            Some(word)
        };
    }
    let word = word_behind(near, name.clone());
    let word = word.filter(|word| is_secret(&near[word.clone()], is_password))?;
    if chinese::is_count(&near[word.clone()], &near[word.end..]) {
        return None;
    }
    if is_cut(&word) {
        word_behind(text, name)
    } else {
        Some(word)
    }
}

/// The fields that people write into a text, each on a line of its own: `- **Password:** …`.
pub(super) fn fields_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let field = field_in(line).map(|word| at + word.start..at + word.end);
        found.extend(field.map(|word| (word, SecretKind::Name)));
        at += line.len();
    }
    found
}

fn field_in(line: &str) -> Option<Range<usize>> {
    let inside = line.trim_start_matches(|c: char| " \t->+".contains(c) || c.is_ascii_digit());
    let inside = inside
        .strip_prefix(". ")
        .unwrap_or(inside)
        .trim_start_matches("* ");
    let mark = ["**", "__"]
        .into_iter()
        .find(|mark| inside.starts_with(mark))?;
    let (name, rest) = inside[mark.len()..].split_once(mark)?;
    let is_sign = |c: char| matches!(c, ':' | '：');
    let rest = rest.trim_start();
    let is_named = name.trim_end().ends_with(is_sign) || rest.starts_with(is_sign);
    let rest = rest.trim_start_matches(is_sign).trim();
    let word = rest.trim_matches(is_mark);
    let is_one = is_named && !word.contains(char::is_whitespace) && name::is_secret(name, word);
    let start = line.len() - line.trim_end().len() + rest.len();
    let start = line.len() - start + rest.find(word)?;
    is_one.then(|| start..start + word.len())
}

fn is_secret(word: &str, is_password: bool) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    let least = if is_password { SHORTEST.0 } else { SHORTEST.1 };
    word.len() >= least
        && has(char::is_ascii_digit)
        && (is_password || (has(char::is_ascii_alphabetic) && !word.contains(['(', '['])))
        && !is_no_secret(word)
        && !is_described(word)
        && !word.starts_with("::")
        && !word.starts_with("{}")
        && !word.starts_with(":<")
        && !is_placeholder(word)
}

/// Whether a word says how a secret is made: `base64-encoded`, `16-character`.
fn is_described(word: &str) -> bool {
    const HOW: [&str; 10] = [
        "encoded",
        "hashed",
        "encrypted",
        "signed",
        "based",
        "bit",
        "byte",
        "char",
        "character",
        "digit",
    ];
    word.rsplit_once('-')
        .is_some_and(|(_, how)| HOW.contains(&how))
}

/// The word that is named by a name that stands here. What is in quotes and has several spaces says what it is
/// like, unless a phrase is what it is.
fn word_behind(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let rest = text[name.end..].trim_start_matches(is_mark);
    let link = behind_link(rest.trim_start_matches(BLANK));
    let behind = link.or_else(|| behind_whom(rest));
    let behind = behind.or_else(|| behind_setting(&text[..name.start], rest));
    let behind = behind.or_else(|| behind_colon(rest));
    let behind = behind.or_else(|| behind_use(&text[..name.start], rest));
    let behind = behind.or_else(|| behind_bracket(rest));
    let behind = match behind {
        Some(behind) => behind,
        None => behind_blank(&text[name.clone()], rest)?,
    };
    let start = text.len() - behind.len();
    let is_word = |word: &Range<usize>| {
        is_phrase(&text[name]) || behind[word.clone()].matches(char::is_whitespace).count() <= 1
    };
    let word = quoted(behind).filter(is_word);
    let mut word = word.unwrap_or_else(|| unquoted(behind));
    if word.start == 0 {
        word.end = end_of(text, &(start..start + word.end)) - start;
    }
    Some(start + word.start..start + word.end)
}

/// The Chinese word that is named by a Chinese name that stands here, where it is a secret: 密码：苹果树12345. One
/// without digits ends its line or its sentence, and a sign stands before it.
fn chinese_behind(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let rest = text[name.end..].trim_start_matches(is_mark);
    let behind = behind_link(rest.trim_start_matches(BLANK))?;
    let sign = text[..text.len() - behind.len()].trim_end_matches(BLANK);
    let is_signed = SIGNS.iter().any(|link| sign.ends_with(link));
    let behind = behind.trim_start_matches(is_mark);
    let end = behind.find(|c| chinese::ends(c) || is_mark(c));
    let word = &behind[..end.unwrap_or(behind.len())];
    let rest = behind[word.len()..].trim_start_matches(is_mark);
    let is_last = rest.trim_start_matches(BLANK).is_empty()
        || rest.starts_with([
            '\r', '\n', '，', '。', '；', ',', ';', '）', ')', '|', '、', '\\',
        ]);
    let name = &text[name];
    let is_password = is_signed && is_last && chinese::is_of_password(name);
    let is_one = name.starts_with(is_chinese) && chinese::is_secret(word, is_password);
    let start = text.len() - behind.len();
    is_one.then(|| start..start + word.len())
}

/// What follows a word, a sign, or a word with a sign, that links a name with what it names.
fn behind_link(text: &str) -> Option<&str> {
    let behind_word = WORDS.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        let goes_on = word.is_ascii() && rest.starts_with(char::is_alphanumeric);
        (!goes_on).then(|| rest.trim_start_matches(BLANK))
    });
    let rest = behind_word.unwrap_or(text);
    let behind_sign = SIGNS.iter().find_map(|sign| rest.strip_prefix(sign));
    let behind = behind_sign.or(behind_word)?;
    Some(behind.trim_start_matches(BLANK))
}

/// What follows somebody whose secret it is, and a word that links: ` for bob is …`.
fn behind_whom(rest: &str) -> Option<&str> {
    /// The farthest the word is.
    const NEAR: usize = 96;
    let near = &rest[..rest.floor_char_boundary(NEAR)];
    let near = &near[..near.find(is_end_of_sentence).unwrap_or(near.len())];
    let mut words = near.trim_start_matches(BLANK).split(BLANK);
    words.next().filter(|word| OF_WHOM.contains(word))?;
    let links = near.match_indices([' ', '\t']).map(|(at, _)| at + 1);
    links.skip(2).find_map(|at| behind_word(&rest[at..]))
}

/// What follows a link that is a word and stands here.
fn behind_word(text: &str) -> Option<&str> {
    let is_link =
        text.starts_with("is ") || text.starts_with("was ") || text.starts_with("has been ");
    is_link.then(|| behind_link(text))?
}

/// What follows somebody whose secret it is, and a colon: ` for the database (prod): …`.
fn behind_colon(rest: &str) -> Option<&str> {
    /// The farthest the colon is.
    const NEAR: usize = 64;
    let near = &rest[..rest.floor_char_boundary(NEAR)];
    let (whom, _) = near.split_once(": ")?;
    let mut words = whom.trim_start_matches(BLANK).split(BLANK);
    let is_word = |c: char| c.is_alphanumeric() || " ()_-".contains(c);
    let is_told = rest.starts_with(BLANK) && whom.chars().all(is_word);
    words
        .next()
        .filter(|word| is_told && OF_WHOM.contains(word))?;
    Some(rest[whom.len() + 2..].trim_start_matches(BLANK))
}

/// The key that somebody is told to use: “use the password … to log in”.
fn behind_use<'t>(before: &str, rest: &'t str) -> Option<&'t str> {
    let before = before.trim_end_matches(is_mark).trim_end_matches(BLANK);
    let before = before.strip_suffix(" the").unwrap_or(before);
    let verb = &before[before.trim_end_matches(char::is_alphabetic).len()..];
    let is_use = ["use", "using", "with", "and"]
        .iter()
        .any(|known| verb.eq_ignore_ascii_case(known));
    let behind = rest.strip_prefix(BLANK)?.trim_start_matches(BLANK);
    let word = bare(behind.trim_start_matches(is_mark));
    let word = word.trim_end_matches(is_mark);
    (is_use && is_mixed(word) && looks_like_key(word)).then_some(behind)
}

/// The key that stands in brackets or between commas behind its name: “the default password (…)”, “the API key, …,”.
fn behind_bracket(rest: &str) -> Option<&str> {
    let signs = [(" (", ")"), (", ", ",")].into_iter();
    let mut met = signs.filter_map(|(begin, end)| {
        let behind = rest.strip_prefix(begin)?;
        let word = &behind[..behind.find(|c: char| c.is_whitespace() || end.contains(c))?];
        let is_one = behind[word.len()..].starts_with(end) && !word.starts_with('(');
        (is_one && is_mixed(word) && looks_like_key(word)).then_some(behind)
    });
    met.next()
}

/// What a name is set to that stands behind these words: “set the password to …”.
fn behind_setting<'t>(before: &str, rest: &'t str) -> Option<&'t str> {
    /// The farthest the word before it is.
    const NEAR: usize = 48;
    let behind = rest.trim_start_matches(BLANK).strip_prefix("to ")?;
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let sentence = near.rsplit(is_end_of_sentence).next().unwrap_or(near);
    let mut words = sentence.split(BLANK);
    let is_set = words.any(|word| SETTING.iter().any(|set| word.eq_ignore_ascii_case(set)));
    is_set.then(|| behind.trim_start_matches(BLANK))
}

fn is_end_of_sentence(c: char) -> bool {
    matches!(
        c,
        '\n' | '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '=' | '"'
    ) || is_chinese(c)
}

/// What follows a Chinese name and a space, where that may be a secret: 初始密码 abc123.
fn behind_blank<'t>(name: &str, rest: &'t str) -> Option<&'t str> {
    /// What is said of passwords, too.
    const OTHERS: [&str; 4] = ["base64", "sha256", "sha512", "pbkdf2"];
    const SHORTEST: usize = 6;
    let word = bare(rest.trim_start_matches(BLANK));
    let is_other = OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other));
    let is_name = name.starts_with(is_chinese) && rest.starts_with(BLANK);
    (is_name && word.len() >= SHORTEST && !is_other).then(|| rest.trim_start_matches(BLANK))
}

/// What somebody puts around a word. Marks may be escaped: a text within a text.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '\\' | '`' | '*' | '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』'
    )
}

/// Where the word is with whose quotes, or the like, a text begins: what is between may hold spaces, and marks too,
/// as long as the word goes on behind them.
fn quoted(text: &str) -> Option<Range<usize>> {
    let inside = text.trim_start_matches(is_mark);
    let start = text.len() - inside.len();
    let marks = &text[..start];
    let mark = marks.chars().next_back().filter(|mark| *mark != '\\')?;
    let before = marks.trim_end_matches(mark);
    let is_empty = matches!(mark, '"' | '\'') && marks.len() - before.len() == 2;
    if is_empty && is_behind(inside) {
        return Some(start..start);
    }
    let closing: String = marks[before.len()..].chars().map(closing).collect();
    let escapes = escapes_at_end(before);
    let near = &inside[..inside.floor_char_boundary(LONGEST_QUOTED)];
    let line = &near[..near.find('\n').unwrap_or(near.len())];
    let ends = line.char_indices().map(|(at, _)| at);
    let mut ends = ends.filter(|at| line[*at..].starts_with(&closing));
    let end = ends.find(|at| {
        let rest = &inside[at + closing.len()..];
        // Each level at which a text is one within a text doubles them.
        escapes_at_end(&line[..*at]) % (2 * (escapes + 1)) == escapes
            && !closing.starts_with(|mark| rest.starts_with(mark))
            && is_behind(rest)
    })?;
    Some(start..start + end - escapes)
}

fn closing(mark: char) -> char {
    match mark {
        '“' => '”',
        '‘' => '’',
        '「' => '」',
        '『' => '』',
        other => other,
    }
}

fn escapes_at_end(text: &str) -> usize {
    text.len() - text.trim_end_matches('\\').len()
}

/// Whether this is what follows a word in quotes.
fn is_behind(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c| is_mark(c) && c != '\\');
    let ends = |c: char| {
        c.is_whitespace()
            || is_chinese(c)
            || matches!(
                c,
                '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '<' | '\\'
            )
    };
    rest.is_empty() || rest.starts_with(ends)
}

/// Where the word is with which a text begins. A mark that is not closed belongs to it.
fn unquoted(text: &str) -> Range<usize> {
    let fence = FENCES.iter().find(|fence| text.starts_with(**fence));
    if let Some(fence) = fence {
        // A text of several lines.
        return fence.len()..fence.len() + bare(&text[fence.len()..]).len();
    }
    let end = bare(text).len();
    let marks = text.len() - text.trim_start_matches(is_mark).len();
    let is_closed = text[end..].starts_with(is_mark);
    if is_closed {
        marks.min(end)..end
    } else {
        0..end
    }
}

/// The word without quotes with which a text begins.
fn bare(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || is_chinese(c);
    let word = &text[..text.find(ends).unwrap_or(text.len())];
    let mut word = word;
    let mut unopened = BRACKETS.map(|(open, close)| {
        let more = word.matches(close).count();
        (close, more.saturating_sub(word.matches(open).count()))
    });
    while let Some(last) = word.chars().next_back() {
        let bracket = unopened.iter_mut().find(|(close, _)| *close == last);
        match bracket {
            Some((_, 0)) => break,
            Some((_, more)) => *more -= 1,
            None if is_mark(last) || matches!(last, '.' | ',' | ';' | ':') => {}
            None => break,
        }
        word = &word[..word.len() - last.len_utf8()];
    }
    word
}
