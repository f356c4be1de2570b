/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper of `oakum prove` says, read strictly, and who is told to have held an attack. The
 * helper itself attacks containers in test/interop/prove.t. */
#include "confine/probes.h"

#include "confine/capabilities.h"
#include "unit.h"

#include <errno.h>
#include <linux/capability.h>

#define FIRST "oakum-probe 1\n"
#define ANSWERS 128

static struct probe_answer answers[ANSWERS];

static int read_text(const char *text, bool *out_whole, err *e)
{
	assert_true(probes_len <= ANSWERS);
	memset(answers, 0, sizeof(answers));
	return probes_read(bytes_str(text), answers, out_whole, e);
}

static const struct probe_answer *answer_of(const char *name)
{
	size_t i = probe_find(bytes_str(name));

	assert_true(i < probes_len);
	return &answers[i];
}

static void test_answers(void **state)
{
	err e = { 0 };
	bool whole;

	(void)state;
	assert_int_equal(read_text(FIRST "mount held 1\nshell gained 0 /bin/sh\n"
	                                 "metadata unknown 0 nobody is there\nend\n",
	                           &whole, &e),
	                 0);
	assert_true(whole);
	assert_int_equal(answer_of("mount")->verdict, PROBE_HELD);
	assert_int_equal(answer_of("mount")->error, EPERM);
	assert_int_equal(answer_of("shell")->verdict, PROBE_GAINED);
	assert_bytes(answer_of("shell")->what, "/bin/sh");
	assert_int_equal(answer_of("metadata")->verdict, PROBE_UNKNOWN);
	assert_bytes(answer_of("metadata")->what, "nobody is there");
	assert_int_equal(answer_of("write-root")->verdict, PROBE_UNTRIED);
}

