/*
 * Can everything be read?  The contrast of every role on its ground, in each
 * shipped theme and depth, by the formula of WCAG 2.1 (relative luminance):
 * words at least 4.5, what only frames or fills at least 1.3.  Prints the
 * lowest of each with CHECK_THEME=1 (`make check-theme`).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/env.h"
#include "../../tui/theme.h"

#define WORDS_MIN 4.5
#define FRAME_MIN 1.3

static const char *const names[] = { "default", "daylight", "night",
	"contrast", "colourblind" };
static const char *const depths[] = { "mono", "8", "16", "256" };

/* xterm's sixteen, which kiosks show (foot.ini says the same). */
static const uint8_t sixteen[16][3] = {
	{ 0, 0, 0 }, { 205, 0, 0 }, { 0, 205, 0 }, { 205, 205, 0 },
	{ 0, 0, 238 }, { 205, 0, 205 }, { 0, 205, 205 }, { 229, 229, 229 },
	{ 127, 127, 127 }, { 255, 0, 0 }, { 0, 255, 0 }, { 255, 255, 0 },
	{ 92, 92, 255 }, { 255, 0, 255 }, { 0, 255, 255 }, { 255, 255, 255 },
};

static void rgb_of(int colour, uint8_t out[3])
{
	static const uint8_t steps[6] = { 0, 95, 135, 175, 215, 255 };

	if (colour < 16) {
		memcpy(out, sixteen[colour], 3);
	} else if (colour < 232) {
		out[0] = steps[(colour - 16) / 36];
		out[1] = steps[(colour - 16) / 6 % 6];
		out[2] = steps[(colour - 16) % 6];
	} else {
		memset(out, 8 + (colour - 232) * 10, 3);
	}
}

static double luminance(int colour)
{
	static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;
	uint8_t rgb[3];

	rgb_of(colour, rgb);
	for (int i = 0; i < 3; i++) {
		double c = rgb[i] / 255.0;

		sum += weight[i] * (c <= 0.03928 ? c / 12.92 :
		    pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(int a, int b)
{
	double x = luminance(a), y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* Frames, and fills that show an amount beside its number. */
static bool no_words(enum theme_role r)
{
	return r == ROLE_BORDER || r == ROLE_BAR_REST;
}

/* A filled bar is seen against the screen, everything else on its ground. */
static double role_contrast(const struct theme *t, int depth, int r)
{
	const struct theme_look *text = &t->look[depth][ROLE_TEXT];
	const struct theme_look *l = &t->look[depth][r];
	/* A terminal's own colours: light words on a dark ground. */
	int fg = text->fg >= 0 ? text->fg : 7, bg = text->bg >= 0 ?
	    text->bg : 0;

	/* Eight colours and bold: terminals take the bright one. */
	if (depth == THEME_8 && (l->attr & THEME_BOLD) != 0) {
		if (l->fg >= 0 && l->fg < 8)
			return contrast(l->fg + 8, l->bg >= 0 ? l->bg : bg);
		fg += fg < 8 ? 8 : 0;
	}
	if (r == ROLE_BAR || r == ROLE_BAR_REST)
		return contrast(l->bg >= 0 ? l->bg : fg, bg);
	return contrast(l->fg >= 0 ? l->fg : fg, l->bg >= 0 ? l->bg : bg);
}

static void everything_can_be_read(void **state)
{
	const char *src = getenv("MQ_SRC");
	bool show = getenv("CHECK_THEME") != NULL;
	struct err err = ERR_INIT;
	struct env env;
	struct theme t;
	char path[600];
	int bad = 0;

	(void)state;
	env_real(&env);
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		(void)snprintf(path, sizeof(path), "%s/themes/%s.ini",
		    src != NULL ? src : ".", names[n]);
		assert_int_equal(theme_load(&env, path, &t, &err), MQ_OK);
		for (int d = THEME_8; d < THEME_DEPTHS; d++) {
			double lowest = 100, c;
			int which = 0;

			for (int r = 0; r < ROLE_COUNT; r++) {
				c = role_contrast(&t, d, r);
				if (!no_words((enum theme_role)r) &&
				    c < lowest) {
					lowest = c;
					which = r;
				}
				if (c >= (no_words((enum theme_role)r) ?
				    FRAME_MIN : WORDS_MIN))
					continue;
				printf("%s [%s] %s: %.2f\n", names[n],
				    depths[d], theme_role_name(
				    (enum theme_role)r), c);
				bad++;
			}
			if (show)
				printf("%-12s %-4s lowest %5.2f  %s\n",
				    names[n], depths[d], lowest,
				    theme_role_name((enum theme_role)which));
		}
	}
	assert_int_equal(bad, 0);
	env_release(&env);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
