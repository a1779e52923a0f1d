//! What to do about a symptom. It is read from `docs/troubleshooting.md`, so the pages and the document
//! say the same; the marks before its headings say where each part is shown.

use std::sync::LazyLock;

use watchbell_model::Reason;

use crate::page::{Block, Span};
use crate::text;

/// The document.
const DOCUMENT: &str = include_str!("../../../docs/troubleshooting.md");
/// The mark of a part whose rows are shown each for its own reason.
const BY_REASON: &str = "by reason";

/// Something that a page notices. What deliveries notice is their [`Reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// An integration that takes deliveries has never had one.
    NeverReceived,
    /// The same, and the addresses that it shows are not reached from elsewhere.
    LocalAddress,
    /// An integration that had deliveries has had none for long.
    FellSilent,
    /// An integration does not take deliveries.
    SwitchedOff,
    /// What comes is not signed as it must be, so neither is what the form of the source's rules asks.
    FormRefused,
    /// A connection with the source is degraded or disconnected.
    ConnectionDown,
    /// An incident is open although nothing was heard of it for long.
    StaysOpen,
    /// Somebody has set another severity than what was reported.
    SeverityCorrected,
}

impl Symptom {
    /// Every symptom.
    pub const ALL: [Self; 8] = [
        Self::NeverReceived,
        Self::LocalAddress,
        Self::FellSilent,
        Self::SwitchedOff,
        Self::FormRefused,
        Self::ConnectionDown,
        Self::StaysOpen,
        Self::SeverityCorrected,
    ];

    /// Its mark in the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverReceived => "never-received",
            Self::LocalAddress => "local-address",
            Self::FellSilent => "fell-silent",
            Self::SwitchedOff => "switched-off",
            Self::FormRefused => "form-refused",
            Self::ConnectionDown => "connection-down",
            Self::StaysOpen => "stays-open",
            Self::SeverityCorrected => "severity-corrected",
        }
    }
}

/// What to do about a symptom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// What it is about.
    pub title: String,
    /// What to do.
    pub blocks: Vec<Block>,
}

/// What to do about these symptoms, and about deliveries that ended for these reasons; each once.
pub fn help(symptoms: &[Symptom], reasons: &[Reason]) -> Vec<Help> {
    let by_symptom = symptoms.iter().flat_map(|symptom| marked(symptom.as_str()));
    let by_reason = reasons.iter().flat_map(|reason| {
        let row =
            PARTS.iter().filter(|part| part.is_by_reason()).find_map(|part| part.row(*reason));
        marked(reason.as_str()).chain(row)
    });
    let mut all: Vec<Help> = Vec::new();
    for one in by_symptom.chain(by_reason) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// The parts of the document with this mark.
fn marked(mark: &str) -> impl Iterator<Item = Help> {
    PARTS.iter().filter(move |part| part.marks.contains(&mark)).map(|part| part.help.clone())
}

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| parts(DOCUMENT));

/// A part of the document.
#[derive(Debug)]
struct Part {
    marks: Vec<&'static str>,
    help: Help,
}

impl Part {
    fn is_by_reason(&self) -> bool {
        self.marks == [BY_REASON]
    }

    /// What its table says of `reason`.
    fn row(&self, reason: Reason) -> Option<Help> {
        let rows = self.help.blocks.iter().filter_map(|block| match block {
            Block::Rows(rows) => Some(rows),
            _ => None,
        });
        let is_its = |part: &Span| matches!(part, Span::Code(text) if text == reason.as_str());
        let found = rows.flatten().find_map(|row| match row.as_slice() {
            [reasons, what] if reasons.iter().any(is_its) => Some(what.clone()),
            _ => None,
        });
        found.map(|what| Help { title: text::what_to_do(reason), blocks: vec![Block::Text(what)] })
    }
}

fn parts(document: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let sections = document.split("\n<!-- ").skip(1).filter_map(|part| part.split_once(" -->\n"));
    for (mark, text) in sections {
        let marks = mark.strip_prefix("shown: ").unwrap_or_default().split(", ");
        let marks = marks.filter(|mark| !mark.is_empty()).collect();
        let mut blocks = Block::of_markdown(text);
        let title = match blocks.first() {
            Some(Block::Heading(_, title)) => title.clone(),
            _ => String::new(),
        };
        blocks.drain(..usize::from(!title.is_empty()));
        parts.push(Part { marks, help: Help { title, blocks } });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_document_is_shown_somewhere_or_says_why_not() {
        let headings = DOCUMENT.lines().filter(|line| line.starts_with("## ")).count();
        assert_eq!(PARTS.len(), headings, "each heading has its mark");
        let marks = DOCUMENT.lines().filter_map(|line| line.strip_prefix("<!-- "));
        for mark in marks {
            let is_told = mark.strip_prefix("not shown: ").is_some_and(|why| why.len() > 20);
            assert!(is_told || mark.starts_with("shown: "), "{mark}");
        }
        for Part { marks, help } in PARTS.iter() {
            assert!(!help.title.is_empty() && !help.blocks.is_empty(), "{help:?}");
            // Code would have to be told apart from the set-up guide's.
            assert!(
                !help.blocks.iter().any(|block| matches!(block, Block::Code(_))),
                "{}",
                help.title
            );
            for mark in marks {
                let is_symptom = Symptom::ALL.iter().any(|one| one.as_str() == *mark);
                let is_known = is_symptom || mark.parse::<Reason>().is_ok() || *mark == BY_REASON;
                assert!(is_known, "{}: nothing is called {mark}", help.title);
            }
        }
        for symptom in Symptom::ALL {
            assert!(!help(&[symptom], &[]).is_empty(), "{symptom:?}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_reasons() {
        let tables = PARTS.iter().filter(|part| part.is_by_reason());
        let mut seen = 0;
        for block in tables.flat_map(|part| &part.help.blocks) {
            let Block::Rows(rows) = block else { continue };
            for row in rows.iter().skip(1) {
                for part in &row[0] {
                    let Span::Code(reason) = part else { continue };
                    let found = help(&[], &[reason.parse().expect(reason)]);
                    assert!(found.iter().any(|one| one.blocks == [Block::Text(row[1].clone())]));
                    seen += 1;
                }
            }
        }
        assert!(seen > 10, "{seen}");
    }

    #[test]
    fn a_reason_that_needs_nothing_brings_no_help() {
        assert_eq!(help(&[], &[Reason::Created, Reason::Updated]), []);
        let twice = help(&[], &[Reason::SignatureMissing, Reason::SignatureMismatch]);
        assert_eq!(
            twice.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(),
            ["The signature is missing or wrong (401)"]
        );
    }
}
