/*
 * What the person picker shares with forms: one line about a person.
 */
#ifndef MQ_PANEL_PERSON_H
#define MQ_PANEL_PERSON_H

#include "../core/node.h"
#include "../core/search.h"

#define PANEL_PERSON_NAME "person"

/* "王*  女 1948  清河花园3栋  尾号27"; "" when the record is not there. */
void panel_person_words(struct node *n, int64_t rec, char *out, size_t size);
void panel_person_line(const struct search_person *p, char *out, size_t size);

#endif
