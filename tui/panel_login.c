/*
 * Coming in: number, phone or card, then the PIN; the first time a start
 * code; a voucher when the PIN is forgotten.  While nobody is here it shows
 * the station, the light and who is at work.
 */
#include <assert.h>

#include "../core/base/clock.h"
#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "../core/hours.h"
#include "../core/ledger.h"
#include "../core/login.h"
#include "panels.h"
#include "popup.h"
#include "widget_edit.h"
#include "words.h"

#define BOARD_MAX 24
#define FORGET_MS (60 * MS_SECOND)	/* half a login is dropped after that */
#define FIELD_CELLS 24
#define BLOCK_CELLS 60

enum stage { ASK_NUMBER, ASK_PIN, ASK_CODE, ASK_NEW, ASK_AGAIN, ASK_VOUCHER,
	ASK_VOUCHER_PIN, STAGES };

struct panel_login {
	struct panel base;
	enum stage stage;
	struct widget_edit edit;
	char typed[48], code[48], pin[16], voucher[48];
	struct err err;		/* shown under the field */
	struct record at_work[BOARD_MAX];
	int nat_work;
};

static struct panel_login *self(struct panel *p)
{
	return (struct panel_login *)p;
}

/* ---- stages ---- */

static void go(struct panel_login *l, enum stage stage)
{
	static const struct widget_edit_options options[STAGES] = {
		[ASK_NUMBER] = { .max_chars = 40 },
		[ASK_PIN] = { .max_chars = 12, .masked = true, .digits = true },
		[ASK_CODE] = { .max_chars = 40 },
		[ASK_NEW] = { .max_chars = 12, .masked = true, .digits = true },
		[ASK_AGAIN] = { .max_chars = 12, .masked = true,
		    .digits = true },
		[ASK_VOUCHER] = { .max_chars = 40 },
		[ASK_VOUCHER_PIN] = { .max_chars = 12, .masked = true,
		    .digits = true },
	};

	widget_edit_free(&l->edit);
	widget_edit_init(&l->edit, &options[stage]);
	l->stage = stage;
}

static void forget(struct panel_login *l)
{
	crypto_wipe(l->pin, sizeof(l->pin));
	crypto_wipe(l->code, sizeof(l->code));
}

/* From the start: the number, or its PIN when the SSH key fixed it. */
static void begin(struct panel_login *l)
{
	struct desk *d = desk_of(l->base.app);

	forget(l);
	l->typed[0] = l->voucher[0] = '\0';
	panel_tick_in(&l->base, 0);
	go(l, ASK_NUMBER);
	if (d->as[0] != '\0') {
		(void)xcopy(l->typed, sizeof(l->typed), d->as);
		go(l, login_needs_code(d->n, l->typed) ? ASK_CODE : ASK_PIN);
	}
}

static unsigned failed(struct panel_login *l, const struct err *err)
{
	enum mq_status code = err->code;

	l->err = *err;
	switch (l->stage) {
	case ASK_AGAIN:
		go(l, code == MQ_E_PIN_WEAK ? ASK_NEW : ASK_CODE);
		break;
	case ASK_VOUCHER_PIN:
		go(l, code == MQ_E_VOUCH ? ASK_VOUCHER : ASK_VOUCHER_PIN);
		break;
	case ASK_PIN:
		if (code == MQ_E_LOGIN_UNKNOWN)
			begin(l);
		else
			go(l, ASK_PIN);
		break;
	default:
		go(l, l->stage);
		break;
	}
	return PANEL_REDRAW;
}

static unsigned verdict(struct panel_login *l, enum mq_status st,
    const struct session *who, const struct err *err)
{
	forget(l);
	if (st != MQ_OK)
		return failed(l, err);
	desk_login(l->base.app, who);
	return PANEL_REDRAW;
}

