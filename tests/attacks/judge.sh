# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Shows each case of a corpus to gatehousectl sso check, as an administrator
# would, and compares what comes of it with the manifest. Sourced by
# attacks.bats.

# judge FILE CONFIGURATION OPTIONS VERDICT WHAT: nothing if it is right, else
# what was said instead. WHAT is a user, or reasons of which one is enough.
judge() {
	local file=$1 conf=$2 options=$3 verdict=$4 what=$5 said status=0

	# the options are words, as in a shell
	# shellcheck disable=SC2086
	said=$("$BUILD/gatehousectl" --config "$CORPUS/$conf.conf" \
	    sso check $options "$CORPUS/$file" 2>&1) || status=$?
	case $verdict:$status in
	accept:0)
		[[ $said == *'"user": "'"$(as_json "$what")"'"'* ]] && return
		;;
	refuse:1)
		[[ $said =~ '"reason": "'([a-z0-9_]*)'"' ]]
		[[ " $what " == *" ${BASH_REMATCH[1]} "* ]] && return
		;;
	esac
	echo "exit status $status: ${said:0:600}"
}

# A text as it stands in JSON, as far as names in the corpus need it.
as_json() {
	local text=${1//\\/\\\\}
	printf '%s' "${text//\"/\\\"}"
}

# judge_part PART PARTS CLASS...: one case in PARTS of these classes.
judge_part() {
	local file class name cve conf options verdict what
	local part=$1 parts=$2 wrong=0 right=0 line=0 found

	shift 2
	while IFS=$'\t' read -r file class name cve conf options verdict what; do
		[[ " $* " == *" $class "* ]] || continue
		[ $((line++ % parts)) -eq "$part" ] || continue
		found=$(judge "$file" "$conf" "$options" "$verdict" "$what")
		if [ -z "$found" ]; then
			right=$((right + 1))
			continue
		fi
		wrong=$((wrong + 1))
		echo "$file $class: $name ($cve): not \"$verdict $what\": $found"
	done <"$CORPUS/manifest"
	echo "$*: $right right, $wrong wrong"
	[ "$wrong" -eq 0 ] && [ "$right" -gt 0 ]
}

# judge_class CLASS...: every case of these; fails with the list of wrong ones.
judge_class() {
	local parts part pids=() status=0

	parts=$(nproc)
	for ((part = 0; part < parts; part++)); do
		judge_part "$part" "$parts" "$@" 3>&- &
		pids+=($!)
	done
	for part in "${pids[@]}"; do
		wait "$part" || status=1
	done
	return "$status"
}
