/*
 * Numbers of people and organisations: what people type is brought to one
 * form, and a wrong sign is caught before it is saved.  Called by form
 * checks, imports and the search index.
 */
#include "person_id.h"

#include "base/crypto.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "why.h"

#include <assert.h>

#define ID_LEN 18
#define OLDEST 130		/* years; domain.md B1 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Full-width signs become half-width, letters upper case; blanks go. */
static void plain(const char *text, struct buf *out)
{
	size_t len = strlen(text), at = 0;
	uint32_t cp;
	char enc[4];
	int n;

	while (at < len && (n = text_decode(text + at, len - at, &cp)) != 0) {
		if (n < 0) {
			n = 1;
			cp = 0xFFFD;
		}
		at += (size_t)n;
		if (cp >= 0xFF01 && cp <= 0xFF5E)
			cp -= 0xFEE0;
		if (cp == ' ' || cp == '\t' || cp == 0x3000 || cp == 0xA0)
			continue;
		if (cp >= 'a' && cp <= 'z')
			cp -= 'a' - 'A';
		n = text_encode(cp, enc);
		buf_add(out, enc, (size_t)n);
	}
}

static int number(const char *s, size_t len)
{
	int v = 0;

	while (len-- > 0)
		v = v * 10 + (*s++ - '0');
	return v;
}

/* ISO 7064 MOD 11-2 over the first 17 places. */
static char id_check_sign(const char *s)
{
	static const char sign[] = "10X98765432";
	int i, sum = 0, weight = 1;

	for (i = ID_LEN - 2; i >= 0; i--) {
		weight = weight * 2 % 11;
		sum += weight * (s[i] - '0');
	}
	return sign[sum % 11];
}

static enum mq_status id_wrong(struct err *err, enum why w)
{
	return err_set(err, MQ_E_ID_NUMBER, "%s", why_words(w));
}

static enum mq_status id_signs(const char *s, size_t len, struct err *err)
{
	size_t i;

	for (i = 0; i + 1 < len && is_digit(s[i]); i++)
		;
	if (len != ID_LEN)
		return id_wrong(err, WHY_ID_LENGTH);
	if (i != ID_LEN - 1 || !(is_digit(s[i]) || s[i] == 'X'))
		return id_wrong(err, WHY_ID_SIGNS);
	return MQ_OK;
}

static bool letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The 15 places of before 1999: the century goes in, the check is made. */
static void from_old(const char *s, char out[19])
{
	(void)snprintf(out, ID_LEN + 1, "%.6s19%.9s", s, s + 6);
	out[ID_LEN - 1] = id_check_sign(out);
	out[ID_LEN] = '\0';
}

/* Numbers without a check of their own, told by their shape. */
static bool other_number(const char *s, size_t len)
{
	size_t i, letters, digits = 0;

	for (letters = 0; letters < len && letter(s[letters]); letters++)
		;
	for (i = letters; i < len && is_digit(s[i]); i++)
		digits++;
	if (letters + digits != len)
		return false;
	if (letters == 0)	/* to the mainland from Taiwan; passports */
		return digits == 8 || digits == 9;
	if (letters == 1 && (s[0] == 'H' || s[0] == 'M') && digits == 10)
		return true;	/* from Hong Kong, Macao */
	if (letters == 3 && digits == 12)
		return true;	/* foreigners with residence, until 2023 */
	return letters <= 2 && digits >= 6 && digits <= 9;
}

static enum mq_status id_citizen(const char *s, size_t len, struct day today,
    struct err *err)
{
	struct day oldest = { today.n - OLDEST * 36525 / 100 }, born;
	enum mq_status st = id_signs(s, len, err);
	int y, m, d;

	if (st != MQ_OK)
		return st;
	y = number(s + 6, 4);
	m = number(s + 10, 2);
	d = number(s + 12, 2);
	if (!clock_valid_day(y, m, d))
		return id_wrong(err, WHY_ID_BIRTH);
	/* The check digit first: one wrong key also moves the date. */
	if (id_check_sign(s) != s[ID_LEN - 1])
		return id_wrong(err, WHY_ID_CHECK);
	born = clock_make_day(y, m, d);
	if (born.n > today.n || born.n <= oldest.n)
		return id_wrong(err, WHY_ID_AGE);
	return MQ_OK;
}

enum mq_status person_id_check(const char *text, struct day today, char out[19],
    struct err *err)
{
	struct buf b = BUF_INIT(256);
	char id[19] = "";
	enum mq_status st = MQ_OK;

