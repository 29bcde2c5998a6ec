//! Cases: keys are literal, whatever characters they have.

use freehold_ports::blobs::PutOptions;

use super::Fresh;
use super::content::{content, ensure_absent, ensure_content, ensure_listed, key, listed, put, read};
use crate::case::{Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "blobs::keys":
    unusual_characters_are_literal,
    an_escaped_key_is_another_key,
    names_that_look_like_traces_of_writing_are_data,
    long_keys_are_kept,
    unusual_folders_can_be_listed,
}

/// Characters that URLs, shells, globs and file systems like to change. A newline is not among them: not every backend takes one.
const UNUSUAL: [&str; 26] = [
    "with space",
    " leading",
    "trailing ",
    "plus+plus",
    "per%cent",
    "100%25",
    "question?mark",
    "hash#mark",
    "am&per=sand",
    "star*star",
    "co:lon",
    "semi;colon",
    "quote\"quote",
    "apo'strophe",
    "<less|greater>",
    "back\\slash",
    "tilde~",
    "~",
    "...",
    ".hidden",
    "[brackets]{braces}",
    "ca^ret`tick",
    "dollar$HOME",
    "\u{e9}t\u{e9}",
    "\u{65e5}\u{672c}",
    "\u{1f9ec}\u{200d}\u{1f52c}",
];

async fn unusual_characters_are_literal(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let mut keys = Vec::new();
    for name in UNUSUAL {
        keys.extend([name.to_owned(), format!("folder {name}/{name}.csv")]);
    }
    for (seed, text) in keys.iter().enumerate() {
        put(store.as_ref(), &key(text)?, &content(seed, 100 + seed), PutOptions::CREATE).await?;
    }
    for (seed, text) in keys.iter().enumerate() {
        ensure_content(store.as_ref(), &key(text)?, &content(seed, 100 + seed)).await?;
    }
    let expected: Vec<_> = keys.iter().map(String::as_str).collect();
    ensure_listed(store.as_ref(), None, &expected).await?;
    let (last, others) = keys.split_last().map_or(("", &keys[..]), |(last, others)| (last.as_str(), others));
    let doomed = others.iter().map(|text| key(text)).collect::<Result<Vec<_>, _>>()?;
    store.delete(&doomed).await?;
    ensure_listed(store.as_ref(), None, &[last]).await
}

async fn an_escaped_key_is_another_key(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for (plain, escaped) in
        [("a b", "a%20b"), ("a+b", "a%2Bb"), ("d/e", "d%2Fe"), ("%", "%25"), ("\u{e9}", "%C3%A9")]
    {
        let (plain, escaped) = (key(plain)?, key(escaped)?);
        put(store.as_ref(), &plain, &content(1, 10), PutOptions::CREATE).await?;
        ensure_absent(store.as_ref(), &escaped).await?;
        put(store.as_ref(), &escaped, &content(2, 20), PutOptions::CREATE).await?;
        ensure_content(store.as_ref(), &plain, &content(1, 10)).await?;
        ensure_content(store.as_ref(), &escaped, &content(2, 20)).await?;
    }
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &10)
}

async fn names_that_look_like_traces_of_writing_are_data(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let keys =
        ["a#1", "a.tmp", "a~", ".a.swp", "a.part", "a.lock", "tmp/a", ".tmp/a", "a.partial", "#a#", "lock"];
    for text in keys {
        put(store.as_ref(), &key(text)?, &content(1, 10), PutOptions::CREATE).await?;
        ensure_content(store.as_ref(), &key(text)?, &content(1, 10)).await?;
    }
    ensure_listed(store.as_ref(), None, &keys).await
}

async fn long_keys_are_kept(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let segment = "s".repeat(200);
    let text = [segment.as_str(); 3].join("/");
    put(store.as_ref(), &key(&text)?, &content(1, 10), PutOptions::CREATE).await?;
    ensure_content(store.as_ref(), &key(&text)?, &content(1, 10)).await?;
    ensure_listed(store.as_ref(), Some(&segment), &[&text]).await
}

async fn unusual_folders_can_be_listed(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for folder in UNUSUAL {
        put(store.as_ref(), &key(&format!("{folder}/blob"))?, &content(1, 10), PutOptions::CREATE).await?;
    }
    for folder in UNUSUAL {
        let blob = format!("{folder}/blob");
        ensure_listed(store.as_ref(), Some(folder), &[&blob]).await?;
        ensure!(
            read(store.as_ref(), &key(&blob)?, Some(0..3)).await?.len() == 3,
            "expected 3 bytes of {blob:?}"
        );
    }
    Ok(())
}
