//! Ready-made tables of levels, for whoever sets how a linked service reads them.

use std::collections::BTreeMap;

use watchbell_model::{Severity, SeverityAction};

use crate::{Options, Provider, Setting, SettingKind};

/// A ready-made table of levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// The setting that makes this the provider's own table, if one does.
    pub setting: Option<&'static str>,
    /// What each level gives.
    pub levels: Vec<(&'static str, SeverityAction)>,
}

impl Preset {
    /// The preset by which every level opens an incident.
    pub const EVERYTHING: &'static str = "everything";
    /// The preset by which only what is SEV0 or SEV1 in the provider's table opens one.
    pub const WORST: &'static str = "worst";
}

/// The presets of `provider` under these settings. They are found in its tables: one for each choice
/// of a setting that changes what levels give, and two that follow from the present table.
pub fn presets(provider: &dyn Provider, options: &Options<'_>) -> Vec<Preset> {
    let levels = provider.levels(options);
    let mut all: Vec<_> = provider.settings().iter().flat_map(|one| of(provider, one)).collect();
    let mut derived = |name, change: fn(SeverityAction) -> SeverityAction| {
        let changed: Vec<_> = levels.iter().map(|(level, is)| (*level, change(*is))).collect();
        if changed != levels {
            all.push(Preset { name, setting: None, levels: changed });
        }
    };
    derived(Preset::EVERYTHING, |action| match action {
        SeverityAction::DoNotCreate => SeverityAction::Severity(Severity::Sev4),
        SeverityAction::Severity(_) => action,
    });
    derived(Preset::WORST, |action| match action {
        SeverityAction::Severity(Severity::Sev0 | Severity::Sev1) => action,
        SeverityAction::Severity(_) | SeverityAction::DoNotCreate => SeverityAction::DoNotCreate,
    });
    all
}

/// The tables between which `setting` chooses; none if it chooses between other things.
fn of(provider: &dyn Provider, setting: &Setting) -> Vec<Preset> {
    let SettingKind::Choice(words) = setting.kind else { return Vec::new() };
    let table = |word: &&'static str| {
        let chosen = BTreeMap::from([(setting.key.to_owned(), (*word).to_owned())]);
        let levels = provider.levels(&Options::new(&chosen)).to_vec();
        Preset { name: word, setting: Some(setting.key), levels }
    };
    let tables: Vec<_> = words.iter().map(table).collect();
    let is_same = |two: &[Preset]| matches!(two, [one, other] if one.levels == other.levels);
    if tables.windows(2).all(is_same) { Vec::new() } else { tables }
}
