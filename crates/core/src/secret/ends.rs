//! Where a value ends that stands in no quotes: one rule for whatever finds it and whatever file it is in. Only what was
//! opened before a value and what stands in it says so, never what else is in the file.

use std::ops::Range;

use super::mask::MASK;
use super::shell::{end_of_value, head_of};
use super::spelling::Open;
use super::text::is_in_query;
use super::value::{behind_kept, is_no_secret, is_reference};

/// The shortest secret, in bytes.
pub(super) const SHORTEST: usize = 4;

/// How much is looked at of what stands behind a value.
const NEAR: usize = 256;

/// The signs without which nothing ends a word: of each that does it has one.
const ENDING: &str = "\0\"'`)]}<>;,&|$/#@~!% \t";

/// Where markup goes on behind a value: with the end of its tag, of its attribute or of a text that is taken as it is.
const ENDS_OF_MARKUP: [&str; 4] = ["</", "]]>", "\"/>", "'/>"];

/// What texts are passed on to.
const FILTERS: [&str; 32] = [
    "cat",
    "tee",
    "grep",
    "egrep",
    "sed",
    "awk",
    "head",
    "tail",
    "sort",
    "uniq",
    "wc",
    "xargs",
    "more",
    "less",
    "jq",
    "yq",
    "tr",
    "cut",
    "base64",
    "sh",
    "bash",
    "python",
    "python3",
    "psql",
    "mysql",
    "gzip",
    "ssh",
    "openssl",
    "sha256sum",
    "md5sum",
    "docker",
    "kubectl",
];

/// What somebody found to be a secret, as far as it is one: without what goes on behind it. Nothing where what is left
/// is none.
pub(super) fn cut(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let at = without_scheme(text, at);
    if text[at.clone()].contains('\n') || is_in_quotes(text, &at) {
        return Some(at);
    }
    let end = end_of(text, &at);
    if end == at.end {
        return Some(at);
    }
    let left = without_ends(&text[at.start..end]);
    let is_one = left.len() >= SHORTEST && !is_reference(left) && !is_no_secret(left);
    is_one.then(|| at.start..at.start + left.len())
}

/// The same without what an `Authorization` begins with, which says how to log in: `Bearer …`; and without how a
/// password is kept: `{noop}…`.
pub(super) fn without_scheme(text: &str, at: Range<usize>) -> Range<usize> {
    const SCHEMES: [&str; 5] = ["basic", "bearer", "digest", "token", "apikey"];
    const NAME: &str = "authorization";
    let near = &text[..at.start].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '>', ',']);
    let is_header = near
        .get(near.len().saturating_sub(NAME.len())..)
        .is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let word = &text[at.clone()];
    if let Some(rest) = behind_kept(word) {
        return at.end - rest.len()..at.end;
    }
    let scheme = word.split_once(' ').filter(|(scheme, key)| {
        SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            && key.trim().len() >= SHORTEST
    });
    match scheme {
        Some((_, key)) if is_header => at.end - key.trim_start().len()..at.end,
        _ => at,
    }
}

/// Where a value without quotes ends that stands here or goes on behind.
pub(super) fn end_of(text: &str, at: &Range<usize>) -> usize {
    let head = head_of(text, at.start);
    let rest = &text[at.start..];
    // A line may be as long as its file.
    let near = &rest[..rest.floor_char_boundary(at.len().saturating_add(NEAR))];
    let line = &near[..near.find(['\r', '\n']).unwrap_or(near.len())];
    let behind = &text[at.start + line.len()..];
    let is_alone = !text[..at.start - head.len()].ends_with('\n')
        && !behind.starts_with('\n')
        && !behind.starts_with("\r\n");
    at.start + end_in((head, is_alone), &text[at.clone()], line)
}

