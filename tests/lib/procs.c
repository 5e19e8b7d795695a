/*
 * Child processes of tests.  See procs.h.
 */
#include "procs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_SECONDS 60

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

const char *procs_bin(const char *name)
{
	static char path[4][600];
	static int i;
	const char *dir = getenv("MQ_BIN");

	i = (i + 1) % 4;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s",
	    dir != NULL ? dir : "build/bin", name);
	return path[i];
}

static pid_t start(int out, const char *const *argv)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* Nobody is left behind when the test itself is killed. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)dup2(out, 1);
	(void)dup2(out, 2);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int code_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

/* The end of a child within the time; false when it had to be killed. */
static bool reap(pid_t pid, double end, int *status)
{
	while (waitpid(pid, status, WNOHANG) == 0) {
		if (now() > end) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, status, 0);
			return false;
		}
		(void)poll(NULL, 0, 5);
	}
	return true;
}

int procs_run(char *out, size_t size, const char *const *argv)
{
	double end = now() + RUN_SECONDS;
	size_t n = 0;
	int fd[2], status = 0;
	pid_t pid;

	out[0] = '\0';
	if (pipe2(fd, O_CLOEXEC) != 0)
		return -1;
	pid = start(fd[1], argv);
	(void)close(fd[1]);
	while (n + 1 < size && now() < end) {
		struct pollfd p = { fd[0], POLLIN, 0 };
		ssize_t got;

		if (poll(&p, 1, 1000) == 0)
			continue;
		got = read(fd[0], out + n, size - n - 1);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	out[n] = '\0';
	(void)close(fd[0]);
	return reap(pid, end, &status) ? code_of(status) : -1;
}

pid_t procs_start(const char *log, const char *const *argv)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	pid_t pid = start(fd, argv);

	(void)close(fd);
	return pid;
}

int procs_stop(pid_t *pid)
{
	int status = 0;
	bool good;

	if (*pid <= 0)
		return 0;
	(void)kill(*pid, SIGTERM);
	good = reap(*pid, now() + 20, &status);
	*pid = 0;
	return good ? code_of(status) : -1;
}

bool procs_until(bool (*yes)(void *ctx), void *ctx, int seconds)
{
	double end = now() + seconds;

	while (!yes(ctx)) {
		if (now() > end)
			return false;
		(void)poll(NULL, 0, 20);
	}
	return true;
}
