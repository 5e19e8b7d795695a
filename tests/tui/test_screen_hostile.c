/*
 * Text that means harm, typed or pasted into fields and come in from other
 * nodes: nothing of it may reach the terminal but as plain characters, and
 * what people really write must pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/base/file.h"
#include "../../core/base/json.h"
#include "../../core/base/text.h"
#include "../../core/base/xmalloc.h"
#include "../../core/ledger.h"
#include "../lib/station.h"

#define PASTE_BIG (1024u * 1024u)
#define BELLS_MAX 60		/* the program's own: a refused key */

/* No test begins with what another one left. */
static int drop_drafts(void **state)
{
	char dir[300], path[600];
	struct dirent *e;
	DIR *d;

	(void)state;
	file_join(dir, sizeof(dir), station_one.dir, "drafts");
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		file_join(path, sizeof(path), dir, e->d_name);
		if (e->d_name[0] != '.')
			assert_int_equal(unlink(path), 0);
	}
	closedir(d);
	return 0;
}

/* ---- what may come out ---- */

struct out { const char *p; size_t n, at; };

static void refuse(const struct out *o, const char *what)
{
	size_t from = o->at > 40 ? o->at - 40 : 0;

	fail_msg("%s at byte %zu, after: %.*s", what, o->at,
	    (int)(o->at - from), o->p + from);
}

/* Of the control sequences only what painting needs: no question, no
 * window operation but the title stack of going in and out. */
static void take_csi(struct out *o, int *questions)
{
	size_t from = o->at;
	char last;

	while (o->at < o->n && (unsigned char)o->p[o->at] < 0x40)
		o->at++;
	last = o->at < o->n ? o->p[o->at++] : 'm';
	if (last == 'n')
		++*questions;
	else if (last == 'c')
		refuse(o, "asks what the terminal is");
	else if (last == 't' && strncmp(o->p + from, "22;0;0", 6) != 0 &&
	    strncmp(o->p + from, "23;0;0", 6) != 0)
		refuse(o, "moves the window");
	else if (last == '~' || last == 'M' || last == 'p')
		refuse(o, "an odd sequence");
}

static void take_escape(struct out *o, int *questions)
{
	char c = o->at < o->n ? o->p[o->at++] : '[';

	if (c == '[')
		take_csi(o, questions);
	else if (c == '(' || c == ')')
		o->at++;
	else if (strchr("78=>M", c) == NULL)
		refuse(o, "a string or reset sequence");
}

static bool is_hidden(uint32_t cp)
{
	return (cp >= 0x80 && cp < 0xa0) || cp == 0xad || cp == 0x61c ||
	    cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
	    (cp >= 0xe0000 && cp < 0xe0100) || (cp & 0xfffe) == 0xfffe;
}

/* Every byte the program has sent. */
static void all_plain(struct screen *s)
{
	struct out o = { .at = 0 };
	int questions = 0, bells = 0;
	uint32_t cp;

	screen_poll(s);
	o.p = screen_seen(s, &o.n);
	while (o.at < o.n) {
		int used = text_decode(o.p + o.at, o.n - o.at, &cp);

		if (used <= 0 && o.n - o.at < 4)
			break;		/* the rest is on its way */
		if (used <= 0)
			refuse(&o, "not UTF-8");
		o.at += (size_t)used;
		if (cp == 0x1b)
			take_escape(&o, &questions);
		else if (cp == '\a')
			bells++;
		else if ((cp < 0x20 && strchr("\r\n\b", (int)cp) == NULL) ||
		    cp == 0x7f)
			refuse(&o, "a control byte");
		else if (is_hidden(cp))
			refuse(&o, "a hidden character");
	}
	assert_int_equal(questions, 2);		/* the probe's, at start */
	assert_true(bells <= BELLS_MAX);
	assert_string_equal(screen_title(s), "");
	assert_int_equal(screen_rows(s), 24);
	assert_true(screen_in_alternate(s));
}

/* ---- the lists ---- */

#define T(s) { s, sizeof(s) - 1 }
struct sample { const char *p; size_t n; };

static const struct sample terminal[] = {
	T("\x1b]0;x\a"), T("\x1b]52;c;cm0gLXJm\a"),
	T("\x1b]8;;http://e/\a t\x1b]8;;\a"), T("\x1b[6n"), T("\x1b[c"),
	T("\x1b[21t"), T("\x1bP$qm\x1b\\"), T("\x1b[?1049l"),
	T("\x1b[8;1;1t"), T("\x1b[2J\x1b[H"), T("\x1b" "c"),
	T("\x1b[9999999999A"), T("\x1b]P0000000"), T("\x1b[11;65535]"),
	T("\x9b" "31m"), T("\xc2\x9b" "31m"), T("\xc2\x90q\xc2\x9c"),
	T("\x0e\x0f"), T("\b\b\b已批准"), T("\r已批准"), T("\x7f"),
	T("\a\a\a\a\a\a\a\a\a\a\a\a\a\a\a\a"), T("\x1b"),
};

