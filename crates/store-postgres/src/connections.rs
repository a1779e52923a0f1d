//! Connections with organizations at the source: a part of the configuration.

use diesel::prelude::*;
use watchbell_model::{ConnectionApp, ConnectionScope, IntegrationId};
use watchbell_store::{ConnectionRecord, StoreError};

use crate::config::found;
use crate::error::Failure;
use crate::rows::{AppFields, AppRow, ConnectionFields, ConnectionRow};
use crate::schema::{connection_apps, connections};

/// Every connection, in the order of their making.
pub(crate) fn connections(reader: &mut PgConnection) -> Result<Vec<ConnectionRecord>, Failure> {
    let rows: Vec<ConnectionRow> = connections::table.order(connections::id).load(reader)?;
    Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
}

/// Every app, by integration.
pub(crate) fn apps(reader: &mut PgConnection) -> Result<Vec<ConnectionApp>, Failure> {
    let rows: Vec<AppRow> =
        connection_apps::table.order(connection_apps::integration).load(reader)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) fn connection_set(
    writer: &mut PgConnection,
    record: &ConnectionRecord,
) -> Result<(), Failure> {
    let fields = ConnectionFields::new(record);
    let set = diesel::insert_into(connections::table)
        .values(&fields)
        .on_conflict(connections::id)
        .do_update()
        .set(&fields);
    set.execute(writer).map(drop).map_err(|error| {
        Failure::from(error)
            .on_unique(StoreError::Conflict { what: "the connection with the organization" })
            .on_missing(StoreError::NotFound { what: "integration" })
    })
}

pub(crate) fn connection_remove(
    writer: &mut PgConnection,
    id: ConnectionScope,
) -> Result<(), Failure> {
    let gone = connections::table.filter(connections::id.eq(id.as_uuid()));
    found(diesel::delete(gone).execute(writer)?, "connection")
}

pub(crate) fn app_set(writer: &mut PgConnection, app: &ConnectionApp) -> Result<(), Failure> {
    let fields = AppFields::new(app);
    let set = diesel::insert_into(connection_apps::table)
        .values(&fields)
        .on_conflict(connection_apps::integration)
        .do_update()
        .set(&fields);
    set.execute(writer).map(drop).map_err(|error| {
        Failure::from(error).on_missing(StoreError::NotFound { what: "integration" })
    })
}

pub(crate) fn app_remove(
    writer: &mut PgConnection,
    integration: IntegrationId,
) -> Result<(), Failure> {
    let gone =
        connection_apps::table.filter(connection_apps::integration.eq(integration.as_uuid()));
    found(diesel::delete(gone).execute(writer)?, "app")
}
