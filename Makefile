# What each target does stands in CONTRIBUTING.md; what it is made of, in scripts/.

.PHONY: run test build package package-test bench bench-full faults seed check setup ui types icons screenshots format

run:          ## sets up, builds and opens the window
	@scripts/run

test:         ## every test, set-up included
	@scripts/test

build:        ## release binaries: flowkeep and flowkeep-desktop
	@scripts/setup build
	@scripts/pages
	cargo build --workspace --release --bin flowkeep --bin flowkeep-desktop

package:      ## an installable .deb under target/
	@scripts/package

package-test: ## installs, upgrades and removes that package on this machine; needs root
	@scripts/package-test

check:        ## format, lints, generated files, dependencies
	@scripts/check

faults:       ## kill sweeps and full disks over the release build
	@scripts/faults

bench:        ## measurements against references, what fits in 15 minutes
	@scripts/bench

bench-full:   ## all measurements, up to 100,000 documents
	@scripts/bench --full

seed:         ## fills a data folder: make seed DIR=D RUNS=N TASKS=M [SEED=S] [UNTIL=YYYY-MM-DD]
	@scripts/seed "$(DIR)" "$(RUNS)" "$(TASKS)" "$(SEED)" "$(UNTIL)"

setup:        ## everything `run` and `test` need on this machine
	@scripts/setup run test

ui:           ## the pages of the window
	@scripts/setup build
	@scripts/pages

types:        ## the TypeScript types of the commands, from Rust
	FLOWKEEP_WRITE_TYPES=1 cargo test --quiet -p flowkeep-api --lib the_windows_types

icons:        ## all sizes of the icon, from icons/flowkeep.svg
	@scripts/icons

screenshots:  ## docs/screenshots, from the real window
	@scripts/screenshots

format:       ## formats Rust and TypeScript
	cargo fmt --all
	npm --prefix ui run format --silent
