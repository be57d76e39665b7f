//! Secrets that programs are called with behind an option and a space: `--password hunter2`, and for some programs
//! behind a short one: `mysql -phunter2`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::ends::end_of;
use super::name::{is_secret, is_secret_name};
use super::value::{is_no_secret, is_reference};

/// Where an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In what a program is called with: what follows is its value.
    Command,
    /// In lines of which each may be a command.
    Lines,
    /// In what people write, where commands stand in code.
    Prose,
}

/// How a program is told its password.
#[derive(Debug, Clone, Copy)]
enum Short {
    /// `-phunter2`.
    Joined(&'static str),
    /// `-a hunter2`.
    Apart(&'static str),
}

/// Programs with a short option for a password, by what they are called with.
pub(super) const PROGRAMS: [&str; 29] = [
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlimport",
    "mysqlcheck",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "redis-cli",
    "sshpass",
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "docker login",
    "podman login",
    "helm registry login",
    "sqlcmd",
    "osql",
    "psexec",
    "ldapsearch",
    "ldapmodify",
    "ldapadd",
    "7z",
    "mosquitto_pub",
    "mosquitto_sub",
    "cqlsh",
    "zip",
    "unzip",
];

/// Words that are no passwords where somebody writes about an option.
const WORDS: [&str; 36] = [
    "is",
    "to",
    "for",
    "and",
    "or",
    "the",
    "option",
    "options",
    "flag",
    "with",
    "from",
    "into",
    "if",
    "when",
    "then",
    "not",
    "can",
    "must",
    "should",
    "will",
    "instead",
    "given",
    "argument",
    "parameter",
    "value",
    "without",
    "unless",
    "because",
    "that",
    "this",
    "only",
    "takes",
    "reads",
    "asks",
    "prompts",
    "here",
];

/// Words with which a line begins that is no command.
const SAYING: [&str; 26] = [
    "use", "uses", "using", "pass", "set", "add", "give", "specify", "supply", "provide", "with",
    "via", "see", "the", "a", "an", "if", "when", "and", "or", "to", "for", "then", "needs",
    "requires", "works",
];

static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(PROGRAMS)
        .ok()
});

/// How the program of this name is told its password.
fn short_of(program: &str) -> &'static [Short] {
    match program {
        "redis-cli" => &[Short::Apart("-a")],
        "sshpass" => &[Short::Apart("-p"), Short::Joined("-p")],
        "sqlcmd" | "osql" => &[Short::Apart("-P"), Short::Joined("-P")],
        "mosquitto_pub" | "mosquitto_sub" | "zip" | "unzip" => &[Short::Apart("-P")],
        "cqlsh" | "psexec" => &[Short::Apart("-p")],
        "ldapsearch" | "ldapmodify" | "ldapadd" => &[Short::Apart("-w")],
        _ if program.starts_with("mongo") || program.ends_with("login") => &[Short::Apart("-p")],
        _ => &[Short::Joined("-p")],
    }
}

