//! The serialized form of value types: their text, read back through their own parser.

/// Implements serde for a type by its `Display` and a parser, behind the feature `serde`.
macro_rules! serde_as_text {
    ($type:ty, $expecting:expr, $parse:expr) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = $crate::uid::serde_text::TextVisitor { expecting: $expecting, parse: $parse };
                serde::Deserializer::deserialize_str(deserializer, visitor)
            }
        }
    };
}

pub(crate) use serde_as_text;

/// Reads a text and hands it to a parser.
#[cfg(feature = "serde")]
pub(crate) struct TextVisitor<P> {
    pub(crate) expecting: &'static str,
    pub(crate) parse: P,
}

#[cfg(feature = "serde")]
impl<P, T, F> serde::de::Visitor<'_> for TextVisitor<P>
where
    P: FnOnce(&str) -> Result<T, F>,
    F: std::fmt::Display,
{
    type Value = T;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the text of a {}", self.expecting)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }
}
