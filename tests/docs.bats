#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The manual against the code: what one of them has, the other has too.

setup() {
	cd "$BATS_TEST_DIRNAME/.."
	BUILD=${BUILD:-build}
}

# same EXPECTED FOUND: two lists of lines, neither of them empty.
same() {
	[ -n "$1" ] && [ -n "$2" ]
	diff <(echo "$1") <(echo "$2") >&2
}

# Keys as the code has them: SECTION|NAME|TYPE|DEFAULT|RANGE|CHOICES. Sections
# that have a name of their own are called "SECTION NAME".
keys_of_code() {
	"$BUILD/gatehousectl" config keys --json | jq -r '
		def spell($units):
			. as $n | ($units | map(select($n % .[1] == 0))[0]) as $u
			| if $n == 0 then "0s" else "\($n / $u[1])\($u[0])" end;
		def bound($type):
			if type == "string" then .
			elif $type == "duration" then
				spell([["d",86400],["h",3600],["m",60],["s",1]])
			elif $type == "size" then
				spell([["G",1073741824],["M",1048576],["K",1024]])
			else tostring end;
		.[] | .type as $type | [
			.section + if .named then " NAME" else "" end,
			.name, .type,
			if .default == "" then "not set" else .default end,
			if .type | IN("number", "duration", "size")
			then "\(.min | bound($type)) to \(.max | bound($type))"
			else "" end,
			((.choices // []) | join(", "))] | join("|")'
}

# Keys as gatehouse.conf(5) has them, in the same form.
keys_of_manual() {
	awk '
	function emit() {
		if (key == "")
			return
		gsub(/[*]/, "", text)
		if (match(text, /Default: .*/))
			facts = substr(text, RSTART + 9)
		else
			facts = "NO DEFAULT"
		range = choices = ""
		if (match(facts, / Choices: .*/)) {
			choices = substr(facts, RSTART + 10)
			facts = substr(facts, 1, RSTART - 1)
		}
		if (match(facts, / Range: .*/)) {
			range = substr(facts, RSTART + 8)
			facts = substr(facts, 1, RSTART - 1)
		}
		sub(/\.$/, "", facts)
		sub(/\.$/, "", range)
		sub(/\.$/, "", choices)
		print section "|" key "|" type "|" facts "|" range "|" choices
		key = ""
	}
	/^#/ { emit(); section = "" }
	/^## \[.*\]$/ { section = substr($0, 5, length($0) - 5) }
	section != "" && /^\*[a-z_]+\* = _.*_$/ {
		emit()
		key = substr($1, 2, length($1) - 2)
		type = $0
		sub(/^[^=]*= _/, "", type)
		sub(/_$/, "", type)
		text = ""
		next
	}
	key != "" && /^\t/ { sub(/^\t/, ""); text = text " " $0 }
	key != "" && /^$/ { emit() }
	END { emit() }
	' docs/man/gatehouse.conf.5.scd
}

# reasons_of_code TABLE: the words of REASONS or SAML_REASONS
reasons_of_code() {
	printf '#include "lib/reason.h"\n#define W(n, w, h) W w\n%s(W)\n' "$1" |
		cpp -P -I. | grep -oE 'W "[a-z0-9_]+"' | tr -d 'W "'
}

# reasons_of_page FILE...
reasons_of_page() {
	sed -nE 's/^\| `([a-z0-9_]+)` \|.*\|$/\1/p' "$@"
}

# The commands that a program lists in its help: "  VERB [VERB] ...  TEXT".
verbs_of_help() {
	"$BUILD/gatehousectl" --help |
		sed -nE 's/^  ([a-z]+( [a-z]+){0,2})( .*)?$/\1/p'
}

@test "every manual page can be built" {
	for page in docs/man/*.scd; do
		scdoc < "$page" > "$BATS_TEST_TMPDIR/page"
	done
}

@test "gatehouse.conf(5) has every key with its type, default and range" {
	same "$(keys_of_code | sort)" "$(keys_of_manual | sort)"
}

@test "docs/saml.md has every reason of a SAML message, once and in order" {
	same "$(reasons_of_code SAML_REASONS)" "$(reasons_of_page docs/saml.md)"
}

@test "docs/saml.md and docs/reasons.md have every reason once" {
	same "$(reasons_of_code REASONS | sort)" \
		"$(reasons_of_page docs/saml.md docs/reasons.md | sort)"
}

@test "each reason has a cause and a cure" {
	! grep -hnE '^\| `' docs/reasons.md docs/saml.md |
		grep -vE '\| `[a-z0-9_]+` \| [^|]{10,} \| [^|]{5,} \|$'
}

@test "gatehousectl(1) has every verb" {
	same "$(verbs_of_help | sort)" \
		"$(sed -n '/^# VERBS/,/^# EXIT/p' docs/man/gatehousectl.1.scd |
			sed -nE 's/^\*([a-z]+( [a-z]+){0,2})\*.*/\1/p' | sort)"
}

@test "the manuals of the programs have every option" {
	for page in gatehoused.8 gatehousectl.1 gatehouse-metadata.8 \
	    gatehouse-login.8 gatehouse-web.8; do
		options=$("$BUILD/${page%.*}" --help |
			grep -oE -- '--[a-z][a-z-]*' | sort -u)
		[ -n "$options" ]
		for option in $options; do
			grep -qE -- "\*$option\*" "docs/man/$page.scd" || {
				echo "$page: missing: $option" >&2
				return 1
			}
		done
	done
}

@test "pam_gatehouse(8) has every argument" {
	same "$(sed -nE 's/^\t\{ "([a-z]+=?)", .*/\1/p' pam_module/arguments.c |
			sort)" \
		"$(sed -n '/^# ARGUMENTS/,/^# MODULE/p' \
			docs/man/pam_gatehouse.8.scd |
			sed -nE 's/^\*([a-z]+=?)\*.*/\1/p' | sort)"
}

@test "pam_gatehouse(8) has every return value" {
	for code in $(grep -oE '\bPAM_[A-Z_]+' pam_module/codes.c | sort -u); do
		grep -qE "^$code\$" docs/man/pam_gatehouse.8.scd || {
			echo "missing: $code" >&2
			return 1
		}
	done
}

@test "the manual names the module's default timeout" {
	seconds=$(sed -nE 's/^#define ARGUMENTS_TIMEOUT +([0-9]+).*/\1/p' \
		pam_module/arguments.h)
	sed -n '/^\*timeout=/,/^$/p' docs/man/pam_gatehouse.8.scd |
		grep -q "Default: $seconds\."
}

@test "links between the guides lead somewhere" {
	broken=$(for guide in README.md docs/*.md; do
		[ -f "$guide" ] || continue
		grep -oE '\]\([^)]+\)' "$guide" | sed -E 's/^..(.*).$/\1/' |
			grep -vE '^https?:' | sed 's/#.*//' | sort -u |
			while read -r target; do
				[ -z "$target" ] ||
					[ -e "$(dirname "$guide")/$target" ] ||
					echo "$guide: $target"
			done
	done)
	[ -z "$broken" ] || { echo "$broken" >&2; false; }
}
