/*
 * The built-in Chinese input, see ime.h.  Loads the engine, merges the
 * station's words into its candidates, pages through them.
 */
#include "ime.h"

#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/base/file.h"
#include "../core/base/log.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "key.h"

#define MODULE "libminqing-ime.so"
/* Folders of the dictionaries: installed, and as built. */
#define DATA "../share/minqing/ime"
#define DATA_BUILT "ime"
#define SETTINGS "method"
#define WORDS_MAX 3		/* of the station, before all others */
#define TRIED_MAX 400		/* candidates looked through for one page */
#define SLIP_STROKE 5		/* 笔画: that many candidates by 6 … 0 */

struct ime {
	struct env *env;
	const struct ime_engine *engine;	/* NULL: not opened */
	void *module;
	bool open;		/* the engine has this person's folder */
	bool failed;		/* … could not be opened: said once */
	bool on;
	enum ime_method method;
	char folder[700];	/* "" nobody */
	ime_words_fn words;
	void *ctx;
	/* the station's words for these letters */
	char input[IME_COMMIT];
	char found[WORDS_MAX][IME_TEXT];
	int nfound;
	/* what shows */
	char preedit[256];
	int caret;
	struct ime_candidate shown[IME_SHOWN];
	int nshown, here, page;
	bool more;
};

static const struct { const char *schema, *name[2]; } methods[] = {
#define METHOD(id, schema, zh, en) { schema, { zh, en } },
#include "ime_methods.def"
#undef METHOD
};

struct ime *ime_new(struct env *env)
{
	struct ime *m = xcalloc(1, sizeof(*m));

	m->env = env;
	return m;
}

const char *ime_method_name(enum ime_method method, enum lang lang)
{
	return methods[method].name[lang];
}

/* ---- the engine ---- */

/* The folder of modules: beside the program, as form_expr's is. */
static void module_path(char *out, size_t size, const char *what)
{
	const char *dir = getenv("MINQING_LIB");
	char exe[900], *slash;
	ssize_t n;

	if (dir != NULL && dir[0] != '\0') {
		file_join(out, size, dir, what);
		return;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash != NULL)
		*slash = '\0';
	snprintf(out, size, "%s/../lib/%s", exe, what);
}

static enum mq_status load(struct ime *m, struct err *err)
{
	const struct ime_engine *e = NULL;
	char path[1024];

	if (m->engine != NULL)
		return MQ_OK;
	module_path(path, sizeof(path), MODULE);
	m->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (m->module != NULL)
		*(const void **)&e = dlsym(m->module, "ime_engine");
	if (e != NULL && e->version == IME_ENGINE_VERSION) {
		m->engine = e;
		return MQ_OK;
	}
	log_line(LOG_WARN, "ime", "%s", m->module == NULL ? dlerror() : path);
	return err_set(err, MQ_E_IME, "%s", MODULE);
}

static enum mq_status open_engine(struct ime *m, struct err *err)
{
	char data[1024], why[200] = "";
	enum mq_status rc = load(m, err);

	if (rc != MQ_OK || m->open)
		return rc;
	module_path(data, sizeof(data), DATA);
	if (!file_exists(data))
		module_path(data, sizeof(data), DATA_BUILT);
	if (!file_exists(data))
		return err_set(err, MQ_E_IME, "%s", data);
	if (m->folder[0] == '\0')
		return err_set(err, MQ_E_IME, NULL);
	rc = file_mkdirs(m->env, m->folder, 0700, err);
	if (rc != MQ_OK)
		return rc;
	if (!m->engine->open(data, m->folder, why, sizeof(why)))
		return err_set(err, MQ_E_IME, "%s", why);
	m->open = true;
	if (!m->engine->method(methods[m->method].schema))
		return err_set(err, MQ_E_IME, "%s",
		    methods[m->method].schema);
	return MQ_OK;
}

static void close_engine(struct ime *m)
{
	if (m->open)
		m->engine->close();
	m->open = false;
	m->nshown = 0;
	m->preedit[0] = '\0';
}

