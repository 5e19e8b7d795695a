/*
 * The terminal of the tests; see screen.h.  Also the eyes of tools/shot.c.
 * The only test file that includes libvterm.
 */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "../../tui/key.h"

extern char **environ;

#define SEEN_MAX (4u * 1024u * 1024u)

/* cmocka's own, declared here so that tools can link without it. */
extern void _fail(const char *file, int line) __attribute__((weak));

struct screen {
	int fd;
	pid_t pid;
	bool eof, reaped;
	int status;
	int rows, cols;
	VTerm *vt;
	VTermScreen *vs;
	bool cursor_visible, alternate, wide_ambiguous, mute;
	int bells;
	size_t received;
	char *seen;		/* the bytes themselves, SEEN_MAX of them */
	size_t nseen;
	char title[256];
	char *line, *text;	/* what screen_line, screen_text gave out */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void die(const char *what)
{
	fprintf(stderr, "screen: %s: %s\n", what, strerror(errno));
	abort();
}

/* ---- the pty ---- */

static void put_raw(struct screen *s, const char *p, size_t n)
{
	while (n > 0 && !s->eof) {
		struct pollfd f = { .fd = s->fd, .events = POLLOUT };
		ssize_t k = write(s->fd, p, n);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		} else if (k < 0 && errno == EAGAIN) {
			(void)poll(&f, 1, 1000);
		} else if (k < 0 && errno != EINTR) {
			return;
		}
	}
}

static void on_answer(const char *p, size_t n, void *ctx)
{
	struct screen *s = ctx;
	char changed[32];
	int row, col;

	if (s->mute)
		return;
	/* A CJK terminal would have gone one column further. */
	if (s->wide_ambiguous && n < 16) {
		char copy[17];

		memcpy(copy, p, n);
		copy[n] = '\0';
		if (sscanf(copy, "\033[%d;%dR", &row, &col) == 2) {
			int k = snprintf(changed, sizeof(changed),
			    "\033[%d;%dR", row, col + 1);

			put_raw(s, changed, (size_t)k);
			return;
		}
	}
	put_raw(s, p, n);
}

static int on_prop(VTermProp prop, VTermValue *v, void *ctx)
{
	struct screen *s = ctx;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		s->cursor_visible = v->boolean != 0;
	else if (prop == VTERM_PROP_ALTSCREEN)
		s->alternate = v->boolean != 0;
	else if (prop == VTERM_PROP_TITLE)
		snprintf(s->title, sizeof(s->title), "%s", v->string);
	return 1;
}

static int on_bell(void *ctx)
{
	((struct screen *)ctx)->bells++;
	return 1;
}

static void keep_seen(struct screen *s, const char *p, size_t n)
{
	if (s->seen == NULL)
		s->seen = malloc(SEEN_MAX);
	if (s->seen == NULL)
		die("malloc");
	if (n > SEEN_MAX - s->nseen)
		n = SEEN_MAX - s->nseen;
	memcpy(s->seen + s->nseen, p, n);
	s->nseen += n;
}

/* Reads once; waits at most ms.  False when nothing came. */
static bool pump(struct screen *s, int ms)
{
	struct pollfd f = { .fd = s->fd, .events = POLLIN };
	char in[8192];
	ssize_t n;

	if (s->eof || poll(&f, 1, ms) <= 0)
		return false;
	n = read(s->fd, in, sizeof(in));
	if (n > 0) {
		s->received += (size_t)n;
		keep_seen(s, in, (size_t)n);
		vterm_input_write(s->vt, in, (size_t)n);
		return true;
	}
	if (n == 0 || (errno != EINTR && errno != EAGAIN))
		s->eof = true;		/* EIO: the other side is closed */
	return false;
}

void screen_poll(struct screen *s)
{
	while (pump(s, 0))
		;
}

