//! A registry is recognised by what its schema holds; everything else is refused and left as it is.

use freehold_ports::persistence::{AccessMode, Databases, Entity, PersistenceError};

use crate::arrange::{Place, add_user, databases, has_user, instance};

#[tokio::test]
async fn a_schema_of_another_program_is_refused_and_left_as_it_is() {
    for content in [
        "CREATE TABLE freehold.migrations (version text); INSERT INTO freehold.migrations VALUES ('0001_initial')",
        "CREATE TABLE freehold.migrations (version text)",
        "CREATE TABLE freehold.migrations (id integer)",
        "CREATE TABLE freehold.users (name text)",
        "CREATE VIEW freehold.migrations AS SELECT 'm0001_registry' AS version",
        "CREATE FUNCTION freehold.one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE freehold.colour AS ENUM ('red')",
    ] {
        let place = Place::new();
        place.run(&format!("CREATE SCHEMA freehold; {content}"));
        let before = place.objects();
        for refused in [
            place.open(AccessMode::Read).await.map(drop),
            place.open(AccessMode::Write).await.map(drop),
            databases().create(&place.url).await.map(drop),
            databases().destroy(&place.url).await.map(drop),
        ] {
            assert!(matches!(refused, Err(PersistenceError::NotARegistry { .. })), "{content} {refused:?}");
        }
        assert_eq!(place.objects(), before);
    }
}

#[tokio::test]
async fn tables_of_the_same_names_elsewhere_are_neither_used_nor_touched() {
    let mut place = Place::new();
    let role = place.database.role(None).unwrap();
    place.run(&format!(
        "CREATE TABLE users (name text); CREATE TABLE migrations (version text);
         CREATE SCHEMA {role} AUTHORIZATION {role}; CREATE TABLE {role}.users (name text);
         CREATE SCHEMA freehold AUTHORIZATION {role};
         ALTER ROLE {role} SET search_path = public"
    ));
    let url = format!("{}?options=-csearch_path%3Dpublic", place.url_of(&role).reveal()).parse().unwrap();
    let registry = databases().create(&url).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    assert!(has_user(registry.as_ref(), 5).await);
    registry.close().await.unwrap();
    assert_eq!(place.value("SELECT count(*) FROM freehold.users"), "1");
    for table in ["public.users", "public.migrations", &format!("{role}.users")] {
        assert_eq!(place.value(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
}

#[tokio::test]
async fn a_registry_of_a_newer_program_is_refused_and_left_as_it_is() {
    let place = Place::with_registry().await;
    place.run("INSERT INTO freehold.migrations VALUES ('m0099_from_the_future', 1)");
    let before = place.objects();
    for refused in [
        place.open(AccessMode::Read).await.map(drop),
        place.open(AccessMode::Write).await.map(drop),
        databases().create(&place.url).await.map(drop),
        databases().destroy(&place.url).await.map(drop),
    ] {
        match refused {
            Err(PersistenceError::SchemaTooNew { found, .. }) => assert_eq!(found, "m0099_from_the_future"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(place.objects(), before);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_missing_and_is_not_made() {
    let place = Place::new();
    let url = format!("{}_absent", place.url.reveal()).parse().unwrap();
    for mode in [AccessMode::Read, AccessMode::Write] {
        let opened = databases().open(&url, mode).await;
        assert!(matches!(opened, Err(PersistenceError::DatabaseMissing { .. })), "{opened:?}");
    }
    let created = databases().create(&url).await.unwrap_err();
    assert!(matches!(created, PersistenceError::NotWritable { .. }), "{created:?}");
    assert!(created.to_string().contains("createdb"), "{created}");
}

#[tokio::test]
async fn a_database_takes_one_instance_also_behind_the_registrys_back() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    let another = freehold_domain::Instance::new(
        uuid::Uuid::from_u128(8),
        "ada/others".parse().unwrap(),
        instance().created_at(),
    );
    let second = unit.instance().insert(&another).await;
    assert!(
        matches!(second, Err(PersistenceError::AlreadyExists { entity: Entity::Instance, .. })),
        "{second:?}"
    );
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
    for number in [1, 2] {
        let row = format!("INSERT INTO freehold.instance VALUES ({number}, 'x', 'ada', 'others', 0, NULL)");
        assert!(place.database.run(&row).is_err(), "{number}");
    }
    assert_eq!(place.value("SELECT count(*) FROM freehold.instance"), "1");
}

#[tokio::test]
async fn texts_that_are_looked_up_are_compared_byte_by_byte() {
    let place = Place::with_registry().await;
    let indexed = "SELECT format('%s.%s', relname, attname) FROM pg_index
         JOIN pg_class ON pg_class.oid = indrelid
         JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
         JOIN pg_collation ON pg_collation.oid = attcollation
         WHERE relnamespace = 'freehold'::regnamespace AND collname <> 'C' AND relname <> 'migrations'
             AND (relname, attname) NOT IN (('artifacts', 'state'), ('runs', 'status'))";
    assert_eq!(place.run(indexed), []);
}