void ime_free(struct ime **mm)
{
	struct ime *m = *mm;

	if (m == NULL)
		return;
	close_engine(m);
	/* The module stays: what it linked has threads of its own. */
	free(m);
	*mm = NULL;
}

bool ime_warm(struct ime *m)
{
	if (m->on && !m->open && !m->failed)
		m->failed = open_engine(m, NULL) != MQ_OK;
	return m->open;
}

/* ---- whose ---- */

static void settings_path(const struct ime *m, char *out, size_t size)
{
	file_join(out, size, m->folder, SETTINGS);
}

/* "pinyin on": what this person chose last.  Nothing there: the first method,
 * switched off. */
static void read_settings(struct ime *m)
{
	struct buf b = BUF_INIT(64);
	char path[800];
	size_t i;

	m->on = false;
	m->method = IME_PINYIN;
	settings_path(m, path, sizeof(path));
	if (file_exists(path) && file_read(m->env, path, &b, NULL) == MQ_OK) {
		for (i = 0; i < ARRAY_LEN(methods); i++)
			if (strncmp(buf_str(&b), methods[i].schema,
			    strlen(methods[i].schema)) == 0)
				m->method = (enum ime_method)i;
		m->on = strstr(buf_str(&b), " on") != NULL;
	}
	buf_free(&b);
}

static void write_settings(struct ime *m)
{
	char path[800], line[64];
	int n;

	if (m->folder[0] == '\0')
		return;
	n = snprintf(line, sizeof(line), "%s %s\n",
	    methods[m->method].schema, m->on ? "on" : "off");
	settings_path(m, path, sizeof(path));
	if (file_mkdirs(m->env, m->folder, 0700, NULL) != MQ_OK ||
	    file_write(m->env, path, line, (size_t)n, 0600, NULL) != MQ_OK)
		log_line(LOG_WARN, "ime", "settings not kept");
}

void ime_person(struct ime *m, const char *folder, ime_words_fn words,
    void *ctx)
{
	ime_leave(m);
	(void)xcopy(m->folder, sizeof(m->folder), folder);
	m->words = words;
	m->ctx = ctx;
	read_settings(m);
}

void ime_leave(struct ime *m)
{
	close_engine(m);
	m->failed = false;
	m->folder[0] = '\0';
	m->words = NULL;
	m->input[0] = '\0';
	m->nfound = 0;
	m->on = false;
}

/* Everything in the folder, at most two levels deep (the words learned are a
 * folder of their own). */
