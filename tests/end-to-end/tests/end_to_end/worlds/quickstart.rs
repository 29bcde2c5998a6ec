//! The main job on every combination of database and storage: a lab owns data, an analysis group uses it.

mod analysis;
mod farewell;
mod lab;

use freehold_tests::{DatabaseKind, StorageKind, World};

fn play(database: DatabaseKind, storage: StorageKind) {
    let world = World::new(database, storage);
    let lab = world.actor("lab/primary", "lab-data");
    lab::owns_locations(&world, &lab);
    lab::saves_a_folder(&world, &lab);
    lab::traces_a_program(&world, &lab);
    lab::registers_in_place(&world, &lab);
    lab::saves_a_new_version(&world, &lab);
    lab::describes_a_location_under_two_runs(&world, &lab);
    let analysis = world.actor("analysis/derived", "analysis-data");
    analysis::links(&world, &analysis, &lab);
    analysis::transfers(&world, &analysis, &lab);
    analysis::is_refused(&world, &analysis, &lab);
    lab::deletes_and_restores(&world, &lab);
    farewell::plans(&world, &lab);
    farewell::releases(&world, &lab);
    farewell::purges(&world, &analysis);
}

#[test]
fn the_main_job_on_sqlite_and_local_disk() {
    play(DatabaseKind::Sqlite, StorageKind::Local);
}

#[test]
fn the_main_job_on_sqlite_and_s3() {
    play(DatabaseKind::Sqlite, StorageKind::S3);
}

#[test]
fn the_main_job_on_sqlite_and_gcs() {
    play(DatabaseKind::Sqlite, StorageKind::Gs);
}

#[test]
fn the_main_job_on_postgres_and_local_disk() {
    play(DatabaseKind::Postgres, StorageKind::Local);
}

#[test]
fn the_main_job_on_postgres_and_s3() {
    play(DatabaseKind::Postgres, StorageKind::S3);
}

#[test]
fn the_main_job_on_postgres_and_gcs() {
    play(DatabaseKind::Postgres, StorageKind::Gs);
}
