# Makes core/base/han_table.inc from Unihan (Debian: unicode-data):
#   cd /usr/share/unicode && bzcat Unihan_Variants.txt.bz2 \
#       Unihan_IRGSources.txt.bz2 Unihan_OtherMappings.txt.bz2 |
#       LC_ALL=C awk -f tools/gen_han.awk > core/base/han_table.inc
# Simplified: the first other character of U+4E00 to U+9FFF that
# kSimplifiedVariant names.  Order: kTotalStrokes, then the place in the
# standard list (kTGH), whose three levels run by strokes and their kinds.

function hex(s,    i, v) {
	v = 0
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1
	return v
}

# kTGH "2013:4321", kTotalStrokes "7 8"
function number(s) {
	sub(/^[0-9]+:/, "", s)
	return s + 0
}

BEGIN { FS = "\t" }

$2 == "kSimplifiedVariant" || $2 == "kTotalStrokes" || $2 == "kTGH" {
	cp = hex(substr($1, 3))
	if (cp < 19968 || cp > 40959)
		next
	if ($2 == "kTotalStrokes")
		strokes[cp] = number($3)
	else if ($2 == "kTGH")
		listed[cp] = number($3)
	else {
		n = split($3, to, " ")
		for (i = 1; i <= n && !(cp in simple); i++) {
			t = hex(substr(to[i], 3))
			if (t != cp && t >= 19968 && t <= 40959)
				simple[cp] = t
		}
	}
}

# What a simplified one is simplified to in turn is taken at once.
function last(cp,    i) {
	for (i = 0; i < 4 && (cp in simple) && simple[cp] != cp; i++)
		cp = simple[cp]
	return cp
}

# Shell sort of a[0 .. n-1].
function sort(a, n,    gap, i, j, x) {
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap; i < n; i++) {
			x = a[i]
			for (j = i; j >= gap && a[j - gap] > x; j -= gap)
				a[j] = a[j - gap]
			a[j] = x
		}
}

function put(item, end) {
	if (length(line) + length(item) > 70) {
		print "\t" line
		line = ""
	}
	line = line item
	if (end)
		print "\t" line
}

END {
	print "/*"
	print " * Simplified forms and the order by strokes, from the Unicode" \
	    " Character"
	print " * Database (Unihan: kSimplifiedVariant, kTotalStrokes, kTGH)," \
	    " Copyright"
	print " * Unicode, Inc., under the Unicode License"
	print " * (https://www.unicode.org/license.txt)."
	print " * Made by tools/gen_han.awk; do not edit."
	print " */"
	print "/* sorted by the first; both in U+4E00 to U+9FFF */"
	print "static const struct { uint16_t from, to; } simplified[] = {"
	for (cp = 19968; cp <= 40959; cp++)
		if (cp in simple && last(cp) != cp)
			put("{" cp "," last(cp) "},", 0)
	put("", 1)
	line = ""
	print "};"
	for (cp = 19968; cp <= 40959; cp++)
		order[cp - 19968] = sprintf("%02d%04d%05d",
		    cp in strokes ? strokes[cp] : 99,
		    cp in listed ? listed[cp] : 9999, cp)
	sort(order, 20992)
	for (i = 0; i < 20992; i++)
		rank[substr(order[i], 7) + 0] = i + 1
	print "\n/* U+4E00 to U+9FFF: place in the order by strokes, from 1 */"
	print "static const uint16_t stroke_rank[] = {"
	for (cp = 19968; cp <= 40959; cp++)
		put(rank[cp] ",", 0)
	put("", 1)
	print "};"
}
