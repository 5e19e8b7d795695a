/*
 * Inside of the search, shared by search*.c only: the keys by which people
 * and households are found.
 *
 *   n:HEX       whole name (keyed hash)
 *   p:SYLLABLES "zhang wei", each way to read it; of the whole name
 *   q:SYLLABLES the same without the surname
 *   t:HEX       telephone (keyed hash), e:HEX its last four digits
 *   b:TEXT      building, folded; also as initials of its pinyin
 *   d:HEX       building and door (keyed hash); door alone
 */
#ifndef MQ_SEARCH_PARTS_H
#define MQ_SEARCH_PARTS_H

#include "search.h"

#define SEARCH_KEY_MAX 160

/* "n:" + keyed hash of the folded text. */
void search_key_hash(struct node *n, char tag, const char *text,
    char out[SEARCH_KEY_MAX]);
/* Writes the keys of one record; those it had are gone already. */
enum mq_status search_keys_put(struct node *n, const struct record_full *r,
    struct err *err) MUST_CHECK;
/* Building of a person: its own field, else its household's. */
void search_building(struct node *n, const struct record_full *r, char *out,
    size_t size);
/* Folded copy, cut at a character. */
void search_fold(const char *text, char *out, size_t size);

#endif
