//! The laws of every provider.

use watchbell_provider_cloudwatch::CloudWatch;

watchbell_provider::conformance!(CloudWatch, "../../tests/fixtures/cloudwatch");
