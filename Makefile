# make            build/probe: one musl-static binary, and build/probe-helper
# make run        build it and judge this machine, then a recorded sick one
# make check      every test that needs no second build
# make lint       floors, purity, tables, headers, symbols, format, sizes, docs
# make docs       write packaging/doc, packaging/man from the tables
# make format     clang-format 14 over all C
# make fuzz       libFuzzer targets, FUZZ_S seconds each
# make bench      --now against a shell script that does the same work; probe log
#                 against ripgrep on 1 GiB
# make install    PREFIX (/usr/local), DESTDIR, SYSTEMD (/usr/lib)
# make deb rpm    packages, their SBOM and SHA256SUMS, in build/dist
# SAN=1           glibc with ASan and UBSan, in build/san
# HOST=1          glibc, for debugging, in build/host
# ARCH=aarch64    for the other architecture, in build/aarch64 (x86_64 likewise)
# DEPS=DIR        where the built libraries are kept
# SOURCES=DIR     their sources from a folder, not through apt
# V=1             show the commands
MACHINE := $(shell uname -m)
ARCH    ?= $(MACHINE)
# The number goes up with the list of libraries, so that trees from before and
# after do not undo each other's.
DEPS    ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/probe-deps-3
SOURCES ?=
FLAVOR  := $(if $(SAN)$(HOST),host,musl)
# For another machine: a folder of its own, here and among the libraries.
OTHER   := $(filter-out $(MACHINE),$(ARCH))
TOP     := build$(OTHER:%=/%)
B       := $(TOP)/$(if $(SAN),san,$(if $(HOST),host,static))
BIN     := $(if $(SAN)$(HOST),$B/bin/probe,$(TOP)/probe)
D       := $(DEPS)/$(FLAVOR)$(OTHER:%=-%)
Q       := $(if $(V),,@)
VERSION := $(shell sed -n 's/^version \([^ ]*\).*/\1/p' packaging/CHANGES | head -n 1)

WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef \
	-Wformat=2 -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Werror
SANFL   := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
DEFS    := -std=c11 -D_POSIX_C_SOURCE=200809L -DPROBE_VERSION='"$(VERSION)"' \
	-Iinclude -Ibuild/gen -isystem $D/include
ifeq ($(FLAVOR),musl)
override CC := $(if $(OTHER),$D/bin/$(ARCH)-linux-musl-gcc,musl-gcc)
STRIP   := $(OTHER:%=%-linux-gnu-)strip
DEFS    += -isystem $D/kernel-include
CFLAGS  ?= -Os -g -ffunction-sections -fdata-sections -fstack-protector-strong \
	-fmerge-all-constants -fno-asynchronous-unwind-tables -fno-unwind-tables
LDFLAGS += -static -Wl,--gc-sections -Wl,-z,relro,-z,now
LIBS    := $D/lib/libcurl.a $D/lib/libssl.a $D/lib/libcrypto.a $D/lib/libuv.a \
	$D/lib/libarchive.a $D/lib/libz.a -lpthread
else
CFLAGS  ?= -O1 -g
DEFS    += $(if $(SAN),$(SANFL))
LIBS    := $D/lib/libcurl.a -lssl -lcrypto -luv -larchive -lpthread
endif
# The same bytes from whatever folder.
MAPS    := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$D=deps
ALL     := $(DEFS) -MMD -MP $(WARN) $(CFLAGS) $(MAPS)

