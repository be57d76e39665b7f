//! What people keep beside a secret: the one before it, in a comment behind it.

use std::ops::Range;

use super::places::SecretKind;
use super::shape::Found;
use super::value::{is_no_secret, is_placeholder};

/// The shortest password, and the shortest other word that is one.
const SHORTEST: (usize, usize) = (4, 6);

/// The secrets in the comment behind a secret that ends here: the one word behind a sign, and each with letters and
/// digits.
pub(super) fn in_comment_behind(text: &str, at: usize) -> Vec<Found> {
    /// The longest comment of this kind.
    const LONGEST: usize = 512;
    let rest = text[at..].trim_start_matches(['"', '\'']);
    let rest = rest.trim_start_matches([',', '}', ']', ';']);
    let blank = rest.trim_start_matches([' ', '\t']);
    let Some(comment) = blank.strip_prefix('#').filter(|_| blank.len() < rest.len()) else {
        return Vec::new();
    };
    let begin = text.len() - comment.len();
    let comment = &comment[..comment.floor_char_boundary(LONGEST)];
    let comment = &comment[..comment.find('\n').unwrap_or(comment.len())];
    let words = words(comment);
    let count = words.len();
    let is_one = |(at, (word, is_named)): (usize, &(Range<usize>, bool))| {
        let text = &comment[word.clone()];
        let is_named = *is_named && at + 1 == count && text.len() >= SHORTEST.0;
        let is_free = !is_placeholder(text) && !is_no_secret(text) && !text.starts_with('/');
        is_free && (is_named || is_mixed(text))
    };
    let all = words.iter().enumerate().filter(|word| is_one(*word));
    let all = all.map(|(_, (word, _))| begin + word.start..begin + word.end);
    all.map(|at| (at, SecretKind::Name)).collect()
}

fn is_mixed(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    word.len() >= SHORTEST.1 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}

/// The words of a comment, and whether a sign stands before each.
fn words(comment: &str) -> Vec<(Range<usize>, bool)> {
    let is_sign = |c: char| matches!(c, ':' | '=' | '：' | '＝');
    let is_mark = |c: char| is_sign(c) || "\"'`(),;.，。（）".contains(c);
    let ends = |c: char| c.is_whitespace() || is_sign(c);
    let mut words = Vec::new();
    let mut at = 0;
    let mut is_named = false;
    for piece in comment.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends).trim_end_matches(is_mark);
        let start = word.len() - word.trim_start_matches(is_mark).len();
        if start < word.len() {
            words.push((at + start..at + word.len(), is_named));
            is_named = false;
        }
        is_named |= piece.ends_with(is_sign);
        at += piece.len();
    }
    words
}
