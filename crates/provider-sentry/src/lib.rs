#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod app;
mod form;
mod guide;
mod kind;
mod link;
mod map;
mod origins;
mod place;
mod repeat;
mod rule;
mod samples;
mod secrets;
mod texts;
mod wire;

use std::borrow::Cow;

use watchbell_model::{Delivery, Severity, SeverityAction};
use watchbell_provider::{
    Enrichment, FieldRule, GuideContext, Hmac, IssueLinks, Options, Proof, Provider, ReadError,
    Received, RuleForm, Sample, SampleContext, Setting, SettingKind, SettingProblem,
    SignatureHeaders,
};
use watchbell_wire::{mended, parse, text_of_body};

/// Sentry: the webhooks of its apps and internal integrations, of its legacy project plugin, and
/// bodies made by hand in their image.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sentry;

/// Which default severities the levels have.
pub const SEVERITY_PRESET: Setting = Setting {
    key: "severity_preset",
    label: "Severities of Sentry's levels",
    help: "default: info and debug open nothing. opsknight: they open SEV4, as OpsKnight does.",
    kind: SettingKind::Choice(&["default", OPSKNIGHT]),
    default: "default",
};

/// Whether assigning an issue acknowledges.
pub const ASSIGNED_ACKNOWLEDGES: Setting = Setting {
    key: "assigned_acknowledges",
    label: "Assigning an issue acknowledges its incident",
    help: "Off: a line in the timeline. Sentry also assigns by itself (ownership rules), and then \
           nobody has seen the incident yet.",
    kind: SettingKind::Flag,
    default: "false",
};

/// Whether Sentry is asked about what its alerts open.
pub const ENRICHMENT: Setting = Setting {
    key: "enrichment",
    label: "Ask Sentry about new incidents",
    help: "On: stack, tags and breadcrumbs of the latest event are shown with the incident, and \
           help to find the deploy that it came from. Without a connection they are those of the \
           event that was delivered.",
    kind: SettingKind::Flag,
    default: "true",
};

/// Whether Sentry's issue pages can link.
pub const ISSUE_LINKS: Setting = Setting {
    key: "issue_links",
    label: "Link issues with incidents on Sentry's pages",
    help: "On: somebody can open an incident for an issue, or link it with an open one of the linked \
           services. The search tells numbers and titles to whoever has ever seen one of its \
           signatures.",
    kind: SettingKind::Flag,
    default: "true",
};

/// Whether what tells who a person is is kept.
pub const ENRICHMENT_PERSONAL_DATA: Setting = Setting {
    key: "enrichment_personal_data",
    label: "Keep personal data of events",
    help: "Off: the person, the request, addresses and what breadcrumbs hold are left out of what \
           is shown with an incident, and tags about them out of its metadata. On: those tags are \
           shown to all who see incidents. Deliveries are kept as they came in either case.",
    kind: SettingKind::Flag,
    default: "true",
};

/// The number of events from which on `auto` is one step worse.
pub const AUTO_WORSE_FROM: Setting = Setting {
    key: "auto_worse_from",
    label: "Severity auto: one step worse from so many events",
    help: "For alert rules whose severity is auto: what the level gives gets one step worse.",
    kind: SettingKind::Count,
    default: "100",
};

/// The number of events from which on `auto` is two steps worse.
pub const AUTO_MUCH_WORSE_FROM: Setting = Setting {
    key: "auto_much_worse_from",
    label: "Severity auto: two steps worse from so many events",
    help: "Not less than the number for one step.",
    kind: SettingKind::Count,
    default: "1000",
};

/// Whether resolving an incident resolves its issues.
pub const RESOLVE_IN_SENTRY: Setting = Setting {
    key: "resolve_in_sentry",
    label: "Resolving an incident resolves its issues in Sentry",
    help: "On: when a person or the API resolves an incident, its own issue and those that are linked \
           with it are resolved in Sentry. It takes a connection with event:write. What an app resolves \
           in Sentry changes nothing here then, since Sentry does not tell which app it was.",
    kind: SettingKind::Flag,
    default: "false",
};

const OPSKNIGHT: &str = "opsknight";

