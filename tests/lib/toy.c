/*
 * The toy program; see toy.h.
 */
#include "toy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/base/crypto.h"
#include "../../core/base/text.h"
#include "../../core/base/xmalloc.h"
#include "../../tui/app.h"
#include "../../tui/popup.h"
#include "../../tui/widget_bar.h"
#include "../../tui/widget_edit.h"
#include "../../tui/widget_list.h"
#include "../../tui/widget_menu.h"
#include "../../tui/widget_text.h"
#include "../../tui/words.h"

static struct toy_desk {
	int64_t rows;		/* how long the list is */
	const char *left;	/* written there when told to leave */
	char kept[256];
	int paints;
} desk;

/* ---- a list over numbers, by keyset ---- */

struct toy_row { int64_t id; char name[32]; };

struct toy_list {
	struct panel base;
	struct widget_list list;
	char filter[64];
};

static bool row_passes(const struct toy_list *t, int64_t id)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)id);
	return t->filter[0] == '\0' || strstr(number, t->filter) != NULL;
}

static void fill_row(struct toy_row *r, int64_t id)
{
	static const char *const names[] = { "张伟", "王芳", "李娜",
		"阿卜杜热合曼·买买提", "欧阳修竹" };

	r->id = id;
	snprintf(r->name, sizeof(r->name), "%s", names[id % 5]);
}

static enum mq_status toy_fetch(void *ctx, enum widget_list_dir dir,
    const void *from, void *out, size_t max, size_t *n, struct err *err)
{
	const struct toy_row *f = from;
	struct toy_row *o = out;
	int64_t id;

	*n = 0;
	if (desk.rows < 0)
		return err_set(err, MQ_E_LOCKED, "toy");
	id = dir == LIST_AFTER ? (f != NULL ? f->id + 1 : 1) :
	    (f != NULL ? f->id - 1 : desk.rows);
	for (; *n < max && id >= 1 && id <= desk.rows;
	    id += dir == LIST_AFTER ? 1 : -1)
		if (row_passes(ctx, id))
			fill_row(&o[(*n)++], id);
	return MQ_OK;
}

static bool toy_same(const void *a, const void *b)
{
	return ((const struct toy_row *)a)->id ==
	    ((const struct toy_row *)b)->id;
}

static void toy_row_paint(void *ctx, const void *item, const struct draw *d,
    bool here)
{
	const struct toy_row *r = item;
	char id[24];
	const struct draw_cell cells[] = {
		{ -7, ROLE_DIM, id },
		{ 14, here ? ROLE_SELECTION : ROLE_TEXT, r->name },
		{ 0, ROLE_TEXT, "反映三栋楼道积存垃圾，请尽快清理" },
		{ 8, r->id % 3 == 0 ? ROLE_OVERDUE : ROLE_OK,
		    r->id % 3 == 0 ? "超期2天" : "按时" },
	};

	(void)ctx;
	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	draw_row(d, 0, 0, cells, ARRAY_LEN(cells));
}

static void toy_filter(void *ctx, const char *text)
{
	struct toy_list *t = ctx;

	(void)xcopy(t->filter, sizeof(t->filter), text);
}

static int64_t toy_count(void *ctx)
{
	return ((struct toy_list *)ctx)->filter[0] != '\0' ? -1 : desk.rows;
}

static void toy_heads(void *ctx, const struct draw *d)
{
	static const struct draw_cell cells[] = {
		{ -7, ROLE_COLUMN, "编号" }, { 14, ROLE_COLUMN, "姓名" },
		{ 0, ROLE_COLUMN, "事由" }, { 8, ROLE_COLUMN, "时限" },
	};

	(void)ctx;
	draw_row(d, 0, 0, cells, ARRAY_LEN(cells));
}

static const struct widget_list_source toy_source = {
	.item_size = sizeof(struct toy_row), .fetch = toy_fetch,
	.same = toy_same, .paint = toy_row_paint, .filter = toy_filter,
	.count = toy_count, .heads = toy_heads,
};

static void list_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, "群众诉求");
}

static unsigned list_key(struct panel *p, uint32_t key)
{
	struct toy_list *t = (struct toy_list *)p;
	unsigned flags = widget_list_key(&t->list, key);
	const struct toy_row *r = widget_list_item(&t->list);
	char text[64];

	if ((flags & WIDGET_PICKED) != 0 && r != NULL) {
		snprintf(text, sizeof(text), "打开了 %lld 号",
		    (long long)r->id);
		app_notice(p->app, ROLE_OK, text);
	}
	return flags;
}

static unsigned list_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	(void)over;
	return widget_list_paste(&((struct toy_list *)p)->list, s, len);
}

static bool list_typing(struct panel *p)
{
	return widget_list_typing(&((struct toy_list *)p)->list);
}

