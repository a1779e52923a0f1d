//! The Integrations Hub, and one integration.

use askama::Template;

use super::{Day, DeliveryRow, LinkRow, Offered, Projects, RuleFormPart, SPARK, TopicRow};
use crate::text as t;
use crate::{Frame, Help, Moment, Notice, StateWord};

/// The Integrations Hub.
#[derive(Debug, Template)]
#[template(path = "hub.html")]
pub struct HubPage {
    /// What stands around it.
    pub frame: Frame,
    /// The integrations, by name.
    pub cards: Vec<Card>,
    /// What may be connected: slug and name. Empty for whoever may not.
    pub providers: Vec<(&'static str, &'static str)>,
    /// The services that can be chosen.
    pub services: Vec<Choice>,
}

/// An integration in the Hub.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its provider's name.
    pub provider: String,
    /// How it is.
    pub state: StateWord,
    /// When it was last heard of.
    pub last: Option<Moment>,
    /// How much it sent, ever.
    pub received: i64,
    /// How much of that was refused or failed.
    pub refused: i64,
    /// What it sent in the last day, if that was looked at.
    pub day: Option<Day>,
}

/// Something that can be chosen in a form.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub name: String,
    /// Whether it is chosen now.
    pub is_chosen: bool,
}

/// One integration.
#[derive(Debug, Template)]
#[template(path = "integration.html")]
pub struct IntegrationPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its provider's name.
    pub provider: String,
    /// Its state.
    pub state: StateWord,
    /// How it is heard.
    pub health: StateWord,
    /// When it was last heard of.
    pub last: Option<Moment>,
    /// How much it sent, ever.
    pub received: i64,
    /// Its keys, masked.
    pub keys: Vec<KeyRow>,
    /// The webhook URL, if it was asked for.
    pub url: Option<String>,
    /// A signing secret that was just made.
    pub made_secret: Option<String>,
    /// Whether its senders can sign with a secret.
    pub takes_secret: bool,
    /// Its signing secrets.
    pub secrets: Vec<SecretRow>,
    /// Its linked services.
    pub links: Vec<LinkRow>,
    /// Projects at the source; none: its alerts have none.
    pub projects: Option<Projects>,
    /// Topics at the source; none: it has none.
    pub topics: Option<Vec<TopicRow>>,
    /// What is set: name and value.
    pub settings: Vec<(String, String)>,
    /// What to do about what is wrong with it.
    pub help: Vec<Help>,
    /// How to set its sender up.
    pub guide: Vec<Block>,
    /// How the source is asked, in short; none, if it is only listened to.
    pub connections: Option<String>,
    /// The document of the form of alert rules, where the source has one.
    pub rule_form: Option<RuleFormPart>,
    /// The newest deliveries.
    pub deliveries: Offered<Vec<DeliveryRow>>,
    /// What may be changed; none: nothing by whoever looks.
    pub forms: Option<IntegrationForms>,
}

/// A routing key, masked.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Its beginning and end.
    pub masked: String,
    /// When it was made.
    pub made: Moment,
    /// When it ends.
    pub ends: Option<String>,
}

/// A signing secret, without the secret.
#[derive(Debug, Clone)]
pub struct SecretRow {
    /// Its id.
    pub id: String,
    /// When it was set.
    pub set: Moment,
}

/// What may be changed.
#[derive(Debug, Clone)]
pub struct IntegrationForms {
    /// The moves from its state: word and what it does.
    pub moves: Vec<(&'static str, &'static str)>,
    /// Whether a test alert can be sent.
    pub can_test: bool,
    /// Services that are not linked yet.
    pub unlinked: Vec<Choice>,
    /// The linked services, for the default one.
    pub defaults: Vec<Choice>,
    /// The rate limit.
    pub rate_limit: u32,
    /// Over it: accept and mark.
    pub accept_over_limit: bool,
    /// Only linked services may be named.
    pub is_restricted: bool,
    /// The provider's own settings.
    pub options: Vec<OptionField>,
}

/// One of a provider's own settings.
#[derive(Debug, Clone)]
pub struct OptionField {
    /// The field's name in the form.
    pub field: String,
    /// Its name for people.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What it is unless set.
    pub default: &'static str,
    /// What it is now; empty: the default.
    pub value: String,
    /// What can be chosen; empty: any text.
    pub choices: Vec<Choice>,
    /// Whether it takes a number.
    pub is_number: bool,
}

/// A part of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading: 1 for one of the guide's own parts, 2 below it.
    Heading(u8, String),
    /// Text.
    Text(Inline),
    /// A list: whether its points are steps, one after the other, and the points.
    List(bool, Vec<Inline>),
    /// To be pasted as it stands.
    Code(String),
    /// A table: the names of its columns first.
    Rows(Vec<Vec<Inline>>),
}

