//! How the files of a table are called.

use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::Sha256;
use crate::names::{is_reserved, slug};

/// The longest name of a table that is the beginning of file names as it is, in bytes: with any
/// ending it fits everywhere.
const LONGEST: usize = 120;

/// For each table the beginning of the names of its files: its own name where every system can have
/// a file of that name and no other table here has it, in whatever capitals; otherwise a readable
/// part of it and digits that are its own. So a name does not hang on the order of the tables.
pub fn file_names(tables: &[String]) -> Vec<String> {
    let mut met: HashMap<String, usize> = HashMap::new();
    for table in tables {
        *met.entry(folded(table)).or_default() += 1;
    }
    let alone = |table: &str| met.get(&folded(table)) == Some(&1);
    let name = |table: &String| {
        if is_plain(table) && alone(table) {
            table.clone()
        } else {
            let hash = Sha256::of(table.as_bytes()).to_string();
            format!("{}-{}", slug(table), &hash[..10])
        }
    };
    tables.iter().map(name).collect()
}

/// As systems compare names that do not tell capitals or forms of letters apart.
fn folded(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    composed.to_lowercase()
}

fn is_plain(name: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || "_-.$".contains(character);
    let first = name.chars().next();
    let device = name.split('.').next().unwrap_or_default();
    first.is_some_and(|first| first.is_alphanumeric() || first == '_')
        && name.len() <= LONGEST
        && name.chars().all(plain)
        && ComposingNormalizerBorrowed::new_nfc().is_normalized(name)
        && !is_reserved(device)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn one(table: &str) -> String {
        file_names(&[table.to_owned()]).remove(0)
    }

    #[rstest]
    #[case("orders")]
    #[case("public.orders")]
    #[case("_old-2$")]
    #[case("服务区")]
    fn a_plain_name_is_kept(#[case] table: &str) {
        assert_eq!(one(table), table);
    }

    #[rstest]
    #[case("order items", "order-items-")]
    #[case("a/b", "a-b-")]
    #[case("..", "unnamed-")]
    #[case(".hidden", "hidden-")]
    #[case("say \"hi\"", "say-hi-")]
    #[case("`", "unnamed-")]
    #[case("CON", "_CON-")]
    #[case("nul.old", "nul-old-")]
    #[case("-rf", "rf-")]
    #[case("line\nbreak", "line-break-")]
    fn any_other_becomes_readable_and_its_own(#[case] table: &str, #[case] begins: &str) {
        let name = one(table);
        assert!(name.starts_with(begins), "{name}");
        assert_eq!(name.len(), begins.len() + 10);
    }

    #[test]
    fn a_name_of_any_length_fits() {
        assert!(one(&"表".repeat(300)).len() < LONGEST);
    }

    #[test]
    fn names_that_some_systems_take_for_one_are_told_apart_in_any_order() {
        let tables = ["Orders", "orders", "caf\u{e9}", "cafe\u{301}", "other"].map(str::to_owned);
        let names = file_names(&tables);
        let mut folded: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), 5, "{names:?}");
        assert_eq!(names[4], "other");
        let mut turned = tables.clone();
        turned.reverse();
        let mut again = file_names(&turned);
        again.reverse();
        assert_eq!(again, names);
    }
}
