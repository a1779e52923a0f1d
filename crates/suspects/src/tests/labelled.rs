//! Situations as they happen, each with the deploy that was to blame: how often is it first, by the
//! ranking and by time alone? Not all of them end well, and those are here too.

use std::fmt::Write as _;

use watchbell_model::Commit;

use super::*;

/// A deploy, in a line.
struct Told {
    /// Minutes before the incident.
    before: u64,
    to: &'static str,
    version: &'static str,
    sha: &'static str,
    files: &'static [&'static str],
}

/// Nothing but a moment is known.
const PLAIN: Told = Told { before: 0, to: "production", version: "", sha: "", files: &[] };

/// What the event says, in a line.
struct Event {
    environment: &'static str,
    release: &'static str,
    files: &'static [&'static str],
    commits: &'static [&'static str],
}

const SILENT: Event = Event { environment: "", release: "", files: &[], commits: &[] };
const IN_PRODUCTION: Event = Event { environment: "production", ..SILENT };

struct Case {
    story: &'static str,
    event: Event,
    deploys: &'static [Told],
    /// Which of them it was.
    guilty: usize,
}

const CASES: &[Case] = &[
    Case {
        story: "the only deploy of the hour broke it",
        event: SILENT,
        deploys: &[Told { before: 3, ..PLAIN }],
        guilty: 0,
    },
    Case {
        story: "two deploys, nothing else known, the later one broke it",
        event: IN_PRODUCTION,
        deploys: &[Told { before: 4, ..PLAIN }, Told { before: 40, ..PLAIN }],
        guilty: 0,
    },
    Case {
        story: "staging was deployed last, production an hour before broke",
        event: IN_PRODUCTION,
        deploys: &[Told { before: 5, to: "staging", ..PLAIN }, Told { before: 35, ..PLAIN }],
        guilty: 1,
    },
    Case {
        story: "three previews of pull requests since the deploy to production",
        event: Event { environment: "prod", ..SILENT },
        deploys: &[
            Told { before: 1, to: "preview-812", ..PLAIN },
            Told { before: 6, to: "preview-809", ..PLAIN },
            Told { before: 9, to: "dev", ..PLAIN },
            Told { before: 22, ..PLAIN },
        ],
        guilty: 3,
    },
    Case {
        story: "staging broke, and production was deployed later",
        event: Event { environment: "stg", ..SILENT },
        deploys: &[Told { before: 8, ..PLAIN }, Told { before: 14, to: "staging", ..PLAIN }],
        guilty: 1,
    },
    Case {
        story: "documentation went out last; the file that fails changed before",
        event: Event { files: &["/srv/shop/src/cart/total.rs"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 6, files: &["docs/cart.md", "README.md"], ..PLAIN },
            Told { before: 19, files: &["src/cart/total.rs", "Cargo.toml"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "a change of colours went out while the failing job waited for its turn",
        event: Event { files: &["app/jobs/invoice.rb", "app/models/order.rb"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 3, files: &["app/assets/colours.css"], ..PLAIN },
            Told { before: 30, files: &["app/jobs/invoice.rb", "app/models/order.rb"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "a bundle in the browser, named as webpack does",
        event: Event { files: &["webpack:///./src/basket/Basket.tsx?a1f3"], ..SILENT },
        deploys: &[
            Told { before: 2, files: &["src/profile/Profile.tsx"], ..PLAIN },
            Told { before: 16, files: &["src/basket/Basket.tsx"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "a build on Windows, with its own slashes",
        event: Event { files: &[r"D:\a\1\s\Shop.Api\Controllers\OrderController.cs"], ..SILENT },
        deploys: &[
            Told { before: 7, files: &["Shop.Api/Startup.cs"], ..PLAIN },
            Told { before: 21, files: &["Shop.Api/Controllers/OrderController.cs"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "another package's index.js changed before, which says nothing",
        event: Event { files: &["index.js"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 5, files: &["server/routes.js"], ..PLAIN },
            Told { before: 18, files: &["packages/admin/index.js"], ..PLAIN },
        ],
        guilty: 0,
    },
    Case {
        story: "the later one changed the failing file, the earlier one a caller",
        event: Event { files: &["billing/vat.py", "billing/invoice.py"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 9, files: &["billing/vat.py"], ..PLAIN },
            Told { before: 13, files: &["billing/invoice.py"], ..PLAIN },
        ],
        guilty: 0,
    },
    Case {
        story: "the later one changed a caller, the earlier one the failing file",
        event: Event { files: &["billing/vat.py", "billing/invoice.py"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 5, files: &["billing/invoice.py"], ..PLAIN },
            Told { before: 15, files: &["billing/vat.py"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "the event comes from the release before the last",
        event: Event { release: "shop@2.4.1", ..IN_PRODUCTION },
        deploys: &[
            Told { before: 2, version: "v2.4.2", ..PLAIN },
            Told { before: 28, version: "v2.4.1", ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "the event comes from the last release",
        event: Event { release: "shop@2.4.2", ..IN_PRODUCTION },
        deploys: &[
            Told { before: 20, version: "2.4.2", ..PLAIN },
            Told { before: 31, version: "2.4.1", ..PLAIN },
        ],
        guilty: 0,
    },
    Case {
        story: "releases are named by commits, cut short",
        event: Event { release: "checkout@9fceb02d0ae5", ..IN_PRODUCTION },
        deploys: &[
            Told { before: 4, sha: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", ..PLAIN },
            Told { before: 26, sha: "9fceb02d0ae598e95dc970b74767f19372d61af8", ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "an app's release with a build number; the back end was deployed since",
        event: Event { release: "com.example.shop@3.1.0+812", ..SILENT },
        deploys: &[
            Told { before: 11, version: "backend-77", ..PLAIN },
            Told { before: 33, version: "3.1.0", ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "it was rolled back already, and the last events of the bad release come in",
        event: Event { release: "shop@5.0.0", ..IN_PRODUCTION },
        deploys: &[
            Told { before: 1, version: "4.9.9", ..PLAIN },
            Told { before: 12, version: "5.0.0", ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "Sentry suspects a commit of the earlier deploy",
        event: Event { commits: &["e83c5163316f89bfbde7d9ab23ca2e25604af290"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 10, sha: "8d1c8b69c3fce7bea45c73efd06983e3c419a92f", ..PLAIN },
            Told { before: 44, sha: "e83c5163316f89bfbde7d9ab23ca2e25604af290", ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "the last one only formatted the failing file; Sentry blames the one before",
        event: Event { files: &["src/tax.go"], commits: &["e83c5163316f"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 8, sha: "8d1c8b69c3fc", files: &["src/tax.go"], ..PLAIN },
            Told { before: 20, sha: "e83c5163316f89bf", files: &["src/tax.go"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "everything points to the deploy of a minute ago",
        event: Event {
            environment: "production",
            release: "shop@7.0.0",
            files: &["src/login.ts"],
            commits: &["e83c5163316f"],
        },
        deploys: &[
            Told { before: 1, version: "7.0.0", files: &["src/login.ts"], ..PLAIN },
            Told { before: 50, version: "6.9.9", files: &["src/login.ts"], ..PLAIN },
        ],
        guilty: 0,
    },
    Case {
        story: "a train of four deploys; the failing file is in the third last",
        event: Event { files: &["internal/pay/pay.go"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 2, files: &["web/banner.tmpl"], ..PLAIN },
            Told { before: 11, files: &["internal/mail/mail.go"], ..PLAIN },
            Told { before: 17, files: &["internal/pay/pay.go"], ..PLAIN },
            Told { before: 32, files: &["go.sum"], ..PLAIN },
        ],
        guilty: 2,
    },
    Case {
        story: "a settings change of just now, without a stack",
        event: IN_PRODUCTION,
        deploys: &[
            Told { before: 0, files: &["config/pool.toml"], ..PLAIN },
            Told { before: 29, files: &["src/pool.rs"], ..PLAIN },
        ],
        guilty: 0,
    },
    Case {
        story: "two deploys within a minute, the event silent, the later one to blame",
        event: SILENT,
        deploys: &[Told { before: 15, ..PLAIN }, Told { before: 16, ..PLAIN }],
        guilty: 0,
    },
    // Here the ranking is wrong, as a person who knows no more would be.
    Case {
        story: "memory leaked for three quarters of an hour (no stack, no release)",
        event: IN_PRODUCTION,
        deploys: &[Told { before: 10, ..PLAIN }, Told { before: 46, ..PLAIN }],
        guilty: 1,
    },
    Case {
        story: "the hourly job failed long after its change, and something else is fresh",
        event: Event { files: &["jobs/hourly.py"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 4, files: &["web/menu.html"], ..PLAIN },
            Told { before: 55, files: &["jobs/hourly.py"], ..PLAIN },
        ],
        guilty: 1,
    },
    Case {
        story: "a library's new version broke it; Sentry blames who last wrote the line",
        event: Event { commits: &["e83c5163316f"], files: &["src/feed.ts"], ..IN_PRODUCTION },
        deploys: &[
            Told { before: 6, files: &["package-lock.json"], ..PLAIN },
            Told { before: 39, sha: "e83c5163316f89bf", files: &["src/feed.ts"], ..PLAIN },
        ],
        guilty: 0,
    },
];

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn deploy_of(place: usize, told: &Told) -> Deploy {
    let age = Duration::from_secs(told.before * 60);
    let blank = deploy(u128::try_from(place).unwrap() + 1, age);
    let sha = some(told.sha).unwrap_or(blank.told.commit_sha);
    let files = told.files.iter().map(|file| (*file).to_owned()).collect();
    let told = watchbell_model::Told {
        environment: some(told.to),
        version: some(told.version),
        commits: vec![Commit { sha: sha.clone(), files, ..Commit::default() }],
        commit_sha: sha,
        ..blank.told
    };
    Deploy { told, ..blank }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn the_ranking_finds_the_guilty_deploy_more_often_than_time_alone() {
    let (mut by_time, mut by_rank) = (0, 0);
    let mut table = String::new();
    for Case { story, event, deploys, guilty } in CASES {
        let deploys: Vec<_> =
            deploys.iter().enumerate().map(|(place, told)| deploy_of(place, told)).collect();
        let evidence = Evidence {
            environment: some(event.environment),
            release: some(event.release),
            files: owned(event.files),
            commits: owned(event.commits),
        };
        let first = |evidence: &Evidence| rank(onset(), evidence, &deploys)[0].deploy;
        let guilty = deploys[*guilty].id;
        let time = first(&Evidence::default()) == guilty;
        let ranking = first(&evidence) == guilty;
        by_time += i32::from(time);
        by_rank += i32::from(ranking);
        let word = |right| if right { "right" } else { "wrong" };
        writeln!(table, "time {}, ranking {}: {story}", word(time), word(ranking)).unwrap();
    }
    writeln!(table, "of {}: time {by_time}, ranking {by_rank}", CASES.len()).unwrap();
    insta::assert_snapshot!("the_labelled_cases", table);
    assert!(by_rank > by_time);
}
