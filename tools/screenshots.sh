#!/bin/sh
# `make screenshots`: pictures of the real screens of the demonstration, for
# the documents.  No picture is drawn by hand.
#
#   tools/screenshots.sh FOLDER      MQ_BIN: the built programs
set -eu

out=$1
src=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/minqing-shots.XXXXXX")
mkfifo "$tmp/in"
demo_pid=""

leave() {
	# Its input ends, and the demonstration with it.
	exec 3>&-
	[ -z "$demo_pid" ] || wait "$demo_pid" || :
	rm -rf "$tmp"
}
trap leave EXIT
trap 'exit 130' HUP INT TERM

sh "$src/demo/demo.sh" --up <"$tmp/in" >"$tmp/out" 2>&1 &
demo_pid=$!
exec 3>"$tmp/in"
i=0
until grep -q '^pin ' "$tmp/out"; do
	kill -0 "$demo_pid" 2>/dev/null || { cat "$tmp/out" >&2; exit 1; }
	i=$((i + 1))
	[ $i -lt 1200 ] || exit 1
	sleep 0.1
done

fact() { sed -n "s/^$1 //p" "$tmp/out"; }
work=$(fact work)
pin=$(fact pin)
mkdir -p "$out"

shot() { # picture node number step…
	name=$1 node=$2 number=$3
	shift 3
	"$MQ_BIN/minqing-shot" --lang zh_CN.UTF-8 \
	    --size 80x24 --env "MINQING_PACKS=$src/core/packs" \
	    --wait 密码 --keys "$pin\\n" "$@" \
	    --out "$out/$name.png" -- \
	    "$MQ_BIN/minqing" --data "$work/nodes/$node" --as "$number"
	echo "  $out/$name.png"
}

shot home s1 "$(fact volunteer)" --wait 记走访
shot street street "$(fact street)" --wait 最久的
shot due captain "$(fact captain)" --wait 查单号 --keys 5 --wait 找什么 \
    --keys "$(fact whistle)\\n" --wait 写了什么 --key F7 --wait 起算
shot visit s1 "$(fact tour)" --wait 记走访 --keys 1 --wait '> 方式' \
    --keys 1 --wait '> 居民' --keys ljg --wait 同名 --keys 4 --wait 请核对
