/*
 * A file of 16 MiB that holds nothing: when the disk is full it goes, and the
 * save at hand and the drafts have room once more.
 */
#ifndef MQ_BALLAST_H
#define MQ_BALLAST_H

#include "node.h"

#define BALLAST_BYTES (16 * 1024 * 1024)

/* Puts it there when it is not and the disk has room in plenty. */
void ballast_make(struct node *n);
/* Gives it up; false when there was none.  People are told by the disk's own
 * warning: it comes back only after somebody made room. */
bool ballast_free(struct node *n);

#endif