# The helper is a program of its own; what it does, probe can do as root.
HELPER  := $(if $(SAN)$(HOST),$B/bin,$(TOP))/probe-helper
HELPSRC := $(sort $(wildcard probe/helper/*.c)) probe/base/err.c probe/base/verb.c
HELPOBJ := $(HELPSRC:%.c=$B/%.o)
SRC     := $(filter-out probe/helper/main.c,$(sort $(wildcard probe/*.c probe/*/*.c)))
OBJ     := $(SRC:%.c=$B/%.o)
LIB     := $(filter-out $B/probe/main.o,$(OBJ))
UNITINC := $(wildcard tests/unit/*.h tests/unit/*.def)
UNIT    := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/*.c))

TABLES  := checks findings causes options limits conf record metrics sinks bundle actions guards verbs
SICK    ?= tests/golden/no-role/root
PREFIX  ?= /usr/local
# Where systemd looks for units, users and folders that packages bring.
SYSTEMD ?= /usr/lib
LINTCC  := $(if $(filter musl,$(FLAVOR)),musl-gcc,$(CC))
ARCHIVES := $(DEPS)/musl/lib/*.a
# The fuzzers: clang, all of probe but main, glibc.
FUZZ_S  ?= 10
F       := build/fuzz
FUZZ    := $(patsubst tests/fuzz/%.c,$F/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZSRC := $(filter-out probe/main.c,$(SRC))
FUZZFL  := -fsanitize=address,undefined,fuzzer
FUZZOBJ := $(FUZZSRC:%.c=$F/%.o)

all: $(BIN) $(HELPER)
# Which check raises which finding, for `probe explain`.
build/gen/raised.inc: $(wildcard probe/checks/*.c)
	@mkdir -p $(@D)
	$Qtests/raised $^ > $@.new && mv $@.new $@
# Nothing to do takes 20 ms; the stamp in $D, not a time, says what is built.
$D/versions.txt: FORCE
	$Qpackaging/deps/build --flavor $(FLAVOR) --arch $(ARCH) $(if $(SOURCES),--sources $(SOURCES)) $D
$(BIN): $(OBJ) $D/versions.txt
	@mkdir -p $(@D) && echo "  LD    $@"
	$Q$(CC) $(DEFS) $(CFLAGS) $(LDFLAGS) -o $B/probe.full $(OBJ) $(LIBS)
	$Q$(if $(SAN)$(HOST),cp,$(STRIP) -o) $(if $(SAN)$(HOST),$B/probe.full $@,$@ $B/probe.full)
$B/%.o: %.c Makefile | $D/versions.txt build/gen/raised.inc
	@mkdir -p $(@D) && echo "  CC    $<"
	$Q$(CC) $(ALL) -c -o $@ $<
$B/unit/%: tests/unit/%.c $(UNITINC) $(LIB)
	@mkdir -p $(@D) && echo "  TEST  $<"
	$Q$(CC) $(ALL) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)
# The walk over logs is the one place where speed is bought with size.
$B/probe/logs/%.o: ALL += -O3
$(HELPER): $(HELPOBJ)
	@mkdir -p $(@D) && echo "  LD    $@"
	$Q$(CC) $(DEFS) $(CFLAGS) $(LDFLAGS) -o $B/helper.full $^
	$Q$(if $(SAN)$(HOST),cp,$(STRIP) -o) $(if $(SAN)$(HOST),$B/helper.full $@,$@ $B/helper.full)
objects: $(OBJ)
unit: $(UNIT)

run: all
	$(BIN) --now; echo "exit $$?"
	$(BIN) --now --root $(SICK); echo "exit $$?"
check: all unit
	$Qtests/run $(BIN) $(UNIT)
lint: all
	$Qtests/lint/run $(BIN) $B '$(LINTCC) $(DEFS)' $(wildcard $(ARCHIVES))
format:
	clang-format-14 -i $$(find probe include tests -name '*.[ch]')
docs: all
	@mkdir -p packaging/doc packaging/man
	$Qfor t in $(TABLES); do $(BIN) list $$t --format md > packaging/doc/$$t.md; done
	$Q$(BIN) list options --format man > packaging/man/probe.8
	$Q$(BIN) list conf --format man > packaging/man/probe.conf.5
	$Q$(BIN) list conf --format conf > packaging/probe.conf
	@mkdir -p packaging/completions
	$Qfor s in bash:probe.bash fish:probe.fish zsh:_probe; do $(BIN) list options \
		--format $${s%:*} > packaging/completions/$${s#*:}; done
$F/probe/%.o: probe/%.c Makefile | $D/versions.txt build/gen/raised.inc
	@mkdir -p $(@D) && echo "  CC    $< (fuzz)"
	$Qclang $(FUZZFL)-no-link $(DEFS) -MMD -MP -O1 -g -c -o $@ $<
$F/fuzz/%: tests/fuzz/%.c $(UNITINC) $(FUZZOBJ)
	@mkdir -p $(@D) && echo "  FUZZ  $<"
	$Qclang $(FUZZFL) $(DEFS) -O1 -g -o $@ $< $(FUZZOBJ) $(LIBS)
ifeq ($(FLAVOR),host)
fuzz: $(FUZZ)
	$Qtests/fuzz/run $(FUZZ_S) $(FUZZ)
else
fuzz:
	$Q$(MAKE) --no-print-directory HOST=1 fuzz
endif
bench: all
	$Qtests/bench/run $(BIN)
# Units name the programs by full path.
UNITS   := probe.service probe-helper.socket probe-helper@.service
PATHS   := -e 's|/usr/bin/probe|$(PREFIX)/bin/probe|' \
	-e 's|/usr/libexec/probe-helper|$(PREFIX)/libexec/probe-helper|'
TO      := $(DESTDIR)$(PREFIX)
PUT     := install -D -m 644
install: all
	install -D -m 755 $(BIN) $(TO)/bin/probe
	install -D -m 755 $(HELPER) $(TO)/libexec/probe-helper
	$(PUT) packaging/man/probe.8 $(TO)/share/man/man8/probe.8
	$(PUT) packaging/man/probe.conf.5 $(TO)/share/man/man5/probe.conf.5
	$(PUT) packaging/completions/probe.bash $(TO)/share/bash-completion/completions/probe
	$(PUT) packaging/completions/_probe $(TO)/share/zsh/site-functions/_probe
	$(PUT) packaging/completions/probe.fish $(TO)/share/fish/vendor_completions.d/probe.fish
	$Q[ -e $(DESTDIR)/etc/probe/probe.conf ] || \
		$(PUT) packaging/probe.conf $(DESTDIR)/etc/probe/probe.conf
	$Qfor u in $(UNITS); do mkdir -p $(DESTDIR)$(SYSTEMD)/systemd/system && \
		sed $(PATHS) packaging/systemd/$$u > $B/unit.new && \
		$(PUT) $B/unit.new $(DESTDIR)$(SYSTEMD)/systemd/system/$$u || exit 1; done
	$(PUT) packaging/systemd/probe.preset $(DESTDIR)$(SYSTEMD)/systemd/system-preset/80-probe.preset
	$(PUT) packaging/systemd/probe.sysusers $(DESTDIR)$(SYSTEMD)/sysusers.d/probe.conf
	$(PUT) packaging/systemd/probe.tmpfiles $(DESTDIR)$(SYSTEMD)/tmpfiles.d/probe.conf
deb rpm sbom:
	$QARCH=$(ARCH) VERSION=$(VERSION) DEPS_DIR=$D SOURCES=$(SOURCES) MAKE=$(MAKE) packaging/pack $@
clean:
	rm -rf build
FORCE:
.SECONDARY: $(FUZZOBJ)
.PHONY: all objects unit run check lint format docs fuzz bench install \
	deb rpm sbom clean
-include $(OBJ:.o=.d) $(FUZZOBJ:.o=.d)
