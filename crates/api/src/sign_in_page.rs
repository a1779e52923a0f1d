//! What somebody sees who opens a link that lets them in: how to use it. There is no form yet.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, web};

use crate::State;
use crate::error::{get_only, nothing_here};

/// The most characters of what stands at the end of a link.
const MAX_TOKEN: usize = 100;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let page = web::resource("/sign-in/{token}").route(web::get().to(page));
    config.service(page.default_service(web::to(get_only)));
}

/// Says the same for every link, whether it works or not: using it tells.
async fn page(state: web::Data<State>, token: web::Path<String>) -> HttpResponse {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if token.len() > MAX_TOKEN || !token.bytes().all(allowed) {
        return nothing_here(state).await;
    }
    let base = state.settings.public_url.trim_end_matches('/');
    let text = format!(
        "This link lets you into Watchbell, once.\n\n\
         What it is for:\n\n  \
         curl -s {base}/api/v1/auth/links/show -d '{{\"token\": \"{token}\"}}'\n\n\
         Choose a password of 12 characters or more (the first owner also gives \"email\" and \"name\"):\n\n  \
         curl -s -c cookies {base}/api/v1/auth/links/use \\\n    \
         -d '{{\"token\": \"{token}\", \"password\": \"…\"}}'\n"
    );
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .body(text)
}
