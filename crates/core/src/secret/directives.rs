//! Lines of servers, shells and programs that give something a name without a sign between: `ENV API_KEY …`,
//! `proxy_set_header X-Api-Key …;`, `requirepass …`, `machine h login bob password …`.

use std::ops::Range;

use super::name::{Told, is_secret, told_by};
use super::shell::end_of_value;
use super::value::{is_no_secret, is_placeholder, is_reference, looks_like_key};

/// What a line begins with that gives a name and its value.
const GIVING: [&str; 9] = [
    "env",
    "setenv",
    "setx",
    "proxy_set_header",
    "grpc_set_header",
    "add_header",
    "fastcgi_param",
    "uwsgi_param",
    "scgi_param",
];

/// What does so behind one of [`ADDING`].
const HEADERS: [&str; 4] = ["requestheader", "header", "http-request", "http-response"];

const ADDING: [&str; 7] = [
    "set",
    "add",
    "append",
    "merge",
    "setifempty",
    "set-header",
    "add-header",
];

/// What a line begins with that a password follows, whatever that looks like.
const PASSWORDS: [&str; 8] = [
    "requirepass",
    "masterauth",
    "primaryauth",
    "tls-key-file-pass",
    "tls-client-key-file-pass",
    "auth_pass",
    "rootpw",
    "bindpw",
];

/// What a line of a web server begins with that names another server.
const PASSING: [&str; 6] = [
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "grpc_pass",
    "memcached_pass",
];

/// The shortest password, and the shortest token: pieces of a text are called so, too.
const SHORTEST: usize = 4;
const SHORTEST_TOKEN: usize = 8;

/// All that lines give under a secret's name.
pub(super) fn directives_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = Words::of(line);
        if let Some(value) = words.value() {
            found.push(at + value.start..at + value.end);
        }
        for begin in within(line) {
            let value = Words::of(&line[begin..]).value();
            found.extend(value.map(|value| at + begin + value.start..at + begin + value.end));
        }
        let told = line.match_indices(['"', '\'']).map(|(quote, _)| quote + 1);
        for begin in told.filter(|begin| line[*begin..].starts_with("machine ")) {
            found.extend(login_at(text, at + begin));
        }
        found.extend(given_to(line).map(|value| at + value.start..at + value.end));
        let compared = compared_in(line).into_iter();
        found.extend(compared.map(|value| at + value.start..at + value.end));
        found.extend(in_mapping(text, line, at));
        found.extend(words.of_accounts(line, at));
        if words.begins_login() {
            found.extend(login_at(text, at));
        }
        at += line.len();
    }
    found
}

/// What lines give to programs in ways of their own.
pub(super) fn given_in(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(given_to(line).map(|value| at + value.start..at + value.end));
        at += line.len();
    }
    found
}

/// What the variable of a secret is compared with: `if ($arg_token != "…")`, `test $TOKEN == …`.
fn compared_in(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices('$') {
        let rest = line[at + 1..].trim_start_matches('{');
        let is_in = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = &rest[..rest.find(|c| !is_in(c)).unwrap_or(rest.len())];
        let rest = rest[name.len()..].trim_start_matches(['}', '"']);
        let behind = rest.trim_start_matches(' ');
        let sign = ["!=", "==", "="]
            .into_iter()
            .find(|sign| behind.starts_with(sign));
        let value = sign.filter(|_| behind.len() < rest.len() && told_by(name).is_some());
        let Some(rest) = value.and_then(|sign| behind[sign.len()..].strip_prefix(' ')) else {
            continue;
        };
        let Some(word) = word_at(line, line.len() - rest.len()) else {
            continue;
        };
        let is_quoted = line[..word.start].ends_with(['"', '\'']);
        let raw = &line[word.clone()];
        let raw = if is_quoted {
            raw
        } else {
            raw.trim_end_matches([')', ';', ']'])
        };
        let is_one = (is_quoted || is_written_down(raw)) && is_secret(name, raw);
        if is_one && !raw.starts_with('$') {
            found.push(word.start..word.start + raw.len());
        }
    }
    found
}

