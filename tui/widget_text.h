/*
 * Running text, wrapped with 避头尾, that scrolls when it is longer than its
 * room.
 */
#ifndef MQ_WIDGET_TEXT_H
#define MQ_WIDGET_TEXT_H

#include "../core/base/buf.h"
#include "panel.h"

#define WIDGET_TEXT_BYTES (256u * 1024u)

struct widget_text {
	struct buf text;	/* clean */
	enum theme_role role;
	int top;		/* first line shown */
	int lines;		/* at width w */
	int h, w;
};

void widget_text_init(struct widget_text *t, enum theme_role role);
void widget_text_free(struct widget_text *t);
/* Copied and cleaned; "\n" ends a paragraph. */
void widget_text_set(struct widget_text *t, const char *text);
void widget_text_add(struct widget_text *t, const char *text);
/* Lines at that width. */
int widget_text_lines(const struct widget_text *t, int w);
/* PANEL_IGNORED when there is nothing to scroll that way. */
unsigned widget_text_key(struct widget_text *t, uint32_t key);
void widget_text_paint(struct widget_text *t, const struct draw *d);

#endif
