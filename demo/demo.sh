#!/bin/sh
# `make demo`: a hub, five stations, a captain and a street on this machine,
# with 90 days of made-up life in them.  Everything lies in one temporary
# folder, listens on loopback only, and is gone when you leave.
#
#   demo/demo.sh [--terminal] [--up]
#
# --terminal only says whether there is a terminal.  --up starts everything,
# prints where it is, and waits for the end of its input: for scripts.
# MQ_BIN: the built programs.  DEMO_DAYS: how many days it tells of (90).
set -u

say() { printf '%s\n' "$1"; }
english() { case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in en*) return 0 ;; esac
	return 1; }
both() { if english; then say "$2"; else say "$1"; fi; }

mode=${1:-}
if [ "$mode" != --up ] && { [ ! -t 0 ] || [ ! -t 1 ]; }; then
	cat >&2 <<'END'
这是全屏演示，要在终端里看：请打开一个终端（至少 80×24，UTF-8），再执行 make demo。
没有终端时可以：make 编译，make check 检查，build/bin/minqing --help 看命令行。
This demonstration fills a screen: open a terminal (80x24 or more, UTF-8) and
run make demo there.  Without one: make builds, make check tests, and
build/bin/minqing --help shows the command line.
END
	exit 2
fi
[ "$mode" != --terminal ] || exit 0

here=$(cd "$(dirname "$0")" && pwd)
MQ_BIN=${MQ_BIN:-$here/../build/bin}
bin=$MQ_BIN
MINQING_PACKS=$(cd "$here/../core/packs" && pwd)
export MQ_BIN MINQING_PACKS
work=$(mktemp -d "${TMPDIR:-/tmp}/minqing-demo.XXXXXX") || exit 1
sync_pids=""
tty_was=$(stty -g 2>/dev/null || :)

