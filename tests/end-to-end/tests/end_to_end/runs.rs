//! Runs: what a program reads and saves is traced.

use freehold_tests::{Lab, freehold};

fn script(lab: &Lab, text: &str) -> String {
    let path = lab.file(
        "script.sh",
        format!("set -e\nexport PATH={}:$PATH\n{text}\n", freehold().parent().unwrap().display()),
    );
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_a_program_reads_and_saves_becomes_inputs_and_outputs_of_its_run() {
    let lab = Lab::new();
    let input = lab.save("in.txt", "3\n1\n2\n");
    let script = script(&lab, "freehold get in.txt --output - | sort > out.txt; freehold save out.txt");
    lab.run(&["run", "exec", "--transform", "sort.sh", "--param", "order=up", "--", "sh", &script]).ok();
    let run = lab.run(&["run", "list", "--json"]).ok().json()[0]["uid"].as_str().unwrap().to_owned();
    let shown = lab.run(&["run", "show", &run, "--json"]).ok().json();
    assert_eq!(shown["status"], "completed");
    assert_eq!(shown["params"]["order"], "up");
    assert_eq!(shown["inputs"][0]["uid"], input["uid"]);
    assert_eq!(shown["outputs"][0]["key"], "out.txt");
    assert_eq!(lab.run(&["show", "out.txt", "--json"]).ok().json()["run"], run);
    assert_eq!(lab.run(&["list", "--run", &run, "--json"]).ok().json()[0]["key"], "out.txt");
}

#[test]
fn the_status_of_a_run_is_that_of_its_program() {
    let lab = Lab::new();
    lab.run(&["run", "exec", "--transform", "fails", "--", "sh", "-c", "exit 3"]).exits(3);
    lab.run(&["run", "exec", "--transform", "killed", "--", "sh", "-c", "kill -TERM $$"]).exits(128 + 15);
    lab.run(&["run", "exec", "--transform", "missing", "--", "no-such-program-here"])
        .exits(1)
        .says("no-such-program-here");
    let runs = lab.run(&["run", "list", "--json"]).ok().json();
    let of = |key: &str| {
        let runs = runs.as_array().unwrap().iter();
        runs.filter(|run| run["transform"]["key"] == key)
            .map(|run| run["status"].clone())
            .next_back()
            .unwrap()
    };
    assert_eq!(
        (of("fails"), of("killed"), of("missing")),
        ("errored".into(), "aborted".into(), "errored".into())
    );
}

#[test]
fn an_artifact_that_a_run_made_is_never_its_input() {
    let lab = Lab::new();
    let script = script(&lab, "echo 1 > a.txt; freehold save a.txt; freehold get a.txt --output -");
    lab.run(&["run", "exec", "--transform", "loop.sh", "--", "sh", &script]).ok();
    let run = lab.run(&["run", "list", "--json"]).ok().json()[0]["uid"].as_str().unwrap().to_owned();
    let shown = lab.run(&["run", "show", &run, "--json"]).ok().json();
    assert_eq!(shown["inputs"], serde_json::json!([]));
    assert_eq!(shown["outputs"].as_array().unwrap().len(), 1);
}

#[test]
fn the_same_content_under_another_run_is_recreated() {
    let lab = Lab::new();
    let start = || lab.run(&["run", "start", "--transform", "make.py"]).ok().line().to_owned();
    let (one, two) = (start(), start());
    lab.file("a.txt", "1");
    lab.run(&["--run", &one, "save", "a.txt"]).ok();
    lab.run(&["--run", &two, "save", "a.txt"]).ok();
    let shown = lab.run(&["show", "a.txt", "--json"]).ok().json();
    assert_eq!((&shown["run"], &shown["previous_runs"]), (&two.as_str().into(), &serde_json::json!([one])));
}

#[test]
fn a_finished_run_takes_nothing_more_and_does_not_finish_twice() {
    let lab = Lab::new();
    let run = lab.run(&["run", "start", "--transform", "make.py"]).ok().line().to_owned();
    lab.run(&["run", "finish", &run]).ok();
    lab.run(&["run", "finish", &run, "--status", "errored"]).exits(4);
    lab.file("a.txt", "1");
    lab.run(&["--run", &run, "save", "a.txt"]).exits(4).says("finished");
    assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]));
}

#[test]
fn a_cycle_in_the_lineage_is_refused() {
    let lab = Lab::new();
    let start = |key: &str| lab.run(&["run", "start", "--transform", key]).ok().line().to_owned();
    let (outer, inner) = (start("outer"), start("inner"));
    lab.file("a.txt", "a");
    lab.file("b.txt", "b");
    lab.run(&["--run", &outer, "save", "a.txt"]).ok();
    lab.run(&["--run", &inner, "get", "a.txt", "--output", "-"]).ok();
    lab.run(&["--run", &inner, "save", "b.txt"]).ok();
    lab.run(&["--run", &outer, "get", "b.txt", "--output", "-"]).exits(4);
}
