//! Cases: files of the machine are read as they were inspected, and written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::system::{FileEntry, FileError, FileState};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::oneshot;

use super::Fresh;
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, ensure_error, present};

cases! { Fresh, "system::local_files":
    a_file_is_read_whole,
    an_absent_file_is_not_read,
    a_folder_is_not_read,
    a_file_in_another_state_is_not_read,
    a_file_that_changes_while_it_is_read_ends_in_an_error,
    a_written_file_has_the_whole_content,
    a_file_that_is_there_is_not_written_over_unasked,
    a_file_that_is_there_is_written_over_when_asked,
    a_file_that_appears_in_the_meantime_is_not_written_over_unasked,
    no_folder_is_made_for_a_file,
    a_folder_is_not_written_over,
    a_failing_body_writes_nothing,
    a_failing_body_keeps_the_former_content,
    a_dropped_write_leaves_nothing,
}

const BODY_FAILURE: &str = "the source of the body failed on purpose";

/// A file too large to be held in any adapter's buffers.
const LARGE: usize = 24 * (1 << 20);

/// How long a case waits for what a dropped write may have left running to come to light.
const AFTERMATH: Duration = Duration::from_millis(100);

async fn a_file_is_read_whole(fresh: &Fresh) -> Outcome {
    for size in [0, 1, 65_536, (1 << 20) + 1, 3_000_000] {
        let (path, content) = (fresh.folder.join(format!("a/{size}.bin")), content(size, size));
        (fresh.put_file)(&path, &content);
        let state = inspect(fresh, &path).await?;
        let found = collect(fresh.files.read(&path, &state).await?).await?;
        ensure!(found == content, "expected the {size} bytes of the file, found {} other ones", found.len());
    }
    Ok(())
}

async fn an_absent_file_is_not_read(fresh: &Fresh) -> Outcome {
    let (path, state) = make(fresh, "a.csv", 10).await?;
    let read = fresh.files.read(&path.with_file_name("absent.csv"), &state).await;
    ensure_error!("reading an absent file", read, FileError::NotFound { .. });
    Ok(())
}

async fn a_folder_is_not_read(fresh: &Fresh) -> Outcome {
    let (_, state) = make(fresh, "a/b.csv", 10).await?;
    let read = fresh.files.read(&fresh.folder.join("a"), &state).await;
    ensure_error!("reading a folder", read, FileError::IsDirectory { .. });
    Ok(())
}

async fn a_file_in_another_state_is_not_read(fresh: &Fresh) -> Outcome {
    for (size, other) in [(10, 11), (11, 10), (10, 0), (0, 1), (3_000_000, 3_000_001)] {
        let (path, state) = make(fresh, "a.csv", size).await?;
        (fresh.put_file)(&path, &content(9, other));
        match fresh.files.read(&path, &state).await {
            Err(FileError::Changed { .. }) => {}
            Err(error) => return Err(Failure::new(format!("expected Changed, found {error:?}"))),
            Ok(body) => ensure_changed(body).await?,
        }
    }
    Ok(())
}

async fn a_file_that_changes_while_it_is_read_ends_in_an_error(fresh: &Fresh) -> Outcome {
    for grows in [true, false] {
        let (path, state) = make(fresh, &format!("{grows}.bin"), LARGE).await?;
        let mut body = fresh.files.read(&path, &state).await?;
        present("the first piece", body.next().await)??;
        let changed = if grows { content(2, LARGE + 1_000_000) } else { content(2, LARGE / 2) };
        (fresh.put_file)(&path, &changed);
        ensure_changed(body).await?;
    }
    Ok(())
}

async fn a_written_file_has_the_whole_content(fresh: &Fresh) -> Outcome {
    for (size, overwrite) in [(0, false), (1, true), (65_537, false), (3_000_000, true)] {
        let (path, content) = (fresh.folder.join(format!("{size} b\u{e9}.bin")), content(size, size));
        let pieces: Vec<_> = content.chunks(70_001).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let written = fresh.files.write(&path, stream::iter(pieces).boxed(), overwrite).await?;
        ensure_equal("the size that was given", &written, &u64::try_from(size)?)?;
        ensure_content(fresh, &path, &content).await?;
    }
    ensure_equal("how many files there are", &count(fresh).await?, &4)
}