	plain(text, &b);
	if (b.len == 15 && strspn(buf_str(&b), "0123456789") == 15)
		from_old(b.data, id);
	else if (b.len <= ID_LEN)
		xcopy(id, sizeof(id), buf_str(&b));
	if (b.len > ID_LEN || !other_number(id, strlen(id)))
		st = id_citizen(id, b.len > ID_LEN ? b.len : strlen(id),
		    today, err);
	if (st == MQ_OK)
		memcpy(out, id, sizeof(id));
	crypto_wipe(id, sizeof(id));
	if (b.data != NULL)
		crypto_wipe(b.data, b.cap);
	buf_free(&b);
	return st;
}

struct day person_id_birth(const char id[19])
{
	assert(strlen(id) == ID_LEN);
	return clock_make_day(number(id + 6, 4), number(id + 10, 2),
	    number(id + 12, 2));
}

bool person_id_is_male(const char id[19])
{
	assert(strlen(id) == ID_LEN);
	return (id[16] - '0') % 2 == 1;
}

/* ---- telephones ---- */

struct phone {
	char d[32];		/* digits */
	size_t n;
	size_t ext_at;		/* digits before an extension was named */
	size_t dash_at;		/* digits before the last dash */
	bool plus;
};

static enum mq_status phone_wrong(struct err *err, enum why w)
{
	return err_set(err, MQ_E_PHONE, "%s", why_words(w));
}

static bool begins(const char *s, const char *with, size_t *used)
{
	*used = strlen(with);
	return strncmp(s, with, *used) == 0;
}

/* Takes the sign at s apart; *used gets its bytes. */
static enum mq_status phone_sign(const char *s, struct phone *p, size_t *used,
    struct err *err)
{
	*used = 1;
	if (is_digit(*s)) {
		if (p->n == sizeof(p->d) - 1)
			return phone_wrong(err, WHY_PHONE_LENGTH);
		p->d[p->n++] = *s;
	} else if (*s == '-' || begins(s, "—", used) ||
	    begins(s, "–", used)) {
		p->dash_at = p->n;
	} else if (begins(s, "转", used) || begins(s, "轉", used) ||
	    begins(s, "EXT", used) || begins(s, "X", used) ||
	    begins(s, "#", used)) {
		if (p->ext_at > 0 || p->n == 0)
			return phone_wrong(err, WHY_PHONE_SIGNS);
		p->ext_at = p->n;
	} else if (begins(s, "+", used) && p->n == 0) {
		p->plus = true;
	} else if (begins(s, ";", used) || begins(s, ",", used) ||
	    begins(s, "/", used) || begins(s, "、", used)) {
		return phone_wrong(err, WHY_PHONE_MANY);
	} else if (!begins(s, "(", used) && !begins(s, ")", used) &&
	    !begins(s, ".", used) && !begins(s, "·", used)) {
		return phone_wrong(err, WHY_PHONE_SIGNS);
	}
	return MQ_OK;
}

/* Takes 86, 0086, +86 off when a whole number follows. */
static void phone_country(struct phone *p)
{
	size_t cut = 0;
	bool zero = false;

	if (p->n > 4 && memcmp(p->d, "0086", 4) == 0)
		cut = 4;
	else if (p->n > 2 && memcmp(p->d, "86", 2) == 0 &&
	    (p->plus || (p->n == 13 && p->d[2] == '1')))
		cut = 2;
	if (cut == 0)
		return;
	/* Abroad the area code is dialled without its zero. */
	zero = p->n - cut >= 9 && p->d[cut] != '0' &&
	    !(p->d[cut] == '1' && p->n - cut == 11) &&
	    !(p->n - cut == 10 && (memcmp(p->d + cut, "400", 3) == 0 ||
	    memcmp(p->d + cut, "800", 3) == 0));
	if (zero)
		p->d[--cut] = '0';
	memmove(p->d, p->d + cut, p->n - cut);
	p->n -= cut;
	p->ext_at = p->ext_at > cut ? p->ext_at - cut : 0;
	p->dash_at = p->dash_at > cut ? p->dash_at - cut : 0;
}

static bool is_mobile(const char *d, size_t n)
{
	return n == 11 && d[0] == '1' && d[1] >= '3';
}

/* With area code: 3 places of 01x and 02x and 8 more, or 4 and 7 or 8.
 * Without: 7 or 8, as people of the place say it.  400 and 800 numbers, and
 * the short ones of public services. */
static bool is_landline(const char *d, size_t n)
{
	if (n == 0)
		return false;
	if (d[0] == '0') {
		if (n < 4 || d[1] == '0')
			return false;
		if (d[1] == '1' || d[1] == '2')
			return n == 11 && d[3] >= '2';
		return (n == 11 || n == 12) && d[4] >= '2';
	}
	if (n == 7 || n == 8)
		return d[0] >= '2';
	if (n == 10)
		return memcmp(d, "400", 3) == 0 || memcmp(d, "800", 3) == 0;
	if (n == 5 || n == 6)
		return memcmp(d, "123", 3) == 0 || d[0] == '9';
	return false;
}

