//! Where a shell ends a word: what follows it on its line is no part of a key.

/// What a line begins with that gives a variable one word.
const GIVING: [&str; 6] = [
    "export", "local", "declare", "readonly", "typeset", "setenv",
];

/// What stands before a place on its line, as far as a command is looked at; of a longer line its end.
pub(super) fn head_of(text: &str, at: usize) -> &str {
    /// Lines of what a program wrote may be as long as their file.
    const LONGEST: usize = 512;
    let near = &text[text.ceil_char_boundary(at.saturating_sub(LONGEST))..at];
    &near[near.rfind('\n').map_or(0, |end| end + 1)..]
}

/// Where the value ends with which `rest` begins, to the end of its line; `head` is what stands before it on its line,
/// with its name and the `=`. Nothing where all of the line may be the value, as settings have it.
pub(super) fn end_of_value(head: &str, rest: &str) -> Option<usize> {
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || "$>@-".contains(c));
    let first = head.split([' ', '\t']).next().unwrap_or_default();
    let name = head.rsplit([' ', '\t']).next().unwrap_or_default();
    if first.len() < head.len() && first.eq_ignore_ascii_case("set") {
        // Of a batch file, where words are not apart.
        let end = operator_in(rest, true)?;
        return Some(rest[..end].trim_end().len());
    }
    let word = rest.find([' ', '\t']).unwrap_or(rest.len());
    let is_given = first.len() < head.len() && GIVING.contains(&first);
    if is_given || name.starts_with('-') {
        // People write of options, too, where a sign may be of the key.
        return Some(operator_in(&rest[..word], is_given).unwrap_or(word));
    }
    if let Some(end) = operator_in(rest, false) {
        return Some(end.min(word));
    }
    is_called(&rest[word..]).then_some(word)
}

/// How long a text in single quotes is with which this begins, where a shell has it of several: `'it'\\''s'`, of which
/// the first quote is not here. The last one is not counted.
pub(super) fn joined(inside: &str) -> Option<usize> {
    const QUOTE: &str = "'\\''";
    let line = inside.split('\n').next().unwrap_or_default();
    let first = line.find('\'')?;
    let mut end = first;
    while let Some(rest) = line[end..].strip_prefix(QUOTE) {
        end += QUOTE.len() + rest.find('\'')?;
    }
    (end > first).then_some(end)
}

/// Where the first sign stands that ends a command: `&&`, `||`, and `;`, `|` or `&` with a blank beside it or where
/// any will do. Behind a `\` or a `^` it means nothing.
fn operator_in(text: &str, is_any: bool) -> Option<usize> {
    let mut signs = text.match_indices([';', '&', '|']);
    signs.find_map(|(at, sign)| {
        let before = &text[..at];
        let behind = &text[at + 1..];
        let is_escaped = before.ends_with(['\\', '^']);
        let is_twice = sign != ";" && behind.starts_with(sign);
        let is_apart = behind.starts_with([' ', '\t'])
            || (before.ends_with([' ', '\t']) && behind.trim().is_empty());
        (!is_escaped && (is_any || is_twice || is_apart)).then_some(at)
    })
}

/// Whether what stands behind a first word calls a program: its name, and later an option or a variable.
fn is_called(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let is_program = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase() || "./".contains(c))
            && word.chars().all(is_sign)
    };
    let is_given = |word: &str| {
        let option = word.trim_start_matches('-');
        let is_option = option.len() < word.len() && option.starts_with(char::is_alphabetic);
        is_option || word.trim_start_matches('"').starts_with('$')
    };
    words.next().is_some_and(is_program) && words.any(is_given)
}
