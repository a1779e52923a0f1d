//! Events in both of their forms.

mod bounds;
mod fixtures;
mod two_forms;
