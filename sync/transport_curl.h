/*
 * The real transport: HTTPS by libcurl to one hub.
 */
#ifndef MQ_TRANSPORT_CURL_H
#define MQ_TRANSPORT_CURL_H

#include "transport.h"

struct transport_curl_settings {
	const char *hub;		/* "https://host:port" */
	const char *ca;			/* file with the own CA */
	const char *pins;		/* "sha256//…;sha256//…"; "" only while
					 * enrolling */
};

/* Strings are copied.  Close with t->ops->close(t). */
enum mq_status transport_curl_open(const struct transport_curl_settings *s,
    struct transport *t, struct err *err) MUST_CHECK;

#endif
