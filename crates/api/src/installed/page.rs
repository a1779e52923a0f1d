//! The pages that somebody sees on the way: text, one form, no script.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

/// What is said.
pub(super) enum Page<'a> {
    /// There is no installation to speak of, or it is too old.
    Nothing,
    /// Somebody must sign in first.
    SignIn { organization: &'a str, sign_in: Option<&'a str> },
    /// Whoever has signed in may not.
    NotYou,
    /// The session is over, or the form is not its own.
    Over,
    /// Shall it be done?
    Confirm {
        path: &'a str,
        organization: &'a str,
        who: &'a str,
        choices: &'a [(String, String)],
        installing: &'a str,
        csrf: &'a str,
    },
    /// It is done.
    Connected { organization: &'a str, state: &'a str, reason: Option<&'a str> },
    /// It is not.
    Refused { why: &'a str },
}

pub(super) fn page(status: StatusCode, page: &Page<'_>) -> HttpResponse {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>Watchbell</title>\n<main>\n{}</main>\n</html>\n",
        body(page)
    );
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(text)
}

fn body(page: &Page<'_>) -> String {
    match page {
        Page::Nothing => said(
            "Nothing to connect",
            "There is no installation here, or it is older than ten minutes, or no app is set up \
             for it. Install the app again.",
        ),
        Page::NotYou => said(
            "You may not do this",
            "Only an owner or an admin connects an organization. Ask one of them to install the app.",
        ),
        Page::Over => said(
            "Not done",
            "You are not signed in any more, or this form belongs to another session. Open this \
             address again.",
        ),
        Page::Refused { why } => said("Not connected", why),
        Page::SignIn { organization, sign_in } => {
            let way = match sign_in {
                Some(url) => format!("<p><a href=\"{}\">Sign in</a></p>\n", escaped(url)),
                None => String::new(),
            };
            format!(
                "{}{way}",
                said(
                    "Sign in first",
                    &format!(
                        "The app was installed in the organization {organization}. To connect it, \
                         sign in as an owner or an admin and open this address again within ten \
                         minutes."
                    ),
                )
            )
        }
        Page::Connected { organization, state, reason } => said(
            "Connected",
            &format!(
                "{organization} is {state}. {}",
                reason.unwrap_or("Now map its projects to services.")
            ),
        ),
        Page::Confirm { path, organization, who, choices, installing, csrf } => {
            let mut options = String::new();
            for (id, name) in *choices {
                // Writing to a String cannot fail.
                _ = writeln!(
                    options,
                    "<option value=\"{}\">{}</option>",
                    escaped(id),
                    escaped(name)
                );
            }
            format!(
                "<h1>Connect {organization}?</h1>\n<p>The app was installed in the organization \
                 <strong>{organization}</strong>. If you did not do that just now, close this \
                 page.</p>\n<p>You are {}.</p>\n<form method=\"post\" action=\"{}\">\n<input \
                 type=\"hidden\" name=\"installing\" value=\"{}\">\n<input type=\"hidden\" \
                 name=\"csrf_token\" value=\"{}\">\n<p><label>Integration <select \
                 name=\"integration\">\n{options}</select></label></p>\n<button>Connect \
                 {organization}</button>\n</form>\n",
                escaped(who),
                escaped(path),
                escaped(installing),
                escaped(csrf),
                organization = escaped(organization),
            )
        }
    }
}

fn said(title: &str, text: &str) -> String {
    format!("<h1>{}</h1>\n<p>{}</p>\n", escaped(title), escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_stays_text() {
        let told = body(&Page::Refused { why: "<script>\"'&" });
        assert_eq!(told, "<h1>Not connected</h1>\n<p>&lt;script&gt;&quot;&#39;&amp;</p>\n");
    }
}
