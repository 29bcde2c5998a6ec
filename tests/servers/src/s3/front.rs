//! The way of a request through the server: log, region, then signature and operation.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use s3s::service::{S3Service, S3ServiceBuilder};

use super::access::{AccessRules, KnownKeys};
use super::operations::Operations;
use super::region::{WrongRegion, signed_region};
use super::state::Shared;

#[derive(Clone)]
struct Front {
    service: S3Service,
    shared: Arc<Shared>,
    wrong_region: WrongRegion,
}

/// The whole server as one router.
pub(super) fn router(
    operations: Operations,
    rules: AccessRules,
    shared: Arc<Shared>,
    wrong_region: WrongRegion,
) -> Router {
    let mut builder = S3ServiceBuilder::new(operations);
    builder.set_auth(KnownKeys);
    builder.set_access(rules);
    Router::new().fallback(logged_answer).with_state(Front { service: builder.build(), shared, wrong_region })
}

async fn logged_answer(State(front): State<Front>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let place = front.shared.log.record(&parts);
    let response = front.answer(Request::from_parts(parts, body)).await;
    front.shared.log.answered(place, response.status().as_u16());
    response
}

impl Front {
    async fn answer(&self, request: Request) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let bucket =
            parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        let region = self.shared.lock().buckets.get(&bucket).map(|bucket| bucket.region.clone());
        let asks_for_bucket = parts.method == Method::HEAD && parts.uri.path().trim_matches('/') == bucket;

        let mut response = match (signed_region(&parts), &region) {
            (Some(signed), Some(region)) if signed != *region => {
                self.wrong_region.answer(&bucket, &signed, region)
            }
            _ => {
                let request = Request::from_parts(parts, s3s::Body::http_body_unsync(body));
                match self.service.call(request).await {
                    Ok(response) => response.map(Body::new),
                    Err(_) => status_alone(StatusCode::INTERNAL_SERVER_ERROR),
                }
            }
        };
        let tells_region = asks_for_bucket || response.status() == StatusCode::MOVED_PERMANENTLY;
        if let (true, Some(region)) = (tells_region, region)
            && let Ok(region) = HeaderValue::try_from(region)
        {
            response.headers_mut().insert("x-amz-bucket-region", region);
        }
        response
    }
}

fn status_alone(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
