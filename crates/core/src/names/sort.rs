//! The order of names: pinyin for Chinese, and "Task 2" before "Task 10". Keys are made in `core`
//! and stored beside the name, so that a database of a hundred thousand names pages in this order.

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

/// Loading the tables is the costly part, so it happens once.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut preferences = CollatorPreferences::from(locale!("zh"));
    preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    CollatorBorrowed::try_new(preferences, CollatorOptions::default()).ok()
});

/// A key whose bytes compare as the names should (`memcmp`, `BLOB` columns).
pub fn sort_key(name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(name.len() * 2);
    let written = COLLATOR
        .as_ref()
        .map(|collator| collator.write_sort_key_to(name, &mut key));
    // The tables are compiled in; should they ever be missing, the plain text still sorts.
    if !matches!(written, Some(Ok(()))) {
        key = name.to_lowercase().into_bytes();
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_pinyin_and_by_number() {
        let ordered = [
            "阿里", "北京", "重要", "重庆", "任务2", "任务10", "上海", "张三", "apple", "Task 2",
            "Task 10",
        ];
        let mut names = ordered;
        names.reverse();
        names.sort_by_key(|name| sort_key(name));
        // 重 is read chóng in 重庆 and zhòng in 重要; the collation knows. Which script comes first is the collation's business; the order within each is ours.
        let (han, latin): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| !name.is_ascii());
        assert_eq!(latin, ["apple", "Task 2", "Task 10"]);
        assert_eq!(
            han,
            [
                "阿里", "北京", "重庆", "任务2", "任务10", "上海", "张三", "重要"
            ]
        );
    }
}
