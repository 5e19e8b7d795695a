/*
 * minqing: with a verb the command line, without one the screen.
 */
#include <getopt.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../core/ballast.h"
#include "../core/base/file.h"
#include "../core/base/log.h"
#include "../core/base/xmalloc.h"
#include "../core/bell.h"
#include "../core/ledger.h"
#include "cli.h"
#include "desk.h"
#include "panels.h"
#include "words.h"

#define THEMES_UP 6	/* folders to climb from the program to the source */

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

struct choices {
	const char *data, *theme, *as;
	bool kiosk, help, version;
};

static int complain(const struct env *env, const struct err *err, int status)
{
	char words[1500];

	err_say(err, env->lang, words, sizeof(words));
	fprintf(stderr, "minqing: %s\n", words);
	return status;
}

/* ---- options ---- */

static bool read_options(int argc, char **argv, struct choices *c)
{
	enum { DATA = 256, THEME, AS, KIOSK, HELP, VERSION };
	static const struct option options[] = {
		{ "data", required_argument, NULL, DATA },
		{ "theme", required_argument, NULL, THEME },
		{ "as", required_argument, NULL, AS },
		{ "kiosk", no_argument, NULL, KIOSK },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 }
	};
	int opt;

	memset(c, 0, sizeof(*c));
	c->data = getenv("MINQING_DATA");
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case DATA: c->data = optarg; break;
		case THEME: c->theme = optarg; break;
		case AS: c->as = optarg; break;
		case KIOSK: c->kiosk = true; break;
		case 'h':
		case HELP: c->help = true; break;
		case VERSION: c->version = true; break;
		default: return false;
		}
	}
	return optind == argc;
}

static int show_help(const struct env *env)
{
	static const enum word_id rows[][2] = {
		{ W_HELP_OPT_DATA, W_HELP_SAYS_DATA },
		{ W_HELP_OPT_KIOSK, W_HELP_SAYS_KIOSK },
		{ W_HELP_OPT_AS, W_HELP_SAYS_AS },
		{ W_HELP_OPT_BY, W_HELP_SAYS_BY },
		{ W_HELP_OPT_THEME, W_HELP_SAYS_THEME },
		{ W_HELP_OPT_HELP, W_HELP_SAYS_HELP },
		{ W_HELP_OPT_VERSION, W_HELP_SAYS_VERSION },
	};

	printf("%s\n\n", word(W_HELP_USAGE));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		printf("  %-16s %s\n", word(rows[i][0]), word(rows[i][1]));
	printf("\n%s\n", word(W_HELP_VERBS));
	cli_help(env->lang);
	return EXIT_DONE;
}

/* ---- the machine ---- */

/* Where the themes lie: $MINQING_THEMES, else beside the program
 * (…/share/minqing/themes), else the source tree; NULL: the compiled look. */
static const char *themes_dir(void)
{
	static char found[PATH_MAX + 64];
	const char *set = getenv("MINQING_THEMES");
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (set != NULL && *set != '\0')
		return set;
	exe[len > 0 ? len : 0] = '\0';
	for (int up = 0; up < THEMES_UP; up++) {
		char *slash = strrchr(exe, '/');

		if (slash == NULL)
			break;
		*slash = '\0';
		snprintf(found, sizeof(found), "%s/share/minqing/themes", exe);
		if (file_exists(found))
			return found;
		snprintf(found, sizeof(found), "%s/themes/default.ini", exe);
		if (file_exists(found)) {
			snprintf(found, sizeof(found), "%s/themes", exe);
			return found;
		}
	}
	return NULL;
}

/* No trace of what people say outside the ledger: no core file, no debugger
 * of another user. */