static const struct sample unicode[] = {
	T("\xe2\x80\xae"), T("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8"
	"\xe2\x81\xa9"), T("\xe2\x80\x8e\xe2\x80\x8f"), T("\xd8\x9c"),
	T("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d"), T("\xe2\x81\xa0"),
	T("\xef\xbb\xbf"), T("\xc2\xad"), T("\xe2\x80\xa8\xe2\x80\xa9"),
	T("\xc2\x85"), T("\xe1\xa0\x8e"), T("\xe3\x85\xa4"),
	T("\xe1\x85\x9f"), T("\xf3\xa0\x81\x81"), T("\xef\xb8\x8f"),
	T("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"),
	T("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
	T("\xef\xb7\xba"), T("\xef\xbf\xbe"), T("\xf4\x8f\xbf\xbf"),
	/* not UTF-8 at all */
	T("\xc0\xaf"), T("\xe0\x80\xaf"), T("\xed\xa0\x80"),
	T("\xf4\x90\x80\x80"), T("\xf8\x88\x80\x80\x80"), T("\xe4\xb8"),
	T("\x80"), T("\xd6\xd0\xb9\xfa"),	/* 中国 in GB 18030 */
};

static void add(struct buf *b, const struct sample *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addc(b, 'A');
		buf_add(b, list[i].p, list[i].n);
	}
}

/* 巡查, at the place. */
static struct screen *at_place(void)
{
	struct screen *s = station_screen(&station_one, NULL, NULL);

	station_login(s, STATION_GRIDWORKER);
	screen_keys(s, "1");
	screen_see(s, "登记");
	screen_keys(s, "5");
	screen_lose(s, "居民*");
	screen_key(s, "Tab");
	screen_see(s, "> 地点");
	return s;
}

static void to_note(struct screen *s)
{
	screen_key(s, "Tab");
	screen_see(s, "> 时间");
	screen_key(s, "Tab");
	screen_see(s, "> 目的");
	screen_keys(s, "4");
	screen_see(s, "> 情况");
	screen_key(s, "Tab");
	screen_see(s, "> 记录");
}

static void paste(struct screen *s, const struct buf *b)
{
	static const char begin[] = "\x1b[200~", end[] = "\x1b[201~";

	screen_bytes(s, begin, sizeof(begin) - 1);
	screen_bytes(s, b->data, b->len);
	screen_bytes(s, end, sizeof(end) - 1);
}

/* Saves and looks at it wherever it can be seen. */
static void save_and_look(struct screen *s)
{
	screen_key(s, "F2");
	screen_see(s, "填一次");
	screen_keys(s, "1");			/* 给居民看 */
	screen_see(s, "请您看看");
	screen_key(s, "Esc");
	screen_see(s, "看记录");
	screen_keys(s, "4");
	screen_see(s, "经过");
	all_plain(s);
	screen_key(s, "Esc");
	screen_see(s, "1 记走访");
	screen_keys(s, "/");
	screen_see(s, "查找");
	screen_keys(s, "末尾");
	screen_see(s, "走访");
	all_plain(s);
}

static void pasted(const struct sample *list, size_t n)
{
	struct buf b = BUF_INIT(BUF_SMALL);
	struct screen *s = at_place();

	add(&b, list, n);
	buf_adds(&b, "末尾");
	paste(s, &b);
	screen_see(s, "认不出的字节");
	screen_see(s, "地点");			/* its label stands */
	to_note(s);
	paste(s, &b);
	screen_see(s, "末尾");
	all_plain(s);
	save_and_look(s);
	screen_stop(&s);
	buf_free(&b);
}

static void test_terminal_pasted(void **state)
{
	(void)state;
	pasted(terminal, ARRAY_LEN(terminal));
}

static void test_unicode_pasted(void **state)
{
	(void)state;
	pasted(unicode, ARRAY_LEN(unicode));
}

/* Without the marks of a paste every byte is a key of its own: it may do
 * what that key does, but nothing goes through. */
static void test_typed_raw(void **state)
{
	struct screen *s = at_place();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(unicode); i++)
		screen_bytes(s, unicode[i].p, unicode[i].n);
	screen_keys(s, "末尾");
	screen_see(s, "末尾");
	screen_see(s, "地点");
	all_plain(s);
	to_note(s);
	save_and_look(s);
	screen_stop(&s);
}

