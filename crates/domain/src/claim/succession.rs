//! From one manager to the next: a claim's database, hand-over and adoption.

use uuid::Uuid;

use super::extension::Extension;
use super::{Claim, ClaimEpoch, ClaimExtensionError, Seal, one_line};
use crate::{DatabaseFingerprint, InstanceUid, StorageUid};

/// The extension that names the manager's database.
const DATABASE: &str = "database";
/// The extension that says why a location was taken over.
const REASON: &str = "reason";
/// The extension of a claim that is nobody's, which names the last manager.
const VACATED: &str = "vacated";

impl Claim {
    /// The fingerprint of the database of the manager, where the claim names one. What is no fingerprint counts as one that no
    /// database has.
    #[must_use]
    pub fn database(&self) -> Option<Result<DatabaseFingerprint, &str>> {
        self.extension(DATABASE).map(|text| text.parse().map_err(|_| text))
    }

    /// The same claim, of an instance whose database has this fingerprint.
    ///
    /// # Errors
    /// [`ClaimExtensionError::NotFreehold`] for a claim of `LaminDB`; `TooLong`.
    pub fn with_database(self, database: DatabaseFingerprint) -> Result<Self, ClaimExtensionError> {
        self.with_extension(DATABASE, &database.to_string())
    }

    /// The claim of the next manager of the same location, in the next epoch. It names no database: the receiver adds its own.
    #[must_use]
    pub fn handed_over_to(&self, slug: &str, instance_id: Uuid) -> Self {
        Self::in_epoch(self.storage_uid, slug, instance_id, self.next_epoch())
    }

    /// The claim of an instance that takes the location over for this reason, in the next epoch. The reason is cut as a slug is.
    #[must_use]
    pub fn adopted_by(&self, slug: &str, instance_id: Uuid, reason: &str) -> Self {
        let claim = self.handed_over_to(slug, instance_id);
        let reason = one_line(reason).unwrap_or_default();
        claim.clone().with_extension(REASON, &reason).unwrap_or(claim)
    }

    /// Why the manager took the location over, if it did.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.extension(REASON)
    }

    /// The claim of nobody on the same location, in the next epoch: the former manager is fenced off, and nobody else manages it yet. A place of another
    /// manager can neither lie around it nor inside it.
    #[must_use]
    pub fn vacated(&self) -> Self {
        let former = self.manager().map_or_else(|| "unknown".to_owned(), |manager| manager.to_string());
        let seal = Seal {
            epoch: self.next_epoch(),
            extensions: Extension::new(VACATED, &former).into_iter().collect(),
        };
        Self { storage_uid: self.storage_uid, slug: None, instance_id: None, seal: Some(seal) }
    }

    /// The last manager, by its uid, of what is by this claim nobody's; `unknown` where the claim before named none.
    #[must_use]
    pub fn vacated_from(&self) -> Option<&str> {
        self.extension(VACATED).filter(|_| self.instance_id().is_none())
    }

    /// Whether this is a claim of nobody whose last manager was `former`.
    #[must_use]
    pub fn is_vacated_by(&self, former: InstanceUid) -> bool {
        self.vacated_from() == Some(former.as_str())
    }

    /// The epoch after this claim's; a claim of `LaminDB` counts as the first.
    fn next_epoch(&self) -> ClaimEpoch {
        self.epoch().unwrap_or(ClaimEpoch::FIRST).next()
    }

    fn in_epoch(storage_uid: StorageUid, slug: &str, instance_id: Uuid, epoch: ClaimEpoch) -> Self {
        let seal = Some(Seal { epoch, extensions: Vec::new() });
        Self { seal, ..Self::new(storage_uid, slug, instance_id, epoch) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn claim() -> Claim {
        Claim::new("nUYsCWitlepu".parse().unwrap(), "lab/primary", Uuid::from_u128(1), ClaimEpoch::FIRST)
    }

    #[test]
    fn a_claim_keeps_the_fingerprint_of_its_database() {
        let database = DatabaseFingerprint::of(["here"]);
        let read = Claim::parse(&claim().with_database(database).unwrap().to_bytes()).unwrap();
        assert_eq!(read.database(), Some(Ok(database)));
        assert_eq!(claim().database(), None);
    }

    #[test]
    fn a_hand_over_begins_an_epoch_without_a_database() {
        let given = claim().with_database(DatabaseFingerprint::of(["here"])).unwrap();
        let taken = given.handed_over_to("lab/other", Uuid::from_u128(2));
        assert_eq!(taken.epoch(), Some(ClaimEpoch::FIRST.next()));
        assert_eq!((taken.storage_uid(), taken.database()), (given.storage_uid(), None));
        assert_eq!(taken.instance_id(), Some(Uuid::from_u128(2)));
    }

    #[test]
    fn an_adoption_says_why_on_one_line() {
        let taken = claim().adopted_by("lab/other", Uuid::from_u128(2), "the disk\nof the old one died");
        let read = Claim::parse(&taken.to_bytes()).unwrap();
        assert_eq!(read.reason(), Some("the diskof the old one died"));
    }

    #[test]
    fn a_vacated_claim_is_nobodys_in_the_next_epoch() {
        let claim = claim().with_database(DatabaseFingerprint::of(["here"])).unwrap();
        let vacated = Claim::parse(&claim.vacated().to_bytes()).unwrap();
        assert_eq!(
            (vacated.vacated_from(), claim.vacated_from()),
            (claim.manager().as_ref().map(InstanceUid::as_str), None)
        );
        assert_eq!((vacated.manager(), vacated.slug(), vacated.database()), (None, None, None));
        assert_eq!(
            (vacated.storage_uid(), vacated.epoch()),
            (claim.storage_uid(), Some(ClaimEpoch::FIRST.next()))
        );
        let former = claim.manager().unwrap();
        assert!(vacated.is_vacated_by(former) && !vacated.is_managed_by(former));
        assert!(!vacated.is_vacated_by(InstanceUid::of(Uuid::from_u128(3))));
        let taken = vacated.adopted_by("lab/other", Uuid::from_u128(2), "gone");
        assert_eq!(taken.vacated_from(), None, "whoever takes it over is its manager");
    }

    #[test]
    fn a_claim_gets_another_slug_and_stays_what_it_is_otherwise() {
        let claim = claim().with_database(DatabaseFingerprint::of(["here"])).unwrap();
        let named = claim.clone().with_slug("lab/other").unwrap();
        assert_eq!(Claim::parse(&named.to_bytes()).unwrap().slug(), Some("lab/other"));
        assert_eq!(named.with_slug("lab/primary").unwrap(), claim);
        let theirs = Claim::parse(b"nUYsCWitlepu\ncreation info:").unwrap();
        assert_eq!(theirs.with_slug("lab/other"), Err(ClaimExtensionError::NotFreehold));
    }

    #[test]
    fn a_claim_of_lamindb_is_taken_over_in_a_later_epoch() {
        let theirs = Claim::parse(b"nUYsCWitlepu\ncreation info:").unwrap();
        let taken = theirs.adopted_by("lab/other", Uuid::from_u128(2), "");
        assert_eq!(taken.epoch(), Some(ClaimEpoch::FIRST.next()));
        assert!(Claim::parse(&taken.to_bytes()).is_ok());
    }
}
