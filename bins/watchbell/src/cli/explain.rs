//! `watchbell explain`: what a delivery would do, step by step. Writes nothing.

mod text;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use watchbell_ingest::{Explanation, NotReplayable, Source};
use watchbell_model::{Delivery, DeliveryId, DeliveryRecord, Headers, IntegrationState};

use super::integration_args::{Pair, pair};
use super::past::{Present, explanation_value, then_value};
use super::{Failure, failed};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A file with a body, - for standard input, or the id of a stored delivery (`dlv_…`).
    #[arg(value_name = "FILE | - | DELIVERY_ID")]
    what: String,
    /// The integration that the body is for: its id or name, or its provider if it is the only one
    /// of it. None: the only one that is connected.
    #[arg(long, value_name = "INTEGRATION")]
    integration: Option<String>,
    /// A header of the request. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    header: Vec<Pair>,
}

pub(super) fn run(args: ExplainArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let present = Present::open(config)?;
    if let Ok(id) = args.what.parse::<DeliveryId>() {
        if args.integration.is_some() || !args.header.is_empty() {
            let why = "a stored delivery has its integration and headers";
            return Err(Failure::Usage(why.to_owned()));
        }
        return stored(&present, id, out);
    }
    let ExplainArgs { what, integration, header } = args;
    let source = source(&present, integration.as_deref())?;
    let delivery = Delivery {
        id: DeliveryId::from_uuid(present.session.ids.next()),
        received_at: present.session.clock.now(),
        headers: Headers::new(header),
        body: body(&what)?,
    };
    let explanation = present.explainer().sample(&source, delivery)?;
    out.result(&explanation_value(&explanation), || {
        text::sample(&explanation, &source.integration)
    });
    Ok(())
}

fn body(what: &str) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let read = match what {
        "-" => io::stdin().lock().read_to_end(&mut body),
        path => File::open(path).and_then(|mut file| file.read_to_end(&mut body)),
    };
    read.map_err(|error| failed(&format!("cannot read {what}"), &error))?;
    Ok(body)
}

/// The source that `reference` names, or the only connected one.
fn source(present: &Present, reference: Option<&str>) -> Result<Arc<Source>, Failure> {
    let control = &present.session.control;
    let integration = if let Some(reference) = reference {
        control.integration_show(reference)?.integration
    } else {
        let all = control.integration_list()?.into_iter().map(|view| view.integration);
        let mut connected = all.filter(|one| one.state == IntegrationState::Connected);
        match (connected.next(), connected.next()) {
            (Some(only), None) => only,
            _ => return Err(Failure::Usage("say --integration: which one is it for?".into())),
        }
    };
    let missing = || {
        let provider = &integration.provider;
        Failure::Failed(format!("this version does not know provider {provider:?}"))
    };
    present.snapshot.source(integration.id).cloned().ok_or_else(missing)
}

fn stored(present: &Present, id: DeliveryId, out: Out) -> Result<(), Failure> {
    let record = present.store.delivery_get(id)?;
    let replays = present.store.replays_of(id)?;
    let now = present.explainer().stored(&record)?;
    let replays_value: Vec<_> = replays.iter().map(ToString::to_string).collect();
    let value = json!({
        "then": then_value(&record),
        "replays": replays_value,
        "now": now.as_ref().ok().map(explanation_value),
        "not_replayable": now.as_ref().err().map(ToString::to_string),
    });
    out.result(&value, || text_of_stored(&record, &replays, &now));
    Ok(())
}

fn text_of_stored(
    record: &DeliveryRecord,
    replays: &[DeliveryId],
    now: &Result<Explanation, NotReplayable>,
) -> String {
    let mut text = text::then(record);
    for replay in replays {
        text.push_str(&out::facts(&[("run again as", replay.to_string())]));
    }
    text.push('\n');
    match now {
        Ok(explanation) => {
            text.push_str("If it were run again now:\n\n");
            text.push_str(&text::of(explanation));
        }
        Err(why) => _ = writeln!(text, "It cannot be run again: {why}."),
    }
    text
}