# What was started is stopped, by its number, however this ends.
leave() {
	trap '' HUP INT TERM
	[ -z "$tty_was" ] || stty "$tty_was" 2>/dev/null
	# shellcheck disable=SC2086
	[ -z "$sync_pids" ] || kill $sync_pids 2>/dev/null
	hub stop
	wait
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' HUP INT TERM

fail() {
	both "演示没有起来：$1" "The demonstration did not start: $1"
	[ ! -s "$work/log" ] || tail -n 5 "$work/log"
	exit 1
}

step=0
telling() {
	step=$((step + 1))
	if english; then printf '  [%d/5] %s … ' $step "$2"
	else printf '  [%d/5] %s … ' $step "$1"; fi
}
told() { both "好  " "done"; }

admin() { "$bin/minqing-admin" "$@" --dir "$work/office"; }

hub() { sh "$here/hub.sh" "$1" "$work"; }
hub_runs() { [ -s "$work/hub.pid" ]; }

# ---- one node: a code from the office, then the node's own keys
join() { # folder unit site
	code=$(admin enrol --org "$2" --site "$3" --json |
	    sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
	"$bin/minqing-admin" join --data "$work/nodes/$1" \
	    --hub "https://127.0.0.1:$port" --ca "$work/office/ca.pem" \
	    --code "$code" >>"$work/log" 2>&1
}

fact() { sed -n "s/^$1 //p" "$work/nodes/facts"; }

# How many of a node's entries are not yet where they should be.
pending() {
	"$bin/minqing" status --json --data "$work/nodes/$1" 2>/dev/null |
	sed -n 's/.*"local":\([0-9]*\).*"unfolded":\([0-9]*\).*/\1 \2/p' |
	{ read -r a b; echo $((${a:-1} + ${b:-1})); }
}

both "民情账演示：正在准备一条街道……" "minqing: getting a street ready …"
export LANG="${LANG:-zh_CN.UTF-8}"
mkdir -p "$work/nodes"

telling "建钥匙和私有证书" "making keys and a private CA"
{ admin init --tenant demo --store "sqlite:$work/hub.db" &&
  admin cert --host 127.0.0.1; } >"$work/log" 2>&1 || fail "keys"
told

telling "启动区里，登记 7 台机器" "starting the hub, enrolling 7 nodes"
hub start || fail "hub"
port=$(cat "$work/port")
"$bin/minqing-seed" sites >"$work/sites" || fail "sites"
while IFS='	' read -r key org site; do
	join "$key" "$org" "$site" || fail "$site"
done <"$work/sites"
told

telling "写入 2,000 位居民和 90 天的账" "2,000 residents and 90 days of entries"
# The people's PINs cost time on purpose: beside the rest.
{ "$bin/minqing-seed" people >"$work/people.csv" &&
  admin roster --file "$work/people.csv"; } >>"$work/log" 2>&1 &
roster_pid=$!
{ "$bin/minqing-seed" fill "$work/nodes" "${DEMO_DAYS:-90}" 2>>"$work/log"
  echo "seed $?"; } | while read -r part code; do
	[ -z "$code" ] || { echo "$code" >"$work/seed"; break; }
	printf '%3d%%\b\b\b\b' "$part"
done
[ "$(cat "$work/seed")" = 0 ] || fail "seed"
wait "$roster_pid" || fail "roster"
told

telling "经区里送到该看到的各处" "carrying it through the hub"
for key in s1 s2 s3 s4 s5; do
	"$bin/minqing-sync" --data "$work/nodes/$key" --once \
	    >>"$work/log" 2>&1 || fail "sync $key"
done
# The fifth station fell silent days ago: nobody carries for it any more.
for key in captain street s1 s2 s3 s4; do
	"$bin/minqing-sync" --data "$work/nodes/$key" \
	    --log "$work/sync-$key.log" </dev/null >/dev/null 2>&1 &
	sync_pids="$sync_pids $!"
done
told

telling "整理账面" "putting the books in order"
i=0
while [ $i -lt 200 ]; do
	left=$(($(pending captain) + $(pending street) + $(pending s1)))
	[ "$left" -ne 0 ] || break
	sleep 0.1
	i=$((i + 1))
done
told

if [ "$mode" = --up ]; then
	printf 'work %s\nhub %s\nport %s\n' "$work" \
	    "$(cat "$work/hub.pid")" "$port"
	cat "$work/nodes/facts"
	while read -r _; do :; done
	exit 0
fi

# ---- the chooser
run() { # node number
	"$bin/minqing" --data "$work/nodes/$1" --as "$2"
	stty "$tty_was" 2>/dev/null
}

tour() {
	"$bin/minqing-tour" "$here" "$work"
	stty "$tty_was" 2>/dev/null
	# The tour cuts the hub; it is to be there again in any case.
	hub start
}

chooser() {
	pin=$(fact pin)
	printf '\033[H\033[2J\n'
	if english; then
		cat <<END
  Minqing (民情账): Qinghe Street, made up
  22 grids, 5 stations, 2,000 residents, 90 days until today

    1  Volunteer       Cuizhu station      number $(fact volunteer)   PIN $pin
    2  Grid captain    Cuizhu, over SSH    number $(fact captain)   PIN $pin
    3  Street desk     street office       number $(fact street)   PIN $pin
    0  Tour            two minutes by itself; any key takes over

    h  Hub             $(if hub_runs; then echo "running; h cuts it"
			else echo "cut; h brings it back"; fi)
    q  Leave           stops everything and removes it
END
	else
		cat <<END
  民情账 · 清河街道（演示用，人和事都是编的）
  22 个网格、5 个站点、2,000 位居民、到今天为止的 90 天

    1  志愿者          翠竹社区党群服务站   编号 $(fact volunteer)   密码 $pin
    2  网格长          翠竹社区，远程登录   编号 $(fact captain)   密码 $pin
    3  街道            清河街道办           编号 $(fact street)   密码 $pin
    0  两分钟演示      自己演一遍，按任意键接手

    h  区里的网络      $(if hub_runs; then echo "通着；按 h 断开"
			else echo "断了；按 h 恢复"; fi)
    q  离开            停下并清掉演示的一切
END
	fi
	printf '\n  > '
}

key() {
	stty -icanon -echo min 1 time 0
	k=$(dd bs=1 count=1 2>/dev/null)
	stty "$tty_was"
}

while :; do
	chooser
	key
	case $k in
	1) run s1 "$(fact volunteer)" ;;
	2) run captain "$(fact captain)" ;;
	3) run street "$(fact street)" ;;
	0) tour ;;
	h) if hub_runs; then hub stop; else hub start; fi ;;
	q | Q | '') both '正在停下……' 'stopping …'; exit 0 ;;
	esac
done