/// The keys that a web server has something for: `map $http_apikey $ok { "…" 1; }`.
fn in_mapping(text: &str, line: &str, at: usize) -> Vec<Range<usize>> {
    /// The longest of these.
    const LONGEST: usize = 4_096;
    let mut found = Vec::new();
    let name = line.trim_start().strip_prefix("map $");
    let name = name.and_then(|rest| rest.split(' ').next());
    let Some(name) = name.filter(|name| told_by(name).is_some()) else {
        return found;
    };
    let near = &text[at..text.floor_char_boundary(at.saturating_add(LONGEST))];
    let Some((open, close)) = near.find('{').zip(near.find('}')) else {
        return found;
    };
    let mut from = open + 1;
    while let Some(word) = near.get(from..close).and_then(|rest| {
        let begin = close - rest.trim_start().len();
        word_at(near, begin).filter(|word| word.end <= close)
    }) {
        if is_secret(name, &near[word.clone()]) && looks_like_key(&near[word.clone()]) {
            found.push(at + word.start..at + word.end);
        }
        from = near[word.end..close]
            .find(';')
            .map_or(close, |end| word.end + end + 1);
    }
    found
}

/// Where another line begins within one: `ONBUILD ENV …`, `server { set $a …;`.
fn within(line: &str) -> Vec<usize> {
    let image = line.trim_start();
    let word = image.get(..8).unwrap_or_default();
    let of_image = word.eq_ignore_ascii_case("onbuild ");
    let of_image = of_image.then(|| line.len() - image.len() + word.len());
    let set = line.match_indices("set $").map(|(at, _)| at);
    let set = set.filter(|at| line[..*at].trim_end().ends_with(['{', ';']));
    of_image.into_iter().chain(set).collect()
}

/// The password that a program of a line is given in a way of its own: `htpasswd -b file bob …`, `cmdkey /pass:…`,
/// `schtasks … /rp …`, `reg add … /v Password … /d …`.
fn given_to(line: &str) -> Option<Range<usize>> {
    const MOST: usize = 24;
    let lower = line.to_ascii_lowercase();
    let programs = [
        "htpasswd ",
        "cmdkey ",
        "schtasks ",
        "reg add ",
        "chpasswd",
        "net user ",
        "vault login ",
        "aws configure set ",
        "ssh-keygen ",
        "insecure-password ",
        "stats auth ",
    ];
    if !programs.iter().any(|program| lower.contains(program)) {
        return None;
    }
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(word) = word_at(line, at).filter(|_| words.len() < MOST) {
        at = word.end + usize::from(line[word.end..].starts_with(['"', '\'']));
        words.push(word);
    }
    let is = |at: &Range<usize>, name: &str| line[at.clone()].eq_ignore_ascii_case(name);
    let behind = |option: &str| {
        let at = words.iter().position(|word| is(word, option))?;
        words.get(at + 1).cloned()
    };
    let begins = |name: &str| words.iter().position(|word| is(word, name));
    let value = if let Some(at) = begins("htpasswd") {
        let (options, names): (Vec<_>, Vec<_>) = words[at + 1..]
            .iter()
            .partition(|word| line[(*word).clone()].starts_with('-'));
        let has = |sign: char| {
            options
                .iter()
                .any(|word| line[(*word).clone()].contains(sign))
        };
        let is_given = has('b');
        let name = if has('n') { 1 } else { 2 };
        names
            .get(name)
            .filter(|_| is_given)
            .map(|word| (*word).clone())
    } else if begins("cmdkey").is_some() {
        let word = words.iter().find(|word| {
            let begin = line[(*word).clone()].get(..6);
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case("/pass:"))
        });
        word.map(|word| word.start + 6..word.end)
    } else if begins("schtasks").is_some() {
        behind("/rp")
    } else if begins("reg").is_some() {
        let name = behind("/v")?;
        let value = behind("/d")?;
        return is_secret(&line[name], &line[value.clone()]).then_some(value);
    } else if let Some(at) = begins("insecure-password") {
        words.get(at + 1).cloned()
    } else if let Some(at) =
        begins("stats").filter(|at| words.get(at + 1).is_some_and(|word| is(word, "auth")))
    {
        let account = words.get(at + 2)?;
        let sign = line[account.clone()].find(':')?;
        Some(account.start + sign + 1..account.end)
    } else if let Some(at) = begins("net") {
        let is_user = words.get(at + 1).is_some_and(|word| is(word, "user"));
        let value = words.get(at + 3).filter(|_| is_user)?;
        let word = &line[value.clone()];
        (!word.starts_with('/') && word != "*").then(|| value.clone())
    } else if let Some(at) = begins("vault") {
        let value = words.get(at + 2)?;
        let word = &line[value.clone()];
        let begin = word
            .strip_prefix("token=")
            .map_or(0, |rest| word.len() - rest.len());
        let is_token = looks_like_key(&word[begin..]) && !word.starts_with('-');
        is_token.then(|| value.start + begin..value.end)
    } else if let Some(at) = begins("aws") {
        let name = words.get(at + 3)?;
        let value = words.get(at + 4)?;
        return is_secret(&line[name.clone()], &line[value.clone()]).then(|| value.clone());
    } else if begins("ssh-keygen").is_some() {
        behind("-N").or_else(|| behind("-P"))
    } else {
        // `echo bob:… | chpasswd`
        let echo = begins("echo")?;
        let mut told = words[echo + 1..].iter();
        let pipe = line[..lower.rfind("chpasswd")?].rfind('|')?;
        let told = told.find(|word| !line[(*word).clone()].starts_with('-'))?;
        let sign = line[told.clone()].find(':')?;
        (told.end <= pipe).then(|| told.start + sign + 1..told.end)
    };
    value.filter(|value| is_password(&line[value.clone()]))
}

