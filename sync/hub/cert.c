/*
 * Certificates.  Called by minqing-admin cert and by minqing-hub at start.
 *
 * Validity begins in 1970 and lasts forty years: a kiosk whose clock fell back
 * must still be able to learn the time over TLS.  Trust hangs on the pinned
 * keys and on revocation by enrolment, not on dates.
 */
#include "cert.h"

#include "../../core/base/crypto.h"
#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#define PEM_MAX (16u * 1024u)
#define BEGIN_S ((time_t)86400)
#define YEARS_S ((int64_t)40 * 366 * 86400)

static enum mq_status tls_err(int rc, const char *what, struct err *err)
{
	if (rc >= 0)
		return MQ_OK;
	return err_set(err, MQ_E_NET_CERT, "%s: %s", what,
	    gnutls_strerror(rc));
}

static void path_of(char *out, size_t size, const char *dir, const char *name)
{
	file_join(out, size, dir, name);
}

/* ---- keys ---- */

static enum mq_status key_write(struct env *env, const char *path,
    gnutls_x509_privkey_t key, struct err *err)
{
	gnutls_datum_t pem = { NULL, 0 };
	enum mq_status st = tls_err(gnutls_x509_privkey_export2_pkcs8(key,
	    GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem), path, err);

	if (st == MQ_OK)
		st = file_write(env, path, pem.data, pem.size, 0600, err);
	if (pem.data != NULL)
		crypto_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return st;
}

static enum mq_status key_read(struct env *env, const char *path,
    gnutls_x509_privkey_t key, struct err *err)
{
	struct buf b = BUF_INIT(PEM_MAX);
	gnutls_datum_t d;
	enum mq_status st = file_read(env, path, &b, err);

	d.data = (unsigned char *)b.data;
	d.size = (unsigned)b.len;
	if (st == MQ_OK)
		st = tls_err(gnutls_x509_privkey_import(key, &d,
		    GNUTLS_X509_FMT_PEM), path, err);
	if (b.data != NULL)
		crypto_wipe(b.data, b.len);
	buf_free(&b);
	return st;
}

/* The key in that file, made when there is none. */
static enum mq_status key_get(struct env *env, const char *dir,
    const char *name, gnutls_x509_privkey_t *out, struct err *err)
{
	char path[600];
	enum mq_status st;

	path_of(path, sizeof(path), dir, name);
	st = tls_err(gnutls_x509_privkey_init(out), name, err);
	if (st != MQ_OK)
		return st;
	if (file_exists(path))
		return key_read(env, path, *out, err);
	st = tls_err(gnutls_x509_privkey_generate(*out, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), name, err);
	return st == MQ_OK ? key_write(env, path, *out, err) : st;
}

/* sha256// pin of a public key in DER (SubjectPublicKeyInfo). */
static enum mq_status pin_of_pubkey(gnutls_pubkey_t pub, struct buf *out,
    struct err *err)
{
	gnutls_datum_t der = { NULL, 0 };
	uint8_t hash[CRYPTO_HASH];
	enum mq_status st = tls_err(gnutls_pubkey_export2(pub,
	    GNUTLS_X509_FMT_DER, &der), "pin", err);

	if (st == MQ_OK) {
		crypto_sha256(der.data, der.size, hash);
		buf_adds(out, "sha256//");
		crypto_b64(hash, sizeof(hash), out);
	}
	gnutls_free(der.data);
	return st;
}

static enum mq_status pin_of_key(gnutls_x509_privkey_t key, struct buf *out,
    struct err *err)
{
	gnutls_privkey_t priv = NULL;
	gnutls_pubkey_t pub = NULL;
	int rc = gnutls_privkey_init(&priv);

	if (rc >= 0)
		rc = gnutls_privkey_import_x509(priv, key,
		    GNUTLS_PRIVKEY_IMPORT_COPY);
	if (rc >= 0)
		rc = gnutls_pubkey_init(&pub);
	if (rc >= 0)
		rc = gnutls_pubkey_import_privkey(pub, priv, 0, 0);
	if (rc >= 0 && pin_of_pubkey(pub, out, err) != MQ_OK)
		rc = GNUTLS_E_INTERNAL_ERROR;
	if (pub != NULL)
		gnutls_pubkey_deinit(pub);
	if (priv != NULL)
		gnutls_privkey_deinit(priv);
	return tls_err(rc, "pin", err);
}

/* ---- certificates ---- */

