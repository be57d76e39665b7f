//! Templates filled in.

use flowkeep_core::Message;
use flowkeep_core::template::{Variable, VariableType};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FolderMade, Object};

/// Templates that come with Flowkeep. They are no documents of anybody's until one is used.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TemplateOffers {
    /// How many there are.
    pub total: u32,
    /// The templates.
    pub items: Vec<TemplateOffer>,
}

/// A template that comes with Flowkeep.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TemplateOffer {
    /// What `template_variables` and `template_use` take.
    pub id: String,
    /// Its name, in the language of the window.
    pub name: String,
    /// What it makes, in the language of the window.
    pub description: String,
}

/// What a template asks for.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TemplateVariables {
    /// What the template is called.
    pub name: String,
    /// The variables, in its order.
    pub items: Vec<TemplateVariable>,
}

/// Something a template asks for.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TemplateVariable {
    /// How the template calls it.
    pub name: String,
    /// What it is, in the author's words; may be empty.
    pub description: String,
    /// What it holds.
    pub holds: VariableType,
    /// Whether the template cannot do without it.
    pub required: bool,
    /// What holds where nothing is given, as a person would type it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default: Option<String>,
    /// The largest whole number it can be, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub most: Option<u64>,
}

/// Make a workflow out of a template.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateUseInput {
    /// A template's id, kept here or one that comes with Flowkeep.
    pub id: String,
    /// The values of its variables by their names. Texts are read as what the variable holds; an
    /// empty one is none. A task folder is given by its id, its name or its path.
    #[ts(type = "Record<string, unknown>")]
    pub values: Object,
}

/// A workflow that a template made.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TemplateUsed {
    /// The workflow's id.
    pub id: String,
    /// Its revision.
    pub revision: u32,
    /// The entry in Activity; what `db_undo` takes.
    pub operation_id: Option<String>,
    /// The task folder that was made for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<FolderMade>,
    /// Files and folders that were named and are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Message>>", optional)]
    pub warnings: Vec<Message>,
}

impl From<Variable> for TemplateVariable {
    fn from(variable: Variable) -> Self {
        let default = variable.default.as_ref();
        let default = default.map(|value| match value.as_word() {
            Some(word) => word.to_owned(),
            None => flowkeep_core::json::print(value),
        });
        Self {
            name: variable.name,
            description: variable.description,
            holds: variable.holds,
            required: variable.required,
            default,
            most: variable.most,
        }
    }
}
