/*
 * Looking for bytes in the files of a node, without the program: does a word,
 * or what it was wrapped in, stand anywhere still?
 */
#ifndef TEST_RAW_H
#define TEST_RAW_H

#include "../../core/node.h"

struct raw_needle { uint8_t *p; size_t len; };
struct raw_needles { struct raw_needle *v; size_t n, cap; };

void raw_add(struct raw_needles *l, const void *p, size_t len);
/* The wrapped bodies of a record's entries, its wrapped row, its words in the
 * index: as they lie in the database now. */
void raw_add_subject(struct raw_needles *l, struct node *n, int64_t rec);
/* How many of them stand in some file below the folder. */
int raw_found(const struct raw_needles *l, const char *dir);
void raw_free(struct raw_needles *l);

#endif
