//! Places inside one that is taken over: their claims become nobody's first, and ours in the end.

use freehold_domain::{BlobKey, InstanceUid, StorageRoot};
use freehold_ports::blobs::BlobError;

use super::super::claim_desk;
use super::super::claiming::manageable;
use super::{AdoptedInside, Adoption, AdoptionRequest, Locations, keep, take};

impl Locations {
    /// Makes the claims of `gone` at these places nobody's, and keeps them first. Says what is in the way.
    pub(super) async fn vacate_inside(
        &self,
        places: &[StorageRoot],
        region: Option<&str>,
        gone: InstanceUid,
    ) -> Result<Option<Adoption>, BlobError> {
        for place in places {
            let store = self.open(place, region).await?;
            let Some(found) = claim_desk::read_raw(&*store).await? else { continue };
            let claim = match &found.parsed {
                Ok(claim) if claim.is_vacated_by(gone) => continue,
                Ok(claim) if claim.manager() == Some(gone) => claim,
                Ok(_) | Err(_) => return Ok(Some(Adoption::Changed)),
            };
            let key = BlobKey::retired_claim(claim.epoch(), claim.manager());
            if !keep(&*store, &key, &found.bytes).await? {
                return Ok(Some(Adoption::RetiredInTheWay { place: place.clone(), key }));
            }
            match take(&*store, &found, &claim.vacated()).await {
                Ok(_) => {}
                Err(BlobError::VersionMismatch { .. } | BlobError::AlreadyExists { .. }) => {
                    return Ok(Some(Adoption::Changed));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Takes a place that is nobody's inside one that is ours; `None` when its claim was replaced meanwhile.
    pub(super) async fn take_inside(
        &self,
        place: &StorageRoot,
        request: AdoptionRequest<'_>,
        gone: Option<InstanceUid>,
    ) -> Result<Option<AdoptedInside>, BlobError> {
        let AdoptionRequest { region, claimant, reason, .. } = request;
        let store = self.open(place, region).await?;
        let Some(found) = claim_desk::read_raw(&*store).await? else { return Ok(None) };
        let claim = match (&found.parsed, gone) {
            (Ok(claim), Some(gone)) if claim.is_vacated_by(gone) => claim,
            (Ok(_) | Err(_), _) => return Ok(None),
        };
        let (slug, id) = (claimant.instance.slug().to_string(), claimant.instance.id());
        let taken = claimant.signed(claim.adopted_by(&slug, id, reason));
        match take(&*store, &found, &taken).await {
            Ok(_) => {}
            Err(BlobError::VersionMismatch { .. } | BlobError::AlreadyExists { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        let capabilities = manageable(&*store, place).await?.capabilities();
        Ok(Some(AdoptedInside { root: place.clone(), claim: taken, capabilities }))
    }
}
