//! Who gets which page.

use crate::support::{Api, Server, Visitor};

#[test]
fn each_role_gets_what_it_may() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let number = super::incidents::opened(&server, "a");
    let incident = format!("/incidents/{number}");
    let roles = ["viewer", "responder", "admin"];
    let [viewer, responder, admin] = roles.map(|role| Visitor::with_role(&server, &api, role));
    let everybody = [&viewer, &responder, &admin, &owner];
    for visitor in everybody {
        for path in ["/", "/incidents", incident.as_str()] {
            super::is_safe(&visitor.get(path));
            assert_eq!(visitor.get(path).status, 200, "{path}");
        }
    }
    let page = viewer.page(&incident);
    assert!(page.contains("Responders and admins work on incidents"), "{page}");
    assert!(page.contains("What was delivered is seen by responders"), "{page}");
    assert!(!page.contains("dlv_") && !page.contains("<textarea"), "{page}");
    assert!(viewer.page("/").contains("Responders and admins see here what was delivered"));
    let page = responder.page(&incident);
    assert!(page.contains("dlv_") && page.contains("Acknowledge</button>"), "{page}");
    assert!(responder.page("/").contains("The newest delivery"));
    for form in ["acknowledge", "status", "severity", "assign", "comments", "texts"] {
        let refused = viewer.submit(&incident, &format!("{incident}/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}: {refused:?}");
        super::is_safe(&refused);
        assert!(refused.body.contains("Ask an admin"), "{refused:?}");
    }
    assert_eq!(server.incident(&number)["timeline"].as_array().unwrap().len(), 1);
}

#[test]
fn no_page_shows_a_key() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let key = server.cli.routing_key("custom");
    let number = super::incidents::opened(&server, "a");
    for path in ["/", "/incidents", &format!("/incidents/{number}"), "/deliveries"] {
        assert!(!owner.page(path).contains(&key), "{path}");
    }
}
