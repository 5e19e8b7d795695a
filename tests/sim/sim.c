/*
 * The simulated world: time, chance, trace.  See sim.h.
 */
#include "sim.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/log.h"
#include "../../core/base/xmalloc.h"
#include "../../sync/hub/store.h"
#include "../lib/nodes.h"
#include "seal.h"

static char base[SIM_PATH / 2];
static struct pack *packs[SIM_PACKS];
static struct disk_image *blank[SIM_NODES + 1];

/* ---- chance ---- */

/* splitmix64 */
uint64_t sim_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t sim_roll(struct sim *w)
{
	return sim_next(&w->chance);
}

int sim_dice(struct sim *w, int n)
{
	return (int)(sim_roll(w) % (uint64_t)n);
}

bool sim_chance(struct sim *w, int per_cent)
{
	return sim_dice(w, 100) < per_cent;
}

/* ---- trace ---- */

void sim_say(struct sim *w, const char *fmt, ...)
{
	char line[400];
	va_list ap;
	int n, k;

	n = snprintf(line, sizeof(line), "%4d %" PRId64 " ", w->step,
	    w->now - SIM_START);
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	if (k > 0)
		n += k;
	if ((size_t)n >= sizeof(line))
		n = sizeof(line) - 1;
	crypto_hash2(w->trace, sizeof(w->trace), line, (size_t)n, w->trace);
	if (w->talk)
		(void)printf("%s\n", line);
}

static int drop(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void sim_fail(struct sim *w, const char *fmt, ...)
{
	va_list ap;

	(void)printf("seed %" PRIu64 " step %d: ", w->seed, w->step);
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)printf("\nagain: make sim SEED=%" PRIu64 " V=1\n", w->seed);
	(void)fflush(stdout);
	if (base[0] != '\0')
		(void)nftw(base, drop, 16, FTW_DEPTH | FTW_PHYS);
	_exit(1);
}

void sim_ok(struct sim *w, enum mq_status st, const struct err *err,
    const char *what)
{
	char words[600];

	if (st == MQ_OK)
		return;
	err_say(err, LANG_EN, words, sizeof(words));
	sim_fail(w, "%s: %s: %s", what, err_name(st), words);
}

void sim_pass(struct sim *w, int64_t ms)
{
	w->now += ms;
	w->mono += ms;
}

/* ---- what all seeds share ---- */

struct pack *sim_pack(int i)
{
	return packs[i];
}

const struct disk_image *sim_blank(int number)
{
	return blank[number == 0 ? 0 : number - SIM_FIRST + 1];
}

static void must(enum mq_status st, const struct err *err)
{
	struct sim none = { .seed = 0 };

	sim_ok(&none, st, err, "preparing");
}

static void copy_file(const char *from, const char *to)
{
	struct buf b = BUF_INIT(BUF_LARGE);
	struct err err = ERR_INIT;
	char *at;

	must(file_read(NULL, from, &b, &err), &err);
	/* The second pack is the next version of the first: one more grid,
	 * which the hub may not know yet. */
	at = strstr(to, "/pack.csv") != NULL ?
	    strstr(b.data, "version,1,") : NULL;
	if (at != NULL)
		at[strlen("version,")] = '2';
	if (strstr(to, "/orgs.csv") != NULL)
		buf_adds(&b, "990101001001006,990101001001,grid,"
		    "翠竹第六网格,Cuizhu Grid 6,0999-5550199,yes\n");
	must(file_write(NULL, to, b.data, b.len, 0600, &err), &err);
	buf_free(&b);
}

static char copy_from[SIM_PATH], copy_to[SIM_PATH];

static int copy_one(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	char to[2 * SIM_PATH + 64];

	(void)st;
	(void)ftw;
	(void)snprintf(to, sizeof(to), "%s%s", copy_to,
	    path + strlen(copy_from));
	if (flag == FTW_D)
		return mkdir(to, 0700);
	copy_file(path, to);
	return 0;
}

static void load_packs(void)
{
	struct err err = ERR_INIT;
	struct env env;

	env_real(&env);
	(void)snprintf(copy_from, sizeof(copy_from), "%s/standard",
	    node_packs_dir());
	(void)snprintf(copy_to, sizeof(copy_to), "%s/standard", base);
	if (nftw(copy_from, copy_one, 16, FTW_PHYS) != 0)
		abort();
	must(pack_load(&env, copy_from, &packs[0], &err), &err);
	must(pack_load(&env, copy_to, &packs[1], &err), &err);
}

