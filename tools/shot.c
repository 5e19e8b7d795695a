/*
 * minqing-shot: runs a command in a terminal of its own, presses keys, waits
 * for words and writes a picture of the screen: SVG, or PNG by rsvg-convert.
 * Used for the pictures in README.md and docs, and by eyes in review.
 *
 *	minqing-shot --size 80x24 --wait 今日 --keys '1' --wait 走访 \
 *	    --out visit.png -- build/bin/minqing --data DIR
 *
 * Steps are done in the order they are written.
 */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tests/lib/screen.h"

#define CELL_W 9
#define CELL_H 20
#define FONT_SIZE 18
#define BASELINE 16
#define MARGIN 10
#define STEP_WAIT 15000
#define STEPS_MAX 256
#define ENV_MAX 32

extern char **environ;

struct step { char kind; const char *arg; };

struct job {
	struct screen_options opt;
	struct step steps[STEPS_MAX];
	size_t n;
	const char *env[ENV_MAX + 1];
	size_t env_n;
	const char *out;
	bool print, no_cursor;
	char **command;
};

/* Quiet colours on a dark ground; the sixteen names, then the default. */
static const uint8_t palette[16][3] = {
	{ 0x1b, 0x1f, 0x24 }, { 0xd0, 0x5a, 0x52 }, { 0x6d, 0xa6, 0x5f },
	{ 0xc9, 0xa2, 0x4b }, { 0x4d, 0x7f, 0xb8 }, { 0xa8, 0x75, 0xb5 },
	{ 0x4f, 0xa3, 0xa8 }, { 0xc8, 0xcc, 0xd0 }, { 0x7d, 0x85, 0x8d },
	{ 0xe8, 0x77, 0x6d }, { 0x8c, 0xc7, 0x7c }, { 0xe6, 0xc0, 0x6a },
	{ 0x78, 0xa9, 0xdf }, { 0xc7, 0x97, 0xd4 }, { 0x72, 0xc4, 0xc9 },
	{ 0xf2, 0xf4, 0xf6 },
};
static const uint8_t ground[3] = { 0x14, 0x18, 0x1c };
static const uint8_t ink[3] = { 0xd6, 0xda, 0xde };

static const char usage[] =
    "usage: minqing-shot [--size COLSxROWS] [--lang LANG] [--env NAME=VALUE]\n"
    "    [--wait TEXT | --gone TEXT | --keys TEXT | --key NAME |\n"
    "     --paste TEXT | --resize COLSxROWS]... [--text] [--no-cursor]\n"
    "    [--out FILE.svg|FILE.png] -- COMMAND [ARG]...\n"
    "Steps are done in order. In --keys, \\n is Enter, \\e is Esc.\n";

static bool read_size(const char *s, int *cols, int *rows)
{
	return sscanf(s, "%dx%d", cols, rows) == 2 && *cols > 0 && *rows > 0 &&
	    *cols <= 500 && *rows <= 200;
}

static bool take_option(struct job *j, const char *name, const char *arg)
{
	static const struct { const char *name; char kind; } steps[] = {
		{ "--wait", 'w' }, { "--gone", 'g' }, { "--keys", 't' },
		{ "--key", 'k' }, { "--paste", 'p' }, { "--resize", 'r' },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(name, steps[i].name) == 0) {
			if (j->n == STEPS_MAX)
				return false;
			j->steps[j->n].kind = steps[i].kind;
			j->steps[j->n++].arg = arg;
			return true;
		}
	if (strcmp(name, "--size") == 0)
		return read_size(arg, &j->opt.cols, &j->opt.rows);
	if (strcmp(name, "--lang") == 0)
		j->opt.lang = arg;
	else if (strcmp(name, "--term") == 0)
		j->opt.term = arg;
	else if (strcmp(name, "--out") == 0)
		j->out = arg;
	else if (strcmp(name, "--env") == 0 && j->env_n < ENV_MAX)
		j->env[j->env_n++] = arg;
	else
		return false;
	return true;
}

static bool read_arguments(struct job *j, int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0) {
		if (strcmp(argv[i], "--text") == 0) {
			j->print = true;
		} else if (strcmp(argv[i], "--no-cursor") == 0) {
			j->no_cursor = true;
		} else if (i + 1 >= argc ||
		    !take_option(j, argv[i], argv[i + 1])) {
			return false;
		} else {
			i++;
		}
		i++;
	}
	if (i + 1 >= argc)
		return false;
	j->command = argv + i + 1;
	j->opt.env = j->env;
	return true;
}

