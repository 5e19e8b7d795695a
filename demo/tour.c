/*
 * minqing-tour: a hand that types into the real program.  Plays demo/tour.txt;
 * the first key of a person ends the play and leaves the program to them.
 *
 *   minqing-tour DEMO-FOLDER WORK-FOLDER       started by demo/demo.sh
 *
 * The program's bytes go to the terminal untouched and through libvterm
 * beside it, so that the script can wait for what really stands there.
 * Lines of the script:
 *   card …            text of a card; a blank line ends it, and it is shown
 *   run NODE NUMBER   starts minqing there
 *   see TEXT          waits until TEXT is on the screen
 *   keys TEXT         types; \n Enter, \t Tab, \e Esc
 *   key NAME          F1 … F10, Up, Down, PgDn, Ctrl-q …
 *   maybe KEYS TEXT   types the keys only when TEXT is there
 *   pause MS          lets people read
 *   hub stop|start    cuts the network, brings it back
 *   close             leaves the program
 * ${NAME} is a fact that the seed wrote down.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define SEE_MS 15000
#define KEY_MS 110		/* between two keys: as fast as people read */
#define CARD_MS 4200
#define QUIT "\x11"		/* Ctrl-Q */
#define LINE_MAX_ 1024

enum outcome { GO_ON, TAKEN, ENDED };	/* a person typed; program is gone */

struct tour {
	const char *demo, *work;
	char facts[4096];
	struct termios was;
	bool raw;
	int rows, cols;
	int pty;		/* -1: no program runs */
	pid_t pid;
	VTerm *vt;
	VTermScreen *screen;
	char card[2048];
};

static struct tour t = { .pty = -1 };
static volatile sig_atomic_t resized, stopped;

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		stopped = 1;
}

static void die(const char *what)
{
	if (t.raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &t.was);
	fprintf(stderr, "minqing-tour: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void put(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

/* ---- facts and words ---- */

static void read_facts(void)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/nodes/facts", t.work);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	n = read(fd, t.facts, sizeof(t.facts) - 1);
	t.facts[n > 0 ? n : 0] = '\0';
	close(fd);
}

static void add_fact(const char *name, size_t len, char *out, size_t size)
{
	const char *p = t.facts;
	size_t used = strlen(out);

	while (*p) {
		size_t line = strcspn(p, "\n");

		if (strncmp(p, name, len) == 0 && p[len] == ' ') {
			snprintf(out + used, size - used, "%.*s",
			    (int)(line - len - 1), p + len + 1);
			return;
		}
		p += line + (p[line] == '\n');
	}
}

/* ${NAME} becomes what the seed noted under it. */
static void fill_in(const char *text, char *out, size_t size)
{
	size_t used;

	out[0] = '\0';
	while (*text) {
		const char *end = strncmp(text, "${", 2) == 0 ?
		    strchr(text, '}') : NULL;

		if (end) {
			add_fact(text + 2, (size_t)(end - text - 2), out,
			    size);
			text = end + 1;
			continue;
		}
		used = strlen(out);
		if (used + 1 >= size)
			return;
		out[used] = *text++;
		out[used + 1] = '\0';
	}
}

/* ---- the program in its terminal ---- */

static void size_of_terminal(void)
{
	struct winsize ws;

	t.rows = 24;
	t.cols = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0) {
		t.rows = ws.ws_row;
		t.cols = ws.ws_col;
	}
}

static void follow_size(void)
{
	struct winsize ws = { 0 };

	resized = 0;
	size_of_terminal();
	if (t.pty < 0)
		return;
	ws.ws_row = (unsigned short)t.rows;
	ws.ws_col = (unsigned short)t.cols;
	ioctl(t.pty, TIOCSWINSZ, &ws);
	vterm_set_size(t.vt, t.rows, t.cols);
}

static void start(const char *node, const char *number)
{
	char prog[PATH_MAX], dir[PATH_MAX];
	struct winsize ws = { 0 };
	const char *bin = getenv("MQ_BIN");

	snprintf(prog, sizeof(prog), "%s/minqing", bin ? bin : "build/bin");
	snprintf(dir, sizeof(dir), "%s/nodes/%s", t.work, node);
	ws.ws_row = (unsigned short)t.rows;
	ws.ws_col = (unsigned short)t.cols;
	t.pid = forkpty(&t.pty, NULL, NULL, &ws);
	if (t.pid < 0)
		die("forkpty");
	if (t.pid == 0) {
		execl(prog, prog, "--data", dir, "--as", number,
		    (char *)NULL);
		_exit(127);
	}
	t.vt = vterm_new(t.rows, t.cols);
	vterm_set_utf8(t.vt, 1);
	t.screen = vterm_obtain_screen(t.vt);
	vterm_screen_enable_altscreen(t.screen, 1);
	vterm_screen_reset(t.screen, 1);
}

