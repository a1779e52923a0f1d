//! Which certificates may sign, and how they are fetched and kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use watchbell_model::{IntegrationId, Reason};
use watchbell_signature::sns::{
    BadCertificate, Certificate, Certificates, FetchFailed, Limits, NoCertificate,
};
use watchbell_sns::{Origin, Origins, SigningCertificate, TopicArn};

use super::{MARCH, PEM_2021, PEM_2026, at, fixture};

#[test]
fn only_one_certificate_with_an_rsa_key_may_sign() {
    let genuine = String::from_utf8(fixture("sns", PEM_2026)).unwrap();
    let genuine = genuine.as_str();
    let check = |pem: String, expected: Result<(), &str>| {
        let got = Certificate::from_pem(pem.as_bytes()).map(drop).map_err(|error| match error {
            BadCertificate::NotOneBlock => "blocks",
            BadCertificate::Unreadable(_) => "unreadable",
            BadCertificate::Key => "key",
            _ => "other",
        });
        assert_eq!(got, expected, "{pem}");
    };
    let made = |name: &str| String::from_utf8(fixture("sns", name)).unwrap();
    check(genuine.to_owned(), Ok(()));
    check(format!("\n{genuine}\n\n"), Ok(()));
    check(genuine.replace('\n', "\r\n"), Ok(()));
    check(String::new(), Err("blocks"));
    check(format!("{genuine}{genuine}"), Err("blocks"));
    check(format!("<xml><value>{genuine}</value></xml>"), Err("blocks"));
    check(format!("# comment\n{genuine}"), Err("blocks"));
    check(format!("{genuine}trailing"), Err("blocks"));
    check(genuine.replace("CERTIFICATE", "PUBLIC KEY"), Err("blocks"));
    check(" ".repeat(16 * 1024) + genuine, Err("blocks"));
    check(genuine.replace("MIIFxTCC", "MIIFxTCD"), Err("unreadable"));
    check(genuine.replace("MIIFxTCC", "MII!xTCC"), Err("unreadable"));
    check(made("made-rsa-1024.pem"), Err("key"));
    check(made("made-rsa-2047.pem"), Err("key"));
    check(made("made-ec.pem"), Err("key"));
}

#[test]
fn names_and_time_are_asked_each_time() {
    let check = |pem: &str, names: &[&str], now: &str, expected: &str| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = Certificate::from_pem(&fixture("sns", pem)).unwrap();
        let got = certificate.check(&names, at(now)).map_err(|error| error.to_string());
        assert_eq!(got.err().unwrap_or_default(), expected, "{pem} {names:?} {now}");
    };
    let name = "sns.amazonaws.com";
    check(PEM_2026, &["sns-signing.x.amazonaws.com", name], MARCH, "");
    check(
        PEM_2026,
        &["sns.amazonaws.com.cn"],
        MARCH,
        "is made out to sns.amazonaws.com, not to sns.amazonaws.com.cn",
    );
    check(PEM_2026, &[], MARCH, "is made out to sns.amazonaws.com, not to ");
    check(PEM_2026, &[name], "2025-11-10T00:00:00Z", "");
    check(PEM_2026, &[name], "2025-11-09T23:59:59Z", "is not valid before 2025-11-10 00:00:00 UTC");
    check(PEM_2026, &[name], "2026-10-15T00:00:00Z", "was valid until 2026-10-14 23:59:59 UTC");
    let later = "2027-01-01T00:00:00Z";
    // A wildcard is no name here, and the subject is none either.
    check(
        "made-wrong-name.pem",
        &[name],
        later,
        "is made out to evil.example, *.amazonaws.com, not to sns.amazonaws.com",
    );
    check("made-no-name.pem", &[name], later, "is made out to nobody, not to sns.amazonaws.com");
}

/// A cache with what was fetched for it.
struct Case {
    certificates: Certificates,
    fetches: AtomicUsize,
}

impl Case {
    fn new(limits: Limits) -> Self {
        Self { certificates: Certificates::new(limits), fetches: AtomicUsize::new(0) }
    }

