/* SPDX-License-Identifier: Apache-2.0 */
/* What an image says of how it starts: its user, looked up in a passwd that it wrote itself; the
 * folder; the file of its program. The input: the user and a NUL, then the passwd, which is also
 * the group, the folder and the program. */
#include "base/limits.h"
#include "fuzz_document.h"
#include "runtime/program.h"
#include "sys/file.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_user(bytes user, bytes text, struct arena *a)
{
	struct hardening_names known = { 0 };
	struct hardening h = { .uid = UINT32_MAX, .gid = UINT32_MAX };
	err e = { 0 };

	user_read_accounts(text, a, &known.accounts);
	user_read_groups(text, a, &known.groups);
	known.group_file = text;
	if (hardening_take_user(user, &known, a, &h, &e) < 0)
		check_refusal(&e);
	else
		must(h.uid < UINT32_MAX && h.gid < UINT32_MAX && h.groups.len <= LIMIT_USER_GROUPS);
}

static void check_folder(bytes text, struct arena *a)
{
	err e = { 0 };
	bytes out;

	if (hardening_take_folder(text, a, &out, &e) < 0) {
		check_refusal(&e);
		return;
	}
	must(out.n > 0 && out.p[0] == '/' && bytes_search(out, BYTES("/../")) == out.n &&
	     !bytes_ends(out, BYTES("/..")));
}

static void check_program(bytes text, struct arena *a)
{
	char root[] = "/tmp/fuzz-start-XXXXXX";
	struct hardening h = { .cwd = BYTES("/") };
	err e = { 0 };

	must(mkdtemp(root) != NULL);
	const char *file = arena_printf(a, "%s/p", root);
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	must(fd >= 0 && file_write_all(fd, "p", text, &e) == 0);
	close(fd);
	*ARENA_PUSH(a, &h.args) = BYTES("/p");
	int status = program_check(root, &h, &e);

	must(unlink(file) == 0 && rmdir(root) == 0);
	if (status < 0)
		must(e.kind == ERR_ABSENT || e.kind == ERR_USAGE);
	else
		must(bytes_starts(text, BYTES("\x7f"
		                              "ELF")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes text = bytes_of(data, size), user = { 0 };

	(void)bytes_take_until(&text, 0, &user);
	check_user(user, text, &a);
	check_folder(text, &a);
	check_program(text, &a);
	arena_done(&a);
	return 0;
}
