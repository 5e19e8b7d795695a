/*
 * The terminal: start and stop, raw bytes, size, the width probe.  Called by
 * app; painting is draw.c's.
 */
#include "term.h"

#include <assert.h>
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "../core/base/text.h"
#include "../core/base/xmalloc.h"
#include "words.h"

/* From <term.h>, whose macros take words like "lines" and "term" away. */
extern int tputs(const char *s, int lines, int (*put)(int));

#define SSH_ESC_WAIT 150	/* an escape sequence may come in two packets */

struct term {
	struct env *env;
	FILE *frame;		/* what curses writes to; NULL: stdout */
	struct key_decoder keys;
	int rows, cols;
	int colours;
	enum term_lines lines;
	bool wide_lines;	/* the probe saw box lines take two cells */
	bool probe_changed;
	bool remote;
	int64_t read_at;	/* when the last bytes came */
};

/* What a dying process needs, kept where a signal handler may look. */
static struct {
	volatile sig_atomic_t on;
	struct termios modes;
	char leave[256];
	size_t len;
} restore;

static const int death[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV };

/* Async-signal-safe: also run from the allocator's hook. */
static void restore_now(void)
{
	ssize_t n;

	if (!restore.on)
		return;
	restore.on = 0;
	n = write(STDOUT_FILENO, restore.leave, restore.len);
	(void)n;
	tcsetattr(STDIN_FILENO, TCSANOW, &restore.modes);
}

static void on_death(int signo)
{
	restore_now();
	raise(signo);		/* SA_RESETHAND: now the default happens */
}

static int collect(int c)
{
	if (restore.len < sizeof(restore.leave))
		restore.leave[restore.len++] = (char)c;
	return c;
}

static void collect_capability(const char *name)
{
	const char *s = tigetstr(name);

	if (s != NULL && s != (const char *)-1)
		tputs(s, 1, collect);
}

static void arm_restore(void)
{
	struct sigaction sa;
	static const char paste_off[] = "\033[?2004l";

	restore.len = sizeof(paste_off) - 1;
	memcpy(restore.leave, paste_off, restore.len);
	collect_capability("sgr0");
	collect_capability("cnorm");
	collect_capability("rmcup");
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_death;
	sa.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < ARRAY_LEN(death); i++) {
#if defined(__SANITIZE_ADDRESS__)
		if (death[i] != SIGABRT)	/* the sanitizer's own */
			continue;
#endif
		sigaction(death[i], &sa, NULL);
	}
	xmalloc_set_hook(restore_now);
	restore.on = 1;
}

static void ignore_stops(void)
{
	static const int list[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGINT, SIGQUIT,
		SIGPIPE };
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		sigaction(list[i], &sa, NULL);
}

/* The environment is the user's: nothing in it may steer curses. */
static void clean_environment(void)
{
	static const char *const names[] = { "TERMINFO", "TERMINFO_DIRS",
		"TERMCAP", "TERMPATH", "ESCDELAY", "LINES", "COLUMNS",
		"NCURSES_ASSUMED_COLORS", "NCURSES_GPM_TERMS",
		"NCURSES_NO_HARD_TABS", "NCURSES_NO_MAGIC_COOKIE",
		"NCURSES_NO_PADDING", "NCURSES_NO_SETBUF",
		"NCURSES_NO_UTF8_ACS", "NCURSES_TRACE" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

static bool known_terminal(const char *name)
{
	static const char *const families[] = { "xterm", "tmux", "screen",
		"foot", "rxvt", "vte", "gnome", "konsole", "alacritty",
		"kitty", "putty", "mintty", "st", "wezterm", "ms-terminal",
		"iterm", "fbterm", "kmscon", "contour", "ghostty" };

	if (strlen(name) > 40)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		size_t n = strlen(families[i]);

		if (strncmp(name, families[i], n) == 0 &&
		    (name[n] == '\0' || name[n] == '-' || name[n] == '.' ||
		    (name[n] >= '0' && name[n] <= '9')))
			return true;
	}
	return false;
}

static enum mq_status check_terminal(struct env *env, const char *name,
    struct err *err)
{
	if (name == NULL || *name == '\0')
		return err_set(err, MQ_E_TERMINAL, "TERM=?");
	if (strcmp(name, "linux") == 0) {
		env->lang = LANG_EN;	/* 512 glyphs: no Chinese to be read */
		return err_set(err, MQ_E_TERMINAL,
		    "TERM=linux, the bare console has no Chinese characters");
	}
	if (!known_terminal(name))
		return err_set(err, MQ_E_TERMINAL, "TERM=%.40s", name);
	return MQ_OK;
}

static void raw_modes(void)
{
	struct termios m;
	static const int off[] = { VINTR, VQUIT, VSUSP, VSTART, VSTOP, VLNEXT,
		VDISCARD };

	raw();
	noecho();
	nonl();
	if (tcgetattr(STDIN_FILENO, &m) != 0)
		return;
	m.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR |
	    ISTRIP | BRKINT);
	m.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		m.c_cc[off[i]] = _POSIX_VDISABLE;
	m.c_cc[VMIN] = 1;
	m.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &m);
	def_prog_mode();
}

