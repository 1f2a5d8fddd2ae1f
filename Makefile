# Everything a person or CI does with this repository. `make` alone lists the targets.

CONFIG          ?= debug
BENCH_SECONDS   ?= 20
SOAK_SECONDS    ?= 600
FUZZ_SECONDS    ?= 60
SEEDS           ?= 2000
KILLS           ?= 200
OUTAGE_SECONDS  ?= 20
ARGS            ?=

export BENCH_SECONDS SOAK_SECONDS FUZZ_SECONDS

# How every release binary is built (docs/decisions/0007): Swift's libraries linked in, and no exclusivity checks at run
# time, which the debug build and its tests keep.
RELEASE := --configuration release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked
MARTLET := .build/release/martlet
ORACLE  := .build/release/martlet-oracle
SIMULATE := .build/release/martlet-simulate

ifeq ($(CONFIG),release)
BUILD := $(RELEASE)
else
BUILD := --configuration $(CONFIG)
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run build test check lint acceptance schemathesis oidc promtool bench count storm custody rolling container-proof systemd-proof chaos first-day sizes outage simulate fuzz tsan asan soak deep release release-binaries clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables: CONFIG=debug|release (run, build), ARGS="..." (run), TEST_FILTER, TEST_TIMEOUT (test),\n'
	@printf 'BENCH_SECONDS, SOAK_SECONDS, FUZZ_SECONDS, KILLS (chaos), OUTAGE_SECONDS (outage), SEEDS, SEED (simulate),\n'
	@printf 'STATIC=0|1 (release).\n'

run: ## Build and start the gateway; prints curl lines to paste (CONFIG=release for speed, ARGS for flags)
	@scripts/bootstrap.sh build
	swift build $(BUILD) --product martlet
	@exec .build/$(CONFIG)/martlet serve --show-secrets $(ARGS)

build: ## Build the martlet program (CONFIG=debug or release)
	@scripts/bootstrap.sh build
	swift build $(BUILD) --product martlet

test: ## Build and run all tests
	@scripts/bootstrap.sh build
	@scripts/test.sh

check: ## Before a commit: lint, import directions, build with warnings as errors, tests
	@scripts/bootstrap.sh build lint
	@scripts/check.sh

lint: ## Format, documentation, import directions, shell scripts
	@scripts/bootstrap.sh build lint
	@scripts/lint.sh
	@scripts/check-imports.sh --self-test
	@scripts/check-imports.sh

# `swift build` honours one --product only, the last: so two builds.
release-binaries:
	swift build $(RELEASE) --product martlet
	swift build $(RELEASE) --product martlet-oracle

acceptance: ## Official SDKs against the release build
	@scripts/bootstrap.sh build acceptance
	@$(MAKE) --no-print-directory release-binaries
	@scripts/acceptance/run.sh $(MARTLET) $(ORACLE)

promtool: ## Metrics of the release build, after some traffic, checked by Prometheus's promtool
	@scripts/bootstrap.sh build promtool
	@$(MAKE) --no-print-directory release-binaries
	@PROMTOOL_REQUIRED=1 scripts/promtool.sh $(MARTLET)

schemathesis: ## Requests made from the OpenAPI document against the admin API of the release build
	@scripts/bootstrap.sh build acceptance
	@$(MAKE) --no-print-directory release-binaries
	@scripts/schemathesis/run.sh $(MARTLET)

oidc: ## Sign-ins at an OpenID provider, a process of its own, right and wrong in every way
	@scripts/bootstrap.sh build acceptance
	@$(MAKE) --no-print-directory release-binaries
	@scripts/oidc/run.sh $(MARTLET)

bench: ## The table of figures, nginx as yardstick (BENCH_SECONDS a lane)
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory release-binaries
	@scripts/bench/run.sh $(MARTLET) $(ORACLE)

count: ## Instructions of a governed request, function by function: finer than time, and the same in every hour
	@scripts/bootstrap.sh build bench count
	@$(MAKE) --no-print-directory release-binaries
	@scripts/bench/count.sh $(MARTLET) $(ORACLE)

storm: ## A thousand requests at once against limits for five hundred: exactly five hundred come in
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory release-binaries
	@scripts/storm/run.sh $(MARTLET) $(ORACLE)

custody: ## Master key rotated and backups made under load, canary secrets looked for everywhere
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory release-binaries
	@scripts/custody/run.sh $(MARTLET) $(ORACLE)

rolling: ## Two gateways behind HAProxy are restarted in turn while 200 callers stream
	@scripts/bootstrap.sh build rolling
	@$(MAKE) --no-print-directory release-binaries
	@scripts/rolling/run.sh $(MARTLET) $(ORACLE)

container-proof: ## The Dockerfile's steps in a fresh Debian root, and the program in it (needs root)
	@scripts/bootstrap.sh build container
	@$(MAKE) --no-print-directory release-binaries
	@scripts/container-proof.sh $(MARTLET) $(ORACLE)

systemd-proof: ## The systemd unit under a systemd of its own: readiness, reload, restarts, watchdog (needs root)
	@scripts/bootstrap.sh build systemd
	swift build $(RELEASE) --product martlet
	@scripts/systemd-proof.sh $(MARTLET)

chaos: ## SIGKILL under load, KILLS times; the ledger must agree with the oracle
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory release-binaries
	@scripts/chaos-kill.sh $(KILLS)

first-day: ## A company's first day, by admin API and command line
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory release-binaries
	@scripts/first-day.sh $(MARTLET) $(ORACLE)

sizes: ## Lists, reports and the road over a store with a month of traffic (a million requests)
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory release-binaries
	swift build $(RELEASE) --product martlet-simulate
	@scripts/sizes.sh $(MARTLET) $(ORACLE) $(SIMULATE)

outage: ## Vendors fail in every way under load, then by turns for OUTAGE_SECONDS; callers must not notice
	@scripts/bootstrap.sh build
	@$(MAKE) --no-print-directory release-binaries
	@scripts/outage/run.sh $(MARTLET) $(ORACLE) --seconds $(OUTAGE_SECONDS)

simulate: ## Money and routing in simulated worlds, SEEDS of each (SEED=n tells one of money, ROUTING_SEED=n of routing)
	@scripts/bootstrap.sh build
	swift build $(RELEASE) --product martlet-simulate
	@$(if $(ROUTING_SEED),,$(SIMULATE) $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)))
	@$(if $(SEED),,$(SIMULATE) --routing $(if $(ROUTING_SEED),--seed $(ROUTING_SEED),--seeds $(SEEDS)))

fuzz: ## libFuzzer on the parsers (FUZZ_SECONDS each)
	@scripts/bootstrap.sh build
	@scripts/fuzz.sh

tsan: ## The tests under ThreadSanitizer
	@scripts/bootstrap.sh build
	@scripts/test.sh thread

asan: ## The tests under AddressSanitizer
	@scripts/bootstrap.sh build
	@scripts/test.sh address

soak: ## Sustained mixed load; memory, descriptors and tasks must return to baseline (SOAK_SECONDS)
	@scripts/bootstrap.sh build bench
	@$(MAKE) --no-print-directory release-binaries
	@scripts/soak/run.sh $(MARTLET) $(ORACLE)

deep: tsan asan fuzz soak outage ## All that is too slow for CI: sanitizers, fuzzers, soak, outage

release: ## A stripped program with man pages, completions, bill of materials and checksums in dist/ (STATIC=0: against the toolchain's libraries)
	@scripts/bootstrap.sh build
	@RELEASE='$(RELEASE)' scripts/release.sh

clean: ## Remove everything built (the data folder ./var stays)
	rm -rf .build .build-* dist .venvs
