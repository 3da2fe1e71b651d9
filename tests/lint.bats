#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The house style, as far as tools can tell.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
}

sources() {
	find lib saml ipwhitelist password twofactor session access web \
	    gatehoused gatehousectl metadata pam_module tests -name "*.[ch]" | sort
}

@test "clang-format has nothing to change" {
	sources | xargs clang-format --dry-run -Werror
}

@test "cppcheck has nothing to say" {
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -I. \
	    -D_GNU_SOURCE --enable=warning,portability,performance \
	    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
	    -j 2 lib saml ipwhitelist password twofactor session access web \
	    gatehoused gatehousectl metadata pam_module tests/idp
}

@test "every source says its licence" {
	missing=$( { sources; find tests packaging -name '*.sh' -o -name '*.bats'; } |
	    xargs grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' || true)
	[ -z "$missing" ] || { echo "no SPDX line: $missing"; false; }
}

@test "the rooms do not know each other" {
	# what a room may include, as docs/architecture.md has it
	allowed() {
		case $1 in
		lib) echo 'lib' ;;
		saml | ipwhitelist | password | twofactor | session | access)
			echo "$1|lib" ;;
		web) echo 'web|lib|session' ;;
		pam_module) echo 'pam_module|lib' ;;
		gatehousectl)
			echo 'gatehousectl|lib|saml|ipwhitelist|access|password|session|twofactor' ;;
		metadata) echo 'metadata|lib|saml' ;;
		gatehoused) echo '.*' ;;
		esac
	}
	for room in lib saml ipwhitelist password twofactor session access web \
	    pam_module gatehousectl metadata gatehoused; do
		strangers=$(grep -rnE '#include "' --include='*.[ch]' "$room" |
		    grep -vE "#include \"($(allowed "$room"))/" || true)
		[ -z "$strangers" ] || { echo "$strangers"; false; }
	done
}

@test "no function of the standard library that this house does not use" {
	# not safe by their form, or not in a process with threads
	found=$(sources | grep -v -e '^tests/' -e '^gatehousectl/' | xargs grep -nE \
	    '\b(strcpy|strcat|sprintf|gets|strtok|localtime|gmtime|getpwnam|getpwuid|system|popen)\(' || true)
	[ -z "$found" ] || { echo "$found"; false; }
}
