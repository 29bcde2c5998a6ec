//! Instances: made, described, connected, listed.

use freehold_tests::{Lab, Sandbox};

#[test]
fn init_makes_an_instance_whose_default_storage_is_the_root() {
    let sandbox = Sandbox::new();
    let made = sandbox.run(&["init", "--storage", "./mydata", "--json"]).ok().json();
    let root = sandbox.path("mydata");
    assert_eq!(made["default_storage"]["root"], root.to_str().unwrap());
    assert!(made["slug"].as_str().unwrap().ends_with("/mydata"), "{made}");
    assert_eq!(made["database"], format!("sqlite://{}/.lamindb/freehold.db", root.display()));
    let info = sandbox.run(&["info", "--json"]).ok().json();
    for field in ["id", "uid", "slug", "default_storage", "database", "user"] {
        assert_eq!(info[field], made[field], "{field}");
    }
}

#[test]
fn the_default_root_is_a_folder_named_storage() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    assert!(sandbox.path("storage/.lamindb/storage_uid.txt").is_file());
}

#[test]
fn the_claim_has_the_form_that_lamindb_reads() {
    let lab = Lab::new();
    let info = lab.run(&["info", "--json"]).ok().json();
    let claim = std::fs::read_to_string(lab.path("lab-data/.lamindb/storage_uid.txt")).unwrap();
    let lines: Vec<&str> = claim.lines().collect();
    assert_eq!(lines[0], info["default_storage"]["uid"]);
    assert_eq!(lines[1], "creation info:");
    assert_eq!(lines[2], "instance_slug=lab/primary");
    assert_eq!(lines[3], format!("instance_id={}", info["id"].as_str().unwrap().replace('-', "")));
    assert_eq!(lines[4], format!("instance_uid={}", info["uid"].as_str().unwrap()));
    assert!(!claim.ends_with('\n'));
}

#[test]
fn the_database_may_lie_elsewhere_and_gives_the_name() {
    let sandbox = Sandbox::new();
    let url = format!("sqlite://{}", sandbox.path("books.db").display());
    let made =
        sandbox.run(&["init", "--storage", "./data", "--owner", "lab", "--db", &url, "--json"]).ok().json();
    assert_eq!((&made["slug"], &made["database"]), (&"lab/books".into(), &url.as_str().into()));
    std::fs::remove_dir_all(sandbox.path("settings")).unwrap();
    sandbox.run(&["connect", "./data"]).exits(3).says("lab/books");
    sandbox.run(&["connect", &url]).ok();
    sandbox.run(&["connect", "./data"]).ok();
}

#[test]
fn one_instance_is_current_and_another_can_be_named() {
    let lab = Lab::with_analysis();
    assert_eq!(lab.run(&["info", "--json"]).ok().json()["slug"], "lab/primary");
    assert_eq!(lab.analysis(&["info", "--json"]).ok().json()["slug"], "analysis/derived");
    assert_eq!(
        lab.run(&["--instance", "analysis/derived", "info", "--json"]).ok().json()["slug"],
        "analysis/derived"
    );
    let listed = lab.run(&["instance", "list", "--json"]).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[test]
fn two_instances_never_have_one_identity() {
    let (one, other) = (Lab::new(), Lab::new());
    let id = |lab: &Lab| lab.run(&["info", "--json"]).ok().json()["id"].clone();
    assert_ne!(id(&one), id(&other));
}

#[test]
fn the_user_is_made_on_first_use_and_can_be_changed() {
    let lab = Lab::new();
    let user = lab.run(&["user", "show", "--json"]).ok().json();
    lab.run(&["user", "set", "--handle", "ada", "--name", "Ada Lovelace"]).ok();
    let changed = lab.run(&["user", "show", "--json"]).ok().json();
    assert_eq!(changed["uid"], user["uid"]);
    assert_eq!((&changed["handle"], &changed["name"]), (&"ada".into(), &"Ada Lovelace".into()));
    assert_eq!(lab.run(&["info", "--json"]).ok().json()["user"]["handle"], "ada");
}
