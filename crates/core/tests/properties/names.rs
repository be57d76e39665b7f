//! Names: file names any system takes, search that finds what it stored.

use flowkeep_core::{file_name, search_query, search_terms, slug, sort_key};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_slug_is_safe_on_every_system(name in any::<String>()) {
        let slug = slug(&name);
        prop_assert!(!slug.is_empty());
        prop_assert!(slug.len() <= 49, "{} bytes", slug.len());
        prop_assert!(slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')), "{slug:?}");
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
        let upper = slug.to_uppercase();
        prop_assert!(!["CON", "PRN", "AUX", "NUL"].contains(&upper.as_str()));
        prop_assert!(!(upper.len() == 4 && (upper.starts_with("COM") || upper.starts_with("LPT"))
            && upper.ends_with(|c: char| c.is_ascii_digit())));
    }

    #[test]
    fn a_slug_of_a_slug_is_itself(name in "\\PC{0,30}") {
        let once = slug(&name);
        let twice = slug(&once);
        prop_assert_eq!(twice.trim_start_matches('_'), once.trim_start_matches('_'));
    }

    #[test]
    fn file_names_fit_and_tell_ids_apart(name in any::<String>(), a in any::<String>(), b in any::<String>()) {
        prop_assert!(file_name(&name, &a, "json").len() < 100);
        prop_assert_eq!(file_name(&name, &a, "json") == file_name(&name, &b, "json"), a == b);
    }

    #[test]
    fn what_was_stored_is_found_by_any_part_of_it(
        words in prop::collection::vec("[a-zA-Z0-9éß]{1,6}|[一-龥]{1,6}|[ぁ-ん가-힣]{1,4}", 1..6),
        from in 0_usize..6,
        count in 1_usize..6,
    ) {
        let terms = search_terms(&words.join(" "));
        let stored: Vec<&str> = terms.split(' ').collect();
        let typed: Vec<&str> = words.iter().skip(from % words.len()).take(count).map(String::as_str).collect();
        let query = search_query(&typed.join(" ")).unwrap();
        let found = |part: &str| {
            let term = part.trim_end_matches(" *").trim_matches('"');
            let prefix = part.ends_with('*');
            stored.iter().any(|s| if prefix { s.starts_with(term) } else { *s == term })
        };
        // A word of several: its parts, or all of it.
        let either = alternatives(&query);
        for (parts, whole) in either {
            let all = parts.split(" AND ").all(found);
            prop_assert!(all || whole.is_some_and(found), "{} not in {:?}", parts, stored);
        }
    }

    #[test]
    fn a_query_is_never_syntax(query in any::<String>()) {
        if let Some(expression) = search_query(&query) {
            for (parts, whole) in alternatives(&expression) {
                for part in parts.split(" AND ").chain(whole) {
                    let inner = part.trim_end_matches(" *").strip_prefix('"').and_then(|p| p.strip_suffix('"'));
                    prop_assert!(inner.is_some_and(|i| !i.is_empty() && i.chars().all(char::is_alphanumeric)), "{part}");
                }
            }
        }
    }

    #[test]
    fn sort_keys_are_made_of_any_name(name in any::<String>()) {
        prop_assert_eq!(sort_key(&name), sort_key(&name));
    }
}

/// The parts of an expression that must all match, `((a AND b) OR c)` as its two alternatives.
fn alternatives(query: &str) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    let mut rest = query;
    while !rest.is_empty() {
        let (parts, whole, after) = if let Some(inner) = rest.strip_prefix("((") {
            let (parts, after) = inner.split_once(") OR ").unwrap();
            let (whole, after) = after.split_once(')').unwrap();
            (parts, Some(whole), after)
        } else {
            let end = rest.find(" AND ((").unwrap_or(rest.len());
            (&rest[..end], None, &rest[end..])
        };
        found.push((parts, whole));
        rest = after.strip_prefix(" AND ").unwrap_or(after);
    }
    found
}