/* Where the extension begins; 0: nowhere sensible. */
static size_t phone_split(const struct phone *p)
{
	if (p->ext_at > 0)
		return is_landline(p->d, p->ext_at) && p->n > p->ext_at &&
		    p->n - p->ext_at <= 6 ? p->ext_at : 0;
	if (is_mobile(p->d, p->n) || is_landline(p->d, p->n))
		return p->n;
	if (p->dash_at > 0 && is_landline(p->d, p->dash_at) &&
	    p->n > p->dash_at && p->n - p->dash_at <= 6)
		return p->dash_at;
	return 0;
}

enum mq_status person_id_phone(const char *text, char out[24], struct err *err)
{
	struct phone p = { .n = 0 };
	struct buf b = BUF_INIT(256);
	enum mq_status st = MQ_OK;
	size_t at = 0, used, cut;

	plain(text, &b);
	if (b.over)
		st = phone_wrong(err, WHY_PHONE_LENGTH);
	while (st == MQ_OK && at < b.len) {
		st = phone_sign(b.data + at, &p, &used, err);
		at += used;
	}
	buf_free(&b);
	if (st != MQ_OK)
		return st;
	phone_country(&p);
	cut = phone_split(&p);
	if (cut == 0)
		return phone_wrong(err, p.n > 1 && p.d[0] == '1' &&
		    p.d[1] >= '3' ? WHY_PHONE_MOBILE : WHY_PHONE_LENGTH);
	p.d[p.n] = '\0';
	if (cut == p.n)
		xcopy(out, 24, p.d);
	else
		(void)snprintf(out, 24, "%.*s-%s", (int)cut, p.d, p.d + cut);
	return MQ_OK;
}

/* ---- organisations ---- */

static enum mq_status org_wrong(struct err *err, enum why w)
{
	return err_set(err, MQ_E_FIELD, "%s", why_words(w));
}

enum mq_status person_id_org_code(const char *text, char out[19],
    struct err *err)
{
	static const char signs[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	struct buf b = BUF_INIT(256);
	enum mq_status st = MQ_OK;
	int i, v, sum = 0, weight = 1;

	plain(text, &b);
	if (b.len != ID_LEN)
		st = org_wrong(err, WHY_ORG_LENGTH);
	for (i = 0; st == MQ_OK && i < ID_LEN; i++) {
		const char *p = strchr(signs, b.data[i]);

		if (p == NULL) {
			st = org_wrong(err, WHY_ORG_SIGNS);
			break;
		}
		v = (int)(p - signs);
		if (i < ID_LEN - 1)
			sum += v * weight;
		else if (v != (31 - sum % 31) % 31)
			st = org_wrong(err, WHY_ORG_CHECK);
		weight = weight * 3 % 31;
	}
	if (st == MQ_OK)
		memcpy(out, b.data, ID_LEN + 1);
	buf_free(&b);
	return st;
}

/* ---- short numbers ---- */

/* ISO 7064 MOD 11,10 over n digits. */
static char short_check(const char *d, size_t n)
{
	int p = 10, s;
	size_t i;

	for (i = 0; i < n; i++) {
		s = (p + d[i] - '0') % 10;
		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	return (char)('0' + (11 - p) % 10);
}

/* A Feistel net over two groups of three digits: every counter gets its own
 * number, and neighbours do not look like neighbours. */
static int permute(const uint8_t key[32], int64_t counter)
{
	int left = (int)(counter % 1000000 / 1000);
	int right = (int)(counter % 1000);
	uint8_t in[3], mac[CRYPTO_HASH];
	int round, f, t;

	for (round = 0; round < 8; round++) {
		in[0] = (uint8_t)round;
		in[1] = (uint8_t)(right & 0xff);
		in[2] = (uint8_t)(right >> 8);
		crypto_mac(key, in, sizeof(in), mac);
		f = mac[0] | mac[1] << 8 | mac[2] << 16;
		t = (left + f) % 1000;
		left = right;
		right = t;
	}
	return left * 1000 + right;
}

void person_id_short_no(const uint8_t key[32], int node, int64_t counter,
    char out[13])
{
	assert(node >= 0 && node <= 99999 && counter >= 0);
	(void)snprintf(out, 13, "%05u%06u", (unsigned)node % 100000,
	    (unsigned)permute(key, counter) % 1000000);
	out[11] = short_check(out, 11);
	out[12] = '\0';
}

bool person_id_short_ok(const char *digits)
{
	size_t i;

	for (i = 0; i < 12; i++)
		if (!is_digit(digits[i]))
			return false;
	return digits[12] == '\0' && short_check(digits, 11) == digits[11];
}

void person_id_short_show(const char *no, char out[16])
{
	size_t i, at = 0;

	for (i = 0; no[i] != '\0' && i < 12; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = ' ';
		out[at++] = no[i];
	}
	out[at] = '\0';
}
