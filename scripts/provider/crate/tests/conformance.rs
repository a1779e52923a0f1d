//! The laws of every provider.

use watchbell_provider_newsender::NewSender;

watchbell_provider::conformance!(NewSender, "../../tests/fixtures/newsender");
