//! What pages load besides. Its names change with its content, so browsers keep it.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};

use crate::State;
use crate::error::{get_only, nothing_here};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let file = web::resource("/assets/{name}").route(web::get().to(file));
    config.service(file.default_service(web::to(get_only)));
}

async fn file(state: web::Data<State>, name: web::Path<String>) -> HttpResponse {
    let Some(asset) = watchbell_web::asset(&name) else {
        return nothing_here(state).await;
    };
    HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .body(asset.content)
}
