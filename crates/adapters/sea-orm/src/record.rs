//! Rows as domain values, and domain values as rows.

pub(crate) mod batch;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod prefix;
pub(crate) mod previous_runs;
pub(crate) mod reference;
pub(crate) mod row;

pub(crate) use number::Numbers;
pub(crate) use previous_runs::PreviousRuns;
pub(crate) use row::Row;
