//! The laws of every provider.

use watchbell_provider_custom::Custom;

watchbell_provider::conformance!(Custom, "../../tests/fixtures/custom");
