/*
 * Waking the others: after a commit the writer touches the bell file, the
 * others wait on it with inotify.  No polling.
 */
#ifndef MQ_BELL_H
#define MQ_BELL_H

#include "node.h"

void bell_ring(struct node *n);
/* A descriptor for poll(); readable when somebody rang.  -1 without inotify. */
int bell_listen(struct node *n);
void bell_clear(int fd);		/* swallow what rang */
void bell_close(int fd);

#endif
