/*
 * See evil_hub.h.
 */
#include "evil_hub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../core/base/file.h"

#define PEM_MAX (16u * 1024u)
#define MORE_MAX (64u * 1024u * 1024u)	/* nobody takes that much */
#define DAY_S 86400

/* ---- the certificate that ran out ---- */

static gnutls_datum_t load(struct env *env, const char *dir,
    const char *name, struct buf *b)
{
	char path[600];

	file_join(path, sizeof(path), dir, name);
	assert_int_equal(file_read(env, path, b, NULL), MQ_OK);
	return (gnutls_datum_t){ (unsigned char *)b->data, (unsigned)b->len };
}

static void good(int rc)
{
	if (rc < 0)
		fail_msg("%s", gnutls_strerror(rc));
}

static gnutls_x509_privkey_t load_key(struct env *env, const char *dir,
    const char *name)
{
	struct buf b = BUF_INIT(PEM_MAX);
	gnutls_datum_t d = load(env, dir, name, &b);
	gnutls_x509_privkey_t key;

	good(gnutls_x509_privkey_init(&key));
	good(gnutls_x509_privkey_import(key, &d, GNUTLS_X509_FMT_PEM));
	buf_free(&b);
	return key;
}

static gnutls_x509_crt_t load_crt(struct env *env, const char *dir,
    const char *name)
{
	struct buf b = BUF_INIT(PEM_MAX);
	gnutls_datum_t d = load(env, dir, name, &b);
	gnutls_x509_crt_t crt;

	good(gnutls_x509_crt_init(&crt));
	good(gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_PEM));
	buf_free(&b);
	return crt;
}

void evil_hub_expired(struct env *env, const char *dir)
{
	static const unsigned char loopback[] = { 127, 0, 0, 1 };
	gnutls_x509_privkey_t ca_key = load_key(env, dir, "ca.key");
	gnutls_x509_privkey_t key = load_key(env, dir, "hub.key");
	gnutls_x509_crt_t ca = load_crt(env, dir, "ca.pem"), crt;
	gnutls_datum_t pem;
	time_t now = time(NULL);
	char path[600];

	good(gnutls_x509_crt_init(&crt));
	good(gnutls_x509_crt_set_version(crt, 3));
	good(gnutls_x509_crt_set_key(crt, key));
	good(gnutls_x509_crt_set_serial(crt, "\x07", 1));
	good(gnutls_x509_crt_set_activation_time(crt, now - 9 * DAY_S));
	good(gnutls_x509_crt_set_expiration_time(crt, now - DAY_S));
	good(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
	    0, "127.0.0.1", 9));
	good(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
	    loopback, sizeof(loopback), GNUTLS_FSAN_SET));
	good(gnutls_x509_crt_sign2(crt, ca, ca_key, GNUTLS_DIG_SHA256, 0));
	good(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem));
	file_join(path, sizeof(path), dir, "expired.pem");
	assert_int_equal(file_write(env, path, pem.data, pem.size, 0600,
	    NULL), MQ_OK);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_privkey_deinit(ca_key);
	gnutls_x509_privkey_deinit(key);
}

/* ---- the server ---- */

static int send_all(gnutls_session_t s, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = gnutls_record_send(s, p, n);

		if (k == GNUTLS_E_AGAIN || k == GNUTLS_E_INTERRUPTED)
			continue;
		if (k <= 0)
			return -1;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Reads until the head of a request is there. */
static int take_request(gnutls_session_t s)
{
	char in[16384];
	size_t n = 0;

	while (n + 1 < sizeof(in)) {
		ssize_t k = gnutls_record_recv(s, in + n, sizeof(in) - 1 - n);

		if (k == GNUTLS_E_AGAIN || k == GNUTLS_E_INTERRUPTED)
			continue;
		if (k <= 0)
			return -1;
		n += (size_t)k;
		in[n] = '\0';
		if (strstr(in, "\r\n\r\n") != NULL)
			return 0;
	}
	return -1;
}

static void serve(gnutls_session_t s, const struct evil_answer *a)
{
	size_t sent = 0, len = a->more != NULL ? strlen(a->more) : 0;
	int rc;

	do {
		rc = gnutls_handshake(s);
	} while (rc < 0 && gnutls_error_is_fatal(rc) == 0);
	if (rc < 0 || take_request(s) != 0 ||
	    send_all(s, a->head, strlen(a->head)) != 0)
		return;
	for (; len > 0 && sent < MORE_MAX; sent += len)
		if (send_all(s, a->more, len) != 0)
			return;
	(void)gnutls_bye(s, GNUTLS_SHUT_WR);
}

static void run(int fd, const char *cert, const char *key,
    const struct evil_answer *a)
{
	gnutls_certificate_credentials_t cred;

	(void)signal(SIGPIPE, SIG_IGN);
	if (gnutls_certificate_allocate_credentials(&cred) < 0 ||
	    gnutls_certificate_set_x509_key_file(cred, cert, key,
	    GNUTLS_X509_FMT_PEM) < 0)
		_exit(1);
	for (;;) {
		gnutls_session_t s;
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			continue;
		if (gnutls_init(&s, GNUTLS_SERVER) < 0 ||
		    gnutls_set_default_priority(s) < 0 ||
		    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE,
		    cred) < 0)
			_exit(1);
		gnutls_transport_set_int(s, c);
		gnutls_handshake_set_timeout(s, 10000);
		gnutls_record_set_timeout(s, 10000);
		serve(s, a);
		gnutls_deinit(s);
		close(c);
	}
}

void evil_hub_start(struct evil_hub *h, const char *cert, const char *key,
    const struct evil_answer *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	h->port = ntohs(in.sin_port);
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(fd, cert, key, a);
	}
	close(fd);
}

void evil_hub_stop(struct evil_hub *h)
{
	if (h->pid <= 0)
		return;
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	h->pid = 0;
}
