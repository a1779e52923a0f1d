//! The description of the REST API (OpenAPI 3.1), made of the table of operations.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, Required, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::Config;

use super::operation::{Access, Answer, Operation};
use super::table;
use crate::envelope::Meta;
use crate::error::{Body, get_only};

/// Under which name API keys stand in the description.
const KEY: &str = "api_key";
/// Under which name sessions stand in the description.
const SESSION: &str = "session";

/// The description as it is sent.
static DOCUMENT: LazyLock<Vec<u8>> =
    LazyLock::new(|| serde_json::to_vec_pretty(&document()).unwrap_or_default());

/// The description of the REST API (OpenAPI 3.1) as JSON.
pub fn openapi_json() -> &'static [u8] {
    &DOCUMENT
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let document = web::resource("/api/openapi.json")
        .route(web::get().to(answer))
        .default_service(web::to(get_only));
    config.service(document);
    for path in ["/api/docs", "/api/docs/{file:.*}"] {
        let page = web::resource(path).route(web::get().to(page));
        config.service(page.default_service(web::to(get_only)));
    }
}

/// What stands at the top of the description.
const ABOUT: &str = "Webhooks in, incidents out. Every answer to an API key says in X-RateLimit-Limit, \
                     -Remaining, -Reset (unix seconds) and -Category how much it may still ask.";

/// What the pages may load: themselves. Nothing comes from elsewhere, and nobody frames them.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                   img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                   form-action 'none'; frame-ancestors 'none'";

/// The description to browse and to try out.
async fn page(http: HttpRequest) -> HttpResponse {
    let Some(file) = http.match_info().get("file").filter(|file| !file.is_empty()) else {
        // Its files are found beside it.
        return if http.path().ends_with('/') {
            shown("index.html")
        } else {
            HttpResponse::SeeOther().insert_header((LOCATION, "/api/docs/")).finish()
        };
    };
    shown(file)
}

fn shown(file: &str) -> HttpResponse {
    let config = Arc::new(Config::from("/api/openapi.json"));
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(file)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, file.content_type))
            .insert_header((CONTENT_SECURITY_POLICY, CSP))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .body(file.bytes.into_owned()),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(error) => {
            tracing::error!(error = %error, "a page of the API's description could not be made");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

async fn answer() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(openapi_json())
}

/// The description of everything that is built.
fn document() -> OpenApi {
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .security_scheme(KEY, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme(SESSION, session())
        .schema(Meta::name(), Meta::schema())
        .schema(Body::name(), Body::schema());
    let mut schemas = Vec::new();
    Body::schemas(&mut schemas);
    for operation in table::operations() {
        let Some(method) = method(&operation) else { continue };
        let Some(described) = described(&operation) else { continue };
        schemas.extend(operation.schemas.iter().cloned());
        paths.add_path_operation(operation.address(), vec![method], described);
    }
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    let info = InfoBuilder::new()
        .title("Watchbell")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT));
    OpenApiBuilder::new()
        .info(info.build())
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn method(operation: &Operation) -> Option<HttpMethod> {
    Some(match operation.method.as_str() {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => return None,
    })
}

/// The operation in words; nothing if it is not built.
fn described(operation: &Operation) -> Option<utoipa::openapi::path::Operation> {
    let answer = operation.answer.as_ref()?;
    let tag = operation.path.split('/').nth(1).unwrap_or_default();
    let mut builder = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(id(operation)))
        .summary(Some(operation.summary));
    for name in parts(operation.path) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        builder = builder.parameter(parameter);
    }
    for parameter in &operation.query {
        builder = builder.parameter(parameter.clone());
    }
    for (name, what) in &operation.headers {
        let parameter = ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Header)
            .description(Some(*what))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        builder = builder.parameter(parameter);
    }
    if let Some(body) = &operation.body {
        let content = ContentBuilder::new().schema(Some(body.clone())).build();
        let body = RequestBodyBuilder::new().content("application/json", content);
        builder = builder.request_body(Some(
            body.required(Some(if operation.body_required {
                Required::True
            } else {
                Required::False
            }))
            .build(),
        ));
    }
    builder = builder.response(answer.status.to_string(), success(answer));
    for (status, what) in failures(operation) {
        let content =
            ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name()))).build();
        let failure = ResponseBuilder::new().description(what).content("application/json", content);
        builder = builder.response(status.to_string(), failure.build());
    }
    match operation.access {
        Access::Open => {}
        Access::Anyone => builder = builder.securities(Some([key(KEY), key(SESSION)])),
        Access::Needs(scope) => {
            let extensions = ExtensionsBuilder::new()
                .add("x-scope", scope.as_str())
                .add("x-role", scope.least_role().as_str());
            builder = builder.securities(Some([key(KEY), key(SESSION)]));
            builder = builder.extensions(Some(extensions.build()));
        }
    }
    Some(builder.build())
}

fn key(name: &str) -> SecurityRequirement {
    SecurityRequirement::new(name, Vec::<String>::new())
}

fn session() -> SecurityScheme {
    let what = "After signing in; every change also needs X-CSRF-Token.";
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("watchbell_session", what)))
}

fn success(answer: &Answer) -> utoipa::openapi::Response {
    if let Some(media) = answer.streams {
        let lines = ObjectBuilder::new().schema_type(Type::String);
        let content = ContentBuilder::new().schema(Some(lines)).build();
        return ResponseBuilder::new().description("Lines").content(media, content).build();
    }
    let Some(data) = &answer.data else {
        return ResponseBuilder::new().description("Elsewhere: see Location").build();
    };
    let yes = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    let envelope = ObjectBuilder::new()
        .property("success", yes)
        .required("success")
        .property("data", data.clone())
        .required("data")
        .property("meta", Ref::from_schema_name(Meta::name()))
        .required("meta");
    let content = ContentBuilder::new().schema(Some(envelope)).build();
    ResponseBuilder::new().description("Done").content("application/json", content).build()
}

/// What else an operation may answer.
fn failures(operation: &Operation) -> Vec<(u16, &'static str)> {
    let mut failures = vec![(400, "Wrong parameters, fields or body: every one is named")];
    failures.push((401, "No valid key, session, password or link"));
    failures.push((403, "The key lacks the scope, or the person the role"));
    failures.push((404, "Nothing there"));
    if operation.method != actix_web::http::Method::GET || operation.path.ends_with("/guide") {
        failures.push((409, "Not possible as things are"));
    }
    if operation.body.is_some() {
        failures.push((412, "It was changed since it was read"));
        failures.push((413, "The body is too large"));
    }
    if operation.path.ends_with("/rule-form") {
        failures.push((409, "Not possible as things are"));
    }
    failures.push((429, "Too many requests; with Retry-After"));
    failures.push((503, "Our own trouble; with Retry-After"));
    failures
}

/// The names of the parts of an address.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// A name for programs: the method and the address.
fn id(operation: &Operation) -> String {
    let path = operation.path.replace(['{', '}'], "").replace(['/', '-'], "_");
    format!("{}{path}", operation.method.as_str().to_lowercase())
}
