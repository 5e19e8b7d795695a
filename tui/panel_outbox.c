/*
 * What is not confirmed yet: the counts that add up, what came back and why,
 * and the records that still wait here.
 */
#include <inttypes.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "panels.h"
#include "record_found.h"
#include "widget_lines.h"
#include "words.h"

#define ROWS_MAX 300
#define SCAN_MAX 3000		/* newest records looked through */
#define PAGE 100
#define RETURNED_MAX 20

struct panel_outbox {
	struct panel base;
	struct record_found waiting;
	struct widget_lines head;
};

static struct panel_outbox *self(struct panel *p)
{
	return (struct panel_outbox *)p;
}

/* ---- loading ---- */

static void count_line(struct panel_outbox *o, enum word_id label,
    enum theme_role role, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	widget_lines_add(&o->head, word(label), role, text);
}

static void show_returned(struct panel_outbox *o)
{
	struct outbox_returned list[RETURNED_MAX];
	struct err err = ERR_INIT;
	char at[24], line[320];
	int n = 0;

	if (outbox_returned(desk_of(o->base.app)->n, list, RETURNED_MAX, &n,
	    &err) != MQ_OK)
		return;
	for (int i = 0; i < n && i < RETURNED_MAX; i++) {
		clock_show(list[i].at, CLOCK_SHORT, at, sizeof(at));
		snprintf(line, sizeof(line), "%s  %s", at, list[i].reason);
		widget_lines_add(&o->head, word(W_OUTBOX_WHY), ROLE_REFUSED,
		    line);
	}
}

static void show_head(struct panel_outbox *o)
{
	const struct outbox_counts *c = desk_counts(o->base.app);
	enum theme_role role;
	char line[256], at[24];

	widget_lines_reset(&o->head);
	desk_light_words(o->base.app, line, sizeof(line), &role);
	widget_lines_add(&o->head, NULL, role, line);
	count_line(o, W_OUTBOX_WRITTEN, ROLE_STRONG, c->written);
	count_line(o, W_OUTBOX_LOCAL, ROLE_LOCAL, c->local);
	count_line(o, W_OUTBOX_SENT, ROLE_SENT, c->sent);
	count_line(o, W_OUTBOX_HUB, ROLE_RECEIVED, c->hub);
	count_line(o, W_OUTBOX_RETURNED, c->returned > 0 ? ROLE_REFUSED :
	    ROLE_TEXT, c->returned);
	if (c->last_contact.ms != 0) {
		clock_show(c->last_contact, CLOCK_MINUTE, at, sizeof(at));
		widget_lines_add(&o->head, word(W_OUTBOX_CONTACT), ROLE_TEXT,
		    at);
	}
	if (c->trouble[0] != '\0')
		widget_lines_add(&o->head, word(W_OUTBOX_TROUBLE), ROLE_WARN,
		    c->trouble);
	show_returned(o);
}

static bool waits(struct node *n, const struct record *r)
{
	enum record_delivery at = record_delivery(n, r);

	return at == DELIVERY_LOCAL || at == DELIVERY_SENT ||
	    at == DELIVERY_RETURNED;
}

/* Own records stand among the newest: what waits is found from there. */
static void load_rows(struct panel_outbox *o)
{
	struct desk *d = desk_of(o->base.app);
	struct record_query q = { .sort = SORT_CHANGED };
	struct record *rows = xcalloc(PAGE, sizeof(*rows)), last;
	struct err err = ERR_INIT;
	int n = PAGE, seen = 0;

	memset(&last, 0, sizeof(last));
	record_found_clear(&o->waiting);
	while (n == PAGE && seen < SCAN_MAX &&
	    !record_found_full(&o->waiting)) {
		if (record_page(d->n, &q, &last, false, rows, PAGE, &n, &err)
		    != MQ_OK) {
			o->waiting.array.err = err;
			break;
		}
		for (int i = 0; i < n; i++)
			if (waits(d->n, &rows[i]))
				record_found_add(&o->waiting, &rows[i]);
		if (n > 0)
			last = rows[n - 1];
		seen += n;
	}
	free(rows);
}

static void load(struct panel_outbox *o)
{
	show_head(o);
	load_rows(o);
}

/* ---- handlers ---- */

static unsigned outbox_key(struct panel *p, uint32_t key)
{
	struct panel_outbox *o = self(p);
	unsigned flags = widget_list_key(&o->waiting.list, key);
	const struct record *r = record_found_here(&o->waiting);

	if ((flags & WIDGET_PICKED) != 0 && r != NULL)
		panel_record_open(p->app, r->rec);
	return flags;
}

static bool outbox_offers(struct panel *p, enum action act)
{
	(void)p;
	return act != ACT_LIST_FILTER;
}

static unsigned outbox_wake(struct panel *p)
{
	load(self(p));
	widget_list_reload(&self(p)->waiting.list);
	return PANEL_REDRAW;
}

static unsigned outbox_returned_to(struct panel *p, struct panel *child)
{
	(void)child;
	return outbox_wake(p);
}

static void outbox_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_OUTBOX_TITLE));
}

static int head_height(struct panel_outbox *o, int h, int w)
{
	int lines = widget_lines_height(&o->head, w - 2);

	return lines < h / 2 ? lines : h / 2;
}

static void outbox_layout(struct panel *p, int h, int w)
{
	int top = head_height(self(p), h, w) + 1;

	widget_list_layout(&self(p)->waiting.list, h - top, w);
}

static void outbox_paint(struct panel *p, const struct draw *d)
{
	struct panel_outbox *o = self(p);
	int top = head_height(o, d->h, d->w);
	struct draw head = draw_sub(d, 0, 1, top, d->w - 2);
	struct draw list = draw_sub(d, top + 1, 0, d->h - top - 1, d->w);

	widget_lines_paint(&o->head, &head);
	widget_list_paint(&o->waiting.list, &list);
}

static void outbox_destroy(struct panel *p)
{
	struct panel_outbox *o = self(p);

	record_found_free(&o->waiting);
	widget_lines_free(&o->head);
}

static const enum context outbox_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops outbox_ops = {
	.name = "outbox",
	.widgets = outbox_widgets,
	.title = outbox_title,
	.key = outbox_key,
	.offers = outbox_offers,
	.layout = outbox_layout,
	.paint = outbox_paint,
	.wake = outbox_wake,
	.returned = outbox_returned_to,
	.destroy = outbox_destroy,
};

void panel_outbox_open(struct app *app)
{
	struct panel_outbox *o = xcalloc(1, sizeof(*o));

	o->base.app = app;
	widget_lines_init(&o->head);
	record_found_init(&o->waiting, app, ROWS_MAX);
	load(o);
	app_push(app, &o->base, &outbox_ops);
}
