# SPDX-License-Identifier: Apache-2.0
# The front door. The build itself is meson's; `make help` lists what there is.
PREFIX ?= /usr/local
DESTDIR ?=
IMAGE ?=
FUZZ_SECONDS ?= 600
JOBS ?= $(shell nproc)

DEMO = build/demo
# setup FOLDER, OPTIONS: meson is silent unless it fails.
setup = log=$$(mktemp) && \
	{ meson setup --prefix=$(PREFIX) $(1) $(2) >$$log || { cat $$log; exit 1; }; } && rm $$log
# Sanitizers find more in code that is compiled for them than in the release's. Each finding's place
# is data with an address in it: a program of a fixed place does not relocate half a million of them
# at every start.
SANITIZED = --buildtype=debug --optimization=1 -Db_sanitize=address,undefined -Db_lundef=false \
	-Db_pie=false -Dc_link_args=-no-pie

.PHONY: all help deps deps-demo deps-test audit demo test check install bench fuzz lint format \
	release debug tests asan fuzzers clean

all: release

help:
	@echo 'make              build the program: build/oakum'
	@echo 'make audit        install what the build needs, build, audit IMAGE= (or a demo image)'
	@echo 'make test         install what the tests need, run everything'
	@echo 'make check T=tar  run the tests whose name contains tar'
	@echo 'make install      PREFIX=/usr/local DESTDIR='
	@echo 'make bench        measure: the limit, our share of it, peers'
	@echo 'make fuzz         every target for FUZZ_SECONDS=600'
	@echo 'make lint         format, clang-tidy, layers, form, shell scripts'
	@echo 'make debug        a debug build: build-debug/oakum'
	@echo 'make asan         a build with sanitizers: build-asan/oakum'
	@echo 'make clean        remove the builds (build/demo stays)'

release: build/build.ninja
	@ninja -C build --quiet oakum

build/build.ninja:
	@tools/deps --check tools/packages-build.txt
	@$(call setup,build,--buildtype=release)

deps:
	@tools/deps tools/packages-build.txt

deps-demo:
	@tools/deps tools/packages-demo.txt

deps-test:
	@tools/deps tools/packages-build.txt tools/packages-test.txt

demo: deps-demo
	@test/fixture/make-demo.sh slim $(DEMO)

# Without IMAGE= the demo image is made, once.
audit: deps $(if $(IMAGE),,demo)
	@echo 'building' >&2
	@$(MAKE) --no-print-directory release
	@build/oakum audit $(if $(IMAGE),'$(subst ','\'',$(IMAGE))',oci:$(DEMO)/slim)

test: deps-test deps-demo
	@tools/test

check: deps-test
	@tools/test $(T)

install: release
	@meson configure build -Dprefix='$(PREFIX)' >/dev/null
	@meson install -C build --quiet $(if $(DESTDIR),--destdir '$(abspath $(DESTDIR))')

bench: deps deps-demo build/build.ninja
	@test -e build/bench/limit || meson configure build -Dbench=true
	@ninja -C build --quiet
	@for image in fat slim distroless; do test/fixture/make-demo.sh $$image $(DEMO) || exit 1; done
	@bench/run $(DEMO)
	@bench/start $(DEMO)
	@bench/harden $(DEMO)
	@bench/seal $(DEMO)

debug: build-debug/build.ninja
	@ninja -C build-debug --quiet

build-debug/build.ninja:
	@tools/deps --check tools/packages-build.txt
	@$(call setup,build-debug,--buildtype=debug)

# The release build and all its tests; cmocka is not asked for before.
tests: build/build.ninja
	@test -e build/tests || { meson configure build -Dtests=true >/dev/null && touch build/tests; }
	@ninja -C build --quiet

asan: build-asan/build.ninja
	@ninja -C build-asan --quiet

build-asan/build.ninja:
	@$(call setup,build-asan,$(SANITIZED) -Dtests=true)

fuzzers: build-fuzz/build.ninja
	@ninja -C build-fuzz --quiet

build-fuzz/build.ninja:
	@export CC=clang && $(call setup,build-fuzz,$(SANITIZED) -Dfuzz=true)

fuzz: deps-test fuzzers
	@tools/fuzz $(FUZZ_SECONDS) $(T)

lint: deps-test fuzzers
	@tools/lint

format:
	@clang-format -i $(shell find src test fuzz bench -name '*.[ch]')

clean:
	@rm -rf build-debug build-asan build-fuzz
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name demo -exec rm -rf {} +
