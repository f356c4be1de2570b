/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/prctl.h>

#define SECONDS 4 /* for one attack; bombs watch their own clock */

int probe_main(long *stack);

/* -- answers ----------------------------------------------------------------------------------- */

_Noreturn void quit(int status)
{
	for (;;)
		CALL(exit_group, status);
}

/* One write(2), so that lines of two processes never mix. */
static void say(const char *name, const char *verdict, long error, const char *what)
{
	char line[400], digits_of[24];

	join(line, sizeof(line), name, verdict);
	join(line, sizeof(line), line, number(digits_of, (uint64_t)(error < 0 ? -error : 0)));
	if (what && *what) {
		size_t n = length(line);

		line[n++] = ' ';
		for (; *what != '\0' && n + 2 < sizeof(line) / 2; what++)
			line[n++] = *what >= ' ' && *what <= '~' ? *what : '?';
		line[n] = '\0';
	}
	join(line, sizeof(line), line, "\n");
	CALL(write, 1, line, length(line));
}

_Noreturn void gained(const char *name, const char *what)
{
	say(name, " gained ", 0, what);
	quit(0);
}

_Noreturn void held(const char *name, long error)
{
	say(name, " held ", error, NULL);
	quit(0);
}

_Noreturn void unknown(const char *name, const char *why)
{
	say(name, " unknown ", 0, why);
	quit(0);
}

_Noreturn void judge(const char *name, long result)
{
	if (result < 0)
		held(name, result);
	gained(name, NULL);
}

/* -- one after the other ----------------------------------------------------------------------- */

static bool is_kernels(void)
{
	struct statfs proc = { 0 }, sys = { 0 };

	return CALL(statfs, "/proc", &proc) == 0 && proc.f_type == PROC_SUPER_MAGIC &&
	       CALL(statfs, "/sys", &sys) == 0 && sys.f_type == SYSFS_MAGIC;
}

/* The filter of system calls may end whoever makes one of them: that holds, too. */
static void attack(const struct probe_entry *p, const struct probe_words *words, unsigned seconds)
{
	int status = 0;

	if (p->looks && !is_kernels()) {
		say(p->name, " unknown ", 0, "/proc or /sys is not the kernel's");
		return;
	}
	long pid = fork_here();

	if (pid < 0) {
		say(p->name, " unknown ", pid, "no process could be made");
		return;
	}
	if (pid == 0) {
		CALL(prctl, PR_SET_PDEATHSIG, 9);
		p->attack(p->name, words);
		quit(1);
	}
	if (!wait_ms(pid, seconds * 1000, &status)) {
		CALL(kill, pid, 9);
		CALL(wait4, pid, &status, 0, 0);
		say(p->name, " unknown ", 0, "it took too long");
	} else if ((status & 0x7f) == 31 /* SIGSYS */) {
		say(p->name, " held ", -EPERM, NULL);
	} else if (status != 0) {
		say(p->name, " unknown ", 0, "the attack was killed");
	}
}

static void attack_all(const struct probe_entry *list, const struct probe_words *words)
{
	for (; list->name; list++)
		attack(list, words, list == probe_bombs || list == probe_bombs + 1 ? 3 * SECONDS : SECONDS);
}

static void take_word(const char *word, struct probe_words *out, size_t *folders)
{
	const char *value;

	if ((value = after(word, "program=")))
		out->program = value;
	else if ((value = after(word, "socket=")))
		out->socket = value;
	else if ((value = after(word, "port=")))
		out->port = (unsigned)digits(value);
	else if ((value = after(word, "ipc=")))
		out->ipc = digits(value);
	else if ((value = after(word, "memory=")))
		out->memory = digits(value);
	else if ((value = after(word, "processes=")))
		out->processes = (unsigned)digits(value);
	else if ((value = after(word, "folder=")) &&
	         *folders + 1 < sizeof(out->folders) / sizeof(*out->folders))
		out->folders[(*folders)++] = value;
}

/* The stack as the kernel leaves it: argc, argv, NULL, environment, NULL. */
int probe_main(long *stack)
{
	long argc = stack[0];
	const char *const *argv = (const char *const *)(stack + 1);
	struct probe_words words = { 0 };
	size_t folders = 0;

	if (argc == 2 && same(argv[1], "run")) /* by the attacks, to see whether it can be */
		return 42;
	for (long i = 1; i < argc; i++)
		take_word(argv[i], &words, &folders);
	for (const char *const *e = argv + argc + 1; *e; e++)
		if (after(*e, "PATH="))
			words.path = after(*e, "PATH=");
	CALL(write, 1, "oakum-probe 1\n", 14);
	attack_all(probe_files, &words);
	attack_all(probe_rights, &words);
	attack_all(probe_kernel, &words);
	attack_all(probe_network, &words);
	attack_all(probe_finds, &words);
	attack_all(probe_bombs, &words);
	CALL(write, 1, "end\n", 4);
	return 0;
}
