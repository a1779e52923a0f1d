//! Deploys, as they were told.

use watchbell_ingest::Snapshot;
use watchbell_model::{Deploy, cut, is_http_url};
use watchbell_store::{DeployCursor, DeployFilter, Page};
use watchbell_web::page::{Cell, Filter, Filters, Table};
use watchbell_web::{Section, text as t};

use super::filters::Asked;
use super::{As, answer, page, text};
use crate::rest::deploys::EnvironmentText;
use crate::ui::Shown;
use crate::ui::visit::Visit;

/// The rows of a page.
const ROWS: i64 = 50;
/// How many characters of a commit are shown.
const SHOWN_COMMIT: usize = 12;

pub(in crate::ui) async fn deploys(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let names = ["service", "environment", "from", "until"];
    let asked = Asked::new(format!("{}/deploys", visit.base()), &mut query, &names);
    let snapshot = visit.call.snapshot();
    let key = asked.text("service");
    let service = snapshot.services.find(key).map(|service| service.id);
    if service.is_none() && !key.is_empty() {
        query.wrong("service", t::WANT_SERVICE, key);
    }
    let environment: Option<EnvironmentText> = asked.value(&mut query, "environment", t::WANT_KEY);
    let filter = DeployFilter {
        service,
        environment: environment.map(|text| text.0),
        after: asked.minute(&mut query, "from"),
        before: asked.minute(&mut query, "until"),
    };
    let after: Option<DeployCursor> = query.one("cursor", t::WANT_PLACE);
    query.finish()?;
    let part = Page::after(ROWS, after);
    let listed = visit.call.store(move |store| store.deploy_list(&filter, part)).await?;
    let mut shown = As::default();
    let mut page = page(&visit, Section::Deploys, t::DEPLOYS, &mut shown);
    let frame = &page.frame;
    let row = |deploy: &Deploy| {
        let told = &deploy.told;
        let service = snapshot.services.get(deploy.service);
        let commit = cut(told.commit_sha.as_str(), SHOWN_COMMIT);
        vec![
            Cell::When(frame.moment(deploy.at)),
            text(service.map(|service| service.name.clone())),
            match told.url.as_ref().filter(|url| is_http_url(url)) {
                Some(url) => Cell::Link(url.clone(), commit),
                None => Cell::Code(commit),
            },
            text(told.commit_message.clone()),
            text(told.environment.clone()),
            text(told.version.clone()),
            text(told.branch.clone()),
            text(told.deployed_by.clone()),
            text(Some(deploy.source.as_str())),
        ]
    };
    let columns = [
        t::WHEN,
        t::SERVICE,
        t::COMMIT,
        t::DESCRIPTION,
        t::ENVIRONMENT,
        t::VERSION,
        t::BRANCH,
        t::BY,
        t::TOLD_BY,
    ];
    let table = Table {
        columns: columns.to_vec(),
        rows: listed.items.iter().map(row).collect(),
        empty: if asked.is_clear() { t::DEPLOYS_NONE } else { t::NOTHING_FITS },
        newest: after.map(|_| asked.address(None)),
        older: listed.next.map(|next| asked.address(Some(next.to_string()))),
    };
    page.lead = t::DEPLOYS_LEAD;
    page.filters = Some(Filters {
        action: format!("{}/deploys", visit.base()),
        fields: fields(&asked, &snapshot),
        is_clear: asked.is_clear(),
        export: None,
    });
    page.table = Some(table);
    Ok(answer(&visit, &shown, page))
}

fn fields(asked: &Asked, snapshot: &Snapshot) -> Vec<Filter> {
    let services = snapshot.services.iter().map(|one| (one.key.to_string(), one.name.clone()));
    let mut services: Vec<_> = services.collect();
    services.sort_by_cached_key(|(_, name)| name.to_lowercase());
    let mut fields = vec![
        asked.one_of("service", t::SERVICE, services),
        asked.written("environment", t::ENVIRONMENT),
    ];
    fields.extend(asked.between());
    fields
}
