//! Deploys, what was pushed, and suspects.

use std::sync::atomic::{AtomicUsize, Ordering};

use watchbell_model::{
    Commit, Deploy, DeploySource, IncidentId, SecretId, ServiceId, Timestamp, Told,
};

use super::Fixture;
use super::config::bare_service;
use super::expiry::expire_all;
use super::races::at_once;
use super::samples::{assert_sound, at, id, identity, incident, number, open, seconds};
use crate::{
    Class, ConfigChange, ConfigStore, DeployAdded, DeployFilter, DeployKeyKind, DeployKeyRecord,
    DeployProof, DeployStore, Expiry, JobFilter, JobStore, MaintenanceStore, NewJob, Page, Store,
    StoreError, SuspectsRecord,
};

/// A deploy with every optional field set.
pub(super) fn deploy(service: ServiceId, at: Timestamp) -> Deploy {
    Deploy {
        id: id("dep"),
        service,
        source: DeploySource::GitHub,
        at,
        told: Told {
            commit_sha: "9fceb02d0ae598e95dc970b74767f19372d61af8".to_owned(),
            commit_message: Some("A \"message\"\nof two lines: ü 🔔".to_owned()),
            branch: Some("main".to_owned()),
            deployed_by: Some("mona".to_owned()),
            environment: Some("production".to_owned()),
            version: Some("v2.4.1".to_owned()),
            description: Some("free text".to_owned()),
            url: Some("https://ci.example/?a=1&b=2".to_owned()),
            commits: vec![commit("e83c516", &["src/ü.rs", "a \"b\""]), commit("9fceb02", &["c"])],
        },
    }
}

/// A deploy with every optional field absent.
fn bare(service: ServiceId, at: Timestamp) -> Deploy {
    let mut deploy = Deploy { source: DeploySource::Token, ..deploy(service, at) };
    deploy.told = Told { commit_sha: deploy.told.commit_sha, ..Told::default() };
    deploy
}

/// A deploy of which something else is told.
fn but(mut deploy: Deploy, change: impl FnOnce(&mut Told)) -> Deploy {
    change(&mut deploy.told);
    deploy
}

fn commit(sha: &str, files: &[&str]) -> Commit {
    Commit {
        sha: sha.to_owned(),
        message: Some(format!("why {sha}")),
        author: Some("hubot".to_owned()),
        at: Some(at(5)),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
    }
}

/// A commit of which only the name is told.
fn named(sha: &str) -> Commit {
    Commit { sha: sha.to_owned(), ..Commit::default() }
}

pub(super) fn token_of(service: ServiceId, byte: u8) -> DeployKeyRecord {
    let proof = DeployProof::Token { hash: [byte; 32] };
    DeployKeyRecord { id: id("sec"), service, proof, created_at: at(1), expires_at: None }
}

pub(super) fn key_of(service: ServiceId) -> DeployKeyRecord {
    let proof = DeployProof::GitHub { sealed: vec![5, 0, 255] };
    DeployKeyRecord { proof, expires_at: Some(at(9)), ..token_of(service, 0) }
}

pub(super) fn suspects(incident: IncidentId, computed_at: Timestamp) -> SuspectsRecord {
    let suspects = "[{\"score\": 1}]".to_owned();
    SuspectsRecord { incident, onset: at(1), computed_at, suspects }
}

/// A store with two services.
fn with_services(store: &impl Store) -> (ServiceId, ServiceId) {
    let (one, two) = (bare_service(1), bare_service(2));
    let ids = (one.id, two.id);
    let changes = [ConfigChange::ServiceAdd(one), ConfigChange::ServiceAdd(two)];
    store.config_change(0, &changes, &[]).unwrap();
    ids
}

/// Adds a deploy that must be new.
fn add(store: &impl DeployStore, deploy: &Deploy) {
    let added = store.deploy_add(deploy, deploy.at, &[]).unwrap();
    assert_eq!(added, DeployAdded { id: deploy.id, is_new: true });
}

pub fn every_field_of_a_deploy_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = with_services(store);
    for deploy in [deploy(one, at(1)), bare(two, at(2))] {
        add(store, &deploy);
        assert_eq!(fixture.open_again().deploy_get(deploy.id).unwrap(), deploy);
    }
    let missing = store.deploy_get(id("dep"));
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    assert_sound(store);
}

pub fn the_same_deploy_is_kept_once<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = with_services(store);
    for first in [deploy(one, seconds(100)), bare(two, seconds(100))] {
        add(store, &first);
        let again = Deploy { id: id("dep"), at: seconds(160), ..first.clone() };
        let check = |deploy: &Deploy, since: Timestamp, is_new: bool| {
            let deploy = Deploy { id: id("dep"), ..deploy.clone() };
            let added = store.deploy_add(&deploy, since, &[]).unwrap();
            assert_eq!(added.is_new, is_new, "{deploy:?}");
            assert_eq!(added.id == first.id, !is_new);
        };
        check(&again, seconds(100), false);
        let other = |change: fn(&mut Told)| but(again.clone(), change);
        check(&other(|d| d.commit_sha.push('0')), seconds(100), true);
        check(&other(|d| d.environment = Some("staging".to_owned())), seconds(100), true);
        check(&other(|d| d.url = Some("https://ci.example/2".to_owned())), seconds(100), true);
        // Too long ago; then this one is the same for what follows.
        check(&again, seconds(101), true);
    }
    assert_sound(store);
}

