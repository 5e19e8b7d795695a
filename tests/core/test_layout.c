/*
 * Columns of lists from and for elsewhere.
 */
#include "../../core/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "../lib/nodes.h"

/* Every such pair that two published articles hold, 505 places in all. */
static void takes_readings_out(void **state)
{
	static const char with[] =
	    "區(qū)發(fā)業(yè)習(xí)導(dǎo)領(lǐng)產(chǎn)務(wù)"
	    "進(jìn)結(jié)經(jīng)設(shè)創(chuàng)嚴(yán)學(xué)強(qiáng)"
	    "統(tǒng)責(zé)機(jī)環(huán)現(xiàn)擴(kuò)質(zhì)內(nèi)"
	    "調(diào)風(fēng)節(jié)聯(lián)鎮(zhèn)當(dāng)關(guān)戰(zhàn)"
	    "規(guī)穩(wěn)續(xù)執(zhí)達(dá)監(jiān)災(zāi)態(tài)"
	    "細(xì)權(quán)構(gòu)護(hù)網(wǎng)標(biāo)準(zhǔn)養(yǎng)"
	    "復(fù)優(yōu)預(yù)數(shù)紀(jì)訓(xùn)轉(zhuǎn)獻(xiàn)"
	    "擔(dān)驗(yàn)時(shí)動(dòng)據(jù)實(shí)點(diǎn)個(gè)"
	    "對(duì)應(yīng)號(hào)堅(jiān)礎(chǔ)會(huì)級(jí)協(xié)"
	    "絡(luò)長(zhǎng)營(yíng)報(bào)誰(shuí)認(rèn)";
	static const char without[] =
	    "区发业习导领产务进结经设创严学强统责机环现扩质内"
	    "调风节联镇当关战规稳续执达监灾态细权构护网标准养"
	    "复优预数纪训转献担验时动据实点个对应号坚础会级协"
	    "络长营报谁认";
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	assert_int_equal(layout_clean(with, sizeof(with) - 1, &b), 78);
	assert_string_equal(buf_str(&b), without);
	buf_free(&b);
}

static void leaves_real_brackets(void **state)
{
	static const char text[] = "老旧小区(城中村)、李(wang)、a(qū)、"
	    "王(qū、3号(bā)栋(n)";
	struct buf b = BUF_INIT(BUF_SMALL);

	(void)state;
	assert_int_equal(layout_clean(text, sizeof(text) - 1, &b), 1);
	assert_string_equal(buf_str(&b), "老旧小区(城中村)、李(wang)、"
	    "a(qū)、王(qū、3号栋(n)");
	buf_reset(&b);
	assert_int_equal(layout_clean("\xff區", 4, &b), 0);
	buf_free(&b);
}

static void in(const char *transform, const char *cell, const char *want)
{
	struct layout_column c = { .column = "x", .field = "y" };
	struct buf b = BUF_INIT(BUF_SMALL);

	snprintf(c.transform, sizeof(c.transform), "%s", transform);
	layout_in(&c, cell, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void out(const char *transform, const char *value, bool own,
    const char *want)
{
	struct layout_column c = { .column = "x", .field = "y" };
	struct buf b = BUF_INIT(BUF_SMALL);

	snprintf(c.transform, sizeof(c.transform), "%s", transform);
	assert_int_equal(layout_out(&c, value, &b), own);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void changes_cells(void **state)
{
	(void)state;
	in("", "\u3000 王建国\t ", "王建国");
	in("", "'0011", "0011");
	in("", "=\"0011\"", "0011");
	in("", "'", "'");
	in("clean", " 區(qū)域 ", "区域");
	in("part:->:1", "城市管理->市容-> 垃圾", "城市管理");
	in("part:->:3", "城市管理->市容-> 垃圾", "垃圾");
	in("part:->:4", "城市管理->市容", "");
	in("values:男性=male|女性=female", "女性", "female");
	in("values:男性=male|女性=female", "男", "男");
	in("default:12345", "", "12345");
	in("default:12345", "来电", "来电");
	out("values:男性=male|女性=female", "female", true, "女性");
	out("values:男性=male", "other", false, "");
	out("default:主办", "", true, "主办");
	out("", "", false, "");
}

static void knows_headings(void **state)
{
	struct layout_column c[4];
	struct nodes_one x;
	struct layout l;
	const struct kind *k;
	struct err err = ERR_INIT;

	(void)state;
	nodes_make(&x, 101, NULL);
	k = pack_kind(x.n->pack, "person");
	assert_int_equal(layout_propose(x.n->pack, k, "* 姓 名（必填）", c,
	    4), 1);
	assert_string_equal(c[0].field, "name");
	assert_int_equal(layout_propose(x.n->pack, k, "手机号码", c, 4), 1);
	assert_string_equal(c[0].field, "phone");
	assert_int_equal(layout_propose(x.n->pack, k, "Year of birth", c, 4),
	    1);
	assert_string_equal(c[0].field, "birth_year");
	assert_int_equal(layout_propose(x.n->pack, k, "血型", c, 4), 0);
	k = pack_kind(x.n->pack, "request");
	assert_int_equal(layout_propose(x.n->pack, k, "问题分类", c, 4), 2);
	assert_string_equal(c[1].field, "subject");
	nodes_ok(layout_named(x.n->pack, "order", k, &l, &err), &err);
	assert_int_equal(layout_named(x.n->pack, "orders", k, &l, &err),
	    MQ_E_NOT_FOUND);
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_readings_out),
		cmocka_unit_test(leaves_real_brackets),
		cmocka_unit_test(changes_cells),
		cmocka_unit_test(knows_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
