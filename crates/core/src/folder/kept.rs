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
    fn a_way_is_no_name() {
        for way in ["", ".", "..", "a/b", "..\\b", "a\0", &"x".repeat(256)] {
            assert!(!is_file_name(way), "{way:?}");
        }
        for name in ["a", ".hidden", "表 清单.txt", "a\nb", "..."] {
            assert!(is_file_name(name), "{name:?}");
        }
    }
}
