//! One row of the table of operations: what it answers to, who may call it, and what it is in words.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};
use watchbell_model::Scope;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever reaches the address: it asks for a proof of its own.
    Open,
    /// Everybody who has signed in, and every API key.
    Anyone,
    /// API keys with this scope, and people whose role has it.
    Needs(Scope),
}

/// One row of the table.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// The address below `/api/v1`.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// What it does, in one line.
    pub(crate) summary: &'static str,
    pub(crate) route: Route,
    /// Nothing, if it is not built: then it is not in the description either.
    pub(crate) answer: Option<Answer>,
    pub(crate) query: Vec<Parameter>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: Option<RefOr<Schema>>,
    pub(crate) body_required: bool,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

/// What a success looks like.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The form of `data`, or of a line; nothing, if there is no body.
    pub(crate) data: Option<RefOr<Schema>>,
    /// The media type, if it is no envelope.
    pub(crate) streams: Option<&'static str>,
}

impl Operation {
    /// An operation that gives `A`.
    pub(crate) fn new<A, H, Args>(
        method: Method,
        path: &'static str,
        access: Access,
        handler: H,
        summary: &'static str,
    ) -> Self
    where
        A: ToSchema,
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        let status = 200;
        let mut schemas = Vec::new();
        let data = named::<A>(&mut schemas);
        Self {
            answer: Some(Answer { status, data: Some(data), streams: None }),
            schemas,
            ..Self::bare(method, path, access, handler, summary)
        }
    }

    /// An operation whose form is not described.
    pub(crate) fn bare<H, Args>(
        method: Method,
        path: &'static str,
        access: Access,
        handler: H,
        summary: &'static str,
    ) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        Self {
            route: Route::new().method(method.clone()).to(handler),
            method,
            path,
            access,
            summary,
            answer: None,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            body_required: false,
            schemas: Vec::new(),
        }
    }

    /// It makes something: 201.
    pub(crate) fn creates(mut self) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.status = 201;
        }
        self
    }

    /// It takes these query parameters.
    pub(crate) fn query<Q: IntoParams>(mut self) -> Self {
        self.query = Q::into_params(|| Some(ParameterIn::Query));
        for parameter in &mut self.query {
            // What may be left out is no null: an address has none.
            if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
                && let SchemaType::Array(types) = &object.schema_type
                && let Some(one) = types.iter().find(|one| **one != Type::Null)
            {
                object.schema_type = SchemaType::Type(one.clone());
            }
        }
        self
    }

    /// It takes this header.
    pub(crate) fn header(mut self, name: &'static str, what: &'static str) -> Self {
        self.headers.push((name, what));
        self
    }

    /// It sends the browser elsewhere: 303.
    pub(crate) fn redirects(mut self) -> Self {
        self.answer = Some(Answer { status: 303, data: None, streams: None });
        self
    }

    /// It gives lines of this media type, and no envelope.
    pub(crate) fn streams(mut self, media: &'static str) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.streams = Some(media);
        }
        self
    }

    /// It takes this body.
    pub(crate) fn takes<B: ToSchema>(mut self) -> Self {
        self.body = Some(named::<B>(&mut self.schemas));
        self.body_required = true;
        self
    }

    /// It takes this body, or none.
    pub(crate) fn may_take<B: ToSchema>(mut self) -> Self {
        self.body = Some(named::<B>(&mut self.schemas));
        self
    }

    /// The address as clients and the router know it.
    pub(crate) fn address(&self) -> Cow<'static, str> {
        format!("{}{}", super::BASE, self.path).into()
    }
}

/// A reference to the form of `T`, which goes into `schemas` with all that it refers to.
fn named<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    let schema = T::schema();
    T::schemas(schemas);
    let name = T::name();
    // What is made of another type is not named after it, so it stands where it is used.
    if ["ListView", "Vec", "Value"].contains(&name.as_ref()) {
        return schema;
    }
    schemas.push((name.to_string(), schema));
    utoipa::openapi::Ref::from_schema_name(name.as_ref()).into()
}