static bool named(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

static bool own_name(const char *entry, const struct screen_options *o)
{
	static const char *const names[] = { "TERM", "LANG", "LC_ALL",
		"LC_CTYPE", "LC_MESSAGES", "LINES", "COLUMNS", "NO_COLOR",
		"SSH_CONNECTION", "MINQING_DATA" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (named(entry, names[i]))
			return true;
	for (size_t i = 0; o->env != NULL && o->env[i] != NULL; i++) {
		size_t n = strcspn(o->env[i], "=");

		if (strncmp(entry, o->env[i], n) == 0 && entry[n] == '=')
			return true;
	}
	return false;
}

static char **make_env(const struct screen_options *o)
{
	size_t n = 0, k = 0, extra = 0;
	char **env;
	static char term[64], lang[64];

	while (environ[n] != NULL)
		n++;
	while (o->env != NULL && o->env[extra] != NULL)
		extra++;
	env = calloc(n + extra + 3, sizeof(*env));
	if (env == NULL)
		die("memory");
	for (size_t i = 0; i < n; i++)
		if (!own_name(environ[i], o))
			env[k++] = environ[i];
	snprintf(term, sizeof(term), "TERM=%s",
	    o->term != NULL ? o->term : "xterm-256color");
	snprintf(lang, sizeof(lang), "LANG=%s",
	    o->lang != NULL ? o->lang : "zh_CN.UTF-8");
	env[k++] = term;
	env[k++] = lang;
	for (size_t i = 0; i < extra; i++)
		env[k++] = (char *)(uintptr_t)o->env[i];
	return env;
}

static void make_vterm(struct screen *s)
{
	static const VTermScreenCallbacks cb = {
		.settermprop = on_prop, .bell = on_bell,
	};

	s->vt = vterm_new(s->rows, s->cols);
	vterm_set_utf8(s->vt, 1);
	s->vs = vterm_obtain_screen(s->vt);
	vterm_screen_enable_altscreen(s->vs, 1);
	vterm_screen_set_callbacks(s->vs, &cb, s);
	vterm_output_set_callback(s->vt, on_answer, s);
	s->cursor_visible = true;
	vterm_screen_reset(s->vs, 1);
}

struct screen *screen_start(const char *const argv[],
    const struct screen_options *opt)
{
	static const struct screen_options none;
	const struct screen_options *o = opt != NULL ? opt : &none;
	struct screen *s = calloc(1, sizeof(*s));
	struct winsize ws = { 0 };
	char **env = make_env(o);

	if (s == NULL)
		die("memory");
	s->rows = o->rows > 0 ? o->rows : 24;
	s->cols = o->cols > 0 ? o->cols : 80;
	s->wide_ambiguous = o->wide_ambiguous;
	s->mute = o->mute;
	ws.ws_row = (unsigned short)s->rows;
	ws.ws_col = (unsigned short)s->cols;
	make_vterm(s);
	s->pid = forkpty(&s->fd, NULL, NULL, &ws);
	if (s->pid < 0)
		die("forkpty");
	if (s->pid == 0) {
		execve(argv[0], (char *const *)(uintptr_t)argv, env);
		fprintf(stderr, "screen: cannot run %s: %s\n", argv[0],
		    strerror(errno));
		_exit(127);
	}
	free(env);
	fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
	fcntl(s->fd, F_SETFD, FD_CLOEXEC);
	return s;
}

const char *screen_bin(const char *name)
{
	static char path[4096];
	const char *dir = getenv("MQ_BIN");

	snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "build/bin",
	    name);
	return path;
}

const char *screen_self(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		die("/proc/self/exe");
	path[n] = '\0';
	return path;
}

static bool reap(struct screen *s)
{
	if (!s->reaped && waitpid(s->pid, &s->status, WNOHANG) == s->pid)
		s->reaped = true;
	return s->reaped;
}

void screen_stop(struct screen **sp)
{
	struct screen *s = *sp;

	if (s == NULL)
		return;
	if (!reap(s)) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, &s->status, 0);
	}
	close(s->fd);
	vterm_free(s->vt);
	free(s->line);
	free(s->text);
	free(s->seen);
	free(s);
	*sp = NULL;
}

void screen_signal(struct screen *s, int signo)
{
	if (!reap(s))
		kill(s->pid, signo);
}