/// Whether quotes stand around this, or what is like them in markup, so that nothing of it is of anything else.
fn is_in_quotes(text: &str, at: &Range<usize>) -> bool {
    const QUOTES: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('‘', '’'),
        ('「', '」'),
    ];
    let before = text[..at.start].chars().next_back();
    let behind = text[at.end..].chars().next();
    let is_around = |(open, close): &(char, char)| {
        before == Some(*open) && behind.is_none_or(|behind| behind == *close)
    };
    let is_data = text[..at.start].ends_with("<![CDATA[") && text[at.end..].starts_with("]]>");
    is_data || QUOTES.iter().any(is_around)
}

/// Where a word ends behind what stands before it on its line, which goes on so; and whether that is all of the text.
fn end_in((head, is_alone): (&str, bool), word: &str, line: &str) -> usize {
    if let Some(end) = placeholder_at(word) {
        return end;
    }
    if !word.contains(|c: char| ENDING.contains(c)) {
        return word.len();
    }
    let is_given = head.ends_with('=');
    let ends = [
        word.find('\0'),
        markup_at(word),
        tag_at(head, word),
        quote_at(head, word),
        expression_at(head, word, line),
        bracket_at(head, word),
        next_at(head, word, line),
        variable_at(word),
        query_at(head, word),
        is_given.then(|| end_of_value(head, line)).flatten(),
        passed_on_at((head, is_alone), word, line),
    ];
    ends.into_iter().flatten().fold(word.len(), usize::min)
}

/// Where markup goes on in a word.
pub(super) fn markup_at(word: &str) -> Option<usize> {
    let ends = ENDS_OF_MARKUP.into_iter().chain(["&quot;"]);
    ends.filter_map(|end| word.find(end)).min()
}

/// Where the tag ends that began before: `<a b=…>`.
fn tag_at(head: &str, word: &str) -> Option<usize> {
    let end = word.find('>')?;
    let open = head.rfind('<')?;
    let inside = &head[open + 1..];
    let is_open = inside.starts_with(|c: char| c.is_ascii_alphabetic()) && !inside.contains('>');
    is_open.then_some(end)
}

/// Where the text in quotes ends that began before.
fn quote_at(head: &str, word: &str) -> Option<usize> {
    if !word.contains(['"', '\'', '`']) {
        return None;
    }
    let open = Open::behind(head)?;
    let is_escaped = |at: usize| word[..at].ends_with('\\');
    let first = |quote: char| {
        let mut quotes = word.match_indices(quote).map(|(at, _)| at);
        quotes.find(|at| !is_escaped(*at))
    };
    let escaped = || {
        let mut quotes = word.match_indices(open.quote).map(|(at, _)| at);
        let end = quotes.find(|at| is_escaped(*at))?;
        Some(word[..end].trim_end_matches('\\').len())
    };
    let own = if open.has_inner {
        escaped()
    } else {
        first(open.quote)
    };
    // Another kind of them may be open within these.
    let inner = Open::behind(&head[open.at + 1..]).map(|inner| inner.quote);
    let other = inner.filter(|quote| *quote != open.quote);
    other.and_then(first).into_iter().chain(own).min()
}

/// Where a part of an expression ends that replaces something: `s/password=.*/password=…/`.
fn expression_at(head: &str, word: &str, line: &str) -> Option<usize> {
    const SIGNS: &str = "/|#,@~!%";
    if !word.contains(|c: char| SIGNS.contains(c)) || !head.contains(['"', '\'']) {
        return None;
    }
    let mut begins = head.rmatch_indices('s');
    let (at, sign) = begins.find_map(|(at, _)| {
        let sign = head[at + 1..].chars().next()?;
        let is_first = head[..at].chars().next_back();
        let is_first = is_first.is_none_or(|c| matches!(c, '"' | '\'' | ';' | ' ' | '{'));
        (is_first && SIGNS.contains(sign)).then_some((at, sign))
    })?;
    let inside = &head[at + 2..];
    // Without a blank in it, a name alone is a path or an option.
    let told = inside.matches(sign).count();
    let rest = line.matches(sign).count();
    let mut ends = word.match_indices(sign).map(|(at, _)| at);
    let end = ends.find(|at| !word[..*at].ends_with('\\'));
    end.filter(|_| told < 2 && told + rest >= 2)
}

