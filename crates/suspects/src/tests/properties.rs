//! What holds whatever comes in.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use watchbell_model::Commit;

use super::*;

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(words).prop_map(str::to_owned)
}

fn environment() -> impl Strategy<Value = String> {
    word(&["production", "prod", "staging", "", "ü"])
}

fn version() -> impl Strategy<Value = String> {
    word(&["1.2.3", "shop@1.2.3", "v1.2.4", "shop@0000000", "@", ""])
}

fn file() -> impl Strategy<Value = String> {
    word(&["src/cart.rs", "/srv/src/cart.rs", "index.js", "a/index.js", "", "/", "lib/tax.py"])
}

fn sha() -> impl Strategy<Value = String> {
    word(&["0000000", "00000000000000000000000000000001", "abcdef0", "short", ""])
}

prop_compose! {
    fn evidence()(
        environment in option::of(environment()),
        release in option::of(version()),
        files in vec(file(), 0..6),
        commits in vec(sha(), 0..4),
    ) -> Evidence {
        Evidence { environment, release, files, commits }
    }
}

prop_compose! {
    fn any_deploy()(
        number in 1..9_u128,
        seconds in -120..4_000_i64,
        environment in option::of(environment()),
        version in option::of(version()),
        commits in vec((sha(), vec(file(), 0..4)), 0..4),
    ) -> Deploy {
        let commits = commits.into_iter();
        let commits = commits.map(|(sha, files)| Commit { sha, files, ..Commit::default() });
        let blank = deploy(number, Duration::ZERO);
        let commits = commits.collect();
        let told = Told { environment, version, commits, ..blank.told };
        Deploy { at: onset() - chrono_seconds(seconds), told, ..blank }
    }
}

/// Seconds that may be negative, as the difference of two moments.
fn chrono_seconds(seconds: i64) -> <Timestamp as std::ops::Sub>::Output {
    onset() - Timestamp::from_timestamp(onset().timestamp() - seconds, 0).unwrap()
}

proptest! {
    #[test]
    fn the_parts_are_the_score(evidence in evidence(), deploys in vec(any_deploy(), 0..8)) {
        for suspect in rank(onset(), &evidence, &deploys) {
            let sum: i32 = suspect.parts.iter().map(|part| part.points).sum();
            prop_assert_eq!(sum, suspect.score);
            prop_assert_eq!(Band::of_score(sum), suspect.band);
            prop_assert_eq!(Band::of_age(suspect.age), suspect.by_age);
            prop_assert_eq!(suspect.parts.first().map(|part| part.signal), Some(Signal::Age));
            for part in &suspect.parts {
                prop_assert!(!part.text.is_empty() && part.text.len() < 1_000);
                // A reason with several numbers shows each of them, and they add up.
                if part.signal == Signal::Files {
                    let shown = part.text.split("; ").filter_map(|reason| reason.rsplit(": ").next());
                    let shown: i32 = shown.map(|number| number.parse::<i32>().unwrap()).sum();
                    prop_assert_eq!(shown, part.points);
                }
            }
        }
    }

    #[test]
    fn the_order_is_total_and_the_same_however_they_come(
        evidence in evidence(),
        deploys in vec(any_deploy(), 0..8),
        turn in 0..8_usize,
    ) {
        let mut deploys = deploys;
        deploys.sort_by_key(|deploy| deploy.id);
        deploys.dedup_by_key(|deploy| deploy.id);
        let ranked = rank(onset(), &evidence, &deploys);
        let in_window = |deploy: &&Deploy| (onset() - WINDOW..=onset()).contains(&deploy.at);
        prop_assert_eq!(ranked.len(), deploys.iter().filter(in_window).count());
        for pair in ranked.windows(2) {
            let key = |s: &Suspect| (std::cmp::Reverse(s.score), s.age, std::cmp::Reverse(s.deploy));
            prop_assert!(key(&pair[0]) < key(&pair[1]));
        }
        if !deploys.is_empty() {
            let turn = turn % deploys.len();
            deploys.rotate_left(turn);
        }
        deploys.reverse();
        prop_assert_eq!(rank(onset(), &evidence, &deploys), ranked);
    }

    #[test]
    fn an_older_deploy_is_never_suspected_more_than_the_same_one_later(
        evidence in evidence(),
        one in any_deploy(),
        seconds in vec(0..=3_600_u64, 2..3),
    ) {
        let score = |age: u64| {
            let deploy = Deploy { at: onset() - Duration::from_secs(age), ..one.clone() };
            rank(onset(), &evidence, &[deploy]).first().map(|suspect| (suspect.score, suspect.band))
        };
        let (newer, older) = (seconds[0].min(seconds[1]), seconds[0].max(seconds[1]));
        prop_assert!(score(newer) >= score(older));
    }

    #[test]
    fn what_is_not_known_counts_for_nothing(deploys in vec(any_deploy(), 0..8)) {
        for suspect in rank(onset(), &Evidence::default(), &deploys) {
            prop_assert_eq!(suspect.parts.len(), 1);
            prop_assert_eq!(suspect.band, suspect.by_age);
        }
    }
}
