//! What pages load besides. Its names change with its content, so browsers keep it.
//!
//! These files are compressed, and pages never are: a page holds the token of its forms beside what an
//! address asked for, and the length of the two compressed together would tell of the token (BREACH).

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, Encoding, Header,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::State;
use crate::error::{get_only, nothing_here};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let file = web::resource("/assets/{name}").route(web::get().to(file));
    config.service(file.default_service(web::to(get_only)));
}

async fn file(state: web::Data<State>, name: web::Path<String>, http: HttpRequest) -> HttpResponse {
    let Some(asset) = watchbell_web::asset(&name) else {
        return nothing_here(state).await;
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(asset.media_type)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .insert_header((VARY, "accept-encoding"));
    match &asset.packed {
        Some(packed) if takes_gzip(&http) => {
            answer.insert_header((CONTENT_ENCODING, "gzip")).body(packed.as_slice())
        }
        _ => answer.body(asset.content),
    }
}

/// Whether the browser would rather have it compressed.
fn takes_gzip(http: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(http).ok();
    accepted.and_then(|accepted| accepted.negotiate(offered.iter())) == Some(Encoding::gzip())
}
