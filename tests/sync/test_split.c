/*
 * A grid is split while a case of its is under way: every entry stays where it
 * should be, the successors get what is theirs, no count changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../../core/base/xmalloc.h"
#include "../../core/form.h"
#include "../../core/pack.h"
#include "../../sync/hub/feed.h"
#include "../lib/deeds.h"
#include "../lib/hubs.h"
#include "../lib/packs.h"

#define COMMUNITY "990101001001"
#define OLD "990101001001001"
#define NEW_A "990101001001006"
#define NEW_B "990101001001007"
#define OTHER "990101001002001"		/* a grid of another community */

static struct hubs_one h;
static struct nodes_one old, other, office, heir[2];

static void split(void)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT(BUF_LARGE);
	const struct orgs *o = pack_orgs(old.n->pack);
	size_t i;

	buf_adds(&b, "code,parent,level,name,phone,node,from,to,successor\n");
	for (i = 0; i < o->n; i++)
		buf_addf(&b, "%s,%s,%s,%s,%s,%s,,%s\n", o->v[i].code,
		    o->v[i].parent, o->v[i].level, o->v[i].name[0],
		    o->v[i].phone, o->v[i].has_node ? "yes" : "no",
		    strcmp(o->v[i].code, OLD) == 0 ? "2026-11-21," NEW_A " "
		    NEW_B : ",");
	buf_adds(&b, NEW_A "," COMMUNITY ",grid,翠竹第六网格,,yes,"
	    "2026-11-22,,\n" NEW_B "," COMMUNITY
	    ",grid,翠竹第七网格,,yes,2026-11-22,,\n");
	packs_put("orgs.csv", buf_str(&b));
	buf_free(&b);
	nodes_reopen(&old);
	nodes_reopen(&other);
	nodes_reopen(&office);
	pack_free(&h.pack);
	nodes_ok(pack_load(&h.env, packs_dir(), &h.pack, &err), &err);
	hubs_restart(&h);
}

static int64_t counted(struct nodes_one *x, const char *unit)
{
	struct buf scope = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	int64_t n = -1;

	org_subtree(pack_orgs(x->n->pack), unit, &scope);
	nodes_ok(record_count(x->n, "request", "opened", NULL,
	    buf_str(&scope), (struct day){ 0 }, (struct day){ 40000 }, &n,
	    &err), &err);
	buf_free(&scope);
	return n;
}

static int events(struct nodes_one *x, int64_t rec)
{
	struct record_event *v;
	struct err err = ERR_INIT;
	int n;

	nodes_ok(record_events(x->n, rec, &v, &n, &err), &err);
	record_events_free(&v, n);
	return n;
}

static int64_t request(struct nodes_one *x, const char *content)
{
	const char *const pairs[] = { "type", "complain", "category",
		"estate", "subject", "noise", "caller", "刘女士", "content",
		content, NULL };
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(deeds_open(x, "request", pairs, &res, &err), &err);
	return res.recs[0];
}

/* Hands the case on, as a step does. */
static void move(struct nodes_one *x, int64_t rec, const char *owner)
{
	char body[120];

	snprintf(body, sizeof(body),
	    "{\"d\":{\"owner\":\"%s\"},\"s\":\"dispatch\"}", owner);
	(void)hubs_entry(x, "request", "step", ref_of_rec(rec), OLD, body);
}

static void note(struct nodes_one *x, int64_t rec, const char *text)
{
	struct save *s = save_new(x->n, &x->who);
	struct save_result res;
	struct err err = ERR_INIT;

	nodes_ok(save_note(s, rec, text, NULL, &err), &err);
	nodes_ok(save_commit(s, &res, &err), &err);
	save_free(&s);
}

