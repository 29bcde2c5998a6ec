//! The way of a request through the server: log, identity, rights, operation.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode};
use bytes::Bytes;

use super::identity::Identity;
use super::incoming::{Incoming, Target};
use super::refusal::Refusal;
use super::state::Shared;
use super::{bucket_operations, listing, multipart, object_operations, token_endpoint};

/// The whole server as one router.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(logged_answer).with_state(shared)
}

async fn logged_answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let place = shared.log.record(&parts);
    let response = match Incoming::parse(&parts) {
        Ok(incoming) => answer(incoming, body, &shared).await.unwrap_or_else(Refusal::into_response),
        Err(refusal) => refusal.into_response(),
    };
    shared.log.answered(place, response.status().as_u16());
    response
}

async fn answer(request: Incoming, body: Body, shared: &Shared) -> Result<Response<Body>, Refusal> {
    if request.method == Method::POST && request.path == "/token" {
        let token_uri = format!("http://{}/token", request.header("host").unwrap_or_default());
        return Ok(token_endpoint::grant(&whole(body).await?, &token_uri, shared));
    }
    Identity::of(&request, shared)?.check(&request, shared)?;
    let body = whole(body).await?;
    match request.target.clone() {
        Target::Service => Err(Refusal::not_implemented("listing buckets is not implemented")),
        Target::Bucket(bucket) => on_bucket(&request, &bucket, shared),
        Target::Object(bucket, key) => on_object(&request, &bucket, &key, body, shared),
    }
}

/// The whole body; fails if the client went away before its end.
async fn whole(body: Body) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", error.to_string()))
}

fn on_bucket(request: &Incoming, bucket: &str, shared: &Shared) -> Result<Response<Body>, Refusal> {
    match request.method {
        Method::GET if request.parameter("uploads").is_some() => {
            multipart::list_uploads(request, bucket, shared)
        }
        Method::GET => listing::list_page(request, bucket, shared),
        Method::HEAD => bucket_operations::describe(bucket, shared),
        Method::PUT => bucket_operations::make(bucket, shared),
        Method::DELETE => bucket_operations::remove(bucket, shared),
        _ => Err(method_not_allowed(request)),
    }
}

fn on_object(
    request: &Incoming,
    bucket: &str,
    key: &str,
    body: Bytes,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let upload = request.parameter("uploadId");
    match request.method {
        Method::GET | Method::HEAD => match upload {
            Some(upload) => multipart::list_parts(bucket, key, upload, shared),
            None => object_operations::read(request, bucket, key, shared),
        },
        Method::PUT => match upload {
            Some(upload) => multipart::store_part(request, bucket, key, upload, body, shared),
            None if request.header("x-goog-copy-source").is_some() => {
                object_operations::copy(request, bucket, key, shared)
            }
            None => object_operations::store(request, bucket, key, body, shared),
        },
        Method::POST => match upload {
            Some(upload) => multipart::complete(request, bucket, key, upload, &body, shared),
            None if request.parameter("uploads").is_some() => multipart::begin(request, bucket, key, shared),
            None => Err(method_not_allowed(request)),
        },
        Method::DELETE => match upload {
            Some(upload) => multipart::abort(bucket, key, upload, shared),
            None => object_operations::remove(request, bucket, key, shared),
        },
        _ => Err(method_not_allowed(request)),
    }
}

fn method_not_allowed(request: &Incoming) -> Refusal {
    let message = format!("the method {} is not allowed here", request.method);
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
}
