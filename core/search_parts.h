/*
 * Inside of the search, shared by search*.c only: the keys by which people
 * and households are found.
 *
 *   n:HEX       whole name (keyed hash), m:HEX any part of two or more
 *   p:SYLLABLES "zhang wei", each way to read it; of the whole name
 *   q:SYLLABLES the same without the surname
 *   i:LETTERS SYLLABLES, j:…  the same again behind their first letters,
 *               "zw zhang wei": initials are one short range
 *   t:HEX       telephone (keyed hash), e:HEX its last four digits
 *   x:HEX       ID number (keyed hash)
 *   c:TEXT      code of an organisation, an asset, a door; folded
 *   b:TEXT      building, folded; also as initials of its pinyin
 *   d:HEX       building and door (keyed hash); door alone; and as figures,
 *               "3-2-402" and "3-402"
 */
#ifndef MQ_SEARCH_PARTS_H
#define MQ_SEARCH_PARTS_H

#include "search.h"

#define SEARCH_KEY_MAX 160
#define SEARCH_WORDS_MAX (48u * 1024u)

/* "n:" + keyed hash of the folded text. */
void search_key_hash(struct node *n, char tag, const char *text,
    char out[SEARCH_KEY_MAX]);
/* One key after the other of this record, as they would be indexed. */
enum mq_status search_keys_each(struct node *n, const struct record_full *r,
    enum mq_status (*take)(void *ctx, const char *key, struct err *err),
    void *ctx, struct err *err) MUST_CHECK;
/* Writes the keys of one record; those it had are gone already. */
enum mq_status search_keys_put(struct node *n, const struct record_full *r,
    struct err *err) MUST_CHECK;
/* "3栋2单元402", "3-2-402", "3号楼402室" as "3-2-402"; empty when it is not
 * figures and the words of buildings only. */
void search_figures(const char *text, char *out, size_t size);
/* The words of a record as they would be indexed, masked. */
void search_words(struct node *n, const struct record_full *r,
    struct buf *out);
/* What is changed and not indexed yet, newest first: `take` gets each record
 * whole.  Ends when there is none left or the time for it is over. */
enum mq_status search_tail(struct node *n, const char *kind,
    enum mq_status (*take)(void *ctx, const struct record_full *r,
    struct err *err), void *ctx, struct err *err) MUST_CHECK;
/* Is the record one people are picked by: of a register? */
bool search_is_register(struct node *n, const char *kind);
/* The name a record stands for: its own, or that of the head of a household.
 * *masks: is it to be masked? */
void search_name_of(struct node *n, const struct record_full *r, char *out,
    size_t size, bool *masks);
/* Building of a person: its own field, else its household's. */
void search_building(struct node *n, const struct record_full *r, char *out,
    size_t size);
/* Folded copy, cut at a character. */
void search_fold(const char *text, char *out, size_t size);

#endif
