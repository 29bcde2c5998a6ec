-- Written by `cargo xtask generate`: the schema that the migrations make on SQLite.

CREATE TABLE "artifact_previous_runs" (
    "artifact_id" integer NOT NULL,
    "position" integer NOT NULL,
    "run_id" integer NOT NULL,
    PRIMARY KEY ("artifact_id", "position"),
    FOREIGN KEY ("artifact_id") REFERENCES "artifacts" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "artifacts" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "family_id" integer NOT NULL,
    "version" integer NOT NULL,
    "description" text,
    "suffix" text NOT NULL,
    "size" integer NOT NULL,
    "hash_algorithm" text NOT NULL,
    "hash" blob NOT NULL,
    "storage_id" integer NOT NULL,
    "in_place_key" text,
    "copied_from_storage_id" integer,
    "copied_from_key" text,
    "state" text NOT NULL,
    "created_at" integer NOT NULL,
    "created_by_id" integer NOT NULL,
    "run_id" integer,
    "updated_at" integer NOT NULL,
    FOREIGN KEY ("family_id") REFERENCES "families" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("copied_from_storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    CHECK ("size" >= 0)
);

CREATE TABLE "families" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "stem" text NOT NULL UNIQUE,
    "key" text NOT NULL,
    "origin" text NOT NULL,
    "own_key" text UNIQUE,
    "last_reserved" integer,
    "head" integer
);

CREATE TABLE "instance" (
    "id" integer NOT NULL PRIMARY KEY,
    "uuid" text NOT NULL,
    "owner" text NOT NULL,
    "name" text NOT NULL,
    "created_at" integer NOT NULL,
    "default_storage_id" integer,
    "is_closing" boolean NOT NULL,
    FOREIGN KEY ("default_storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    CHECK ("id" = 1)
);

CREATE TABLE "intents" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "kind" text NOT NULL,
    "session" text NOT NULL,
    "storage_id" integer NOT NULL,
    "blob_key" text NOT NULL,
    "artifact_stem" text NOT NULL,
    "artifact_version" integer NOT NULL,
    "created_at" integer NOT NULL,
    FOREIGN KEY ("storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "migrations" (
    "version" varchar NOT NULL PRIMARY KEY,
    "applied_at" integer NOT NULL
);

CREATE TABLE "run_inputs" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "run_id" integer NOT NULL,
    "artifact_id" integer NOT NULL,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("artifact_id") REFERENCES "artifacts" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "run_outputs" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "run_id" integer NOT NULL,
    "artifact_id" integer NOT NULL,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("artifact_id") REFERENCES "artifacts" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "runs" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "transform_id" integer NOT NULL,
    "status" text NOT NULL,
    "name" text,
    "params" text NOT NULL,
    "reference" text,
    "started_at" integer,
    "finished_at" integer,
    "created_by_id" integer NOT NULL,
    "initiated_by_id" integer,
    FOREIGN KEY ("transform_id") REFERENCES "transforms" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("initiated_by_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "storage_events" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "storage_id" integer NOT NULL,
    "change" text NOT NULL,
    "epoch" integer,
    "other_instance_uid" text,
    "reason" text,
    "created_at" integer NOT NULL,
    "created_by_id" integer NOT NULL,
    "run_id" integer,
    FOREIGN KEY ("storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "storage_previous_runs" (
    "storage_id" integer NOT NULL,
    "position" integer NOT NULL,
    "run_id" integer NOT NULL,
    PRIMARY KEY ("storage_id", "position"),
    FOREIGN KEY ("storage_id") REFERENCES "storages" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "storages" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "root" text NOT NULL UNIQUE,
    "description" text,
    "region" text,
    "instance_uid" text,
    "epoch" integer,
    "create_if_absent" boolean,
    "compare_and_swap" boolean,
    "list_after_write" boolean,
    "case_sensitive" boolean,
    "created_at" integer NOT NULL,
    "created_by_id" integer NOT NULL,
    "run_id" integer,
    "updated_at" integer NOT NULL,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "transforms" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "key" text NOT NULL,
    "kind" text NOT NULL,
    "description" text,
    "source_hash_algorithm" text,
    "source_hash" blob,
    "reference" text,
    "created_at" integer NOT NULL,
    "created_by_id" integer NOT NULL,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE "users" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" text NOT NULL UNIQUE,
    "handle" text NOT NULL,
    "name" text
);

CREATE INDEX "artifact_previous_runs_by_run_id" ON "artifact_previous_runs" ("run_id");

CREATE INDEX "artifacts_by_copied_from_storage_id" ON "artifacts" ("copied_from_storage_id");

CREATE INDEX "artifacts_by_created_by_id" ON "artifacts" ("created_by_id");

CREATE INDEX "artifacts_by_family_id_version" ON "artifacts" ("family_id", "version");

CREATE INDEX "artifacts_by_hash_state_id" ON "artifacts" ("hash", "state", "id");

CREATE INDEX "artifacts_by_run_id" ON "artifacts" ("run_id");

CREATE INDEX "artifacts_by_storage_id_id" ON "artifacts" ("storage_id", "id");

CREATE INDEX "artifacts_by_storage_id_in_place_key" ON "artifacts" ("storage_id", "in_place_key");

CREATE UNIQUE INDEX "families_by_key_stem" ON "families" ("key", "stem");

CREATE INDEX "intents_by_artifact_stem" ON "intents" ("artifact_stem");

CREATE INDEX "intents_by_session_uid" ON "intents" ("session", "uid");

CREATE INDEX "intents_by_storage_id" ON "intents" ("storage_id");

CREATE INDEX "run_inputs_by_artifact_id_id" ON "run_inputs" ("artifact_id", "id");

CREATE UNIQUE INDEX "run_inputs_by_run_id_artifact_id" ON "run_inputs" ("run_id", "artifact_id");

CREATE INDEX "run_inputs_by_run_id_id" ON "run_inputs" ("run_id", "id");

CREATE INDEX "run_outputs_by_artifact_id_id" ON "run_outputs" ("artifact_id", "id");

CREATE UNIQUE INDEX "run_outputs_by_run_id_artifact_id" ON "run_outputs" ("run_id", "artifact_id");

CREATE INDEX "run_outputs_by_run_id_id" ON "run_outputs" ("run_id", "id");

CREATE INDEX "runs_by_created_by_id" ON "runs" ("created_by_id");

CREATE INDEX "runs_by_initiated_by_id" ON "runs" ("initiated_by_id");

CREATE INDEX "runs_by_status_id" ON "runs" ("status", "id");

CREATE INDEX "runs_by_transform_id_id" ON "runs" ("transform_id", "id");

CREATE INDEX "runs_by_transform_id_status_id" ON "runs" ("transform_id", "status", "id");

CREATE INDEX "storage_events_by_created_by_id" ON "storage_events" ("created_by_id");

CREATE INDEX "storage_events_by_run_id" ON "storage_events" ("run_id");

CREATE INDEX "storage_events_by_storage_id_id" ON "storage_events" ("storage_id", "id");

CREATE INDEX "storage_previous_runs_by_run_id" ON "storage_previous_runs" ("run_id");

CREATE INDEX "storages_by_created_by_id" ON "storages" ("created_by_id");

CREATE INDEX "storages_by_run_id" ON "storages" ("run_id");

CREATE INDEX "transforms_by_created_by_id" ON "transforms" ("created_by_id");

CREATE INDEX "transforms_by_key_id" ON "transforms" ("key", "id");
