//! Making, finding and removing buckets.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::bucket::Bucket;
use super::refusal::Refusal;
use super::state::Shared;

pub(super) fn describe(bucket: &str, shared: &Shared) -> Result<Response<Body>, Refusal> {
    shared.lock().bucket(bucket)?;
    Ok(Response::new(Body::empty()))
}

pub(super) fn make(bucket: &str, shared: &Shared) -> Result<Response<Body>, Refusal> {
    let mut state = shared.lock();
    if state.buckets.contains_key(bucket) {
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Refusal::new(StatusCode::CONFLICT, "BucketAlreadyOwnedByYou", message));
    }
    state.buckets.insert(bucket.to_owned(), Bucket::default());
    Ok(Response::new(Body::empty()))
}

pub(super) fn remove(bucket: &str, shared: &Shared) -> Result<Response<Body>, Refusal> {
    let mut state = shared.lock();
    if !state.bucket(bucket)?.objects.is_empty() {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty.",
        ));
    }
    state.buckets.remove(bucket);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
