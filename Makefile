# What people and CI call. Needs git, make and apt on Debian 12; tools/setup.sh installs the rest.
PREFIX ?= /usr/local
PHOTOS ?=
JOBS := $(shell nproc)
# CI turns warnings into errors.
WERROR := $(if $(CI),ON,OFF)
# A new build folder gets what the target needs and no more; one that exists keeps its choices.
NEW := $(if $(wildcard build/CMakeCache.txt),,new)
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help demo build test check install clean

help:
	@echo "make demo      builds Tandem and shows what it says about photographs (PHOTOS=dir: about yours)"
	@echo "make build     builds build/bin/tandem and the library"
	@echo "make test      installs libtorch and gtest too, builds everything, runs every test"
	@echo "make check     the tests under AddressSanitizer, UBSan and ThreadSanitizer, and the fuzzers"
	@echo "make install   installs program, library, headers, CMake package, manual page (PREFIX=$(PREFIX))"
	@echo "make clean     removes the build folders"

# Without libtorch, whose packages are a gigabyte, unless the build folder has it already.
demo:
	@tools/setup.sh build
	@$(if $(NEW),cmake --preset default -DTANDEM_TESTS=OFF -DTANDEM_TORCH=OFF)
	@cmake --build build --target product -j $(JOBS)
	@tools/demo.sh $(PHOTOS)

build:
	@tools/setup.sh build
	cmake --preset default -DTANDEM_TORCH=AUTO $(if $(NEW),-DTANDEM_TESTS=OFF)
	cmake --build build --target product -j $(JOBS)

test:
	@tools/setup.sh build test
	cmake --preset torch -DTANDEM_WERROR=$(WERROR)
	cmake --build build -j $(JOBS)
	@tools/run_tests.sh build

check:
	@tools/setup.sh build test check
	cmake --preset fuzz -DTANDEM_WERROR=$(WERROR)
	cmake --build build-fuzz -j $(JOBS)
	cmake --preset tsan
	cmake --build build-tsan -j $(JOBS)
	@tools/run_tests.sh build-fuzz build-tsan

install: build
	cmake --install build --prefix $(PREFIX)

clean:
	rm -rf build build-release build-asan build-tsan build-fuzz
