use watchbell_control::ServiceNew;
use watchbell_providers::PROVIDERS;

use crate::World;

#[test]
fn a_fresh_database_gets_services_integrations_and_a_key_in_one_step() {
    let world = World::new();
    let demo = world.control.demo_setup().unwrap().unwrap();
    let keys: Vec<_> = demo.services.iter().map(|s| s.legacy_key.to_string()).collect();
    assert_eq!(keys, ["SER-00001", "SER-00002"]);
    let slugs: Vec<_> =
        demo.integrations.iter().map(|c| c.view.integration.provider.as_str()).collect();
    assert_eq!(slugs, PROVIDERS.iter().map(|p| p.slug()).collect::<Vec<_>>());
    for created in &demo.integrations {
        assert_eq!(created.view.links.len(), 2);
        assert_eq!(created.view.default_service.as_ref(), demo.services.first());
    }
    assert_eq!(world.config().revision, 1);
    let views: Vec<_> = demo.integrations.iter().map(|c| c.view.clone()).collect();
    assert_eq!(world.control.integration_list().unwrap(), views);
    assert_eq!(world.control.api_key_list().unwrap(), [demo.api_key.key]);
}

#[test]
fn it_happens_once_and_never_after_a_person_has_begun() {
    let world = World::new();
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| world.control.demo_setup().unwrap().is_some())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|is_made| **is_made).count(), 1);
    let world = World::new();
    world.control.service_add(&ServiceNew::named("Mine")).unwrap();
    assert!(world.control.demo_setup().unwrap().is_none());
    assert_eq!(world.config().services.len(), 1);
}
