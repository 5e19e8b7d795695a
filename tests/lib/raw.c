/*
 * Bytes in files.  See raw.h.
 */
#include "raw.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../core/base/file.h"
#include "../../core/base/xmalloc.h"
#include "nodes.h"

#define WHOLE (64u * 1024u * 1024u)
#define ENOUGH 48	/* bytes of a box: its nonce and a bit */

static const struct raw_needles *wanted;
static uint8_t *met;

void raw_add(struct raw_needles *l, const void *p, size_t len)
{
	assert_true(len >= 4);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n].p = xmalloc(len);
	memcpy(l->v[l->n].p, p, len);
	l->v[l->n++].len = len;
}

static void add_column(struct raw_needles *l, struct node *n,
    const char *sql, int64_t rec, const char *column)
{
	struct db_stmt *s;
	struct err err = ERR_INIT;
	const void *p;
	size_t len;
	bool row;

	nodes_ok(db_query(n->db, sql, &s, &err), &err);
	db_bind_i64(s, rec);
	while (db_step(s, &row, &err) == MQ_OK && row) {
		p = db_blob(s, column, &len);
		raw_add(l, p, len < ENOUGH ? len : ENOUGH);
	}
	db_done(&s);
}

void raw_add_subject(struct raw_needles *l, struct node *n, int64_t rec)
{
	static const char bodies[] = "SELECT b.box FROM entry e JOIN"
	    " entry_body b ON b.id = e.dev << 38 | e.seq"
	    " WHERE e.subj = ?";
	static const char row[] = "SELECT box FROM record WHERE rec = ?";

	add_column(l, n, bodies, rec, "box");
	add_column(l, n, row, rec, "box");
}

static int look(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	struct buf b = BUF_INIT(WHOLE);
	size_t i;

	(void)st;
	(void)ftw;
	if (flag != FTW_F)
		return 0;
	if (file_read(NULL, path, &b, NULL) != MQ_OK)
		fail_msg("%s cannot be read", path);
	for (i = 0; i < wanted->n; i++)
		if (b.len && memmem(b.data, b.len, wanted->v[i].p,
		    wanted->v[i].len) != NULL) {
			met[i] = 1;
			print_message("needle %zu stands in %s\n", i, path);
		}
	buf_free(&b);
	return 0;
}

int raw_found(const struct raw_needles *l, const char *dir)
{
	size_t i;
	int n = 0;

	wanted = l;
	met = xcalloc(l->n + 1, 1);
	nftw(dir, look, 16, FTW_PHYS);
	for (i = 0; i < l->n; i++)
		n += met[i];
	free(met);
	return n;
}

void raw_free(struct raw_needles *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->v[i].p);
	FREE(l->v);
	l->n = l->cap = 0;
}
