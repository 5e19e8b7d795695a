/*
 * The log.  Called from everywhere; one process, one thread writes a file,
 * several processes may share it (lines are appended whole).
 */
#include "log.h"

#include "buf.h"
#include "clock.h"
#include "env.h"
#include "text.h"
#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAX (1024 * 1024)
#define LINE_MAX_BYTES 2048

static int fd = -1;
static char log_path[4096];
static enum log_level highest = LOG_INFO;
static bool quiet;

static void shut(void)
{
	if (fd >= 0)
		(void)close(fd);
	fd = -1;
}

static void reopen(void)
{
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
}

void log_open(const char *path, enum log_level level)
{
	shut();
	highest = level;
	log_path[0] = '\0';
	if (path == NULL)
		return;
	xcopy(log_path, sizeof(log_path), path);
	/* A log that cannot be opened must not stop a volunteer: lines then
	 * go to stderr, or nowhere while the screen is in use. */
	reopen();
}

void log_quiet(bool on)
{
	quiet = on;
}

/* Several processes share the file: whoever finds it too long turns it over,
 * and the others notice that theirs was renamed away. */
static void turn_over(void)
{
	char old[sizeof(log_path) + 2];
	struct stat mine, there;

	if (fstat(fd, &mine) != 0)
		return;
	if (stat(log_path, &there) != 0 || there.st_ino != mine.st_ino) {
		shut();
		reopen();
		return;
	}
	if (mine.st_size < LOG_MAX)
		return;
	(void)snprintf(old, sizeof(old), "%s.1", log_path);
	if (rename(log_path, old) == 0) {
		shut();
		reopen();
	}
}

static void put(const struct buf *line)
{
	size_t at = 0;
	ssize_t n;
	int to = fd;

	if (to < 0) {
		if (quiet)
			return;
		to = STDERR_FILENO;
	}
	while (at < line->len) {
		n = write(to, line->data + at, line->len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;		/* nowhere left to say so */
		at += (size_t)n;
	}
}

void log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	static const char *const names[] = { "error", "warn", "info",
	    "debug" };
	char raw[LINE_MAX_BYTES], cut[LINE_MAX_BYTES], when[32];
	struct buf line = BUF_INIT(BUF_SMALL);
	struct env env;
	va_list ap;
	struct civil c;
	struct utc now;
	int keep = errno;

	if (level > highest)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	xcopy(cut, sizeof(cut) - 1, raw);
	/* A log line tells real time even when a test's clock stands still. */
	env_real(&env);
	now = env_now(&env);
	c = clock_civil(now);
	clock_show(now, CLOCK_MINUTE, when, sizeof(when));
	buf_addf(&line, "%s:%02d %s %s: ", when, c.second, names[level],
	    area);
	text_sanitize(cut, strlen(cut), TEXT_ONE_LINE, &line);
	buf_addc(&line, '\n');
	if (fd >= 0)
		turn_over();
	put(&line);
	buf_free(&line);
	errno = keep;
}

void log_err(const char *area, const struct err *err)
{
	log_line(LOG_ERROR, area, "%s %d %s", err_name(err->code), err->sys,
	    err->detail);
}
