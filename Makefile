# make            build/probe: one musl-static binary
# make run        build it and judge this machine, then a recorded sick one
# make check      every test that needs no second build
# make lint       floors, purity, tables, headers, symbols, format, sizes, docs
# make docs       write packaging/doc, packaging/man from the tables
# make fuzz       libFuzzer targets, FUZZ_S seconds each
# make bench      --now against a shell script that does the same work
# SAN=1           glibc with ASan and UBSan, in build/san
# HOST=1          glibc, for debugging, in build/host
# DEPS=DIR        where the built libraries are kept
# SOURCES=DIR     their sources from a folder, not through apt
# V=1             show the commands
ARCH    ?= x86_64
DEPS    ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/probe-deps
SOURCES ?=
FLAVOR  := $(if $(SAN)$(HOST),host,musl)
B       := build/$(if $(SAN),san,$(if $(HOST),host,static))
BIN     := $(if $(SAN)$(HOST),$B/probe,build/probe)
D       := $(DEPS)/$(FLAVOR)
Q       := $(if $(V),,@)
VERSION := $(shell sed -n 's/^version //p' packaging/CHANGES | head -n 1)

WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef \
	-Wformat=2 -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Werror
SANFL   := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
DEFS    := -std=c11 -D_POSIX_C_SOURCE=200809L -DPROBE_VERSION='"$(VERSION)"' \
	-Iinclude -isystem $D/include
ifeq ($(FLAVOR),musl)
override CC := musl-gcc
DEFS    += -isystem $D/kernel-include
CFLAGS  ?= -Os -g -ffunction-sections -fdata-sections -fstack-protector-strong \
	-fmerge-all-constants
LDFLAGS += -static -Wl,--gc-sections -Wl,-z,relro,-z,now
LIBS    := $D/lib/libcurl.a $D/lib/libssl.a $D/lib/libcrypto.a $D/lib/libuv.a \
	-lpthread
else
CFLAGS  ?= -O1 -g
DEFS    += $(if $(SAN),$(SANFL))
LIBS    := $D/lib/libcurl.a -lssl -lcrypto -luv -lpthread
endif
ALL     := $(DEFS) -MMD -MP $(WARN) $(CFLAGS)

SRC     := $(wildcard probe/*.c probe/*/*.c)
OBJ     := $(SRC:%.c=$B/%.o)
LIB     := $(filter-out $B/probe/main.o,$(OBJ))
UNIT    := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/*.c))

all: $(BIN)
$D/versions.txt: $(addprefix packaging/deps/,build fetch.sh recipe.sh)
	$Qpackaging/deps/build --flavor $(FLAVOR) $(if $(SOURCES),--sources $(SOURCES)) $D
	$Qtouch $@
$(BIN): $(OBJ)
	@mkdir -p $(@D) && echo "  LD    $@"
	$Q$(CC) $(DEFS) $(CFLAGS) $(LDFLAGS) -o $B/probe.full $^ $(LIBS)
	$Q$(if $(SAN)$(HOST),cp,strip -o) $(if $(SAN)$(HOST),$B/probe.full $@,$@ $B/probe.full)
$B/%.o: %.c Makefile | $D/versions.txt
	@mkdir -p $(@D) && echo "  CC    $<"
	$Q$(CC) $(ALL) -c -o $@ $<
$B/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D) && echo "  TEST  $<"
	$Q$(CC) $(ALL) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)
objects: $(OBJ)
unit: $(UNIT)

clean:
	rm -rf build
.PHONY: all objects unit clean
-include $(OBJ:.o=.d)
