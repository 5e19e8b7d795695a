#!/bin/sh
# The demonstration's hub, off and on again: the same port, the same store.
#
#   demo/hub.sh start|stop WORK      MQ_BIN: the built programs
#
# WORK/hub.pid holds its number while it runs, WORK/port its port.
set -u

work=$2
pid=$(cat "$work/hub.pid" 2>/dev/null)
port=$(cat "$work/port" 2>/dev/null)

# Waits, five seconds at most, until the command holds.
until_true() {
	i=0
	until "$@"; do
		i=$((i + 1))
		[ $i -lt 100 ] || return 1
		sleep 0.05
	done
}

gone() { ! kill -0 "$pid" 2>/dev/null; }

case $1 in
start)
	[ -z "$pid" ] || exit 0
	: >"$work/hub.out"
	"$MQ_BIN/minqing-hub" --listen "127.0.0.1:${port:-0}" \
	    --store "sqlite:$work/hub.db" --tls-cert "$work/office/hub.pem" \
	    --tls-key "$work/office/hub.key" --log "$work/hub.log" --json \
	    >"$work/hub.out" 2>>"$work/log" </dev/null &
	echo $! >"$work/hub.pid"
	until_true test -s "$work/hub.out" || exit 1
	sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/hub.out" \
	    >"$work/port"
	[ -s "$work/port" ]
	;;
stop)
	[ -n "$pid" ] || exit 0
	kill "$pid" 2>/dev/null
	until_true gone || kill -9 "$pid" 2>/dev/null
	: >"$work/hub.pid"
	;;
*)
	echo "usage: demo/hub.sh start|stop WORK" >&2
	exit 2
	;;
esac
