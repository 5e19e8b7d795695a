#!/bin/sh
# A PostgreSQL of its own for the tests: in a folder that is thrown away, on a
# unix socket only, by a user without rights.
#
#   tools/pg.sh run COMMAND…    starts one, runs COMMAND with MQ_PG set to its
#                               URL, stops it; the exit code is COMMAND's
#
# Where there is no PostgreSQL it says so and runs COMMAND without MQ_PG.
set -eu

[ "${1:-}" = run ] && [ $# -gt 1 ] || {
	echo "usage: tools/pg.sh run COMMAND…" >&2
	exit 2
}
shift
[ -z "${MQ_PG:-}" ] || exec "$@"

bin=
for d in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin /usr/bin; do
	[ -z "$bin" ] && [ -x "$d/initdb" ] && [ -x "$d/postgres" ] && bin=$d
done
if [ -z "$bin" ]; then
	echo "没有 PostgreSQL，与它有关的检查跳过 / no PostgreSQL:" \
	    "its checks are skipped (tools/deps.sh check installs it)" >&2
	exec "$@"
fi

# initdb and postgres refuse to run as root: the lowest user there is will do.
user=minqing-check
as=
if [ "$(id -u)" -eq 0 ]; then
	id "$user" >/dev/null 2>&1 ||
	    useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
	as="setpriv --reuid $user --regid $user --clear-groups"
fi

# The path of a socket may have 107 bytes, so not under a deep TMPDIR.
dir=$(mktemp -d /tmp/minqing-pg.XXXXXX)
pid=
end() {
	[ -z "$pid" ] || kill -INT "$pid" 2>/dev/null || :
	[ -z "$pid" ] || wait "$pid" 2>/dev/null || :
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' HUP INT TERM
chmod 711 "$dir"
mkdir "$dir/data"
[ -z "$as" ] || chown "$user" "$dir" "$dir/data"
cd "$dir"
# shellcheck disable=SC2086 # words
LC_ALL=C $as "$bin/initdb" -D "$dir/data" -U minqing -A trust -E UTF8 \
    --locale=C --no-sync >"$dir/initdb.log" 2>&1 || {
	cat "$dir/initdb.log" >&2
	exit 1
}
# shellcheck disable=SC2086
LC_ALL=C $as "$bin/postgres" -D "$dir/data" -k "$dir" \
    -c listen_addresses= -c shared_buffers=64MB -c max_connections=60 \
    -c logging_collector=off >"$dir/postgres.log" 2>&1 &
pid=$!
cd "$OLDPWD"
n=0
until "$bin/pg_isready" -q -h "$dir" -U minqing -d postgres; do
	n=$((n + 1))
	if [ "$n" -gt 200 ] || ! kill -0 "$pid" 2>/dev/null; then
		cat "$dir/postgres.log" >&2
		exit 1
	fi
	sleep 0.1
done
MQ_PG="postgresql:///postgres?host=$dir&user=minqing"
MQ_PG_BIN=$bin
MQ_PG_PID=$pid
export MQ_PG MQ_PG_BIN MQ_PG_PID
code=0
"$@" || code=$?
exit "$code"
