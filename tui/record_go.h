/*
 * What a record waits for, begun by one key: the answer to a notice, the
 * visit to whoever is due.  Used by the record page and the due list.
 */
#ifndef MQ_RECORD_GO_H
#define MQ_RECORD_GO_H

#include "../core/record.h"
#include "app.h"

/* Does it wait for something this person may do? */
bool record_go_may(struct app *app, const struct record *r);
/* Opens the form with the record filled in; without one, the record. */
void record_go(struct app *app, const struct record *r);

#endif
