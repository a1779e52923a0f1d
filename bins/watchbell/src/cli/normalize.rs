//! `watchbell normalize`: what a provider's parser makes of a body. Needs no database.

use std::collections::BTreeMap;
use std::io::Read as _;

use clap::Args;
use serde_json::json;
use watchbell_model::{Delivery, DeliveryId, Headers};
use watchbell_provider::{Options, show};
use watchbell_providers::PROVIDERS;

use super::integration_args::{Pair, pair};
use super::{Failure, failed};
use crate::clock::{system_clock, system_ids};
use crate::out::Out;

#[derive(Debug, Args)]
pub(super) struct NormalizeArgs {
    /// The provider, like sentry.
    #[arg(long, value_name = "PROVIDER")]
    provider: String,
    /// A header of the request, where the provider reads one. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    header: Vec<Pair>,
    /// A setting of the integration. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    option: Vec<Pair>,
}

pub(super) fn run(args: NormalizeArgs, out: Out) -> Result<(), Failure> {
    let NormalizeArgs { provider: name, header, option } = args;
    let Some(provider) = watchbell_providers::find(&name) else {
        let known: Vec<_> = PROVIDERS.iter().map(|provider| provider.slug()).collect();
        return Err(Failure::Usage(format!("no provider {name}: there are {}", known.join(", "))));
    };
    let mut body = Vec::new();
    std::io::stdin()
        .read_to_end(&mut body)
        .map_err(|error| failed("cannot read standard input", &error))?;
    let ids = system_ids().map_err(|error| failed("cannot make ids", &error))?;
    let delivery = Delivery {
        id: DeliveryId::from_uuid(ids.next()),
        received_at: system_clock().now(),
        headers: Headers::new(header),
        body,
    };
    let options: BTreeMap<_, _> = option.into_iter().collect();
    let read = provider.read(&delivery, &Options::new(&options));
    let text = show(&read);
    out.result(
        &json!({"provider": provider.slug(), "readable": read.is_ok(), "text": text}),
        || text.trim_end().to_owned(),
    );
    if read.is_ok() { Ok(()) } else { Err(Failure::Told) }
}
