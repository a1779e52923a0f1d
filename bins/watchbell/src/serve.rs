//! `watchbell serve`: wires everything, runs until a signal, and finishes what it accepted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::{App, HttpServer, web};
use chrono::TimeDelta;
use watchbell_api::{ApiSettings, DeployLimits, KeyUses, Metrics, State, TrustedProxies, Updates};
use watchbell_control::Demo;
use watchbell_dedup::Policy;
use watchbell_ingest::{
    Committer, CommitterSettings, HeartbeatWatch, Intake, IntakeSettings, Live, RateLimits,
    RequestLimits,
};
use watchbell_model::{ServerId, error_chain};
use watchbell_providers::PROVIDERS;
use watchbell_store::Store;

use crate::checker::Checker;
use crate::cli::{self, Failure, Session};
use crate::config::{Config, ConfigError};
use crate::first_run::{self, Told};
use crate::keeper::{Keeper, Keeping};
use crate::out;
use crate::outside;
use crate::settings::Problem;
use crate::telemetry;
use crate::work;

/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept: longer than the usual 60 s of load balancers.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Serves until SIGINT or SIGTERM.
pub(crate) fn run(config: &Config) -> Result<(), Failure> {
    telemetry::start(&config.log).map_err(Failure::Failed)?;
    let session = cli::open_and_tell(config, |text| tracing::info!("{text}"))?;
    refuse_unfit(config, &session)?;
    let store = session.opened.store();
    let live = Live::start(
        &*store,
        PROVIDERS,
        Arc::clone(&session.vault),
        config.incidents.default_severity,
    );
    let live = Arc::new(live.map_err(|error| Failure::Failed(error_chain(&error)))?);
    let metrics = Arc::new(Metrics::new());
    let intake = Arc::new(Intake::new(intake_settings(config)));
    let me = ServerId::from_uuid(session.ids.next());
    let rates = rates(&*store, &session)?;
    let settings = committer_settings(config, &session, me, &rates, &metrics);
    check(config, &session, me, &store, &metrics)?;
    let notifications = Arc::new(outside::notifications(config)?);
    let open_id = outside::open_id(config, &session.vault)?.map(Arc::new);
    outside::warn(config);
    let committer =
        Committer::start(&intake, &store, settings).map_err(|error| no_thread(&error))?;
    let heartbeats = HeartbeatWatch::new(
        Arc::clone(&live),
        Arc::clone(&store),
        session.clock.clone(),
        session.ids.clone(),
        me,
    );
    let heartbeats = Arc::new(heartbeats);
    let sentry = outside::sentry(config);
    let handlers = work::handlers(&session.control, &heartbeats, &sentry, config);
    let worker = work::start(&store, me, &metrics, handlers).map_err(|error| no_thread(&error))?;
    let updates = Arc::new(Updates::new());
    let keeping = Keeping {
        heartbeats,
        updates: Arc::clone(&updates),
        live: Arc::clone(&live),
        store: Arc::clone(&store),
        opened: session.opened.clone(),
        clock: session.clock.clone(),
        metrics: Arc::clone(&metrics),
        retention: config.retention.clone(),
        policy: policy(config),
        server: me,
    };
    let state = web::Data::new(State {
        live: Arc::clone(&live),
        intake: Arc::clone(&intake),
        committing: committer.health(),
        control: session.control.clone(),
        notifications,
        sentry,
        server: me,
        open_id,
        rates,
        store,
        deploys: DeployLimits::default(),
        strangers: RequestLimits::new(config.intake.unproven_per_minute),
        keys: config.server.key_requests_per_minute.map(RequestLimits::new),
        clock: session.clock.clone(),
        ids: session.ids.clone(),
        key_uses: KeyUses::default(),
        updates,
        metrics,
        settings: api_settings(config),
    });
    let keeper = Keeper::start(keeping).map_err(|error| no_thread(&error))?;
    let served = actix_web::rt::System::new().block_on(http(config, &session, state));
    // Every connection has had its answer, or its time was over. What was accepted is committed
    // before the process ends.
    intake.close();
    committer.join();
    worker.stop(work::PATIENCE);
    keeper.stop();
    tracing::info!("stopped");
    served
}

/// What the configuration file says of reopening.
fn policy(config: &Config) -> Policy {
    Policy { reopen_within: span(config.incidents.reopen) }
}

/// Refuses a database that cannot keep several servers apart, and warns of one that is not durable.
fn refuse_unfit(config: &Config, session: &Session) -> Result<(), Failure> {
    let lacks = session.opened.lacks()?;
    if !lacks.is_empty() {
        return Err(Failure::Config(ConfigError(vec![Problem {
            setting: "database.url".to_owned(),
            expected: "a database that keeps what several servers rely on (docs/operations.md)"
                .to_owned(),
            got: format!("{}, which lacks {}", config.database.url, lacks.join(", ")),
            source: None,
        }])));
    }
    for trouble in session.opened.trouble()? {
        tracing::error!("{trouble}");
    }
    Ok(())
}

