//! Full-text search that finds Chinese and parts of identifiers. SQLite's `unicode61` tokenizer takes
//! a run of characters for one word, so what is stored is cut before: runs of a script without spaces
//! into overlapping pairs, `orderSync` into its words. A query is cut the same way.

use icu_normalizer::ComposingNormalizerBorrowed;

/// What to store in an FTS5 table (tokenizer `unicode61`): lower case, compatibility forms folded
/// (NFKC), words separated by spaces, `OrderSync` as its words and whole, runs of Chinese, Japanese and
/// Korean as pairs and the last character. Every character of a run begins a term, so that a
/// single one is found as a beginning.
pub fn search_terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 2);
    for word in words(text) {
        match word {
            Word::Spaced(word) => {
                let parts = parts(&word);
                if parts.len() > 1 {
                    for part in &parts {
                        push_term(&mut terms, part);
                    }
                }
                push_term(&mut terms, &lower(&word));
            }
            Word::Run(characters) => {
                for pair in characters.windows(2) {
                    push_term(&mut terms, &pair.iter().collect::<String>());
                }
                if let Some(last) = characters.last() {
                    push_term(&mut terms, last.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }
    terms
}

/// The FTS5 `MATCH` expression for what a person typed: every term must be there, the last may
/// still be growing. Everything is quoted, so nothing typed is taken for syntax. `None` when
/// there is nothing to look for.
pub fn search_query(query: &str) -> Option<String> {
    let mut words = words(query);
    let last = words.pop()?;
    let whole = words.iter().map(|word| expression(word, false) + " AND ");
    Some(whole.collect::<String>() + &expression(&last, true))
}

/// As [`search_query`], an expression for each word between spaces: for what is found when its words
/// stand anywhere in it, and not all in one text. Each may still be growing.
pub fn search_words(query: &str) -> Vec<String> {
    query.split_whitespace().filter_map(search_query).collect()
}

enum Word {
    /// Letters and digits of a script that puts spaces between words, in their own case.
    Spaced(String),
    /// Characters of a script that does not.
    Run(Vec<char>),
}

fn words(text: &str) -> Vec<Word> {
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let mut words = Vec::new();
    let mut open = false;
    for character in folded.chars() {
        if !character.is_alphanumeric() {
            open = false;
            continue;
        }
        match (words.last_mut(), is_unspaced(character)) {
            (Some(Word::Run(run)), true) if open => run.push(character),
            (Some(Word::Spaced(word)), false) if open => word.push(character),
            (_, true) => words.push(Word::Run(vec![character])),
            (_, false) => words.push(Word::Spaced(character.to_string())),
        }
        open = true;
    }
    words
}

/// What one word must match; its last term may be longer where it grows.
fn expression(word: &Word, grows: bool) -> String {
    let term = |term: &str, grows: bool| format!("\"{term}\"{}", if grows { " *" } else { "" });
    match word {
        Word::Spaced(word) => {
            let whole = term(&lower(word), grows);
            let parts = parts(word);
            match parts.split_last() {
                Some((last, first)) if !first.is_empty() => {
                    let first = first.iter().map(|part| term(part, false) + " AND ");
                    let parts = first.collect::<String>() + &term(last, grows);
                    format!("(({parts}) OR {whole})")
                }
                _ => whole,
            }
        }
        // A single character is stored as the beginning of a pair, wherever it is not the last.
        Word::Run(characters) if characters.len() == 1 => characters
            .iter()
            .map(|one| term(&one.to_string(), true))
            .collect(),
        Word::Run(characters) => {
            let pairs = characters.windows(2).map(|pair| pair.iter().collect());
            let pairs: Vec<_> = pairs.map(|pair: String| term(&pair, false)).collect();
            pairs.join(" AND ")
        }
    }
}

/// The words of an identifier in lower case: `HTTPServer2Start` is `http`, `server2`, `start`.
fn parts(word: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut characters = word.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let begins = character.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric() && part.chars().any(char::is_lowercase)
                || before.is_uppercase()
                    && characters.peek().is_some_and(|next| next.is_lowercase()));
        if begins && !part.is_empty() {
            parts.push(lower(&std::mem::take(&mut part)));
        }
        part.push(character);
        before = character;
    }
    if !part.is_empty() {
        parts.push(lower(&part));
    }
    parts
}

/// In lower case, and no more than letters and digits: some letters become two characters, one of which is
/// a mark.
fn lower(word: &str) -> String {
    let characters = word.chars().flat_map(char::to_lowercase);
    characters.filter(|one| one.is_alphanumeric()).collect()
}

fn push_term(terms: &mut String, term: &str) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.push_str(term);
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