async fn a_file_that_is_there_is_not_written_over_unasked(fresh: &Fresh) -> Outcome {
    let (path, _) = make(fresh, "a.csv", 10).await?;
    let written = fresh.files.write(&path, FromBytes::boxed(content(2, 500)), false).await;
    ensure_error!("writing over a file unasked", written, FileError::AlreadyExists { .. });
    ensure_content(fresh, &path, &content(1, 10)).await?;
    ensure_equal("how many files there are", &count(fresh).await?, &1)
}

async fn a_file_that_is_there_is_written_over_when_asked(fresh: &Fresh) -> Outcome {
    let (path, _) = make(fresh, "a.csv", 10_000).await?;
    for (seed, size) in [(2, 500), (3, 20_000), (4, 0)] {
        let written = fresh.files.write(&path, FromBytes::boxed(content(seed, size)), true).await?;
        ensure_equal("the size that was given", &written, &u64::try_from(size)?)?;
        ensure_content(fresh, &path, &content(seed, size)).await?;
    }
    ensure_equal("how many files there are", &count(fresh).await?, &1)
}

async fn a_file_that_appears_in_the_meantime_is_not_written_over_unasked(fresh: &Fresh) -> Outcome {
    let path = fresh.folder.join("a.csv");
    let (body, reached, go_on) = stalling(&content(1, 3_000_000));
    let writing = {
        let (files, path) = (std::sync::Arc::clone(&fresh.files), path.clone());
        tokio::spawn(async move { files.write(&path, body, false).await })
    };
    reached.await?;
    (fresh.put_file)(&path, &content(2, 500));
    go_on.send(()).ok();
    ensure_error!("the write that was overtaken", writing.await?, FileError::AlreadyExists { .. });
    ensure_content(fresh, &path, &content(2, 500)).await?;
    ensure_equal("how many files there are", &count(fresh).await?, &1)
}

async fn no_folder_is_made_for_a_file(fresh: &Fresh) -> Outcome {
    for relative in ["absent/a.csv", "absent/b/c.csv"] {
        let path = fresh.folder.join(relative);
        let written = fresh.files.write(&path, FromBytes::boxed(content(1, 10)), true).await;
        ensure_error!("writing into an absent folder", written, FileError::NotFound { .. });
    }
    let inspected = fresh.files.inspect(&fresh.folder.join("absent")).await;
    ensure_error!("the absent folder", inspected, FileError::NotFound { .. });
    Ok(())
}

async fn a_folder_is_not_written_over(fresh: &Fresh) -> Outcome {
    let (path, _) = make(fresh, "a/b.csv", 10).await?;
    for overwrite in [true, false] {
        let written =
            fresh.files.write(&fresh.folder.join("a"), FromBytes::boxed(content(2, 10)), overwrite).await;
        ensure!(written.is_err(), "writing over a folder: expected an error, found success");
    }
    ensure_content(fresh, &path, &content(1, 10)).await?;
    ensure_equal("how many files there are", &count(fresh).await?, &1)
}

async fn a_failing_body_writes_nothing(fresh: &Fresh) -> Outcome {
    let path = fresh.folder.join("a.csv");
    for (size, overwrite) in [(0, false), (1_000, true), (3_000_000, false)] {
        ensure_body_failure(fresh.files.write(&path, failing_after(size), overwrite).await)?;
        let inspected = fresh.files.inspect(&path).await;
        ensure_error!("what a failed write left", inspected, FileError::NotFound { .. });
        ensure_equal("how many files there are", &count(fresh).await?, &0)?;
    }
    Ok(())
}

async fn a_failing_body_keeps_the_former_content(fresh: &Fresh) -> Outcome {
    let (path, _) = make(fresh, "a.csv", 10).await?;
    for size in [0, 1_000, 3_000_000] {
        ensure_body_failure(fresh.files.write(&path, failing_after(size), true).await)?;
        ensure_content(fresh, &path, &content(1, 10)).await?;
        ensure_equal("how many files there are", &count(fresh).await?, &1)?;
    }
    Ok(())
}

