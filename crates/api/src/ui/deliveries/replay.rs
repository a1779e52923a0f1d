//! Running a delivery again: first what would come of it, then doing it.

use actix_web::http::StatusCode;
use watchbell_ingest::{Explanation, Rehearsed, Would};
use watchbell_model::{AlertResult, Reason};
use watchbell_web::page::{Rehearsal, ResultRow};
use watchbell_web::{Notice, text};

use super::detail::{id, results, shown, steps};
use crate::rest::replay::{rehearsed, run_one};
use crate::ui::Shown;
use crate::ui::incidents::detail::outcome;
use crate::ui::notice::RAN;
use crate::ui::visit::Visit;

pub(in crate::ui) async fn rehearse(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let id = id(&visit)?;
    // 404 before anything else.
    visit.call.store(move |store| store.delivery_get(id).map(drop)).await?;
    let told = rehearsed(&visit.call, vec![id]).await?;
    let told = told.first().map(told_of);
    shown(&visit, StatusCode::OK, None, told).await
}

fn told_of(rehearsed: &Rehearsed) -> Rehearsal {
    let now = rehearsed.now.as_ref();
    let decided = now.and_then(|now| now.decided.as_ref());
    Rehearsal {
        why_not: match rehearsed.would {
            Would::NotRun(why) => Some(why.to_string()),
            _ => None,
        },
        now: now
            .and_then(Explanation::answer)
            .map(|(_, ended, reason)| (outcome(ended), reason.as_str())),
        results: decided.map(|decided| would(&decided.results)).unwrap_or_default(),
        steps: now.map(|now| steps(&now.trace)).unwrap_or_default(),
    }
}

/// What would become of each alert. An incident that is not opened has no number yet, for whichever alert.
fn would(decided: &[AlertResult]) -> Vec<ResultRow> {
    let opens = |result: &&AlertResult| result.reason == Reason::Created;
    let new: Vec<_> = decided.iter().filter(opens).filter_map(|one| one.incident).collect();
    let mut rows = results(decided);
    for (row, result) in rows.iter_mut().zip(decided) {
        if result.incident.is_some_and(|number| new.contains(&number)) {
            row.incident = None;
        }
        if opens(&result) {
            row.advice = text::WOULD_OPEN;
        }
    }
    rows
}

pub(in crate::ui) async fn run(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let id = id(&visit)?;
    let ran = run_one(&visit.call, id).await?;
    match ran.result {
        Ok(answer) => Ok(visit.on_to(&format!("/deliveries/{}", answer.delivery), Some(RAN))),
        Err(why) => {
            let notice = Notice::Refused(vec![why.to_string()]);
            shown(&visit, StatusCode::CONFLICT, Some(notice), None).await
        }
    }
}