static void program_gone(void)
{
	if (t.pty < 0)
		return;
	close(t.pty);
	t.pty = -1;
	waitpid(t.pid, NULL, 0);
	vterm_free(t.vt);
	t.vt = NULL;
}

/* Asks it to leave as a person would, then as a system does. */
static void close_program(void)
{
	int64_t deadline = now_ms() + 3000;
	char buf[4096];
	ssize_t n;

	if (t.pty < 0)
		return;
	put(t.pty, QUIT, 1);
	for (;;) {
		struct pollfd p = { t.pty, POLLIN, 0 };

		if (now_ms() > deadline) {
			kill(t.pid, SIGHUP);
			deadline += 3000;
		}
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(t.pty, buf, sizeof(buf));
		if (n <= 0)
			break;
		put(STDOUT_FILENO, buf, (size_t)n);
	}
	program_gone();
}

/* A reply of the terminal itself, not a person: CSI … R, c, n, t, y or an
 * OSC/DCS string. */
static bool is_reply(const char *p, ssize_t n)
{
	ssize_t i;

	if (n < 3 || p[0] != '\x1b')
		return false;
	if (p[1] == ']' || p[1] == 'P')
		return true;
	if (p[1] != '[')
		return false;
	for (i = 2; i < n && !isalpha((unsigned char)p[i]); i++)
		;
	return i < n && i > 2 && strchr("Rcnty", p[i]) != NULL;
}

/* Moves bytes both ways for one turn of at most `ms`. */
static enum outcome pump(int ms)
{
	struct pollfd p[2] = { { STDIN_FILENO, POLLIN, 0 },
		{ t.pty, POLLIN, 0 } };
	char buf[8192];
	ssize_t n;

	if (stopped)
		return ENDED;
	if (resized)
		follow_size();
	if (poll(p, t.pty < 0 ? 1 : 2, ms) <= 0)
		return GO_ON;
	if (t.pty >= 0 && p[1].revents) {
		n = read(t.pty, buf, sizeof(buf));
		if (n <= 0) {
			program_gone();
			return ENDED;
		}
		put(STDOUT_FILENO, buf, (size_t)n);
		vterm_input_write(t.vt, buf, (size_t)n);
	}
	if (p[0].revents) {
		n = read(STDIN_FILENO, buf, sizeof(buf));
		if (n <= 0)
			return ENDED;
		if (t.pty >= 0)
			put(t.pty, buf, (size_t)n);
		if (!is_reply(buf, n))
			return TAKEN;
	}
	return GO_ON;
}

static enum outcome wait_ms(int64_t ms)
{
	int64_t until = now_ms() + ms;
	enum outcome o = GO_ON;

	while (o == GO_ON && now_ms() < until) {
		int64_t left = until - now_ms();

		o = pump(left > 50 ? 50 : (int)left);
	}
	return o;
}

/* ---- what stands on the screen ---- */

static size_t put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static bool on_screen(const char *text)
{
	static char line[8192];
	int row, col;

	for (row = 0; row < t.rows; row++) {
		size_t n = 0;

		for (col = 0; col < t.cols && n < sizeof(line) - 32;) {
			VTermPos at = { row, col };
			VTermScreenCell c;

			if (!vterm_screen_get_cell(t.screen, at, &c))
				break;
			n += put_utf8(c.chars[0] ? c.chars[0] : ' ', line + n);
			col += c.width > 0 ? c.width : 1;
		}
		line[n] = '\0';
		if (strstr(line, text))
			return true;
	}
	return false;
}

static enum outcome see(const char *text)
{
	int64_t until = now_ms() + SEE_MS;
	enum outcome o = GO_ON;

	while (o == GO_ON && !on_screen(text)) {
		/* It did not come: whoever looks on may go on by hand. */
		if (now_ms() > until) {
			put(STDOUT_FILENO, "\a", 1);
			return TAKEN;
		}
		o = pump(50);
	}
	return o;
}

/* ---- keys ---- */

static enum outcome type(const char *text)
{
	enum outcome o = GO_ON;

	while (*text && o == GO_ON) {
		char key[8];
		size_t n = 1;

		key[0] = *text++;
		if (key[0] == '\\' && *text) {
			char c = *text++;

			key[0] = c == 'n' ? '\r' : c == 't' ? '\t' :
			    c == 'e' ? '\x1b' : c;
		} else if ((key[0] & 0xc0) == 0xc0) {
			while ((*text & 0xc0) == 0x80 && n < 4)
				key[n++] = *text++;
		}
		if (t.pty < 0)
			return ENDED;
		put(t.pty, key, n);
		o = wait_ms(KEY_MS);
	}
	return o;
}