async fn a_dropped_write_leaves_nothing(fresh: &Fresh) -> Outcome {
    let path = fresh.folder.join("a.csv");
    for size in [1_000, 3_000_000] {
        let (body, reached, go_on) = stalling(&content(1, size));
        let writing = fresh.files.write(&path, body, true);
        tokio::select! {
            written = writing => {
                return Err(Failure::new(format!("expected the write to wait for its body, found {written:?}")));
            }
            reached = reached => reached?,
        }
        go_on.send(()).ok();
        tokio::time::sleep(AFTERMATH).await;
        ensure_equal("how many files there are", &count(fresh).await?, &0)?;
    }
    Ok(())
}

/// Content that is different for different seeds.
fn content(seed: usize, size: usize) -> Vec<u8> {
    (0..size)
        .map(|index| u8::try_from((index * 31 + index / 251 + seed * 7) % 256).unwrap_or_default())
        .collect()
}

/// A file of this size in the fixture's folder, with the first content.
async fn make(fresh: &Fresh, relative: &str, size: usize) -> Result<(PathBuf, FileState), Failure> {
    let path = fresh.folder.join(relative);
    (fresh.put_file)(&path, &content(1, size));
    let state = inspect(fresh, &path).await?;
    Ok((path, state))
}

async fn inspect(fresh: &Fresh, path: &Path) -> Result<FileState, Failure> {
    match fresh.files.inspect(path).await? {
        FileEntry::File(state) => Ok(state),
        FileEntry::Directory => {
            Err(Failure::new(format!("expected a file at {}, found a folder", path.display())))
        }
    }
}

async fn collect(body: ByteStream) -> io::Result<Vec<u8>> {
    Ok(body.try_collect::<Vec<_>>().await?.concat())
}

async fn ensure_content(fresh: &Fresh, path: &Path, expected: &[u8]) -> Outcome {
    let state = inspect(fresh, path).await?;
    let found = collect(fresh.files.read(path, &state).await?).await?;
    ensure!(
        found == expected,
        "expected the {} bytes that were written, found {} other ones",
        expected.len(),
        found.len()
    );
    Ok(())
}

/// How many files are in the fixture's folder, temporary ones included.
async fn count(fresh: &Fresh) -> Result<usize, Failure> {
    Ok(fresh.files.walk(&fresh.folder).try_collect::<Vec<_>>().await?.len())
}

/// Ends the case unless the body ends in the error that the file was changed.
async fn ensure_changed(body: ByteStream) -> Outcome {
    match collect(body).await {
        Ok(read) => Err(Failure::new(format!("expected Changed, found {} bytes and no error", read.len()))),
        Err(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<FileError>()) {
            Some(FileError::Changed { .. }) => Ok(()),
            _ => Err(Failure::new(format!("expected Changed inside the error of the body, found {error:?}"))),
        },
    }
}

fn failing_after(size: usize) -> ByteStream {
    let failure = stream::once(async { Err(io::Error::other(BODY_FAILURE)) });
    stream::iter([Ok(Bytes::from(content(2, size)))]).chain(failure).boxed()
}

fn ensure_body_failure(result: Result<u64, FileError>) -> Outcome {
    match result {
        Err(FileError::Io { source, .. }) if source.to_string().contains(BODY_FAILURE) => Ok(()),
        Err(error) => Err(Failure::new(format!("expected the error of the body inside Io, found {error:?}"))),
        Ok(size) => {
            Err(Failure::new(format!("writing a failing body: expected Io, found {size} bytes written")))
        }
    }
}

/// A body that says when it was asked for its second half, and waits until it is told to go on.
fn stalling(content: &[u8]) -> (ByteStream, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (reaching, reached) = oneshot::channel();
    let (go_on, waiting) = oneshot::channel::<()>();
    let (first, second) = content.split_at(content.len() / 2);
    let (first, second) = (Bytes::copy_from_slice(first), Bytes::copy_from_slice(second));
    let second = stream::once(async move {
        // The case may have ended, or let go of its side: then nobody is told, and nobody waited for.
        reaching.send(()).ok();
        waiting.await.ok();
        Ok(second)
    });
    (stream::iter([Ok(first)]).chain(second).boxed(), reached, go_on)
}
