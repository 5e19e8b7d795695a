/*
 * The bell: heard when rung, silent otherwise, heard by another process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/bell.h"
#include "../lib/nodes.h"

static bool heard(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static void rings(void **state)
{
	struct nodes_one x;
	int a, b, status;
	pid_t pid;

	(void)state;
	nodes_make(&x, 101, NULL);
	a = bell_listen(x.n);
	b = bell_listen(x.n);
	assert_true(a >= 0 && b >= 0);
	assert_false(heard(a, 0));
	bell_ring(x.n);
	assert_true(heard(a, 10000));
	assert_true(heard(b, 10000));
	bell_clear(a);
	assert_false(heard(a, 0));
	assert_true(heard(b, 0));
	bell_clear(b);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bell_ring(x.n);
		bell_ring(x.n);
		_exit(0);
	}
	assert_true(heard(a, 10000));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	bell_clear(a);
	assert_false(heard(a, 0));
	bell_close(a);
	bell_close(b);
	bell_clear(-1);
	bell_close(-1);
	nodes_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rings) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