static unsigned after_number(struct panel_login *l, const char *text)
{
	struct desk *d = desk_of(l->base.app);

	(void)xcopy(l->typed, sizeof(l->typed), text);
	go(l, login_needs_code(d->n, l->typed) ? ASK_CODE : ASK_PIN);
	return PANEL_REDRAW;
}

static unsigned after_again(struct panel_login *l, const char *text)
{
	struct desk *d = desk_of(l->base.app);
	struct session who;
	struct err err = ERR_INIT;
	enum mq_status st;

	if (strcmp(text, l->pin) != 0) {
		err_set(&l->err, MQ_E_PIN_DIFFERS, "%s", "");
		go(l, ASK_NEW);
		return PANEL_REDRAW;
	}
	st = login_code(d->n, l->typed, l->code, l->pin, &who, &err);
	return verdict(l, st, &who, &err);
}

/* A wrong code is told before anybody thinks up a PIN. */
static unsigned after_code(struct panel_login *l, const char *text)
{
	struct desk *d = desk_of(l->base.app);
	struct err err = ERR_INIT;

	if (login_code_ok(d->n, l->typed, text, &err) != MQ_OK)
		return failed(l, &err);
	(void)xcopy(l->code, sizeof(l->code), text);
	go(l, ASK_NEW);
	return PANEL_REDRAW;
}

/* A weak PIN is refused before it is typed a second time. */
static unsigned after_new(struct panel_login *l, const char *text)
{
	struct desk *d = desk_of(l->base.app);
	const struct roster_person *p = roster_find(d->n->roster, l->typed);
	struct err err = ERR_INIT;

	if (p != NULL && login_pin_ok(d->n, p, text, &err) != MQ_OK)
		return failed(l, &err);
	(void)xcopy(l->pin, sizeof(l->pin), text);
	go(l, ASK_AGAIN);
	return PANEL_REDRAW;
}

static unsigned next(struct panel_login *l)
{
	struct desk *d = desk_of(l->base.app);
	const char *text = widget_edit_text(&l->edit);
	struct session who;
	struct err err = ERR_INIT;

	if (*text == '\0')
		return PANEL_DONE;
	l->err.code = MQ_OK;
	panel_tick_in(&l->base, FORGET_MS);
	switch (l->stage) {
	case ASK_NUMBER:
		return after_number(l, text);
	case ASK_PIN:
		return verdict(l, login_pin(d->n, l->typed, text, &who, &err),
		    &who, &err);
	case ASK_CODE:
		return after_code(l, text);
	case ASK_NEW:
		return after_new(l, text);
	case ASK_AGAIN:
		return after_again(l, text);
	case ASK_VOUCHER:
		(void)xcopy(l->voucher, sizeof(l->voucher), text);
		go(l, ASK_VOUCHER_PIN);
		return PANEL_REDRAW;
	case ASK_VOUCHER_PIN:
		return verdict(l, login_vouched(d->n, l->typed, l->voucher,
		    text, &who, &err), &who, &err);
	case STAGES:
		break;
	}
	assert(!"a stage of the login");
	return PANEL_DONE;
}

/* ---- handlers ---- */

static unsigned vouch(struct panel_login *l)
{
	if (l->stage == ASK_NUMBER) {
		if (widget_edit_empty(&l->edit)) {
			app_notice(l->base.app, ROLE_NOTICE,
			    word(W_LOGIN_FIRST_NUMBER));
			return PANEL_REDRAW;
		}
		(void)xcopy(l->typed, sizeof(l->typed),
		    widget_edit_text(&l->edit));
	}
	l->err.code = MQ_OK;
	panel_tick_in(&l->base, FORGET_MS);
	go(l, ASK_VOUCHER);
	return PANEL_REDRAW;
}