static void close_up(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static enum mq_status check_place(const struct choices *c, struct err *err)
{
	if (c->data == NULL || *c->data == '\0')
		return err_set(err, MQ_E_NOT_NODE, "--data");
	if (c->kiosk && geteuid() == 0)
		return err_set(err, MQ_E_USAGE, "%s‖%s",
		    words_in(W_KIOSK_ROOT, LANG_ZH),
		    words_in(W_KIOSK_ROOT, LANG_EN));
	return MQ_OK;
}

static void notices(struct app *app, struct desk *d)
{
	char words[1200];
	struct err lost = ERR_INIT;
	const struct err *err = ledger_lost_words(d->n, &lost) ? &lost :
	    d->n->roster_err.code ? &d->n->roster_err :
	    d->n->factory_pack ? &d->n->pack_err : NULL;

	if (err != NULL) {
		err_say(err, app_lang(app), words, sizeof(words));
		app_notice(app, ROLE_WARN, words);
	} else if (geteuid() == 0) {
		app_notice(app, ROLE_WARN, word(W_ROOT_WARNING));
	}
}

static int screen(struct env *env, const struct choices *c, struct node *n)
{
	struct desk d = { .magic = DESK_MAGIC, .n = n, .kiosk = c->kiosk };
	struct app_options o = {
		.hooks = &desk_hooks,
		.desk = &d,
		.theme_dir = themes_dir(),
		.theme_name = c->theme != NULL ? c->theme :
		    n->set.theme[0] != '\0' ? n->set.theme : NULL,
	};
	struct err err = ERR_INIT;
	int status;

	if (c->as != NULL)
		(void)xcopy(d.as, sizeof(d.as), c->as);
	o.bell_fd = bell_listen(n);
	if (app_start(env, &o, &d.app, &err) != MQ_OK) {
		bell_close(o.bell_fd);
		return complain(env, &err, EXIT_WRONG_USE);
	}
	panel_login_open(d.app);
	notices(d.app, &d);
	app_show(d.app);
	ballast_make(n);
	if (node_rest(n, &err) != MQ_OK)
		app_quit(d.app, EXIT_FAILED);
	else if (n->factory_pack)
		notices(d.app, &d);
	status = app_run(d.app);
	app_stop(&d.app);
	if (err.code != MQ_OK)
		(void)complain(env, &err, status);
	draft_close(&d.drafts);
	ledger_walk_free(&d.walk);
	bell_close(o.bell_fd);
	return status;
}

static int run(struct env *env, const struct choices *c)
{
	struct node *n = NULL;
	struct err err = ERR_INIT;
	char log[NODE_PATH + 16];
	int status;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(&err, MQ_E_TERMINAL, "%s‖%s",
		    words_in(W_NOT_A_TERMINAL, LANG_ZH),
		    words_in(W_NOT_A_TERMINAL, LANG_EN));
		return complain(env, &err, EXIT_WRONG_USE);
	}
	if (check_place(c, &err) != MQ_OK)
		return complain(env, &err, EXIT_WRONG_USE);
	if (node_open(env, c->data, NODE_LATER, &n, &err) != MQ_OK)
		return complain(env, &err, EXIT_FAILED);
	file_join(log, sizeof(log), c->data, "minqing.log");
	log_open(n->read_only ? NULL : log, LOG_INFO);
	if (c->kiosk)
		close_up();
	status = screen(env, c, n);
	node_close(&n);
	log_open(NULL, LOG_WARN);
	return status;
}

int main(int argc, char **argv)
{
	struct env env;
	struct choices c;
	struct err err = ERR_INIT;
	int status;

	env_real(&env);
	words_set_lang(env.lang);
	crypto_init();
	if (cli_has_verb(argc, argv)) {
		status = cli_main(&env, argc, argv);
	} else if (!read_options(argc, argv, &c)) {
		err_set(&err, MQ_E_USAGE, "%s", optind <= argc && optind > 0 ?
		    argv[optind < argc ? optind : argc - 1] : "");
		status = complain(&env, &err, EXIT_WRONG_USE);
	} else if (c.help) {
		status = show_help(&env);
	} else if (c.version) {
		printf("minqing %s\n", MQ_VERSION);
		status = EXIT_DONE;
	} else {
		status = run(&env, &c);
	}
	env_release(&env);
	return status;
}