static void empty_folder(int at, const char *name, int depth)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0 || depth == 0)
			continue;
		empty_folder(fd, e->d_name, depth - 1);
		(void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

enum mq_status ime_forget(struct ime *m, struct err *err)
{
	bool was_open = m->open;

	if (m->folder[0] == '\0')
		return MQ_OK;
	close_engine(m);
	empty_folder(AT_FDCWD, m->folder, 2);
	write_settings(m);
	return was_open ? open_engine(m, err) : MQ_OK;
}

/* ---- on, off, how ---- */

bool ime_on(const struct ime *m)
{
	return m->on;
}

enum ime_method ime_method(const struct ime *m)
{
	return m->method;
}

enum mq_status ime_turn(struct ime *m, bool on, struct err *err)
{
	enum mq_status rc = on ? open_engine(m, err) : MQ_OK;

	if (rc != MQ_OK)
		return rc;
	ime_clear(m);
	m->on = on;
	write_settings(m);
	return MQ_OK;
}

enum mq_status ime_set_method(struct ime *m, enum ime_method method,
    struct err *err)
{
	enum mq_status rc = open_engine(m, err);

	assert(method < IME_METHODS);
	if (rc != MQ_OK)
		return rc;
	ime_clear(m);
	if (!m->engine->method(methods[method].schema))
		return err_set(err, MQ_E_IME, "%s", methods[method].schema);
	m->method = method;
	m->on = true;
	write_settings(m);
	return MQ_OK;
}

/* ---- candidates ---- */

static bool by_sound(const struct ime *m)
{
	return m->method == IME_PINYIN || m->method == IME_FUZZY;
}

static int per_page(const struct ime *m)
{
	return m->method == IME_STROKE ? SLIP_STROKE : IME_SHOWN;
}

static bool among(const struct ime *m, const char *text)
{
	int i;

	for (i = 0; i < m->nfound; i++)
		if (strcmp(m->found[i], text) == 0)
			return true;
	return false;
}

/* Residents are looked up too: once for new letters, not for each arrow. */
static void find_words(struct ime *m)
{
	if (m->words == NULL || !by_sound(m)) {
		m->nfound = 0;
		return;
	}
	if (strcmp(m->input, m->engine->input()) == 0)
		return;
	(void)xcopy(m->input, sizeof(m->input), m->engine->input());
	m->nfound = m->words(m->ctx, m->input, m->found, WORDS_MAX);
}

/* The page: the station's words first, then the engine's without those. */
static void fill_page(struct ime *m)
{
	struct ime_candidate one;
	int skip = m->page * per_page(m), at = 0, i;

	m->nshown = 0;
	m->more = false;
	find_words(m);
	for (i = 0; i < m->nfound; i++) {
		if (skip-- > 0)
			continue;
		(void)xcopy(m->shown[m->nshown].text, IME_TEXT, m->found[i]);
		m->shown[m->nshown].note[0] = '\0';
		m->shown[m->nshown++].index = -1;
	}
	for (; at < TRIED_MAX && m->engine->candidates(at, &one, 1) == 1;
	    at++) {
		if (among(m, one.text))
			continue;
		if (skip-- > 0)
			continue;
		if (m->nshown == per_page(m)) {
			m->more = true;
			break;
		}
		m->shown[m->nshown++] = one;
	}
	if (m->here >= m->nshown)
		m->here = 0;
}

static void look(struct ime *m)
{
	m->engine->preedit(m->preedit, sizeof(m->preedit), &m->caret);
	if (m->engine->input()[0] == '\0')
		m->nshown = m->page = m->here = 0;
	else
		fill_page(m);
}

bool ime_composing(const struct ime *m)
{
	return m->open && m->engine->input()[0] != '\0';
}

void ime_clear(struct ime *m)
{
	if (!m->open)
		return;
	m->engine->clear();
	m->page = m->here = 0;
	look(m);
}

static void pick(struct ime *m, int i, char *commit)
{
	if (i < 0 || i >= m->nshown)
		return;
	if (m->shown[i].index < 0) {
		snprintf(commit, IME_COMMIT, "%s", m->shown[i].text);
		m->engine->clear();
	} else if (m->engine->select(m->shown[i].index)) {
		(void)m->engine->commit(commit, IME_COMMIT);
	}
	m->page = m->here = 0;
}

static bool turn_page(struct ime *m, int by)
{
	if ((by < 0 && m->page == 0) || (by > 0 && !m->more))
		return true;
	m->page += by;
	m->here = 0;
	return true;
}

/* ---- keys ---- */

static int sym_of(uint32_t key)
{
	static const struct { uint32_t key; int sym; } named[] = {
		{ K_BACKSPACE, IME_SYM_BACKSPACE },
		{ K_DELETE, IME_SYM_DELETE }, { K_ENTER, IME_SYM_ENTER },
		{ K_ESC, IME_SYM_ESC }, { K_HOME, IME_SYM_HOME },
		{ K_END, IME_SYM_END },
	};
	size_t i;

	if (key > ' ' && key < 0x7f)
		return (int)key;
	for (i = 0; i < ARRAY_LEN(named); i++)
		if (named[i].key == key)
			return named[i].sym;
	return 0;
}

/* Digits, blank, arrows while candidates stand there.  False: not one of
 * those. */
static bool choose(struct ime *m, uint32_t key, char *commit)
{
	int digit = key_digit(key);

	if (m->method == IME_STROKE && digit >= 0) {
		if (digit >= 1 && digit <= SLIP_STROKE)
			return false;
		pick(m, digit == 0 ? 4 : digit - 6, commit);
		return true;
	}
	if (digit > 0) {
		pick(m, digit - 1, commit);
		return true;
	}
	switch (key) {
	case ' ':
		pick(m, m->here, commit);
		return true;
	case K_LEFT:
		m->here = m->here > 0 ? m->here - 1 : 0;
		return true;
	case K_RIGHT:
		m->here += m->here + 1 < m->nshown;
		return true;
	case '-': case K_PGUP: case K_UP:
		return turn_page(m, -1);
	case '=': case K_PGDN: case K_DOWN:
		return turn_page(m, 1);
	default:
		return false;
	}
}

bool ime_key(struct ime *m, uint32_t key, char *commit)
{
	static const char strokes[] = "hspnz";
	bool composing;
	int sym;

	commit[0] = '\0';
	if (!m->on || !ime_warm(m))
		return false;
	composing = ime_composing(m);
	if (composing && choose(m, key, commit)) {
		look(m);
		return true;
	}
	sym = sym_of(key);
	if (m->method == IME_STROKE && key >= '1' && key <= '5')
		sym = strokes[key - '1'];
	/* Digits are digits unless something stands there to choose. */
	if (sym == 0 || (!composing && (sym > 0x7f ||
	    (sym >= '0' && sym <= '9')))) {
		if (composing)
			ime_clear(m);
		return false;
	}
	if (!m->engine->key(sym)) {
		if (composing)
			ime_clear(m);
		return false;
	}
	m->page = 0;
	(void)m->engine->commit(commit, IME_COMMIT);
	look(m);
	return true;
}

/* ---- the bar ---- */

static int cells_of(const struct ime_candidate *c)
{
	return 2 + text_cells(c->text) + (c->note[0] != '\0' ?
	    text_cells(c->note) : 0);
}

static void paint_one(const struct ime *m, const struct draw *d, int i,
    int y, int x)
{
	static const char digits[] = "123456789", strokes[] = "67890";
	const char *names = m->method == IME_STROKE ? strokes : digits;
	const struct ime_candidate *c = &m->shown[i];

	draw_textn(d, y, x++, 1, ROLE_IME_DIGIT, &names[i], 1);
	x += draw_text(d, y, x, 0, i == m->here ? ROLE_IME_HERE : ROLE_IME,
	    c->text);
	if (c->note[0] != '\0')
		draw_text(d, y, x, 0, ROLE_IME_DIGIT, c->note);
}

/* Letters first, then candidates, in as many rows as they need: returns how
 * many.  d NULL: only asks. */
static int lay_bar(const struct ime *m, const struct draw *d, int w)
{
	int x = text_cells(m->preedit) + 2, y = 0, i;

	if (d != NULL)
		draw_text(d, 0, 1, w - 2, ROLE_IME_DIGIT, m->preedit);
	for (i = 0; i < m->nshown; i++) {
		if (x + cells_of(&m->shown[i]) + 2 > w && x > 1) {
			x = 1;
			y++;
		}
		if (d != NULL)
			paint_one(m, d, i, y, x);
		x += cells_of(&m->shown[i]);
	}
	if (d != NULL && (m->more || m->page > 0))
		draw_text(d, y, w - 2, 0, ROLE_IME_DIGIT,
		    m->more ? "=" : "-");
	return y + 1;
}

/* Below the line of the cursor, above it where there is no room. */
void ime_paint(const struct ime *m, const struct draw *screen, int y, int x)
{
	int want = text_cells(m->preedit) + 5, rows, left, i;
	struct draw bar;

	if (!ime_composing(m) || m->preedit[0] == '\0')
		return;
	for (i = 0; i < m->nshown; i++)
		want += cells_of(&m->shown[i]);
	if (want > screen->w)
		want = screen->w;
	rows = lay_bar(m, NULL, want);
	left = x + want > screen->w ? screen->w - want : x;
	y = y + rows < screen->h ? y + 1 : y - rows;
	if (y < 0)
		return;
	bar = draw_sub(screen, y, left, rows, want);
	draw_fill(&bar, 0, 0, rows, want, ROLE_IME);
	(void)lay_bar(m, &bar, want);
}
