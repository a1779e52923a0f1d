//! A guide: how to set a sender up.

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

/// Text with what stands out in it.
pub type Inline = Vec<Span>;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Text.
    Text(String),
    /// As it is written elsewhere.
    Code(String),
    /// What is looked for.
    Strong(String),
}

impl Block {
    /// A guide's Markdown, as far as guides use it.
    pub fn of_markdown(markdown: &str) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut code: Option<String> = None;
        let mut open = false;
        // Whether the line before was a row: an empty line ends a table.
        let mut in_table = false;
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
                let is_rule = |cell: &Inline| {
                    cell.iter()
                        .all(|part| matches!(part, Span::Text(t) if t.bytes().all(|b| b == b'-')))
                };
                match blocks.last_mut().filter(|_| in_table) {
                    Some(Self::Rows(_)) if cells.iter().all(is_rule) => {}
                    Some(Self::Rows(rows)) => rows.push(cells),
                    _ => blocks.push(Self::Rows(vec![cells])),
                }
                open = false;
                in_table = true;
            } else if trimmed.is_empty() {
                (open, in_table) = (false, false);
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
                parts.push(Span::Text(" ".to_owned()));
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
    let parts = text.split('`').enumerate().flat_map(|(place, part)| match place % 2 {
        1 => vec![Span::Code(part.to_owned())],
        _ => strong(&unlinked(part)),
    });
    let is_empty = |span: &Span| match span {
        Span::Text(text) | Span::Code(text) | Span::Strong(text) => text.is_empty(),
    };
    parts.filter(|span| !is_empty(span)).collect()
}

/// The text with the words of links in their places: other documents are no pages.
fn unlinked(text: &str) -> String {
    let Some((before, rest)) = text.split_once("](") else { return text.to_owned() };
    match (before.rsplit_once('['), rest.split_once(')')) {
        (Some((before, words)), Some((_, rest))) => format!("{before}{words}{}", unlinked(rest)),
        _ => text.to_owned(),
    }
}

/// Text without code.
fn strong(text: &str) -> Inline {
    let parts: Vec<_> = text.split("**").collect();
    // With an even number of parts, one mark has no counterpart.
    if parts.len() % 2 == 0 {
        return vec![Span::Text(parts.concat())];
    }
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(place, part)| match place % 2 {
            1 => Span::Strong(part.to_owned()),
            _ => Span::Text(part.to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_becomes_blocks() {
        let text = |text: &str| Span::Text(text.to_owned());
        let code = |text: &str| Span::Code(text.to_owned());
        let guide = "# Set `it` up\n\nPut [this](there.md#a) **here**\nand **on and `there`:\n\n```yaml\na: <b>\n  c: 1\n```\n1. One\n   more\n2. Next\n- Two\n\n## Below\n\n| a | b |\n|---|---|\n| `c` | |\n\n| d |\n|---|";
        assert_eq!(
            Block::of_markdown(guide),
            [
                Block::Heading(1, "Set it up".to_owned()),
                Block::Text(vec![
                    text("Put this "),
                    Span::Strong("here".to_owned()),
                    text(" "),
                    text("and on and "),
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
                Block::Rows(vec![vec![vec![text("d")]]]),
            ]
        );
    }
}
