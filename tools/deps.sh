#!/bin/sh
# Installs the Debian packages that are missing for a purpose, and says which
# before it does.  Silent when nothing is missing.
#
#   tools/deps.sh [--quiet] [--list] [build] [demo] [check] [pictures] [full]
#
# Without a purpose: build and check.  --list only prints what is missing.
set -eu

build="make gcc libc6-dev pkg-config libncurses-dev libsqlite3-dev
	libsodium-dev libjansson-dev libunistring-dev libinih-dev libzstd-dev
	libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libxml2-dev
	libpcre2-dev librime-dev librime-bin rime-data-pinyin-simp
	rime-data-stroke rime-data-wubi libpq-dev"
demo="ncurses-base libvterm-dev"
check="libcmocka-dev libvterm-dev postgresql-15"
pictures="libvterm-dev librsvg2-bin fonts-wqy-microhei"
full="clang libclang-rt-14-dev llvm valgrind"

quiet=""
list=""
wanted=""
for a in "$@"; do
	case $a in
	--quiet) quiet=yes ;;
	--list) list=yes ;;
	build) wanted="$wanted $build" ;;
	demo) wanted="$wanted $demo" ;;
	check) wanted="$wanted $check" ;;
	pictures) wanted="$wanted $pictures" ;;
	full) wanted="$wanted $full" ;;
	*)
		echo "usage: deps.sh [--quiet] [--list]" \
		    "[build] [demo] [check] [pictures] [full]" >&2
		exit 2
		;;
	esac
done
: "${wanted:=$build $check}"
# shellcheck disable=SC2086 # a list of words
set -- $wanted

if ! command -v dpkg-query >/dev/null; then
	[ -n "$quiet" ] || printf '%s\n' \
	    "这不是 Debian 系统,请自行安装与下列软件包对应的库:" \
	    "Not a Debian system; please have the like of these installed:" \
	    "  $*" >&2
	exit 0
fi

there=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package} ' "$@" \
    2>/dev/null || :)"
missing=
for p in "$@"; do
	case "$there $missing " in
	*" ii $p "* | *" hi $p "* | *" $p "*) ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0
if [ -n "$list" ]; then
	# shellcheck disable=SC2086
	printf '%s\n' $missing
	exit 0
fi

echo "缺少以下软件包,现在安装 / installing what is missing:"
# shellcheck disable=SC2086
printf '  %s\n' $missing

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "需要管理员权限。请以 root 执行:" >&2
		echo "This needs root. Please run as root:" >&2
		echo "  apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

opts="-y --no-install-recommends -o DPkg::Lock::Timeout=300"
[ -z "$quiet" ] || opts="$opts -qq"

apt() {
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"
}

# A machine that never fetched its package lists does not know the names; one
# whose lists are old knows versions that are gone.  Both need an update.
# shellcheck disable=SC2086
if apt-cache show $missing >/dev/null 2>&1 &&
    apt install $opts $missing; then
	exit 0
fi
apt ${quiet:+-qq} update
# shellcheck disable=SC2086
apt install $opts $missing
