//! Taking up a session again: what its configuration can come back from, and bringing it back beside what is
//! there today. Nothing of that is touched, but where somebody wants its files back where they were (`in_place`).

mod definition_places;
mod definitions;
mod export;
mod found;
mod in_place;
mod kept;
mod moved;
mod own;
mod pieces;
mod restore;
mod stand;
mod texts;
mod today;

pub(super) use definitions::definition_texts;
pub(super) use in_place::put_back_alone;
pub(super) use kept::{entry_said, tree_entry};

pub use definitions::definition_of_run;
pub use export::{Beside, Exported, export};
pub use found::{Recovery, Seeking, look_for};
pub use in_place::{
    InPlaceAct, InPlaceError, InPlaceFile, InPlacePlan, InPlaceSettled, PutInPlace, SAFETY,
    in_place_plan, put_in_place, recover_in_place, whole_copies_of,
};
pub use moved::{Moved, look_below};
pub use own::{CopyChoice, CopyLook, copies_called, copy_stem, copy_to_use, own_copies};
pub use restore::{
    Back, NotBack, OVERLAYS, Restored, Use, Wanting, clear_unfinished, restore, tell_went_on,
};
pub use stand::{CopyStand, copy_stand};
pub use texts::{ComparedDefinition, Defined, Unshown, compare_definition, compare_file};
pub use today::{compare_with, not_as_kept};
