//! Differences between two documents, in the words of their forms.

use std::borrow::Cow;

use flowkeep_core::{Difference, DifferenceKind, visible};

use crate::Catalogue;

impl Catalogue {
    /// A key of a document as the form calls it; one that the form has not keeps its own spelling. Keys below one
    /// another are joined by dots (`retry.limit`).
    pub fn field_name(&self, key: &str) -> String {
        let named = |key: &str| {
            let entry = format!("field_{}", snake(key));
            self.has(&entry).then(|| self.word(&entry))
        };
        named(key).unwrap_or_else(|| {
            let parts = key.split('.');
            let parts = parts.map(|part| named(part).unwrap_or_else(|| visible(part).into_owned()));
            parts.collect::<Vec<_>>().join(" · ")
        })
    }

    /// One difference in a line: what it is in, what it was and what it is.
    pub fn difference(&self, difference: &Difference) -> String {
        let (before, after) = (&difference.before, &difference.after);
        let said = match (difference.change, before, after) {
            (DifferenceKind::Moved, Some(from), Some(to)) => {
                self.sentence("difference_moved_from", &[("from", from), ("to", to)])
            }
            (DifferenceKind::Moved, ..) => self.word("difference_moved"),
            (DifferenceKind::Removed, None, _) => self.word("difference_was_removed"),
            (DifferenceKind::Added, _, None) => self.word("difference_was_added"),
            _ => {
                let sides = [before, after].map(|side| side.as_ref().map(|text| self.value(text)));
                let [before, after] = sides.map(|side| side.unwrap_or(Cow::Borrowed("–")));
                format!("{before} → {after}")
            }
        };
        self.labelled(&self.subject(difference), &said)
    }

    fn subject(&self, difference: &Difference) -> String {
        let subject = difference.subject.as_ref().map(|subject| {
            let kind = self.word(&format!("subject_{}", subject.kind));
            format!("{kind} {}", visible(&subject.name))
        });
        let field = difference.field.as_ref().map(|key| self.field_name(key));
        let parts: Vec<_> = [subject, field].into_iter().flatten().collect();
        match (parts.is_empty(), difference.path.as_str()) {
            (false, _) => parts.join(" · "),
            (true, "") => self.word("difference_whole"),
            (true, path) => visible(path).into_owned(),
        }
    }

    fn value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.is_empty() {
            Cow::Owned(self.word("difference_empty"))
        } else {
            visible(text)
        }
    }
}

/// `maxConcurrent` and `retry.limit` as the catalogue spells them.
fn snake(key: &str) -> String {
    let mut spelled = String::with_capacity(key.len());
    for letter in key.chars() {
        match letter {
            'A'..='Z' => {
                spelled.push('_');
                spelled.push(letter.to_ascii_lowercase());
            }
            '.' => spelled.push('_'),
            _ => spelled.push(letter),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use flowkeep_core::{Document, Format, Kind, differences};

    use crate::{Catalogue, Tongue};

    fn told(tongue: Tongue, before: &str, after: &str) -> Vec<String> {
        let document = |text: &str| Document::parse(Format::Yaml, text.to_owned()).unwrap();
        let found = differences(Kind::Workflow, &document(before), &document(after));
        let catalogue = Catalogue::new(tongue);
        found.iter().map(|one| catalogue.difference(one)).collect()
    }

    #[test]
    fn what_differs_is_called_as_the_form_calls_it() {
        let before = "name: a\ntasks:\n- {id: load, name: Load, timeout: 5, retry: {limit: 1}}\n- {id: old, name: Old}\n";
        let after =
            "name: b\ntasks:\n- {id: load, name: Load, timeout: 9, retry: {limit: 2}, x: ''}\n";
        assert_eq!(
            told(Tongue::English, before, after),
            [
                "Name: a → b",
                "Task Load · Give up after: 5 → 9",
                "Task Load · Further tries · limit: 1 → 2",
                "Task Load · x: – → (empty)",
                "Task Old: removed",
            ]
        );
        let chinese = told(Tongue::Chinese, before, after);
        assert_eq!(chinese[0], "名称：a → b");
        assert!(chinese[3].ends_with("– → （空）"), "{chinese:?}");
    }

    #[test]
    fn what_a_name_would_do_to_the_screen_is_not_done() {
        let said = told(Tongue::English, "a: 1\n", "a: \"\\e[2J\"\n");
        assert!(!said.concat().contains('\u{1b}'), "{said:?}");
    }
}
