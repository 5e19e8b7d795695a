/*
 * Temporary nodes for tests.  See nodes.h.
 */
#include "nodes.h"

#include <ftw.h>
#include <stdarg.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../../core/pack.h"

void nodes_ok(enum mq_status st, const struct err *err)
{
	char words[600];

	if (st == MQ_OK)
		return;
	err_say(err, LANG_EN, words, sizeof(words));
	fail_msg("%s: %s", err_name(st), words);
}

static void make_dir(char *out, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(out, size, "%s/mq-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(out));
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* The expression module lies beside the programs, not beside the tests. */
void nodes_find_module(void)
{
	const char *bin = getenv("MQ_BIN");
	char path[900];

	if (!bin || getenv("MINQING_LIB"))
		return;
	snprintf(path, sizeof(path), "%s/../lib", bin);
	setenv("MINQING_LIB", path, 0);
}

void nodes_make(struct nodes_one *x, int number, const char *org)
{
	struct node_settings set = { .number = number };
	struct node_keys keys;
	struct err err = ERR_INIT;

	memset(x, 0, sizeof(*x));
	crypto_init();
	nodes_find_module();
	log_quiet(true);
	env_fixed(&x->env, (struct utc){ NODES_NOW }, (uint64_t)number);
	make_dir(x->dir, sizeof(x->dir));
	xcopy(set.tenant, sizeof(set.tenant), "test");
	xcopy(set.site, sizeof(set.site), "测试站");
	xcopy(set.pack, sizeof(set.pack), "standard");
	xcopy(set.org, sizeof(set.org), org ? org : "990101001");
	node_make_keys(&x->env, &keys);
	crypto_hex(keys.box_pk, CRYPTO_BOX_PK, set.records_pk);
	crypto_hex(keys.sign_pk, CRYPTO_SIGN_PK, set.roster_pk);
	nodes_ok(node_create(&x->env, x->dir, &set, &keys, &err), &err);
	nodes_ok(node_open(&x->env, x->dir, 0, &x->n, &err), &err);
	access_fake(&x->who, "c001", "陈网格", "captain", x->n->set.org);
}

void nodes_reopen(struct nodes_one *x)
{
	struct err err = ERR_INIT;

	node_close(&x->n);
	nodes_ok(node_open(&x->env, x->dir, 0, &x->n, &err), &err);
}

void nodes_free(struct nodes_one *x)
{
	node_close(&x->n);
	env_release(&x->env);
	nftw(x->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char *nodes_org(struct nodes_one *x, const char *level, int nth)
{
	const struct orgs *o = pack_orgs(x->n->pack);
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strcmp(o->v[i].level, level) == 0 && nth-- == 0)
			return o->v[i].code;
	fail_msg("no org of level %s", level);
	return NULL;
}

struct ref nodes_entry(struct nodes_one *x, const char *kind, const char *op,
    int64_t subj, const char *body)
{
	struct ledger_new e = { .kind = kind, .op = op, .subj_index = -1,
	    .cause_index = -1, .org = x->n->set.org };
	struct buf b = BUF_INIT(ENTRY_BODY_MAX);
	struct err err = ERR_INIT;
	struct ref id = { { 0 }, 0 };

	buf_adds(&b, body);
	e.body = &b;
	e.subj = ref_of_rec(subj);
	nodes_ok(db_begin(x->n->db, __func__, &err), &err);
	nodes_ok(ledger_append(x->n, x->who.by, &e, 1, &id, &err), &err);
	nodes_ok(record_fold(x->n, subj ? ref_of_rec(subj) : id, &err),
	    &err);
	nodes_ok(db_commit(x->n->db, &err), &err);
	buf_free(&b);
	return id;
}

void nodes_carry(struct nodes_one *a, struct nodes_one *b)
{
	struct buf lines = BUF_INIT(BUF_LARGE);
	struct ledger_head h;
	struct err err = ERR_INIT;
	int64_t last, left = 1;
	char *p;
	bool fresh;

	nodes_ok(ledger_head(a->n, &h, &err), &err);
	nodes_ok(ledger_lines(a->n, 1, h.seq, BUF_LARGE, &lines, &last,
	    &err), &err);
	assert_int_equal(last, h.seq);
	nodes_ok(db_begin(b->n->db, __func__, &err), &err);
	for (p = lines.data; p && *p;) {
		size_t n = strcspn(p, "\n");

		nodes_ok(ledger_receive(b->n, p, n, &fresh, &err), &err);
		p += n + 1;
	}
	nodes_ok(db_commit(b->n->db, &err), &err);
	while (left > 0)
		nodes_ok(record_fold_pending(b->n, 1000, &left, &err), &err);
	buf_free(&lines);
}
