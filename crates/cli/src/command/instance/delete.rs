//! `freehold instance delete`: the plan first, then the deed.

use std::path::{Path, PathBuf};

use clap::Args;
use freehold::ports::persistence::PersistenceError;
use freehold::{
    Category, ConnectError, Contents, DataFate, DeletionPlan, Freehold, LocationFate, PlannedLocation, Tally,
};
use freehold_domain::{Access, Slug};

use crate::confirmation;
use crate::failure::{Failure, Kind};
use crate::output::{Fields, ForgottenView, Output, PlanView, count, linker_lines, size};
use crate::session::Session;

/// Delete an instance: its claims, on request its ingested data, and last its registry
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold instance delete --dry-run
  freehold instance delete lab/primary --release
  freehold instance delete lab/primary --purge --yes
  freehold instance delete --dry-run --json > plan.json
  freehold instance delete --apply plan.json --yes

As long as a managed location holds data, either --release or --purge is needed. Linked locations are never touched.")]
pub(crate) struct Delete {
    /// The instance: its slug, its storage root, or its database URL [default: the current one]
    #[arg(value_name = "SLUG")]
    target: Option<String>,
    /// Only show what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    fate: Fate,
    /// Carry out a plan that `--dry-run --json` has printed, and whose actions may be edited: `release`, `purge`, or `hand_over` with `to`
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["release", "purge", "dry_run", "target"])]
    apply: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// What becomes of the data.
#[derive(Debug, Clone, Copy, Args)]
struct Fate {
    /// Keep all data where it is, and give up the claims
    #[arg(long, conflicts_with = "purge")]
    release: bool,
    /// Delete ingested data for good; files that were registered in place, and unknown ones, stay
    #[arg(long)]
    purge: bool,
}

impl From<Fate> for DataFate {
    fn from(fate: Fate) -> Self {
        match (fate.release, fate.purge) {
            (true, _) => Self::Release,
            (false, true) => Self::Purge,
            (false, false) => Self::Unsaid,
        }
    }
}

impl Delete {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        if let Some(file) = &self.apply {
            return self.carry_out(session, file).await;
        }
        let fate = DataFate::from(self.fate);
        let target = match &self.target {
            Some(target) => Some(target.clone()),
            None => session.target()?,
        };
        let machine = session.machine()?;
        let freehold = match machine.open(target.as_deref()).await {
            Ok(opened) => session.keep(opened),
            Err(ConnectError::Persistence(error @ PersistenceError::DatabaseMissing { .. })) => {
                return self.forget(session, target, error).await;
            }
            Err(error) => return Err(error.into()),
        };
        let plan = freehold.plan_deletion().await?;
        let is_allowed = fate != DataFate::Unsaid || !plan.has_data();
        if !session.output.is_json() {
            tell_plan(session, &plan, fate)?;
        }
        if self.dry_run {
            if session.output.is_json() {
                return session.output.document(&PlanView::new(&plan, fate));
            }
            return session.output.say("nothing was changed");
        }
        if is_allowed {
            self.ask(&mut session.output, plan.instance.slug())?;
        }
        let deleted = freehold.delete_instance(fate).await?;
        let output = &mut session.output;
        if output.is_json() {
            return output.document(&PlanView::new(&deleted.plan, fate).carried_out(deleted.purged));
        }
        if deleted.purged.artifacts > 0 {
            output.say(format_args!(
                "deleted the data of {}",
                tally(deleted.purged, "artifact", "artifacts")
            ))?;
        }
        output.say(format_args!("deleted instance {}", deleted.plan.instance.slug()))
    }

    async fn carry_out(&self, session: &mut Session, file: &Path) -> Result<(), Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
        let planned = PlanView::parse(&text)?;
        let order = planned.order()?;
        let Some(freehold) = open_planned(session, &planned).await? else {
            session.output.note(format_args!("instance {} was deleted before", planned.slug()));
            if session.output.is_json() {
                return session.output.document(&planned.carried_out(Tally::default()));
            }
            return Ok(());
        };
        let slug = freehold.instance().slug().clone();
        if !session.output.is_json() {
            let output = &mut session.output;
            output.say(format_args!("plan: delete instance {slug} ({})", order.instance))?;
            for location in &order.seen {
                let what = match (location.access, order.fates.get(&location.storage)) {
                    (Access::Linked, _) => "untouched".to_owned(),
                    (Access::Managed, None) => "undecided".to_owned(),
                    (Access::Managed, Some(LocationFate::Release)) => {
                        "released, and all data kept".to_owned()
                    }
                    (Access::Managed, Some(LocationFate::Purge)) => {
                        "ingested data deleted, and released".to_owned()
                    }
                    (Access::Managed, Some(LocationFate::HandOver { to })) => {
                        format!("handed over to {to}, and all data kept")
                    }
                };
                output.say(format_args!("  {}: {what}", location.root))?;
            }
        }
        self.ask(&mut session.output, &slug)?;
        let deleted = freehold.apply_deletion(&order).await?;
        let output = &mut session.output;
        if output.is_json() {
            return output
                .document(&PlanView::new(&deleted.plan, DataFate::Unsaid).applied(&order, deleted.purged));
        }
        output.say(format_args!("deleted instance {slug}"))
    }

    fn ask(&self, output: &mut Output, slug: &Slug) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !confirmation::somebody_is_there() {
            return Err(Failure::declined(
                "deleting an instance has to be confirmed, and nobody is there to ask; nothing was changed",
            )
            .with_hint("add --yes, after a look at --dry-run"));
        }
        let request = format!("this cannot be undone; type {slug} to delete the instance:");
        if confirmation::types(output, &request, &slug.to_string())? {
            Ok(())
        } else {
            Err(Failure::declined("that is not the instance's slug; nothing was changed"))
        }
    }

    /// Forgets an instance whose registry is gone: there is nothing else left of it that is known.
    async fn forget(
        &self,
        session: &mut Session,
        target: Option<String>,
        missing: PersistenceError,
    ) -> Result<(), Failure> {
        let machine = session.machine()?;
        let known = machine.instances().await?;
        let known = known.into_iter().find(|listed| match &target {
            Some(target) => {
                *target == listed.known.slug.to_string()
                    || *target == listed.known.uid.to_string()
                    || *target == listed.known.database.to_string()
            }
            None => listed.is_current,
        });
        let Some(known) = known.map(|listed| listed.known) else { return Err(missing.into()) };
        session.output.note(format_args!(
            "the registry of {} is gone ({missing}); only your settings still name the instance",
            known.slug
        ));
        if !self.dry_run {
            self.ask(&mut session.output, &known.slug)?;
            machine.forget(known.uid.as_str()).await?;
        }
        if session.output.is_json() {
            return session.output.document(&ForgottenView::new(&known, !self.dry_run));
        }
        if self.dry_run {
            return session.output.say("nothing was changed");
        }
        session.output.say(format_args!("forgot instance {}", known.slug))
    }
}

