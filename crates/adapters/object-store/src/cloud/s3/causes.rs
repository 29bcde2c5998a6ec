//! What the refusals of S3 mean.

use crate::cloud::provider::Cause;
use crate::cloud::refusal::Refusal;

/// What a refusal means: by its code where there is one, else by its status. "501" has one meaning only.
pub(super) fn cause(refusal: &Refusal) -> Cause {
    match refusal.code() {
        _ if refusal.status == 501 => Cause::Unsupported,
        "NoSuchBucket" => Cause::BucketMissing,
        "NoSuchKey" | "NoSuchUpload" | "NoSuchVersion" => Cause::NotFound,
        "PreconditionFailed" => Cause::Precondition,
        "ConditionalRequestConflict" | "OperationAborted" => Cause::Conflict,
        "InvalidRange" => Cause::OutOfRange,
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "InvalidObjectState" | "InvalidPayer" => {
            Cause::PermissionDenied
        }
        "InvalidAccessKeyId" => refused("the server does not know the access key"),
        "SignatureDoesNotMatch" => refused("the secret key does not belong to the access key"),
        "ExpiredToken" | "TokenRefreshRequired" => refused("the session token has expired"),
        "InvalidToken" | "InvalidClientTokenId" => {
            refused("the session token is not valid, or does not belong to the access key")
        }
        "InvalidSecurity" | "NotSignedUp" | "AuthFailure" => refused("the server does not accept them"),
        "RequestTimeTooSkewed" | "RequestExpired" => Cause::ClockSkewed,
        "AuthorizationHeaderMalformed" if names_region(refusal) => wrong_region(refusal),
        "AuthorizationHeaderMalformed" => refused("the access key, or the region, has an impossible form"),
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "Redirect"
        | "IllegalLocationConstraintException"
        | "IncorrectEndpoint" => wrong_region(refusal),
        "NotImplemented" | "MethodNotAllowed" | "UnsupportedOperation" => Cause::Unsupported,
        "QuotaExceeded"
        | "InsufficientStorage"
        | "StorageFull"
        | "XMinioStorageFull"
        | "XMinioAdminBucketQuotaExceeded" => Cause::NoSpace,
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout" | "Throttling" => {
            Cause::Unavailable
        }
        _ => cause_of_status(refusal),
    }
}

fn cause_of_status(refusal: &Refusal) -> Cause {
    match refusal.status {
        301 | 302 | 307 | 308 => wrong_region(refusal),
        400 if refusal.region.is_some() => wrong_region(refusal),
        401 => refused("the server does not accept them"),
        403 => Cause::PermissionDenied,
        404 => Cause::NotFound,
        405 | 501 => Cause::Unsupported,
        409 => Cause::Conflict,
        412 => Cause::Precondition,
        416 => Cause::OutOfRange,
        507 => Cause::NoSpace,
        500..=599 => Cause::Unavailable,
        _ => Cause::Other,
    }
}

fn names_region(refusal: &Refusal) -> bool {
    refusal.region.is_some() || refusal.message.as_deref().is_some_and(|message| message.contains("region"))
}

fn wrong_region(refusal: &Refusal) -> Cause {
    Cause::WrongRegion { actual: refusal.region.clone() }
}

fn refused(reason: &str) -> Cause {
    Cause::CredentialsRefused { reason: reason.to_owned() }
}

/// What it means that one of many objects was not deleted, from the words of `object_store`, which keeps the code only there.
pub(super) fn cause_of_deletion(words: &str) -> Cause {
    let code = words.rsplit_once("(code: ").and_then(|(_, rest)| rest.split(')').next());
    match code {
        Some(code) => {
            cause(&Refusal { status: 200, code: Some(code.to_owned()), message: None, region: None })
        }
        None => Cause::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: &str) -> Cause {
        let code = Some(code.to_owned()).filter(|code| !code.is_empty());
        cause(&Refusal { status, code, message: None, region: Some("eu-west-1".to_owned()) })
    }

    #[test]
    fn the_code_counts_more_than_the_status() {
        assert_eq!(of(404, "NoSuchBucket"), Cause::BucketMissing);
        assert_eq!(of(404, "NoSuchKey"), Cause::NotFound);
        assert_eq!(of(404, ""), Cause::NotFound);
        assert_eq!(of(403, "RequestTimeTooSkewed"), Cause::ClockSkewed);
    }

    #[test]
    fn another_region_is_named() {
        let actual = Some("eu-west-1".to_owned());
        for (status, code) in
            [(301, ""), (400, ""), (400, "AuthorizationHeaderMalformed"), (301, "PermanentRedirect")]
        {
            assert_eq!(of(status, code), Cause::WrongRegion { actual: actual.clone() });
        }
    }

    #[test]
    fn a_conflict_is_no_defeat() {
        assert_eq!(of(409, "ConditionalRequestConflict"), Cause::Conflict);
        assert_eq!(of(412, ""), Cause::Precondition);
    }

    #[test]
    fn the_code_of_one_deletion_of_many_is_found() {
        let words = "Generic S3 error: DeleteObjects request failed for key a(code: b): Access Denied (code: AccessDenied)";
        assert_eq!(cause_of_deletion(words), Cause::PermissionDenied);
    }
}
