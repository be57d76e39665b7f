//! Expressions in parameters and conditions: `${tasks.ID.output.…}`, `${context.…}`,
//! `${secret.NAME}` (contracts, "A definition that runs").
//!
//! Only what can be told without running is checked: that every `${` is closed, that paths begin
//! at a known root, that tasks named in them are there. Absent on purpose: evaluation.

/// What an expression in a text refers to, or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// A path that begins with this root and goes on with this key, if with one.
    Path {
        root: &'t str,
        next: Option<&'t str>,
    },
    /// A `${` without its `}`.
    NotClosed,
    /// `${}`.
    Empty,
}

/// The parts of all expressions in a text. `$${` writes `${` and begins none.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let escaped = rest[..at].ends_with('$');
        rest = &rest[at + 2..];
        if escaped {
            continue;
        }
        let Some(end) = end_of(rest) else {
            parts.push(Part::NotClosed);
            break;
        };
        let inner = &rest[..end];
        if inner.trim().is_empty() {
            parts.push(Part::Empty);
        }
        paths(inner, &mut parts);
        rest = &rest[end + 1..];
    }
    parts
}

/// Whether the text is one expression and nothing else, as conditions are.
pub(super) fn is_lone(text: &str) -> bool {
    text.trim()
        .strip_prefix("${")
        .is_some_and(|rest| end_of(rest).is_some_and(|end| end + 1 == rest.len()))
}

/// Where the closing brace is; braces in quotes count for nothing.
fn end_of(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character == '}' => return Some(at),
            _ => {}
        }
    }
    None
}

/// The paths in an expression: words outside quotes that are no literal.
fn paths<'t>(inner: &'t str, parts: &mut Vec<Part<'t>>) {
    let mut rest = inner;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\'') {
            let after = &rest[1..];
            rest = after.find(first).map_or("", |end| &after[end + 1..]);
        } else if first.is_ascii_digit() {
            rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '.');
        } else if is_word(first) && first != '-' {
            let root = leading_word(rest);
            rest = &rest[root.len()..];
            let next = rest
                .strip_prefix('.')
                .map(leading_word)
                .filter(|word| !word.is_empty());
            while let Some(after) = rest.strip_prefix('.').filter(|r| r.starts_with(is_word)) {
                rest = &after[leading_word(after).len()..];
            }
            if !matches!(root, "true" | "false" | "null") {
                parts.push(Part::Path { root, next });
            }
        } else if let Some(inside) = rest.strip_prefix('[') {
            rest = inside.split_once(']').map_or("", |(_, after)| after);
            // What follows an index goes on with the same path.
            while let Some(after) = rest.strip_prefix('.').filter(|r| r.starts_with(is_word)) {
                rest = &after[leading_word(after).len()..];
            }
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
}

fn leading_word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// Characters of keys and ids. There is no subtraction, so a hyphen is one of them.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn path<'t>(root: &'t str, next: &'t str) -> Part<'t> {
        Part::Path {
            root,
            next: Some(next),
        }
    }

    #[rstest]
    #[case("plain $ text {x}", vec![])]
    #[case("${context.day}", vec![path("context", "day")])]
    #[case("a $${context.day} b", vec![])]
    #[case("${tasks.load-1.output.rows[0].n == 'x}' && !context.ok}",
        vec![path("tasks", "load-1"), path("context", "ok")])]
    #[case("${ENV}", vec![Part::Path { root: "ENV", next: None }])]
    #[case("${secret.DB} and ${tasks.检查.output}", vec![path("secret", "DB"), path("tasks", "检查")])]
    #[case("${3.5 < context.a[0].b}", vec![path("context", "a")])]
    #[case("${true}", vec![])]
    #[case("${ }", vec![Part::Empty])]
    #[case("${context.x", vec![Part::NotClosed])]
    fn what_expressions_name(#[case] text: &str, #[case] expected: Vec<Part<'_>>) {
        assert_eq!(parts(text), expected);
    }

    #[rstest]
    #[case("${a}", true)]
    #[case(" ${a == '}'} ", true)]
    #[case("${a} ${b}", false)]
    #[case("测试完成", false)]
    fn lone_expressions(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_lone(text), expected);
    }
}
