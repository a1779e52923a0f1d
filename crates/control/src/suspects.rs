//! Which deploys an incident may have come from: worked out by a job, kept, and shown.

mod jobs;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use watchbell_model::{
    Deploy, Incident, IncidentNumber, Metadata, ServiceId, TimelineEntry, TimelineKind, Timestamp,
};
use watchbell_store::{DeployFilter, IncidentFilter, Page, StoreError, SuspectsRecord};
use watchbell_suspects::{Evidence, Suspect, rank};

use crate::{Control, ControlError};

pub(crate) use jobs::job_since;
pub use jobs::{SUSPECTS_SINCE, SuspectsOfIncident, SuspectsSince};

/// How long before an incident its suspects were deployed at most.
pub(crate) const WINDOW: TimeDelta = TimeDelta::minutes(60);
/// The most deploys that are looked at for one incident, the latest of them.
const MOST_DEPLOYS: i64 = 200;
/// The most suspects that are kept.
const MOST_SUSPECTS: usize = 20;
/// The most incidents that are looked at again because of one deploy.
const MOST_INCIDENTS: i64 = 100;

/// The suspects of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectsShown {
    /// When the incident began: what ages are counted from.
    pub onset: Timestamp,
    /// When they were worked out.
    pub computed_at: Timestamp,
    /// What was known of the incident.
    pub evidence: Evidence,
    /// How many deploys were looked at.
    pub considered: usize,
    /// They, the most suspected first.
    pub suspects: Vec<SuspectShown>,
}

/// A suspect with what people want to know of the deploy, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectShown {
    /// The deploy's id.
    pub deploy: String,
    /// When it was done, in microseconds since 1970.
    pub deployed_at: i64,
    /// The commit that runs since.
    pub commit_sha: String,
    /// What its author wrote about it.
    pub commit_message: Option<String>,
    /// The branch that it is on.
    pub branch: Option<String>,
    /// Who deployed.
    pub deployed_by: Option<String>,
    /// Where to.
    pub environment: Option<String>,
    /// The version or tag.
    pub version: Option<String>,
    /// The pipeline's own page about it.
    pub url: Option<String>,
    /// How long before the incident it was.
    pub age_s: u64,
    /// What its age alone says: high, medium or lower.
    pub by_age: String,
    /// What everything together says.
    pub band: String,
    /// The sum of the parts.
    pub score: i32,
    /// What speaks for it and against it.
    pub parts: Vec<PartShown>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartShown {
    /// What it is about.
    pub signal: String,
    /// What it counts for, or against.
    pub points: i32,
    /// Why, for people.
    pub text: String,
}

/// What is kept, as JSON.
#[derive(Serialize, Deserialize)]
struct Document {
    environment: Option<String>,
    release: Option<String>,
    files: Vec<String>,
    commits: Vec<String>,
    considered: usize,
    suspects: Vec<SuspectShown>,
}

impl Control {
    /// Works the suspects of an incident out and keeps them. `evidence` is what is known of it beside
    /// its moment; without it counts what its source has said, or what was known the last time. The
    /// environment and the release that its own deliveries name always count.
    ///
    /// # Errors
    /// [`ControlError::Store`], with `NotFound` if the incident is not there.
    pub fn suspects_work_out(
        &self,
        number: IncidentNumber,
        evidence: Option<Evidence>,
    ) -> Result<SuspectsShown, ControlError> {
        let (incident, timeline) = self.store.incident_get(number)?;
        if evidence.is_some() {
            let shown = self.suspects_now(&incident, &timeline, evidence)?;
            self.store.suspects_set(&kept(&incident, &shown)?)?;
            return Ok(shown);
        }
        // Whoever learns more writes that down before it works them out. So what was learned meanwhile
        // is seen here, after the writing, and is not lost.
        let mut evidence = self.enrichment_evidence(&incident)?;
        loop {
            let shown = self.suspects_now(&incident, &timeline, evidence.clone())?;
            self.store.suspects_set(&kept(&incident, &shown)?)?;
            let now = self.enrichment_evidence(&incident)?;
            if now == evidence {
                return Ok(shown);
            }
            evidence = now;
        }
    }

