//! The laws of every provider.

use watchbell_provider_sentry::Sentry;

watchbell_provider::conformance!(Sentry, "../../tests/fixtures/sentry");
