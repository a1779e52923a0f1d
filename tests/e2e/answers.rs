//! Every answer of the intake and of the API, in its precedence: product.md sections 2 and 3,
//! runframe.md 9.2.

mod accepted;
mod api;
mod counts;
mod limits;
mod lists;
mod refused;
mod repeats;
mod severities;
mod signed;
mod sizes;
