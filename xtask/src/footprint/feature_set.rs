//! The choices of features that are counted and measured.

/// One package with some of its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeatureSet {
    /// The package.
    pub(crate) package: &'static str,
    /// The features in place of the usual ones; the usual ones when absent.
    pub(crate) features: Option<&'static str>,
}

/// What an embedder on one machine needs. It must do without any network client and without TLS.
pub(crate) const LOCAL_ONLY: FeatureSet = FeatureSet { package: "freehold", features: Some("sqlite,local") };

/// Every set in the order of the document.
pub(crate) const FEATURE_SETS: [FeatureSet; 7] = [
    FeatureSet { package: "freehold", features: Some("") },
    LOCAL_ONLY,
    FeatureSet { package: "freehold", features: Some("sqlite,local,postgres") },
    FeatureSet { package: "freehold", features: Some("sqlite,local,s3") },
    FeatureSet { package: "freehold", features: Some("sqlite,local,gcs") },
    FeatureSet { package: "freehold", features: None },
    FeatureSet { package: "freehold-cli", features: None },
];

impl FeatureSet {
    /// How cargo is told.
    pub(crate) fn arguments(&self) -> Vec<&'static str> {
        let mut arguments = vec!["--package", self.package];
        if let Some(features) = self.features {
            arguments.extend(["--no-default-features", "--features", features]);
        }
        arguments
    }

    /// How readers are told.
    pub(crate) fn title(&self) -> String {
        let features = match self.features {
            None => "all features".to_owned(),
            Some("") => "no features".to_owned(),
            Some(features) => {
                let features = features.split(',').map(|feature| format!("`{feature}`"));
                features.collect::<Vec<_>>().join(", ")
            }
        };
        format!("`{}`, {features}", self.package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_package_and_features() {
        assert_eq!(LOCAL_ONLY.title(), "`freehold`, `sqlite`, `local`");
        assert_eq!(FEATURE_SETS[0].title(), "`freehold`, no features");
        assert_eq!(FEATURE_SETS[6].title(), "`freehold-cli`, all features");
    }
}
