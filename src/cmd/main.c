/* SPDX-License-Identifier: Apache-2.0 */
/* The way in: read the world once (environment, clock, terminals), find the command, parse its
 * flags, run it, turn its error into a message and a status. Nothing else happens before the
 * command runs: the program starts in under 5 ms. */
#include "base/map.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/options.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "cmd/trivy.h"
#include "cmd/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* reproducible-builds.org, SOURCE_DATE_EPOCH: seconds since 1970, in decimal. */
static int read_clock(struct job *job, err *e)
{
	const char *epoch = job_env(job, "SOURCE_DATE_EPOCH");
	struct timespec t;
	uint64_t seconds;

	clock_gettime(CLOCK_REALTIME, &t);
	job->clock_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	job->now = t.tv_sec;
	if (!epoch || !*epoch)
		return 0;
	if (!text_take_u64(bytes_str(epoch), 10, UINT32_MAX * UINT64_C(16), &seconds))
		return err_set(e, ERR_USAGE, 0, "SOURCE_DATE_EPOCH is a number of seconds, not '%s'",
		               SHOW(bytes_str(epoch)));
	job->now = (int64_t)seconds;
	return 0;
}

/* Names chosen by an enemy must not collide in our tables (base/map.h). */
static void seed_hash(void)
{
	uint8_t key[16];

	if (getrandom(key, sizeof(key), GRND_NONBLOCK) == (ssize_t)sizeof(key))
		hash_set_key(key);
	/* else: early at boot; the fixed key is as safe as any that is not known to be used */
}

/* What we open must not come to stand where a stream was closed: another program would have it as
 * its own. Reads and writes fail as they did. */
static int fill_streams(err *e)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return err_set(e, ERR_IO, errno, "/dev/null in the place of descriptor %d", fd);
	return 0;
}

static int read_world(struct job *job, char **envp, err *e)
{
	*job = (struct job){ .environment = envp };
	if (fill_streams(e) < 0)
		return -1;
	const char *no_color = job_env(job, "NO_COLOR"), *term = job_env(job, "TERM");

	job->out = terminal_of(STDOUT_FILENO, no_color, term);
	job->err = terminal_of(STDERR_FILENO, no_color, term);
	seed_hash();
	return read_clock(job, e);
}

static int unknown_command(const char *word, err *e)
{
	struct suggest near;

	suggest_begin(&near, word);
	for (size_t i = 0; applets[i]; i++)
		suggest_offer(&near, applets[i]->name);
	if (near.best)
		return err_set(e, ERR_USAGE, 0, "there is no command '%s'; did you mean 'oakum %s'?",
		               SHOW(bytes_str(word)), near.best);
	return err_set(e, ERR_USAGE, 0, "there is no command '%s'; 'oakum help' lists them",
	               SHOW(bytes_str(word)));
}

static const struct applet *choose(char *const *words, size_t *out_taken, err *e)
{
	const char *name[] = { words[0], words[1], NULL };

	if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)
		name[0] = "help";
	else if (strcmp(words[0], "--version") == 0)
		name[0] = "version";
	const struct applet *applet = applet_choose(name, out_taken);

	if (!applet)
		(void)unknown_command(words[0], e); /* told by NULL and *e */
	return applet;
}

static int run_applet(struct job *job, const struct applet *applet, char **words, err *e)
{
	struct texts operands;
	void *options = arena_zero(&job->arena, applet->options_size);

	if (options_parse(job, applet, words, options, &operands, e) < 0)
		return -1;
	if (job->help)
		return usage_print(job, applet, e);
	return applet->run(job, options, &operands, e);
}

static int run(struct job *job, const struct applet *applet, char **words, err *e)
{
	int status = run_applet(job, applet, words, e);

	if (status >= 0 || applet->failed == 0)
		return status;
	message_error(job, NULL, e);
	return applet->failed;
}

/* "oakum db", "oakum db --help": which commands begin with that word. */
static bool is_family(char *const *words)
{
	bool alone = !words[1] || strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0;

	return alone && !applet_find(words[0]) && usage_family(words[0], NULL);
}

static int dispatch(struct job *job, char **words, err *e)
{
	char *family[] = { words[0], NULL };
	size_t taken;

	if (is_family(words))
		return run(job, applet_find("help"), family, e);
	const struct applet *applet = choose(words, &taken, e);

	return applet ? run(job, applet, words + taken, e) : -1;
}

/* Every failure is 1 there, and told here. */
static int run_as_trivy(struct job *job, char **words, err *e)
{
	struct trivy t;
	int status = -1;

	if (trivy_translate(job, words, &t, e) == 0)
		status = t.version_format ? trivy_version(&t, e) : *t.words ? dispatch(job, t.words, e) : 0;
	if (status < 0)
		message_error(job, NULL, e);
	return status < 0 ? 1 : trivy_status(&t, status);
}

int main(int argc, char **argv, char **envp)
{
	struct job job;
	err e = { 0 };
	int status = -1;

	/* A file size limit is an error where it is hit, not an end without a word. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (read_world(&job, envp, &e) == 0) {
		char *help[] = { (char[]){ "help" }, NULL };

		status = argc > 0 && trivy_is_name(argv[0])
		             ? run_as_trivy(&job, argv + 1, &e)
		             : dispatch(&job, argc > 1 ? argv + 1 : help, &e);
	}
	if (status < 0) {
		message_error(&job, NULL, &e);
		status = (int)status_of(e.kind);
	}
	arena_done(&job.arena);
	return status;
}
