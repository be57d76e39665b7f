//! A piece of a text around what was looked for.

use super::search::{Word, folded, lower, words};

/// Characters before the first word that was found.
const BEFORE: usize = 40;

/// So many characters of a text around the first place where one of these typed words stands, or a part of one;
/// its beginning where none of them does. What is left out at an end is an ellipsis there.
///
/// A text is found by what it is made of after folding (`search_terms`), so that a word may stand in it in another
/// spelling: then its beginning is as good a piece as any.
pub fn excerpt(text: &str, typed: &str, length: usize) -> String {
    let start = place(text, typed).map_or(0, |place| {
        let before = text[..place].char_indices().rev();
        before.take(BEFORE).last().map_or(place, |(start, _)| start)
    });
    let end = text[start..]
        .char_indices()
        .nth(length)
        .map_or(text.len(), |(end, _)| start + end);
    let piece = text[start..end].trim();
    let (before, after) = (start > 0, end < text.len());
    format!(
        "{}{piece}{}",
        if before { "…" } else { "" },
        if after { "…" } else { "" }
    )
}

/// Whether one of these typed words stands in a text as it is spelled there.
pub fn has_a_word(text: &str, typed: &str) -> bool {
    place(text, typed).is_some()
}

/// Where the first of the words stands.
fn place(text: &str, typed: &str) -> Option<usize> {
    let folded = folded(typed);
    let typed = words(&folded).map(|word| match word {
        Word::Spaced(word) | Word::Run(word) => lower(word),
    });
    let places = typed.filter_map(|word| place_of(text, &word));
    places.min()
}

fn place_of(text: &str, word: &str) -> Option<usize> {
    let mut starts = text.char_indices().map(|(start, _)| start);
    starts.find(|start| {
        let mut here = text[*start..].chars().flat_map(char::to_lowercase);
        word.chars().all(|one| here.next() == Some(one))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_text_is_cut_around_what_was_looked_for() {
        let text = format!(
            "{}the Order 订单 failed{}",
            "x ".repeat(100),
            " y".repeat(200)
        );
        for typed in ["order", "ORDER", "订单", "nothing order"] {
            let piece = excerpt(&text, typed, 80);
            assert!(piece.contains("Order 订单 failed"), "{typed}: {piece}");
            assert!(piece.starts_with('…') && piece.ends_with('…'), "{piece}");
        }
        assert_eq!(excerpt("short", "nothing", 80), "short");
        assert!(excerpt(&text, "nothing", 80).starts_with("x x"));
    }

    proptest! {
        #[test]
        fn a_piece_has_the_word_and_is_no_longer_than_asked(
            before in ".{0,80}", word in "[a-zA-Z]{3,8}", after in ".{0,80}", length in 60..100_usize,
        ) {
            let text = format!("{before} {word} {after}");
            let piece = excerpt(&text, &word, length);
            prop_assert!(piece.to_lowercase().contains(&word.to_lowercase()), "{piece:?}");
            prop_assert!(piece.chars().count() <= length + 2);
        }
    }
}
