//! What the example of every provider's crate does.

use std::io::{self, Read as _, Write as _};

use watchbell_model::Headers;

use super::{read_with, show};
use crate::Provider;

/// Prints what `provider` reads in a body on standard input. The program's arguments are headers,
/// each as `name:value`.
///
/// # Errors
/// Standard input cannot be read, or standard output not written.
pub fn print_what_is_read(provider: &dyn Provider) -> io::Result<()> {
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body)?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let headers = arguments.iter().filter_map(|argument| argument.split_once(':'));
    let result = read_with(provider, &body, Headers::new(headers));
    io::stdout().write_all(show(&result).as_bytes())
}
