# One line each. `just` is a convenience: CI and the README use ./scripts/test.

set positional-arguments

# Show the verbs.
list:
    @{{ just_executable() }} --list --unsorted

# Install what the checks need.
setup:
    ./scripts/test setup

# Format the sources.
fmt:
    cargo fmt --all

# Format check, clippy with warnings as errors, and the dependency rules.
lint:
    ./scripts/test fmt && ./scripts/test clippy && ./scripts/test deny

# Build the documentation, with warnings as errors.
doc:
    ./scripts/test doc

# Run the tests; arguments go to nextest.
test *args:
    ./scripts/test test "$@"

# Kill and restart server and databases many more times than the tests do.
crash *args:
    ./scripts/test crash "$@"

# Fuzz each parser, and what is signed, for so many seconds; further arguments choose targets.
fuzz seconds="60" *targets:
    ./scripts/test fuzz "$@"

# Run the tests, then read and accept changed snapshots.
snap *args:
    cargo insta test --review --workspace --test-runner nextest "$@"

# Make the crate of a new provider; docs/adding-a-provider.md tells how it goes on.
provider-new slug:
    scripts/provider-new "$1"

# Run the server with a SQLite file in ./data.
run *args:
    cargo run --release -- "$@"

# Measure speed and memory; tests/load/bench says how to choose a part.
bench:
    tests/load/bench

# Measure every list of the REST API and every page on a database of a million incidents and five million deliveries.
bench-lists:
    tests/load/lists

# Measure what a Sentry that hangs costs its own webhooks.
bench-hang:
    tests/load/hang

# Measure the parsers and proofs, each beside serde_json reading the same body.
bench-parsers *args:
    cargo bench --locked -p watchbell-providers --bench parsers -- "$@"

# Drive every operation of the REST API against its description.
contract *ARGS:
    ./scripts/test contract {{ ARGS }}

# Everything that CI runs.
ci:
    ./scripts/test
