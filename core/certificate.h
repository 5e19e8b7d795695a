/*
 * The certificate facet: 志愿服务记录证明, asked for anywhere, issued by the
 * station that registered the volunteer, which alone can check the ID number.
 *
 * Its number is the identity of the entry that issued it, so no two nodes can
 * give the same.  It holds the four groups of 民发〔2015〕149号.  Works on
 * fixed field names (core/packs/README.md): volunteer, from, to, head, remark.
 */
#ifndef MQ_CERTIFICATE_H
#define MQ_CERTIFICATE_H

#include "base/crypto.h"
#include "facet.h"

#define CERTIFICATE_BYTES 95	/* facts and signature */
#define CERTIFICATE_CODE 200	/* text: groups of four, by blanks */
#define CERTIFICATE_NO 32

/* What a check code says. */
struct certificate {
	struct ref no;		/* the entry that issued it */
	int64_t minutes;
	struct day from, to;	/* inclusive */
	struct day issued;
	uint8_t holder[9];	/* see certificate_holder() */
};

/* "00101-0000057". */
void certificate_no(struct ref no, char out[CERTIFICATE_NO]);
/* A digest of name and ID number: what the paper shows can be held against
 * the code. */
void certificate_holder(const char *name, const char *idnumber,
    uint8_t out[9]);

/* The printable page, at most 64 lines of 80 columns, in the node's language.
 * idnumber: typed now, checked against the keyed hash, in the page and
 * nowhere else; "" leaves its line to be written by hand.  The record must be
 * issued, and by this node: MQ_E_STATE. */
enum mq_status certificate_page(struct node *n, int64_t rec,
    const char *idnumber, struct buf *out, struct err *err) MUST_CHECK;

/* Signs and writes the code; reads and checks one (blanks, hyphens, case and
 * O for 0 do not matter).  Offline: the issuing node's key is our own, that
 * of a certificate which came with the feed, or `key` (hex, from the page;
 * NULL none).  MQ_E_CERT_CODE: no such code was ever issued;
 * MQ_E_CERT_KEY: nobody here knows that station's key. */
void certificate_code_make(const struct certificate *c,
    const uint8_t sk[CRYPTO_SIGN_SK], char out[CERTIFICATE_CODE]);
enum mq_status certificate_code_check(struct node *n, const char *code,
    const char *key, struct certificate *out, struct err *err) MUST_CHECK;

#endif
