//! The further services that suffer from an incident, in one text.

use watchbell_model::{Incident, ServiceId};

use super::{corrupt, refused};
use crate::StoreError;

/// Services, as they are kept: ids with commas between them, or nothing.
///
/// # Errors
/// [`StoreError::Refused`]: more than an incident may have.
pub fn services_to(services: &[ServiceId]) -> Result<Option<String>, StoreError> {
    if services.is_empty() {
        return Ok(None);
    }
    if services.len() > Incident::ALSO_AFFECTED {
        return Err(refused("more services are affected than an incident may have"));
    }
    let ids: Vec<_> = services.iter().map(ToString::to_string).collect();
    Ok(Some(ids.join(",")))
}

/// Kept services.
pub fn services_from(text: Option<&str>) -> Result<Vec<ServiceId>, StoreError> {
    let wrong = || corrupt("incidents.also_affected");
    let ids = text.into_iter().flat_map(|text| text.split(','));
    let services: Vec<_> = ids.map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
    if services.len() > Incident::ALSO_AFFECTED { Err(wrong()) } else { Ok(services) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn services(number: usize) -> Vec<ServiceId> {
        (1..=number).map(|n| ServiceId::from_uuid(Uuid::from_u128(n.try_into().unwrap()))).collect()
    }

    #[test]
    fn as_many_as_an_incident_may_have_come_back_in_their_order() {
        for number in [0, 1, 49] {
            let kept = services_to(&services(number)).unwrap();
            assert_eq!(services_from(kept.as_deref()).unwrap(), services(number));
        }
        assert!(services_to(&services(50)).is_err());
        let too_many: Vec<_> = services(50).iter().map(ToString::to_string).collect();
        for wrong in ["", ",", "sid_1", &too_many.join(",")] {
            assert!(services_from(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
