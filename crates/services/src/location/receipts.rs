//! Receipts of those who link a location: left there on request, for its manager to know, and never a condition for anything.

use freehold_domain::{BlobKey, Instance, InstanceUid, LinkReceipt, Storage};
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobStore, FromBytes, PutOptions};
use futures_util::{StreamExt, TryStreamExt};

use super::Locations;

/// How many receipts of a location are read. Whoever may write there may leave any number.
const MOST_RECEIPTS: usize = 1000;

/// Who said that they link a location. A missing or forged receipt changes no right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linkers {
    /// The receipts that can be read, by slug and then uid.
    pub receipts: Vec<LinkReceipt>,
    /// How many files among the receipts are none.
    pub unreadable: u64,
    /// Whether there were more than are read.
    pub is_cut: bool,
}

impl Locations {
    /// Reads the receipts in a location, but not that of `ours`.
    ///
    /// # Errors
    /// The location cannot be listed, or a receipt not be read for another reason than what it is.
    pub(crate) async fn linkers(&self, storage: &Storage, ours: InstanceUid) -> Result<Linkers, BlobError> {
        let store = self.open_recorded(storage).await?;
        let mut linkers = Linkers::default();
        let mut found = store.list(Some(BlobKey::link_receipts())).await.take(MOST_RECEIPTS + 1).enumerate();
        while let Some((number, blob)) = found.next().await {
            if number == MOST_RECEIPTS {
                linkers.is_cut = true;
                break;
            }
            let blob = blob?;
            match read_receipt(&*store, &blob).await? {
                Some(receipt) if receipt.instance() == ours => {}
                Some(receipt) => linkers.receipts.push(receipt),
                None => linkers.unreadable += 1,
            }
        }
        linkers
            .receipts
            .sort_by(|one, other| (one.slug(), one.instance()).cmp(&(other.slug(), other.instance())));
        Ok(linkers)
    }

    /// Opens the one place in a linked location where `instance` may leave something.
    pub(crate) async fn receipt_desk<'instance>(
        &self,
        storage: &Storage,
        instance: &'instance Instance,
    ) -> Result<ReceiptDesk<'instance>, BlobError> {
        Ok(ReceiptDesk { store: self.open_recorded(storage).await?, instance })
    }
}

/// The receipt of one instance in a location that it need not manage: the only blob that can be written or deleted through this.
#[derive(Debug)]
pub(crate) struct ReceiptDesk<'instance> {
    store: std::sync::Arc<dyn BlobStore>,
    instance: &'instance Instance,
}

impl ReceiptDesk<'_> {
    /// Leaves the receipt, over any former one of the same instance.
    pub(crate) async fn leave(&self) -> Result<(), BlobError> {
        let receipt = LinkReceipt::new(&self.instance.slug().to_string(), self.instance.id());
        let body = FromBytes::boxed(receipt.to_bytes());
        self.store.put(&self.key(), body, PutOptions::OVERWRITE).await.map(drop)
    }

    /// Takes the receipt back, if there is one. Where there is none, nothing is asked to be written.
    pub(crate) async fn withdraw(&self) -> Result<(), BlobError> {
        let Some(blob) = self.store.metadata(&self.key()).await? else { return Ok(()) };
        match read_receipt(&*self.store, &blob).await? {
            Some(_) => self.store.delete(&[self.key()]).await,
            None => Ok(()),
        }
    }

    fn key(&self) -> BlobKey {
        BlobKey::link_receipt(self.instance.uid())
    }
}

/// Reads a receipt, which must be that of the instance in its name; `None` for anything else.
async fn read_receipt(store: &dyn BlobStore, blob: &BlobMetadata) -> Result<Option<LinkReceipt>, BlobError> {
    if blob.size > LinkReceipt::MAXIMUM_LENGTH as u64 {
        return Ok(None);
    }
    let reader = match store.read(&blob.key, Some(0..LinkReceipt::MAXIMUM_LENGTH as u64 + 1)).await {
        Ok(reader) => reader,
        Err(BlobError::NotFound { .. } | BlobError::NotABlob { .. } | BlobError::OutsideLocation { .. }) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let bytes = reader
        .body
        .try_fold(Vec::new(), async |mut bytes, piece| {
            bytes.extend_from_slice(&piece);
            Ok(bytes)
        })
        .await
        .map_err(|source| BlobError::Backend { location: blob.key.to_string(), source: source.into() })?;
    let receipt = LinkReceipt::parse(&bytes).ok();
    Ok(receipt.filter(|receipt| BlobKey::link_receipt(receipt.instance()) == blob.key))
}
