#!/bin/sh
# Our figures and those of the floors beneath them, in turn in one run.
#
#   tests/bench/bench.sh BUILD [ENTRIES [MODE]]    called by `make bench`
#
# Prints a table, writes BUILD/bench/bench.json and adds to RESULTS.md beside
# this script (BENCH_NOTE=no: does not).  The screen is measured with the
# probe in $MQ_BENCH, else ../shared/bench beside the checkout.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
src=$(cd "$here/../.." && pwd)
build=${1:?usage: bench.sh BUILD [ENTRIES [MODE]]}
build=$(cd "$build" && pwd)
entries=${2:-100000}
mode=${3:-bench}
probes=${MQ_BENCH:-$src/../shared/bench}
work=$(mktemp -d "${TMPDIR:-/tmp}/minqing-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
rows=$work/rows
: >"$rows"
MINQING_PACKS=${MINQING_PACKS:-$src/core/packs}
MINQING_LIB=${MINQING_LIB:-$build/lib}
export MINQING_PACKS MINQING_LIB
saves=200
[ "$mode" = bench ] || saves=100

say() { printf '%s\n' "$*" >&2; }

# row NAME OURS FLOOR TARGET; a target is x3 (times the floor), <N or >N.
# "-" where there is none.
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$rows"; }

# value FILE NAME: from "NAME VALUE" lines.
value() { awk -v n="$2" '$1 == n { print $2; f = 1 } END { if (!f) print "-" }' "$1"; }

# from_json FILE PATH…: one number out of the probe's answer.
from_json() {
	python3 - "$@" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
for k in sys.argv[2:]:
    d = d.get(k, {}) if isinstance(d, dict) else {}
print(d if isinstance(d, (int, float)) else "-")
EOF
}

# syscalls OUT PROGRAM…: "fsyncs BYTES" written below one run.
syscalls() {
	out=$1
	shift
	strace -f -o "$out" -e trace=fdatasync,fsync,pwrite64,write,pwritev \
	    "$@" >/dev/null
	awk '/ (fdatasync|fsync)\(/ { s++ }
	    / (pwrite64|write|pwritev)\(/ && $NF ~ /^[0-9]+$/ &&
	    !/ write\(1,/ { b += $NF }
	    END { print s + 0, b + 0 }' "$out"
}

# per_save PROGRAM… : the same for one save, by the difference of two runs.
per_save() {
	few=$(syscalls "$work/trace" "$@" 20)
	many=$(syscalls "$work/trace" "$@" 120)
	echo "$few $many" | awk '{ printf "%.2f %.0f", ($3 - $1) / 100,
	    ($4 - $2) / 100 }'
}

say "making a node with $entries entries"
"$build/bench/gen" "$work/node" "$entries" >&2

# ---- the ledger ----
core() { "$build/bench/core" "$work/node" "$@"; }
mkdir "$work/floor"
for turn in 1 2 3; do
	say "durable saves, turn $turn of 3"
	"$build/bench/floor_save" "$work/floor" "$saves" >>"$work/floor.txt"
	core save "$saves" >>"$work/save.txt"
done
# The middle one of the three turns.
middle() { awk -v n="$2" '$1 == n { print $2 }' "$1" | sort -n | sed -n 2p; }
row "durable save p50, us" "$(middle "$work/save.txt" save_us_p50)" \
    "$(middle "$work/floor.txt" floor_save_us_p50)" x3
row "durable save p99, us" "$(middle "$work/save.txt" save_us_p99)" \
    "$(middle "$work/floor.txt" floor_save_us_p99)" -
if command -v strace >/dev/null; then
	say "system calls of a save"
	set -- $(per_save "$build/bench/core" "$work/node" save)
	ours_sync=$1 ours_bytes=$2
	set -- $(per_save "$build/bench/floor_save" "$work/floor")
	row "fsyncs a save" "$ours_sync" "$1" "<1"
	row "bytes written a save" "$ours_bytes" "$2" -
else
	say "no strace: fsyncs and bytes a save are not measured"
fi
say "lists, search"
core page >"$work/page.txt"
row "first page of a list, us" "$(value "$work/page.txt" page_us_p50)" - -
row "jump to the end, us" "$(value "$work/page.txt" page_end_us_p50)" - "<5000"
core search 电梯 >"$work/s1.txt"
row "search 电梯 p50, us" "$(value "$work/s1.txt" search_us_p50)" - "<10000"
core search 坡道 >"$work/s2.txt"
row "search 坡道 p50, us" "$(value "$work/s2.txt" search_us_p50)" - "<10000"
core people wxy >"$work/s3.txt"
row "initials wxy p50, us" "$(value "$work/s3.txt" people_us_p50)" - "<20000"
core people 建国 >"$work/s4.txt"
row "part of a name 建国 p50, us" "$(value "$work/s4.txt" people_us_p50)" - "<20000"
core people 3-402 >"$work/s5.txt"
row "door 3-402 p50, us" "$(value "$work/s5.txt" people_us_p50)" - "<20000"
core rest >"$work/rest.txt"
say "moved a log of $(value "$work/rest.txt" log_mib) MiB in" \
    "$(value "$work/rest.txt" rest_ms) ms"

# ---- the screen ----
if [ -f "$probes/tui_probe.py" ] && command -v python3 >/dev/null &&
    [ -x "$build/bin/minqing" ]; then
	say "the screen"
	${CC:-cc} -O2 -o "$work/floor_tui" "$probes/tui/floor_tui.c" \
	    -lncursesw -ltinfo
	runs=20
	[ "$mode" = bench ] || runs=8
	probe() { python3 "$probes/tui_probe.py" --runs "$runs" "$@"; }
	probe --ready READY --keys 'down*60' --burst 'down*100' \
	    -- "$work/floor_tui" diff "$entries" >"$work/floor.json"
	probe --ready READY --runs 1 --keys 'down*60' --burst 'down*100' \
	    -- "$work/floor_tui" gut "$entries" >"$work/gut.json"
	probe --ready F1 -- "$build/bin/minqing" --data "$work/node" \
	    >"$work/start.json"
	probe --runs 1 --ready '.' --idle 10 \
	    --prep '2001,enter,390617,enter,7' \
	    --keys 'down*60,pgdn*20,end*3,home*3' --burst 'down*100' \
	    -- "$build/bin/minqing" --data "$work/node" >"$work/list.json"
	of() { from_json "$work/list.json" "$@"; }
	floor() { from_json "$work/floor.json" "$@"; }
	row "start to full screen p50, ms" \
	    "$(from_json "$work/start.json" start painted_ms p50)" \
	    "$(floor start painted_ms p50)" x2
	row "key to paint p50, ms" "$(of keys down lat_ms p50)" \
	    "$(floor keys down lat_ms p50)" x1.3
	row "bytes a Down in a Chinese list" "$(of keys down bytes_per_key)" \
	    "$(from_json "$work/gut.json" keys down bytes_per_key)" "<185"
	row "100 Down at once, ms" "$(of burst down ms)" \
	    "$(from_json "$work/gut.json" burst down ms)" "<10"
	row "bytes a held Down" "$(of burst down bytes_per_key)" \
	    "$(from_json "$work/gut.json" burst down bytes_per_key)" -
	row "PgDn p50, ms" "$(of keys pgdn lat_ms p50)" - "<5"
	row "End p50, ms" "$(of keys end lat_ms p50)" - "<5"
	row "memory (RSS), KiB" "$(of mem_end rss_kb)" \
	    "$(floor mem_end rss_kb)" "<12288"
	row "idle wakeups a second" "$(of idle wakeups_per_s)" 0 "<0.1"
else
	say "no probe in \$MQ_BENCH or ../shared/bench (or no python3, or no" \
	    "program): the screen is not measured"
fi

# ---- from scratch: last, because a rebuild leaves the whole index to be made
# again at rest, and a screen measured meanwhile is not at rest ----
say "rebuild, verify"
core rebuild >"$work/rebuild.txt"
row "rebuild, entries/s" "$(value "$work/rebuild.txt" rebuild_per_s)" - ">50000"
core verify >"$work/verify.txt"
row "verify, entries/s" "$(value "$work/verify.txt" verify_per_s)" - -

# ---- telling ----
cpu=$(awk -F ': ' '/model name/ { print $2; exit }' /proc/cpuinfo)
machine="$(uname -sm), $(nproc) cores, $cpu, load $(cut -d' ' -f1 /proc/loadavg)"
commit=$(git -C "$src" rev-parse --short HEAD 2>/dev/null || echo "no commit")
when=$(date '+%Y-%m-%d %H:%M')
awk -F '\t' -v json="$build/bench/bench.json" -v table="$work/table" \
    -v machine="$machine" -v commit="$commit" -v when="$when" \
    -v entries="$entries" '
function verdict(ours, floor, target,   kind, limit) {
	kind = substr(target, 1, 1)
	limit = substr(target, 2) + 0
	if (target == "-" || ours == "-")
		return ""
	if (kind == "x")
		return floor == "-" ? "" : ours <= limit * floor ? "yes" : "NO"
	return (kind == "<" ? ours <= limit : ours >= limit) ? "yes" : "NO"
}
function shown(t) {
	sub(/^x/, "≤ floor × ", t); sub(/^</, "≤ ", t); sub(/^>/, "≥ ", t)
	return t
}
function number(v) { return v == "-" ? "null" : v }
BEGIN {
	print "| figure | ours | floor | ratio | target | met |" >table
	print "|---|---|---|---|---|---|" >table
	printf("{\"when\":\"%s\",\"machine\":\"%s\",\"commit\":\"%s\",", when,
	    machine, commit) >json
	printf("\"entries\":%d,\"figures\":[", entries) >json
}
{
	ratio = "-"
	if ($2 != "-" && $3 != "-" && $3 != 0)
		ratio = sprintf("%.2f", $2 / $3)
	met = verdict($2, $3, $4)
	truth = "null"
	if (met != "")
		truth = (met == "yes") ? "true" : "false"
	comma = (NR > 1) ? "," : ""
	printf("| %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, ratio,
	    shown($4), met) >table
	printf("%s{\"figure\":\"%s\",\"ours\":%s,\"floor\":%s,", comma, $1,
	    number($2), number($3)) >json
	printf("\"target\":\"%s\",\"met\":%s}", $4, truth) >json
}
END { print "]}" >json }' "$rows"
awk -F ' *\\| *' 'NR == 2 { next }
    { printf "%-34s %12s %12s %8s  %-14s %s\n", $2, $3, $4, $5, $6, $7 }' \
    "$work/table"
if [ "${BENCH_NOTE:-yes}" = yes ]; then
	{
		printf '\n## %s, %s, %s entries\n\n%s\n\n' "$when" "$commit" \
		    "$entries" "$machine"
		cat "$work/table"
	} >>"$here/RESULTS.md"
fi
say "JSON: $build/bench/bench.json"
