/*
 * HTTPS server of the hub by libmicrohttpd: TLS, limits, absolute deadlines,
 * held requests.  The only file that includes microhttpd.
 */
#ifndef MQ_HTTP_H
#define MQ_HTTP_H

#include "hub.h"

struct http_settings {
	const char *listen;		/* "ADDR:PORT"; port 0: any */
	const char *cert, *key;		/* PEM files */
	int connections;		/* in all, 0: 20000 */
	int per_address;		/* 0: 256 */
};

struct http;
/* Starts its threads.  Sets h->wake. */
enum mq_status http_start(struct hub *h, const struct http_settings *s,
    struct http **out, struct err *err) MUST_CHECK;
/* "127.0.0.1:8443": where it really listens. */
const char *http_where(const struct http *x);
/* Lets every held request go, then stops. */
void http_stop(struct http **x);

#endif
