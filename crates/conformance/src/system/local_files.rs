//! Cases: files of the machine are found and walked through.

use std::path::{Path, PathBuf};

use freehold_ports::system::{FileEntry, FileError, WalkEntry};
use futures_util::stream::TryStreamExt;

use super::Fresh;
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, ensure_error};

cases! { Fresh, "system::local_files":
    surroundings_are_absolute,
    a_resolved_path_resolves_to_itself,
    an_absent_path_resolves_to_itself,
    dots_are_resolved,
    a_file_is_inspected,
    a_folder_is_inspected,
    an_absent_path_is_not_found,
    a_state_is_the_same_until_the_file_changes,
    a_walk_gives_every_file_in_the_order_of_names,
    a_walk_compares_names_and_not_whole_paths,
    a_walk_leaves_out_reserved_folders,
    a_walk_through_an_empty_folder_gives_nothing,
    a_walk_through_an_absent_folder_fails,
    a_walk_gives_states_that_reading_accepts,
}

async fn surroundings_are_absolute(fresh: &Fresh) -> Outcome {
    let surroundings = fresh.files.surroundings()?;
    ensure!(
        Path::new(&surroundings.current_directory).is_absolute(),
        "expected an absolute current directory, found {:?}",
        surroundings.current_directory
    );
    if let Some(home) = &surroundings.home {
        ensure!(Path::new(home).is_absolute(), "expected an absolute home, found {home:?}");
    }
    Ok(())
}

async fn a_resolved_path_resolves_to_itself(fresh: &Fresh) -> Outcome {
    let file = make(fresh, "a/b.csv", 10);
    for path in [fresh.folder.clone(), fresh.folder.join("a"), file] {
        ensure_equal("the resolved path", &fresh.files.resolve(&path).await?, &path)?;
    }
    Ok(())
}

async fn an_absent_path_resolves_to_itself(fresh: &Fresh) -> Outcome {
    make(fresh, "a/b.csv", 10);
    for absent in ["absent", "absent/x/y", "a/absent", "a/with space"] {
        let path = fresh.folder.join(absent);
        ensure_equal("the resolved path", &fresh.files.resolve(&path).await?, &path)?;
        let inspected = fresh.files.inspect(&path).await;
        ensure_error!("what is there afterwards", inspected, FileError::NotFound { .. });
    }
    Ok(())
}

async fn dots_are_resolved(fresh: &Fresh) -> Outcome {
    let file = make(fresh, "a/b.csv", 10);
    for spelling in ["a/./b.csv", "a/../a/b.csv", "./a/b.csv"] {
        let resolved = fresh.files.resolve(&fresh.folder.join(spelling)).await?;
        ensure_equal(&format!("{spelling} resolved"), &resolved, &file)?;
    }
    Ok(())
}

async fn a_file_is_inspected(fresh: &Fresh) -> Outcome {
    for size in [0, 1, 100_000] {
        let path = make(fresh, &format!("a/{size}.bin"), size);
        match fresh.files.inspect(&path).await? {
            FileEntry::File(state) => ensure_equal("the size", &state.size, &u64::try_from(size)?)?,
            FileEntry::Directory => return Err(Failure::new("expected a file, found a folder")),
        }
    }
    Ok(())
}

async fn a_folder_is_inspected(fresh: &Fresh) -> Outcome {
    make(fresh, "a/b.csv", 10);
    for path in [fresh.folder.clone(), fresh.folder.join("a")] {
        ensure_equal("what is there", &fresh.files.inspect(&path).await?, &FileEntry::Directory)?;
    }
    Ok(())
}

async fn an_absent_path_is_not_found(fresh: &Fresh) -> Outcome {
    make(fresh, "a/b.csv", 10);
    for absent in ["absent", "a/absent", "absent/absent"] {
        let inspected = fresh.files.inspect(&fresh.folder.join(absent)).await;
        ensure_error!(format!("inspecting {absent}"), inspected, FileError::NotFound { .. });
    }
    Ok(())
}

async fn a_state_is_the_same_until_the_file_changes(fresh: &Fresh) -> Outcome {
    let path = make(fresh, "a.csv", 10);
    let before = fresh.files.inspect(&path).await?;
    ensure_equal("the state of an unchanged file", &fresh.files.inspect(&path).await?, &before)?;
    make(fresh, "a.csv", 11);
    let after = fresh.files.inspect(&path).await?;
    ensure!(after != before, "expected another state, found {after:?} again");
    Ok(())
}

