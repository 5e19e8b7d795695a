/*
 * The people of a district as the administrator keeps them in the hub's
 * store.  PIN and start-code verifiers are sealed to the records key there:
 * the hub cannot read them, the administrator's folder can.
 */
#ifndef MQ_PEOPLE_H
#define MQ_PEOPLE_H

#include "../../core/roster.h"
#include "admin.h"

struct people {
	struct roster_draft *v;		/* p.verifier, p.code: clear Argon2id */
	size_t n, cap;
	size_t left;			/* how many of them have left */
};
void people_free(struct people *p);

/* All of the tenant, opened with records.key. */
enum mq_status people_load(struct admin *a, struct people *out,
    struct err *err) MUST_CHECK;
enum mq_status people_save(struct admin *a, const struct people *p,
    struct err *err) MUST_CHECK;
/* CSV: number,name,phone,card,posts,pin,code,person,left.  posts is
 * "role@org role@org".  The file is the whole list: who is not in it has
 * left.  An empty pin or code keeps what there is. */
enum mq_status people_read_csv(struct admin *a, const char *path,
    struct people *p, struct err *err) MUST_CHECK;
/* PINs chosen at the stations since: account messages. */
enum mq_status people_take_messages(struct admin *a, struct people *p,
    struct err *err) MUST_CHECK;
struct roster_draft *people_find(struct people *p, const char *number);
/* A new 开通码; the old PIN counts no more. */
enum mq_status people_new_code(struct admin *a, struct roster_draft *d,
    char out[16], struct err *err) MUST_CHECK;
/* One roster for each unit that has nodes; *units gets how many. */
enum mq_status people_publish(struct admin *a, const struct people *p,
    size_t *units, struct err *err) MUST_CHECK;

#endif