/* ---- steps ---- */

static void type_keys(struct screen *s, const char *text)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			screen_key(s, "Enter");
			text++;
		} else if (text[0] == '\\' && text[1] == 'e') {
			screen_key(s, "Esc");
			text++;
		} else {
			one[0] = *text;
			screen_keys(s, one);
		}
	}
}

static bool do_step(struct screen *s, const struct step *st)
{
	int cols, rows;

	switch (st->kind) {
	case 'w':
		return screen_wait_text(s, st->arg, STEP_WAIT);
	case 'g':
		return screen_wait_gone(s, st->arg, STEP_WAIT);
	case 't':
		type_keys(s, st->arg);
		return true;
	case 'k':
		screen_key(s, st->arg);
		return true;
	case 'p':
		screen_paste(s, st->arg);
		return true;
	default:
		if (!read_size(st->arg, &cols, &rows))
			return false;
		screen_resize(s, rows, cols);
		return true;
	}
}

struct calm { size_t received; int quiet; };

/* A frame may come in pieces: wait until nothing more comes. */
static bool nothing_new(struct screen *s, void *ctx)
{
	struct calm *c = ctx;
	struct timespec t = { 0, 20 * 1000000 };

	if (screen_received(s) != c->received) {
		c->received = screen_received(s);
		c->quiet = 0;
	} else {
		c->quiet++;
	}
	nanosleep(&t, NULL);
	screen_poll(s);
	return c->quiet >= 4;
}

static void settle(struct screen *s)
{
	struct calm c = { 0, 0 };

	for (int i = 0; i < 250; i++)
		if (nothing_new(s, &c))
			return;
}

/* ---- drawing ---- */

static const uint8_t *colour_of(int index, const uint8_t *rgb,
    const uint8_t *otherwise)
{
	if (index < 0)
		return otherwise;
	return index < 16 ? palette[index] : rgb;
}

struct look { const uint8_t *fg, *bg; };

static struct look look_of(const struct screen_cell *c)
{
	struct look l = { colour_of(c->fg, c->fg_rgb, ink),
		colour_of(c->bg, c->bg_rgb, ground) };

	if (c->reverse) {
		const uint8_t *t = l.fg;

		l.fg = l.bg;
		l.bg = t;
	}
	return l;
}

static uint32_t first_code(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80)
		return p[0];
	if (p[0] < 0xe0)
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	if (p[0] < 0xf0)
		return (uint32_t)(p[0] & 0xf) << 12 |
		    (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	return 0x10000;
}

/* Arms of a box line from the middle: 1 up, 2 right, 4 down, 8 left. */
static int box_arms(uint32_t c)
{
	switch (c) {
	case 0x2500: return 2 | 8;
	case 0x2502: return 1 | 4;
	case 0x250c: return 2 | 4;
	case 0x2510: return 4 | 8;
	case 0x2514: return 1 | 2;
	case 0x2518: return 1 | 8;
	case 0x251c: return 1 | 2 | 4;
	case 0x2524: return 1 | 4 | 8;
	case 0x252c: return 2 | 4 | 8;
	case 0x2534: return 1 | 2 | 8;
	case 0x253c: return 15;
	default: return 0;
	}
}

static void put_box(FILE *f, int x, int y, int arms, const uint8_t *fg)
{
	double mx = x + CELL_W / 2.0, my = y + CELL_H / 2.0;

	fprintf(f, "<path stroke=\"#%02x%02x%02x\" fill=\"none\" d=\"", fg[0],
	    fg[1], fg[2]);
	if ((arms & 1) != 0)
		fprintf(f, "M%g %gV%d", mx, my, y);
	if ((arms & 2) != 0)
		fprintf(f, "M%g %gH%d", mx, my, x + CELL_W);
	if ((arms & 4) != 0)
		fprintf(f, "M%g %gV%d", mx, my, y + CELL_H);
	if ((arms & 8) != 0)
		fprintf(f, "M%g %gH%d", mx, my, x);
	fputs("\"/>\n", f);
}

static void put_text(FILE *f, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '&')
			fputs("&amp;", f);
		else if (*s == '<')
			fputs("&lt;", f);
		else if (*s == '>')
			fputs("&gt;", f);
		else
			fputc(*s, f);
	}
}

