# minqing (民情账).  `make demo` shows it, `make check` tests it; both install
# what they miss.  V=1 shows commands, DEV=1 makes warnings errors,
# SAN=address,undefined builds with sanitizers (into its own folder).

CC ?= gcc
ifeq ($(origin CC),default)
CC = gcc
endif
B ?= build$(if $(SAN),/san)
PREFIX ?= /usr/local

ifeq ($(V),1)
Q =
say = @:
else
Q = @
say = @printf '  %-6s %s\n'
endif

WARN = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wformat=2 \
	-Werror=format-security -Werror=implicit-function-declaration
ifeq ($(DEV),1)
WARN += -Werror
endif
HARD = -fstack-protector-strong -fstack-clash-protection -fPIE
ifneq ($(shell uname -m),aarch64)
HARD += -fcf-protection
endif
ifdef SAN
OPT = -O1 -g -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
SANLD = -fsanitize=$(SAN)
else
OPT = -O2 -g -D_FORTIFY_SOURCE=2
endif
CPPFLAGS += -D_GNU_SOURCE \
	-include core/base/banned.h -DMQ_VERSION='"$(VERSION)"'
CFLAGS += -std=c11 $(OPT) $(WARN) $(HARD)
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANLD)
VERSION := 0.1.0

CORE_SRC := $(filter-out core/form_expr%.c,$(wildcard core/*.c core/*/*.c))
TUI_SRC := $(filter-out tui/ime_rime.c,$(wildcard tui/*.c))
SYNC_SRC := $(wildcard sync/*.c)
HUB_SRC := $(wildcard sync/hub/*.c)
ADMIN_SRC := $(wildcard sync/admin/*.c)
SEED_SRC := $(wildcard demo/seed*.c)

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))

CORE_LIBS = -lsqlite3 -lsodium -ljansson -lunistring -linih -ldl
TUI_LIBS = -lncursesw -ltinfo
SYNC_LIBS = -lcurl -lzstd
HUB_LIBS = -lmicrohttpd -lgnutls -lzstd -lpthread -lpq
ADMIN_LIBS = $(SYNC_LIBS) -lgnutls -lpq

BIN = $(B)/bin
PROGRAMS = $(BIN)/minqing $(BIN)/minqing-sync $(BIN)/minqing-hub \
	$(BIN)/minqing-admin
MODULES = $(BIN)/../lib/libminqing-expr.so $(BIN)/../lib/libminqing-ime.so \
	$(BIN)/../lib/ime/default.yaml

all: $(PROGRAMS) $(MODULES) $(BIN)/minqing-seed

# ---- libraries: everything but each program's main.c, so that tests can link
$(B)/libcore.a: $(call obj,$(CORE_SRC))
$(B)/libtui.a: $(call obj,$(filter-out tui/main.c,$(TUI_SRC)))
$(B)/libsync.a: $(call obj,$(filter-out sync/main.c,$(SYNC_SRC)))
$(B)/libhub.a: $(call obj,$(filter-out sync/hub/main.c,$(HUB_SRC)))
$(B)/libadmin.a: $(call obj,$(filter-out sync/admin/main.c,$(ADMIN_SRC)))
$(B)/%.a:
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BIN)/minqing: $(call obj,tui/main.c) $(B)/libtui.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(TUI_LIBS) $(CORE_LIBS)
$(BIN)/minqing-sync: $(call obj,sync/main.c) $(B)/libsync.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(SYNC_LIBS) $(CORE_LIBS)
$(BIN)/minqing-hub: $(call obj,sync/hub/main.c) $(B)/libhub.a $(B)/libsync.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(HUB_LIBS) $(CORE_LIBS)
$(BIN)/minqing-admin: $(call obj,sync/admin/main.c) $(B)/libadmin.a $(B)/libhub.a $(B)/libsync.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(ADMIN_LIBS) $(CORE_LIBS)
$(BIN)/minqing-seed: $(call obj,$(SEED_SRC)) $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)
$(BIN)/minqing-tour: $(call obj,demo/tour.c)
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ -lvterm -lutil

# The expression module is opened on first use: libxml2 stays out of minqing.
$(BIN)/../lib/libminqing-expr.so: core/form_expr.c core/form_expr_text.c \
		core/form_expr_text.h core/form.h
	$(say) MODULE $@
	$(Q)mkdir -p $(@D) $(B)/obj/core && $(CC) $(CPPFLAGS) \
		$$(pkg-config --cflags libxml-2.0) $(CFLAGS) -fPIC -shared \
		-o $@ $(filter %.c,$^) \
		-Wl,-z,relro,-z,now $(SANLD) -lxml2 -lpcre2-8 -lm

# The input method likewise, with its dictionaries.  It links librime, which
# is C++ with threads of its own: never with sanitizers.
$(BIN)/../lib/libminqing-ime.so: tui/ime_rime.c tui/ime_engine.h
	$(say) MODULE $@
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(filter-out \
		-fsanitize=% -fno-sanitize-recover=all,$(CFLAGS)) -fPIC -shared \
		-fvisibility=hidden -o $@ $< -Wl,-z,relro,-z,now -lrime
$(BIN)/../lib/ime/default.yaml: tools/ime_dict.sh $(wildcard tui/ime/*.yaml \
		core/packs/*/terms.csv)
	$(say) DICT $(@D)
	$(Q)tools/ime_dict.sh $(@D)

$(B)/obj/sync/hub/db_pg.o: CPPFLAGS += $(shell pkg-config --cflags libpq)
$(B)/obj/%.o: %.c
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# ---- tests: one program per test_*.c, linked with what its folder may see
TEST_SRC := $(wildcard tests/core/test_*.c tests/core/*/test_*.c \
	tests/tui/test_*.c tests/sync/test_*.c tests/sync/*/test_*.c \
	tests/sim/test_*.c)
TESTLIB_SRC := $(wildcard tests/lib/*.c tests/fuzz/*.c) \
	$(filter-out $(TEST_SRC),$(wildcard tests/sim/*.c))
TEST_BIN := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
$(B)/libtest.a: $(call obj,$(TESTLIB_SRC))
$(B)/tests/%: $(B)/obj/tests/%.o $(B)/libtest.a $(B)/libtui.a $(B)/libhub.a $(B)/libadmin.a $(B)/libsync.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $< \
		-Wl,--start-group $(B)/libtest.a $(B)/libtui.a $(B)/libhub.a $(B)/libadmin.a $(B)/libsync.a $(B)/libcore.a -Wl,--end-group \
		-lcmocka -lvterm -lutil -lm $(TUI_LIBS) $(HUB_LIBS) $(SYNC_LIBS) $(CORE_LIBS)

# Pictures of screens, for the documents and for review.
$(BIN)/minqing-shot: $(call obj,tools/shot.c) $(B)/libtest.a $(B)/libtui.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ -lvterm -lutil $(TUI_LIBS) $(CORE_LIBS)

tests: all $(TEST_BIN)

# One test program: make test T=core/test_entry
test: all $(B)/tests/$(T)
	$(Q)MQ_BIN=$(abspath $(BIN)) MQ_SRC=$(CURDIR) \
		$(if $(filter sync/%,$(T)),sh tools/pg.sh run) $(B)/tests/$(T)

# The simulated district: make sim SEEDS=1000, or one: make sim SEED=123 V=1
sim: all $(B)/tests/sim/test_sim
	$(Q)MQ_BIN=$(abspath $(BIN)) MQ_SRC=$(CURDIR) JOBS=$(shell nproc) \
		$(B)/tests/sim/test_sim

# Can every role of every theme be read?
check-theme: all $(B)/tests/tui/test_theme_contrast
	$(Q)CHECK_THEME=1 MQ_SRC=$(CURDIR) $(B)/tests/tui/test_theme_contrast

# ---- the input method: keys per character, first candidates, by sentences
# of a station's life.
$(BIN)/ime-score: tests/ime/score.c tui/ime_engine.h
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) -std=c11 -O2 -D_GNU_SOURCE -o $@ $< -ldl
ime-score: all $(BIN)/ime-score
	$(Q)d=$$(mktemp -d) && $(BIN)/ime-score $(B)/lib/libminqing-ime.so \
		$(B)/lib/ime tests/ime/sentences.txt "$$d"; r=$$?; \
		rm -rf "$$d"; exit $$r

# ---- fuzzing: make fuzz T=entry SECONDS=60, with clang's libFuzzer.  What it
# finds new goes to $(FUZZ)/found/T, not into the corpus of the tree.
FUZZ = build/fuzz
SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
$(B)/fuzz/%: $(B)/libtest.a $(B)/libsync.a $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ \
		-Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$* \
		-Wl,--undefined=fuzz_$* -Wl,--start-group $^ -Wl,--end-group \
		-lcmocka -lzstd $(CORE_LIBS)

fuzz:
	$(Q)test -f "tests/fuzz/$(T).c" || { \
		echo "make fuzz T=one of: $(FUZZERS)"; exit 2; }
	$(Q)$(MAKE) --no-print-directory B=$(FUZZ) CC=clang \
		SAN=fuzzer-no-link,address,undefined $(FUZZ)/fuzz/$(T)
	$(Q)mkdir -p $(FUZZ)/found/$(T)
	$(Q)MINQING_PACKS=$(CURDIR)/core/packs $(FUZZ)/fuzz/$(T) \
		-max_total_time=$(SECONDS) -max_len=16384 -timeout=10 \
		-artifact_prefix=$(FUZZ)/found/$(T)- \
		$(FUZZ)/found/$(T) tests/fuzz/corpus/$(T)

# ---- measuring: make bench N=100000; tables go to tests/bench/RESULTS.md
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCHES := $(patsubst tests/bench/%.c,$(B)/bench/%,$(BENCH_SRC))
N ?= 100000
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

bench: all $(BENCHES)
	$(Q)sh tests/bench/bench.sh $(B) $(N) bench

bench-quick: all $(BENCHES)
	$(Q)sh tests/bench/bench.sh $(B) 10000 quick

# As many at a time as the machine has, unless told.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
check:
	$(Q)sh tools/deps.sh build check
	$(Q)$(MAKE) $(JOBS) --no-print-directory SAN=address,undefined DEV=1 tests
	$(Q)sh tools/pg.sh run sh tests/run.sh build/san

# An hour: the check, 10,000 seeds, fuzzing, threads, memory, an installed copy.
check-full:
	$(Q)sh tests/full.sh

deps:
	$(Q)sh tools/deps.sh build demo check pictures

lint:
	$(Q)sh tools/lint.sh $(B)

demo:
	$(Q)sh demo/demo.sh --terminal
	$(Q)sh tools/deps.sh build demo
	$(Q)$(MAKE) $(JOBS) --no-print-directory all $(BIN)/minqing-tour
	$(Q)MQ_BIN=$(abspath $(BIN)) sh demo/demo.sh

# Pictures of the real screens, into docs/pictures/.
screenshots:
	$(Q)sh tools/deps.sh build demo pictures
	$(Q)$(MAKE) $(JOBS) --no-print-directory all $(BIN)/minqing-shot
	$(Q)MQ_BIN=$(abspath $(BIN)) sh tools/screenshots.sh docs/pictures

install: all
	$(Q)MQ_BIN=$(BIN) MQ_LIB=$(BIN)/../lib sh tools/install.sh \
		"$(DESTDIR)" "$(PREFIX)"

clean:
	rm -rf build

.PHONY: all tests test sim fuzz bench bench-quick check-theme ime-score check check-full deps lint demo install screenshots clean
.SECONDARY:
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
