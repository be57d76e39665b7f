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

/// How the list of tables is spelled among these names of a folder, where it is one of them: as `wanted`
/// if that is there.
pub fn table_list_among<'n>(
    names: impl IntoIterator<Item = &'n str>,
    wanted: &str,
) -> Option<&'n str> {
    let names = names.into_iter().filter(|name| is_table_list(name));
    names.min_by_key(|name| (*name != wanted, *name))
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
        let other = ["a.ddl", "table_list.txt.bak", "Table_List.TXT"];
        assert_eq!(table_list_among(other, TABLE_LIST), Some("Table_List.TXT"));
        assert_eq!(table_list_among(["a.ddl"], TABLE_LIST), None);
        let both = ["TABLE_LIST.TXT", "Table_List.txt", "table_list.txt"];
        assert_eq!(table_list_among(both, TABLE_LIST), Some("table_list.txt"));
        let wanted = "Table_List.txt";
        assert_eq!(table_list_among(both, wanted), Some(wanted));
        let reversed = both.into_iter().rev().skip(1);
        assert_eq!(
            table_list_among(reversed, TABLE_LIST),
            Some("TABLE_LIST.TXT")
        );
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
