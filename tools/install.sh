#!/bin/sh
# `make install`: programs, module, packs, themes, man pages, service files
# and documents below DESTDIR PREFIX.
set -eu

dest=$1$2
prefix=$2

put() { # mode folder file…
	mode=$1
	to=$dest/$2
	shift 2
	install -d -m 755 "$to"
	for f in "$@"; do
		[ -e "$f" ] || continue
		install -m "$mode" "$f" "$to/"
		echo "  $to/${f##*/}"
	done
}

put 755 bin "$MQ_BIN/minqing" "$MQ_BIN/minqing-sync" "$MQ_BIN/minqing-hub" \
    "$MQ_BIN/minqing-admin"
put 755 lib "$MQ_LIB/libminqing-expr.so" "$MQ_LIB/libminqing-ime.so"
put 644 share/minqing/ime "$MQ_LIB"/ime/*
find core/packs -type f | while read -r f; do
	put 644 "share/minqing/packs/$(dirname "${f#core/packs/}")" "$f"
done
put 644 share/minqing/themes themes/*.ini
put 644 share/man/man1 man/*.1
put 644 share/doc/minqing README.md INSTALL ARCHITECTURE.md LICENSE \
    docs/*.md sync/PROTOCOL.md docs/systemd/sshd-captains.conf \
    docs/kiosk/foot.ini

# The services name the programs by their place.
units=$dest/lib/systemd/system
install -d -m 755 "$units"
for f in docs/systemd/*.service docs/systemd/*.socket; do
	sed "s|/usr/local|$prefix|g" "$f" >"$units/${f##*/}"
	chmod 644 "$units/${f##*/}"
	echo "  $units/${f##*/}"
done
