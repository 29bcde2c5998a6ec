//! Arguments that several commands share, and how they are read.

use freehold::StartRun;
use freehold_domain::{DatabaseUrl, TransformKey, TransformKind};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// What a run executes, and with which parameters.
#[derive(Debug, clap::Args)]
pub(crate) struct TransformArguments {
    /// What is executed, such as `align.py` or `nf-core/rnaseq`; recorded when it is new
    #[arg(long, value_name = "KEY")]
    transform: TransformKey,
    /// What sort of code it is: script, notebook, pipeline or function [default: as recorded, else script]
    #[arg(long, value_name = "KIND")]
    kind: Option<TransformKind>,
    /// A parameter, such as `threshold=0.5`; a value that is JSON is kept as such, any other as text
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, Value)>,
}

impl TransformArguments {
    pub(crate) fn request(self) -> Result<StartRun, Failure> {
        let mut params = Map::new();
        for (name, value) in self.parameters {
            if params.insert(name.clone(), value).is_some() {
                return Err(Failure::invalid(format!("the parameter {name:?} is given twice")));
            }
        }
        Ok(StartRun { kind: self.kind, params, ..StartRun::of(self.transform) })
    }
}

fn parameter(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        None | Some(("", _)) => Err("write a parameter as NAME=VALUE".to_owned()),
        Some((name, value)) => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            Ok((name.to_owned(), value))
        }
    }
}

/// Reads the URL of a database. The text is never repeated: it may hold a password.
pub(crate) fn database(text: &str) -> Result<DatabaseUrl, Failure> {
    text.parse().map_err(|error| {
        Failure::invalid(format!("--db: {error}"))
            .with_hint("for example --db sqlite:///absolute/path/registry.db")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_is_json_where_it_can_be() {
        let expected = [
            ("n=3", json!(3)),
            ("on=true", json!(true)),
            ("list=[1,2]", json!([1, 2])),
            ("name=plate 1", json!("plate 1")),
            ("quoted=\"3\"", json!("3")),
            ("formula=a=b", json!("a=b")),
            ("empty=", json!("")),
        ];
        for (text, value) in expected {
            assert_eq!(parameter(text).unwrap().1, value, "{text}");
        }
    }

    #[test]
    fn a_parameter_needs_a_name_and_a_sign() {
        assert!(parameter("threshold").is_err());
        assert!(parameter("=3").is_err());
    }

    #[test]
    fn a_parameter_cannot_be_given_twice() {
        let parameters = vec![("a".to_owned(), json!(1)), ("a".to_owned(), json!(2))];
        let arguments = TransformArguments { transform: "x".parse().unwrap(), kind: None, parameters };
        assert!(arguments.request().is_err());
    }

    #[test]
    fn a_bad_database_url_is_not_repeated() {
        let failure = database("mysql://me:hunter2@host/db").unwrap_err();
        assert!(!failure.text().contains("hunter2"), "{}", failure.text());
    }
}
