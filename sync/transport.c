/*
 * What every transport shares.
 */
#include "transport.h"

#include <string.h>

void transport_reply_init(struct transport_reply *r)
{
	memset(r, 0, sizeof(*r));
	r->cursor = -1;
	buf_init(&r->body, TRANSPORT_REPLY_MAX);
}

void transport_reply_free(struct transport_reply *r)
{
	buf_free(&r->body);
	transport_reply_init(r);
}
