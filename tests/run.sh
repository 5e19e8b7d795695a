#!/bin/sh
# Runs the lint and every built test program, two at a time, and adds up what
# they say.
#
#   tests/run.sh BUILD        e.g. tests/run.sh build/san
#
# Each program's time is printed, a failing one's words in full.  The last
# line is `N passed, N failed`; exit 1 when anything failed or nothing ran.
# TEST_TIMEOUT: seconds a program may take (300).  TEST_JOBS: at a time (2).
set -u

src=$(cd "$(dirname "$0")/.." && pwd)

# One program: its words into $out/NAME.log, its figures into $out/NAME.sum.
one() {
	prog=$1
	name=${prog#"$MQ_BUILD"/tests/}
	log=$MQ_OUT/$(printf %s "$name" | tr / .)
	start=$(date +%s%N)
	if [ "$name" = lint ]; then
		sh tools/lint.sh "$MQ_BUILD" >"$log.log" 2>&1 &&
		echo "ok 1 - lint" >>"$log.log"
	else
		CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 \
		    "${TEST_TIMEOUT:-300}" "$prog" >"$log.log" 2>&1 </dev/null
	fi
	code=$?
	ms=$((($(date +%s%N) - start) / 1000000))
	# cmocka calls a test that was left out "not ok … # SKIP".
	skip=$(grep -cE '^(not )?ok .*# SKIP' "$log.log")
	pass=$(grep -E '^ok ' "$log.log" | grep -cv '# SKIP')
	fail=$(grep -E '^not ok ' "$log.log" | grep -cv '# SKIP')
	why=
	if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
		why=" (timed out)"
	elif [ "$code" -ne 0 ] && [ "$fail" -eq 0 ]; then
		why=" (exit $code)"
	elif [ "$code" -eq 0 ] && [ $((pass + fail + skip)) -eq 0 ]; then
		why=" (no test in it)"
	fi
	# A crash or a leak fails although no single test said so.
	[ -z "$why" ] || fail=$((fail + 1))
	echo "$pass $fail $skip $ms $name" >"$log.sum"
	printf '%6d.%d s  %4d ok%s%s  %s%s\n' $((ms / 1000)) \
	    $((ms % 1000 / 100)) "$pass" \
	    "$([ "$skip" -eq 0 ] || echo ", $skip skipped")" \
	    "$([ "$fail" -eq 0 ] || echo ", $fail FAILED")" "$name" "$why"
	[ "$fail" -eq 0 ] || sed 's/^/    | /' "$log.log"
}

if [ "${1:-}" = --one ]; then
	one "$2"
	exit 0
fi
if [ $# -ne 1 ] || [ ! -d "$1" ]; then
	echo "usage: tests/run.sh BUILD" >&2
	exit 2
fi

MQ_BUILD=$(cd "$1" && pwd)
MQ_BIN=$MQ_BUILD/bin
MQ_SRC=$src
MQ_OUT=$(mktemp -d "${TMPDIR:-/tmp}/minqing-tests.XXXXXX") || exit 1
export MQ_BUILD MQ_BIN MQ_SRC MQ_OUT
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
trap 'rm -rf "$MQ_OUT"' EXIT
trap 'exit 1' HUP INT TERM
begin=$(date +%s%N)

# Only programs whose source is still there; screens and wires, the long ones,
# first.  The house rules count as one of them.
cd "$src" || exit 1
echo lint >"$MQ_OUT/list"
find tests -name 'test_*.c' | sort -r | sed 's/\.c$//; s/^tests.//' |
while read -r t; do
	[ -x "$MQ_BUILD/tests/$t" ] && echo "$MQ_BUILD/tests/$t"
done >>"$MQ_OUT/list"
xargs -r -P "${TEST_JOBS:-2}" -n 1 sh tests/run.sh --one <"$MQ_OUT/list"

cat "$MQ_OUT"/*.sum 2>/dev/null | awk -v programs="$(wc -l <"$MQ_OUT/list")" \
    -v ms=$((($(date +%s%N) - begin) / 1000000)) '
	{ pass += $1; fail += $2; skip += $3; n++ }
	END {
		# A runner that died leaves no figures: that is a failure too.
		fail += programs - n
		printf "%d programs, %d skipped, %.1f s\n", n, skip, ms / 1000
		printf "%d passed, %d failed\n", pass, fail
		exit fail > 0 || pass == 0
	}'