/// The first words of a line, each without its quotes.
struct Words<'l> {
    line: &'l str,
    places: Vec<Range<usize>>,
    /// Whether there are more of them.
    is_more: bool,
}

impl<'l> Words<'l> {
    fn of(line: &'l str) -> Self {
        /// As many as are looked at.
        const MOST: usize = 5;
        let mut places = Vec::with_capacity(MOST);
        let mut at = 0;
        while places.len() < MOST
            && let Some(word) = word_at(line, at)
        {
            at = word.end + usize::from(line[word.end..].starts_with(['"', '\'']));
            places.push(word);
        }
        let is_more = word_at(line, at).is_some();
        Self {
            line,
            places,
            is_more,
        }
    }

    fn word(&self, at: usize) -> Option<&'l str> {
        self.places.get(at).map(|word| &self.line[word.clone()])
    }

    /// The secret that the line gives.
    fn value(&self) -> Option<Range<usize>> {
        let first = self.word(0)?.to_ascii_lowercase();
        let first = first.trim_start_matches('@').to_owned();
        if first == "set" {
            return self.of_set();
        }
        if GIVING.contains(&first.as_str()) {
            return self.given(1);
        }
        if first == "net" && self.word(1)?.eq_ignore_ascii_case("use") {
            return self.of_drive();
        }
        if HEADERS.contains(&first.as_str()) {
            let adding = self.word(1)?.to_ascii_lowercase();
            return ADDING.contains(&adding.as_str()).then(|| self.given(2))?;
        }
        if first == "sentinel" {
            return match self.word(1)?.to_ascii_lowercase().as_str() {
                "auth-pass" => self.password(3),
                "sentinel-pass" => self.password(2),
                _ => None,
            };
        }
        if PASSWORDS.contains(&first.as_str()) {
            return self.password(1);
        }
        self.alone()
    }

    /// `NAME value`, with the name at this place.
    fn given(&self, at: usize) -> Option<Range<usize>> {
        let name = self.word(at)?.trim_start_matches('$');
        let value = self.places.get(at + 1)?.clone();
        if name.eq_ignore_ascii_case("cookie") {
            let (_, word) = self.line[value.clone()].split_once('=')?;
            let length = word.find(';').unwrap_or(word.len());
            let begin = value.end - word.len();
            return looks_like_key(&word[..length]).then(|| begin..begin + length);
        }
        let is_quoted = self.line[..value.start].ends_with(['"', '\'']);
        // Of a value without quotes all of its line is in the file of an image.
        let is_all = self.word(0)?.eq_ignore_ascii_case("env");
        let value = if is_quoted {
            value
        } else if !is_all {
            self.end_of(&value)
        } else {
            let line = self.line.trim_end();
            let end = line.trim_end_matches([';', '\\']).trim_end().len();
            let end = line
                .find(" #")
                .filter(|end| *end > value.start)
                .unwrap_or(end);
            value.start..end.max(value.start)
        };
        let word = &self.line[value.clone()];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let is_one = name.chars().all(is_name) && !word.starts_with('=') && is_secret(name, word);
        is_one.then_some(value)
    }

    /// `set $name value;` of a web server, `set "NAME=value"` of a shell.
    fn of_set(&self) -> Option<Range<usize>> {
        let first = self.places.get(1)?;
        if self.line[first.clone()].starts_with('$') {
            return self.given(1);
        }
        let is_quoted = self.line[..first.start].ends_with('"');
        let line = self.line.trim_end();
        let end = if is_quoted {
            first.end
        } else {
            let rest = &line[first.start..];
            let sign = rest.find('=')? + 1;
            let end = end_of_value(&line[..first.start + sign], &rest[sign..]);
            first.start + end.map_or(rest.len(), |end| sign + end)
        };
        let (name, value) = line[first.start..end].split_once('=')?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let begin = end - value.len();
        let quoted = value.trim_matches(['"', '\'']);
        let begin = begin + value.find(quoted)?;
        let is_late = quoted.starts_with('!') && quoted.ends_with('!');
        let is_one = name.chars().all(is_name) && !is_late && is_secret(name, quoted);
        is_one.then(|| begin..begin + quoted.len())
    }

    /// `net use Z: //server/share /user:bob password`, with the two in any order.
    fn of_drive(&self) -> Option<Range<usize>> {
        let share = self
            .places
            .iter()
            .skip(2)
            .position(|word| self.line[word.clone()].starts_with("\\\\"))?;
        let line = &self.line[self.places[share + 2].end..];
        let begin = self.places[share + 2].end;
        let is_account = line.to_ascii_lowercase().contains("/user:");
        let mut at = 0;
        while let Some(word) = word_at(line, at).filter(|_| is_account) {
            at = word.end + usize::from(line[word.end..].starts_with(['"', '\'']));
            let text = &line[word.clone()];
            if !text.starts_with('/') && is_password(text) {
                return Some(begin + word.start..begin + word.end);
            }
        }
        None
    }

    /// The word at this place, which is a password.
    fn password(&self, at: usize) -> Option<Range<usize>> {
        let value = self.places.get(at)?;
        let is_last = self.places.len() == at + 1
            || self.line[value.end..]
                .trim_start_matches(['"', '\''])
                .trim_start()
                .starts_with(['#', ';']);
        (is_last && is_password(&self.line[self.end_of(value)])).then(|| self.end_of(value))
    }

    /// A value without the sign that ends its line.
    fn end_of(&self, value: &Range<usize>) -> Range<usize> {
        let word = &self.line[value.clone()];
        value.start..value.start + word.trim_end_matches(';').len()
    }

    /// `password hunter2`, which is all of its line.
    fn alone(&self) -> Option<Range<usize>> {
        let [name, value] = self.places.as_slice() else {
            return None;
        };
        let name = &self.line[name.clone()];
        let value = self.end_of(value);
        let word = &self.line[value.clone()];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        // A web server names what it passes a request on to.
        let is_passed_on = self.line.trim_end().ends_with(';') && PASSING.contains(&name);
        let is_one = !self.is_more
            && !is_passed_on
            && !word.contains("://")
            && name.chars().all(is_name)
            && told_by(name) == Some(Told::Surely)
            && is_written_down(word)
            && (!name.ends_with("oken") || word.len() >= SHORTEST_TOKEN)
            && is_secret(name, word);
        is_one.then_some(value)
    }

    /// `user default on >…`, as Redis has accounts.
    fn of_accounts(&self, line: &str, at: usize) -> Vec<Range<usize>> {
        let is_rule = |word: &str| {
            [
                "on",
                "off",
                "reset",
                "resetpass",
                "nopass",
                "allkeys",
                "allcommands",
            ]
            .contains(&word)
                || word.starts_with(['~', '+', '&', '>', '%'])
                || word.starts_with("-@")
        };
        let is_account = self.word(0) == Some("user") && self.word(2).is_some_and(is_rule);
        if !is_account {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut from = self.places[1].end;
        while let Some(word) = word_at(line, from) {
            from = word.end + usize::from(line[word.end..].starts_with(['"', '\'']));
            let raw = &line[word.clone()];
            let inside = raw.strip_prefix('>').map(|inside| inside.trim_matches('"'));
            if let Some(inside) = inside.filter(|inside| is_password(inside)) {
                let begin = word.start + raw.find(inside).unwrap_or_default();
                found.push(at + begin..at + begin + inside.len());
            }
        }
        found
    }

    /// Whether a login begins here as `.netrc` has them.
    fn begins_login(&self) -> bool {
        let behind = match self.word(0) {
            Some("machine") => 2,
            Some("default") => 1,
            _ => return false,
        };
        self.word(behind).is_none_or(|word| LOGIN.contains(&word))
    }
}

