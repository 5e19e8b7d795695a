/*
 * What a form asks: which fields show, which are required, which choices are
 * open, what stands there before anybody types.  Opens the expression module
 * on first use.
 */
#include "form_parts.h"

#include <assert.h>
#include <dlfcn.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../base/log.h"
#include "../base/xmalloc.h"

#define MODULE "libminqing-expr.so"
#define RESULT_MAX 4096

/* ---- the expression module ---- */

static struct {
	bool tried;
	form_expr_fn eval;
	char why[160];
} module;

static void module_path(char *out, size_t size)
{
	const char *dir = getenv("MINQING_LIB");
	char exe[900], *slash;
	ssize_t n;

	if (dir != NULL && dir[0] != '\0') {
		file_join(out, size, dir, MODULE);
		return;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash != NULL)
		*slash = '\0';
	snprintf(out, size, "%s/../lib/" MODULE, exe);
}

void form_warm(void)
{
	char path[1024];
	void *so;

	if (module.tried)
		return;
	module.tried = true;
	module_path(path, sizeof(path));
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so != NULL)
		*(void **)&module.eval = dlsym(so, "form_expr_eval");
	if (module.eval == NULL) {
		const char *why = dlerror();

		xcopy(module.why, sizeof(module.why), why == NULL ? path :
		    why);
		log_line(LOG_ERROR, "form", "%s", module.why);
	}
}

enum mq_status form_eval(struct node *n, const char *expr,
    const struct fields *f,
    const char *self, struct utc now, bool truth, struct buf *out,
    struct err *err)
{
	struct form_expr_call c = { expr, f, self, now, out, truth, "" };
	struct buf b = BUF_INIT(230);
	enum mq_status rc = MQ_OK;

	(void)n;
	form_warm();
	buf_reset(out);
	if (module.eval == NULL) {
		say_both(&b, SAY_FORM_NO_MODULE, module.why, NULL);
		rc = err_set(err, MQ_E_EXPR, "%s", buf_str(&b));
	} else if (!module.eval(&c)) {
		say_both(&b, SAY_FORM_MODULE_BAD, expr, c.problem);
		rc = err_set(err, MQ_E_EXPR, "%s", buf_str(&b));
	}
	buf_free(&b);
	return rc;
}

enum mq_status form_true(struct node *n, const char *expr,
    const struct fields *f,
    const char *self, struct utc now, bool *out, struct err *err)
{
	struct buf b = BUF_INIT(16);
	enum mq_status rc = form_eval(n, expr, f, self, now, true, &b, err);

	*out = rc == MQ_OK && strcmp(buf_str(&b), "true") == 0;
	buf_free(&b);
	return rc;
}

/* ---- what shows ---- */

/* A field shows when it and every group around it is relevant. */
enum mq_status form_shows(struct node *n, const struct kind *k,
    const struct field *fd,
    const struct fields *f, struct utc now, bool *out, struct err *err)
{
	bool in_step = k->nstep_fields > 0 && fd >= k->step_fields &&
	    fd < k->step_fields + k->nstep_fields;
	const struct field *v = in_step ? k->step_fields : k->fields, *at;
	enum mq_status rc = MQ_OK;
	int skip = 0;

	*out = true;
	for (at = fd; rc == MQ_OK && *out; at--) {
		if (at != fd && at->type == FT_END_GROUP) {
			skip++;
		} else if (at == fd || at->type == FT_BEGIN_GROUP) {
			if (at != fd && skip > 0)
				skip--;
			else if (at->relevant[0] != '\0')
				rc = form_true(n, at->relevant, f, "", now,
				    out, err);
		}
		if (at == v)
			break;
	}
	return rc;
}

/* A form must be usable when its pack is not: what cannot be decided shows,
 * and the save says why. */
bool form_relevant(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f)
{
	struct err err = ERR_INIT;
	bool yes;

	if (form_shows(n, k, fd, f, env_now(n->env), &yes, &err) != MQ_OK) {
		log_err("form", &err);
		return true;
	}
	return yes;
}

bool form_required(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *f)
{
	struct err err = ERR_INIT;
	bool yes;

	(void)k;
	if (fd->required || fd->required_if[0] == '\0')
		return fd->required;
	if (form_true(n, fd->required_if, f, "", env_now(n->env), &yes,
	    &err) != MQ_OK) {
		log_err("form", &err);
		return false;
	}
	return yes;
}

/* ---- choices ---- */

bool form_choice_value(const struct choice *c, const char *key, char *out,
    size_t size)
{
	const char *s = c->filter;
	size_t want = strlen(key), len;

	for (; *s != '\0'; s += len) {
		s += strspn(s, " ");
		len = strcspn(s, " ");
		if (len > want && s[want] == '=' &&
		    memcmp(s, key, want) == 0) {
			snprintf(out, size, "%.*s", (int)(len - want - 1),
			    s + want + 1);
			return true;
		}
	}
	out[0] = '\0';
	return false;
}

