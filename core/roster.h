/*
 * The people of one site: a signed document {"people":[…],"seq":N,"site":…,
 * "tenant":…} + signature, PIN verifiers sealed to each node of the site.
 * Format: docs/ROSTER.md.
 */
#ifndef MQ_ROSTER_H
#define MQ_ROSTER_H

#include "access.h"
#include "node.h"

struct roster_person {
	char number[32];
	char name[64];
	char phone[24];
	char card[40];
	struct { char role[24]; char org[24]; } posts[SESSION_POSTS];
	int nposts;
	int64_t person;		/* rec in the register, 0 none */
	const char *verifier;	/* sealed for this node, base64; NULL none */
	const char *code;	/* 开通码 verifier, sealed; NULL none */
	struct utc pin_at;	/* PINs chosen before this no longer count */
	bool left;
};

#define ROSTER_MAX (8u * 1024u * 1024u)	/* bytes */
#define ROSTER_PEOPLE_MAX 5000

struct roster;

/* Checks signature, tenant, site (the node's org or its name) and seq (only
 * upward: meta "roster_seq"; the very same bytes again are fine), then writes
 * the file and reloads.  MQ_E_ROSTER; the former roster stays. */
enum mq_status roster_install(struct node *n, const char *bytes, size_t len,
    struct err *err) MUST_CHECK;
/* From the file, verified again.  No file: MQ_OK and nobody. */
enum mq_status roster_load(struct node *n, struct err *err) MUST_CHECK;
/* All of these take a NULL roster: nobody is in it. */
void roster_free(struct roster **r);
size_t roster_count(const struct roster *r);
const struct roster_person *roster_at(const struct roster *r, size_t i);
/* By number, card, or a phone that one person only has. */
const struct roster_person *roster_find(const struct roster *r,
    const char *typed);
/* The number itself when unknown. */
const char *roster_name(const struct roster *r, const char *number);
int64_t roster_seq(const struct roster *r);

/* Making one (minqing-admin, demo, tests): people with clear PINs or codes
 * are sealed to the nodes' box keys and the whole is signed.  A person
 * without clear `pin` (`code`) but with p.verifier (p.code) keeps that
 * Argon2id text.  Numbers must differ. */
struct roster_draft {
	struct roster_person p;
	char pin[16];		/* "" none: first login by code */
	char code[16];		/* 开通码, "" none */
};
struct roster_node { int number; uint8_t box_pk[CRYPTO_BOX_PK]; };
enum mq_status roster_make(struct env *env, const char *tenant,
    const char *site, int64_t seq, const struct roster_draft *people,
    size_t npeople, const struct roster_node *nodes, size_t nnodes,
    const uint8_t sign_sk[CRYPTO_SIGN_SK], struct buf *out, struct err *err)
    MUST_CHECK;

#endif