/// A plan that cannot be read.
fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    let message = format!("the plan {} cannot be read: {error}", file.display());
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::UseCase(Category::NotFound),
        _ => Kind::UseCase(Category::Failed),
    };
    Failure::new(kind, message).with_hint("make one: `freehold instance delete --dry-run --json > plan.json`")
}

/// Opens the instance of a plan; nothing when it is gone already, which the settings then forget, too.
async fn open_planned(session: &mut Session, planned: &PlanView) -> Result<Option<Freehold>, Failure> {
    let machine = session.machine()?;
    let uid = planned.instance();
    let known = machine.instances().await?.into_iter().find(|listed| listed.known.uid == uid);
    let target = if known.is_some() { uid.as_str() } else { planned.database() };
    match machine.open(Some(target)).await {
        Ok(opened) => Ok(Some(session.keep(opened))),
        Err(ConnectError::Persistence(PersistenceError::DatabaseMissing { .. })) => {
            if known.is_some() {
                machine.forget(uid.as_str()).await?;
            }
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn tell_plan(session: &mut Session, plan: &DeletionPlan, fate: DataFate) -> Result<(), Failure> {
    let output = &mut session.output;
    let instance = &plan.instance;
    output.say(format_args!("plan: delete instance {} ({})", instance.slug(), instance.uid()))?;
    for location in &plan.locations {
        let (storage, what) = (&location.storage, access(location));
        output.say(format_args!("\n{what}  {} ({})", storage.root(), storage.uid()))?;
        output.say(consequences(location, fate).draw().trim_end())?;
    }
    output.say(format_args!("\nregistry  {}\n  deleted", plan.database))?;
    output.say("")
}

fn access(location: &PlannedLocation) -> &'static str {
    match location.access {
        Access::Managed => "managed location",
        Access::Linked => "linked location",
    }
}

/// What happens to what lies at a location.
fn consequences(location: &PlannedLocation, fate: DataFate) -> Fields {
    let contents = match (location.access, location.contents) {
        (Access::Linked, _) => return Fields::default().with("  untouched", " "),
        (Access::Managed, contents) => contents.unwrap_or_default(),
    };
    let Contents { ingested, in_place, unknown } = contents;
    let ingested_fate = match fate {
        DataFate::Unsaid if contents.is_empty() => "nothing there",
        DataFate::Unsaid => "undecided: kept with --release, deleted with --purge",
        DataFate::Release => "kept",
        DataFate::Purge => "deleted",
    };
    let line = |tally_of: Tally, what: &str| {
        if tally_of.artifacts == 0 {
            "none".to_owned()
        } else {
            format!("{}, {what}", tally(tally_of, "file", "files"))
        }
    };
    let linkers = location.linkers.as_ref().map_or_else(|| vec!["cannot be read".to_owned()], linker_lines);
    Fields::default()
        .with("  ingested", line(ingested, ingested_fate))
        .with("  in place", line(in_place, "kept"))
        .with("  unknown to Freehold", line(unknown, "kept"))
        .with("  claim", "given up")
        .with_all("  linked by", linkers)
}

fn tally(tally: Tally, one: &str, many: &str) -> String {
    format!("{} ({})", count(tally.artifacts, one, many), size(tally.bytes))
}