/* A helper that was killed: what it said counts, and it is known that it is not all. */
static void test_cut(void **state)
{
	err e = { 0 };
	bool whole;

	(void)state;
	assert_int_equal(read_text(FIRST "mount held 1\nshell gai", &whole, &e), 0);
	assert_false(whole);
	assert_int_equal(answer_of("mount")->verdict, PROBE_HELD);
	assert_int_equal(answer_of("shell")->verdict, PROBE_UNTRIED);
	assert_int_equal(read_text(FIRST, &whole, &e), 0);
	assert_false(whole);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"oakum-probe 2\nend\n",
		"sh: not found\n",
		FIRST "mount held 1\nmount held 1\nend\n", /* twice */
		FIRST "nonsense held 1\nend\n",
		FIRST "mount HELD 1\nend\n",
		FIRST "mount held\nend\n",
		FIRST "mount held -1\nend\n",
		FIRST "mount held 4096\nend\n",
		FIRST "mount held 1x\nend\n",
		FIRST "shell gained 0 \033[31m\nend\n", /* would colour a terminal */
		FIRST "shell gained 0 \xff\nend\n",
		FIRST "\nend\n",
		FIRST "end\nmount held 1\n",
		FIRST "end\nx",
	};
	char text[512];
	err e = { 0 };
	bool whole;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(read_text(texts[i], &whole, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	snprintf(text, sizeof(text), FIRST "shell gained 0 %0200d\nend\n", 0);
	assert_int_equal(read_text(text, &whole, &e), 0);
	snprintf(text, sizeof(text), FIRST "shell gained 0 %0201d\nend\n", 0);
	assert_int_equal(read_text(text, &whole, &e), -1);
	assert_failed(&e, ERR_FORMAT);
}

/* Every probe says what it tries, what is gained, how bad that is and who holds it first. */
static void test_table(void **state)
{
	(void)state;
	assert_true(probes_len >= 30);
	for (size_t i = 0; i < probes_len; i++) {
		const struct probe *p = &probes[i];

		assert_int_equal(probe_find(bytes_str(p->name)), i); /* once */
		assert_true(*p->tries && *p->gain && p->severity > SEVERITY_UNKNOWN);
		assert_true(p->holders[0].used);
	}
	assert_int_equal(probe_find(BYTES("mount ")), probes_len);
}

/* -- who held it ------------------------------------------------------------------------------- */

static struct probe_judgement judged(const char *name, uint32_t error, const struct hardening *h)
{
	const struct probe_setting setting = { .hardening = h };
	struct probe_judgement j;

	probe_judge(&probes[probe_find(bytes_str(name))], error, &setting, &j);
	return j;
}

static void test_by(void **state)
{
	struct hardening h = { .uid = 1654 };
	struct probe_judgement j = judged("mount", EPERM, &h);

	(void)state;
	assert_int_equal(j.by, DEFENCE_SECCOMP);
	assert_int_equal(j.next_len, 2);
	assert_int_equal(j.next[0], DEFENCE_CAPABILITIES);
	assert_int_equal(j.next[1], DEFENCE_USER);
	h.without = 1U << DEFENCE_SECCOMP;
	assert_int_equal(judged("mount", EPERM, &h).by, DEFENCE_CAPABILITIES);
	h.capabilities = CAPABILITIES_ALL;
	assert_int_equal(judged("mount", EPERM, &h).by, DEFENCE_USER);
	assert_int_equal(judged("mount", EPERM, &h).next_len, 0);
	h.without |= 1U << DEFENCE_USER; /* held all the same: by whom, we do not know */
	assert_int_equal(judged("mount", EPERM, &h).by, HOLDER_MACHINE);
}

/* The error tells: a read-only root answers EROFS, rights of files EACCES. */
static void test_by_error(void **state)
{
	const struct hardening h = { .uid = 1654 };
	const struct probe_setting one_id = { .hardening = &h, .one_id = true };
	struct probe_judgement j;

	(void)state;
	assert_int_equal(judged("write-root", EROFS, &h).by, DEFENCE_READONLY);
	assert_int_equal(judged("write-root", EACCES, &h).by, DEFENCE_USER);
	assert_int_equal(judged("run-setuid", ENOENT, &h).by, HOLDER_IMAGE);
	assert_int_equal(judged("run-setuid", EPERM, &h).by, DEFENCE_PRIVILEGES);
	assert_int_equal(judged("terminal", ENXIO, &h).by, HOLDER_RUNTIME);
	assert_int_equal(judged("load-module", ENOSYS, &h).by, HOLDER_MACHINE);
	/* With one id for all, every file is its own. */
	probe_judge(&probes[probe_find(BYTES("write-root"))], EROFS, &one_id, &j);
	assert_int_equal(j.by, DEFENCE_READONLY);
	assert_int_equal(j.next_len, 0);
}

/* Docker's default set has NET_RAW and SYS_CHROOT, and nothing that mounts; its filter lets those
 * pass who have the capability for a call. */
static void test_some_capabilities(void **state)
{
	struct hardening h = { .without = 1U << DEFENCE_USER, .capabilities = CAPABILITIES_USUAL };

	(void)state;
	assert_int_equal(judged("mount", EPERM, &h).by, DEFENCE_SECCOMP);
	assert_int_equal(judged("mount", EPERM, &h).next[0], DEFENCE_CAPABILITIES);
	assert_int_equal(judged("chroot", EPERM, &h).by, HOLDER_MACHINE);
	assert_int_equal(judged("raw-socket", EPERM, &h).by, HOLDER_MACHINE);
	h.capabilities = UINT64_C(1) << CAP_SYS_ADMIN;
	assert_int_equal(judged("mount", EPERM, &h).by, HOLDER_MACHINE);
	assert_int_equal(judged("chroot", EPERM, &h).by, DEFENCE_SECCOMP);
	assert_int_equal(judged("raw-socket", EPERM, &h).by, DEFENCE_CAPABILITIES);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(holder_name(DEFENCE_SECCOMP), "seccomp");
	assert_string_equal(holder_name(HOLDER_IMAGE), "image");
	assert_string_equal(holder_name(HOLDER_MACHINE), "machine");
	assert_int_equal(capability_find(BYTES("CAP_SYS_ADMIN")), CAP_SYS_ADMIN);
	assert_int_equal(capability_find(BYTES("CHECKPOINT_RESTORE")), CAP_CHECKPOINT_RESTORE);
	assert_int_equal(capability_find(BYTES("sys_admin")), CAPABILITIES);
	assert_int_equal(capability_find(BYTES("")), CAPABILITIES);
	assert_string_equal(capability_name(CAP_MKNOD), "CAP_MKNOD");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_by),
		cmocka_unit_test(test_by_error),
		cmocka_unit_test(test_some_capabilities),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
