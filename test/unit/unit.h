/* SPDX-License-Identifier: Apache-2.0 */
/* unit - what every unit test includes: cmocka with the headers it asks for, and comparisons of
 * slices that show both sides when they fail. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* assert_bytes(b, s): b holds exactly the characters of the C string s. */
#define assert_bytes(b, s) unit_bytes((b), (s), __FILE__, __LINE__)

static inline void unit_bytes(bytes b, const char *s, const char *file, int line)
{
	if (bytes_is(b, s))
		return;
	print_error("'%.*s' is not '%s'\n", (int)b.n, (const char *)b.p, s);
	_fail(file, line);
}

/* assert_failed(e, kind): e holds a failure of this kind. Clears it, for the next attempt. */
#define assert_failed(e, what) \
	do { \
		assert_string_equal(err_kind_name((e)->kind), err_kind_name(what)); \
		err_clear(e); \
	} while (0)

/* unit_aborts(f): f ends its process by abort(). Run in a child without a core file. */
static inline bool unit_aborts(void (*f)(void))
{
	int status = 0;

	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		const struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		f();
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
