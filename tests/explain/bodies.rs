//! Deliveries: fixtures and samples of a provider, as they are and with one word changed.

use std::fmt;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use watchbell_model::Headers;
use watchbell_provider::conformance::fixture;
use watchbell_provider::{Provider, SampleContext};

/// One request.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.body))
    }
}

/// Words that bodies hold, and what may take their place.
const WORDS: [(&str, &str); 10] = [
    ("firing", "resolved"),
    ("\"ALARM\\\"", "\"OK\\\""),
    ("Triggered", "Recovered"),
    ("unresolved", "resolved"),
    ("created", "resolved"),
    ("critical", "info"),
    ("SER-00001", "SER-00002"),
    ("SER-00001", "SER-00009"),
    ("error", "fatal"),
    ("\"status\"", "\"stat\""),
];

/// What the provider sends as its samples: a trigger, its repeat, its end, and what else it tells.
pub(crate) fn samples(provider: &'static dyn Provider) -> Vec<Post> {
    let context = SampleContext {
        service_key: "SER-00001".to_owned(),
        now: crate::world::now(),
        nonce: "one".to_owned(),
    };
    let samples = provider.samples(&context).into_iter();
    let posts = samples.map(|sample| Post {
        headers: Headers::new(sample.headers),
        body: sample.body.into_bytes(),
    });
    posts.collect()
}

fn bodies(provider: &'static dyn Provider) -> Vec<Post> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder.join(provider.slug()))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    let fixtures = files.iter().map(|file| {
        let (headers, body) = fixture(file);
        Post { headers, body }
    });
    // Samples belong together: a trigger, its repeat, its end. So they come as often as the rest.
    let samples = samples(provider);
    let often = (samples.len()..files.len()).map(|n| samples[n % samples.len()].clone());
    let often: Vec<_> = often.collect();
    fixtures.chain(samples).chain(often).collect()
}

/// Any request of this provider.
pub(crate) fn posts(provider: &'static dyn Provider) -> impl Strategy<Value = Post> {
    let all = bodies(provider);
    let change = prop_oneof![
        4 => Just(None),
        4 => select(&WORDS[..]).prop_map(|word| Some(Ok(word))),
        1 => any::<Index>().prop_map(|cut| Some(Err(cut))),
    ];
    (select(all), change).prop_map(|(mut post, change)| {
        match change {
            None => {}
            Some(Ok((from, to))) => {
                post.body = String::from_utf8_lossy(&post.body).replace(from, to).into_bytes();
            }
            Some(Err(cut)) => post.body.truncate(cut.index(post.body.len().max(1))),
        }
        post
    })
}
