//! Names as lists of words.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The words of a name in lower case: `clientSecret`, `client_secret`, `X-Api-Key`, `ＤＢ密码２`. A word ends where
/// letters end, where a capital begins another, and where one script does; digits are in none.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = Sign::None;
    let name = plain(name);
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let sign = Sign::of(letter);
        let is_followed = letters.peek().is_some_and(|next| next.is_lowercase());
        if sign.begins_behind(before, is_followed) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign != Sign::None) {
            word.extend(letter.to_lowercase());
        }
        before = sign;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name as it is compared: in letters of their usual width, each of them one sign with what is set above it.
pub(super) fn plain(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return name.into();
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(name)
}

/// What a sign is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// No letter.
    None,
    Lower,
    Upper,
    /// A letter of a script that has no capitals.
    Alike,
}

impl Sign {
    fn of(sign: char) -> Self {
        if !sign.is_alphabetic() {
            Self::None
        } else if sign.is_uppercase() {
            Self::Upper
        } else if sign.is_lowercase() {
            Self::Lower
        } else {
            Self::Alike
        }
    }

    /// Whether another word begins with this sign, or ends before it.
    fn begins_behind(self, before: Self, is_followed_by_lower: bool) -> bool {
        match (before, self) {
            (Self::Lower, Self::Upper) | (_, Self::None) => true,
            (Self::Upper, Self::Upper) => is_followed_by_lower,
            (Self::Alike, now) => now != Self::Alike,
            (_, now) => now == Self::Alike && before != Self::None,
        }
    }
}