pub(crate) fn intake_settings(config: &Config) -> IntakeSettings {
    IntakeSettings {
        entries: config.intake.queue_entries,
        bytes: config.intake.max_in_flight_bytes,
        largest: config.intake.max_body_bytes,
        wait: config.intake.queue_wait,
        answer_within: config.intake.answer_timeout,
    }
}

fn api_settings(config: &Config) -> ApiSettings {
    ApiSettings {
        max_body_bytes: config.intake.max_body_bytes,
        body_timeout: config.server.body_timeout,
        trusted_proxies: TrustedProxies::new(config.server.trusted_proxies.clone()),
        public_url: config.server.public_url(),
        organization: config.organization.name.clone(),
        policy: policy(config),
        remember_for: span(config.retention.remembered),
    }
}

fn committer_settings(
    config: &Config,
    session: &Session,
    server: ServerId,
    rates: &RateLimits,
    metrics: &Arc<Metrics>,
) -> CommitterSettings {
    let metrics = Arc::clone(metrics);
    CommitterSettings {
        deliveries: config.intake.batch_deliveries,
        policy: policy(config),
        remember_for: span(config.retention.remembered),
        server,
        rates: rates.clone(),
        clock: session.clock.clone(),
        ids: session.ids.clone(),
        on_batch: Box::new(move |report| metrics.batch(&report)),
    }
}

fn no_thread(error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot start a thread: {error}"))
}

/// Has the database checked, now and then.
fn check(
    config: &Config,
    session: &Session,
    me: ServerId,
    store: &Arc<dyn Store>,
    metrics: &Arc<Metrics>,
) -> Result<(), Failure> {
    let Some(every) = config.maintenance.check_every else {
        return Ok(());
    };
    let checker = Checker {
        store: Arc::downgrade(store),
        metrics: Arc::clone(metrics),
        clock: session.clock.clone(),
        server: me,
        every,
    };
    checker.start().map_err(|error| no_thread(&error))
}

/// A setting's time span, which is never negative: the configuration has checked that.
pub(crate) fn span(setting: TimeDelta) -> Duration {
    setting.to_std().unwrap_or_default()
}

/// The rate limits as they stand: others serve this database, or served it a moment ago.
fn rates(store: &dyn Store, session: &Session) -> Result<RateLimits, Failure> {
    let since = RateLimits::matters_since(session.clock.now());
    Ok(RateLimits::seeded(&store.accepted_since(since)?))
}

async fn http(config: &Config, session: &Session, state: web::Data<State>) -> Result<(), Failure> {
    let data = state.clone();
    let app = move || App::new().app_data(data.clone()).configure(watchbell_api::routes);
    let listen = config.server.listen;
    let refused = |error| Failure::Unavailable(format!("cannot listen on {listen}: {error}"));
    let server = HttpServer::new(app)
        .workers(config.server.workers)
        .disable_signals()
        .shutdown_timeout(config.server.shutdown.as_secs())
        .client_request_timeout(HEADER_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .bind(listen)
        .map_err(refused)?;
    let bound = server.addrs().first().copied().unwrap_or(listen);
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    let [Ok(interrupt), Ok(terminate)] = signals else {
        return Err(Failure::Failed("cannot listen for signals".to_owned()));
    };
    // Only now: a start that fails must not use up the first run, whose keys are shown once.
    let demo = if config.first_run.demo { session.control.demo_setup()? } else { None };
    state.live.refresh(&*state.store).map_err(|error| Failure::Failed(error_chain(&error)))?;
    let server = server.run();
    let updates = Arc::clone(&state.updates);
    stop_on_signal(server.handle(), updates, interrupt, terminate);
    announce(config, session, bound, demo)?;
    server.await.map_err(|error| Failure::Failed(format!("the server broke off: {error}")))
}

/// Both signals stop the same way: actix's own SIGINT drops what waits for its commit.
fn stop_on_signal(
    handle: actix_web::dev::ServerHandle,
    updates: Arc<Updates>,
    mut interrupt: Signal,
    mut terminate: Signal,
) {
    actix_web::rt::spawn(async move {
        let (first, second) = (Box::pin(interrupt.recv()), Box::pin(terminate.recv()));
        drop(futures_util::future::select(first, second).await);
        tracing::info!("stopping: what was accepted is finished first");
        // Open pages are answers that would not end by themselves.
        updates.close();
        handle.stop(true).await;
    });
}

/// Says where it listens, and on the very first start everything that a person needs.
fn announce(
    config: &Config,
    session: &Session,
    bound: SocketAddr,
    demo: Option<Demo>,
) -> Result<(), Failure> {
    let public_url = config.server.public_url_at(bound);
    if let Some(demo) = demo {
        let file = &config.first_run.file;
        let owner = session.control.owner_link()?;
        let told = first_run::tell(&demo, &owner, &public_url, file, session.clock.now());
        match told.map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))? {
            Told::Terminal => {}
            Told::File(file) => {
                let file = file.display().to_string();
                tracing::info!(file, "the keys of the first run are in this file");
                out::line(&format!("First run: addresses, keys and a working curl are in {file}"));
            }
        }
    }
    out::line(&format!("Watchbell listens on http://{bound}  (stop with Ctrl-C)"));
    tracing::info!(address = %bound, public_url, "listening");
    Ok(())
}
