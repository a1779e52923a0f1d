//! The laws of every provider.

use watchbell_provider_alertmanager::Alertmanager;

watchbell_provider::conformance!(Alertmanager, "../../tests/fixtures/alertmanager");