/// What a login has.
const LOGIN: [&str; 5] = ["login", "user", "account", "password", "port"];

/// The passwords of a login that begins here, on one line or on several.
fn login_at(text: &str, at: usize) -> Vec<Range<usize>> {
    /// The longest login.
    const LONGEST: usize = 1_024;
    let near = &text[..text.floor_char_boundary(at.saturating_add(LONGEST))];
    let mut found = Vec::new();
    let next = |from: usize| {
        let rest = near[from..].trim_start();
        word_at(near, near.len() - rest.len())
    };
    let Some(first) = next(at) else {
        return found;
    };
    let is_machine = &near[first.clone()] == "machine";
    let begin = if is_machine {
        next(first.end)
    } else {
        Some(first)
    };
    let mut from = begin.map_or(near.len(), |word| word.end);
    while let Some(key) = next(from).filter(|key| LOGIN.contains(&&near[key.clone()])) {
        let Some(value) = next(key.end) else { break };
        from = value.end + usize::from(near[value.end..].starts_with('"'));
        let word = &near[value.clone()];
        // A second password.
        let is_account = &near[key.clone()] == "account" && looks_like_key(word);
        if is_account || (&near[key] == "password" && is_password(word)) {
            found.push(value);
        }
    }
    found
}

/// The word that begins behind this place on its line: between its quotes, where it has some.
fn word_at(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?.trim_start_matches([' ', '\t']);
    let begin = line.len() - rest.len();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(length) = quote.and_then(|quote| rest[1..].find([quote, '\n']))
        && rest[1 + length..].starts_with(['"', '\''])
    {
        return Some(begin + 1..begin + 1 + length);
    }
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    (length > 0).then(|| begin..begin + length)
}