static void put_bytes(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(STDOUT_FILENO, p, n);

		if (k < 0 && errno == EAGAIN) {
			struct pollfd f = { .fd = STDOUT_FILENO,
				.events = POLLOUT };

			(void)poll(&f, 1, 1000);
		} else if (k < 0 && errno != EINTR) {
			return;		/* hung up: the loop will see it */
		} else if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
}

static void say(const char *s)
{
	put_bytes(s, strlen(s));
}

/* Curses writes after every move of the cursor, some sixty times a page.  It
 * is given a file in memory instead, and a frame goes out in one piece. */
static FILE *frame_file(void)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

static bool has_entry(const char *name)
{
	static const char *const dirs[] = { "/etc/terminfo", "/lib/terminfo",
		"/usr/share/terminfo", "/usr/lib/terminfo" };
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%c/%s", dirs[i], name[0],
		    name);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

static bool start_curses(struct term *t, const char *name)
{
	t->frame = frame_file();
	/* foot and others may lack their entry on this host; they all speak
	 * what xterm speaks */
	if (!has_entry(name))
		name = "xterm-256color";
	if (newterm(name, t->frame != NULL ? t->frame : stdout, stdin) != NULL)
		return true;
	if (t->frame != NULL)
		fclose(t->frame);
	return false;
}

void term_flush(struct term *t)
{
	off_t size;
	int fd;

	if (t->frame == NULL)
		return;			/* curses writes by itself */
	fd = fileno(t->frame);
	size = lseek(fd, 0, SEEK_CUR);
	for (off_t at = 0; at < size;) {
		char out[16384];
		ssize_t n = pread(fd, out, size - at < (off_t)sizeof(out) ?
		    (size_t)(size - at) : sizeof(out), at);

		if (n <= 0)
			break;
		put_bytes(out, (size_t)n);
		at += n;
	}
	(void)lseek(fd, 0, SEEK_SET);
}

/* Prints an ambiguous sign and a box line, asks each time where the cursor
 * is.  Nobody waits: the first paint covers it and the answers come as
 * events.  The empty refresh makes curses take the screen first. */
static void ask_widths(struct term *t)
{
	leaveok(stdscr, TRUE);
	refresh();
	term_flush(t);
	t->keys.expect_cursor = 2;
	say("\033[H\xc2\xb7\033[6n\r\xe2\x94\x80\033[6n\r\033[K");
}

static void take_width(struct term *t, const struct key_event *ev)
{
	bool line = t->keys.expect_cursor == 0;	/* the second answer */

	if (ev->col <= 2)
		return;
	t->probe_changed = true;
	text_set_ambiguous(2);
	if (line)
		t->wide_lines = true;
}

static void read_size(struct term *t)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 &&
	    ws.ws_col > 0) {
		t->rows = ws.ws_row < 500 ? ws.ws_row : 500;
		t->cols = ws.ws_col < 1000 ? ws.ws_col : 1000;
	} else {
		t->rows = 24;
		t->cols = 80;
	}
}

enum mq_status term_start(struct env *env, const struct term_options *options,
    struct term **out, struct err *err)
{
	struct term *t;
	const char *name = getenv("TERM");
	enum mq_status st;

