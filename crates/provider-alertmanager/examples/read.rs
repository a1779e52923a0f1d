//! Prints what the parser makes of a body on standard input. Headers are arguments, `name:value`.
//!
//! ```text
//! cargo run -p watchbell-provider-alertmanager --example read-alertmanager < body.json
//! ```

use watchbell_provider::conformance::print_what_is_read;
use watchbell_provider_alertmanager::Alertmanager;

fn main() -> std::io::Result<()> {
    print_what_is_read(&Alertmanager)
}
