/* SPDX-License-Identifier: Apache-2.0 */
/* Interpreters by the names of their files, and their modules by those of the folders that
 * distributions put them into. */
#include "closure/closure.h"

static const struct {
	const char *name;
	const char *modules[3]; /* NULL-terminated */
} interpreters[] = {
	{ "python", { "python" } },
	{ "platform-python", { "python", "platform-python" } },
	{ "pypy", { "python", "pypy" } },
	{ "perl", { "perl" } },
	{ "ruby", { "ruby", "gems" } },
	{ "node", { "node" } },
	{ "nodejs", { "node" } },
	{ "php", { "php" } },
	{ "php-fpm", { "php" } },
	{ "lua", { "lua" } },
	{ "luajit", { "lua" } },
	{ "tclsh", { "tcl", "tk" } },
	{ "wish", { "tcl", "tk" } },
	{ "java", { "jvm", "java" } },
	{ "guile", { "guile" } },
	{ "Rscript", { "R" } },
	{ "R", { "R" } },
	{ "erl", { "erlang" } },
	{ "beam.smp", { "erlang" } },
	{ "gawk", { "gawk" } },
	/* whose modules lie in folders that are nobody else's */
	{ "deno", { NULL } },
	{ "bun", { NULL } },
	{ "pwsh", { NULL } },
};

/* "python3.11" is python. */
static bytes unnumbered(bytes name)
{
	while (name.n > 1 && ((name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9') ||
	                      name.p[name.n - 1] == '.' || name.p[name.n - 1] == '-'))
		name.n--;
	return name;
}

const char *const *closure_interpreter(bytes name)
{
	name = unnumbered(name);
	for (size_t i = 0; i < sizeof(interpreters) / sizeof(*interpreters); i++)
		if (bytes_is(name, interpreters[i].name))
			return interpreters[i].modules;
	return NULL;
}
