//! What the refusals of Google Cloud Storage mean.

use crate::cloud::provider::Cause;
use crate::cloud::refusal::Refusal;

/// What a refusal means: by its code where there is one, else by its status. To who sent no credentials, "not authenticated" means that
/// access is refused.
pub(super) fn cause(refusal: &Refusal, is_anonymous: bool) -> Cause {
    let unknown = |reason: &str| {
        if is_anonymous {
            Cause::PermissionDenied
        } else {
            Cause::CredentialsRefused { reason: reason.to_owned() }
        }
    };
    match refusal.code() {
        "NoSuchBucket" | "InvalidBucketName" => Cause::BucketMissing,
        "NoSuchKey" | "NoSuchUpload" | "NoSuchVersion" => Cause::NotFound,
        "PreconditionFailed" => Cause::Precondition,
        "OperationAborted" => Cause::Conflict,
        "InvalidRange" => Cause::OutOfRange,
        "ExpiredToken" => unknown("the token has expired"),
        "InvalidToken" | "InvalidAuthentication" | "AuthenticationRequired" => {
            unknown("the token is not valid, or has expired")
        }
        "SignatureDoesNotMatch" | "InvalidSecurity" | "NotSignedUp" => {
            unknown("the server does not accept them")
        }
        "RequestTimeTooSkewed" | "RequestExpired" => Cause::ClockSkewed,
        "AccessDenied"
        | "AccountProblem"
        | "BillingDisabled"
        | "UserProjectMissing"
        | "UserProjectAccessDenied" => Cause::PermissionDenied,
        "NotImplemented" | "MethodNotAllowed" => Cause::Unsupported,
        "QuotaExceeded" | "InsufficientQuota" => Cause::NoSpace,
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout" | "Throttling" => {
            Cause::Unavailable
        }
        _ => match refusal.status {
            401 => unknown("the token is not valid, or has expired"),
            403 => Cause::PermissionDenied,
            404 => Cause::NotFound,
            405 | 501 => Cause::Unsupported,
            409 => Cause::Conflict,
            412 => Cause::Precondition,
            416 => Cause::OutOfRange,
            507 => Cause::NoSpace,
            500..=599 => Cause::Unavailable,
            _ => Cause::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: &str, is_anonymous: bool) -> Cause {
        let code = Some(code.to_owned()).filter(|code| !code.is_empty());
        cause(&Refusal { status, code, message: None, region: None }, is_anonymous)
    }

    #[test]
    fn the_code_counts_more_than_the_status() {
        assert_eq!(of(404, "NoSuchBucket", false), Cause::BucketMissing);
        assert_eq!(of(404, "NoSuchKey", false), Cause::NotFound);
        assert_eq!(of(403, "RequestTimeTooSkewed", false), Cause::ClockSkewed);
        assert_eq!(of(400, "NotImplemented", false), Cause::Unsupported);
    }

    #[test]
    fn without_a_document_the_status_counts() {
        assert_eq!(of(412, "", false), Cause::Precondition);
        assert_eq!(of(403, "", false), Cause::PermissionDenied);
    }

    #[test]
    fn a_token_that_is_not_known_is_not_a_lack_of_rights() {
        assert!(matches!(of(401, "AuthenticationRequired", false), Cause::CredentialsRefused { .. }));
        assert!(matches!(of(401, "", false), Cause::CredentialsRefused { .. }));
    }

    #[test]
    fn who_sent_no_token_lacks_the_right() {
        assert_eq!(of(401, "AuthenticationRequired", true), Cause::PermissionDenied);
        assert_eq!(of(401, "", true), Cause::PermissionDenied);
    }
}