async fn a_walk_gives_every_file_in_the_order_of_names(fresh: &Fresh) -> Outcome {
    let relatives = [
        "c/2/deep/er.csv",
        "b.csv",
        "c/1.csv",
        "a.csv",
        "d e/f.csv",
        ".hidden",
        "c/10.csv",
        "z/.hidden/x",
        "\u{e9}.csv",
    ];
    for relative in relatives {
        make(fresh, relative, relative.len());
    }
    let expected = [
        ".hidden",
        "a.csv",
        "b.csv",
        "c/1.csv",
        "c/10.csv",
        "c/2/deep/er.csv",
        "d e/f.csv",
        "z/.hidden/x",
        "\u{e9}.csv",
    ];
    ensure_walked(fresh, &fresh.folder, &expected).await?;
    ensure_walked(fresh, &fresh.folder.join("c"), &["1.csv", "10.csv", "2/deep/er.csv"]).await
}

async fn a_walk_compares_names_and_not_whole_paths(fresh: &Fresh) -> Outcome {
    // As whole paths, "c d" and "c.csv" would come before "c/1".
    let expected = ["B", "c/1", "c/2/3", "c d", "c.csv", "c0/4"];
    for relative in expected {
        make(fresh, relative, relative.len());
    }
    ensure_walked(fresh, &fresh.folder, &expected).await
}

async fn a_walk_leaves_out_reserved_folders(fresh: &Fresh) -> Outcome {
    for relative in
        [".lamindb/a", "b/.lamindb/c/d", "b/e", ".lamindb.txt", "x.lamindb/y", "f/.lamindbs/g", "h/.lamindb"]
    {
        make(fresh, relative, relative.len());
    }
    // Only folders are reserved: `h/.lamindb` is a file.
    let expected = [".lamindb.txt", "b/e", "f/.lamindbs/g", "h/.lamindb", "x.lamindb/y"];
    ensure_walked(fresh, &fresh.folder, &expected).await
}

async fn a_walk_through_an_empty_folder_gives_nothing(fresh: &Fresh) -> Outcome {
    ensure_walked(fresh, &fresh.folder, &[]).await
}

async fn a_walk_through_an_absent_folder_fails(fresh: &Fresh) -> Outcome {
    let walked = fresh.files.walk(&fresh.folder.join("absent")).try_collect::<Vec<_>>().await;
    ensure_error!("walking through an absent folder", walked, FileError::NotFound { .. });
    Ok(())
}

async fn a_walk_gives_states_that_reading_accepts(fresh: &Fresh) -> Outcome {
    for relative in ["a.csv", "b/c.csv"] {
        make(fresh, relative, 1_000);
    }
    let walked: Vec<_> = fresh.files.walk(&fresh.folder).try_collect().await?;
    ensure_equal("how many files were met", &walked.len(), &2)?;
    for entry in walked {
        let WalkEntry::File { path, state, .. } = entry else {
            return Err(Failure::new(format!("expected a file, found {entry:?}")));
        };
        ensure_equal(
            "the state by itself",
            &fresh.files.inspect(&path).await?,
            &FileEntry::File(state.clone()),
        )?;
        let body = fresh.files.read(&path, &state).await?;
        let read: Vec<_> = body.try_collect::<Vec<_>>().await?.concat();
        ensure_equal("how much was read", &read.len(), &1_000)?;
    }
    Ok(())
}

/// Makes a file of this size in the fixture's folder.
fn make(fresh: &Fresh, relative: &str, size: usize) -> PathBuf {
    let path = fresh.folder.join(relative);
    (fresh.put_file)(&path, &vec![b'x'; size]);
    path
}

/// Ends the case unless exactly these files are met, in this order; each was made as large as its path below the fixture's folder is
/// long.
async fn ensure_walked(fresh: &Fresh, folder: &Path, expected: &[&str]) -> Outcome {
    let mut found = Vec::new();
    for entry in fresh.files.walk(folder).try_collect::<Vec<_>>().await? {
        match entry {
            WalkEntry::File { path, relative, state } => {
                ensure_equal("the whole path", &path, &folder.join(&relative))?;
                let below = path.strip_prefix(&fresh.folder)?.to_string_lossy().len();
                ensure_equal(&format!("the size of {relative}"), &state.size, &u64::try_from(below)?)?;
                found.push(relative);
            }
            other => return Err(Failure::new(format!("expected only files, found {other:?}"))),
        }
    }
    ensure_equal("the files that were met", found.as_slice(), expected)
}
