//! Long work says how far it has come: one piece at a time, from its beginning to its end, in true numbers.

use std::sync::{Arc, Mutex};

use freehold_ports::system::{Activity, Progress, ProgressEvent};
use freehold_services::connect_instance::open_instance;
use freehold_services::delete_instance::{DataFate, delete_instance};
use freehold_services::plan_deletion::plan_deletion;
use freehold_services::{Host, Registry};

use super::harness::{
    PURGE, PURGE_WITH_FILE, World, bytes, paths, save_path, transfer, transfer_copied, try_delete, try_save,
};

#[derive(Debug, Default, Clone)]
struct Recorder(Arc<Mutex<Vec<ProgressEvent>>>);

impl Progress for Recorder {
    fn report(&self, event: ProgressEvent) {
        self.0.lock().unwrap().push(event);
    }
}

/// A piece of work as it was reported.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    activity: Activity,
    total: (Option<u64>, Option<u64>),
    done: (u64, u64),
}

impl Recorder {
    /// Takes what was reported since, and checks that each piece of work has a beginning and an end, and lies in no other.
    fn pieces(&self) -> Vec<Piece> {
        let (mut pieces, mut open): (Vec<Piece>, Option<Piece>) = (Vec::new(), None);
        for event in self.0.lock().unwrap().drain(..) {
            match event {
                ProgressEvent::Started { activity, items, bytes } => {
                    assert!(open.is_none(), "{activity} begins inside {open:?}");
                    open = Some(Piece { activity, total: (items, bytes), done: (0, 0) });
                }
                ProgressEvent::Advanced { items, bytes } => {
                    let piece = open.as_mut().expect("work under way");
                    piece.done = (piece.done.0 + items, piece.done.1 + bytes);
                }
                ProgressEvent::Finished => pieces.push(open.take().expect("work under way")),
            }
        }
        assert!(open.is_none(), "never finished: {open:?}");
        pieces
    }
}

async fn opened(registry: &Registry, recorder: &Recorder) -> Registry {
    let host = Host { progress: Arc::new(recorder.clone()), ..registry.host().clone() };
    let mode = freehold_ports::persistence::AccessMode::Write;
    open_instance(&host, Some(&registry.database().reveal()), mode).await.unwrap()
}

fn whole(activity: Activity, items: u64, bytes: u64) -> Piece {
    Piece { activity, total: (Some(items), Some(bytes)), done: (items, bytes) }
}

#[tokio::test]
async fn saving_reports_every_file_and_byte_whichever_way_it_goes() {
    let (world, recorder) = (World::new(), Recorder::default());
    let lab = opened(&world.lab().await, &recorder).await;
    world.file("/home/ada/a.csv", "12");
    world.file("/home/ada/b.csv", "123");
    world.file("/lab/data/c.csv", "1234");
    save_path(&lab, "a.csv").await;
    assert_eq!(recorder.pieces(), [whole(Activity::Ingesting, 1, 2)]);
    try_save(&lab, paths(&["a.csv", "b.csv", "/lab/data/c.csv"])).await.unwrap();
    assert_eq!(recorder.pieces(), [whole(Activity::Ingesting, 3, 9)]);
    save_path(&lab, "/lab/data/c.csv").await;
    assert_eq!(recorder.pieces(), [whole(Activity::Registering, 1, 4)]);
}

#[tokio::test]
async fn reading_goes_on_until_the_last_byte_was_taken() {
    let (world, recorder) = (World::new(), Recorder::default());
    let lab = opened(&world.lab().await, &recorder).await;
    world.file("/home/ada/a.csv", "12");
    save_path(&lab, "a.csv").await;
    recorder.pieces();
    bytes(&lab, "a.csv").await;
    let [piece] = &recorder.pieces()[..] else { panic!() };
    assert_eq!((piece.activity, piece.total, piece.done.1), (Activity::Reading, (Some(1), Some(2)), 2));
    drop(freehold_services::read_artifact::read_artifact(&lab, "a.csv").await.unwrap());
    assert_eq!(recorder.pieces().len(), 1, "giving up is an end, too");
}

#[tokio::test]
async fn work_that_fails_is_reported_as_finished() {
    let (world, recorder) = (World::new(), Recorder::default());
    let lab = opened(&world.lab().await, &recorder).await;
    world.file("/home/ada/a.csv", "12");
    world.faults.strike("put", 1, super::harness::Fault::Broken);
    try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    assert_eq!(recorder.pieces().len(), 1);
}

#[tokio::test]
async fn deleting_scanning_and_transferring_are_pieces_of_work() {
    let (world, recorder) = (World::new(), Recorder::default());
    let lab = opened(&world.lab().await, &recorder).await;
    let analysis = opened(&world.analysis().await, &recorder).await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
        save_path(&lab, name).await;
    }
    world.file("/lab/data/c.csv", "1234");
    save_path(&lab, "/lab/data/c.csv").await;
    recorder.pieces();
    let activities = || recorder.pieces().iter().map(|piece| piece.activity).collect::<Vec<_>>();
    transfer(&analysis, &lab, &[]).await;
    assert_eq!(activities(), [Activity::Transferring]);
    transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!(activities(), [Activity::Copying]);
    try_delete(&lab, &["a.csv"], PURGE).await.unwrap();
    assert_eq!(activities(), [Activity::Deleting]);
    try_delete(&lab, &["c.csv"], PURGE_WITH_FILE).await.unwrap();
    assert_eq!(activities(), [Activity::Reading, Activity::Deleting]);
    plan_deletion(&lab).await.unwrap();
    assert_eq!(activities(), [Activity::Scanning]);
    delete_instance(&lab, DataFate::Purge).await.unwrap();
    assert_eq!(activities(), [Activity::Scanning, Activity::Deleting]);
}