static void a_case_outlives_its_grid(void **state)
{
	int64_t rec, still, before;
	struct record_full r;
	struct err err = ERR_INIT;
	struct session left;
	int i;

	(void)state;
	rec = request(&old, "夜间施工");
	still = request(&old, "没有人再动的一件");
	/* four units: the grid, the community, another grid, a department */
	hubs_sync(&h, &old);
	move(&old, rec, COMMUNITY);
	hubs_sync(&h, &old);
	hubs_sync(&h, &office);
	move(&office, rec, OTHER);
	hubs_sync(&h, &office);
	hubs_sync(&h, &other);
	assert_int_equal(events(&other, rec), 3);
	move(&other, rec, "990101001901");
	hubs_sync(&h, &other);
	hubs_sync(&h, &office);
	before = counted(&office, COMMUNITY);
	assert_int_equal(before, 2);

	split();
	assert_int_equal(counted(&office, COMMUNITY), before);
	assert_int_equal(counted(&office, OLD), before);
	for (i = 0; i < 2; i++) {
		nodes_make(&heir[i], 104 + i, i == 0 ? NEW_A : NEW_B);
		hubs_enrol(&h, &heir[i]);
		hubs_sync(&h, &heir[i]);
		assert_int_equal(events(&heir[i], rec), 4);
		assert_int_equal(events(&heir[i], still), 1);
		assert_int_equal(counted(&heir[i], heir[i].n->set.org), 2);
		nodes_ok(record_get(heir[i].n, still, &r, &err), &err);
		assert_string_equal(r.r.org, OLD);
		assert_true(access_may_record(heir[i].n, &heir[i].who, "see",
		    &r.r));
		assert_true(access_may_record(heir[i].n, &heir[i].who,
		    "step:accept", &r.r));
		record_full_free(&r);
	}
	access_fake(&left, "c9", "他", "captain", OTHER);
	nodes_ok(record_get(heir[0].n, still, &r, &err), &err);
	assert_false(access_may_record(heir[0].n, &left, "see", &r.r));
	record_full_free(&r);

	/* work goes on at both, and everybody has it */
	note(&heir[0], rec, "新网格已上门");
	hubs_sync(&h, &heir[0]);
	note(&old, rec, "老网格补记");
	hubs_sync(&h, &old);
	hubs_sync(&h, &heir[0]);
	hubs_sync(&h, &heir[1]);
	hubs_sync(&h, &office);
	for (i = 0; i < 2; i++)
		assert_int_equal(events(&heir[i], rec), 6);
	assert_int_equal(events(&old, rec), 6);
	assert_int_equal(events(&office, rec), 6);
	request(&heir[0], "新网格的第一件");
	hubs_sync(&h, &heir[0]);
	hubs_sync(&h, &heir[1]);
	hubs_sync(&h, &office);
	assert_int_equal(counted(&office, COMMUNITY), before + 1);
	assert_int_equal(counted(&heir[1], NEW_B), before);
}

/* Again and from the beginning: nothing is handed over twice. */
static void is_done_once(void **state)
{
	int64_t runs = hubs_count(&h, "SELECT count(*) FROM feed");
	struct buf out = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;

	(void)state;
	hubs_restart(&h);
	assert_int_equal(hubs_count(&h, "SELECT count(*) FROM feed"), runs);
	nodes_ok(record_rebuild(heir[0].n, &err), &err);
	assert_int_equal(counted(&heir[0], NEW_A), 3);
	/* nothing new is put into a unit that ended */
	assert_int_equal(form_accept(office.n, kind_field(pack_kind(
	    office.n->pack, "person"), "grid"), OLD,
	    (struct utc){ NODES_NOW }, &out, &err), MQ_E_FIELD);
	assert_non_null(strstr(err.detail, "翠竹第六网格、翠竹第七网格"));
	buf_free(&out);
}

static int begin(void **state)
{
	(void)state;
	packs_begin();
	hubs_make(&h);
	nodes_make(&old, 101, OLD);
	nodes_make(&other, 102, OTHER);
	nodes_make(&office, 103, COMMUNITY);
	hubs_enrol(&h, &old);
	hubs_enrol(&h, &other);
	hubs_enrol(&h, &office);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nodes_free(&heir[0]);
	nodes_free(&heir[1]);
	nodes_free(&old);
	nodes_free(&other);
	nodes_free(&office);
	hubs_free(&h);
	packs_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_outlives_its_grid),
		cmocka_unit_test(is_done_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