static unsigned login_action(struct panel *p, enum action act)
{
	struct panel_login *l = self(p);

	switch (act) {
	case ACT_LOGIN_NEXT:
		return next(l);
	case ACT_LOGIN_CERT:
		panel_certificate_open(p->app);
		return PANEL_REDRAW;
	case ACT_LOGIN_BOARD:
		begin(l);
		panel_board_open(p->app);
		return PANEL_REDRAW;
	case ACT_LOGIN_VOUCH:
		return vouch(l);
	case ACT_LOGIN_QUIT:
		return PANEL_QUIT;
	case ACT_BACK:
		l->err.code = MQ_OK;
		begin(l);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static bool login_offers(struct panel *p, enum action act)
{
	struct panel_login *l = self(p);

	if (act == ACT_LOGIN_QUIT)
		return !desk_of(p->app)->kiosk;
	if (act == ACT_BACK)
		return l->stage != ASK_NUMBER || !widget_edit_empty(&l->edit);
	if (act == ACT_LOGIN_VOUCH)
		return l->stage <= ASK_CODE;
	return true;
}

static unsigned login_key(struct panel *p, uint32_t key)
{
	unsigned flags = widget_edit_key(&self(p)->edit, key);

	if ((flags & WIDGET_CHANGED) != 0) {
		self(p)->err.code = MQ_OK;
		panel_tick_in(p, FORGET_MS);
	}
	return flags;
}

static unsigned login_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_edit_paste(&self(p)->edit, s, len);
}

static bool login_typing(struct panel *p)
{
	(void)p;
	return true;
}

/* Somebody walked away in the middle: nothing of theirs stays. */
static unsigned login_tick(struct panel *p)
{
	self(p)->err.code = MQ_OK;
	begin(self(p));
	return PANEL_REDRAW;
}

static void load_board(struct panel_login *l)
{
	struct err err = ERR_INIT;

	if (hours_open_all(desk_of(l->base.app)->n, l->at_work, BOARD_MAX,
	    &l->nat_work, &err) != MQ_OK)
		l->nat_work = 0;
	if (l->nat_work > BOARD_MAX)
		l->nat_work = BOARD_MAX;
}

static unsigned login_wake(struct panel *p)
{
	load_board(self(p));
	return PANEL_REDRAW;
}

static unsigned login_returned(struct panel *p, struct panel *child)
{
	(void)child;
	return login_wake(p);
}

static void login_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, word(W_LOGIN_TITLE));
}

/* ---- painting ---- */

static enum word_id prompt(enum stage stage)
{
	static const enum word_id rows[STAGES] = {
		[ASK_NUMBER] = W_LOGIN_NUMBER,
		[ASK_PIN] = W_LOGIN_PIN,
		[ASK_CODE] = W_LOGIN_CODE,
		[ASK_NEW] = W_LOGIN_NEW,
		[ASK_AGAIN] = W_LOGIN_AGAIN,
		[ASK_VOUCHER] = W_LOGIN_VOUCHER,
		[ASK_VOUCHER_PIN] = W_LOGIN_VOUCHER_PIN,
	};

	return rows[stage];
}

static enum word_id hint(enum stage stage)
{
	static const enum word_id rows[STAGES] = {
		[ASK_NUMBER] = W_LOGIN_NUMBER_HINT,
		[ASK_PIN] = W_LOGIN_PIN_HINT,
		[ASK_CODE] = W_LOGIN_CODE_HINT,
		[ASK_NEW] = W_LOGIN_NEW_HINT,
		[ASK_AGAIN] = W_LOGIN_AGAIN_HINT,
		[ASK_VOUCHER] = W_LOGIN_VOUCHER_HINT,
		[ASK_VOUCHER_PIN] = W_LOGIN_VOUCHER_HINT,
	};

	return rows[stage];
}