static void list_layout(struct panel *p, int h, int w)
{
	widget_list_layout(&((struct toy_list *)p)->list, h, w);
}

static void list_paint(struct panel *p, const struct draw *d)
{
	widget_list_paint(&((struct toy_list *)p)->list, d);
}

static unsigned list_wake(struct panel *p)
{
	widget_list_reload(&((struct toy_list *)p)->list);
	return PANEL_REDRAW;
}

static void list_destroy(struct panel *p)
{
	widget_list_free(&((struct toy_list *)p)->list);
}

static const enum context list_widgets[] = { CTX_LIST, CTX_END };

static const struct panel_ops list_ops = {
	.name = "toy_list", .widgets = list_widgets, .title = list_title,
	.key = list_key, .paste = list_paste, .typing = list_typing,
	.layout = list_layout, .paint = list_paint, .wake = list_wake,
	.destroy = list_destroy,
};

static void open_list(struct app *app)
{
	struct toy_list *t = xcalloc(1, sizeof(*t));

	widget_list_init(&t->list, &toy_source, t);
	app_push(app, &t->base, &list_ops);
}

/* ---- a form ---- */

struct toy_form {
	struct panel base;
	struct widget_edit name, pin, note;
	int focus;
};

static struct widget_edit *field(struct toy_form *f)
{
	return f->focus == 0 ? &f->name : f->focus == 1 ? &f->pin : &f->note;
}

static void form_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, "走访登记");
}

static unsigned form_answer(struct panel *p, int answer)
{
	app_notice(p->app, ROLE_OK, answer == 0 ? "已保存" : "没有保存");
	return answer == 0 ? PANEL_CLOSE : PANEL_REDRAW;
}

static unsigned form_action(struct panel *p, enum action act)
{
	struct toy_form *f = (struct toy_form *)p;
	struct err err = ERR_INIT;

	switch (act) {
	case ACT_FIELD_NEXT:
		f->focus = (f->focus + 1) % 3;
		return PANEL_REDRAW;
	case ACT_FIELD_PREV:
		f->focus = (f->focus + 2) % 3;
		return PANEL_REDRAW;
	case ACT_SAVE:
		if (widget_edit_empty(&f->name)) {
			(void)err_set(&err, MQ_E_REQUIRED, "姓名");
			popup_err(p->app, &err);
			return PANEL_REDRAW;
		}
		popup_confirm(p, "保存", "写好了吗？保存后居民可以看。",
		    form_answer);
		return PANEL_REDRAW;
	default:
		return PANEL_IGNORED;
	}
}

static void complain(struct panel *p, struct widget_edit *e)
{
	struct err err = ERR_INIT;

	if (!e->bad_utf8)
		return;
	e->bad_utf8 = false;
	(void)err_set(&err, MQ_E_UTF8, "GBK?");
	popup_err(p->app, &err);
}

static unsigned form_key(struct panel *p, uint32_t key)
{
	struct toy_form *f = (struct toy_form *)p;
	unsigned flags = widget_edit_key(field(f), key);

	complain(p, field(f));
	if ((flags & PANEL_IGNORED) == 0)
		return flags;
	if (key == K_ENTER || key == K_DOWN || key == K_UP) {
		f->focus = (f->focus + (key == K_UP ? 2 : 1)) % 3;
		return PANEL_REDRAW;
	}
	return PANEL_IGNORED;
}

static unsigned form_paste(struct panel *p, const char *s, size_t len,
    bool over)
{
	struct toy_form *f = (struct toy_form *)p;
	unsigned flags = widget_edit_paste(field(f), s, len);

	complain(p, field(f));
	if (over)
		app_notice(p->app, ROLE_WARN, "粘贴的内容太长");
	return flags;
}

static bool form_typing(struct panel *p)
{
	(void)p;
	return true;
}

static void form_paint(struct panel *p, const struct draw *d)
{
	struct toy_form *f = (struct toy_form *)p;

	draw_text(d, 1, 2, 0, ROLE_LABEL, "姓名");
	widget_edit_paint(&f->name, d, 1, 8, 1, 20, f->focus == 0);
	draw_text(d, 2, 2, 0, ROLE_LABEL, "密码");
	widget_edit_paint(&f->pin, d, 2, 8, 1, 10, f->focus == 1);
	draw_text(d, 3, 2, 0, ROLE_LABEL, "情况");
	widget_edit_paint(&f->note, d, 3, 8, 4, 31, f->focus == 2);
}

static void form_keep(struct panel *p)
{
	struct toy_form *f = (struct toy_form *)p;

	snprintf(desk.kept, sizeof(desk.kept), "%s",
	    widget_edit_text(&f->name));
}

