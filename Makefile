# make build    the program, at bin/plait
# make demo     an installation with an invented programme, in demo-data
# make test     everything that proves the program; FRESH=1 uses new caches
# make lint     the linters alone
# make golden   writes the golden files again, to be read before keeping them

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

# The version is the tag, or the newest heading of the changelog, or "dev".
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || sed -n 's/^\#\# *\[\{0,1\}\([^] ]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1 | grep . || echo dev)
LDFLAGS := -s -w -X plait/internal/app.Version=$(VERSION)

ifdef FRESH
ifndef FRESH_DIR
FRESH_DIR := $(shell mktemp -d)
export FRESH_DIR
endif
export GOMODCACHE := $(FRESH_DIR)/mod
export GOCACHE := $(FRESH_DIR)/build
export npm_config_cache := $(FRESH_DIR)/npm
endif

# What the bundle is made from; a change in any of these makes it again.
FRONT := package.json $(shell find internal tool/bundle -type f \( -name '*.scss' -o -name '*.css' -o -name '*.js' -o -name '*.mjs' -o -name '*.svg' -o -name '*.webmanifest' \) -not -path '*/dist/*' 2>/dev/null)
DIST := internal/kit/page/dist/manifest.json

.PHONY: build demo test lint golden front binary clean

build: front binary

front: $(DIST)

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Node with npm is needed: install Node 20 or newer."; exit 1; }
ifdef FRESH
	rm -rf node_modules
endif
	npm ci --no-fund --no-audit
	@touch $@

$(DIST): node_modules/.package-lock.json $(FRONT)
	npm run --silent build
	@touch $@

binary: front
	@command -v go >/dev/null || { echo "Go is needed: install Go 1.26 or newer."; exit 1; }
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/plait ./cmd/plait

demo: build
	bin/plait demo --dir demo-data

ifdef FRESH
.PHONY: node_modules/.package-lock.json
endif

test:
	@tool/apt.sh
	@$(MAKE) --no-print-directory build
	@code=0; go run ./tool/runtests || code=$$?; $(FRESH_END) exit $$code

# New caches are taken away again; Go writes its module cache read-only.
ifdef FRESH
FRESH_END := go clean -modcache >/dev/null 2>&1 || true; rm -rf '$(FRESH_DIR)';
endif

lint:
	go run ./tool/runtests -only vet,lint

golden: front
	go run ./tool/pg -- env PLAIT_GOLDEN=1 go test -count=1 ./internal/... ./test/...

clean:
	rm -rf bin node_modules demo-data
	find internal/kit/page/dist -mindepth 1 -not -name .keep -delete
