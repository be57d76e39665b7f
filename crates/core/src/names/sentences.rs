//! Finding a message by what it says. A message is kept as its code and its fields, and every face says
//! it in its own language; so a word somebody looks for also finds the codes whose sentences have it.

use super::search::{Word, expression, folded, last, lower, pairs, parts, search_terms, words};

/// What messages say, in every language there is.
#[derive(Debug, Default)]
pub struct Sentences(Vec<Sentence>);

#[derive(Debug)]
struct Sentence {
    /// What finds the code in an index.
    code: String,
    /// The terms of the sentence, in order.
    terms: Vec<String>,
}

impl Sentences {
    /// Of codes and what they say; a code may come several times. A placeholder (`{name}`) says
    /// nothing: what fills it is found by itself.
    pub fn new<'a>(said: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let sentence = |(code, text): (&str, &str)| {
            let said = search_terms(&without_placeholders(text));
            let mut terms: Vec<_> = said.split(' ').map(str::to_owned).collect();
            terms.sort_unstable();
            terms.dedup();
            let code = search_terms(code);
            let code: Vec<_> = code.split(' ').map(|term| format!("\"{term}\"")).collect();
            Sentence {
                code: code.join(" AND "),
                terms,
            }
        };
        Self(said.into_iter().map(sentence).collect())
    }

    /// As [`search_words`](super::search_words), and each word also finds the messages that have it in
    /// their sentences.
    pub fn search_words(&self, query: &str) -> Vec<String> {
        let typed = query.split_whitespace().map(|typed| {
            let folded = folded(typed);
            let mut words = words(&folded).peekable();
            let mut all = Vec::new();
            while let Some(word) = words.next() {
                all.push(self.expression(word, words.peek().is_none()));
            }
            all.join(" AND ")
        });
        typed.filter(|expression| !expression.is_empty()).collect()
    }

    fn expression(&self, word: Word<'_>, grows: bool) -> String {
        let mut any = vec![expression(word, grows)];
        for sentence in self.0.iter().filter(|one| one.has(word, grows)) {
            let code = format!("({})", sentence.code);
            if !any.contains(&code) {
                any.push(code);
            }
        }
        match any.len() {
            1 => any.remove(0),
            _ => format!("(({}) OR {})", any[0], any[1..].join(" OR ")),
        }
    }
}

impl Sentence {
    /// Whether this word stands in it, as [`expression`] would find it in an index.
    fn has(&self, word: Word<'_>, grows: bool) -> bool {
        let term = |term: &str, grows: bool| {
            let from = self.terms.partition_point(|one| one.as_str() < term);
            let found = self.terms.get(from);
            found.is_some_and(|one| one == term || grows && one.starts_with(term))
        };
        match word {
            Word::Spaced(word) => {
                let split = parts(word);
                let parts = || {
                    let (last, first) = split.split_last()?;
                    let whole = first.iter().all(|part| term(&lower(part), false));
                    Some(whole && term(&lower(last), grows))
                };
                term(&lower(word), grows) || parts().unwrap_or_default()
            }
            Word::Run(run) if last(run).len() == run.len() => term(run, true),
            Word::Run(run) => pairs(run).all(|pair| term(pair, false)),
        }
    }
}

fn without_placeholders(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        said.push(' ');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn sentences() -> Sentences {
        Sentences::new([
            ("timeout", "it took longer than allowed"),
            ("timeout", "超过了允许的时间"),
            ("run_task_failed", "“{task}” failed"),
            ("run_task_failed", "“{task}”失败"),
        ])
    }

    #[rstest]
    #[case("允", r#"(("允" *) OR ("timeout"))"#)]
    #[case("允许", r#"(("允许") OR ("timeout"))"#)]
    #[case("许允", r#""许允""#)]
    #[case("LONG", r#"(("long" *) OR ("timeout"))"#)]
    #[case("onger", r#""onger" *"#)]
    #[case(
        "load失败",
        r#""load" AND (("失败") OR ("run" AND "task" AND "failed"))"#
    )]
    #[case("task", r#""task" *"#)]
    #[case("“”", "")]
    fn a_word_finds_the_codes_that_say_it(#[case] typed: &str, #[case] expected: &str) {
        assert_eq!(sentences().search_words(typed).join(" + "), expected);
    }

    #[test]
    fn each_word_is_looked_for_by_itself() {
        let found = sentences().search_words("load 失败");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            Sentences::default().search_words("a b"),
            super::super::search_words("a b")
        );
    }
}
