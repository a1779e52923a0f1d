//! Deploys, pushed commits and suspects.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool};
use diesel::sqlite::Sqlite;
use watchbell_model::{Commit, Deploy, DeployId, IncidentId, ServiceId, Timestamp};
use watchbell_store::stored::{Missing, PushedCommit, complete};
use watchbell_store::{
    DeployAdded, DeployCursor, DeployFilter, DeployStore, Listed, NewJob, Page, StoreError,
    SuspectsRecord,
};

use crate::SqliteStore;
use crate::error::Failure;
use crate::jobs;
use crate::rows::{
    DeployRow, NewDeploy, NewPushedCommit, PushedCommitRow, SuspectsFields, SuspectsRow, micros,
    uuid,
};
use crate::schema::{deploys, incidents, pushed_commits, suspects};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "deploy" };

impl DeployStore for SqliteStore {
    fn deploy_add(
        &self,
        deploy: &Deploy,
        same_since: Timestamp,
        jobs: &[NewJob],
    ) -> Result<DeployAdded, StoreError> {
        let added = self.pool.write(|writer| {
            let before: Option<Vec<u8>> = same(deploy, same_since).first(writer).optional()?;
            if let Some(id) = before {
                let id = DeployId::from_uuid(uuid("deploys.id", &id)?);
                return Ok(DeployAdded { id, is_new: false });
            }
            diesel::insert_into(deploys::table).values(&NewDeploy::new(deploy)?).execute(writer)?;
            jobs::add(writer, jobs)?;
            Ok(DeployAdded { id: deploy.id, is_new: true })
        })?;
        self.waker.wrote(added.is_new && !jobs.is_empty());
        Ok(added)
    }

    fn deploy_list(
        &self,
        filter: &DeployFilter,
        page: Page<DeployCursor>,
    ) -> Result<Listed<Deploy, DeployCursor>, StoreError> {
        self.pool.read(|reader| {
            let total = page.counts().then(|| filtered(filter).count().get_result(reader));
            let mut rows: Vec<DeployRow> = page_of(filter, page).load(reader)?;
            let more = page.cut(&mut rows);
            let mut items =
                rows.into_iter().map(Deploy::try_from).collect::<Result<Vec<_>, _>>()?;
            complete_all(reader, &mut items)?;
            Ok(Listed::new(items, total.transpose()?, more, DeployCursor::of))
        })
    }

    fn deploy_get(&self, id: DeployId) -> Result<Deploy, StoreError> {
        self.pool.read(|reader| {
            let row: Option<DeployRow> =
                deploys::table.find(&id.as_bytes()[..]).first(reader).optional()?;
            let mut deploy = Deploy::try_from(row.ok_or(NOT_FOUND)?)?;
            complete_all(reader, std::slice::from_mut(&mut deploy))?;
            Ok(deploy)
        })
    }

    fn commits_add(
        &self,
        service: ServiceId,
        head: &str,
        commits: &[Commit],
        at: Timestamp,
        jobs: &[NewJob],
    ) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            for (place, commit) in commits.iter().enumerate() {
                let row = NewPushedCommit::new(&service, head, place, commit, at)?;
                diesel::insert_or_ignore_into(pushed_commits::table)
                    .values(&row)
                    .execute(writer)?;
            }
            jobs::add(writer, jobs)
        })?;
        self.waker.wrote(!jobs.is_empty());
        Ok(())
    }

    fn suspects_set(&self, record: &SuspectsRecord) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            let own = incidents::table.filter(incidents::id.eq(&record.incident.as_bytes()[..]));
            let there: Option<i64> = own.select(incidents::number).first(writer).optional()?;
            if there.is_none() {
                return Ok(());
            }
            let fields = SuspectsFields::new(record);
            diesel::insert_into(suspects::table)
                .values(&fields)
                .on_conflict(suspects::incident)
                .do_update()
                .set(&fields)
                .execute(writer)?;
            Ok(())
        })
    }

    fn suspects_get(&self, incident: IncidentId) -> Result<Option<SuspectsRecord>, StoreError> {
        self.pool.read(|reader| {
            let row: Option<SuspectsRow> =
                suspects::table.find(&incident.as_bytes()[..]).first(reader).optional()?;
            Ok(row.map(SuspectsRecord::try_from).transpose()?)
        })
    }
}