    /// Asks for one, with this at its address.
    fn get(
        &self,
        wanted: &SigningCertificate,
        who: u128,
        now: &str,
        there: Result<&str, &str>,
    ) -> Result<Arc<Certificate>, NoCertificate> {
        self.certificates.get(wanted, integration(who), at(now), |asked| {
            assert_eq!(asked, wanted);
            self.fetches.fetch_add(1, Ordering::SeqCst);
            match there {
                Ok(name) => Ok(fixture("sns", name)),
                Err(text) => Err(FetchFailed(text.to_owned())),
            }
        })
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

fn integration(who: u128) -> IntegrationId {
    format!("int_{who:032x}").parse().unwrap()
}

/// The certificate number `n` of Amazon.
fn amazons(n: u32) -> SigningCertificate {
    let url = format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{n:032x}.pem");
    let topic = TopicArn::parse("arn:aws:sns:us-west-2:131990247566:alarms").unwrap();
    Origins::default().certificate(&topic, &url).unwrap()
}

#[test]
fn what_was_fetched_is_kept_until_it_expires() {
    let case = Case::new(Limits::default());
    let wanted = amazons(1);
    assert!(case.certificates.cached(&wanted, at(MARCH)).is_none());
    case.get(&wanted, 1, MARCH, Ok(PEM_2026)).unwrap();
    case.get(&wanted, 2, "2026-10-14T00:00:00Z", Err("not asked")).unwrap();
    assert!(case.certificates.cached(&wanted, at(MARCH)).is_some());
    assert_eq!(case.fetches(), 1);
    // It expired while it was kept: what is at the address now counts.
    let late = "2026-10-15T00:00:00Z";
    assert!(case.certificates.cached(&wanted, at(late)).is_none());
    let refused = case.get(&wanted, 1, late, Ok(PEM_2026)).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertificateRefused);
    assert_eq!(case.fetches(), 2);
}

#[test]
fn a_configured_origins_certificate_is_fetched_again_after_five_minutes() {
    let case = Case::new(Limits::default());
    let origin = Origin::new("http://localhost:4566", "/cert.pem", "sns.amazonaws.com").unwrap();
    let topic = TopicArn::parse("arn:aws:sns:us-east-1:000000000000:alarms").unwrap();
    let wanted = Origins::new(vec![origin]);
    let wanted = wanted.certificate(&topic, "http://localhost:4566/cert.pem").unwrap();
    let check = |now: &str, fetches: usize| {
        case.get(&wanted, 1, now, Ok(PEM_2026)).unwrap();
        assert_eq!(case.fetches(), fetches, "{now}");
    };
    check("2026-03-07T00:00:00Z", 1);
    check("2026-03-07T00:04:59Z", 1);
    check("2026-03-07T00:05:00Z", 2);
}

#[test]
fn what_failed_is_left_alone_for_a_while() {
    let case = Case::new(Limits::default());
    let check = |n: u32, there, now: &str, expected: Reason, fetches: usize| {
        let got = case.get(&amazons(n), 1, now, there).unwrap_err();
        assert_eq!((got.reason(), case.fetches()), (expected, fetches), "{n} {now}");
    };
    let (unavailable, refused) = (Reason::CertificateUnavailable, Reason::CertificateRefused);
    // A host that does not answer: five seconds, so that the sender's next try is a real one.
    check(1, Err("timed out"), "2026-03-07T00:00:00Z", unavailable, 1);
    check(1, Err("timed out"), "2026-03-07T00:00:04Z", unavailable, 1);
    check(1, Err("timed out"), "2026-03-07T00:00:05Z", unavailable, 2);
    assert!(case.get(&amazons(1), 1, "2026-03-07T00:00:10Z", Ok(PEM_2026)).is_ok());
    // Something that may not sign: a minute.
    check(2, Ok(PEM_2021), "2026-03-07T00:00:20Z", refused, 4);
    check(2, Ok(PEM_2026), "2026-03-07T00:01:19Z", refused, 4);
    assert!(case.get(&amazons(2), 1, "2026-03-07T00:01:20Z", Ok(PEM_2026)).is_ok());
}

#[test]
fn junk_is_rationed_and_drives_nothing_out() {
    let case = Case::new(Limits { kept: 2, fetches: 8, fetches_for_one: 3, at_once: 4 });
    case.get(&amazons(0), 7, MARCH, Ok(PEM_2026)).unwrap();
    let junk = |who: u128, n: u32, now: &str| {
        case.get(&amazons(n), who, now, Err("404")).unwrap_err() == NoCertificate::Rationed
    };
    // One integration gets its share and no more …
    assert_eq!([1, 2, 3, 4, 5].map(|n| junk(1, n, MARCH)), [false, false, false, true, true]);
    // … which leaves the others theirs, until all have had enough.
    assert_eq!([11, 12, 13, 14].map(|n| junk(2, n, MARCH)), [false, false, false, true]);
    assert_eq!([21, 22].map(|n| junk(3, n, MARCH)), [false, true]);
    assert_eq!(case.fetches(), 8);
    // What was there before is there still, and is not rationed.
    case.get(&amazons(0), 1, MARCH, Err("not asked")).unwrap();
    assert_eq!(NoCertificate::Rationed.reason(), Reason::CertificateUnavailable);
    assert!(!junk(1, 31, "2026-03-07T00:01:00Z"), "a minute later there is a new ration");
}

#[test]
fn the_one_used_longest_ago_gives_way() {
    let case = Case::new(Limits { kept: 2, ..Limits::default() });
    let is_there = |n: u32| case.certificates.cached(&amazons(n), at(MARCH)).is_some();
    case.get(&amazons(1), 1, MARCH, Ok(PEM_2026)).unwrap();
    case.get(&amazons(2), 1, MARCH, Ok(PEM_2026)).unwrap();
    case.get(&amazons(1), 1, MARCH, Err("not asked")).unwrap();
    assert!(is_there(2), "to look is not to use");
    case.get(&amazons(3), 1, MARCH, Ok(PEM_2026)).unwrap();
    assert_eq!([1, 2, 3].map(is_there), [true, false, true]);
}

#[test]
fn many_who_want_the_same_one_cause_one_fetch() {
    let case = Case::new(Limits::default());
    let (began, has_begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let first = scope.spawn({
            let case = &case;
            move || {
                case.certificates.get(&amazons(1), integration(1), at(MARCH), |_| {
                    case.fetches.fetch_add(1, Ordering::SeqCst);
                    began.send(()).unwrap();
                    may_go.recv().unwrap();
                    Ok(fixture("sns", PEM_2026))
                })
            }
        });
        has_begun.recv().unwrap();
        let others: Vec<_> = (2..8)
            .map(|who| {
                scope.spawn({
                    let case = &case;
                    move || case.get(&amazons(1), who, MARCH, Err("not asked"))
                })
            })
            .collect();
        go.send(()).unwrap();
        assert!(first.join().unwrap().is_ok());
        for other in others {
            assert!(other.join().unwrap().is_ok());
        }
    });
    assert_eq!(case.fetches(), 1);
}

#[test]
fn fetches_at_once_are_bounded() {
    let case = Case::new(Limits { at_once: 1, ..Limits::default() });
    let result = case.certificates.get(&amazons(1), integration(1), at(MARCH), |_| {
        let other = case.get(&amazons(2), 2, MARCH, Ok(PEM_2026));
        assert_eq!(other.unwrap_err(), NoCertificate::Rationed);
        Ok(fixture("sns", PEM_2026))
    });
    assert!(result.is_ok());
    assert!(case.get(&amazons(2), 2, MARCH, Ok(PEM_2026)).is_ok());
}

#[test]
fn a_fetch_that_panics_leaves_nobody_waiting() {
    let case = Case::new(Limits::default());
    let panicked = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            case.certificates.get(&amazons(1), integration(1), at(MARCH), |_| {
                std::panic::resume_unwind(Box::new("broken"))
            })
        });
        thread.join().is_err()
    });
    assert!(panicked);
    let after = case.get(&amazons(1), 1, MARCH, Ok(PEM_2026)).unwrap_err();
    assert_eq!(after.reason(), Reason::CertificateUnavailable);
    assert!(case.get(&amazons(1), 1, "2026-03-07T00:00:05Z", Ok(PEM_2026)).is_ok());
}
