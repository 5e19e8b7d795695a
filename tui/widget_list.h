/*
 * A list of any length that holds only what the screen shows.  Rows come from
 * a source by keyset: "the next n after this one".  One cell at the left
 * shows where we are; the first nine rows carry digits.
 *
 * An item is a struct of the panel's choosing, copied by value; it holds what
 * paint() shows and the key the source needs to go on from it.
 */
#ifndef MQ_WIDGET_LIST_H
#define MQ_WIDGET_LIST_H

#include "../core/base/err.h"
#include "panel.h"
#include "widget_edit.h"

enum widget_list_dir { LIST_AFTER, LIST_BEFORE };

struct widget_list_source {
	size_t item_size;
	int lines;		/* screen lines an item takes; 0 means 1 */
	/* Up to max items into out (max × item_size bytes), *n how many.
	 * LIST_AFTER: those that follow `from` in list order.  LIST_BEFORE:
	 * those before it, nearest first.  from NULL: from the first, or from
	 * the last backwards.  A short answer means there are no more; one
	 * that failed is shown in place, below what it gave all the same. */
	enum mq_status (*fetch)(void *ctx, enum widget_list_dir dir,
	    const void *from, void *out, size_t max, size_t *n,
	    struct err *err);
	/* The same thing, perhaps changed?  Keeps our place on reload. */
	bool (*same)(const void *a, const void *b);
	/* One item into d, `lines` high; gutter and digit are outside. */
	void (*paint)(void *ctx, const void *item, const struct draw *d,
	    bool here);
	/* The filter is another now; fetch() must heed it.  NULL: no filter. */
	void (*filter)(void *ctx, const char *text);
	/* For the last line: how many there are; -1 unknown.  May be NULL. */
	int64_t (*count)(void *ctx);
	/* Column heads, painted above the first row.  May be NULL. */
	void (*heads)(void *ctx, const struct draw *d);
};

struct widget_list {
	const struct widget_list_source *src;
	void *ctx;
	char *items;		/* the rows on screen, in order */
	size_t n, cap;
	size_t here;		/* index of ours */
	int h, w;		/* room; 0 before the first layout */
	bool digits;		/* digits open rows; default true */
	bool type_to_filter;	/* letters start the filter by themselves */
	bool filtering;		/* the filter line has the focus */
	struct widget_edit filter;
	struct err err;		/* the last fetch failed: shown in place */
	bool loaded;
};

void widget_list_init(struct widget_list *l,
    const struct widget_list_source *src, void *ctx);
void widget_list_free(struct widget_list *l);
/* From layout(); fetches what is missing. */
void widget_list_layout(struct widget_list *l, int h, int w);
/* Fetches again and stays on the same item if it is still there. */
void widget_list_reload(struct widget_list *l);
/* To the first item. */
void widget_list_top(struct widget_list *l);
/* Goes to that item, or to where it would be. */
void widget_list_go(struct widget_list *l, const void *item);
/* The item we are on; NULL when empty. */
const void *widget_list_item(const struct widget_list *l);
bool widget_list_typing(const struct widget_list *l);	/* for typing() */

/* WIDGET_PICKED: Enter, or a digit (then ours is that row). */
unsigned widget_list_key(struct widget_list *l, uint32_t key);
unsigned widget_list_paste(struct widget_list *l, const char *s, size_t len);
void widget_list_paint(struct widget_list *l, const struct draw *d);

/*
 * ---- a source over an array in memory ----
 * For .fetch and .filter of a source whose ctx *begins with* this struct:
 *	struct my { struct widget_list_array rows; … };
 *	{ .item_size = …, .same = …, .fetch = widget_list_array_fetch, … }
 */
struct widget_list_array {
	const void *items;
	size_t n, item_size;
	bool (*same)(const void *a, const void *b);	/* no two are */
	bool (*match)(const void *item, const char *filter);	/* or NULL */
	char filter[128];
	size_t hint;		/* where we last were, if that one is gone */
	struct err err;		/* what kept the owner from filling it */
};
enum mq_status widget_list_array_fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
    MUST_CHECK;
void widget_list_array_filter(void *ctx, const char *text);

#endif