static void put_cell(FILE *f, struct screen *s, int row, int col,
    const struct screen_cell *c)
{
	int x = MARGIN + col * CELL_W, y = MARGIN + row * CELL_H;
	struct look l = look_of(c);
	int arms = box_arms(first_code(c->text));

	(void)s;
	if (l.bg != ground)
		fprintf(f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		    "fill=\"#%02x%02x%02x\"/>\n", x, y, c->width * CELL_W,
		    CELL_H, l.bg[0], l.bg[1], l.bg[2]);
	if (c->underline)
		fprintf(f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"1\" "
		    "fill=\"#%02x%02x%02x\"/>\n", x, y + CELL_H - 2,
		    c->width * CELL_W, l.fg[0], l.fg[1], l.fg[2]);
	if (arms != 0) {
		put_box(f, x, y, arms, l.fg);
	} else if (strcmp(c->text, " ") != 0) {
		fprintf(f, "<text x=\"%d\" y=\"%d\"%s "
		    "fill=\"#%02x%02x%02x\">", x, y + BASELINE,
		    c->bold ? " font-weight=\"bold\"" : "", l.fg[0], l.fg[1],
		    l.fg[2]);
		put_text(f, c->text);
		fputs("</text>\n", f);
	}
}

static void put_cursor(FILE *f, struct screen *s)
{
	int row, col;
	bool visible;

	screen_cursor(s, &row, &col, &visible);
	if (visible)
		fprintf(f, "<rect x=\"%d\" y=\"%d\" width=\"2\" height=\"%d\" "
		    "fill=\"#f2c14e\"/>\n", MARGIN + col * CELL_W,
		    MARGIN + row * CELL_H + 1, CELL_H - 3);
}

static bool write_svg(const struct job *j, struct screen *s, const char *path)
{
	int w = screen_cols(s) * CELL_W + 2 * MARGIN;
	int h = screen_rows(s) * CELL_H + 2 * MARGIN;
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return false;
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" font-size=\"%d\" "
	    "font-family=\"WenQuanYi Micro Hei Mono, monospace\" "
	    "xml:space=\"preserve\">\n"
	    "<rect width=\"%d\" height=\"%d\" rx=\"8\" "
	    "fill=\"#%02x%02x%02x\"/>\n", w, h, w, h, FONT_SIZE, w, h,
	    ground[0], ground[1], ground[2]);
	for (int row = 0; row < screen_rows(s); row++)
		for (int col = 0; col < screen_cols(s);) {
			struct screen_cell c;

			screen_at(s, row, col, &c);
			put_cell(f, s, row, col, &c);
			col += c.width;
		}
	if (!j->no_cursor)
		put_cursor(f, s);
	fputs("</svg>\n", f);
	return fclose(f) == 0;
}

static bool make_png(const char *svg, const char *png)
{
	const char *argv[] = { "rsvg-convert", "-o", png, svg, NULL };
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, argv[0], NULL, NULL,
	    (char *const *)(uintptr_t)argv, environ) != 0) {
		fprintf(stderr, "minqing-shot: rsvg-convert is missing "
		    "(package librsvg2-bin)\n");
		return false;
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;
}

static bool write_picture(const struct job *j, struct screen *s)
{
	size_t n = strlen(j->out);
	char svg[4096];
	bool done;

	if (n < 5 || strcmp(j->out + n - 4, ".png") != 0)
		return write_svg(j, s, j->out);
	snprintf(svg, sizeof(svg), "%s.svg.tmp", j->out);
	done = write_svg(j, s, svg) && make_png(svg, j->out);
	unlink(svg);
	return done;
}

int main(int argc, char **argv)
{
	static struct job j;
	struct screen *s;
	int status = 0;

	if (!read_arguments(&j, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	s = screen_start((const char *const *)(uintptr_t)j.command, &j.opt);
	for (size_t i = 0; i < j.n && status == 0; i++)
		if (!do_step(s, &j.steps[i])) {
			fprintf(stderr, "minqing-shot: step %zu (%s) did not "
			    "come true; the screen was:\n%s", i + 1,
			    j.steps[i].arg, screen_text(s));
			status = 1;
		}
	settle(s);
	if (j.print)
		fputs(screen_text(s), stdout);
	if (j.out != NULL && !write_picture(&j, s)) {
		fprintf(stderr, "minqing-shot: cannot write %s: %s\n", j.out,
		    strerror(errno));
		status = 1;
	}
	screen_stop(&s);
	return status;
}