/// The signature is over the raw body alone. Sentry uses the second name when a person saves an
/// alert rule or opens one of its forms; proxies and examples mix the two up, so either is taken
/// on every request.
const SIGNATURE: Hmac = Hmac {
    headers: Cow::Borrowed(&[
        SignatureHeaders::body("sentry-hook-signature"),
        SignatureHeaders::body("sentry-app-signature"),
    ]),
    prefix: "",
    time: None,
};

const fn opens(level: &'static str, severity: Severity) -> (&'static str, SeverityAction) {
    (level, SeverityAction::Severity(severity))
}

const DEFAULT_LEVELS: &[(&str, SeverityAction)] = &[
    opens("fatal", Severity::Sev0),
    opens("error", Severity::Sev2),
    opens("warning", Severity::Sev3),
    ("info", SeverityAction::DoNotCreate),
    ("debug", SeverityAction::DoNotCreate),
];

const OPSKNIGHT_LEVELS: &[(&str, SeverityAction)] = &[
    opens("fatal", Severity::Sev0),
    opens("error", Severity::Sev2),
    opens("warning", Severity::Sev3),
    opens("info", Severity::Sev4),
    opens("debug", Severity::Sev4),
];

impl Provider for Sentry {
    fn slug(&self) -> &'static str {
        "sentry"
    }

    fn name(&self) -> &'static str {
        "Sentry"
    }

    fn key_prefix(&self) -> &'static str {
        "se_"
    }

    fn proof(&self, _: &Options<'_>) -> Proof {
        Proof::Hmac(SIGNATURE)
    }

    fn levels(&self, options: &Options<'_>) -> &'static [(&'static str, SeverityAction)] {
        match options.get(&SEVERITY_PRESET) {
            OPSKNIGHT => OPSKNIGHT_LEVELS,
            _ => DEFAULT_LEVELS,
        }
    }

    fn connects(&self) -> bool {
        true
    }

    fn rule_form(&self) -> Option<&dyn RuleForm> {
        Some(self)
    }

    fn issue_links(&self) -> Option<&dyn IssueLinks> {
        Some(self)
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            SEVERITY_PRESET,
            ASSIGNED_ACKNOWLEDGES,
            ENRICHMENT,
            ENRICHMENT_PERSONAL_DATA,
            AUTO_WORSE_FROM,
            AUTO_MUCH_WORSE_FROM,
            ISSUE_LINKS,
            RESOLVE_IN_SENTRY,
        ]
    }

    fn settings_problem(&self, options: &Options<'_>) -> Option<SettingProblem> {
        let (one, two) = (options.count(&AUTO_WORSE_FROM), options.count(&AUTO_MUCH_WORSE_FROM));
        let key = AUTO_MUCH_WORSE_FROM.key;
        let expected = || format!("at least {one}, which is {}", AUTO_WORSE_FROM.key);
        (two < one).then(|| SettingProblem { key, expected: expected() })
    }

    fn enrichment(&self, options: &Options<'_>) -> Option<Enrichment> {
        let personal_data = options.is_on(&ENRICHMENT_PERSONAL_DATA);
        options.is_on(&ENRICHMENT).then_some(Enrichment { personal_data })
    }

    fn field_rules(&self, _: &Options<'_>) -> &'static [FieldRule] {
        origins::RULES
    }

    fn document(&self, delivery: &Delivery) -> Option<serde_json::Value> {
        let text = text_of_body(&delivery.body);
        let whole = serde_json::from_str(&text).ok();
        whole.or_else(|| serde_json::from_str(&mended(&text)?).ok())
    }

    fn guide(&self, context: &GuideContext) -> String {
        guide::guide(context)
    }

    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        samples::samples(context)
    }

    fn without_secrets(&self, body: &[u8]) -> Option<Vec<u8>> {
        secrets::without(body)
    }

    fn read(&self, delivery: &Delivery, options: &Options<'_>) -> Result<Received, ReadError> {
        let read = |body| map::received(&body, &delivery.headers, *options);
        let text = text_of_body(&delivery.body);
        // Sentry's encoder escapes whatever texts hold, halves of surrogate pairs too.
        match parse(&text) {
            Ok(body) => read(body),
            Err(got) => match mended(&text).as_deref().map(parse) {
                Some(Ok(body)) => read(body),
                _ => Err(malformed(got)),
            },
        }
    }
}

fn malformed(got: String) -> ReadError {
    let expected = "a webhook of Sentry: a JSON object with `data`, or with `issue` or `event`";
    ReadError::malformed(expected, got)
}
