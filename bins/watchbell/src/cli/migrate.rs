//! `watchbell migrate`.

use clap::Args;
use serde_json::json;

use super::Failure;
use crate::config::Config;
use crate::out::Out;
use crate::stores;

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Only show what is missing.
    #[arg(long)]
    status: bool,
}

pub(super) fn run(args: &MigrateArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let opened = stores::open(&config.database)?;
    let database = config.database.url.to_string();
    if args.status {
        let pending = opened.migrations_pending()?;
        out.result(&json!({"database": database, "pending": pending}), || {
            if pending.is_empty() {
                format!("{database} is up to date")
            } else {
                format!(
                    "{database} lacks {} migrations: {}\nrun `watchbell migrate`",
                    pending.len(),
                    pending.join(", ")
                )
            }
        });
        return Ok(());
    }
    let applied = opened.migrate()?;
    out.result(&json!({"database": database, "applied": applied}), || match applied {
        0 => format!("{database} is up to date"),
        1 => format!("applied 1 migration to {database}"),
        many => format!("applied {many} migrations to {database}"),
    });
    Ok(())
}