static void form_destroy(struct panel *p)
{
	struct toy_form *f = (struct toy_form *)p;

	widget_edit_free(&f->name);
	widget_edit_free(&f->pin);
	widget_edit_free(&f->note);
}

static const enum context form_contexts[] = { CTX_FORM, CTX_END };
static const enum context form_widgets[] = { CTX_EDIT, CTX_END };

static const struct panel_ops form_ops = {
	.name = "toy_form", .contexts = form_contexts,
	.widgets = form_widgets, .title = form_title, .action = form_action,
	.key = form_key, .paste = form_paste, .typing = form_typing,
	.paint = form_paint, .keep = form_keep, .destroy = form_destroy,
};

static void open_form(struct app *app)
{
	struct toy_form *f = xcalloc(1, sizeof(*f));
	const struct widget_edit_options name = { .max_chars = 12,
		.placeholder = "写姓名" };
	const struct widget_edit_options pin = { .max_chars = 6,
		.masked = true, .digits = true };
	const struct widget_edit_options note = { .multi = true };

	widget_edit_init(&f->name, &name);
	widget_edit_init(&f->pin, &pin);
	widget_edit_init(&f->note, &note);
	app_push(app, &f->base, &form_ops);
}

/* ---- the first page ---- */

struct toy_home {
	struct panel base;
	struct widget_menu menu;
	int ticks, wakes;
};

static const struct widget_menu_choice home_choices[] = {
	{ "走访登记", "一分钟", ROLE_TEXT, false },
	{ "群众诉求", NULL, ROLE_TEXT, false },
	{ "网格一览", NULL, ROLE_TEXT, false },
	{ "三秒后提醒", NULL, ROLE_TEXT, false },
	{ "出错", NULL, ROLE_TEXT, false },
	{ "不能选", NULL, ROLE_TEXT, true },
	{ "进度", NULL, ROLE_TEXT, false },
	{ "离开", NULL, ROLE_TEXT, false },
};

static void grid_paint(struct panel *p, const struct draw *d)
{
	static const struct widget_bar_cell cells[] = {
		{ "第1网格", "正常", ROLE_GRID_GREEN },
		{ "第2网格", "临期", ROLE_GRID_YELLOW },
		{ "第3网格", "超期", ROLE_GRID_RED },
		{ "第4网格", "未报", ROLE_GRID_NONE },
		{ "第5网格", "正常", ROLE_GRID_GREEN },
		{ "第6网格", "正常", ROLE_GRID_GREEN },
	};
	static const struct widget_bar_column days[] = {
		{ "周一", 3, ROLE_BAR }, { "周二", 7, ROLE_BAR },
		{ "周三", 1, ROLE_BAR }, { "周四", 0, ROLE_BAR },
	};
	struct draw chart = draw_sub(d, 8, 2, 8, 40);
	int y = 1;

	(void)p;
	y += widget_bar_grid(d, y, 1, d->w - 2, 18, cells, ARRAY_LEN(cells),
	    1) + 1;
	widget_bar_amount(d, y++, 2, 20, ROLE_BAR, 40, 60, "40 分钟");
	widget_bar_progress(d, y++, 2, 30, 45, 100);
	draw_text(d, y, 2, 0, ROLE_TEXT, "引号“民情”与①省略…");
	widget_bar_columns(&chart, days, ARRAY_LEN(days));
}

static void grid_title(struct panel *p, char *out, size_t size)
{
	(void)p;
	(void)xcopy(out, size, "网格一览");
}

static const struct panel_ops grid_ops = {
	.name = "toy_grid", .title = grid_title, .paint = grid_paint,
};

static void show_error(struct app *app)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, MQ_E_DISK_FULL, "/dev/mmcblk0p2");
	popup_err(app, &err);
}

static void show_progress(struct app *app)
{
	for (int i = 1; i <= 100; i++)
		app_progress(app, "正在整理", i, 100);
	app_progress(app, "", 0, 0);
	app_notice(app, ROLE_OK, "整理完了");
}

static unsigned home_pick(struct panel *p, int which)
{
	switch (which) {
	case 0:
		open_form(p->app);
		return PANEL_REDRAW;
	case 1:
		open_list(p->app);
		return PANEL_REDRAW;
	case 2:
		app_push(p->app, xcalloc(1, sizeof(struct panel)), &grid_ops);
		return PANEL_REDRAW;
	case 3:
		panel_tick_in(p, 30);
		return PANEL_DONE;
	case 4:
		show_error(p->app);
		return PANEL_REDRAW;
	case 6:
		show_progress(p->app);
		return PANEL_REDRAW;
	default:
		return PANEL_QUIT;
	}
}