/// The deploy that counts as the same one, if there is one.
pub(crate) fn same(deploy: &Deploy, since: Timestamp) -> deploys::BoxedQuery<'_, Sqlite, Binary> {
    let mut query = deploys::table
        .filter(deploys::service.eq(&deploy.service.as_bytes()[..]))
        .filter(deploys::at.ge(micros(since)))
        .filter(deploys::commit_sha.eq(&deploy.told.commit_sha))
        .select(deploys::id)
        .order((deploys::at.asc(), deploys::id.asc()))
        .limit(1)
        .into_boxed();
    // Nothing is said as such, after which an index has its order.
    query = match &deploy.told.environment {
        Some(environment) => query.filter(deploys::environment.eq(environment)),
        None => query.filter(deploys::environment.is_null()),
    };
    match &deploy.told.url {
        Some(url) => query.filter(deploys::url.eq(url)),
        None => query.filter(deploys::url.is_null()),
    }
}

/// The deploys that a filter lets through.
fn filtered(filter: &DeployFilter) -> deploys::BoxedQuery<'_, Sqlite> {
    let DeployFilter { service, environment, after, before } = filter;
    let mut query = deploys::table.into_boxed();
    if let Some(service) = service {
        query = query.filter(deploys::service.eq(&service.as_bytes()[..]));
    }
    if let Some(environment) = environment {
        query = query.filter(deploys::environment.eq(environment));
    }
    if let Some(at) = after {
        query = query.filter(deploys::at.ge(micros(*at)));
    }
    if let Some(at) = before {
        query = query.filter(deploys::at.le(micros(*at)));
    }
    query
}

/// The deploys on a page, and the one after them.
pub(crate) fn page_of(
    filter: &DeployFilter,
    page: Page<DeployCursor>,
) -> deploys::BoxedQuery<'_, Sqlite> {
    let mut query = filtered(filter);
    if let Some(DeployCursor { at, id }) = page.cursor() {
        // As one comparison of pairs, so that an index finds the place.
        let before = sql::<Bool>("(at, id) < (")
            .bind::<BigInt, _>(micros(at))
            .sql(", ")
            .bind::<Binary, _>(id.as_bytes().to_vec())
            .sql(")");
        query = query.filter(before);
    }
    query
        .order((deploys::at.desc(), deploys::id.desc()))
        .limit(page.look_for())
        .offset(page.offset())
}

/// Completes deploys with what was pushed to their services' repositories.
fn complete_all(reader: &mut SqliteConnection, deploys: &mut [Deploy]) -> Result<(), Failure> {
    let mut by_service: BTreeMap<ServiceId, Vec<&mut Deploy>> = BTreeMap::new();
    for deploy in deploys {
        by_service.entry(deploy.service).or_default().push(deploy);
    }
    for (service, mut deploys) in by_service {
        let missing = Missing::of(deploys.iter().map(|deploy| &**deploy));
        let mut rows: Vec<PushedCommitRow> = Vec::new();
        // A statement of SQLite's takes no more than 32,766 values.
        for heads in missing.heads.chunks(1_000) {
            rows.extend(under_heads(service, heads).load::<PushedCommitRow>(reader)?);
        }
        for shas in missing.shas.chunks(1_000) {
            rows.extend(alone(service, shas).load::<PushedCommitRow>(reader)?);
        }
        let pushed: Vec<_> =
            rows.into_iter().map(PushedCommit::try_from).collect::<Result<_, _>>()?;
        complete(&mut deploys, &pushed);
    }
    Ok(())
}

/// The commits of the pushes that ended with these.
pub(crate) fn under_heads(
    service: ServiceId,
    heads: &[String],
) -> pushed_commits::BoxedQuery<'_, Sqlite> {
    pushed_commits::table
        .filter(pushed_commits::service.eq(service.as_bytes().to_vec()))
        .filter(pushed_commits::head.eq_any(heads))
        .order((pushed_commits::head, pushed_commits::place))
        .into_boxed()
}

/// These commits, of whatever push.
pub(crate) fn alone(service: ServiceId, shas: &[String]) -> pushed_commits::BoxedQuery<'_, Sqlite> {
    // The sign keeps SQLite from reading all that was pushed to a service for a few commits.
    let of_service = sql::<Bool>("+service = ").bind::<Binary, _>(service.as_bytes().to_vec());
    pushed_commits::table
        .filter(of_service)
        .filter(pushed_commits::sha.eq_any(shas))
        .order((pushed_commits::sha, pushed_commits::pushed_at))
        .into_boxed()
}
