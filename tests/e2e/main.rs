//! End to end: the real binary on a free port, a database of its own in a temporary folder, and
//! real HTTP.

#[cfg(test)]
mod alertmanager;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod cloudwatch;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod control;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod deploys;
#[cfg(test)]
mod enrichment;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod fairness;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod health;
#[cfg(test)]
mod heartbeat;
#[cfg(test)]
mod issue_links;
#[cfg(test)]
mod open_id;
#[cfg(test)]
mod pages;
#[cfg(all(test, feature = "postgres"))]
mod postgres_backup;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod rule_form;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod sentry;
#[cfg(all(test, feature = "postgres"))]
mod several_servers;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod sns;
#[cfg(test)]
mod support;
