//! Every service, by id and by every name that it answers to.

use std::collections::HashMap;

use watchbell_model::{Service, ServiceId, fold_service_reference};

/// Every service, by id and by every name that it answers to: canonical key, legacy key and slug,
/// all compared without case.
#[derive(Debug, Clone, Default)]
pub struct Services {
    by_id: HashMap<ServiceId, Service>,
    by_name: HashMap<String, ServiceId>,
}

impl Services {
    /// An index of `services`.
    pub fn new(services: Vec<Service>) -> Self {
        let mut by_name = HashMap::with_capacity(services.len().saturating_mul(3));
        for service in &services {
            let slug = service.slug.as_ref().map(|slug| slug.as_str().to_owned());
            let names = [Some(service.key.to_string()), Some(service.legacy_key.to_string()), slug];
            for name in names.into_iter().flatten() {
                by_name.insert(name.to_ascii_lowercase(), service.id);
            }
        }
        let by_id = services.into_iter().map(|service| (service.id, service)).collect();
        Self { by_id, by_name }
    }

    /// The service with this id.
    pub fn get(&self, id: ServiceId) -> Option<&Service> {
        self.by_id.get(&id)
    }

    /// The service that answers to `reference`.
    pub fn find(&self, reference: &str) -> Option<&Service> {
        self.by_name.get(&fold_service_reference(reference)?).and_then(|id| self.by_id.get(id))
    }

    /// Every service, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Service> {
        self.by_id.values()
    }
}
