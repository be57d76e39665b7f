//! Which files a path means that stands in a file.

use super::resolve::{Resolved, Resolver, Target, all_of, any_of, several};
use super::{ConfigKind, ConfigPath, Reference, ReferenceKey};

impl Resolver<'_> {
    /// A file or else a folder by its path. A file that seems to mean itself means one farther off; a
    /// member of itself it can mean.
    pub(super) fn path(&mut self, reference: &Reference, from: Option<&ConfigPath>) -> Resolved {
        let (text, member) = reference.path_and_member();
        let places = self.places(text, reference.key, from);
        if places.is_empty() {
            return Resolved::Outside;
        }
        // What may be a word means the file that is called exactly so, or none.
        let is_word = reference.key == ReferenceKey::FileOrWord;
        let files = |place: &ConfigPath| match text {
            _ if text.ends_with('/') => Vec::new(),
            _ if is_word && !self.names.has(place) => Vec::new(),
            _ => self.names.at(place),
        };
        let is_itself = |path: &ConfigPath| member.is_none() && from == Some(path);
        let mut met_itself = None;
        for mut found in places.iter().map(files) {
            let itself = found.extract_if(.., |path| is_itself(path)).next();
            met_itself = met_itself.or(itself);
            if !found.is_empty() {
                return self.with_member(found, member);
            }
        }
        let mut folders = places.iter().map(|place| self.names.below(place));
        if !is_word && let Some(mut found) = folders.find(|found| !found.is_empty()) {
            found.retain(|path| !is_itself(path));
            return all_of(found);
        }
        match met_itself {
            Some(itself) => Resolved::Found(vec![Target::whole(itself)]),
            None => Resolved::Missing(places.into_iter().map(String::from).collect()),
        }
    }

    /// Where a path can lead: from the file it stands in, from the folder of its kind, from the root, and
    /// from the root's parent where it begins with the root's name.
    fn places(&self, text: &str, key: ReferenceKey, from: Option<&ConfigPath>) -> Vec<ConfigPath> {
        let mut places: Vec<ConfigPath> = Vec::new();
        for place in self.followed(text, key, from).into_iter().flatten() {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// Whether a reference leads out of the root from one of the folders it is followed from.
    pub(super) fn may_lead_out(&self, reference: &Reference, from: Option<&ConfigPath>) -> bool {
        let (text, _) = reference.path_and_member();
        let leads_up = text.split('/').any(|part| part == "..");
        leads_up && self.followed(text, reference.key, from).contains(&None)
    }

    /// Where a path leads from each of these; nothing where that is out of the root.
    fn followed(
        &self,
        text: &str,
        key: ReferenceKey,
        from: Option<&ConfigPath>,
    ) -> Vec<Option<ConfigPath>> {
        // A definition that is no file of the tree stands with the workflows, as it were.
        let standing = from.map_or(ConfigKind::Workflows, ConfigPath::kind);
        let kind = Some(key.kind().unwrap_or(standing));
        let kind = kind.filter(|kind| *kind != ConfigKind::Global);
        let bases = [
            (
                from.map_or(ConfigKind::Workflows.as_str(), ConfigPath::folder),
                text,
            ),
            (kind.map_or("", ConfigKind::as_str), text),
            ("", text),
        ];
        let beside = self.settings.root.iter().filter_map(|root| {
            let rest = text.strip_prefix(root.as_str())?.strip_prefix('/')?;
            Some(("", rest))
        });
        let followed = bases.into_iter().chain(beside);
        let followed = followed.map(|(base, text)| ConfigPath::from_folder(base, text).ok());
        followed.collect()
    }

    /// Where the file would be that a reference means and that is not there; nothing where it leads out.
    pub(super) fn leads_to(
        &self,
        reference: &Reference,
        from: Option<&ConfigPath>,
    ) -> Option<ConfigPath> {
        if reference.key == ReferenceKey::Group {
            return ConfigPath::from_folder(from?.folder(), "_group").ok();
        }
        let (text, _) = reference.path_and_member();
        let places = self.places(text, reference.key, from);
        let text = text.trim_end_matches('/');
        let from_root = |place: &&ConfigPath| {
            place.kind() != ConfigKind::Global && text.ends_with(place.as_str())
        };
        let in_kind = |kind: ConfigKind| ConfigPath::from_folder(kind.as_str(), text).ok();
        let named = places.iter().find(from_root).cloned();
        named
            .or_else(|| reference.key.kind().and_then(in_kind))
            .or_else(|| places.into_iter().next())
    }

    fn with_member(&mut self, found: Vec<ConfigPath>, key: Option<&str>) -> Resolved {
        let Some(key) = key else {
            return any_of(found, Vec::new);
        };
        let looked: Vec<_> = found.iter().map(|path| format!("{path}#{key}")).collect();
        let targets = found.into_iter().filter_map(|path| {
            let within = (self.facts)(&path).keys.find(key, &[])?;
            Some(Target {
                path,
                within: Some(within),
            })
        });
        several(targets.collect(), || looked)
    }
}
