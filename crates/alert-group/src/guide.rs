//! What the guides of the senders share.

use std::fmt::Write as _;

use watchbell_model::SeverityAction;

use crate::LEVELS;

/// What the label `severity` opens, as a table in Markdown: made of [`LEVELS`], so that no guide
/// promises something else than what happens.
pub fn severity_table() -> String {
    let mut table = "| label | opens |\n|---|---|\n".to_owned();
    for alike in LEVELS.chunk_by(|(_, one), (_, next)| one == next) {
        let words: Vec<_> = alike.iter().map(|(word, _)| format!("`{word}`")).collect();
        let opens = match alike.first() {
            Some((_, SeverityAction::Severity(severity))) => severity.as_str(),
            Some((_, SeverityAction::DoNotCreate)) | None => "nothing",
        };
        // Writing to a String cannot fail.
        _ = writeln!(table, "| {} | {opens} |", words.join(" "));
    }
    table.push_str(
        "| `sev0` to `sev4` | exactly that |\n\
         | another one, or none at all | the service's default severity |\n",
    );
    table
}