pub fn of_many_who_tell_of_one_deploy_exactly_one_is_new<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (one, _) = with_services(store);
    for round in 0..4 {
        let new = AtomicUsize::new(0);
        let told = but(deploy(one, at(1)), |told| told.commit_sha = format!("{round}"));
        at_once(&[store, &again], 8, |store, _| {
            let deploy = Deploy { id: id("dep"), ..told.clone() };
            let added = store.deploy_add(&deploy, at(1), &[]);
            new.fetch_add(usize::from(added.unwrap().is_new), Ordering::SeqCst);
        });
        assert_eq!(new.into_inner(), 1);
    }
    assert_sound(store);
}

pub fn deploys_are_filtered_and_walked_through_by_cursors<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = with_services(store);
    let of = |service, at: Timestamp, environment: &str| {
        but(deploy(service, at), |told| {
            told.environment = Some(environment.to_owned());
            told.commit_sha = at.to_rfc3339();
        })
    };
    let all = [
        of(one, at(1), "production"),
        of(one, at(2), "staging"),
        of(two, at(2), "production"),
        of(one, at(3), "production"),
        bare(two, at(4)),
    ];
    for deploy in all.iter().rev() {
        add(store, deploy);
    }
    let any = DeployFilter::default;
    let some = |name: &str| Some(name.to_owned());
    for (filter, expected) in [
        (any(), &[4, 3, 2, 1, 0][..]),
        (DeployFilter { service: Some(one), ..any() }, &[3, 1, 0]),
        (DeployFilter { environment: some("production"), ..any() }, &[3, 2, 0]),
        (DeployFilter { service: Some(one), environment: some("production"), ..any() }, &[3, 0]),
        (DeployFilter { after: Some(at(2)), before: Some(at(3)), ..any() }, &[3, 2, 1]),
        (DeployFilter { environment: some("Production"), ..any() }, &[]),
        (DeployFilter { service: Some(id("sid")), ..any() }, &[]),
    ] {
        let mut expected: Vec<_> = expected.iter().map(|place: &usize| &all[*place]).collect();
        expected.sort_by_key(|deploy| std::cmp::Reverse((deploy.at, deploy.id)));
        let expected: Vec<_> = expected.into_iter().cloned().collect();
        let whole = store.deploy_list(&filter, Page::new(10, 0)).unwrap();
        assert_eq!((&whole.items, whole.next), (&expected, None), "{filter:?}");
        assert_eq!(whole.total, i64::try_from(expected.len()).ok());
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let part = store.deploy_list(&filter, Page::after(2, after)).unwrap();
            assert_eq!(part.total, None);
            walked.extend(part.items);
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, expected, "{filter:?}");
    }
    let second = store.deploy_list(&any(), Page::new(2, 2)).unwrap().items;
    assert_eq!(second.len(), 2);
}

pub fn what_was_pushed_completes_deploys<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = with_services(store);
    let pushed = [commit("aaa", &["src/a.rs"]), commit("bbb", &["src/b.rs", "b.md"])];
    store.commits_add(one, "bbb", &pushed, at(1), &[]).unwrap();
    store.commits_add(one, "ccc", &[commit("ccc", &["c"])], at(1), &[]).unwrap();
    // The same once more, and another service's.
    store.commits_add(one, "bbb", &[commit("xxx", &[])], at(2), &[]).unwrap();
    store.commits_add(two, "ddd", &[commit("aaa", &["other"])], at(2), &[]).unwrap();
    let check = |told: Deploy, message: Option<&str>, commits: &[Commit]| {
        add(store, &told);
        let found = store.deploy_get(told.id).unwrap();
        assert_eq!(found.told.commit_message.as_deref(), message);
        assert_eq!(found.told.commits, commits, "{told:?}");
        let filter = DeployFilter { service: Some(told.service), ..DeployFilter::default() };
        let listed = store.deploy_list(&filter, Page::after(100, None)).unwrap().items;
        assert!(listed.contains(&found));
    };
    let of = |service, sha: &str, commits: Vec<Commit>| {
        let told = Told { commit_sha: sha.to_owned(), commits, ..Told::default() };
        Deploy { told, ..bare(service, at(3)) }
    };
    check(of(one, "bbb", Vec::new()), Some("why bbb"), &pushed);
    check(of(one, "zzz", Vec::new()), None, &[]);
    let listed = vec![named("aaa"), named("ccc"), named("zzz"), commit("bbb", &["own"])];
    let expected =
        [pushed[0].clone(), commit("ccc", &["c"]), named("zzz"), commit("bbb", &["own"])];
    check(of(one, "ccc", listed), Some("why ccc"), &expected);
    check(of(two, "bbb", vec![named("aaa")]), None, &[commit("aaa", &["other"])]);
    assert_sound(store);
}

