//! Making, finding and removing buckets.

use s3s::dto::{
    Bucket as BucketEntry, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, HeadBucketInput,
    HeadBucketOutput, ListBucketsOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::DEFAULT_REGION;
use super::bucket::Bucket;
use super::operations::Operations;

impl Operations {
    pub(super) fn make_bucket(&self, request: &S3Request<CreateBucketInput>) -> S3Result<CreateBucketOutput> {
        let input = &request.input;
        let constraint =
            input.create_bucket_configuration.as_ref().and_then(|wish| wish.location_constraint.as_ref());
        let region = constraint
            .map(|region| region.as_str().to_owned())
            .or_else(|| request.region.as_ref().map(|region| region.as_str().to_owned()))
            .unwrap_or_else(|| DEFAULT_REGION.to_owned());
        let mut state = self.shared.lock();
        if state.buckets.contains_key(&input.bucket) {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ));
        }
        state.buckets.insert(input.bucket.clone(), Bucket::new(&region));
        Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
    }

    pub(super) fn remove_bucket(&self, input: &DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
        let mut state = self.shared.lock();
        if !state.bucket(&input.bucket)?.objects.is_empty() {
            return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
        }
        state.buckets.remove(&input.bucket);
        Ok(DeleteBucketOutput::default())
    }

    pub(super) fn describe_bucket(&self, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
        let region = self.shared.lock().bucket(&input.bucket)?.region.clone();
        Ok(HeadBucketOutput { bucket_region: Some(region), ..HeadBucketOutput::default() })
    }

    pub(super) fn locate_bucket(&self, input: &GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
        let region = self.shared.lock().bucket(&input.bucket)?.region.clone();
        let elsewhere = (region != DEFAULT_REGION).then(|| BucketLocationConstraint::from(region));
        Ok(GetBucketLocationOutput { location_constraint: elsewhere })
    }

    pub(super) fn all_buckets(&self) -> ListBucketsOutput {
        let state = self.shared.lock();
        let entry = |(name, bucket): (&String, &Bucket)| BucketEntry {
            name: Some(name.clone()),
            bucket_region: Some(bucket.region.clone()),
            ..BucketEntry::default()
        };
        ListBucketsOutput {
            buckets: Some(state.buckets.iter().map(entry).collect()),
            ..ListBucketsOutput::default()
        }
    }
}
