#!/bin/sh
# Makes the dictionaries of the built-in input method: Debian's tables with
# the station words of every pack, compiled once.
#
#   tools/ime_dict.sh OUT [PACKS]
#
# OUT gets the compiled files and nothing else.  Needs librime-bin and the
# rime-data packages named in tools/deps.sh.
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
out=$1
packs=${2:-$src/core/packs}
data=${RIME_DATA:-/usr/share/rime-data}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/minqing-ime.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/shared" "$tmp/user"
cp "$src"/tui/ime/*.yaml "$tmp/shared/"

head_of() { printf -- '---\nname: %s\nversion: "1"\nsort: by_weight\n...\n\n' "$1"; }
rows() { sed -n '/^\.\.\./,$p' "$data/$1.dict.yaml" | grep -v '^#' | tail -n +2; }

# Words: the table, then those of the packs, which weigh more than any other
# word of their sound.
{
	head_of mq_pinyin
	rows pinyin_simp
	cat "$packs"/*/terms.csv | awk -F, '
		$1 != "word" && NF >= 3 && !/^#/ && !seen[$1]++ {
			print $1 "\t" $2 "\t" $3 * 100
		}'
} >"$tmp/shared/mq_pinyin.dict.yaml"

# Strokes: how often a character is used comes from the pinyin table; what
# that does not know nobody types by strokes at a kiosk.
{
	head_of mq_stroke
	{ rows pinyin_simp; echo "#"; rows stroke; } | awk -F'\t' '
		/^#/ { strokes = 1; next }
		!strokes { weight[$1] += $3; next }
		weight[$1] > 20 { print $1 "\t" $2 "\t" weight[$1] }'
} >"$tmp/shared/mq_stroke.dict.yaml"

{
	printf -- '---\nname: mq_wubi\nversion: "1"\nsort: by_weight\n'
	printf 'columns:\n  - text\n  - code\n  - weight\n...\n\n'
	rows wubi86 | awk -F'\t' '{ print $1 "\t" $2 "\t" $3 }'
} >"$tmp/shared/mq_wubi.dict.yaml"

TMPDIR=$tmp rime_deployer --build "$tmp/user" "$tmp/shared" "$tmp/user/build" \
    >"$tmp/log" 2>&1 || { grep '^[EF]' "$tmp/log" >&2; exit 1; }
for f in mq_pinyin.table.bin mq_stroke.table.bin mq_wubi.table.bin; do
	[ -s "$tmp/user/build/$f" ] || {
		grep '^[EF]' "$tmp/log" >&2
		echo "ime_dict: $f was not made" >&2
		exit 1
	}
done
rm -rf "$out"
mkdir -p "$out"
cp "$tmp"/user/build/* "$out/"