/// What follows an option of a password's name and a space, and short options of programs that are known.
pub(super) fn options_in(text: &str, place: Place) -> Vec<Range<usize>> {
    let fences = if place == Place::Prose {
        fenced(text)
    } else {
        Vec::new()
    };
    let said = |at: usize, value: &Range<usize>| {
        let is_quoted = text[..value.start].ends_with(['"', '\'']);
        place == Place::Command
            || is_quoted
            || is_literal(&text[value.clone()])
            || (is_command(text, at, place, &fences) && is_word(&text[value.clone()]))
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('-') {
        let told = found.last().map_or(0, |last| last.end);
        let is_begin = text[..at].ends_with(|c: char| c.is_whitespace() || "\"'`(（".contains(c));
        if at < told || !(is_begin || at == 0) {
            continue;
        }
        let value = long_option(text, at).filter(|value| said(at, value));
        found.extend(value);
    }
    let programs = NAMES.iter().flat_map(|names| names.find_iter(text));
    for program in programs {
        let value = short_option(text, program.range());
        found.extend(value.filter(|value| said(program.start(), value)));
    }
    found.extend(given_in(text, place, &fences));
    found.extend(passed_in(text));
    found.sort_by_key(|at| at.start);
    found
}

/// What programs are given under a name of a secret: `-Ddb.password=…`, `--from-literal=password=…`, `-e PASSWORD=…`,
/// and what a line begins with that is a variable of a shell.
fn given_in(text: &str, place: Place, fences: &[Range<usize>]) -> Vec<Range<usize>> {
    /// What stands before a name that is given.
    const GIVERS: [&str; 8] = [
        "--from-literal=",
        "--from-literal ",
        "--set ",
        "--set-string ",
        "-e ",
        "--env ",
        "--env=",
        "--build-arg ",
    ];
    /// What a line has before a variable.
    const BEFORE: [&str; 6] = ["", "export", "$", "$ export", "ENV", "ARG"];
    /// The longest name, with what stands before it.
    const NEAR: usize = 128;
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('=') {
        let from = found.last().map_or(0, |last| last.end);
        let near = text.ceil_char_boundary(at.saturating_sub(NEAR)).max(from);
        let Some(before) = text.get(near..at) else {
            continue;
        };
        let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name = &before[before.trim_end_matches(is_in).len()..];
        let before = &before[..before.len() - name.len()];
        let is_variable = |name: &str| {
            let mut letters = name.chars();
            letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        let is_first = || {
            let line = before
                .rsplit('\n')
                .next()
                .filter(|_| near == 0 || before.contains('\n'));
            let is_in_code =
                place != Place::Prose || fences.iter().any(|fence| fence.contains(&at));
            is_in_code && line.is_some_and(|line| BEFORE.contains(&line.trim()))
        };
        let is_given = name.starts_with("-D")
            || GIVERS.iter().any(|giver| before.ends_with(giver))
            || (is_variable(name) && is_first());
        let name = name.strip_prefix("-D").unwrap_or(name);
        if !is_given || name.is_empty() || !is_secret_name(name) {
            continue;
        }
        let value = token(text, at + 1).filter(|value| {
            let word = &text[value.clone()];
            // Others behind a comma may be of lists: `a=…,b[0]=…`.
            let first = word.split(',').next().unwrap_or_default();
            let is_call =
                first.contains(['(', '[', '{']) || text[value.end..].starts_with([')', ',']);
            !is_call && word != name && is_secret(name, word)
        });
        found.extend(value);
    }
    found
}

/// What OpenSSL is given: `-passin pass:hunter2`.
fn passed_in(text: &str) -> Vec<Range<usize>> {
    let options = ["-pass pass:", "-passin pass:", "-passout pass:"];
    let met = options
        .into_iter()
        .flat_map(|option| text.match_indices(option));
    let values = met.filter_map(|(at, option)| token(text, at + option.len()));
    values
        .filter(|value| is_password(&text[value.clone()]))
        .collect()
}

/// The secret behind an option of its name that begins here: `--password hunter2`, or in a list of texts
/// `"--password", "hunter2"`.
fn long_option(text: &str, at: usize) -> Option<Range<usize>> {
    /// The longest name.
    const LONGEST: usize = 64;
    let near = &text[at..text.floor_char_boundary(at.saturating_add(LONGEST))];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = &near[..near.find(|c| !is_name(c))?];
    if !is_secret_name(name) {
        return None;
    }
    let end = at + name.len();
    let signed = text[end..].strip_prefix('=');
    let value = match text[end..].strip_prefix(' ') {
        None if signed.is_some() => token(text, end + 1)?,
        Some(rest) if ends_a_text(text, at, rest) => return None,
        Some(rest) if !rest.starts_with(['-', ' ']) => token(text, end + 1)?,
        Some(_) => return None,
        None => listed_behind(text, end)?,
    };
    let word = &text[value.clone()];
    (!is_given_otherwise(name, word) && is_secret(name, word)).then_some(value)
}

/// Whether `rest` begins with the quote that ends the text an option stands in, as in programs that put commands
/// together: `"connect --password " + word`.
fn ends_a_text(text: &str, option: usize, rest: &str) -> bool {
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return false;
    };
    let line = &text[text[..option].rfind('\n').map_or(0, |at| at + 1)..option];
    line.matches(quote).count() % 2 == 1
}

/// Whether this is no secret but where one is: `--secret id=npm,src=./x`, or the name of something.
fn is_given_otherwise(name: &str, word: &str) -> bool {
    let is_part = |part: &str| {
        ["id=", "src=", "source=", "type=", "env="]
            .iter()
            .any(|begin| part.starts_with(begin))
    };
    word.split(',').any(is_part) || word == name.trim_start_matches('-')
}

/// The password behind a short option of the program that stands here.
fn short_option(text: &str, program: Range<usize>) -> Option<Range<usize>> {
    /// The farthest an option is from its program.
    const NEAR: usize = 512;
    let is_begin =
        !text[..program.start].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
    let name = &text[program.clone()];
    let text = &text[..text.floor_char_boundary(program.end.saturating_add(NEAR))];
    let is_list = text[program.end..].starts_with(['"', '\'']);
    let is_end = is_list || text[program.end..].starts_with(char::is_whitespace);
    if !is_begin || !is_end {
        return None;
    }
    let mut at = program.end + usize::from(is_list);
    let mut awaited = false;
    loop {
        let word = if is_list {
            next_listed(text, at)?
        } else {
            next_token(text, at)?
        };
        let quote = usize::from(is_list || text[word.end..].starts_with(['"', '\'']));
        at = word.end + quote;
        let raw = &text[word.clone()];
        if awaited {
            return is_password(raw).then_some(word);
        }
        for short in short_of(name) {
            match short {
                Short::Apart(option) => awaited |= raw == *option,
                Short::Joined(option) => {
                    let begin = word.start + option.len();
                    let is_quoted = !is_list && text[word.end..].starts_with(['"', '\'']);
                    let is_joined = raw.len() > option.len() || is_quoted;
                    if raw.starts_with(option) && is_joined {
                        let value = token(text, begin).filter(|_| !is_list);
                        let value = value.unwrap_or(begin..word.end);
                        return is_password(&text[value.clone()]).then_some(value);
                    }
                }
            }
        }
    }
}

/// Whether an item of a list is the password of a program that is another one before it: `[redis-cli, -a, …]`.
pub(super) fn is_short_in(before: &[&str]) -> bool {
    let Some((option, before)) = before.split_last() else {
        return false;
    };
    let apart = |program: &&str| {
        let program = program.rsplit('/').next().unwrap_or(program);
        let is_known = PROGRAMS.contains(&program);
        let mut shorts = short_of(program).iter();
        is_known && shorts.any(|short| matches!(short, Short::Apart(known) if known == option))
    };
    before.iter().any(apart)
}

/// The password in an item of a list behind others, one of which is its program: `[mysqladmin, ping, -phunter2]`.
pub(super) fn joined_in(before: &[&str], item: &str) -> Option<Range<usize>> {
    let joins = |program: &&str| {
        let program = program.rsplit('/').next().unwrap_or(program);
        let mut shorts = short_of(program).iter();
        let is_joined =
            |short: &Short| matches!(short, Short::Joined(known) if item.starts_with(known));
        PROGRAMS.contains(&program) && shorts.any(is_joined)
    };
    let value = item.get(2..)?;
    (before.iter().any(joins) && is_password(value)).then_some(2..item.len())
}

fn is_password(word: &str) -> bool {
    const SHORTEST: usize = 4;
    word.len() >= SHORTEST
        && !is_reference(word)
        && !is_no_secret(word)
        && (!is_secret_name(word) || word.contains(|c: char| c.is_ascii_digit()))
        && !is_name(word)
}

/// Whether this is what the value of an option is called in a description: `PASSWORD`.
fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// Whether a word can only be written down, whatever stands around it.
fn is_literal(word: &str) -> bool {
    let has_sign = |c: char| c.is_ascii_digit() || "!@#$%^&*+=".contains(c);
    word.contains(has_sign) && !word.contains(['(', '[', '{'])
}

/// Whether a word may be the value of an option in a command.
fn is_word(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    !is_name(word)
        && !WORDS.contains(&lower.as_str())
        && (!is_secret_name(word) || word.contains(|c: char| c.is_ascii_digit()))
        && !word.contains(['(', '[', '{'])
}

/// What is between the quotes that begin here, else the word.
fn token(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    // A `$` stands before the quotes of a shell.
    let signed = rest.strip_prefix('$');
    let signed = signed.filter(|rest| rest.starts_with(['"', '\'']));
    let (at, rest) = signed.map_or((at, rest), |rest| (at + 1, rest));
    let quotes = [
        ('"', '"'),
        ('\'', '\''),
        ('“', '”'),
        ('‘', '’'),
        ('「', '」'),
    ];
    for (open, close) in quotes {
        let Some(inside) = rest.strip_prefix(open) else {
            continue;
        };
        let begin = at + open.len_utf8();
        // What is left open goes to the end of its line.
        let line = inside.lines().next().unwrap_or_default().trim_end();
        let length = line.find(close).unwrap_or(line.len());
        return Some(begin..begin + length);
    }
    let is_placeholder = rest.starts_with('<');
    let ends = |c: char| {
        let is_passed_on = matches!(c, '<' | '>') && !is_placeholder;
        is_passed_on || c.is_whitespace() || matches!(c, ';' | '&' | '|' | '"' | '\'' | '`' | ')')
    };
    let length = rest.find(ends).unwrap_or(rest.len());
    let end = end_of(text, &(at..at + length));
    let word = text[at..end].trim_end_matches([',', '\\', '，', '。']);
    (!word.is_empty()).then(|| at..at + word.len())
}

/// The next word of a command, which goes on behind the end of a line where a `\` is there.
fn next_token(text: &str, at: usize) -> Option<Range<usize>> {
    let mut rest = text.get(at..)?;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        let next = ["\\\n", "\\\r\n"]
            .iter()
            .find_map(|end| rest.strip_prefix(end));
        let Some(next) = next else { break };
        rest = next;
    }
    let is_over = rest.starts_with(['\n', '\r', '|', ';', '&', '`', '#', ')']);
    (!is_over).then(|| token(text, text.len() - rest.len()))?
}

