/*
 * One field of a form on the screen: what it holds, how it is typed, checked
 * and painted.  Used by form_page; knows the kind but not its neighbours.
 */
#ifndef MQ_FORM_FIELD_H
#define MQ_FORM_FIELD_H

#include "../core/form.h"
#include "widget_edit.h"
#include "widget_menu.h"

enum form_field_look {
	FORM_LOOK_TEXT,		/* typed */
	FORM_LOOK_CHOICE,	/* picked by digit */
	FORM_LOOK_PICK,		/* person, place, unit: a picker opens */
	FORM_LOOK_ADD,		/* one more row of a repeat */
	FORM_LOOK_SHOWN,	/* a value nobody types: read-only, computed */
	FORM_LOOK_NOTE,		/* words to read */
	FORM_LOOK_HEAD,		/* begins a group or a row */
	FORM_LOOK_NONE,		/* computed, or the end of a group */
};

struct form_field {
	struct node *n;
	const struct kind *k;
	const struct field *def;
	struct form_cell *cell;	/* what def is, in a row of a repeat */
	char row[12];		/* of a repeat, "" outside */
	char label[160];	/* with the values it names put in */
	enum form_field_look look;
	bool required;
	bool shown;		/* relevant now */
	/* Correction: the old value shows as a mask only; typing replaces it,
	 * `emptied` takes it away. */
	bool secret, emptied;
	bool changed;		/* by the person, since the form was opened */
	bool dirty;		/* since it was last checked */
	bool fresh;		/* filled in for them: typing replaces it */
	struct widget_edit edit;	/* FORM_LOOK_TEXT */
	struct buf value;	/* CHOICE, PICK: as stored */
	char words[200];	/* PICK: as shown; secret: the mask */
	const struct choice **visible;
	struct widget_menu_choice *labels;
	size_t nvisible;
	struct widget_menu menu;
	bool moved;		/* arrows were used since we came here */
	char typed[32];		/* letters that narrow the choices */
	bool wants_pick;	/* the panel shall open the picker … */
	char wanted[64];	/* … with this typed already */
	bool wants_row;		/* ADD: the page shall add one */
	struct err err;		/* complaint shown here; code MQ_OK: none */
};

void form_field_init(struct form_field *ff, struct node *n,
    const struct kind *k, const struct field *def, bool required);
/* The same field in one row of its repeat; `def` the repeat itself: the head
 * of the row. */
void form_field_init_row(struct form_field *ff, struct node *n,
    const struct kind *k, const struct field *def, const char *row);
void form_field_free(struct form_field *ff);

bool form_field_can_focus(const struct form_field *ff);
bool form_field_empty(const struct form_field *ff);
/* Plain characters are text here. */
bool form_field_typing(const struct form_field *ff);

/* … and Chinese words: no digits, phone, number, picker. */
bool form_field_chinese(const struct form_field *ff);

/* Takes the value out of f (absent: empty); forgets complaints. */
void form_field_load(struct form_field *ff, const struct fields *f);
/* Puts the value into f, or drops it. */
void form_field_store(struct form_field *ff, struct fields *f, struct utc now);
/* Choices and words that hang on other fields. */
void form_field_refresh(struct form_field *ff, const struct fields *f);
/* A correction begins with this value hidden behind its mask. */
void form_field_hide(struct form_field *ff, const struct field_value *v);
/* The stored value of a choice or pick, as it is. */
void form_field_put(struct form_field *ff, const char *value);
/* The picker's answer, a ref or an org code. */
void form_field_picked(struct form_field *ff, const char *value);

/* WIDGET_CHANGED; WIDGET_PICKED: answered, go on to the next field. */
unsigned form_field_key(struct form_field *ff, uint32_t key);
unsigned form_field_paste(struct form_field *ff, const char *s, size_t len);
void form_field_insert(struct form_field *ff, const char *text);
/* Checks what was typed: a complaint, or the stored form in f. */
void form_field_leave(struct form_field *ff, struct fields *f, struct utc now);

/* The value in words, as the person at the desk should read it back. */
void form_field_words(const struct form_field *ff, const struct fields *f,
    struct buf *out);
/* Screen lines at that width with labels `label_w` wide. */
int form_field_lines(struct form_field *ff, int w, int label_w, bool focus);
void form_field_paint(struct form_field *ff, const struct fields *f,
    const struct draw *d, int label_w, bool focus, struct utc now);

#endif
