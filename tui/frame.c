/*
 * Header, notice line and footer.  Called by app's paint step.
 */
#include "frame.h"

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "widget_bar.h"
#include "words.h"

#define BAR_MAX 32		/* actions in a footer */
#define NOTICE_LINES 4

/* The light stands on the header's ground, whatever role it was given. */
static enum theme_role light_on_header(enum theme_role role)
{
	switch (role) {
	case ROLE_OK:
	case ROLE_RECEIVED:
	case ROLE_SENT:
		return ROLE_LIGHT_OK;
	case ROLE_WARN:
	case ROLE_NOTICE:
	case ROLE_LOCAL:
	case ROLE_DUE_SOON:
		return ROLE_LIGHT_WARN;
	case ROLE_ERROR:
	case ROLE_REFUSED:
	case ROLE_OVERDUE:
	case ROLE_URGENT:
		return ROLE_LIGHT_BAD;
	case ROLE_LIGHT_OK:
	case ROLE_LIGHT_WARN:
	case ROLE_LIGHT_BAD:
		return role;
	default:
		return ROLE_HEADER;
	}
}

/* Right to left: light, date, person; what does not fit beside `left` cells
 * is left out, the light never.  Returns the column where they begin. */
static int header_right(const struct draw *line, const struct app_header *h,
    int left)
{
	const struct { const char *text; enum theme_role role; } parts[] = {
		{ h->light, light_on_header(h->light_role) },
		{ h->date, ROLE_HEADER },
		{ h->person, ROLE_HEADER },
	};
	int x = line->w - 1, room = left < line->w / 2 ? left : line->w / 2;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		int cells = text_cells(parts[i].text);

		if (cells == 0)
			continue;
		if (x - cells < (i == 0 ? 0 : room))
			break;
		x -= cells;
		draw_text(line, 0, x, cells, parts[i].role, parts[i].text);
		x -= 2;
	}
	return x;
}

void frame_header(const struct draw *screen, const struct app_header *h,
    const char *title)
{
	struct draw line = draw_sub(screen, 0, 0, 1, screen->w);
	const char *left = h->left[0] != '\0' ? h->left : word(W_APP_NAME);
	int end, x = 1, want;

	draw_fill(&line, 0, 0, 1, line.w, ROLE_HEADER);
	want = text_cells(title) + 2;
	end = header_right(&line, h, x + text_cells(left) + 2 + want);
	if (end <= x)
		return;
	/* The page's name matters more than the station's. */
	if (want > 2 && x + text_cells(left) + want > end && want < end) {
		draw_text(&line, 0, x, end - x, ROLE_HEADER, title);
		return;
	}
	x += draw_text(&line, 0, x, end - x, ROLE_HEADER_DIM, left) + 2;
	if (x < end)
		draw_text(&line, 0, x, end - x, ROLE_HEADER, title);
}

static void no_line(void *ctx, const char *s, size_t len)
{
	(void)ctx;
	(void)s;
	(void)len;
}

/* What happened, what was kept, what to do: rarely fits one line. */
void frame_notice(const struct draw *screen, enum theme_role role,
    const char *text)
{
	int cells = screen->w - 2, n, top;

	n = text_wrap(text, strlen(text), cells, no_line, NULL);
	n = n < NOTICE_LINES ? n : NOTICE_LINES;
	if (n <= 1) {
		draw_text(screen, screen->h - 2, 1, cells, role, text);
		return;
	}
	top = screen->h - 1 - n;
	draw_fill(screen, top, 0, n, screen->w, ROLE_TEXT);
	draw_wrapped(screen, top, 1, cells, n, role, text);
}

void frame_progress(const struct draw *screen, const char *what, int64_t done,
    int64_t total)
{
	int y = screen->h - 2, x;

	draw_fill(screen, y, 0, 1, screen->w, ROLE_TEXT);
	x = 1 + draw_text(screen, y, 1, screen->w / 2, ROLE_NOTICE, what) + 1;
	widget_bar_progress(screen, y, x, screen->w - x - 1, done, total);
}

struct bar_item {
	uint32_t key;
	char shown[32];
	const char *label;
	int cells;
};

struct bar { struct bar_item items[BAR_MAX]; size_t n; };

static void collect(struct bar *bar, struct app *app, struct panel *p,
    enum context ctx, bool typing,
    bool (*offers)(struct app *app, struct panel *p, enum action act))
{
	for (int a = 1; a < ACT_COUNT; a++) {
		const struct keymap_action *row = keymap_row((enum action)a);
		struct bar_item *it = &bar->items[bar->n];
		uint32_t key;
		bool seen = false;

		if (row->context != ctx || row->show != SHOW_BAR ||
		    bar->n == BAR_MAX || (row->who & app->who) == 0)
			continue;
		key = keymap_shown((enum action)a, typing);
		for (size_t i = 0; i < bar->n; i++)
			seen = seen || bar->items[i].key == key;
		if (key == K_NONE || seen || !offers(app, p, (enum action)a))
			continue;
		it->key = key;
		key_show(key, words_lang(), it->shown, sizeof(it->shown));
		it->label = row->label[words_lang()];
		it->cells = text_cells(it->shown) + 1 + text_cells(it->label);
		bar->n++;
	}
}

static int put_item(const struct draw *d, int y, int x,
    const struct bar_item *it)
{
	x += draw_text(d, y, x, 0, ROLE_KEY, it->shown) + 1;
	x += draw_text(d, y, x, 0, ROLE_FOOTER, it->label) + 2;
	return x;
}

void frame_footer(const struct draw *screen, struct app *app,
    struct panel *p, bool (*offers)(struct app *app, struct panel *p,
    enum action act))
{
	static const enum context none[] = { CTX_END };
	const enum context *own = p->ops->contexts;
	const enum context *wid = p->ops->widgets;
	struct bar page = { .n = 0 }, all;
	bool typing = p->ops->typing != NULL && p->ops->typing(p);
	int y = screen->h - 1, x = 1, tail = 0;
	size_t common;

	for (own = own != NULL ? own : none; *own != CTX_END; own++)
		collect(&page, app, p, *own, typing, offers);
	for (wid = wid != NULL ? wid : none; *wid != CTX_END; wid++)
		collect(&page, app, p, *wid, typing, offers);
	all = page;
	common = all.n;
	collect(&all, app, p, CTX_GLOBAL, typing, offers);
	for (size_t i = common; i < all.n; i++)
		tail += all.items[i].cells + 2;
	for (size_t i = 0; i < common; i++)
		if (x + all.items[i].cells + tail <= screen->w)
			x = put_item(screen, y, x, &all.items[i]);
	for (size_t i = common; i < all.n; i++)
		if (x + all.items[i].cells <= screen->w)
			x = put_item(screen, y, x, &all.items[i]);
}
