//! The laws of every provider.

use watchbell_provider_grafana::Grafana;

watchbell_provider::conformance!(Grafana, "../../tests/fixtures/grafana");
