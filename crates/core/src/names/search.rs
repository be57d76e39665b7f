//! Full-text search that finds Chinese and parts of identifiers. SQLite's `unicode61` tokenizer takes
//! a run of characters for one word, so what is stored is cut before: runs of a script without spaces
//! into overlapping pairs, `orderSync` into its words. A query is cut the same way.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// What to store in an FTS5 table (tokenizer `unicode61`): lower case, compatibility forms folded
/// (NFKC), words separated by spaces, `OrderSync` as its words and whole, runs of Chinese, Japanese and
/// Korean as pairs and the last character. Every character of a run begins a term, so that a
/// single one is found as a beginning.
pub fn search_terms(text: &str) -> String {
    let folded = folded(text);
    let mut terms = String::with_capacity(folded.len() * 2);
    for word in words(&folded) {
        match word {
            Word::Spaced(word) => {
                for part in parts(word).iter().filter(|part| part.len() < word.len()) {
                    push_term(&mut terms, part);
                }
                push_term(&mut terms, word);
            }
            Word::Run(run) => {
                pairs(run).for_each(|pair| push_term(&mut terms, pair));
                push_term(&mut terms, last(run));
            }
        }
    }
    terms
}

/// The FTS5 `MATCH` expression for what a person typed: every term must be there, the last may
/// still be growing. Everything is quoted, so nothing typed is taken for syntax. `None` when
/// there is nothing to look for.
pub fn search_query(query: &str) -> Option<String> {
    let folded = folded(query);
    let mut words: Vec<_> = words(&folded).collect();
    let last = words.pop()?;
    let whole = words.iter().map(|word| expression(*word, false) + " AND ");
    Some(whole.collect::<String>() + &expression(last, true))
}

/// As [`search_query`], an expression for each word between spaces: for what is found when its words
/// stand anywhere in it, and not all in one text. Each may still be growing.
pub fn search_words(query: &str) -> Vec<String> {
    query.split_whitespace().filter_map(search_query).collect()
}

/// Compatibility forms folded, the case as it is.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        ComposingNormalizerBorrowed::new_nfkc().normalize(text)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Word<'a> {
    /// Letters and digits of a script that puts spaces between words, in their own case.
    Spaced(&'a str),
    /// Characters of a script that does not.
    Run(&'a str),
}

pub(super) fn words(folded: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
        let unspaced = is_unspaced(rest.chars().next()?);
        let other =
            |character: char| !character.is_alphanumeric() || is_unspaced(character) != unspaced;
        let (word, after) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
        rest = after;
        Some(if unspaced {
            Word::Run(word)
        } else {
            Word::Spaced(word)
        })
    })
}

/// Every two characters of a run that stand side by side.
pub(super) fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let starts = run.char_indices().map(|(start, _)| start);
    let ends = run
        .char_indices()
        .map(|(start, one)| start + one.len_utf8());
    starts
        .zip(ends.skip(1))
        .map(|(start, end)| &run[start..end])
}

/// The last character of a run.
pub(super) fn last(run: &str) -> &str {
    let start = run.char_indices().next_back().map_or(0, |(start, _)| start);
    &run[start..]
}

/// What one word must match; its last term may be longer where it grows.
pub(super) fn expression(word: Word<'_>, grows: bool) -> String {
    let term = |term: &str, grows: bool| format!("\"{term}\"{}", if grows { " *" } else { "" });
    match word {
        Word::Spaced(word) => {
            let whole = term(&lower(word), grows);
            match parts(word).split_last() {
                Some((last, first)) if !first.is_empty() => {
                    let first = first.iter().map(|part| term(&lower(part), false) + " AND ");
                    let parts = first.collect::<String>() + &term(&lower(last), grows);
                    format!("(({parts}) OR {whole})")
                }
                _ => whole,
            }
        }
        // A single character is stored as the beginning of a pair, wherever it is not the last.
        Word::Run(run) if last(run).len() == run.len() => term(run, true),
        Word::Run(run) => {
            let pairs: Vec<_> = pairs(run).map(|pair| term(pair, false)).collect();
            pairs.join(" AND ")
        }
    }
}

/// The words of an identifier: `HTTPServer2Start` is `HTTP`, `Server2`, `Start`.
pub(super) fn parts(word: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let mut characters = word.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, character)) = characters.next() {
        let begins = character.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric() && word[start..at].chars().any(char::is_lowercase)
                || before.is_uppercase()
                    && characters
                        .peek()
                        .is_some_and(|(_, next)| next.is_lowercase()));
        if begins && at > start {
            parts.push(&word[start..at]);
            start = at;
        }
        before = character;
    }
    parts.push(&word[start..]);
    parts
}

/// In lower case, and no more than letters and digits: some letters become two characters, one of which is
/// a mark.
pub(super) fn lower(word: &str) -> String {
    let characters = word.chars().flat_map(char::to_lowercase);
    characters.filter(|one| one.is_alphanumeric()).collect()
}

fn push_term(terms: &mut String, word: &str) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    if word.is_ascii() {
        terms.extend(word.chars().map(|one| one.to_ascii_lowercase()));
    } else {
        terms.push_str(&lower(word));
    }
}

/// Han, kana and hangul.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x11ff | 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3040..=0x30ff
        | 0x3105..=0x312f | 0x3130..=0x318f | 0x31a0..=0x31bf | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff
        | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Nightly Load", "nightly load")]
    #[case("测试流程", "测试 试流 流程 程")]
    #[case("ＡＢＣ-12 周报v2", "abc 12 周报 报 v2")]
    #[case("order_sync OrderSync", "order sync order sync ordersync")]
    #[case("HTTPServer2Start", "http server2 start httpserver2start")]
    #[case("01MMW8DX00", "01mmw8dx00")]
    #[case("!!", "")]
    fn terms(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(search_terms(text), expected);
    }

    #[rstest]
    #[case("night", Some("\"night\" *"))]
    #[case("night \"lo", Some("\"night\" AND \"lo\" *"))]
    #[case("测试流", Some("\"测试\" AND \"试流\""))]
    #[case("程 a", Some("\"程\" * AND \"a\" *"))]
    #[case("OrderSync", Some("((\"order\" AND \"sync\" *) OR \"ordersync\" *)"))]
    #[case("order_sync", Some("\"order\" AND \"sync\" *"))]
    #[case("程", Some("\"程\" *"))]
    #[case("a OR b", Some("\"a\" AND \"or\" AND \"b\" *"))]
    #[case(" * ", None)]
    fn queries(#[case] query: &str, #[case] expected: Option<&str>) {
        assert_eq!(search_query(query).as_deref(), expected);
    }

    #[test]
    fn words_are_looked_for_one_by_one() {
        assert_eq!(
            search_words(" 订单x ! late"),
            ["\"订单\" AND \"x\" *", "\"late\" *"]
        );
    }
}
