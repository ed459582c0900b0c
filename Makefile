# What a person types. The stages of `make test` are in tests/run; CONTRIBUTING.md
# tells how to run one of them alone.

# Outside the clone, so that two clones of the project share what they compiled.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/instantchat/target

BINARY := $(CARGO_TARGET_DIR)/optimised/instantchat
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

.PHONY: run build web test bench nightly fmt lint clean

run: build
	"$(BINARY)" $(ARGS)

build: web
	cargo build --locked --profile optimised --package instantchat

web: web/dist/index.html

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build

# npm writes this file last, so it stands for a whole installation.
web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

test:
	tests/run

bench: build
	tests/bench/start-up "$(BINARY)"
	cargo bench --locked --package aux-srv
	tests/bench/run "$(BINARY)" $(ARGS)

nightly:
	tests/nightly

fmt:
	cargo fmt --all

lint: web
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cd web && npm run check

clean:
	rm -rf "$(CARGO_TARGET_DIR)" web/dist web/node_modules tests/browser/node_modules tests/artifacts