/// Text, in which what is true is code.
pub type Inline = Vec<(bool, String)>;

impl Block {
    /// A guide's Markdown, as far as guides use it.
    pub fn of_markdown(markdown: &str) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut code: Option<String> = None;
        let mut open = false;
        for line in markdown.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with("```") {
                match code.take() {
                    Some(text) => blocks.push(Self::Code(text)),
                    None => code = Some(String::new()),
                }
                open = false;
                continue;
            }
            if let Some(code) = &mut code {
                code.push_str(line);
                code.push('\n');
                continue;
            }
            let bullet = trimmed.strip_prefix("- ").map(|rest| (false, rest));
            let point = bullet.or_else(|| {
                let (number, rest) = trimmed.split_once(". ")?;
                number.bytes().all(|b| b.is_ascii_digit()).then_some((true, rest))
            });
            if let Some(cells) = trimmed.strip_prefix('|') {
                let cells = cells.trim_end_matches('|').split('|').map(str::trim);
                let cells: Vec<Inline> = cells.map(inline).collect();
                let is_rule =
                    |cell: &Inline| cell.iter().all(|(_, text)| text.bytes().all(|b| b == b'-'));
                match blocks.last_mut() {
                    Some(Self::Rows(_)) if cells.iter().all(is_rule) => {}
                    Some(Self::Rows(rows)) => rows.push(cells),
                    _ => blocks.push(Self::Rows(vec![cells])),
                }
                open = false;
            } else if trimmed.is_empty() {
                open = false;
            } else if let Some(heading) = trimmed.strip_prefix('#') {
                let level = if heading.starts_with('#') { 2 } else { 1 };
                let heading = heading.trim_start_matches('#').trim();
                blocks.push(Self::Heading(level, heading.replace(['`', '*'], "")));
                open = false;
            } else if let Some((is_step, point)) = point {
                match blocks.last_mut() {
                    Some(Self::List(are_steps, points)) if *are_steps == is_step => {
                        points.push(inline(point));
                    }
                    _ => blocks.push(Self::List(is_step, vec![inline(point)])),
                }
                open = true;
            } else if open && let Some(parts) = blocks.last_mut().and_then(Self::last_text) {
                parts.push((false, " ".to_owned()));
                parts.extend(inline(trimmed));
            } else {
                blocks.push(Self::Text(inline(trimmed)));
                open = true;
            }
        }
        blocks.extend(code.map(Self::Code));
        blocks
    }

    /// A line of a guide's Markdown.
    pub fn inline(line: &str) -> Inline {
        inline(line)
    }

    /// The text that a further line belongs to.
    fn last_text(&mut self) -> Option<&mut Inline> {
        match self {
            Self::Text(parts) => Some(parts),
            Self::List(_, points) => points.last_mut(),
            Self::Heading(..) | Self::Code(_) | Self::Rows(_) => None,
        }
    }
}

fn inline(text: &str) -> Inline {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(place, part)| {
        let is_code = place % 2 == 1;
        (is_code, if is_code { part.to_owned() } else { unlinked(&part.replace("**", "")) })
    });
    parts.filter(|(_, part)| !part.is_empty()).collect()
}

/// The text with the words of links in their places: other documents are no pages.
fn unlinked(text: &str) -> String {
    let Some((before, rest)) = text.split_once("](") else { return text.to_owned() };
    match (before.rsplit_once('['), rest.split_once(')')) {
        (Some((before, words)), Some((_, rest))) => format!("{before}{words}{}", unlinked(rest)),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_becomes_blocks() {
        let text = |text: &str| (false, text.to_owned());
        let code = |text: &str| (true, text.to_owned());
        let guide = "# Set `it` up\n\nPut [this](there.md#a) **here**\nand `there`:\n\n```yaml\na: <b>\n  c: 1\n```\n1. One\n   more\n2. Next\n- Two\n\n## Below\n\n| a | b |\n|---|---|\n| `c` | |";
        assert_eq!(
            Block::of_markdown(guide),
            [
                Block::Heading(1, "Set it up".to_owned()),
                Block::Text(vec![
                    text("Put this here"),
                    text(" "),
                    text("and "),
                    code("there"),
                    text(":"),
                ]),
                Block::Code("a: <b>\n  c: 1\n".to_owned()),
                Block::List(
                    true,
                    vec![vec![text("One"), text(" "), text("more")], vec![text("Next")]],
                ),
                Block::List(false, vec![vec![text("Two")]]),
                Block::Heading(2, "Below".to_owned()),
                Block::Rows(vec![
                    vec![vec![text("a")], vec![text("b")]],
                    vec![vec![code("c")], Vec::new()],
                ]),
            ]
        );
    }
}
