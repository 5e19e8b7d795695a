#!/bin/sh
# House rules a compiler does not know: who may include whom, one file per
# foreign library, no open debts, lines, functions and files that fit.
#
#   tools/lint.sh [BUILD]     BUILD (build): where bin/minqing may be
#
# A broken rule fails; a function over 60 lines or Chinese words outside the
# tables are only pointed out.
# shellcheck disable=SC2016 # the awk programs are quoted on purpose
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
bad=$(mktemp) || exit 1
warn=$(mktemp) || exit 1
list=$(mktemp) || exit 1
trap 'rm -f "$bad" "$warn" "$list"' EXIT

if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files
else
	find . -type f ! -path './build/*' | sed 's/^\.\///'
fi | while read -r f; do [ -f "$f" ] && echo "$f"; done >"$list"

files() { grep -E "$1" "$list"; }

# ---- includes: layers, and one file per foreign library
files '\.(c|h)$' | xargs awk '
	function resolve(from, inc,    n, i, part, out, top) {
		sub(/[^\/]*$/, "", from)
		n = split(from inc, part, "/")
		top = 0
		for (i = 1; i <= n; i++) {
			if (part[i] == "." || part[i] == "")
				continue
			if (part[i] == "..")
				top--
			else
				out_part[++top] = part[i]
		}
		out = ""
		for (i = 1; i <= top; i++)
			out = out (i > 1 ? "/" : "") out_part[i]
		return out
	}
	function allowed(file, inc,    k) {
		for (k in owner)
			if (inc ~ k)
				return index(owner[k], " " file " ") > 0
		return 1
	}
	BEGIN {
		owner["curses|^term\\.h|^unctrl"] = " tui/term.c tui/draw.c "
		owner["^sqlite3"] = " core/db/sqlite.c core/db/fts_han.c "
		owner["^curl/"] = " sync/transport_curl.c "
		owner["^microhttpd"] = " sync/hub/http.c "
		owner["^libpq"] = " sync/hub/db_pg.c "
		owner["^iconv"] = " core/base/charset.c "
		owner["^jansson"] = " core/base/json.c "
		owner["^sodium"] = " core/base/crypto.c "
		owner["^zstd"] = " sync/zstd.c "
		owner["^gnutls"] = " sync/hub/cert.c sync/hub/http.c "
		owner["^ini\\.h$"] = " core/base/ini.c "
		owner["^uni(case|norm|width|gbrk|lbrk|wbrk|ctype|str|types|name)"] \
		    = " core/base/text.c core/base/width.c "
		owner["^(libxml/|pcre2)"] = " core/form_expr.c "
		owner["^rime_api"] = " tui/ime_rime.c "
	}
	/^[ \t]*#[ \t]*include/ {
		line = $0
		sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
		system_one = line ~ /^</
		inc = substr(line, 2)
		sub(/[">].*$/, "", inc)
		if (system_one) {
			if (FILENAME !~ /^tests\// && FILENAME !~ /^tools\// &&
			    !allowed(FILENAME, inc))
				print FILENAME ":" FNR ": <" inc \
				    "> belongs to another file"
			next
		}
		target = resolve(FILENAME, inc)
		if (FILENAME ~ /^core\// && target !~ /^core\//)
			print FILENAME ":" FNR ": core includes " target
		if (FILENAME ~ /^tui\// && target !~ /^(tui|core)\//)
			print FILENAME ":" FNR ": tui includes " target
		if (FILENAME ~ /^sync\// && target !~ /^(sync|core)\//)
			print FILENAME ":" FNR ": sync includes " target
		if (FILENAME ~ /^sync\/[^\/]*$/ &&
		    target ~ /^sync\/(hub|admin)\//)
			print FILENAME ":" FNR ": sync includes " target
		if (FILENAME ~ /^sync\/hub\// && target ~ /^sync\/admin\//)
			print FILENAME ":" FNR ": hub includes " target
	}' >>"$bad"

# ---- open debts
files '\.(c|h|def|sh|csv|ini|md)$|^Makefile$|^INSTALL$' |
xargs grep -nE '(^|[^A-Za-z_])(TODO|FIXME|XXX)([^A-Za-z_X]|$)' 2>/dev/null |
grep -v '^tools/lint.sh:' | sed 's/$/   <- an open debt/' >>"$bad"

# ---- width of lines (a Han sign is two), length of functions and files
files '\.(c|h)$' | xargs awk '
	function cells(s,    n, wide, mid, i, out) {
		while ((i = index(s, "\t")) > 0) {
			out = substr(s, 1, i - 1)
			s = out substr("        ", 1, 8 - cells_flat(out) % 8) \
			    substr(s, i + 1)
		}
		return cells_flat(s)
	}
	function cells_flat(s,    wide, four, three, two) {
		four = gsub(/[\360-\364][\200-\277][\200-\277][\200-\277]/, "", s)
		wide = gsub(/[\343-\355][\200-\277][\200-\277]/, "", s)
		wide += gsub(/\357[\274-\275][\200-\277]/, "", s)
		three = gsub(/[\340-\357][\200-\277][\200-\277]/, "", s)
		two = gsub(/[\302-\337][\200-\277]/, "", s)
		return length(s) + 2 * (four + wide) + three + two
	}
	FNR == 1 { if (name != "" && lines > 800)
			print "B " name ": " lines " lines (800)"
		name = FILENAME; start = 0 }
	{ lines = FNR }
	length($0) > 70 || /\t/ {
		if ((w = cells($0)) > 80)
			print "B " FILENAME ":" FNR ": " w " columns (80)"
	}
	/^\{/ { start = FNR }
	/^\}/ && start {
		n = FNR - start - 1
		if (n > 100)
			print "B " FILENAME ":" start ": function of " n " lines (100)"
		else if (n > 60)
			print "W " FILENAME ":" start ": function of " n " lines (60)"
		start = 0
	}
	END { if (lines > 800) print "B " name ": " lines " lines (800)" }
' >"$list.out"
sed -n 's/^B //p' "$list.out" >>"$bad"
sed -n 's/^W //p' "$list.out" >>"$warn"
rm -f "$list.out"

# ---- words for people belong into the tables
files '^(core|tui|sync)/.*\.c$' | xargs awk '
	/^[ \t]*(\/\*|\*|\/\/)/ { next }
	{ s = $0; gsub(/\/\*.*/, "", s) }
	s ~ /"[^"]*[\343-\355][\200-\277][\200-\277]/ {
		n[FILENAME]++
	}
	END {
		for (f in n)
			print f ": " n[f] " lines with Chinese words " \
			    "outside the tables"
	}' | sort >>"$warn"

# ---- UTF-8, and no blank at a line end
files '\.(c|h|def|sh|csv|ini|md|txt|service|1)$|^(Makefile|INSTALL)$' |
while read -r f; do
	iconv -f UTF-8 -t UTF-8 "$f" >/dev/null 2>&1 ||
		echo "$f: not UTF-8" >>"$bad"
done
files '\.(c|h|def|sh)$' | xargs grep -nE '[ 	]+$' /dev/null |
sed 's/:[^:]*$/: blank at the end/' >>"$bad"

# ---- minqing never opens a network socket and starts light
if [ -x "$build/bin/minqing" ]; then
	readelf -d "$build/bin/minqing" | grep NEEDED |
	grep -E 'curl|xml2|icu|rime|microhttpd|gnutls|pcre2' |
	sed 's/^/minqing is linked with /' >>"$bad"
fi

if [ -s "$warn" ] && [ -z "${LINT_QUIET:-}" ]; then
	sed 's/^/  note  /' "$warn"
fi
if [ -s "$bad" ]; then
	sed 's/^/  BAD   /' "$bad"
	echo "lint: $(wc -l <"$bad") to mend"
	exit 1
fi
echo "lint: clean"
