//! The laws of every provider.

use watchbell_provider_datadog::Datadog;

watchbell_provider::conformance!(Datadog, "../../tests/fixtures/datadog");