static void blank_node(struct env *env, int i)
{
	struct node_settings set = { .number = SIM_FIRST + i };
	struct node_keys keys;
	struct err err = ERR_INIT;
	char dir[SIM_PATH];

	(void)snprintf(dir, sizeof(dir), "%s/n%d", base, set.number);
	(void)xcopy(set.tenant, sizeof(set.tenant), "test");
	(void)xcopy(set.site, sizeof(set.site), "测试站");
	(void)xcopy(set.pack, sizeof(set.pack), "standard");
	(void)xcopy(set.org, sizeof(set.org), "990101001");
	node_make_keys(env, &keys);
	crypto_hex(keys.box_pk, CRYPTO_BOX_PK, set.records_pk);
	crypto_hex(keys.sign_pk, CRYPTO_SIGN_PK, set.roster_pk);
	must(node_create(env, dir, &set, &keys, &err), &err);
	blank[i + 1] = disk_image_take(dir);
}

static void blank_hub(struct env *env)
{
	struct store_tenant t = { .name = "test" };
	struct err err = ERR_INIT;
	char dir[SIM_PATH], where[SIM_PATH + 24];
	struct db *db = NULL;

	(void)snprintf(dir, sizeof(dir), "%s/hub", base);
	(void)mkdir(dir, 0700);
	(void)snprintf(where, sizeof(where), "sqlite:%s/hub.db", dir);
	must(store_open(env, where, DB_CREATE, &db, &err), &err);
	must(db_begin(db, __func__, &err), &err);
	must(store_tenant_put(db, &t, &err), &err);
	must(db_commit(db, &err), &err);
	db_close(&db);
	blank[0] = disk_image_take(dir);
}

static void find_base(void)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(base, sizeof(base), "%s/mq-sim-XXXXXX", tmp);
	if (mkdtemp(base) == NULL)
		abort();
}

void sim_begin_all(void)
{
	struct env env;
	int i;

	seal_install();
	crypto_init();
	log_quiet(true);
	nodes_find_module();
	disk_install();
	find_base();
	load_packs();
	env_fixed(&env, (struct utc){ SIM_START }, 1);
	for (i = 0; i < SIM_NODES; i++)
		blank_node(&env, i);
	blank_hub(&env);
	env_release(&env);
}

void sim_end_all(void)
{
	char dir[SIM_PATH];
	int i;

	for (i = 0; i < SIM_PACKS; i++)
		pack_free(&packs[i]);
	for (i = 0; i <= SIM_NODES; i++) {
		disk_image_free(&blank[i]);
		(void)snprintf(dir, sizeof(dir), "%s/n%d", base,
		    SIM_FIRST + i);
		disk_drop(dir);
	}
	(void)snprintf(dir, sizeof(dir), "%s/hub", base);
	disk_drop(dir);
	(void)nftw(base, drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- one seed ---- */

static const char *const places[] = {
	"990101001", "990101001001", "990101001001001", "990101001001002",
	"990101001002", "990101001002001", "990101", "990101001001003",
};

static struct utc hub_now(struct env *env)
{
	return (struct utc){ ((struct sim *)env->ctx)->now };
}

static int64_t hub_mono(struct env *env)
{
	return ((struct sim *)env->ctx)->mono;
}

static void hub_random(struct env *env, void *p, size_t n)
{
	struct sim *w = env->ctx;
	size_t i;

	for (i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)sim_next(&w->hub_chance);
}

void sim_make(struct sim *w, uint64_t seed, bool talk)
{
	int i, first;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->chance = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
	w->hub_chance = seed + 77;
	seal_seed(seed);
	w->talk = talk;
	w->now = SIM_START;
	w->mono = MS_HOUR;
	w->hub_env = (struct env){ .now = hub_now, .mono_ms = hub_mono,
		.random = hub_random, .lang = LANG_ZH, .ctx = w };
	(void)snprintf(w->dir, sizeof(w->dir), "%s", base);
	(void)snprintf(w->hub_dir, sizeof(w->hub_dir), "%s/hub", base);
	(void)snprintf(w->store, sizeof(w->store), "sqlite:%s/hub.db",
	    w->hub_dir);
	disk_revive(w->hub_dir);
	disk_image_put(sim_blank(0), w->hub_dir);
	wire_hub_open(w);
	w->n = 2 + sim_dice(w, sim_chance(w, 70) ? 3 : SIM_NODES - 1);
	first = sim_dice(w, 3);
	for (i = 0; i < w->n; i++)
		peer_make(w, i, places[(first + i) % SIM_NODES]);
}

void sim_free(struct sim *w)
{
	int i;

	for (i = 0; i < SIM_PEERS; i++)
		if (w->p[i].w != NULL)
			peer_free(&w->p[i]);
	while (w->nlate > 0)
		wire_drop(&w->late[--w->nlate]);
	hub_done(&w->hub);
	db_close(&w->db);
	disk_image_free(&w->backup);
	free(w->f);
	free(w->slot);
}
