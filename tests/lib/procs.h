/*
 * Running the built programs from tests: every process is ended by its pid,
 * every wait has a deadline.
 */
#ifndef TEST_PROCS_H
#define TEST_PROCS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCS_ARGS 24

/* Path of a built program ($MQ_BIN/NAME). */
const char *procs_bin(const char *name);
/* Runs to its end (at most 60 s); both outputs into out.  The exit code. */
int procs_run(char *out, size_t size, const char *const *argv);
/* Starts one in the background; its output goes to the file. */
pid_t procs_start(const char *log, const char *const *argv);
/* SIGTERM, then waits; the exit code, or -1 when it had to be killed. */
int procs_stop(pid_t *pid);
/* Asks until yes, at most so many seconds. */
bool procs_until(bool (*yes)(void *ctx), void *ctx, int seconds);

#endif
