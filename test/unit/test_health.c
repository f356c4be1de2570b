/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as users write them; what loaders and runtimes of the world say when something is
 * missing, in their words; the end of what a program wrote. */
#include "runtime/health.h"

#include "base/limits.h"
#include "runtime/health_tail.h"
#include "unit.h"

static void conditions_are_read(void **state)
{
	struct arena a = ARENA_INIT;
	struct health_probe p;
	err e = { 0 };

	(void)state;
	assert_int_equal(health_parse("http://:8080/sse?x=1", &a, &p, &e), 0);
	assert_true(p.kind == HEALTH_HTTP && p.port == 8080 && p.method == HTTP_GET);
	assert_string_equal(p.path, "/sse?x=1");
	assert_true(p.least == 200 && p.most == 399);
	assert_int_equal(health_parse("http://localhost", &a, &p, &e), 0);
	assert_int_equal(p.port, 80);
	assert_string_equal(p.path, "/");
	assert_int_equal(health_parse("http://[::1]:81/", &a, &p, &e), 0);
	assert_int_equal(p.port, 81);
	assert_int_equal(health_parse("http://[::1]/", &a, &p, &e), 0);
	assert_int_equal(p.port, 80);
	assert_int_equal(health_parse("tcp://127.0.0.1:65535", &a, &p, &e), 0);
	assert_true(p.kind == HEALTH_TCP && p.port == 65535);
	assert_int_equal(health_parse("exit=3", &a, &p, &e), 0);
	assert_true(p.kind == HEALTH_EXIT && p.least == 3 && p.most == 3);
	assert_int_equal(health_parse("run=curl -f \"$X\"", &a, &p, &e), 0);
	assert_int_equal(p.kind, HEALTH_COMMAND);
	assert_string_equal(p.command, "curl -f \"$X\"");
	arena_done(&a);
}

static void others_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"http",
		"https://:443/",
		"http://shop.example:8080/",
		"http://:0/",
		"http://:65536/",
		"http://:-1/",
		"http://:/",
		"http://user@:80/",
		"http://:80/a b",
		"http://:80/a\r\nX: y",
		"http://:80/#x",
		"http://[::1/",
		"tcp://",
		"tcp://:",
		"tcp://:80/x",
		"exit=",
		"exit=256",
		"exit=-1",
		"exit=0 ",
		"run=",
		"RUN=x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct arena a = ARENA_INIT;
		struct health_probe p = { .port = 7 };
		err e = { 0 };

		if (health_parse(wrong[i], &a, &p, &e) == 0)
			fail_msg("'%s' was taken", wrong[i]);
		assert_failed(&e, ERR_USAGE);
		assert_int_equal(p.port, 7);
		arena_done(&a);
	}
}

static void missing_things_are_named(void **state)
{
	static const struct {
		const char *words, *missing; /* with commas between */
	} known[] = {
		{ "/app/x: error while loading shared libraries: libssl.so.3: cannot open shared object "
		  "file: No such file or directory\n",
		  "libssl.so.3" },
		{ "Error loading shared library libz.so.1: No such file or directory (needed by /app/x)\n",
		  "libz.so.1" },
		{ "Process terminated. Couldn't find a valid ICU package installed on the system. Please "
		  "install libicu (or icu-libs) using your package manager and try again.\n",
		  "libicu" },
		{ "No usable version of libssl was found\n", "libssl" },
		{ "Unhandled exception. System.DllNotFoundException: Unable to load shared library "
		  "'libgssapi_krb5.so.2' or one of its dependencies.\n"
		  "libgssapi_krb5.so.2: cannot open shared object file: No such file or directory\n",
		  "libgssapi_krb5.so.2" },
		{ "Unhandled exception. System.IO.FileNotFoundException: Could not find file "
		  "'/app/data/a.json'.\r\n   at x\r\n",
		  "/app/data/a.json" },
		{ "The configuration file 'appsettings.json' was not found and is not optional.",
		  "appsettings.json" },
		{ "FileNotFoundError: [Errno 2] No such file or directory: '/etc/shop.conf'\n"
		  "ModuleNotFoundError: No module named 'flask'\n",
		  "/etc/shop.conf,flask" },
		{ "Error: Cannot find module 'express'\n"
		  "Error: ENOENT: no such file or directory, open '/app/views'\n",
		  "express,/app/views" },
		{ "a\nlib1: cannot open shared object file\nlib1: cannot open shared object file\n",
		  "lib1" },
		{ "info: Now listening on: http://0.0.0.0:8080\n", "" },
		{ "Could not find file '", "" },
		{ "Could not find file ''", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct arena a = ARENA_INIT;
		struct strings out = { 0 };
		buf joined = BUF_INIT(4096);

		health_missing(bytes_str(known[i].words), &a, &out);
		for (size_t k = 0; k < out.len; k++) {
			buf_puts(&joined, k > 0 ? "," : "");
			buf_put(&joined, out.items[k]);
		}
		assert_bytes(buf_bytes(&joined), known[i].missing);
		buf_done(&joined);
		arena_done(&a);
	}
}

static void no_list_is_without_end(void **state)
{
	struct arena a = ARENA_INIT;
	struct strings out = { 0 };
	buf words = BUF_INIT(64 * KIB);

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&words, "No module named 'm%d'\n", i);
	health_missing(buf_bytes(&words), &a, &out);
	assert_int_equal(out.len, LIMIT_HEALTH_MISSING);
	buf_done(&words);
	arena_done(&a);
}

/* The lines 0 to n - 1 are written; what comes back is the end of them. */
static void write_lines(int n, struct arena *a, bytes *out)
{
	const struct deadline d = deadline_in(20000);
	struct health_tail tail;
	err e = { 0 };

	assert_int_equal(health_tail_open(&tail, &d, &e), 0);
	for (int i = 0; i < n; i++)
		assert_true(dprintf(tail.in, "line %06d\n", i) == 12);
	assert_int_equal(health_tail_take(&tail, a, out, &e), 0);
	health_tail_close(&tail);
}

static void the_end_of_what_was_said_is_kept(void **state)
{
	struct arena a = ARENA_INIT;
	bytes words;

	(void)state;
	write_lines(0, &a, &words);
	assert_int_equal(words.n, 0);
	write_lines(2, &a, &words);
	assert_bytes(words, "line 000000\nline 000001\n");
	write_lines(100000, &a, &words);
	assert_int_equal(words.n, LIMIT_HEALTH_WORDS);
	assert_true(bytes_ends(words, BYTES("line 099998\nline 099999\n")));
	arena_done(&a);
}

static void a_writer_that_stays_is_not_waited_for(void **state)
{
	const struct deadline d = deadline_in(300);
	struct arena a = ARENA_INIT;
	struct health_tail tail;
	bytes words;
	err e = { 0 };

	(void)state;
	assert_int_equal(health_tail_open(&tail, &d, &e), 0);
	int other = dup(tail.in);

	assert_int_equal(health_tail_take(&tail, &a, &words, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	health_tail_close(&tail);
	close(other);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_read),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(missing_things_are_named),
		cmocka_unit_test(no_list_is_without_end),
		cmocka_unit_test(the_end_of_what_was_said_is_kept),
		cmocka_unit_test(a_writer_that_stays_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