pub(super) fn is_password(word: &str) -> bool {
    word.len() >= SHORTEST && !is_reference(word) && !is_no_secret(word)
}

/// Whether a word can only be written down: letters and digits, and no kind or number of something.
pub(super) fn is_written_down(word: &str) -> bool {
    const KINDS: [&str; 12] = [
        "int", "uint", "i", "u", "float", "f", "sha", "md", "base", "utf", "char", "v",
    ];
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_kind = KINDS.iter().any(|kind| letters.eq_ignore_ascii_case(kind));
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    // A port with its kind: `464/tcp`.
    let is_port = word.ends_with("/tcp") || word.ends_with("/udp");
    !is_kind
        && !is_port
        && (is_mixed || looks_like_key(word))
        && !word.contains(['(', '[', '{', '<', ')', ']', '}', '*', '=', ','])
        && !word.ends_with([':', '.', '?', '!'])
}

/// The passwords of `host:port:database:user:password`, where each line is so.
pub(super) fn in_password_file(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let lines = text.trim_start_matches('\u{feff}');
    let mut at = text.len() - lines.len();
    for line in lines.split_inclusive('\n') {
        let inside = line.trim_end();
        if !inside.is_empty() && !inside.starts_with('#') {
            let Some(begin) = password_of(inside) else {
                return Vec::new();
            };
            let word = inside[begin..].trim_matches('"');
            let begin = begin + inside[begin..].find(word).unwrap_or_default();
            if !word.is_empty() && !is_placeholder(word) {
                found.push(at + begin..at + begin + word.len());
            }
        }
        at += line.len();
    }
    found
}

/// Whether a text begins as such files do: of others it is told by its first line.
pub(super) fn is_password_file(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let first = lines.find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| password_of(line.trim_end()).is_some())
}

/// Where the password of such a line begins.
fn password_of(line: &str) -> Option<usize> {
    if line.contains(char::is_whitespace) {
        return None;
    }
    let mut signs = line.match_indices(':').map(|(at, _)| at);
    // A `\` stands before one that is of a name.
    let mut next = || signs.find(|at| !line[..*at].ends_with('\\'));
    let ends = [next()?, next()?, next()?, next()?];
    let port = &line[ends[0] + 1..ends[1]];
    let is_port = port == "*" || (!port.is_empty() && port.parse::<u16>().is_ok());
    let is_said = |from: usize, to: usize| from + 1 < to;
    let is_one = is_port && ends[0] > 0 && is_said(ends[1], ends[2]) && is_said(ends[2], ends[3]);
    is_one.then_some(ends[3] + 1)
}