/// The next text of a list.
fn next_listed(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?.trim_start_matches([' ', '\t', '\r', '\n']);
    let rest = rest.strip_prefix(',')?;
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let begin = text.len() - rest.len() + 1;
    let length = rest[1..].find([quote, '\n'])?;
    rest[1 + length..]
        .starts_with(quote)
        .then(|| begin..begin + length)
}

/// The text that follows one in a list which ends here, with its quote behind it.
fn listed_behind(text: &str, end: usize) -> Option<Range<usize>> {
    let quote = text[end..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))?;
    let value = next_listed(text, end + quote.len_utf8())?;
    let word = &text[value.clone()];
    let is_name = is_secret_name(word) && !word.contains(|c: char| c.is_ascii_digit());
    (!word.starts_with('-') && !is_name).then_some(value)
}

/// Whether what stands here is of a command: its line begins with a program, or it stands in code.
fn is_command(text: &str, at: usize, place: Place, fences: &[Range<usize>]) -> bool {
    /// The farthest the beginning of a command is.
    const NEAR: usize = 512;
    let mut begin = text.ceil_char_boundary(at.saturating_sub(NEAR));
    let is_cut = begin > 0;
    let before = &text[begin..at];
    let mut lines = before.rmatch_indices('\n');
    // A line goes on behind a `\`.
    let line = lines.find(|(end, _)| !before[..*end].trim_end_matches('\r').ends_with('\\'));
    match line {
        Some((end, _)) => begin += end + 1,
        None if is_cut => return false,
        None => {}
    }
    let line = &text[begin..at];
    let code = line.matches('`').count() % 2 == 1;
    let line = if code {
        line.rsplit('`').next().unwrap_or(line)
    } else {
        line
    };
    let is_fenced = fences.iter().any(|fence| fence.contains(&at));
    let is_told = line.trim_start().starts_with("$ ");
    if place == Place::Prose && !code && !is_fenced && !is_told {
        return false;
    }
    begins_with_program(line, at == begin)
}