pid_t screen_pid(const struct screen *s)
{
	return s->pid;
}

/* ---- input ---- */

void screen_bytes(struct screen *s, const void *p, size_t n)
{
	screen_poll(s);
	put_raw(s, p, n);
}

void screen_keys(struct screen *s, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		screen_bytes(s, text, n);
		text += n;
		if (*text == '\n') {
			screen_bytes(s, "\r", 1);
			text++;
		}
	}
}

static const char *named_bytes(uint32_t key)
{
	static const struct { uint32_t key; const char *bytes; } table[] = {
		{ K_ENTER, "\r" }, { K_TAB, "\t" }, { K_ESC, "\033" },
		{ K_BACKSPACE, "\177" }, { K_DELETE, "\033[3~" },
		{ K_INSERT, "\033[2~" }, { K_UP, "\033[A" },
		{ K_DOWN, "\033[B" }, { K_RIGHT, "\033[C" },
		{ K_LEFT, "\033[D" }, { K_HOME, "\033[H" },
		{ K_END, "\033[F" }, { K_PGUP, "\033[5~" },
		{ K_PGDN, "\033[6~" }, { K_F1, "\033OP" },
		{ K_F2, "\033OQ" }, { K_F3, "\033OR" }, { K_F4, "\033OS" },
		{ K_F5, "\033[15~" }, { K_F6, "\033[17~" },
		{ K_F7, "\033[18~" }, { K_F8, "\033[19~" },
		{ K_F9, "\033[20~" }, { K_F10, "\033[21~" },
		{ K_F11, "\033[23~" }, { K_F12, "\033[24~" },
		{ K_SHIFT | K_TAB, "\033[Z" },
		{ K_CTRL | K_LEFT, "\033[1;5D" },
		{ K_CTRL | K_RIGHT, "\033[1;5C" },
		{ K_CTRL | K_HOME, "\033[1;5H" },
		{ K_CTRL | K_END, "\033[1;5F" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].key == key)
			return table[i].bytes;
	return NULL;
}

void screen_key(struct screen *s, const char *name)
{
	uint32_t key = key_read(name, strlen(name));
	const char *bytes = named_bytes(key);
	char c[2];

	if (bytes != NULL) {
		screen_bytes(s, bytes, strlen(bytes));
	} else if ((key & K_CTRL) != 0) {
		c[0] = (char)(key & 0x1f);
		screen_bytes(s, c, 1);
	} else if ((key & K_ALT) != 0) {
		c[0] = '\033';
		c[1] = (key & 0xffffff) == K_BACKSPACE ? '\177' :
		    (char)(key & 0x7f);
		screen_bytes(s, c, 2);
	} else if (key != K_NONE) {
		screen_keys(s, key == ' ' ? " " : name);
	} else {
		fprintf(stderr, "screen: no key is called %s\n", name);
		abort();
	}
}

void screen_paste(struct screen *s, const char *text)
{
	screen_bytes(s, "\033[200~", 6);
	screen_bytes(s, text, strlen(text));
	screen_bytes(s, "\033[201~", 6);
}

void screen_resize(struct screen *s, int rows, int cols)
{
	struct winsize ws = { 0 };

	screen_poll(s);
	s->rows = rows;
	s->cols = cols;
	ws.ws_row = (unsigned short)rows;
	ws.ws_col = (unsigned short)cols;
	vterm_set_size(s->vt, rows, cols);
	ioctl(s->fd, TIOCSWINSZ, &ws);		/* the kernel sends WINCH */
}

/* ---- waiting ---- */

bool screen_wait_until(struct screen *s, bool (*yes)(struct screen *s,
    void *ctx), void *ctx, int ms)
{
	int64_t end = now_ms() + ms;

	screen_poll(s);
	for (;;) {
		int64_t left = end - now_ms();

		if (yes(s, ctx))
			return true;
		if (s->eof || left <= 0)
			return false;
		if (pump(s, left < 1000 ? (int)left : 1000))
			screen_poll(s);
	}
}

static bool seen(struct screen *s, void *text)
{
	return screen_has(s, text);
}

