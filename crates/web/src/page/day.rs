//! What a source sent in the last day.

use super::Bar;

/// The small chart's width and height in its units, and the width of a bar.
pub const SPARK: (usize, usize, usize) = (240, 32, 8);

/// What a source sent in the last day, by hour.
#[derive(Debug, Clone)]
pub struct Day {
    /// A bar for each hour, the oldest first.
    pub bars: Vec<Bar>,
    /// From where on the chart something is known, from the left.
    pub known_from: usize,
    /// The same in words.
    pub words: String,
}
