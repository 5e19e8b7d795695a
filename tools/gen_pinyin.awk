# Makes core/pinyin_table.inc from Unihan_Readings.txt (Debian: unicode-data):
#   bzcat /usr/share/unicode/Unihan_Readings.txt.bz2 |
#       LC_ALL=C awk -f tools/gen_pinyin.awk > core/pinyin_table.inc
# The order of a character's readings: kMandarin, then those of kTGHZ2013,
# then those of kHanyuPinlu.  Tones go, u with two dots is v.

function hex(s,    i, v) {
	v = 0
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1
	return v
}

function toneless(s,    i) {
	for (i = 1; i <= ntones; i++)
		gsub(from[i], to[i], s)
	return s
}

function tone(list, letter,    n, a, i) {
	n = split(list, a, " ")
	for (i = 1; i <= n; i++) {
		from[++ntones] = a[i]
		to[ntones] = letter
	}
}

# Adds what is new in a blank-separated list.
function add(cp, list,    n, a, i) {
	n = split(list, a, " ")
	for (i = 1; i <= n; i++) {
		if (a[i] !~ /^[a-z]+$/)
			continue
		if (index(" " set[cp] " ", " " a[i] " ") == 0)
			set[cp] = set[cp] (set[cp] == "" ? "" : " ") a[i]
	}
}

BEGIN {
	FS = "\t"
	tone("ā á ǎ à", "a")
	tone("ē é ě è ê", "e")
	tone("ī í ǐ ì", "i")
	tone("ō ó ǒ ò", "o")
	tone("ū ú ǔ ù", "u")
	tone("ǖ ǘ ǚ ǜ ü", "v")
	tone("ń ň ǹ", "n")
	tone("ḿ", "m")
	# combining marks: grave, acute, circumflex, macron, diaeresis, caron
	tone("\314\200 \314\201 \314\202 \314\204 \314\210 \314\214", "")
}

$2 == "kMandarin" || $2 == "kTGHZ2013" || $2 == "kHanyuPinlu" {
	s = $3
	gsub(/[0-9.]+:/, " ", s)	# kTGHZ2013: places in the dictionary
	gsub(/\([0-9]+\)/, " ", s)	# kHanyuPinlu: counts
	gsub(/,/, " ", s)
	raw[$2, $1] = toneless(s)
	seen[$1] = 1
}

END {
	for (c in seen) {
		cp = hex(substr(c, 3))
		dense = cp >= 19968 && cp <= 40959
		if (!dense && !(("kTGHZ2013", c) in raw))
			continue
		add(cp, raw["kMandarin", c])
		add(cp, raw["kTGHZ2013", c])
		add(cp, raw["kHanyuPinlu", c])
		if (set[cp] == "")
			continue
		if (!dense)
			extra[nextra++] = cp
		if (!(set[cp] in where)) {
			where[set[cp]] = 1
			sets[nsets++] = set[cp]
		}
	}
	sort(sets, nsets)
	for (i = 0; i < nextra; i++)
		extra[i] = sprintf("%08d", extra[i])
	sort(extra, nextra)

	print "/*"
	print " * Readings of Han characters, from the Unicode Character" \
	    " Database (Unihan:"
	print " * kMandarin, kTGHZ2013, kHanyuPinlu)," \
	    " Copyright Unicode, Inc., under the"
	print " * Unicode License (https://www.unicode.org/license.txt)."
	print " * Made by tools/gen_pinyin.awk; do not edit."
	print " */"
	at = 1
	print "static const char pool[] = \"\\0\""
	line = ""
	for (i = 0; i < nsets; i++) {
		where[sets[i]] = at
		at += length(sets[i]) + 1
		item = sets[i] "\\0"
		if (length(line) + length(item) > 66) {
			print "\t\"" line "\""
			line = ""
		}
		line = line item
	}
	print "\t\"" line "\";"

	print "\n/* U+4E00 to U+9FFF: offset in the pool, 0 none */"
	print "static const uint16_t dense[] = {"
	line = "\t"
	for (cp = 19968; cp <= 40959; cp++) {
		line = line (set[cp] == "" ? 0 : where[set[cp]]) ","
		if (cp % 12 == 11 || cp == 40959) {
			print line
			line = "\t"
		}
	}
	print "};"

	print "\n/* the others of the standard list, sorted */"
	print "static const struct { uint32_t cp; uint16_t at; } sparse[] = {"
	line = "\t"
	for (i = 0; i < nextra; i++) {
		cp = extra[i] + 0
		line = line sprintf("{%d,%d},", cp, where[set[cp]])
		if (i % 5 == 4 || i == nextra - 1) {
			print line
			line = "\t"
		}
	}
	print "};"
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
