/*
 * Numbers of people and organisations.
 */
#ifndef MQ_PERSON_ID_H
#define MQ_PERSON_ID_H

#include "base/clock.h"
#include "base/err.h"

/* A number a person is known by.  GB 11643-1999 citizen number (residence
 * permits of Hong Kong, Macao, Taiwan and foreigners since 2023 have the same
 * form): accepts x and full-width, checks the check digit (ISO 7064 MOD 11-2),
 * the date, age < 130 at `today`; one of 15 places becomes its 18.  Numbers of
 * other papers by their shape alone: permits of Hong Kong and Macao (H or M,
 * 8 or 10 digits) and Taiwan (8 digits), foreigners' old residence permits (3
 * letters, 12 digits), passports.  out gets it upper case, blanks gone.
 * MQ_E_ID_NUMBER says what is wrong. */
enum mq_status person_id_check(const char *text, struct day today,
    char out[19], struct err *err) MUST_CHECK;
/* Of a number of 18 places. */
struct day person_id_birth(const char id[19]);
bool person_id_is_male(const char id[19]);

/* Mainland mobile or landline, +86 and blanks taken off; out: digits (and
 * '-' before an extension). */
enum mq_status person_id_phone(const char *text, char out[24],
    struct err *err) MUST_CHECK;

/* GB 32100-2015 organisation code, 18 signs with check. */
enum mq_status person_id_org_code(const char *text, char out[19],
    struct err *err) MUST_CHECK;

/* Short number of a request: node 5, counter 6 permuted under the node's
 * key, one ISO 7064 MOD 11,10 check digit.  12 digits. */
void person_id_short_no(const uint8_t key[32], int node, int64_t counter,
    char out[13]);
bool person_id_short_ok(const char *digits);
/* "123456789012" → "1234 5678 9012". */
void person_id_short_show(const char *no, char out[16]);

#endif
