/* SPDX-License-Identifier: Apache-2.0 */
/* A file of credentials that was read: what is stored into it is found again, and forgotten again,
 * and the file can be read after each. */
#include "fuzz_document.h"
#include "net/credentials_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void read_again(bytes text, struct arena *a, struct credentials_file *out)
{
	err e = { 0 };

	must(credentials_file_parse("config.json", text, a, out, &e) == 0);
}

static void check_edits(const struct credentials_file *f, struct arena *a)
{
	struct credentials_file with, without;
	struct credential c = { 0 };
	bool had;
	err e = { 0 };

	read_again(
		credentials_file_with(f, "ghcr.io", "ghcr.io", BYTES("{\"auth\": \"dTpw\"}"), a, &had), a,
		&with);
	must(credentials_file_find(&with, "ghcr.io", BYTES(""), a, &c, &e) == 0);
	must(bytes_is(c.user, "u") && bytes_is(c.password, "p"));
	read_again(credentials_file_with(&with, "", "ghcr.io", BYTES(""), a, &had), a, &without);
	must(had);
	c = (struct credential){ 0 };
	must(credentials_file_find(&without, "ghcr.io", BYTES(""), a, &c, &e) == 0);
	must(c.user.n == 0 && c.password.n == 0 && c.identity_token.n == 0);
	read_again(credentials_file_with(&with, "", NULL, BYTES(""), a, &had), a, &without);
	must(json_count(credentials_file_member(&without, "auths")) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = { "docker.io", "ghcr.io", "localhost:5000" };
	struct arena a = ARENA_INIT;
	struct credentials_file f;
	err e = { 0 };

	if (credentials_file_parse("config.json", bytes_of(data, size), &a, &f, &e) < 0) {
		check_refusal(&e);
		arena_done(&a);
		return 0;
	}
	for (size_t i = 0; i < 3; i++) {
		struct credential c = { 0 };

		must(bytes_find(credentials_file_helper(&f, hosts[i], &a), '/') ==
		     credentials_file_helper(&f, hosts[i], &a).n);
		if (credentials_file_find(&f, hosts[i], BYTES("team/shop"), &a, &c, &e) < 0) {
			check_refusal(&e);
			err_clear(&e); /* checked */
		}
	}
	check_edits(&f, &a);
	arena_done(&a);
	return 0;
}
