//! File names that every system keeps: short, without separators, unlike any reserved name
//! (reliability rows 21–25). The true name and id are inside the file; this one is for people.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::Sha256;

/// The longest slug, in bytes of UTF-8.
const SLUG_BYTES: usize = 48;

/// The slug of a name without any letter or digit.
const NAMELESS: &str = "unnamed";

/// A readable part of a file name: letters and digits of any script in composed form (NFC), `-`
/// for everything else, at most 48 bytes, never empty and never a name Windows keeps for itself.
pub fn slug(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let mut slug = String::new();
    let mut gap = false;
    for character in composed.chars() {
        if !character.is_alphanumeric() {
            gap = !slug.is_empty();
            continue;
        }
        if slug.len() + usize::from(gap) + character.len_utf8() > SLUG_BYTES {
            break;
        }
        if std::mem::take(&mut gap) {
            slug.push('-');
        }
        slug.push(character);
    }
    if slug.is_empty() {
        return NAMELESS.to_owned();
    }
    if is_reserved(&slug) {
        format!("_{slug}")
    } else {
        slug
    }
}

/// The name of a document's file: the slug of its name, then ten digits of the hash of its id, so
/// that ids which differ only in case, form or length never meet (rows 22 and 26).
pub fn file_name(name: &str, id: &str, extension: &str) -> String {
    let hash = Sha256::of(id.as_bytes()).to_string();
    format!("{}-{}.{extension}", slug(name), &hash[..10])
}

/// Device names of Windows, whatever follows a dot behind them.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    if matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL") {
        return true;
    }
    let Some(port) = name
        .strip_prefix("COM")
        .or_else(|| name.strip_prefix("LPT"))
    else {
        return false;
    };
    let mut digits = port.chars();
    let digit = digits
        .next()
        .is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
    digit && digits.next().is_none()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Monthly report", "Monthly-report")]
    #[case("月度报告 (华东)", "月度报告-华东")]
    #[case("../../etc/passwd", "etc-passwd")]
    #[case("...", "unnamed")]
    #[case("", "unnamed")]
    #[case("con", "_con")]
    #[case("LPT¹", "_LPT¹")]
    #[case("COM10", "COM10")]
    #[case("a\u{301}", "á")]
    #[case("a:b*c?", "a-b-c")]
    fn slugs(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(slug(name), expected);
    }

    #[test]
    fn a_long_name_ends_at_a_whole_character() {
        let slug = slug(&"测".repeat(40));
        assert_eq!(slug, "测".repeat(16));
    }

    #[test]
    fn ids_that_differ_in_case_have_different_files() {
        assert_ne!(file_name("x", "A", "json"), file_name("x", "a", "json"));
        assert_eq!(file_name("Load", "1", "json"), "Load-6b86b273ff.json");
    }
}
