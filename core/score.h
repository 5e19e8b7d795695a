/*
 * The score facet's reading side: sheets with weights, boards by unit, polls.
 *
 * Units are compared, never persons: a pack whose sheet or board asks for
 * persons is refused when it is read.
 */
#ifndef MQ_SCORE_H
#define MQ_SCORE_H

#include "facet.h"

#define SCORE_OPTIONS 9

bool score_is_sheet(const struct pack *p, const struct kind *k);
bool score_is_poll(const struct pack *p, const struct kind *k);
bool score_is_vote(const struct pack *p, const struct kind *k);

/* A stretch boards compare: a month, a quarter, a year. */
struct score_period {
	char name[32];		/* "2026-11", "2026-Q4", "2026" */
	struct day first, last;
};
/* The one `back` periods before the one `at` lies in. */
void score_period(const char *length, struct utc at, int back,
    struct score_period *out);

/* One unit on a board. */
struct score_row {
	char org[24];
	int64_t value;		/* sheets: hundredths of 100 points; others
				 * what boards.csv counts */
	int64_t before;		/* the same, a period earlier */
	int sheets;		/* judges who scored it */
	bool flag;		/* 流动红旗 in this period */
};
/* Sheets of one period, best first.  A judge who scored a unit on two nodes
 * counts once, with the later sheet. */
enum mq_status score_sheets(struct node *n, const struct kind *sheet,
    const struct score_period *p, struct score_row *out, int max, int *count,
    struct err *err) MUST_CHECK;
/* A board of boards.csv: every unit of its level, best first. */
enum mq_status score_board(struct node *n, const struct pack_board *b,
    const struct score_period *p, struct score_row *out, int max, int *count,
    struct err *err) MUST_CHECK;

/* How a poll stands.  Residents count once each, by the first vote in fold
 * order; who was not confirmed is heard as an opinion. */
struct score_poll {
	int options;
	char words[SCORE_OPTIONS][120];
	int64_t votes[SCORE_OPTIONS], opinions[SCORE_OPTIONS];
	int64_t counted, heard, twice;
};
enum mq_status score_poll(struct node *n, const struct record_full *poll,
    struct score_poll *out, struct err *err) MUST_CHECK;
/* The options of a poll, one a line; returns how many. */
int score_options(const struct pack *p, const struct kind *k,
    const struct fields *f, char words[SCORE_OPTIONS][120]);

#endif
