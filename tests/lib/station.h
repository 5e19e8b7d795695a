/*
 * A station for screen tests: a real node on disk with the standard pack, a
 * roster with PINs, residents of whom six share one name, the real clock.
 * Tests run the real program on its folder.
 *
 *	struct station t;
 *	station_make(&t);
 *	struct screen *s = station_screen(&t, NULL);
 *	station_login(s, STATION_VOLUNTEER);
 */
#ifndef TEST_STATION_H
#define TEST_STATION_H

#include "../../core/access.h"
#include "../../core/node.h"
#include "../../core/record.h"
#include "../../core/save.h"
#include "screen.h"

#define STATION_ORG "990101001001"	/* a community: the station's own */
#define STATION_GRID "990101001001001"
#define STATION_VOLUNTEER "v001"
#define STATION_GRIDWORKER "g001"
#define STATION_CAPTAIN "c001"
#define STATION_LEAD "l001"
#define STATION_STREET "s001"
#define STATION_NEW "n001"		/* first login by the code */
#define STATION_PIN "739251"
#define STATION_CODE "KX7M-29QP"
#define STATION_NAMESAKES 6

struct station {
	struct env env;
	char dir[256];
	struct node *n;
	struct node_keys keys;
	struct session captain;		/* who enters the data */
	int64_t house[2];
	int64_t namesake[STATION_NAMESAKES];	/* 王建国, six of them */
};

void station_make(struct station *t);
void station_free(struct station *t);	/* removes the folder */

/* The one station of a whole test program, for cmocka's group fixtures. */
extern struct station station_one;
int station_begin(void **state);
int station_end(void **state);

/* Opens a record as `who`: pairs of name and value, ended by NULL. */
int64_t station_open(struct station *t, const struct session *who,
    const char *kind, ...) __attribute__((sentinel));
/* Takes a step on it. */
void station_step(struct station *t, const struct session *who, int64_t rec,
    const char *step, ...) __attribute__((sentinel));
/* Two nodes correct one text field at once, offline; then this one has both:
 * a conflict. */
void station_dispute(struct station *t, int64_t rec, const char *field,
    const char *here, const char *there);
/* Another value of pack.csv, for programs started from now on. */
void station_setting(struct station *t, const char *key, const char *value);
/* The session of somebody in the roster. */
void station_who(struct station *t, const char *number, struct session *out);
/* A record's reference as fields want it. */
const char *station_ref(int64_t rec);

/* The program on this node.  argv: more options, NULL-ended, or NULL. */
struct screen *station_screen(struct station *t,
    const struct screen_options *o, const char *const *argv);
/* Types number and PIN and waits for the home page. */
void station_login(struct screen *s, const char *number);
/* Both, at station_one.  o may be NULL. */
struct screen *station_come_in(const char *number,
    const struct screen_options *o);

#endif