/// Where a bracket is closed that was opened before.
fn bracket_at(head: &str, word: &str) -> Option<usize> {
    const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];
    if !word.contains([')', ']', '}']) {
        return None;
    }
    let mut open: Vec<char> = Vec::new();
    for sign in head.chars() {
        if let Some((_, close)) = BRACKETS.iter().find(|(begin, _)| *begin == sign) {
            open.push(*close);
        } else if open.last() == Some(&sign) {
            open.pop();
        }
    }
    let before = open.len();
    for (at, sign) in word.char_indices() {
        if let Some((_, close)) = BRACKETS.iter().find(|(begin, _)| *begin == sign) {
            open.push(*close);
        } else if open.last() == Some(&sign) {
            open.pop();
            let goes_on = word[at + 1..].starts_with(char::is_alphanumeric);
            if open.len() < before {
                return (!goes_on).then_some(at);
            }
        }
    }
    None
}

/// Where another one of several begins in a text: `Password=…;Encrypt=`, `password=…,ssl=`.
fn next_at(head: &str, word: &str, line: &str) -> Option<usize> {
    let is_among = is_among_others(head);
    let is_given = head.ends_with('=');
    // Before a name that begins its line there is none of them.
    let is_in = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = head.trim_end_matches('=').trim_end_matches(is_in);
    // Nor behind a blank, but where several are given in one word.
    let is_behind_one = before.ends_with(|c: char| ",;=:\"'(".contains(c))
        || before.ends_with("--set ")
        || before.ends_with("--set-string ");
    let is_exported = |at: usize| {
        let rest = line.get(at + 1..).unwrap_or_default();
        is_given && at >= SHORTEST && rest.starts_with("export ")
    };
    let mut signs = word.match_indices([';', ',']);
    let end = signs.find(|(at, sign)| {
        let rest = word[at + 1..].trim_start_matches('\\');
        let is_next = is_given && is_next_of_several(rest);
        let ends_text = rest.starts_with(['"', '\'']) && !word.starts_with(['"', '\'']);
        if *sign == ";" {
            // What a shell is told of a variable that was given before.
            is_exported(*at) || (ends_text || is_next || is_among) && !ends_entity(&word[..*at])
        } else {
            ends_text || (is_next && is_behind_one)
        }
    });
    end.map(|(at, _)| at)
}

/// Whether the value that begins behind this is one of several in a text: `Server=…;Password=`.
fn is_among_others(head: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
    let name = head.trim_end_matches(' ').strip_suffix('=');
    name.is_some_and(|head| head.trim_end_matches(is_name).ends_with(';'))
}

/// Whether a name with its `=` stands here: `Encrypt=`.
fn is_next_of_several(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let rest = text.trim_start_matches(is_name);
    let name = text[..text.len() - rest.len()].trim();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.starts_with('=')
        && !rest.starts_with("==")
}

/// Whether a `;` behind this ends a sign of markup: `&amp`, `&#38`.
fn ends_entity(before: &str) -> bool {
    const LONGEST: usize = 8;
    let is_in = |c: char| c.is_ascii_alphanumeric() || c == '#';
    let name = &before[before.trim_end_matches(is_in).len()..];
    let is_named = ["amp", "lt", "gt", "quot", "apos"].contains(&name);
    let is_one = is_named || (name.starts_with('#') && name.len() <= LONGEST);
    is_one && before[..before.len() - name.len()].ends_with('&')
}

