/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/probe.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child sends: no pointers. */
struct answer {
	struct sandbox_state state;
	uint32_t len;
	int refused[SANDBOX_PROBES];
};

static _Noreturn void child(int fd, bool no_landlock, bool attempts)
{
	struct sandbox_options o = { .keep = { fd, -1 }, .no_landlock = no_landlock };
	struct sandbox_probe_result result = { 0 };
	struct answer answer = { 0 };
	err e = { 0 };

	if (sandbox_seal(&o, &answer.state, &e) < 0)
		_exit(1);
	if (attempts)
		sandbox_probe(&result);
	answer.len = (uint32_t)result.len;
	for (size_t i = 0; i < result.len; i++)
		answer.refused[i] = result.items[i].refused;
	_exit(write(fd, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
}

static int take_answer(int fd, struct probe *out, err *e)
{
	struct answer answer;

	/* a pipe passes so few octets whole (POSIX, PIPE_BUF) */
	if (read(fd, &answer, sizeof(answer)) != (ssize_t)sizeof(answer) || answer.len > SANDBOX_PROBES)
		return err_set(e, ERR_BUG, 0, "the sealed process gave no answer");
	out->state = answer.state;
	out->result.len = answer.len;
	for (size_t i = 0; i < answer.len; i++)
		out->result.items[i] = (struct sandbox_probe){ sandbox_probe_name(i), answer.refused[i] };
	return 0;
}

int probe_run(bool no_landlock, bool attempts, struct probe *out, err *e)
{
	int fds[2], status = 0;

	*out = (struct probe){ 0 };
	if (pipe(fds) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	pid_t pid = fork();

	if (pid == 0) {
		close(fds[0]);
		child(fds[1], no_landlock, attempts);
	}
	close(fds[1]);
	int result = pid < 0 ? err_set(e, ERR_IO, errno, "fork") : take_answer(fds[0], out, e);

	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return result;
}
