/*
 * Pinned counts.  See pinned.h.
 */
#include "pinned.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define SLACK 20	/* a twentieth more is too much, a tenth less is told */

static int64_t pinned(const char *name)
{
	const char *src = getenv("MQ_SRC");
	char path[1000], line[200];
	size_t len = strlen(name);
	int64_t v = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/bench/pinned.txt",
	    src ? src : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is not there", path);
	while (v < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			v = strtoll(line + len, NULL, 10);
	fclose(f);
	if (v < 0)
		fail_msg("%s is not pinned in %s", name, path);
	return v;
}

void pinned_check(const char *name, int64_t counted)
{
	int64_t v = pinned(name);

	print_message("%s: %" PRId64 ", pinned %" PRId64 "\n", name, counted,
	    v);
	if (counted > v + v / SLACK)
		fail_msg("%s grew from %" PRId64 " to %" PRId64, name, v,
		    counted);
	if (counted < v - 2 * v / SLACK)
		print_message("%s fell: pin it in tests/bench/pinned.txt\n",
		    name);
}