/// Where a variable begins that is put behind a value: `KEY$SUFFIX`, `KEY${SUFFIX}`.
fn variable_at(word: &str) -> Option<usize> {
    const SHORTEST_NAME: usize = 3;
    let mut signs = word.match_indices('$').map(|(at, _)| at);
    signs.find(|at| {
        let rest = &word[at + 1..];
        let is_name = |name: &str| {
            name.len() >= SHORTEST_NAME && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        };
        let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        *at >= SHORTEST
            && !word[..*at].ends_with(['\\', '$'])
            && (is_name(rest) || inside.is_some())
    })
}

/// Where the next of the query of an address begins: `?token=…&user=`.
fn query_at(head: &str, word: &str) -> Option<usize> {
    let end = word.find('&')?;
    let is_query = head.strip_suffix('=').is_some_and(is_in_query);
    // The sign may be one that a shell takes as it is.
    is_query.then(|| word[..end].trim_end_matches('\\').len())
}

/// Where a shell passes something on behind a value with a `=` before it: `TOKEN=…|cat`, `PASSWORD=…>file`. Behind an
/// option of a program no shell takes these signs for a part of it. An option alone, or a line that is all of a text,
/// may be one of a list, which no shell reads.
fn passed_on_at((head, is_alone): (&str, bool), word: &str, line: &str) -> Option<usize> {
    if !word.contains(['|', '>', '<']) {
        return None;
    }
    let name = head.strip_suffix('=')?;
    let is_option = name
        .rsplit([' ', '\t', '"', '\'', '`'])
        .next()
        .is_some_and(|name| name.starts_with('-'));
    let open = Open::behind(name);
    let begin = open.as_ref().map_or(0, |open| open.at + 1);
    let called = name[begin..].trim_start();
    let called = called.strip_prefix("- ").unwrap_or(called).trim_start();
    let is_called = called.contains([' ', '\t']);
    let is_listed = is_option || is_alone || open.is_some();
    if word.contains(MASK) || (is_listed && !is_called) {
        return None;
    }
    let mut signs = word.match_indices(['|', '>', '<']);
    let end = signs.find(|(at, sign)| {
        // A word may go on behind a `\r`, with which a line ends.
        let Some(rest) = line.get(at + 1..) else {
            return false;
        };
        let next = rest.trim_start_matches(['>', '&', ' ']);
        let ends = |c: char| c.is_whitespace() || ";)|<>&\"'`".contains(c);
        let name = &next[..next.find(ends).unwrap_or(next.len())];
        let is_in = |c: char| c.is_ascii_alphanumeric() || "/._-~${}".contains(c);
        let is_name = !name.is_empty() && name.chars().all(is_in);
        let is_escaped = word[..*at].ends_with(['\\', '^']);
        let goes_on = next[name.len()..].starts_with(' ');
        let is_passed = if *sign == "|" {
            let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase());
            FILTERS.contains(&name) || (is_word && goes_on)
        } else {
            let is_file = name.contains(['/', '.']) || rest.starts_with(['>', '&']);
            is_name && (is_file || goes_on)
        };
        *at >= SHORTEST && !is_escaped && (is_passed || (is_option && is_name))
    });
    end.map(|(at, _)| at)
}

/// Where what stands in the place of a key ends, with which a word begins: `<masked>`, `<your-key>`.
fn placeholder_at(word: &str) -> Option<usize> {
    let inside = word.strip_prefix('<')?;
    let end = inside.find('>')?;
    let is_in = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    (end > 0 && inside[..end].chars().all(is_in)).then_some(end + 2)
}

/// A value without what stands behind it: blanks, quotes, commas, and brackets that do not begin in it.
pub(super) fn without_ends(mut word: &str) -> &str {
    const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];
    loop {
        word = word.trim_end().trim_end_matches([',', ';', '"', '\'']);
        let mut pairs = BRACKETS.iter();
        let closed = pairs.find(|(open, close)| word.ends_with(*close) && !word.contains(*open));
        match closed {
            Some((_, close)) => word = word.trim_end_matches(*close),
            None => return word,
        }
    }
}
