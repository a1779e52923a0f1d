//! The suite that every store must pass, races included.
//!
//! A store's crate implements [`Fixture`] for a fresh database of its own and calls
//! [`conformance_tests!`](crate::conformance_tests) with a function that makes one; each case
//! becomes a test of that name. Every case is a public function here, so that one alone can be
//! called too.

#![expect(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code that lives in a library, so that several crates can run it"
)]

pub mod accepted;
pub mod audit;
pub mod checks;
pub mod config;
pub mod connections;
pub mod deploys;
pub mod enrichments;
pub mod expiry;
mod furnish;
pub mod incidents;
pub mod issue_links;
pub mod job_lists;
pub mod jobs;
pub mod leases;
pub mod lists;
pub mod log;
pub mod opening;
pub mod people;
pub mod races;
pub mod reads;
pub mod refusals;
mod samples;
pub mod sessions;

use crate::Store;

pub use furnish::furnish;

/// A fresh, migrated, empty database for one test. It goes when this is dropped.
pub trait Fixture {
    /// Whether the store gives incident numbers with gaps, because each open store keeps some for
    /// itself.
    const NUMBERS_HAVE_GAPS: bool = false;

    /// The store under test.
    type Store: Store + 'static;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// The same database opened once more, as another process would.
    fn open_again(&self) -> Self::Store;
}