/* Names of keys, so that two CAs of one name are told apart. */
static int set_key_ids(gnutls_x509_crt_t crt, gnutls_x509_crt_t ca)
{
	uint8_t id[64];
	size_t n = sizeof(id);
	int rc = gnutls_x509_crt_get_key_id(crt, 0, id, &n);

	if (rc >= 0)
		rc = gnutls_x509_crt_set_subject_key_id(crt, id, n);
	n = sizeof(id);
	if (rc >= 0)
		rc = gnutls_x509_crt_get_key_id(ca, 0, id, &n);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_authority_key_id(crt, id, n);
	return rc;
}

static int set_common(struct env *env, gnutls_x509_crt_t crt,
    gnutls_x509_privkey_t key, const char *name)
{
	uint8_t serial[16];
	int64_t end = env_now(env).ms / MS_SECOND + YEARS_S;
	int rc = gnutls_x509_crt_set_version(crt, 3);

	env->random(env, serial, sizeof(serial));
	serial[0] &= 0x7f;
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key(crt, key);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (rc >= 0)
		rc = gnutls_x509_crt_set_activation_time(crt, BEGIN_S);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_expiration_time(crt, (time_t)end);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_dn_by_oid(crt,
		    GNUTLS_OID_X520_COMMON_NAME, 0, name,
		    (unsigned)strlen(name));
	return rc;
}

static enum mq_status crt_write(struct env *env, const char *path,
    gnutls_x509_crt_t crt, struct err *err)
{
	gnutls_datum_t pem = { NULL, 0 };
	enum mq_status st = tls_err(gnutls_x509_crt_export2(crt,
	    GNUTLS_X509_FMT_PEM, &pem), path, err);

	if (st == MQ_OK)
		st = file_write(env, path, pem.data, pem.size, 0644, err);
	gnutls_free(pem.data);
	return st;
}

static enum mq_status crt_read(struct env *env, const char *path,
    gnutls_x509_crt_t crt, struct err *err)
{
	struct buf b = BUF_INIT(PEM_MAX);
	gnutls_datum_t d;
	enum mq_status st = file_read(env, path, &b, err);

	d.data = (unsigned char *)b.data;
	d.size = (unsigned)b.len;
	if (st == MQ_OK)
		st = tls_err(gnutls_x509_crt_import(crt, &d,
		    GNUTLS_X509_FMT_PEM), path, err);
	buf_free(&b);
	return st;
}

static enum mq_status make_ca(struct env *env, const char *dir,
    gnutls_x509_crt_t ca, gnutls_x509_privkey_t key, struct err *err)
{
	char path[600];
	int rc;

	path_of(path, sizeof(path), dir, "ca.pem");
	if (file_exists(path))
		return crt_read(env, path, ca, err);
	rc = set_common(env, ca, key, "minqing CA");
	if (rc >= 0)
		rc = gnutls_x509_crt_set_basic_constraints(ca, 1, 0);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_usage(ca,
		    GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	if (rc >= 0)
		rc = set_key_ids(ca, ca);
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(ca, ca, key, GNUTLS_DIG_SHA256,
		    0);
	if (rc < 0)
		return tls_err(rc, "CA", err);
	return crt_write(env, path, ca, err);
}

static int set_host(gnutls_x509_crt_t crt, const char *host)
{
	struct in_addr a;

	if (inet_pton(AF_INET, host, &a) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt,
		    GNUTLS_SAN_IPADDRESS, &a, sizeof(a), GNUTLS_FSAN_SET);
	return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
	    host, (unsigned)strlen(host), GNUTLS_FSAN_SET);
}

