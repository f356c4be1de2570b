/* SPDX-License-Identifier: Apache-2.0 */
/* Bombs against the limits that were promised. They stop by themselves not far behind them. */
#include "probe/probe.h"

#include <linux/mman.h>
#include <linux/prctl.h>

#define STEP (UINT64_C(1) << 20)
#define BEYOND (64 * STEP) /* what a limit may be late */
#define MANY 64            /* processes more than promised */

/* They live until the pipe is closed; with their parent, at the latest. */
static void forks(const char *name, const struct probe_words *words)
{
	unsigned n = 0;
	int ends[2], status;
	char nothing;
	long pid = 0;

	if (words->processes == 0)
		unknown(name, "no limit was promised");
	if (CALL(pipe2, ends, 0) < 0)
		unknown(name, "no pipe could be made");
	while (n < words->processes + MANY && (pid = fork_here()) > 0)
		n++;
	CALL(close, ends[1]);
	if (pid == 0) {
		CALL(prctl, PR_SET_PDEATHSIG, 9);
		CALL(read, ends[0], &nothing, 1);
		quit(0);
	}
	while (CALL(wait4, -1, &status, 0, 0) > 0)
		;
	judge(name, pid < 0 ? pid : 0);
}

static void eat(uint64_t most)
{
	for (uint64_t n = 0; n < most; n += STEP) {
		long at = CALL(mmap, 0, STEP, PROT_READ | PROT_WRITE,
		               MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);

		if (at < 0 && at > -4096)
			quit(1);
		*(volatile char *)at = 1;
	}
	quit(0);
}

static void memory(const char *name, const struct probe_words *words)
{
	int status = 0;

	if (words->memory == 0)
		unknown(name, "no limit was promised");
	long pid = fork_here();

	if (pid < 0)
		unknown(name, "no process could be made");
	if (pid == 0) {
		CALL(prctl, PR_SET_PDEATHSIG, 9);
		eat(words->memory + BEYOND);
	}
	if (!wait_ms(pid, 10000, &status)) {
		CALL(kill, pid, 9);
		unknown(name, "it took too long");
	}
	judge(name, status == 0 ? 0 : -ENOMEM);
}

const struct probe_entry probe_bombs[] = {
	{ "fork-bomb", forks, false },
	{ "memory-bomb", memory, false },
	{ NULL, NULL, false },
};
