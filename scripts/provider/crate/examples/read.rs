//! Prints what the parser makes of a body on standard input. Headers are arguments, `name:value`.
//!
//! ```text
//! cargo run -p watchbell-provider-newsender --example read-newsender < body.json
//! ```

use std::io::{self, Read as _, Write as _};

use watchbell_model::{Delivery, DeliveryId, Headers, Timestamp};
use watchbell_provider::{Options, Provider as _, show};
use watchbell_provider_newsender::NewSender;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body)?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let headers = arguments.iter().filter_map(|argument| argument.split_once(':'));
    // A program that receives requests knows these two; here they do not matter.
    let id: DeliveryId = "dlv_00000000000000000000000000000000".parse()?;
    let received_at: Timestamp = "2026-11-21T12:00:00Z".parse()?;
    let delivery = Delivery { id, received_at, headers: Headers::new(headers), body };
    let result = NewSender.read(&delivery, &Options::none());
    io::stdout().write_all(show(&result).as_bytes())?;
    Ok(())
}