static int paint_field(struct panel_login *l, const struct draw *d, int y)
{
	int x = draw_text(d, y, 0, 0, ROLE_STRONG, word(prompt(l->stage))) + 1;
	int w = d->w - x < FIELD_CELLS ? d->w - x : FIELD_CELLS;
	char text[700];

	widget_edit_paint(&l->edit, d, y, x, 1, w, true);
	y += 1;
	if (l->err.code == MQ_OK)
		return y + draw_wrapped(d, y, 0, 0, 2, ROLE_HINT,
		    word(hint(l->stage)));
	err_say_part(&l->err, ERR_WHAT, app_lang(l->base.app), text,
	    sizeof(text));
	y += draw_wrapped(d, y, 0, 0, 2, ROLE_ERROR, text);
	err_say_part(&l->err, ERR_DO, app_lang(l->base.app), text,
	    sizeof(text));
	return y + draw_wrapped(d, y, 0, 0, 2, ROLE_TEXT, text);
}

/* Who is at work now: masked names, since when. */
static void paint_board(struct panel_login *l, const struct draw *d)
{
	int columns = d->w >= 56 ? 2 : 1, w = d->w / columns;
	char head[64], count[16];

	if (d->h < 2)
		return;
	snprintf(count, sizeof(count), "%d", l->nat_work);
	words_fill(head, sizeof(head), W_LOGIN_AT_WORK, count, NULL);
	draw_text(d, 0, 0, 0, ROLE_TITLE, head);
	if (l->nat_work == 0)
		draw_text(d, 1, 0, 0, ROLE_DIM, word(W_LOGIN_NOBODY));
	for (int i = 0; i < l->nat_work && i / columns + 1 < d->h; i++) {
		struct draw cell = draw_sub(d, i / columns + 1,
		    i % columns * w, 1, w - 2);
		const struct record *r = &l->at_work[i];
		char since[16];
		struct draw_cell row[] = {
			{ 5, ROLE_DIM, since },
			{ 0, ROLE_TEXT, r->title },
		};

		clock_show(r->opened_at, CLOCK_TIME, since, sizeof(since));
		draw_row(&cell, 0, 0, row, ARRAY_LEN(row));
	}
}

static void login_paint(struct panel *p, const struct draw *d)
{
	struct panel_login *l = self(p);
	struct desk *k = desk_of(p->app);
	int w = d->w - 4 < BLOCK_CELLS ? d->w - 4 : BLOCK_CELLS;
	int y = d->h >= 18 ? 2 : 0;
	enum theme_role role;
	struct draw in;
	char light[256];

	draw_centre(d, y++, ROLE_STRONG, k->n->set.site[0] != '\0' ?
	    k->n->set.site : desk_org_name(p->app, k->n->set.org));
	draw_centre(d, y++, ROLE_TITLE, word(W_LOGIN_NAME));
	if (d->h >= 18)
		y++;
	desk_light_words(p->app, light, sizeof(light), &role);
	in = draw_sub(d, 0, (d->w - w) / 2, d->h, w);
	y += draw_wrapped(&in, y, 0, 0, 2, role, light) + 1;
	if (k->n->roster == NULL)
		y += draw_wrapped(&in, y, 0, 0, 2, ROLE_WARN,
		    word(W_LOGIN_NO_ROSTER)) + 1;
	y = paint_field(l, &in, y) + 1;
	in = draw_sub(&in, y, 0, in.h - y, in.w);
	paint_board(l, &in);
}

static void login_destroy(struct panel *p)
{
	forget(self(p));
	widget_edit_free(&self(p)->edit);
}

static const enum context login_contexts[] = { CTX_LOGIN, CTX_END };
static const enum context login_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops login_ops = {
	.name = "login",
	.contexts = login_contexts,
	.widgets = login_widgets,
	.title = login_title,
	.action = login_action,
	.key = login_key,
	.paste = login_paste,
	.typing = login_typing,
	.offers = login_offers,
	.paint = login_paint,
	.tick = login_tick,
	.wake = login_wake,
	.returned = login_returned,
	.destroy = login_destroy,
};

void panel_login_open(struct app *app)
{
	struct panel_login *l = xcalloc(1, sizeof(*l));

	widget_edit_init(&l->edit, NULL);
	app_reset(app, &l->base, &login_ops);
	begin(l);
	load_board(l);
}
