//! What proves deploys, as a part of the configuration.

use diesel::prelude::*;
use watchbell_model::{SecretId, ServiceId, Timestamp};
use watchbell_store::{DeployKeyKind, DeployKeyRecord, StoreError};

use crate::config::found;
use crate::error::Failure;
use crate::rows::{DeployKeyRow, NewDeployKey, micros};
use crate::schema::{deploy_keys, services};

/// Every deploy token and GitHub secret, in the order of their making.
pub(crate) fn load(reader: &mut SqliteConnection) -> Result<Vec<DeployKeyRecord>, Failure> {
    let rows: Vec<DeployKeyRow> = deploy_keys::table.order(deploy_keys::seq).load(reader)?;
    Ok(rows.into_iter().map(DeployKeyRecord::try_from).collect::<Result<_, _>>()?)
}

pub(crate) fn add(writer: &mut SqliteConnection, record: &DeployKeyRecord) -> Result<(), Failure> {
    let row = NewDeployKey::new(record);
    let added = diesel::insert_into(deploy_keys::table).values(&row);
    added.execute(writer).map_err(|error| {
        Failure::from(error)
            .on_unique(StoreError::Conflict { what: "the deploy key" })
            .on_missing(StoreError::NotFound { what: "service" })
    })?;
    Ok(())
}

pub(crate) fn end(
    writer: &mut SqliteConnection,
    service: ServiceId,
    kind: DeployKeyKind,
    at: Timestamp,
) -> Result<(), Failure> {
    let there = services::table.find(&service.as_bytes()[..]).count().get_result::<i64>(writer)?;
    found(usize::from(there > 0), "service")?;
    let own = deploy_keys::table
        .filter(deploy_keys::service.eq(&service.as_bytes()[..]))
        .filter(deploy_keys::expires_at.is_null().or(deploy_keys::expires_at.gt(micros(at))));
    let end = deploy_keys::expires_at.eq(micros(at));
    match kind {
        DeployKeyKind::Token => {
            let tokens = own.filter(deploy_keys::hash.is_not_null());
            diesel::update(tokens).set(end).execute(writer)?;
        }
        DeployKeyKind::GitHub => {
            let secrets = own.filter(deploy_keys::sealed.is_not_null());
            diesel::update(secrets).set(end).execute(writer)?;
        }
    }
    Ok(())
}

pub(crate) fn reseal(
    writer: &mut SqliteConnection,
    id: SecretId,
    sealed: &[u8],
) -> Result<(), Failure> {
    let own = deploy_keys::table
        .filter(deploy_keys::id.eq(&id.as_bytes()[..]))
        .filter(deploy_keys::sealed.is_not_null());
    let rows = diesel::update(own).set(deploy_keys::sealed.eq(sealed)).execute(writer)?;
    found(rows, "GitHub secret")
}