	*out = NULL;
	assert(!restore.on);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, MQ_E_TERMINAL, "stdin, stdout");
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return err_set(err, MQ_E_TERMINAL, "C.UTF-8");
	st = check_terminal(env, name, err);
	if (st != MQ_OK)
		return st;
	clean_environment();
	if (tcgetattr(STDIN_FILENO, &restore.modes) != 0)
		return err_sys(err, errno, MQ_E_TERMINAL, "tcgetattr");
	ignore_stops();
	t = xcalloc(1, sizeof(*t));
	t->env = env;
	if (!start_curses(t, name)) {
		free(t);
		return err_set(err, MQ_E_TERMINAL, "%.40s", name);
	}
	t->lines = options != NULL ? options->lines : TERM_LINES_AUTO;
	t->remote = getenv("SSH_CONNECTION") != NULL;
	key_decoder_init(&t->keys);
	raw_modes();
	typeahead(-1);		/* the loop decides when to paint */
	if (start_color() == OK && use_default_colors() == OK)
		t->colours = COLORS;
	arm_restore();
	say("\033[?2004h");	/* a paste comes between two marks */
	ask_widths(t);
	read_size(t);
	if (t->rows != LINES || t->cols != COLS)
		resizeterm(t->rows, t->cols);
	*out = t;
	return MQ_OK;
}

void term_stop(struct term **term)
{
	struct term *t = *term;

	if (t == NULL)
		return;
	restore.on = 0;
	xmalloc_set_hook(NULL);
	say("\033[?2004l");
	curs_set(1);
	endwin();
	term_flush(t);
	tcsetattr(STDIN_FILENO, TCSANOW, &restore.modes);
	for (size_t i = 0; i < ARRAY_LEN(death); i++) {
#if defined(__SANITIZE_ADDRESS__)
		if (death[i] != SIGABRT)
			continue;
#endif
		signal(death[i], SIG_DFL);
	}
	delscreen(set_term(NULL));
	if (t->frame != NULL)
		fclose(t->frame);
	key_decoder_free(&t->keys);
	FREE(*term);
}

int term_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

int term_rows(const struct term *t)
{
	return t->rows;
}

int term_cols(const struct term *t)
{
	return t->cols;
}

int term_colours(const struct term *t)
{
	return t->colours;
}

bool term_ascii(const struct term *t)
{
	if (t->lines == TERM_LINES_AUTO)
		return t->wide_lines;
	return t->lines == TERM_LINES_ASCII;
}

static bool bytes_waiting(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLIN | POLLHUP)) != 0;
}

bool term_read(struct term *t)
{
	unsigned char in[1024];
	size_t room;

	room = sizeof(t->keys.in) - (t->keys.n - t->keys.at);
	while (room > 0 && bytes_waiting()) {
		ssize_t n = read(STDIN_FILENO, in,
		    room < sizeof(in) ? room : sizeof(in));

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return false;
		t->read_at = t->env->mono_ms(t->env);
		room -= key_feed(&t->keys, in, (size_t)n);
	}
	return true;
}

static int hold_time(const struct term *t)
{
	int ms = key_wait(&t->keys);

	return ms == KEY_ESC_WAIT && t->remote ? SSH_ESC_WAIT : ms;
}

bool term_next(struct term *t, struct key_event *ev)
{
	for (;;) {
		bool flush = term_wait(t) == 0;

		if (!key_next(&t->keys, ev, flush))
			return false;
		if (ev->kind != KEY_EVENT_CURSOR)
			return true;
		take_width(t, ev);
	}
}

int term_wait(const struct term *t)
{
	int ms = hold_time(t);
	int64_t left;

	if (ms < 0)
		return -1;
	left = t->read_at + ms - t->env->mono_ms(t->env);
	return left > 0 ? (int)left : 0;
}

bool term_pending(const struct term *t)
{
	(void)t;
	return bytes_waiting();
}

bool term_resized(struct term *t)
{
	int rows = t->rows, cols = t->cols;

	read_size(t);
	if (rows == t->rows && cols == t->cols)
		return false;
	resizeterm(t->rows, t->cols);
	/* Some terminals keep the margins of the former size, and reflow what
	 * is there: open the margins and send all of it again. */
	say("\033[r");
	clearok(curscr, TRUE);
	return true;
}

bool term_probe_changed(struct term *t)
{
	bool changed = t->probe_changed;

	t->probe_changed = false;
	return changed;
}

void term_beep(struct term *t)
{
	beep();
	term_flush(t);
}