static unsigned home_key(struct panel *p, uint32_t key)
{
	struct toy_home *h = (struct toy_home *)p;
	unsigned flags = widget_menu_key(&h->menu, key);

	if ((flags & WIDGET_PICKED) != 0) {
		int which = h->menu.picked;

		h->menu.picked = -1;
		return home_pick(p, which) | PANEL_REDRAW;
	}
	if (key == (K_CTRL | 'c')) {
		app_notice(p->app, ROLE_NOTICE, "Ctrl-C 只是一个键");
		return PANEL_REDRAW;
	}
	if (key == K_F12)
		abort();
	return flags;
}

static void home_paint(struct panel *p, const struct draw *d)
{
	struct toy_home *h = (struct toy_home *)p;
	struct draw m = draw_sub(d, 2, 2, 9, d->w - 4);

	desk.paints++;
	draw_text(d, 0, 2, 0, ROLE_TITLE, "今日");
	widget_menu_paint(&h->menu, &m, true);
	if (h->ticks > 0)
		draw_text(d, d->h - 1, 2, 0, ROLE_NOTICE, "到时间了");
	if (h->wakes > 0)
		draw_textf(d, d->h - 2, 2, ROLE_NOTICE, "来了 %d 条",
		    h->wakes);
}

static unsigned home_tick(struct panel *p)
{
	((struct toy_home *)p)->ticks++;
	return PANEL_REDRAW;
}

static unsigned home_wake(struct panel *p)
{
	((struct toy_home *)p)->wakes++;
	return PANEL_REDRAW;
}

static unsigned home_returned(struct panel *p, struct panel *child)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "从 %s 回来", child->ops->name);
	app_notice(p->app, ROLE_DIM, text);
	return PANEL_REDRAW;
}

static void home_destroy(struct panel *p)
{
	widget_menu_free(&((struct toy_home *)p)->menu);
}

static const enum context home_widgets[] = { CTX_MENU, CTX_END };

static const struct panel_ops home_ops = {
	.name = "toy_home", .widgets = home_widgets, .key = home_key,
	.paint = home_paint, .tick = home_tick, .wake = home_wake,
	.returned = home_returned, .destroy = home_destroy,
};

/* ---- the program ---- */

static void toy_header(struct app *app, struct app_header *h)
{
	(void)app;
	(void)xcopy(h->left, sizeof(h->left), "光明社区党群服务站");
	(void)xcopy(h->person, sizeof(h->person), "张伟 志愿者");
	(void)xcopy(h->date, sizeof(h->date), "11-22 周日");
	(void)xcopy(h->light, sizeof(h->light), "网络正常");
	h->light_role = ROLE_OK;
}

static void toy_bell(struct app *app)
{
	char in[64];

	while (read(app->bell_fd, in, sizeof(in)) > 0)
		;
}

static void toy_leave(struct app *app)
{
	FILE *f;

	(void)app;
	if (desk.left == NULL)
		return;
	f = fopen(desk.left, "w");
	if (f == NULL)
		return;
	fprintf(f, "kept:%s\n", desk.kept);
	fclose(f);
}

static void toy_idle(struct app *app)
{
	app_home(app);
	app_notice(app, ROLE_NOTICE, "没有人，回到首页");
}

static const struct app_hooks toy_hooks = {
	.header = toy_header, .bell = toy_bell, .leave = toy_leave,
	.idle = toy_idle,
};

int toy_main(int argc, char **argv)
{
	struct app_options opt = { .hooks = &toy_hooks, .bell_fd = -1 };
	struct err err = ERR_INIT;
	struct toy_home *h;
	struct app *app = NULL;
	struct env env;
	char text[700];
	int64_t idle = 0;
	int status;

	crypto_init();
	desk.rows = 100;
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--rows") == 0)
			desk.rows = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--left") == 0)
			desk.left = argv[i + 1];
		else if (strcmp(argv[i], "--idle") == 0)
			idle = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--themes") == 0)
			opt.theme_dir = argv[i + 1];
		else if (strcmp(argv[i], "--theme") == 0)
			opt.theme_name = argv[i + 1];
		else if (strcmp(argv[i], "--bell") == 0)
			opt.bell_fd = open(argv[i + 1],
			    O_RDWR | O_NONBLOCK | O_CLOEXEC);
	}
	env_real(&env);
	if (app_start(&env, &opt, &app, &err) != MQ_OK) {
		err_say(&err, env.lang, text, sizeof(text));
		fprintf(stderr, "%s\n", text);
		env_release(&env);
		return 1;
	}
	app_set_who(app, WHO_VOLUNTEER);
	app_idle_after(app, idle);
	h = xcalloc(1, sizeof(*h));
	widget_menu_init(&h->menu, home_choices, ARRAY_LEN(home_choices),
	    false);
	h->menu.one_column = true;
	app_push(app, &h->base, &home_ops);
	status = app_run(app);
	app_stop(&app);
	env_release(&env);
	printf("bye %d\n", status);
	return status;
}
