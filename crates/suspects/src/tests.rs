//! What the ranking promises, and how well it does.

mod labelled;
mod properties;

use uuid::Uuid;
use watchbell_model::{Deploy, DeployId, DeploySource, ServiceId, Timestamp, Told};

use super::*;

/// When the incidents of these tests begin.
fn onset() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// A deploy of which only the moment is known.
fn deploy(number: u128, age: Duration) -> Deploy {
    Deploy {
        id: DeployId::from_uuid(Uuid::from_u128(number)),
        service: ServiceId::from_uuid(Uuid::from_u128(1)),
        source: DeploySource::Token,
        at: onset() - age,
        told: Told { commit_sha: format!("{number:040x}"), ..Told::default() },
    }
}

#[test]
fn age_alone_gives_the_documented_bands() {
    for (seconds, expected) in [
        (0, Band::High),
        (14 * 60 + 59, Band::High),
        (15 * 60, Band::Medium),
        (29 * 60 + 59, Band::Medium),
        (30 * 60, Band::Lower),
        (60 * 60, Band::Lower),
    ] {
        let deploys = [deploy(1, Duration::from_secs(seconds))];
        let ranked = rank(onset(), &Evidence::default(), &deploys);
        let bands: Vec<_> = ranked.iter().map(|suspect| (suspect.by_age, suspect.band)).collect();
        assert_eq!(bands, [(expected, expected)], "{seconds} seconds");
    }
}

#[test]
fn only_the_hour_before_is_looked_at() {
    let too_old = deploy(1, WINDOW + Duration::from_micros(1));
    let mut too_late = deploy(2, Duration::ZERO);
    too_late.at += Duration::from_micros(1);
    assert_eq!(rank(onset(), &Evidence::default(), &[too_old, too_late]), []);
}

#[test]
fn environments_are_the_same_whatever_they_are_called() {
    for (one, other, expected) in [
        ("production", "prod", true),
        (" Production ", "LIVE", true),
        ("stg", "staging", true),
        ("dev", "development", true),
        ("eu-1", "EU-1", true),
        ("production", "staging", false),
        ("production", "production-eu", false),
    ] {
        assert_eq!(same_environment(one, other), expected, "{one} and {other}");
    }
}

#[test]
fn releases_are_recognised_however_they_are_spelled() {
    const SHA: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for (release, version, expected) in [
        ("shop@1.2.3", Some("1.2.3"), true),
        ("shop@1.2.3", Some("v1.2.3"), true),
        ("com.example.shop@1.2.3+45", Some("1.2.3"), true),
        ("1.2.3+45", Some("1.2.3+45"), true),
        ("shop@da39a3ee5e6b", None, true),
        ("DA39A3E", None, true),
        (SHA, Some("1.2.3"), true),
        ("shop@1.2.3", Some("1.2.30"), false),
        ("shop@1.2.3", None, false),
        ("da39a3", None, false),
        ("vanilla", Some("anilla"), false),
        ("@", Some(""), false),
        ("", Some(""), false),
    ] {
        assert_eq!(same_release(release, version, SHA), expected, "{release} and {version:?}");
    }
}

#[test]
fn files_are_the_same_if_one_path_is_the_end_of_the_other() {
    for (frame, changed, expected) in [
        ("/srv/shop/src/cart.rs", "src/cart.rs", true),
        ("src/cart.rs", "services/shop/src/cart.rs", true),
        ("webpack:///./src/cart/total.js?1f2e", "src/cart/total.js", true),
        ("app:///src/cart.js", "src/cart.js", true),
        (r"C:\build\Shop\Cart.cs", "Shop/Cart.cs", true),
        ("cart.py", "shop/cart.py", true),
        ("index.js", "admin/index.js", false),
        ("index.js", "index.js", true),
        ("src/index.js", "web/src/index.js", true),
        ("src/cart.rs", "src/start.rs", false),
        ("src/cart.rs", "lib/cart.rs", false),
        ("", "src/cart.rs", false),
        ("", "", false),
    ] {
        assert_eq!(same_file(frame, changed), expected, "{frame} and {changed}");
    }
}

#[test]
fn every_word_is_its_own() {
    let words: std::collections::BTreeSet<_> = Signal::ALL.iter().map(|s| s.as_str()).collect();
    assert_eq!(words.len(), Signal::ALL.len());
    assert!(Band::ALL.is_sorted());
}
