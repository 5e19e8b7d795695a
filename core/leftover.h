/*
 * Do these bytes still stand in some file of the node?  The look that comes
 * before 已删除 is said.
 */
#ifndef MQ_LEFTOVER_H
#define MQ_LEFTOVER_H

#include "node.h"

struct leftover { uint8_t **v; size_t *len; size_t n, cap, cap2; };

/* Remembers bytes to look for; fewer than 4 are not worth it. */
void leftover_add(struct leftover *l, const void *p, size_t len);
void leftover_free(struct leftover *l);
/* Looks through every file of the node's folder but its roster and packs.
 * *found gets how many of them stand somewhere, where (may be NULL) a file.
 * Works in a process of its own: closing a database file here would drop
 * SQLite's locks. */
enum mq_status leftover_look(struct node *n, const struct leftover *l,
    int *found, char *where, size_t size, struct err *err) MUST_CHECK;

#endif
