/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/prompt.h"

#include "base/limits.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

/* Only so that read(2) returns and the terminal is put right again before we end. */
static void interrupted(int signal_number)
{
	(void)signal_number;
}

#define WAKING 4
static const int waking[WAKING] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };

static int read_line(struct job *job, int fd, bytes *out, err *e)
{
	uint8_t line[4096]; /* what a terminal gives at once, at most (N_TTY_BUF_SIZE) */
	ssize_t n = read(fd, line, sizeof(line));

	if (n > 0) {
		bytes all = bytes_of(line, (size_t)n), first = { 0 };

		(void)bytes_line(&all, &first); /* there is something */
		*out = arena_bytes(&job->arena, first);
	}
	explicit_bzero(line, sizeof(line));
	return n > 0 ? 0 : err_set(e, ERR_USAGE, 0, "nothing was typed");
}

int prompt_ask(struct job *job, const char *question, bool is_secret, const char *instead,
               bytes *out, err *e)
{
	auto_fd fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, silent;
	struct sigaction wake = { .sa_handler = interrupted }, old[WAKING];

	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return err_set(e, ERR_USAGE, 0, "there is no terminal to ask at: %s", instead);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	if (file_write_all(fd, "/dev/tty", bytes_str(question), e) < 0)
		return -1;
	for (size_t i = 0; i < WAKING; i++)
		sigaction(waking[i], &wake, &old[i]);
	/* A password that would be shown is not asked for. */
	int got = is_secret && tcsetattr(fd, TCSAFLUSH, &silent) < 0
	                  ? err_set(e, ERR_IO, errno, "the terminal goes on showing what is typed")
	                  : read_line(job, fd, out, e);

	if (is_secret)
		(void)tcsetattr(fd, TCSAFLUSH, &before); /* nothing more can be done */
	for (size_t i = 0; i < WAKING; i++)
		sigaction(waking[i], &old[i], NULL);
	return got;
}

int prompt_stdin(struct job *job, bytes *out, err *e)
{
	bytes text;

	if (file_read_fd(STDIN_FILENO, "standard input", LIMIT_CREDENTIAL_SECRET, &job->arena, &text,
	                 e) < 0)
		return -1;
	/* What echo and here-documents put behind it; nothing else, a password may end in a space. */
	if (bytes_ends(text, BYTES("\n")))
		text.n--;
	if (bytes_ends(text, BYTES("\r")))
		text.n--;
	*out = text;
	return 0;
}
