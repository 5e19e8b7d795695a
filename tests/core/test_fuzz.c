/*
 * The fuzz targets on what is known: every file of their corpora as it is,
 * and turned over by a seeded hand.  `make fuzz T=entry` goes further.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../core/base/buf.h"
#include "../../core/base/crypto.h"
#include "../../core/base/env.h"
#include "../../core/base/file.h"
#include "../../core/base/log.h"
#include "../fuzz/fuzz.h"

#define TURNS 300	/* mutations of each file */
#define FEW 4		/* where one takes long */
#define FILES_MAX 200

typedef int target(const uint8_t *p, size_t n);

static struct env env;

static uint32_t roll(uint32_t sides)
{
	uint32_t v;

	env.random(&env, &v, sizeof(v));
	return v % sides;
}

/* One to four small changes: a bit, a byte, a piece left out or doubled. */
static void turn_over(struct buf *b)
{
	static const char odd[] = "\0\"{}[],:\\\n0-9\xe4\xb8\xff";
	uint32_t k, times = 1 + roll(4);
	char piece[16];

	for (k = 0; k < times && b->len > 0; k++) {
		size_t at = roll((uint32_t)b->len);
		size_t n = 1 + roll(sizeof(piece));

		if (n > b->len - at)
			n = b->len - at;
		switch (roll(4)) {
		case 0:
			b->data[at] = (char)(b->data[at] ^ (1 << roll(8)));
			break;
		case 1:
			b->data[at] = odd[roll(sizeof(odd))];
			break;
		case 2:
			memmove(b->data + at, b->data + at + n,
			    b->len - at - n);
			b->len -= n;
			break;
		default:
			memcpy(piece, b->data + at, n);
			buf_add(b, piece, n);
			break;
		}
	}
}

static void run(target *t, const struct buf *b)
{
	/* A copy of just this size: a read past its end is seen. */
	uint8_t *p = malloc(b->len ? b->len : 1);

	assert_non_null(p);
	if (b->len)
		memcpy(p, b->data, b->len);
	t(p, b->len);
	free(p);
}

static void run_file(target *t, const char *path, int turns)
{
	struct buf whole = BUF_INIT(BUF_LARGE), b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	int i;

	assert_int_equal(file_read(&env, path, &whole, &err), MQ_OK);
	run(t, &whole);
	for (i = 0; i < turns; i++) {
		buf_reset(&b);
		buf_add(&b, whole.data, whole.len);
		turn_over(&b);
		run(t, &b);
	}
	buf_free(&whole);
	buf_free(&b);
}

static void corpus(target *t, const char *name, int turns)
{
	const char *src = getenv("MQ_SRC");
	char dir[700], path[1000];
	struct dirent *e;
	int files = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s",
	    src ? src : ".", name);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL && files < FILES_MAX) {
		if (e->d_name[0] == '.')
			continue;
		file_join(path, sizeof(path), dir, e->d_name);
		run_file(t, path, turns);
		files++;
	}
	closedir(d);
	assert_true(files > 0);
	t((const uint8_t *)"", 0);
}

#define CORPUS(name, turns) static void name##_corpus(void **state) \
	{ (void)state; corpus(fuzz_##name, #name, turns); }

CORPUS(entry, TURNS)
CORPUS(fields, TURNS)
CORPUS(roster, TURNS)
CORPUS(wire, TURNS)
CORPUS(draft, TURNS)
CORPUS(when, TURNS)
CORPUS(csv, TURNS)
CORPUS(flow_clock, TURNS)
CORPUS(certificate, TURNS)
CORPUS(pack, FEW)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_corpus),
		cmocka_unit_test(fields_corpus),
		cmocka_unit_test(roster_corpus),
		cmocka_unit_test(wire_corpus),
		cmocka_unit_test(draft_corpus),
		cmocka_unit_test(when_corpus),
		cmocka_unit_test(csv_corpus),
		cmocka_unit_test(flow_clock_corpus),
		cmocka_unit_test(certificate_corpus),
		cmocka_unit_test(pack_corpus),
	};

	crypto_init();
	log_quiet(true);
	env_fixed(&env, (struct utc){ 0 }, 7);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