/// Whether a line begins as commands do.
fn begins_with_program(line: &str, is_here: bool) -> bool {
    let mut words = line.split_whitespace().peekable();
    let is_before = |word: &&str| {
        let is_sign = [
            "$",
            ">",
            "-",
            "&&",
            "||",
            "|",
            "RUN",
            "CMD",
            "ENTRYPOINT",
            "sudo",
            "exec",
        ];
        is_sign.contains(word) || word.split_once('=').is_some_and(|(name, _)| is_name(name))
    };
    while words.next_if(is_before).is_some() {}
    let Some(first) = words.next() else {
        // The option is the first word of what a program is called with.
        return is_here || line.trim().is_empty();
    };
    let first = first.trim_start_matches('@');
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "_-./$\"{}".contains(c);
    let is_program = first.starts_with(|c: char| c.is_ascii_lowercase() || "./$\"-".contains(c));
    is_program && first.chars().all(is_sign) && !SAYING.contains(&first)
}

/// Where code stands in what people write.
fn fenced(text: &str) -> Vec<Range<usize>> {
    let mut fences = Vec::new();
    let mut open = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = line.trim_start();
        if begin.starts_with("```") || begin.starts_with("~~~") {
            match open.take() {
                Some(from) => fences.push(from..at),
                None => open = Some(at + line.len()),
            }
        }
        at += line.len();
    }
    fences.extend(open.map(|from| from..text.len()));
    fences
}