pub fn what_follows_a_deploy_or_a_push_is_written_with_it<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, _) = with_services(store);
    let job = || [NewJob::alone(id("job"), "suspects.since", "a subject", "{}")];
    let waiting = || store.job_list(&JobFilter::default(), Page::new(10, 0)).unwrap().items.len();
    let told = deploy(one, at(1));
    store.deploy_add(&told, at(1), &job()).unwrap();
    assert_eq!(waiting(), 1);
    store.deploy_add(&Deploy { id: id("dep"), ..told }, at(1), &job()).unwrap();
    assert_eq!(waiting(), 1, "the same deploy causes nothing more");
    store.commits_add(one, "a", &[commit("a", &[])], at(1), &job()).unwrap();
    assert_eq!(waiting(), 2);
    assert_sound(store);
}

pub fn suspects_are_kept_as_they_were_last_worked_out<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = incident(&identity("suspects"), id("sid"), number(1));
    open(store, std::slice::from_ref(&one));
    assert_eq!(store.suspects_get(one.id).unwrap(), None);
    for computed_at in [at(5), at(6)] {
        let record = suspects(one.id, computed_at);
        store.suspects_set(&record).unwrap();
        assert_eq!(fixture.open_again().suspects_get(one.id).unwrap(), Some(record));
    }
    let gone = id("inc");
    store.suspects_set(&suspects(gone, at(5))).unwrap();
    assert_eq!(store.suspects_get(gone).unwrap(), None, "the incident is not there");
    assert_sound(store);
}

pub fn keys_of_deploys_are_added_ended_and_sealed_anew<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = with_services(store);
    let (token, secret, other) = (token_of(one, 1), key_of(one), token_of(two, 2));
    let add = ConfigChange::DeployKeyAdd;
    let changes = [add(token.clone()), add(secret.clone()), add(other.clone())];
    store.config_change(1, &changes, &[]).unwrap();
    let loaded = || fixture.open_again().config_load().unwrap().deploy_keys;
    assert_eq!(loaded(), [token.clone(), secret.clone(), other.clone()]);
    let end = |kind, at| ConfigChange::DeployKeysEnd { service: one, kind, at };
    let sealed = vec![1, 2, 3];
    let changes = [
        end(DeployKeyKind::Token, at(5)),
        // What ends sooner anyway is left alone.
        end(DeployKeyKind::GitHub, at(10)),
        ConfigChange::DeployKeyReseal { id: secret.id, sealed: sealed.clone() },
    ];
    store.config_change(2, &changes, &[]).unwrap();
    let ended = DeployKeyRecord { expires_at: Some(at(5)), ..token.clone() };
    let resealed = DeployKeyRecord { proof: DeployProof::GitHub { sealed }, ..secret };
    assert_eq!(loaded(), [ended, resealed, other]);
    let check = |change: ConfigChange, expected: fn(&StoreError) -> bool| {
        let error = store.config_change(3, &[change], &[]).unwrap_err();
        assert!(expected(&error), "{error:?}");
    };
    let is_missing = |error: &StoreError| matches!(error, StoreError::NotFound { .. });
    let is_taken = |error: &StoreError| matches!(error, StoreError::Conflict { .. });
    let (nobody, unknown): (ServiceId, SecretId) = (id("sid"), id("sec"));
    check(add(token_of(two, 1)), is_taken);
    check(add(token_of(nobody, 3)), is_missing);
    let (kind, at) = (DeployKeyKind::Token, at(1));
    check(ConfigChange::DeployKeysEnd { service: nobody, kind, at }, is_missing);
    check(ConfigChange::DeployKeyReseal { id: unknown, sealed: Vec::new() }, is_missing);
    // A token has nothing sealed.
    check(ConfigChange::DeployKeyReseal { id: token.id, sealed: vec![1] }, is_missing);
    assert_sound(store);
}

pub fn deploys_and_pushed_commits_are_forgotten_in_time<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, _) = with_services(store);
    for second in 0..1_001 {
        let sha = format!("{second:07}");
        store.commits_add(one, &sha, &[commit(&sha, &[])], seconds(second), &[]).unwrap();
    }
    for second in 0..20 {
        let deploy = deploy(one, seconds(second));
        add(store, &but(deploy, |told| told.commit_sha = format!("{second}")));
    }
    let before = |class, second| Expiry::default().with(class, seconds(second));
    let step = store.expire(&before(Class::PushedCommits, 900)).unwrap();
    assert!((1..=500).contains(&step.of(Class::PushedCommits)), "{step:?}");
    let rest = expire_all(store, &before(Class::PushedCommits, 900));
    assert_eq!(step.of(Class::PushedCommits) + rest.of(Class::PushedCommits), 900);
    assert_eq!(expire_all(store, &before(Class::Deploys, 15)).of(Class::Deploys), 15);
    let left = store.deploy_list(&DeployFilter::default(), Page::new(100, 0)).unwrap().items;
    assert_eq!(left.last().map(|deploy| deploy.at), Some(seconds(15)));
    assert_eq!(left.len(), 5);
    assert_sound(store);
}
