# SPDX-License-Identifier: GPL-3.0-or-later
#
# The one entry to everything. All output is below $(BUILD).
#
#	make            the module, the daemon, its worker, the command
#	make deps       install the Debian packages that this needs
#	make demo       watch real logins being let in and turned away
#	make demo-web   the front door, to walk through: https://localhost:8443
#	make check      every test; SANITIZE=1 for ASan and UBSan
#	make bench      the figures
#	make fuzz       SECONDS=60 TARGETS="verify decrypt ..."
#	make install    DESTDIR, PREFIX, LIBDIR
#	make check-fresh  demo and check in a bare Debian 12 (root)

SANITIZE ?= 0
# V=1 shows the commands
Q = $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)  $@" >&2)
BUILD ?= $(if $(filter 1,$(SANITIZE)),build/sanitize,build)

CC = gcc
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla -Wwrite-strings -Wpointer-arith
HARDENING = -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -fvisibility=hidden -fPIC
OPTIMISE = -O2 -g -D_FORTIFY_SOURCE=2
CPPFLAGS = -D_GNU_SOURCE -I. -DGATE_VERSION='"$(VERSION)"'
CFLAGS = -std=gnu11 $(OPTIMISE) $(WARNINGS) $(HARDENING)
LDFLAGS = -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
VERSION = 0.1.0

ifeq ($(SANITIZE),1)
OPTIMISE = -O1 -g
SANITIZER = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
endif

PREFIX ?= /usr
SYSCONFDIR ?= /etc
LIBDIR ?= $(PREFIX)/lib/$(shell $(CC) -print-multiarch)
LIBEXECDIR ?= $(PREFIX)/lib/gatehouse

# ------------------------------------------------------------- packages --
# The list is packaging/packages. Plain `make` only says what is missing;
# the targets that promise to run anywhere install it.
SECTIONS = build
ifneq (,$(filter demo,$(MAKECMDGOALS)))
SECTIONS += demo
NEED = install
endif
ifneq (,$(filter demo-web,$(MAKECMDGOALS)))
SECTIONS += demo demo-web
NEED = install
endif
ifneq (,$(filter check check-%,$(MAKECMDGOALS)))
SECTIONS += demo check
NEED = install
endif
ifneq (,$(filter bench,$(MAKECMDGOALS)))
SECTIONS += demo bench
NEED = install
endif
ifneq (,$(filter deps,$(MAKECMDGOALS)))
NEED = install
endif
NEED ?= need
PACKAGES = $(BUILD)/packages-$(subst $() ,-,$(SECTIONS))

