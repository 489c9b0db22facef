# SPDX-License-Identifier: GPL-2.0-only
# For people. The kernel's build reads Kbuild instead.

# DEMO=uml shows the demo on UML, which boots in a second.
DEMO ?= debian

.PHONY: all test demo kunit check selftest interop unload bench coverage \
	walk clean help

all:
	@ko=$$(scripts/module host) && cp "$$ko" "$${ko%/*}/Module.symvers" . && echo "built af_mini.ko"

test:
	@scripts/test

demo:
	@scripts/demo $(DEMO)

kunit:
	@scripts/kunit

check:
	@scripts/check

selftest interop unload:
	@scripts/test $@

# BENCH=cost, for one part of it (scripts/bench says which there are)
bench:
	@scripts/bench $(BENCH)

coverage:
	@scripts/coverage

walk:
	@scripts/walk

clean:
	@scripts/clean

help:
	@echo 'make            build af_mini.ko for the running kernel, or KDIR='
	@echo 'make demo       load it on a stock kernel in an emulator, and see it work'
	@echo '                (DEMO=uml: on User-Mode Linux)'
	@echo 'make test       everything below but the bench'
	@echo 'make check      warnings, sparse, checkpatch, kernel-doc, house rules'
	@echo 'make kunit      the unit tests (scripts/kunit plain "af_mini_seq*" for some)'
	@echo 'make selftest   the socket layer, against what AF_INET does'
	@echo 'make interop    real data to and from kernel TCP, over bad links'
	@echo 'make unload     insmod and rmmod with connections in every state'
	@echo 'make bench      speed beside kernel TCP'
	@echo 'make coverage   write docs/rfc-coverage.md: which test proves what'
	@echo 'make walk       trace one connection and print it, hop by hop, beside AF_INET;'
	@echo '                docs/walk.html is made anew'
	@echo 'make clean      remove what was built from this checkout'
	@echo
	@echo 'Kernels are kept in $${AF_MINI_CACHE:-~/.cache/af_mini}; tests run in'
	@echo "guests, and this machine's own kernel is never touched."
