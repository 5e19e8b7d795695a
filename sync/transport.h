/*
 * One request, one reply, behind a table of functions, so that the client's
 * rounds are tested without a network.  transport_curl.c is the real one.
 *
 * The transport limits sizes and times, decodes zstd and reads our own
 * header lines; it knows nothing of what is carried.
 */
#ifndef MQ_TRANSPORT_H
#define MQ_TRANSPORT_H

#include "../core/base/buf.h"
#include "../core/base/err.h"

#define TRANSPORT_FIELDS 12
#define TRANSPORT_REPLY_MAX (8u * 1024u * 1024u)

struct transport_field { const char *name, *value; };

struct transport_request {
	const char *method;
	const char *target;		/* "/v1/feed?after=0" */
	struct transport_field fields[TRANSPORT_FIELDS];
	int nfields;
	const void *body;
	size_t len;
	int wait_s;			/* the other side may hold it so long */
};

struct transport_reply {
	int status;			/* HTTP */
	char type[64];			/* media type, without parameters */
	int64_t cursor;			/* Minqing-Cursor, -1 absent */
	bool more;			/* Minqing-More: 1 */
	struct utc now;			/* Minqing-Now, 0 absent */
	int retry_after;		/* seconds, 0 absent */
	struct buf body;		/* decoded */
};

struct transport;
struct transport_ops {
	/* MQ_OK: some answer came, whatever its status.  MQ_E_NET_DOWN,
	 * MQ_E_NET_CERT, MQ_E_NET_REPLY otherwise. */
	enum mq_status (*request)(struct transport *t,
	    const struct transport_request *q, struct transport_reply *r,
	    struct err *err);
	/* A request in the background (the long poll); one at a time. */
	enum mq_status (*start)(struct transport *t,
	    const struct transport_request *q, struct err *err);
	/* Waits for its end, for `fd` (-1 none) to become readable, or for
	 * the time; *done: finish() may be called. */
	enum mq_status (*wait)(struct transport *t, int fd, int timeout_ms,
	    bool *done, struct err *err);
	enum mq_status (*finish)(struct transport *t,
	    struct transport_reply *r, struct err *err);
	void (*cancel)(struct transport *t);
	void (*close)(struct transport *t);
};
struct transport { const struct transport_ops *ops; void *ctx; };

void transport_reply_init(struct transport_reply *r);
void transport_reply_free(struct transport_reply *r);

#endif
