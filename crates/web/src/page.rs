//! A value for each page: what is to be shown.

mod account;
mod day;
mod deliveries;
mod filters;
mod guide;
mod incident;
mod incidents;
mod installed;
mod integrations;
mod known;
mod linked;
mod offers;
mod open;
mod overview;
mod pick;
mod records;
mod rule_form;
mod sign_in;
mod trouble;
mod welcome;

pub use account::Account;
pub use day::{Day, SPARK};
pub use deliveries::{Deliveries, DeliveryPage, Part, Rehearsal, ResultRow, StepGroup};
pub use filters::{Filter, FilterKind, Filters};
pub use guide::{Block, Inline, Span};
pub use incident::{
    Change, DeliveryRow, IncidentPage, Line, Occurrences, Offered, SuspectPart, SuspectRow,
    Suspects,
};
pub use incidents::{IncidentFilters, IncidentRow, Incidents};
pub use installed::{Installed, InstalledPage};
pub use integrations::{
    Card, Choice, HubPage, IntegrationForms, IntegrationPage, KeyRow, OptionField, SecretRow,
};
pub use known::{CommitRow, Crumb, FrameRow, IssueRow, Known, Links, Raised};
pub use linked::{LevelRow, LinkRow, MappingForm, ProjectRow, Projects, TopicRow};
pub use offers::{OfferRow, Offers};
pub use open::{OpenIncident, Typed};
pub use overview::{Bar, CHART, LogShape, OpenCount, Overview, SourceRow};
pub(crate) use pick::Pick;
pub use pick::{MOST_OFFERED, is_written};
pub use records::{Cell, Field, Form, Kind, Part as RecordsPart, Records, Table};
pub use rule_form::RuleFormPart;
pub use sign_in::{LinkPage, SignIn};
pub use trouble::Trouble;
pub use welcome::{Arrival, StepLine, WelcomePage, WelcomeStep};
