//! The bound of the whole: what is worth least goes first.

use crate::stack::chosen;
use crate::{Event, LeftOut, MAX_BYTES};

/// One step towards a smaller event.
type Step = fn(&mut Event);

/// From the least loss to the greatest. The last one leaves less than [`MAX_BYTES`], whatever the
/// texts are: a character is at most four bytes of JSON, since none is escaped as a number.
const STEPS: [Step; 8] = [
    |event| crumb_data(event),
    |event| source(event, 10),
    |event| frames(event, 25),
    |event| crumbs(event, 20),
    |event| source(event, 1),
    |event| frames(event, 8),
    |event| {
        crumbs(event, 5);
        tags(event, 25);
    },
    |event| {
        crumbs(event, 0);
        frames(event, 0);
        tags(event, 10);
        if event.exceptions.len() > 2 {
            event.exceptions.truncate(2);
            event.leave_out(LeftOut::Exceptions);
        }
    },
];

/// The same event in at most [`MAX_BYTES`] of JSON.
pub(crate) fn bounded(mut event: Event) -> Event {
    for step in STEPS {
        if fits(&event) {
            break;
        }
        step(&mut event);
    }
    event
}

fn fits(event: &Event) -> bool {
    serde_json::to_vec(event).is_ok_and(|json| json.len() <= MAX_BYTES)
}

fn crumb_data(event: &mut Event) {
    for crumb in &mut event.breadcrumbs {
        crumb.data.clear();
    }
    event.leave_out(LeftOut::BreadcrumbData);
}

/// Sources stay with the first so many own frames of each stack.
fn source(event: &mut Event, most: usize) {
    for exception in &mut event.exceptions {
        let own = exception.frames.iter_mut().filter(|frame| frame.in_app);
        for frame in own.skip(most) {
            frame.source.clear();
        }
        for frame in exception.frames.iter_mut().filter(|frame| !frame.in_app) {
            frame.source.clear();
        }
    }
    event.leave_out(LeftOut::Source);
}

fn frames(event: &mut Event, most: usize) {
    let mut fewer = false;
    for exception in &mut event.exceptions {
        fewer |= exception.frames.len() > most;
        exception.frames = chosen(&exception.frames, most, |frame| frame.in_app);
    }
    if fewer {
        event.leave_out(LeftOut::Frames);
    }
}

fn crumbs(event: &mut Event, most: usize) {
    let old = event.breadcrumbs.len().saturating_sub(most);
    if old > 0 {
        event.breadcrumbs.drain(..old);
        event.leave_out(LeftOut::Breadcrumbs);
    }
}

fn tags(event: &mut Event, most: usize) {
    if event.tags.len() > most {
        event.tags.truncate(most);
        event.leave_out(LeftOut::Tags);
    }
}