# ---------------------------------------------------------------- rooms --
ROOMS = lib saml ipwhitelist password twofactor session access web
sources = $(sort $(wildcard $(1)/*.c))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

ROOM_LIBS = $(patsubst %,$(BUILD)/obj/%.a,access session twofactor password \
	ipwhitelist saml lib)

# Evaluated where they are used: pkg-config may have to be installed first.
XML_CFLAGS = $(shell pkg-config --cflags xmlsec1-openssl libxml-2.0)
XML_LIBS = $(shell pkg-config --libs xmlsec1-openssl libxml-2.0)
LASSO_CFLAGS = $(shell pkg-config --cflags lasso gobject-2.0 xmlsec1-openssl)
LASSO_LIBS = $(shell pkg-config --libs lasso gobject-2.0 xmlsec1-openssl \
	libxml-2.0)
WORKER_LIBS = $(XML_LIBS) -lcrypto -lz -lseccomp
PASSWORD_LIBS = -lpwquality -lcrack -lcrypt
DAEMON_LIBS = $(PASSWORD_LIBS) -lsqlite3 -linih -ljansson -loath -lqrencode \
	-lcrypto -lcap-ng -lpthread
CTL_LIBS = $(PASSWORD_LIBS) -loath -lqrencode -linih -ljansson -lcrypto -lcap-ng -lpthread
LOGIN_LIBS = -lpam -linih -ljansson -lcrypto -lcap-ng -lpthread
WEB_LIBS = -lmicrohttpd -lseccomp -lqrencode -linih -ljansson -lcrypto \
	-lcap-ng -lpthread -lm
METADATA_LIBS = -lcurl -linih -ljansson -lcrypto -lcap-ng -lpthread
TEST_LIBS = -lcmocka $(WORKER_LIBS) $(DAEMON_LIBS) -lm

PROGRAMS = $(BUILD)/pam_gatehouse.so $(BUILD)/gatehoused \
	$(BUILD)/gatehouse-saml $(BUILD)/gatehouse-compose \
	$(BUILD)/gatehouse-metadata \
	$(BUILD)/gatehouse-login $(BUILD)/gatehouse-web \
	$(BUILD)/gatehousectl
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,\
	$(wildcard tests/unit/test_*.c))
PAM_TESTS = $(patsubst tests/pam/%.c,$(BUILD)/tests/%,\
	$(wildcard tests/pam/*.c))
BENCHES = $(patsubst tests/bench/%.c,$(BUILD)/tests/%,\
	$(wildcard tests/bench/bench_*.c))
ATTACKS = $(BUILD)/attacks $(BUILD)/attack-costs
FUZZ = $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/fuzz_%,\
	$(wildcard tests/fuzz/fuzz_*.c)) $(BUILD)/fuzz/seeds
MANUALS = $(patsubst docs/man/%.scd,$(BUILD)/man/%,\
	$(wildcard docs/man/*.scd))
CATALOGUES = $(patsubst po/%.po,$(BUILD)/locale/%/LC_MESSAGES/gatehouse.mo,\
	$(wildcard po/*.po))

all: $(PROGRAMS) $(MANUALS) $(CATALOGUES)
tests: all $(UNITS) $(PAM_TESTS) $(BUILD)/tests/login_client \
	$(BUILD)/tests/stalled_crypt.so $(BUILD)/test-idp $(ATTACKS) $(FUZZ)

$(PACKAGES): packaging/packages
	@packaging/need-packages $(NEED) $(SECTIONS)
	@mkdir -p $(@D) && touch $@

$(BUILD)/obj/saml/%.o tests/%.o: XML = $(XML_CFLAGS)
$(BUILD)/obj/tests/unit/%.o $(BUILD)/obj/tests/bench/%.o \
$(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/attacks/%.o: \
	XML = $(XML_CFLAGS)
$(BUILD)/obj/tests/idp/%.o: XML = $(LASSO_CFLAGS)
$(BUILD)/obj/saml/compose/%.o: XML = $(LASSO_CFLAGS)

$(BUILD)/obj/%.o: %.c | $(PACKAGES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(XML) $(CFLAGS) $(SANITIZER) -MMD -MP -c -o $@ $<

# the files that are built in
$(BUILD)/obj/web/asset.o $(BUILD)/fuzz/obj/web/asset.o: web/style.css \
	web/activity.js $(wildcard web/pages/*.html)

# The module and what it is made of: never with a sanitizer, which a foreign
# process could not load.
$(BUILD)/pic/%.o: %.c | $(PACKAGES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(foreach room,$(ROOMS),$(eval $(BUILD)/obj/$(room).a: \
	$(call objects,$(filter-out %/main.c,$(call sources,$(room))))))
$(BUILD)/obj/%.a:
	@rm -f $@
	$(Q)ar rcs $@ $^

MODULE_SOURCES = $(call sources,pam_module) \
	$(patsubst %,lib/%.c,error clock secret wire client prompt_kind)
$(BUILD)/pam_gatehouse.so: $(patsubst %.c,$(BUILD)/pic/%.o,$(MODULE_SOURCES)) \
		pam_module/pam_gatehouse.map
	$(call say,LD)
	$(Q)$(CC) -shared $(LDFLAGS) -Wl,-z,nodelete -Wl,-z,defs \
	    -Wl,--version-script=pam_module/pam_gatehouse.map -o $@ \
	    $(filter %.o,$^) -lpam

link = $(CC) $(LDFLAGS) $(SANITIZER) -pie -o $@ $(filter %.o,$^) \
	$(filter %.a,$^)

# the daemon has the key that identity tokens are signed with
$(BUILD)/gatehoused: $(call objects,$(call sources,gatehoused)) \
		$(BUILD)/obj/web/identity_token.o $(ROOM_LIBS)
	$(call say,LD)
	$(Q)$(link) $(DAEMON_LIBS)

$(BUILD)/gatehousectl: $(call objects,$(call sources,gatehousectl)) \
		$(ROOM_LIBS)
	$(call say,LD)
	$(Q)$(link) $(CTL_LIBS)

$(BUILD)/gatehouse-saml: $(BUILD)/obj/saml/main.o $(BUILD)/obj/saml.a \
		$(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(WORKER_LIBS)

$(BUILD)/gatehouse-compose: $(call objects,$(call sources,saml/compose)) \
		$(BUILD)/obj/saml.a $(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(LASSO_LIBS) -lcrypto -lz -lseccomp

$(BUILD)/gatehouse-metadata: $(call objects,$(call sources,metadata)) \
		$(BUILD)/obj/saml.a $(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(METADATA_LIBS)

$(BUILD)/gatehouse-login: $(call objects,$(call sources,web/login)) \
		$(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(LOGIN_LIBS)

$(BUILD)/gatehouse-web: $(BUILD)/obj/web/main.o $(BUILD)/obj/web.a \
		$(BUILD)/obj/session.a $(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(WEB_LIBS)

$(BUILD)/test-idp: $(call objects,$(call sources,tests/idp)) \
		$(BUILD)/obj/lib.a
	$(call say,LD)
	$(Q)$(link) $(LASSO_LIBS) -lcrypto -lz

# what of the daemon is tested by itself
$(BUILD)/tests/test_leader: $(patsubst %,$(BUILD)/obj/gatehoused/%.o,\
	leader logind process)
$(BUILD)/tests/test_logind: $(patsubst %,$(BUILD)/obj/gatehoused/%.o,\
	logind process)
$(BUILD)/tests/test_slots: $(BUILD)/obj/gatehoused/slots.o
$(BUILD)/tests/test_backlog: $(BUILD)/obj/gatehoused/backlog.o
$(BUILD)/tests/test_pages: $(BUILD)/obj/gatehoused/pages.o

# what is to be compared in constant time: they count the comparisons
$(BUILD)/tests/test_otp $(BUILD)/tests/test_recovery \
$(BUILD)/tests/test_mail_code $(BUILD)/tests/test_web_csrf: \
	LDFLAGS += -Wl,--wrap=secret_equal
$(BUILD)/tests/test_mail_code: LDFLAGS += -Wl,--wrap=secret_random

# beside a module of others
$(BUILD)/tests/test_pwquality: TEST_LIBS += -lpam

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(BUILD)/obj/web.a \
		$(ROOM_LIBS)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(link) $(TEST_LIBS)

$(BUILD)/tests/fake_daemon: tests/pam/fake_daemon.c \
		$(patsubst %,$(BUILD)/pic/lib/%.o,error clock secret wire)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^

# gatehouse-web, as gatehouse-login sees it
$(BUILD)/tests/login_client: tests/web/login_client.c \
		$(patsubst %,$(BUILD)/pic/lib/%.o,error clock secret wire \
		prompt_kind)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^

# callers that speak to the daemon themselves
$(BUILD)/tests/flood $(BUILD)/tests/timing $(BUILD)/tests/session_client: \
$(BUILD)/tests/%: tests/pam/%.c \
		$(patsubst %,$(BUILD)/pic/lib/%.o,error clock secret wire)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm -lpthread

$(BUILD)/tests/stalled_crypt.so: tests/fault/stalled_crypt.c | $(PACKAGES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -shared -o $@ $< -ldl

$(BUILD)/tests/%: tests/pam/%.c | $(PACKAGES)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< -lpam -lpthread

# what enrols users as the daemon does
$(BUILD)/tests/bench_otp: $(BUILD)/obj/gatehoused/factors.o

$(BUILD)/tests/bench_%: $(BUILD)/obj/tests/bench/bench_%.o \
		$(patsubst %,$(BUILD)/obj/tests/bench/%.o,\
		bench live_rows transaction) \
		$(ROOM_LIBS)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(link) $(TEST_LIBS) -lpam -lm

# The corpus of good and bad Responses, and what each costs.
$(BUILD)/attacks: $(call objects,$(filter-out %/costs.c,\
		$(call sources,tests/attacks)))
	$(call say,LD)
	$(Q)$(link) $(XML_LIBS) -lcrypto -lz -lcmocka

$(BUILD)/attack-costs: $(BUILD)/obj/tests/attacks/costs.o $(ROOM_LIBS)
	$(call say,LD)
	$(Q)$(link) $(TEST_LIBS)

# Fuzzing is clang's: the rooms that read what strangers write, once more.
FUZZ_FLAGS = -std=gnu11 -O1 -g $(CPPFLAGS) $(XML_CFLAGS) \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
$(BUILD)/fuzz/obj/%.o: %.c | $(PACKAGES)
	@mkdir -p $(@D)
	$(call say,CLANG)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/room.a: $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,\
		$(call sources,lib) $(call sources,twofactor) \
		$(call sources,web) $(call sources,ipwhitelist) \
		$(filter-out saml/main.c,$(call sources,saml)) \
		tests/fuzz/world.c)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/obj/tests/fuzz/fuzz_%.o \
		$(BUILD)/fuzz/room.a
	$(call say,LD)
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(WORKER_LIBS) \
	    $(DAEMON_LIBS)

$(BUILD)/fuzz/seeds: $(BUILD)/obj/tests/fuzz/seeds.o
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(link) $(WORKER_LIBS) -lcmocka

$(BUILD)/man/%: docs/man/%.scd | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)scdoc < $< > $@

$(BUILD)/locale/%/LC_MESSAGES/gatehouse.mo: po/%.po | $(PACKAGES)
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format -o $@ $<

# ----------------------------------------------------------- to run it all --
demo: all $(BUILD)/test-idp
	@BUILD=$(BUILD) exec tests/demo/demo.sh

# PORT, if 8443 is taken
demo-web: all $(BUILD)/test-idp
	@BUILD=$(BUILD) PORT=$(or $(PORT),8443) exec tests/demo/web.sh

check: tests
	@BUILD=$(BUILD) exec tests/run

bench: tests $(BENCHES)
	@BUILD=$(BUILD) exec tests/bench/run

# SECONDS for each target, TARGETS: verify decrypt metadata decode logout import
# form return_url forwarded cookie allow foreign
SECONDS ?= 60
fuzz: $(FUZZ)
	@BUILD=$(BUILD) tests/fuzz/run $(SECONDS) $(TARGETS)

check-fresh:
	@tests/fresh

install: all
	install -d $(DESTDIR)$(LIBDIR)/security $(DESTDIR)$(LIBEXECDIR) \
	    $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8 \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/gatehouse
	install -m 644 $(BUILD)/pam_gatehouse.so $(DESTDIR)$(LIBDIR)/security/
	install -m 755 $(BUILD)/gatehouse-saml $(BUILD)/gatehouse-compose \
	    $(DESTDIR)$(LIBEXECDIR)/
	install -m 755 $(BUILD)/gatehoused $(BUILD)/gatehousectl \
	    $(BUILD)/gatehouse-metadata $(BUILD)/gatehouse-login \
	    $(BUILD)/gatehouse-web \
	    $(DESTDIR)$(PREFIX)/sbin/
	for page in $(notdir $(MANUALS)); do \
	    install -m 644 $(BUILD)/man/$$page \
	    $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/ || exit 1; done
	for language in $(patsubst po/%.po,%,$(wildcard po/*.po)); do \
	    install -D -m 644 \
	    $(BUILD)/locale/$$language/LC_MESSAGES/gatehouse.mo \
	    $(DESTDIR)$(PREFIX)/share/locale/$$language/LC_MESSAGES/gatehouse.mo \
	    || exit 1; done
	install -m 644 packaging/gatehoused.service \
	    packaging/gatehouse-metadata.service \
	    packaging/gatehouse-metadata.timer \
	    packaging/gatehouse-login.socket packaging/gatehouse-login@.service \
	    packaging/gatehouse-web.socket packaging/gatehouse-web.service \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system/
	install -m 644 packaging/gatehouse.sysusers \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d/gatehouse.conf
	install -m 644 packaging/gatehouse.tmpfiles \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/gatehouse.conf
	install -D -m 644 packaging/gatehouse.rules \
	    $(DESTDIR)$(PREFIX)/share/polkit-1/rules.d/50-gatehouse.rules
	for file in gatehouse.conf allowlist; do \
	    test -e $(DESTDIR)$(SYSCONFDIR)/gatehouse/$$file || install -m 644 \
	    packaging/$$file $(DESTDIR)$(SYSCONFDIR)/gatehouse/; done
	test -e $(DESTDIR)$(SYSCONFDIR)/pam.d/gatehouse || install -D -m 644 \
	    packaging/pam.d/gatehouse $(DESTDIR)$(SYSCONFDIR)/pam.d/gatehouse

clean:
	rm -rf $(BUILD)

deps: $(PACKAGES)

.PHONY: all tests clean deps demo demo-web check check-fresh bench fuzz install
.SECONDARY:
-include $(shell find $(BUILD)/obj $(BUILD)/pic $(BUILD)/fuzz/obj -name '*.d' 2>/dev/null)
