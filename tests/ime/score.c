/*
 * `make ime-score`: how many keys a character costs with the built-in input
 * method, and how often its first candidate is right, over sentences of a
 * station's life.  Drives the engine alone, as the program does.
 *
 *	ime-score MODULE DICTIONARIES SENTENCES EMPTY-FOLDER
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../../tui/ime_engine.h"

#define PAGE 9
#define PAGES_MAX 12
#define LINE 512
#define KEYS_MAX 40000
#define SHOWN_MAX 1000

struct tally { int sentences, first, chars, keys, failed; };

static const struct ime_engine *engine;
static double times[KEYS_MAX];
static int ntimes;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int chars_of(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* One key and the candidates the bar would show for it. */
static void press(int sym)
{
	struct ime_candidate shown[PAGE];
	double start = now_ms();

	engine->key(sym);
	(void)engine->candidates(0, shown, PAGE);
	if (ntimes < KEYS_MAX)
		times[ntimes++] = now_ms() - start;
}

/* Chooses the longest candidate that goes on with `rest`; its index, and the
 * keys that takes: one, and one for each page turned.  -1: none. */
static int best_of(const char *rest, int *keys)
{
	struct ime_candidate c;
	size_t longest = 0;
	int best = -1, i;

	for (i = 0; i < PAGE * PAGES_MAX &&
	    engine->candidates(i, &c, 1) == 1; i++) {
		size_t len = strlen(c.text);

		/* Nobody turns pages for a shorter one. */
		if (len > longest && strncmp(rest, c.text, len) == 0) {
			longest = len;
			best = i;
		}
		if (best >= 0 && i % PAGE == PAGE - 1)
			break;
	}
	*keys = best < 0 ? 0 : 1 + best / PAGE;
	return best;
}

static void one_sentence(const char *text, const char *syllables,
    bool show, struct tally *t)
{
	const char *rest = text, *s;
	char done[LINE];
	struct ime_candidate c = { 0 };
	int keys = 0, i;

	engine->clear();
	for (s = syllables; *s != '\0'; s++)
		if (*s != ' ') {
			press((unsigned char)*s);
			keys++;
		}
	if (engine->candidates(0, &c, 1) == 1 && strcmp(c.text, text) == 0)
		t->first++;
	else if (show && t->sentences < SHOWN_MAX)
		printf("  %s: %s\n", text, c.text);
	while (*rest != '\0') {
		int cost, at = best_of(rest, &cost);

		if (at < 0 || engine->candidates(at, &c, 1) != 1 ||
		    !engine->select(at)) {
			t->failed++;
			break;
		}
		keys += cost;
		rest += strlen(c.text);
		(void)engine->commit(done, sizeof(done));
	}
	i = chars_of(text);
	t->sentences++;
	t->chars += i;
	t->keys += keys;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print(const char *name, const struct tally *t)
{
	printf("%-22s %4d sentences  %.2f keys/character  first candidate "
	    "%5.1f %%  not found %d\n", name, t->sentences,
	    (double)t->keys / t->chars, 100.0 * t->first / t->sentences,
	    t->failed);
}

/* A folder of its own for each method: nothing is learned from another. */
static int score(const char *method, char **argv)
{
	bool show = getenv("IME_SHOW") != NULL;
	const char *sentences = argv[3];
	char folder[LINE], why[200] = "";
	struct tally tuned = { 0 }, held = { 0 };
	char line[LINE], name[64];
	FILE *f = fopen(sentences, "r");
	int row = 0;

	snprintf(folder, sizeof(folder), "%s/%s", argv[4], method);
	if (f == NULL || mkdir(folder, 0700) != 0 ||
	    !engine->open(argv[2], folder, why, sizeof(why)) ||
	    !engine->method(method)) {
		fprintf(stderr, "ime-score: %s %s %s\n", method, sentences,
		    why);
		return 1;
	}
	ntimes = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		char *tab = strchr(line, '\t');

		if (line[0] == '#' || tab == NULL)
			continue;
		line[strcspn(line, "\n")] = '\0';
		*tab = '\0';
		/* Only what may be tuned is shown. */
		one_sentence(line, tab + 1, row % 2 == 0 && show,
		    row % 2 ? &held : &tuned);
		row++;
	}
	fclose(f);
	snprintf(name, sizeof(name), "%s", method);
	print(name, &tuned);
	snprintf(name, sizeof(name), "%s, held out", method);
	print(name, &held);
	qsort(times, (size_t)ntimes, sizeof(times[0]), by_size);
	printf("%-22s key to candidates p50 %.3f ms  p95 %.3f ms  (%d keys)\n",
	    "", times[ntimes / 2], times[ntimes * 95 / 100], ntimes);
	engine->close();
	return 0;
}

int main(int argc, char **argv)
{
	void *so;

	if (argc != 5) {
		fputs("usage: ime-score MODULE DICTIONARIES SENTENCES "
		    "EMPTY-FOLDER\n", stderr);
		return 2;
	}
	so = dlopen(argv[1], RTLD_NOW);
	if (so != NULL)
		*(const void **)&engine = dlsym(so, "ime_engine");
	if (engine == NULL) {
		fprintf(stderr, "ime-score: %s\n", dlerror());
		return 1;
	}
	return score("mq_pinyin", argv) | score("mq_fuzzy", argv);
}
