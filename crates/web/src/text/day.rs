//! What a source sent in the last day.

pub const DAY_NOTHING: &str = "nothing in the last 24 hours";

/// All of a day: how many, and how many of them were refused or failed.
pub fn day_all(count: usize, wrong: usize) -> String {
    format!("{count} in the last 24 hours, {}", rate(count, wrong))
}

/// The newest of a day on which there were more.
pub fn day_newest(count: usize, span: &str, wrong: usize) -> String {
    format!("the newest {count}, within {span}: {}", rate(count, wrong))
}

/// So many of the last day were answered and could not be carried out; or more.
pub fn day_failed(count: usize, or_more: bool) -> String {
    let more = if or_more { "+" } else { "" };
    format!("{count}{more} failed: see why")
}

fn rate(count: usize, wrong: usize) -> String {
    let share = wrong.saturating_mul(100) / count.max(1);
    match (wrong, share) {
        (0, _) => "none refused or failed".to_owned(),
        (_, 0) => format!("under 1 % refused or failed ({wrong})"),
        (_, share) => format!("{share} % refused or failed ({wrong})"),
    }
}
