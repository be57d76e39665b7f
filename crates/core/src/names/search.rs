//! Full-text search that finds Chinese. SQLite's `unicode61` tokenizer takes a run of characters
//! for one word, so runs without spaces between words are cut into single characters and pairs
//! before they are stored, and a query is cut the same way.

use icu_normalizer::ComposingNormalizerBorrowed;

/// What to store in an FTS5 table (tokenizer `unicode61`): lower case, compatibility forms folded
/// (NFKC), words separated by spaces, runs of Chinese, Japanese and Korean as characters and pairs.
pub fn search_terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 2);
    for word in words(text) {
        match word {
            Word::Spaced(word) => push_term(&mut terms, &word),
            Word::Run(characters) => {
                for character in &characters {
                    push_term(&mut terms, character.encode_utf8(&mut [0; 4]));
                }
                for pair in characters.windows(2) {
                    push_term(&mut terms, &pair.iter().collect::<String>());
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
    let mut terms = Vec::new();
    for word in words(query) {
        match word {
            Word::Spaced(word) => terms.push(word),
            Word::Run(characters) if characters.len() == 1 => {
                terms.extend(characters.iter().map(char::to_string));
            }
            Word::Run(characters) => {
                terms.extend(characters.windows(2).map(|pair| pair.iter().collect()));
            }
        }
    }
    let last = terms.pop()?;
    let whole = terms.iter().map(|term| format!("\"{term}\" AND "));
    Some(whole.collect::<String>() + &format!("\"{last}\" *"))
}

enum Word {
    /// Letters and digits of a script that puts spaces between words.
    Spaced(String),
    /// Characters of a script that does not.
    Run(Vec<char>),
}

fn words(text: &str) -> Vec<Word> {
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let mut words = Vec::new();
    let mut open = false;
    for character in folded.chars().flat_map(char::to_lowercase) {
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
    #[case("测试流程", "测 试 流 程 测试 试流 流程")]
    #[case("ＡＢＣ-12 周报v2", "abc 12 周 报 周报 v2")]
    #[case("!!", "")]
    fn terms(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(search_terms(text), expected);
    }

    #[rstest]
    #[case("night", Some("\"night\" *"))]
    #[case("night \"lo", Some("\"night\" AND \"lo\" *"))]
    #[case("测试流", Some("\"测试\" AND \"试流\" *"))]
    #[case("程", Some("\"程\" *"))]
    #[case("a OR b", Some("\"a\" AND \"or\" AND \"b\" *"))]
    #[case(" * ", None)]
    fn queries(#[case] query: &str, #[case] expected: Option<&str>) {
        assert_eq!(search_query(query).as_deref(), expected);
    }
}
