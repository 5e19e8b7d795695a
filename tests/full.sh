#!/bin/sh
# Everything that is too long for each change: the whole check, 10,000 seeds of
# the simulation, every fuzzer, the hub under ThreadSanitizer, programs under
# valgrind, and an installed copy at work outside the tree.
#
#   tests/full.sh [PART …]    check sim fuzz tsan valgrind package; all by
#                             default.  FULL_SEEDS (10000), FULL_FUZZ (180:
#                             seconds for each fuzzer)
#
# Each part is timed and printed, a failing one's last words too.  The last
# line is `N passed, N failed`; exit 1 when anything failed.
set -u
cd "$(dirname "$0")/.." || exit 1

seeds=${FULL_SEEDS:-10000}
seconds=${FULL_FUZZ:-180}
jobs=$(nproc)
out=$(mktemp -d "${TMPDIR:-/tmp}/minqing-full.XXXXXX") || exit 1
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM
pass=0
fail=0

# One thing that is right or not: NAME COMMAND …
part() {
	name=$1
	log=$out/$(printf %s "$name" | tr '/ ' '..')
	shift
	start=$(date +%s)
	if "$@" >"$log" 2>&1; then
		word=ok
		pass=$((pass + 1))
	else
		word=FAILED
		fail=$((fail + 1))
	fi
	printf '%6d s  %-7s %s\n' $(($(date +%s) - start)) "$word" "$name"
	[ "$word" = ok ] && return
	tail -n 60 "$log" | sed 's/^/    | /'
	return 1
}

make_it() {
	make --no-print-directory -j"$jobs" "$@"
}

# ---- the whole check: its own tests count one by one
run_check() {
	FULL_FAULTS=1 TEST_TIMEOUT=1500 make --no-print-directory check
}

do_check() {
	part check run_check
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out/check" |
	    tail -n 1)
	[ -z "$line" ] || echo "          $line"
}

# ---- simulation
run_sim() {
	make_it DEV=1 sim SEEDS="$seeds"
}

do_sim() {
	part "simulation, $seeds seeds" run_sim
	grep '^# ' "$out/simulation,.$seeds.seeds" | sed 's/^#/         /'
}

# ---- fuzzing
do_fuzz() {
	for f in tests/fuzz/*.c; do
		f=$(basename "$f" .c)
		part "fuzz $f, $seconds s" make_it fuzz T="$f" \
		    SECONDS="$seconds"
	done
}

# ---- the hub has threads, one of them for PostgreSQL alone
run_tsan() {
	MQ_BIN=$PWD/build/tsan/bin MQ_SRC=$PWD \
	    TSAN_OPTIONS=halt_on_error=1 \
	    sh tools/pg.sh run "build/tsan/tests/$1"
}

do_tsan() {
	set --
	for t in tests/sync/hub/test_*.c; do
		t=${t#tests/}
		set -- "$@" "${t%.c}"
	done
	part "tsan: build" make_it B=build/tsan SAN=thread all \
	    $(printf 'build/tsan/tests/%s ' "$@") || return
	for t; do
		part "tsan $t" run_tsan "$t"
	done
}

# ---- valgrind
run_valgrind() {
	MQ_BIN=$PWD/build/bin MQ_SRC=$PWD valgrind -q --leak-check=full \
	    --show-leak-kinds=definite --error-exitcode=9 \
	    --errors-for-leak-kinds=definite "build/tests/$1"
}

do_valgrind() {
	set -- core/test_entry core/test_ledger core/test_record \
	    core/test_save core/base/test_json sync/test_wire \
	    sync/hub/test_ingest
	part "valgrind: build" make_it DEV=1 all \
	    $(printf 'build/tests/%s ' "$@") || return
	for t; do
		part "valgrind $t" run_valgrind "$t"
	done
}

# ---- an installed copy, outside the tree: help, packs, and a day's story
# played by the four programs that were installed
run_package() {
	root=$out/root
	make_it DEV=1 all build/tests/sync/test_story || return 1
	make_it DEV=1 install DESTDIR="$root" PREFIX=/usr || return 1
	for p in minqing minqing-sync minqing-hub minqing-admin; do
		(cd / && "$root/usr/bin/$p" --version &&
		    "$root/usr/bin/$p" --help) || return 1
	done
	test -f "$root/usr/share/minqing/packs/standard/pack.csv" || return 1
	(unset MINQING_PACKS MINQING_LIB
	MQ_BIN=$root/usr/bin MQ_SRC=$PWD build/tests/sync/test_story)
}

do_package() {
	part package run_package
}

sh tools/deps.sh build check full || exit 1
[ $# -gt 0 ] || set -- check sim fuzz tsan valgrind package
for p; do
	case $p in
	check | sim | fuzz | tsan | valgrind | package) ;;
	*)
		echo "usage: tests/full.sh [check|sim|fuzz|tsan|valgrind|package]…" >&2
		exit 2
		;;
	esac
done
for p; do
	"do_$p"
done
echo "$pass passed, $fail failed"
[ "$fail" -eq 0 ] && [ "$pass" -gt 0 ]
