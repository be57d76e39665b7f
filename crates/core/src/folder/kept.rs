//! Which names stay in a folder when it is archived.

/// What a person gives a pipeline: it stays in place, and a copy of it goes into each archive.
pub const TABLE_LIST: &str = "table_list.txt";

/// Whether two names may be the same file: some disks tell capitals apart, others do not.
pub fn same_name(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Whether this is [`TABLE_LIST`], in whatever capitals.
pub fn is_table_list(name: &str) -> bool {
    same_name(name, TABLE_LIST)
}

/// How the list of tables is spelled in a folder, among the names of all that lies in it, each with whether it
/// is a plain file: one of those before anything else, and as `wanted` if that is there. The answer says what it
/// is, too.
pub fn table_list_among<'n>(
    there: impl IntoIterator<Item = (&'n str, bool)>,
    wanted: &str,
) -> Option<(&'n str, bool)> {
    let lists = there.into_iter().filter(|(name, _)| is_table_list(name));
    lists.min_by_key(|(name, is_file)| (!is_file, *name != wanted, *name))
}

/// Whether this is the name of something right inside a folder, and not a way to somewhere else.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\', '\0'])
        && name.len() <= 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tables_is_found_however_it_is_spelled() {
        let found = |names: &[&'static str], wanted: &str| {
            let files = names.iter().map(|name| (*name, true));
            table_list_among(files, wanted).map(|(name, _)| name)
        };
        let other = ["a.ddl", "table_list.txt.bak", "Table_List.TXT"];
        assert_eq!(found(&other, TABLE_LIST), Some("Table_List.TXT"));
        assert_eq!(found(&["a.ddl"], TABLE_LIST), None);
        let mut all = ["TABLE_LIST.TXT", "Table_List.txt", "table_list.txt"];
        assert_eq!(found(&all, TABLE_LIST), Some("table_list.txt"));
        let wanted = "Table_List.txt";
        assert_eq!(found(&all, wanted), Some(wanted));
        all.reverse();
        assert_eq!(found(&all[1..], TABLE_LIST), Some("TABLE_LIST.TXT"));
    }

    #[test]
    fn a_folder_or_a_link_of_that_name_hides_no_file() {
        let both = [("table_list.txt", false), ("Table_List.txt", true)];
        let file = Some(("Table_List.txt", true));
        assert_eq!(table_list_among(both, TABLE_LIST), file);
        let folder = Some(("table_list.txt", false));
        assert_eq!(table_list_among([both[0]], TABLE_LIST), folder);
    }

    #[test]
    fn a_way_is_no_name() {
        for way in ["", ".", "..", "a/b", "..\\b", "a\0", &"x".repeat(256)] {
            assert!(!is_file_name(way), "{way:?}");
        }
        for name in ["a", ".hidden", "表 清单.txt", "a\nb", "..."] {
            assert!(is_file_name(name), "{name:?}");
        }
    }
}
