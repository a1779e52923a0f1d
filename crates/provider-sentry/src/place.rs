//! What Sentry's addresses tell: host, organization and project. An event names them nowhere else.

use watchbell_wire::http_url;

/// What one address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// Scheme and host, like `https://sentry.io`.
    origin: &'a str,
    pub(crate) organization: Option<&'a str>,
    pub(crate) project: Option<&'a str>,
}

/// Hosts of sentry.io that are no organization's.
const SHARED_HOSTS: [&str; 6] = ["us", "us2", "de", "eu", "www", "app"];

impl<'a> Place<'a> {
    /// What `url` tells; none if it is no address.
    pub(crate) fn of(url: &'a str) -> Option<Self> {
        let url = http_url(url)?;
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(end)?;
        let (origin, _) = url.split_at_checked(scheme.len() + "://".len() + end)?;
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let parts = [(); 6].map(|()| parts.next());
        let (organization, project) = match parts {
            [Some("api"), Some("0"), Some("projects"), organization, project, _] => {
                (organization, project)
            }
            [Some("api"), Some("0"), Some("organizations"), organization, ..]
            | [Some("organizations"), organization, ..] => (organization, None),
            [Some("api"), ..] => (None, None),
            // As Sentry wrote its links until 2018.
            [organization, project, Some("issues"), ..] => (organization, project),
            _ => (host.strip_suffix(".sentry.io").filter(|own| !SHARED_HOSTS.contains(own)), None),
        };
        Some(Self { origin, organization, project })
    }

    /// The page of an issue.
    pub(crate) fn issue_link(&self, issue_id: &str) -> Option<String> {
        let Self { origin, organization, .. } = self;
        let link = format!("{origin}/organizations/{}/issues/{issue_id}/", (*organization)?);
        http_url(&link).map(str::to_owned)
    }
}

/// The last part of an address's path: the id of what it names.
pub(crate) fn last_part(url: &str) -> Option<&str> {
    let path = http_url(url)?.split(['?', '#']).next()?;
    let (_, last) = path.trim_end_matches('/').rsplit_once('/')?;
    Some(last).filter(|last| !last.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address_is_read() {
        let check = |url: &str, organization: Option<&str>, project: Option<&str>| {
            let place = Place::of(url).map(|place| (place.organization, place.project));
            assert_eq!(place, Some((organization, project)), "{url}");
        };
        check("https://sentry.io/api/0/projects/acme/web/events/1/", Some("acme"), Some("web"));
        check("https://sentry.io/api/0/organizations/acme/issues/1/", Some("acme"), None);
        check("https://sentry.acme.example/organizations/ops/issues/1/", Some("ops"), None);
        check("https://acme.sentry.io/issues/1/?project=2", Some("acme"), None);
        check("https://sentry.io/acme/web/issues/1/", Some("acme"), Some("web"));
        check("https://us.sentry.io/api/0/issues/1/", None, None);
        check("https://sentry.io/", None, None);
        check("https://sentry.io", None, None);
        assert_eq!(Place::of("acme.sentry.io/issues/1"), None);
    }

    #[test]
    fn links_are_built_on_the_same_host() {
        let link = |url: &str| Place::of(url).and_then(|place| place.issue_link("77"));
        assert_eq!(
            link("https://s.example:9000/api/0/projects/acme/web/events/1/").as_deref(),
            Some("https://s.example:9000/organizations/acme/issues/77/")
        );
        assert_eq!(link("https://us.sentry.io/api/0/issues/1/"), None);
    }

    #[test]
    fn the_last_part_is_the_id() {
        assert_eq!(
            last_part("https://sentry.io/api/0/issues/1635261062/?x=1/2"),
            Some("1635261062")
        );
        assert_eq!(last_part("/issues/1/"), None);
    }
}