static bool not_seen(struct screen *s, void *text)
{
	return !screen_has(s, text);
}

bool screen_wait_text(struct screen *s, const char *text, int ms)
{
	return screen_wait_until(s, seen, (void *)(uintptr_t)text, ms);
}

bool screen_wait_gone(struct screen *s, const char *text, int ms)
{
	return screen_wait_until(s, not_seen, (void *)(uintptr_t)text, ms);
}

bool screen_wait_exit(struct screen *s, int ms, int *status)
{
	int64_t end = now_ms() + ms;

	while (!reap(s)) {
		int64_t left = end - now_ms();

		if (left <= 0)
			return false;
		if (!s->eof) {
			(void)pump(s, left < 50 ? (int)left : 50);
		} else {	/* the tty is closed, the process soon gone */
			struct timespec t = { 0, 1000000 };

			nanosleep(&t, NULL);
		}
	}
	screen_poll(s);
	if (status != NULL)
		*status = s->status;
	return true;
}

/* ---- looking ---- */

int screen_rows(const struct screen *s)
{
	return s->rows;
}

int screen_cols(const struct screen *s)
{
	return s->cols;
}

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
	out[0] = (char)(0xf0 | (c >> 18 & 7));
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static int colour(struct screen *s, VTermColor c, uint8_t rgb[3], bool fg)
{
	int index = -1;

	if (VTERM_COLOR_IS_INDEXED(&c))
		index = c.indexed.idx;
	if ((fg && VTERM_COLOR_IS_DEFAULT_FG(&c)) ||
	    (!fg && VTERM_COLOR_IS_DEFAULT_BG(&c)))
		index = -1;
	vterm_screen_convert_color_to_rgb(s->vs, &c);
	rgb[0] = c.rgb.red;
	rgb[1] = c.rgb.green;
	rgb[2] = c.rgb.blue;
	return index;
}

void screen_at(struct screen *s, int row, int col, struct screen_cell *out)
{
	VTermScreenCell cell;
	VTermPos pos = { .row = row, .col = col };
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	out->fg = out->bg = -1;
	out->width = 1;
	if (vterm_screen_get_cell(s->vs, pos, &cell) == 0)
		return;
	out->width = cell.width > 0 ? cell.width : 1;
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0;
	    i++) {
		if (cell.chars[i] == (uint32_t)-1)	/* a right half */
			break;
		n += put_utf8(cell.chars[i], out->text + n);
	}
	if (n == 0 && cell.chars[0] == 0)
		out->text[n++] = ' ';
	out->text[n] = '\0';
	out->bold = cell.attrs.bold != 0;
	out->underline = cell.attrs.underline != 0;
	out->reverse = cell.attrs.reverse != 0;
	out->fg = colour(s, cell.fg, out->fg_rgb, true);
	out->bg = colour(s, cell.bg, out->bg_rgb, false);
}

/* Appends one line without the blanks at its end. */
static size_t put_line(struct screen *s, int row, char *out)
{
	size_t n = 0, end = 0;

	for (int col = 0; col < s->cols;) {
		struct screen_cell c;
		size_t k;

		screen_at(s, row, col, &c);
		k = strlen(c.text);
		memcpy(out + n, c.text, k);
		n += k;
		if (k != 1 || c.text[0] != ' ')
			end = n;
		col += c.width;
	}
	out[end] = '\0';
	return end;
}

static char *line_space(struct screen *s, size_t lines)
{
	char *p = malloc(((size_t)s->cols * 32 + 2) * lines + 1);

	if (p == NULL)
		die("memory");
	return p;
}

const char *screen_line(struct screen *s, int row)
{
	free(s->line);
	s->line = line_space(s, 1);
	(void)put_line(s, row, s->line);
	return s->line;
}

const char *screen_text(struct screen *s)
{
	size_t n = 0, end = 0;

	screen_poll(s);
	free(s->text);
	s->text = line_space(s, (size_t)s->rows);
	for (int row = 0; row < s->rows; row++) {
		size_t k = put_line(s, row, s->text + n);

		n += k;
		s->text[n++] = '\n';
		if (k > 0)
			end = n;
	}
	s->text[end] = '\0';
	return s->text;
}