static enum outcome press(const char *name)
{
	static const struct { const char *name, *bytes; } keys[] = {
		{ "F1", "\x1bOP" }, { "F2", "\x1bOQ" }, { "F3", "\x1bOR" },
		{ "F4", "\x1bOS" }, { "F5", "\x1b[15~" },
		{ "F6", "\x1b[17~" }, { "F7", "\x1b[18~" },
		{ "F8", "\x1b[19~" }, { "F9", "\x1b[20~" },
		{ "F10", "\x1b[21~" }, { "Up", "\x1bOA" },
		{ "Down", "\x1bOB" }, { "Right", "\x1bOC" },
		{ "Left", "\x1bOD" }, { "PgDn", "\x1b[6~" },
		{ "PgUp", "\x1b[5~" }, { "Esc", "\x1b" },
		{ "Enter", "\r" }, { "Tab", "\t" },
	};
	char ctrl;
	size_t i;

	if (t.pty < 0)
		return ENDED;
	if (strncmp(name, "Ctrl-", 5) == 0) {
		ctrl = (char)(name[5] & 0x1f);
		put(t.pty, &ctrl, 1);
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, name) == 0)
			put(t.pty, keys[i].bytes, strlen(keys[i].bytes));
	return wait_ms(KEY_MS);
}

/* ---- cards between the scenes ---- */

static enum outcome show_card(void)
{
	const char *p = t.card;
	int row = t.rows / 2 - 3;

	put(STDOUT_FILENO, "\x1b[?25l\x1b[H\x1b[2J", 13);
	while (*p) {
		size_t n = strcspn(p, "\n");
		char at[32];

		snprintf(at, sizeof(at), "\x1b[%d;7H", row > 0 ? row++ : 1);
		put(STDOUT_FILENO, at, strlen(at));
		put(STDOUT_FILENO, p, n);
		p += n + (p[n] == '\n');
	}
	t.card[0] = '\0';
	return wait_ms(CARD_MS);
}

static void add_card(const char *line)
{
	size_t used = strlen(t.card);

	snprintf(t.card + used, sizeof(t.card) - used, "%s\n", line);
}

/* ---- the script ---- */

static enum outcome hub(const char *what)
{
	char script[PATH_MAX];
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(script, sizeof(script), "%s/hub.sh", t.demo);
		execl("/bin/sh", "sh", script, what, t.work, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return GO_ON;
}

static enum outcome play_line(const char *raw)
{
	char line[LINE_MAX_], *rest, *second;

	fill_in(raw, line, sizeof(line));
	if (t.card[0] && (!line[0] || strncmp(line, "card", 4) != 0)) {
		enum outcome o = show_card();

		if (o != GO_ON)
			return o;
	}
	rest = line + strcspn(line, " ");
	if (*rest)
		*rest++ = '\0';
	if (!line[0] || line[0] == '#')
		return GO_ON;
	if (strcmp(line, "card") == 0) {
		add_card(rest);
		return GO_ON;
	}
	second = rest + strcspn(rest, " ");
	if (strcmp(line, "run") == 0 || strcmp(line, "maybe") == 0) {
		if (*second)
			*second++ = '\0';
		if (line[0] == 'm')
			return t.pty >= 0 && on_screen(second) ? type(rest) :
			    GO_ON;
		start(rest, second);
		return GO_ON;
	}
	if (strcmp(line, "see") == 0)
		return t.pty < 0 ? ENDED : see(rest);
	if (strcmp(line, "keys") == 0)
		return type(rest);
	if (strcmp(line, "key") == 0)
		return press(rest);
	if (strcmp(line, "pause") == 0)
		return wait_ms(strtol(rest, NULL, 10));
	if (strcmp(line, "hub") == 0)
		return hub(rest);
	if (strcmp(line, "close") == 0)
		close_program();
	return GO_ON;
}

static enum outcome play(void)
{
	char path[PATH_MAX], line[LINE_MAX_];
	const char *lang = getenv("LANG");
	enum outcome o = GO_ON;
	FILE *f;

	/* The script's waits are words of the screen: one for each tongue. */
	snprintf(path, sizeof(path), "%s/tour%s.txt", t.demo,
	    lang && strncmp(lang, "en", 2) == 0 ? ".en" : "");
	f = fopen(path, "re");
	if (!f)
		die(path);
	while (o == GO_ON && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		o = play_line(line);
	}
	fclose(f);
	return o;
}

int main(int argc, char **argv)
{
	struct sigaction sa;
	struct termios raw;
	enum outcome o;

	if (argc != 3 || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("usage: minqing-tour DEMO WORK   (in a terminal)\n",
		    stderr);
		return 2;
	}
	t.demo = argv[1];
	t.work = argv[2];
	read_facts();
	size_of_terminal();
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigaction(SIGWINCH, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (tcgetattr(STDIN_FILENO, &t.was) != 0)
		die("terminal");
	raw = t.was;
	cfmakeraw(&raw);
	t.raw = true;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	o = play();
	/* Taken over: the program belongs to the person until they leave it. */
	while (o == TAKEN && t.pty >= 0)
		if (pump(1000) == ENDED)
			break;
	close_program();
	put(STDOUT_FILENO, "\x1b[?25h\x1b[H\x1b[2J", 13);
	tcsetattr(STDIN_FILENO, TCSANOW, &t.was);
	return 0;
}