static enum mq_status make_hub(struct env *env, const char *dir,
    const char *host, gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key,
    gnutls_x509_privkey_t key, struct err *err)
{
	gnutls_x509_crt_t crt = NULL;
	char path[600];
	enum mq_status st;
	int rc = gnutls_x509_crt_init(&crt);

	path_of(path, sizeof(path), dir, "hub.pem");
	if (rc >= 0)
		rc = set_common(env, crt, key, host);
	if (rc >= 0)
		rc = set_host(crt, host);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_usage(crt,
		    GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt,
		    GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (rc >= 0)
		rc = set_key_ids(crt, ca);
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(crt, ca, ca_key,
		    GNUTLS_DIG_SHA256, 0);
	st = tls_err(rc, "hub", err);
	if (st == MQ_OK)
		st = crt_write(env, path, crt, err);
	if (crt != NULL)
		gnutls_x509_crt_deinit(crt);
	return st;
}

static enum mq_status write_pins(struct env *env, const char *dir,
    gnutls_x509_privkey_t key, gnutls_x509_privkey_t next, struct err *err)
{
	struct buf b = BUF_INIT(512);
	char path[600];
	enum mq_status st = pin_of_key(key, &b, err);

	path_of(path, sizeof(path), dir, "pins");
	buf_addc(&b, ';');
	if (st == MQ_OK)
		st = pin_of_key(next, &b, err);
	buf_addc(&b, '\n');
	if (st == MQ_OK)
		st = file_write(env, path, b.data, b.len, 0644, err);
	buf_free(&b);
	return st;
}

enum mq_status cert_make(struct env *env, const char *dir, const char *host,
    struct err *err)
{
	gnutls_x509_privkey_t ca_key = NULL, key = NULL, next = NULL;
	gnutls_x509_crt_t ca = NULL;
	enum mq_status st = file_mkdirs(env, dir, 0700, err);

	if (st == MQ_OK)
		st = tls_err(gnutls_x509_crt_init(&ca), "CA", err);
	if (st == MQ_OK)
		st = key_get(env, dir, "ca.key", &ca_key, err);
	if (st == MQ_OK)
		st = key_get(env, dir, "hub.key", &key, err);
	if (st == MQ_OK)
		st = key_get(env, dir, "hub-next.key", &next, err);
	if (st == MQ_OK)
		st = make_ca(env, dir, ca, ca_key, err);
	if (st == MQ_OK)
		st = make_hub(env, dir, host, ca, ca_key, key, err);
	if (st == MQ_OK)
		st = write_pins(env, dir, key, next, err);
	if (ca != NULL)
		gnutls_x509_crt_deinit(ca);
	gnutls_x509_privkey_deinit(ca_key);
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_privkey_deinit(next);
	return st;
}

/* ---- pins ---- */

static enum mq_status pin_of_file(struct env *env, const char *path,
    struct buf *out, struct err *err)
{
	gnutls_x509_crt_t crt = NULL;
	gnutls_pubkey_t pub = NULL;
	enum mq_status st = tls_err(gnutls_x509_crt_init(&crt), path, err);

	if (st == MQ_OK)
		st = crt_read(env, path, crt, err);
	if (st == MQ_OK)
		st = tls_err(gnutls_pubkey_init(&pub), path, err);
	if (st == MQ_OK)
		st = tls_err(gnutls_pubkey_import_x509(pub, crt, 0), path,
		    err);
	if (st == MQ_OK)
		st = pin_of_pubkey(pub, out, err);
	if (pub != NULL)
		gnutls_pubkey_deinit(pub);
	if (crt != NULL)
		gnutls_x509_crt_deinit(crt);
	return st;
}

enum mq_status cert_pins(struct env *env, const char *path, char *out,
    size_t size, struct err *err)
{
	struct buf own = BUF_INIT(128), both = BUF_INIT(256);
	const char *slash = strrchr(path, '/');
	char dir[600], beside[600];
	enum mq_status st = pin_of_file(env, path, &own, err);

	(void)xcopy(dir, sizeof(dir), slash != NULL ? path : ".");
	if (slash != NULL && (size_t)(slash - path) < sizeof(dir))
		dir[slash - path] = '\0';
	path_of(beside, sizeof(beside), dir, "pins");
	if (st == MQ_OK && file_exists(beside) &&
	    file_read(env, beside, &both, NULL) == MQ_OK && both.len > 0)
		both.data[strcspn(both.data, "\r\n")] = '\0';
	if (st == MQ_OK)
		(void)xcopy(out, size, both.len > 0 &&
		    strstr(both.data, buf_str(&own)) != NULL ? both.data :
		    buf_str(&own));
	buf_free(&own);
	buf_free(&both);
	return st;
}

enum mq_status cert_ends(struct env *env, const char *path, struct utc *out,
    struct err *err)
{
	gnutls_x509_crt_t crt = NULL;
	enum mq_status st = tls_err(gnutls_x509_crt_init(&crt), path, err);

	if (st == MQ_OK)
		st = crt_read(env, path, crt, err);
	if (st == MQ_OK)
		out->ms = (int64_t)gnutls_x509_crt_get_expiration_time(crt) *
		    MS_SECOND;
	if (crt != NULL)
		gnutls_x509_crt_deinit(crt);
	return st;
}