/* One "column=${field}" or "column='value'" of a choice_filter. */
static bool term_fits(const struct choice *c, const char *term, size_t len,
    const struct fields *f)
{
	const char *eq = memchr(term, '=', len);
	char key[40], want[200], have[200], name[40];
	size_t klen, vlen;

	if (eq == NULL)
		return false;
	klen = (size_t)(eq - term);
	vlen = len - klen - 1;
	snprintf(key, sizeof(key), "%.*s", (int)klen, term);
	if (eq[1] == '\'') {
		snprintf(want, sizeof(want), "%.*s", (int)vlen - 2, eq + 2);
	} else {
		snprintf(name, sizeof(name), "%.*s", (int)vlen - 3, eq + 3);
		xcopy(want, sizeof(want), fields_text(f, name));
	}
	return form_choice_value(c, key, have, sizeof(have)) &&
	    strcmp(have, want) == 0;
}

static bool choice_fits(const struct choice *c, const char *filter,
    const struct fields *f)
{
	size_t len;

	for (; *filter != '\0'; filter += len) {
		filter += strspn(filter, " ");
		len = strcspn(filter, " ");
		if (len == 0 || (len == 3 && memcmp(filter, "and", 3) == 0))
			continue;
		if (!term_fits(c, filter, len, f))
			return false;
	}
	return true;
}

size_t form_choices(struct node *n, const struct kind *k,
    const struct field *fd,
    const struct fields *f, const struct choice **out, size_t max)
{
	size_t i, count, found = 0;
	const struct choice *v = pack_choices(n->pack, fd->list, &count);

	(void)k;
	for (i = 0; i < count && found < max; i++)
		if (choice_fits(&v[i], fd->choice_filter, f))
			out[found++] = &v[i];
	return found;
}

/* ---- presets ---- */

/* "choice(FIELD, KEY)": what the choice taken in FIELD says under KEY. */
static bool preset_choice(struct node *n, const struct kind *k,
    const char *preset, const struct fields *all, struct buf *out)
{
	static const char head[] = "choice(";
	char name[40], key[40], value[200];
	const struct choice *c;
	const struct field *fd;
	const char *comma, *end;

	if (strncmp(preset, head, sizeof(head) - 1) != 0)
		return false;
	preset += sizeof(head) - 1;
	comma = strchr(preset, ',');
	end = strchr(preset, ')');
	if (comma == NULL || end == NULL || comma > end)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)(comma - preset), preset);
	comma += 1 + strspn(comma + 1, " ");
	snprintf(key, sizeof(key), "%.*s", (int)(end - comma), comma);
	fd = kind_field(k, name);
	if (fd == NULL)
		return true;
	c = pack_choice(n->pack, fd->list, fields_text(all, name));
	if (c != NULL && form_choice_value(c, key, value, sizeof(value)))
		buf_adds(out, value);
	return true;
}

void form_preset(struct node *n, const struct kind *k, const struct field *fd,
    const struct fields *all, const char *by, struct buf *out)
{
	struct utc now = env_now(n->env);
	const char *p = fd->preset;
	char text[40];

	if (p[0] == '\0')
		return;
	if (strcmp(p, "today()") == 0 || strcmp(p, "now()") == 0) {
		clock_show(now, p[0] == 't' ? CLOCK_DATE : CLOCK_MINUTE,
		    text, sizeof(text));
		buf_adds(out, text);
	} else if (strcmp(p, "@by") == 0) {
		buf_adds(out, by);
	} else if (strcmp(p, "@node") == 0) {
		buf_adds(out, n->set.org);
	} else if (preset_choice(n, k, p, all, out)) {
		return;
	} else if (strchr(p, '(') != NULL || strchr(p, '$') != NULL) {
		if (form_eval(n, p, all, "", now, false, out, NULL) != MQ_OK)
			buf_reset(out);
	} else {
		buf_adds(out, p);
	}
}

static void fill_one(struct node *n, const struct kind *k,
    const struct field *fd, const struct fields *all, struct fields *f)
{
	struct buf raw = BUF_INIT(RESULT_MAX), value = BUF_INIT(RESULT_MAX);

	if (form_takes_value(fd) && !fields_has(f, fd->name) &&
	    fd->preset[0] != '\0' && form_relevant(n, k, fd, all)) {
		form_preset(n, k, fd, all, "", &raw);
		if (raw.len > 0 && form_accept(n, fd, buf_str(&raw),
		    env_now(n->env), &value, NULL) == MQ_OK && value.len > 0)
			form_store(fd, buf_str(&value), f);
	}
	buf_free(&raw);
	buf_free(&value);
}

void form_presets(struct node *n, const struct kind *k, struct fields *f)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		fill_one(n, k, &k->fields[i], f, f);
}

const struct field *form_step_next(const struct kind *k, const char **at,
    bool *must)
{
	char name[40];
	size_t len;

	*at += strspn(*at, " ");
	len = strcspn(*at, " ");
	if (len == 0)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)len, *at);
	*at += len;
	len = strlen(name);
	*must = name[len - 1] == '!';
	if (*must)
		name[len - 1] = '\0';
	return kind_field(k, name);
}

void form_step_presets(struct node *n, const struct kind *k,
    const struct flow_step *step, const struct fields *record,
    struct fields *f)
{
	struct fields all = { NULL, 0, 0 };
	const char *at = step->fields;
	const struct field *fd;
	bool must;

	/* What a former step left in the record is no answer to this one. */
	fields_copy(&all, record);
	while ((fd = form_step_next(k, &at, &must)) != NULL)
		fields_drop(&all, fd->name);
	fields_overlay(&all, f);
	at = step->fields;
	while ((fd = form_step_next(k, &at, &must)) != NULL)
		fill_one(n, k, fd, &all, f);
	fields_free(&all);
}
