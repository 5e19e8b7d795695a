/*
 * A toy program on the toolkit: a menu, a list, a form and a text, with
 * synthetic people.  Tests run it in a pty to look at the toolkit itself.
 */
#ifndef MQ_TEST_TOY_H
#define MQ_TEST_TOY_H

/* main() of the toy: argv[2…] are --bell FD-path, --theme DIR NAME, --rows N,
 * --idle MS.  Returns its exit status. */
int toy_main(int argc, char **argv);

#endif