/* From a node whose program is another one: the words are in the ledger. */
static void test_from_the_ledger(void **state)
{
	struct screen *s = NULL;
	struct buf b = BUF_INIT(BUF_SMALL), text = BUF_INIT(BUF_SMALL);
	struct err err = ERR_INIT;
	struct ref id;
	struct jout j;
	struct ledger_new e = { .kind = "visit", .op = "open",
	    .cause_index = -1, .subj_index = -1, .org = STATION_ORG,
	    .body = &b };

	(void)state;
	add(&text, terminal, 14);
	add(&text, unicode, 20);
	buf_adds(&text, "末尾");
	jout_begin(&j, &b, true);
	jout_obj(&j);
	jout_key(&j, "f");
	jout_obj(&j);
	jout_kstr(&j, "mode", "patrol");
	jout_kstr(&j, "note", buf_str(&text));
	jout_kstr(&j, "place_text", buf_str(&text));
	jout_kstr(&j, "purpose", buf_str(&text));
	jout_kstr(&j, "when", buf_str(&text));
	jout_obj_end(&j);
	jout_obj_end(&j);
	assert_int_equal(db_begin(station_one.n->db, "test", &err), MQ_OK);
	assert_int_equal(ledger_append(station_one.n, STATION_GRIDWORKER, &e, 1,
	    &id,
	    &err), MQ_OK);
	assert_int_equal(db_commit(station_one.n->db, &err), MQ_OK);
	assert_int_equal(record_rebuild(station_one.n, &err), MQ_OK);
	buf_free(&b);
	buf_free(&text);

	s = station_screen(&station_one, NULL, NULL);
	station_login(s, STATION_GRIDWORKER);
	screen_keys(s, "/");
	screen_see(s, "查找");
	screen_keys(s, "末尾");
	screen_see(s, "走访");
	screen_keys(s, "\n");
	screen_see(s, "末尾");
	screen_see(s, "⟨U+001B⟩");		/* shown, not obeyed */
	all_plain(s);
	screen_stop(&s);
}

static void test_big_paste(void **state)
{
	struct buf b = BUF_INIT(2 * PASTE_BIG);
	struct screen *s = at_place();

	(void)state;
	to_note(s);
	while (b.len < PASTE_BIG)
		buf_adds(&b, "楼道积存垃圾");
	paste(s, &b);
	screen_see(s, "粘贴的太长");
	screen_see(s, "楼道积存垃圾");
	screen_key(s, "Shift-Tab");		/* and it still listens */
	screen_see(s, "> 情况");
	all_plain(s);
	screen_stop(&s);
	buf_free(&b);
}

/* ---- numbers and days ---- */

static void test_no_such_day(void **state)
{
	static const char *const days[] = { "2026-02-30", "2025-02-29",
		"13-01", "2026-00-10", "25:00", "0000-00-00" };
	struct screen *s = at_place();
	size_t i;

	(void)state;
	screen_key(s, "Tab");
	screen_see(s, "> 时间");
	for (i = 0; i < ARRAY_LEN(days); i++) {
		screen_key(s, "Ctrl-u");
		screen_keys(s, days[i]);
		screen_keys(s, "\t");
		screen_see(s, "没有这一天或时间");
		screen_see(s, days[i]);		/* what was typed stays */
		screen_key(s, "Shift-Tab");
		screen_see(s, "> 时间");
	}
	screen_key(s, "F2");
	screen_see(s, "还没有保存");
	screen_see(s, "0000-00-00");
	screen_stop(&s);
}

static void test_id_numbers(void **state)
{
	static const struct { const char *typed, *why; } rows[] = {
		{ "110105194912310021", "校验码对不上" },
		{ "110105194902300021", "不是出生日期" },
		{ "11010519491231002A", "数字" },
		{ "1101051949123100", "应是 18 位" },
		{ "11010519491231002X", NULL },
		{ "11010519491231002x", NULL },
		{ "１１０１０５１９４９１２３１００２Ｘ", NULL },
	};
	struct screen *s = station_screen(&station_one, NULL, NULL);
	size_t i;

	(void)state;
	station_login(s, STATION_CAPTAIN);
	screen_keys(s, "1");
	screen_see(s, "登记");
	screen_keys(s, "1");
	screen_keys(s, "欧");
	screen_see(s, "没有找到");
	screen_key(s, "F3");
	screen_see(s, "登记：居民");
	for (i = 0; i < 4; i++)
		screen_key(s, "Tab");
	screen_see(s, "> 身份证号");
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		screen_key(s, "Ctrl-u");
		screen_keys(s, rows[i].typed);
		screen_keys(s, "\t");
		screen_lose(s, "> 身份证号");
		if (rows[i].why != NULL) {
			screen_see(s, "身份证号不对");
			screen_see(s, rows[i].why);
		} else {
			screen_lose(s, "身份证号不对");
		}
		screen_key(s, "Shift-Tab");
		screen_see(s, "> 身份证号");
	}
	screen_stop(&s);
}

/* ---- what people really write ---- */

static void test_real_names(void **state)
{
	static const char *const names[] = { "\xf0\xa0\xae\xb7某",
		"阿卜杜热合曼·买买提", "䶮", "欧阳丿", "㛃" };
	struct screen *s = at_place();
	size_t i;

	(void)state;
	to_note(s);
	for (i = 0; i < ARRAY_LEN(names); i++) {
		screen_keys(s, names[i]);
		screen_see(s, names[i]);
		screen_keys(s, ", ");
	}
	screen_lose(s, "认不出的字节");
	all_plain(s);
	screen_key(s, "F2");
	screen_see(s, "填一次");
	screen_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, drop_drafts, NULL)
		TEST(test_terminal_pasted),
		TEST(test_unicode_pasted),
		TEST(test_typed_raw),
		TEST(test_from_the_ledger),
		TEST(test_big_paste),
		TEST(test_no_such_day),
		TEST(test_id_numbers),
		TEST(test_real_names),
	};

	return cmocka_run_group_tests(tests, station_begin, station_end);
}