bool screen_has(struct screen *s, const char *text)
{
	return strstr(screen_text(s), text) != NULL;
}

bool screen_find(struct screen *s, const char *text, int *row, int *col)
{
	screen_poll(s);
	for (int r = 0; r < s->rows; r++) {
		const char *line = screen_line(s, r);
		const char *hit = strstr(line, text);
		const char *at = line;
		int c = 0;

		if (hit == NULL)
			continue;
		while (at < hit) {
			struct screen_cell cell;

			screen_at(s, r, c, &cell);
			at += strlen(cell.text);
			c += cell.width;
		}
		*row = r;
		*col = c;
		return true;
	}
	return false;
}

void screen_cursor(struct screen *s, int *row, int *col, bool *visible)
{
	VTermPos pos;

	screen_poll(s);
	vterm_state_get_cursorpos(vterm_obtain_state(s->vt), &pos);
	*row = pos.row;
	*col = pos.col;
	*visible = s->cursor_visible;
}

size_t screen_received(const struct screen *s)
{
	return s->received;
}

const char *screen_seen(const struct screen *s, size_t *n)
{
	*n = s->nseen;
	return s->seen != NULL ? s->seen : "";
}

int screen_bells(const struct screen *s)
{
	return s->bells;
}

const char *screen_title(const struct screen *s)
{
	return s->title;
}

bool screen_in_alternate(const struct screen *s)
{
	return s->alternate;
}

/* ---- asserting ---- */

static void fail_here(struct screen *s, const char *file, int line)
{
	int status;

	fprintf(stderr, "---- the screen (%d x %d) ----\n%s", s->cols, s->rows,
	    screen_text(s));
	if (screen_wait_exit(s, 0, &status))
		fprintf(stderr, "---- the program has ended: %s %d ----\n",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	else
		fprintf(stderr, "----\n");
	kill(s->pid, SIGKILL);
	if (_fail != NULL)
		_fail(file, line);
	abort();
}

void screen_must_see(struct screen *s, const char *text, const char *file,
    int line)
{
	if (screen_wait_text(s, text, SCREEN_WAIT))
		return;
	fprintf(stderr, "%s:%d: does not appear: %s\n", file, line, text);
	fail_here(s, file, line);
}

void screen_must_lose(struct screen *s, const char *text, const char *file,
    int line)
{
	if (screen_wait_gone(s, text, SCREEN_WAIT))
		return;
	fprintf(stderr, "%s:%d: does not go away: %s\n", file, line, text);
	fail_here(s, file, line);
}

static bool same_lines(struct screen *s, void *golden)
{
	const char *want = golden, *have = screen_text(s);
	size_t n = strlen(want), k = strlen(have);

	while (n > 0 && want[n - 1] == '\n')
		n--;
	while (k > 0 && have[k - 1] == '\n')
		k--;
	return n == k && memcmp(want, have, n) == 0;
}

static void print_diff(const char *want, const char *have)
{
	for (int row = 0; *want != '\0' || *have != '\0'; row++) {
		size_t w = strcspn(want, "\n"), h = strcspn(have, "\n");

		if (w == h && memcmp(want, have, w) == 0)
			fprintf(stderr, "  %2d  %.*s\n", row, (int)w, want);
		else
			fprintf(stderr, "- %2d  %.*s\n+ %2d  %.*s\n", row,
			    (int)w, want, row, (int)h, have);
		want += w + (want[w] == '\n' ? 1 : 0);
		have += h + (have[h] == '\n' ? 1 : 0);
	}
}

void screen_must_be(struct screen *s, const char *golden, const char *file,
    int line)
{
	if (screen_wait_until(s, same_lines, (void *)(uintptr_t)golden,
	    SCREEN_WAIT))
		return;
	fprintf(stderr, "%s:%d: the screen differs (- wanted, + seen)\n",
	    file, line);
	print_diff(golden, screen_text(s));
	fail_here(s, file, line);
}