    fn suspects_now(
        &self,
        incident: &Incident,
        timeline: &[TimelineEntry],
        evidence: Option<Evidence>,
    ) -> Result<SuspectsShown, ControlError> {
        let evidence = match evidence {
            Some(evidence) => evidence,
            None => match self.store.suspects_get(incident.id)? {
                Some(record) => shown(&record)?.evidence,
                None => Evidence::default(),
            },
        };
        let evidence = with_metadata(evidence, &incident.metadata);
        let onset = onset(incident, timeline);
        let filter = DeployFilter {
            service: Some(incident.service),
            after: Some(onset - WINDOW),
            before: Some(onset),
            ..DeployFilter::default()
        };
        let deploys = self.store.deploy_list(&filter, Page::after(MOST_DEPLOYS, None))?.items;
        let ranked = rank(onset, &evidence, &deploys);
        let suspects = ranked.iter().take(MOST_SUSPECTS).filter_map(|one| of(one, &deploys));
        Ok(SuspectsShown {
            onset,
            computed_at: self.clock.now(),
            evidence,
            considered: deploys.len(),
            suspects: suspects.collect(),
        })
    }

    /// The suspects of an incident, as they were last worked out; if they never were, as they are now.
    ///
    /// # Errors
    /// [`ControlError::Store`], with `NotFound` if the incident is not there.
    pub fn suspects_show(&self, number: IncidentNumber) -> Result<SuspectsShown, ControlError> {
        let (incident, timeline) = self.store.incident_get(number)?;
        match self.store.suspects_get(incident.id)? {
            Some(record) => Ok(shown(&record)?),
            None => self.suspects_now(&incident, &timeline, None),
        }
    }

    /// The incidents of a service that were opened then or later: what a deploy of then concerns.
    pub(crate) fn incidents_since(
        &self,
        service: ServiceId,
        since: Timestamp,
    ) -> Result<Vec<IncidentNumber>, ControlError> {
        let filter = IncidentFilter {
            services: Some(vec![service]),
            opened_after: Some(since),
            ..IncidentFilter::default()
        };
        let listed = self.store.incident_list(&filter, Page::after(MOST_INCIDENTS, None))?;
        Ok(listed.items.iter().map(|incident| incident.number).collect())
    }
}

/// When an incident began: by the source's clock, but not after we heard of it; and when it was opened
/// again, then.
fn onset(incident: &Incident, timeline: &[TimelineEntry]) -> Timestamp {
    let begun = incident.detected_at.map_or(incident.opened_at, |at| at.min(incident.opened_at));
    let again = timeline.iter().filter(|line| line.kind == TimelineKind::Reopened);
    again.map(|line| line.at).max().map_or(begun, |again| again.max(begun))
}

/// `evidence`, with the environment and the release of an incident's metadata where it has none.
fn with_metadata(evidence: Evidence, metadata: &Metadata) -> Evidence {
    let named = |name: &str| metadata.get(name).map(str::to_owned);
    Evidence {
        environment: evidence.environment.or_else(|| named("environment")),
        release: evidence.release.or_else(|| named("release")),
        ..evidence
    }
}

fn of(suspect: &Suspect, deploys: &[Deploy]) -> Option<SuspectShown> {
    let deploy = deploys.iter().find(|deploy| deploy.id == suspect.deploy)?;
    let told = &deploy.told;
    let Suspect { age, by_age, band, score, parts, .. } = suspect;
    let parts = parts.iter().map(|part| PartShown {
        signal: part.signal.to_string(),
        points: part.points,
        text: part.text.clone(),
    });
    Some(SuspectShown {
        deploy: deploy.id.to_string(),
        deployed_at: deploy.at.timestamp_micros(),
        commit_sha: told.commit_sha.clone(),
        commit_message: told.commit_message.clone(),
        branch: told.branch.clone(),
        deployed_by: told.deployed_by.clone(),
        environment: told.environment.clone(),
        version: told.version.clone(),
        url: told.url.clone(),
        age_s: age.as_secs(),
        by_age: by_age.to_string(),
        band: band.to_string(),
        score: *score,
        parts: parts.collect(),
    })
}

fn kept(incident: &Incident, shown: &SuspectsShown) -> Result<SuspectsRecord, StoreError> {
    let SuspectsShown { onset, computed_at, evidence, considered, suspects } = shown.clone();
    let Evidence { environment, release, files, commits } = evidence;
    let document = Document { environment, release, files, commits, considered, suspects };
    let suspects = watchbell_store::stored::to_json(&document)?;
    Ok(SuspectsRecord { incident: incident.id, onset, computed_at, suspects })
}

fn shown(record: &SuspectsRecord) -> Result<SuspectsShown, StoreError> {
    let Document { environment, release, files, commits, considered, suspects } =
        serde_json::from_str(&record.suspects)
            .map_err(|_| watchbell_store::stored::corrupt("suspects.ranked"))?;
    Ok(SuspectsShown {
        onset: record.onset,
        computed_at: record.computed_at,
        evidence: Evidence { environment, release, files, commits },
        considered,
        suspects,
    })
}
