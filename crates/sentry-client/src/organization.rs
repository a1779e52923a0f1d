//! What a token is good for: its scopes, its organization, the projects there.

use serde::Deserialize;
use watchbell_model::cut;
use watchbell_outbound::Method;

use crate::asking::{Place, most_bytes, part, read};
use crate::lenient::{id, or_default};
use crate::page::next_cursor;
use crate::{Base, Error, Sentry};

/// The most pages of a list that are asked for: 5,000 projects.
const MAX_PAGES: usize = 50;
/// The most characters of a name or slug that are kept.
const MAX_NAME: usize = 200;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Where its data is, if that is another host than the server's own.
    pub region: Option<Base>,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// Its id.
    #[serde(default, deserialize_with = "id")]
    pub id: String,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// The projects of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projects {
    /// The projects, in Sentry's order.
    pub list: Vec<Project>,
    /// Whether these are all: not, where there are more than are asked for.
    pub complete: bool,
}

/// What a token may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Token {
    /// Its scopes, if Sentry tells them.
    pub scopes: Option<Vec<String>>,
}

impl Token {
    /// Which of `wanted` it lacks. A stronger scope stands for the weaker ones of its kind. Nothing
    /// is known to be missing where Sentry does not tell.
    pub fn lacks<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let Some(scopes) = &self.scopes else { return Vec::new() };
        let has = |wanted: &str| {
            let Some((kind, level)) = wanted.split_once(':') else { return false };
            let stronger: &[&str] = match level {
                "read" => &["read", "write", "admin"],
                "write" => &["write", "admin"],
                _ => return scopes.iter().any(|scope| scope == wanted),
            };
            let of_kind = |scope: &String| {
                scope
                    .split_once(':')
                    .filter(|(own, _)| *own == kind)
                    .is_some_and(|(_, own)| stronger.contains(&own))
            };
            scopes.iter().any(of_kind)
        };
        wanted.iter().copied().filter(|wanted| !has(wanted)).collect()
    }
}

#[derive(Deserialize)]
struct RawOrganization {
    slug: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    links: RawLinks,
}

#[derive(Default, Deserialize)]
struct RawLinks {
    #[serde(default, rename = "regionUrl", deserialize_with = "or_default")]
    region: String,
}

#[derive(Deserialize)]
struct RawIndex {
    #[serde(default)]
    auth: Option<RawAuth>,
}

#[derive(Deserialize)]
struct RawAuth {
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

impl RawOrganization {
    fn of(self, base: &Base) -> Organization {
        let Self { slug, name, links } = self;
        let slug = cut(&slug, MAX_NAME);
        let name = if name.is_empty() { slug.clone() } else { cut(&name, MAX_NAME) };
        Organization { slug, name, region: base.region(&links.region) }
    }
}

impl Sentry<'_> {
    /// What the token may do, as the server tells at its front door.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn token(&self) -> Result<Token, Error> {
        let index: RawIndex = self.get(Place::Control, "", "org:read")?;
        Ok(Token { scopes: index.auth.and_then(|auth| auth.scopes) })
    }

    /// The organizations that the token belongs to.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn organizations(&self) -> Result<Vec<Organization>, Error> {
        let list: Vec<RawOrganization> = self.get(Place::Control, "organizations/", "org:read")?;
        Ok(list.into_iter().map(|one| one.of(self.base())).collect())
    }

    /// An organization by its slug.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn organization(&self, slug: &str) -> Result<Organization, Error> {
        let path = format!("organizations/{}/", part(slug));
        let raw: RawOrganization = self.get(Place::Control, &path, "org:read")?;
        Ok(raw.of(self.base()))
    }

    /// All projects of an organization.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn projects(&self, organization: &str) -> Result<Projects, Error> {
        let path = format!("organizations/{}/projects/", part(organization));
        let mut projects = Projects::default();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let query =
                cursor.as_ref().map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
            let asked = format!("{path}{query}");
            let answer =
                self.ask(Place::Region, Method::Get, &asked, None, "project:read", most_bytes())?;
            projects.list.extend(read::<Vec<Project>>(&answer)?);
            let next = answer.header("link").and_then(next_cursor);
            // The same page once more would never end.
            if next.is_none() || next == cursor {
                projects.complete = true;
                break;
            }
            cursor = next;
        }
        Ok(projects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_scope_stands_for_the_weaker_ones() {
        let check = |scopes: Option<&[&str]>, expected: &[&str]| {
            let scopes = scopes.map(|list| list.iter().map(|&one| one.to_owned()).collect());
            let lacks = Token { scopes }.lacks(&["org:read", "event:write", "project:releases"]);
            assert_eq!(lacks, expected);
        };
        check(None, &[]);
        check(Some(&[]), &["org:read", "event:write", "project:releases"]);
        check(Some(&["org:admin", "event:admin", "project:releases"]), &[]);
        check(
            Some(&["org:read", "event:read", "project:read"]),
            &["event:write", "project:releases"],
        );
        check(
            Some(&["organization:read", "event:write:x"]),
            &["org:read", "event:write", "project:releases"],
        );
    }
}