/// Makes a test of each case of the suite. Takes a function without arguments that gives a
/// [`Fixture`].
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr) => {
        $crate::conformance_tests! { @cases $make;
            accepted::what_other_servers_accepted_is_told_and_what_the_own_did_is_not,
            accepted::a_server_that_starts_hears_what_all_accepted,
            accepted::what_was_accepted_is_forgotten_in_time,
            audit::every_field_of_an_entry_comes_back,
            audit::a_change_and_its_entries_are_one,
            audit::the_log_is_filtered_and_walked_through_in_both_orders,
            audit::every_word_of_the_log_comes_back,
            checks::every_check_is_made,
            checks::a_good_database_passes_its_checks,
            checks::what_is_left_open_is_no_wrong_reference,
            config::an_empty_database_has_revision_zero,
            config::every_field_of_a_configuration_comes_back,
            config::every_change_does_what_it_says,
            config::sealed_secrets_are_sealed_anew,
            config::a_change_for_another_revision_is_a_conflict,
            config::a_service_name_is_unique_over_all_three_kinds_without_case,
            config::hashes_are_unique,
            config::what_is_not_there_cannot_be_changed,
            config::all_changes_are_made_or_none,
            config::of_many_changes_at_once_exactly_one_wins,
            connections::every_field_of_a_connection_comes_back,
            connections::connections_and_apps_change_and_go,
            connections::an_organization_and_an_installation_are_connected_once,
            deploys::every_field_of_a_deploy_comes_back,
            deploys::the_same_deploy_is_kept_once,
            deploys::of_many_who_tell_of_one_deploy_exactly_one_is_new,
            deploys::deploys_are_filtered_and_walked_through_by_cursors,
            deploys::what_was_pushed_completes_deploys,
            deploys::what_follows_a_deploy_or_a_push_is_written_with_it,
            deploys::suspects_are_kept_as_they_were_last_worked_out,
            deploys::keys_of_deploys_are_added_ended_and_sealed_anew,
            deploys::deploys_and_pushed_commits_are_forgotten_in_time,
            enrichments::an_enrichment_is_kept_as_it_was_last_written_down,
            enrichments::an_enrichment_is_shown_with_its_job,
            enrichments::an_enrichment_goes_with_its_incident,
            expiry::each_class_of_deliveries_goes_after_its_own_time,
            expiry::forgetting_is_done_in_steps_the_oldest_first_and_by_whom_it_may,
            expiry::incidents_go_some_time_after_their_end_with_their_timelines,
            expiry::many_incidents_go_in_steps,
            expiry::what_has_served_its_time_is_forgotten,
            expiry::requests_to_the_api_are_forgotten_in_time,
            expiry::forgetting_breaks_no_promise,
            incidents::every_field_of_an_incident_comes_back,
            incidents::every_field_of_a_timeline_comes_back_in_order,
            incidents::versions_tell_of_every_change,
            incidents::a_change_keeps_what_it_does_not_touch,
            incidents::incidents_are_listed_filtered_and_the_newest_first,
            incidents::time_is_kept_and_ordered_below_a_second,
            incidents::numbers_grow_and_begin_anew_each_year,
            incidents::what_ends_makes_room_in_the_same_batch,
            issue_links::every_field_of_a_link_comes_back,
            issue_links::a_link_is_written_with_its_incident_and_goes_with_it,
            issue_links::an_incident_is_linked_with_an_issue_once,
            issue_links::links_change_and_go_with_lines_and_jobs_or_not_at_all,
            issue_links::lists_of_links_are_bounded,
            issue_links::of_many_who_link_at_once_exactly_one_does,
            jobs::every_field_of_a_job_comes_back,
            jobs::a_job_is_written_with_the_change_that_causes_it_or_not_at_all,
            jobs::of_many_who_claim_at_once_each_gets_others,
            jobs::what_is_due_for_longest_is_taken_first_and_nothing_before_its_time,
            jobs::what_its_holder_left_behind_is_taken_over,
            jobs::who_has_lost_a_job_changes_nothing,
            jobs::a_job_that_did_not_work_waits_or_is_dead,
            jobs::one_job_waits_for_all_that_comes_before_it_is_begun,
            jobs::many_who_add_and_work_at_once_leave_the_last_payload_done,
            job_lists::jobs_are_listed_counted_and_the_newest_first,
            job_lists::dead_jobs_are_revived_or_deleted,
            job_lists::what_waits_can_be_made_due_at_once,
            job_lists::dead_jobs_are_forgotten_in_time_and_others_never,
            job_lists::whoever_works_is_woken_after_the_commit,
            leases::of_many_servers_one_takes_a_lease,
            leases::a_lease_is_its_holders_until_it_is_given_back,
            leases::a_lease_is_taken_over_after_its_time,
            lists::incidents_are_filtered_by_whose_they_are_and_who_ended_them,
            lists::incidents_are_filtered_by_their_services,
            lists::incidents_are_walked_through_by_cursors_while_others_come,
            lists::deliveries_are_filtered_by_the_moment_of_receipt,
            lists::deliveries_are_filtered_by_key_and_incident,
            lists::the_newest_arrivals_of_each_integration_are_read,
            lists::deliveries_are_walked_through_by_cursors_while_others_come,
            log::every_field_of_a_delivery_comes_back,
            log::every_word_of_a_result_comes_back,
            log::deliveries_are_listed_filtered_and_the_newest_first,
            log::counts_add_up,
            log::rejected_deliveries_beyond_the_newest_thousand_are_only_counted,
            log::stored_deliveries_are_found_by_id,
            log::deliveries_are_found_in_a_range_the_oldest_first,
            log::what_ran_a_delivery_again_is_found,
            opening::an_incident_is_opened_under_the_next_number,
            opening::a_request_that_is_repeated_gets_its_first_answer,
            opening::of_many_repeats_at_once_exactly_one_opens,
            people::every_field_of_people_teams_and_settings_comes_back,
            people::people_teams_and_services_change,
            people::a_team_that_goes_leaves_its_services_without_one,
            people::addresses_and_names_of_teams_are_unique_without_case,
            people::people_and_teams_that_are_not_there_cannot_be_changed,
            reads::open_incidents_are_found_on_every_service,
            reads::strange_keys_are_found_exactly,
            reads::the_latest_ended_incident_of_an_occurrence_is_found_per_service,
            reads::the_latest_ended_incident_of_an_identity_is_found_per_service,
            reads::open_incidents_of_a_group_are_found,
            reads::an_incident_that_is_wanted_twice_comes_once,
            reads::clocks_are_kept_and_age,
            reads::deliveries_are_remembered_with_their_results,
            reads::a_large_batch_is_one_batch,
            reads::looking_takes_no_number_and_writes_nothing,
            refusals::two_open_incidents_of_one_identity_are_refused,
            refusals::wrong_data_is_refused_and_nothing_of_its_batch_is_written,
            refusals::people_cannot_open_an_identity_twice,
            refusals::a_decision_may_refuse_with_a_reason_of_its_own,
            refusals::people_cannot_skip_a_version,
            refusals::a_panic_leaves_the_store_usable_and_nothing_written,
            refusals::what_is_not_there_is_not_found,
            races::many_triggers_of_one_key_open_one_incident,
            races::many_triggers_through_two_stores_open_one_incident,
            races::resolves_between_triggers_never_leave_two_open,
            races::people_and_the_committer_lose_no_change,
            races::numbers_are_given_once_across_stores,
            sessions::a_session_is_found_by_its_hash_with_its_user,
            sessions::all_of_a_users_sessions_end,
            sessions::a_link_works_once_and_until_its_end,
            sessions::of_many_who_use_a_link_exactly_one_wins,
            sessions::nobody_stays_signed_in_who_is_put_out_meanwhile,
            sessions::a_password_that_is_not_the_present_one_permits_nothing,
            sessions::nobody_stays_signed_in_by_a_password_that_is_changed_meanwhile,
            sessions::an_account_at_a_provider_is_one_persons_and_the_only_one,
            sessions::of_two_with_one_account_one_gets_it,
            sessions::the_last_use_of_a_key_is_kept,
            sessions::sessions_and_links_that_are_over_are_forgotten,
        }
    };
    (@cases $make:expr; $($module:ident::$case:ident,)*) => {
        $(
            #[test]
            fn $case() {
                $crate::conformance::$module::$case(&$make());
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_is_in_the_list() {
        let list = include_str!("conformance.rs");
        for (module, source) in [
            ("accepted", include_str!("conformance/accepted.rs")),
            ("audit", include_str!("conformance/audit.rs")),
            ("checks", include_str!("conformance/checks.rs")),
            ("config", include_str!("conformance/config.rs")),
            ("connections", include_str!("conformance/connections.rs")),
            ("deploys", include_str!("conformance/deploys.rs")),
            ("expiry", include_str!("conformance/expiry.rs")),
            ("incidents", include_str!("conformance/incidents.rs")),
            ("issue_links", include_str!("conformance/issue_links.rs")),
            ("job_lists", include_str!("conformance/job_lists.rs")),
            ("jobs", include_str!("conformance/jobs.rs")),
            ("leases", include_str!("conformance/leases.rs")),
            ("lists", include_str!("conformance/lists.rs")),
            ("log", include_str!("conformance/log.rs")),
            ("opening", include_str!("conformance/opening.rs")),
            ("people", include_str!("conformance/people.rs")),
            ("races", include_str!("conformance/races.rs")),
            ("reads", include_str!("conformance/reads.rs")),
            ("refusals", include_str!("conformance/refusals.rs")),
            ("sessions", include_str!("conformance/sessions.rs")),
        ] {
            for line in source.lines().filter_map(|line| line.strip_prefix("pub fn ")) {
                let case = line.split('<').next().unwrap();
                assert!(list.contains(&format!("{module}::{case},")), "{module}::{case}");
            }
        }
    }
}
