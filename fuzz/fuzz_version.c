/* SPDX-License-Identifier: Apache-2.0 */
/* The algebra of every ordering, on three versions divided by newlines: each equals itself, turned
 * pairs give turned answers, the order is transitive, keys say what comparing says, and validity is
 * the version's own. Maven's is not transitive (version.h). */
#include "version/version.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_pair(enum version_ordering o, bytes a, bytes b, int *out)
{
	struct version_key x, y;
	int back = 0;

	must(version_compare(o, a, b, out) && *out >= -1 && *out <= 1);
	must(version_compare(o, b, a, &back) && back == -*out);
	if (!version_has_key(o))
		return;
	must(version_key(o, a, &x) && version_key(o, b, &y));
	int c = bytes_compare(version_key_bytes(&x), version_key_bytes(&y));

	must((c > 0) - (c < 0) == *out);
}

static void check(enum version_ordering o, const bytes *v)
{
	int c = 0, ab = 0, bc = 0, ac = 0;
	bool all = true;

	for (size_t i = 0; i < 3; i++) {
		bool valid = version_is_valid(o, v[i]);

		must(version_compare(o, v[i], v[i], &c) == valid && (!valid || c == 0));
		all = all && valid;
	}
	if (!all)
		return;
	check_pair(o, v[0], v[1], &ab);
	check_pair(o, v[1], v[2], &bc);
	check_pair(o, v[0], v[2], &ac);
	if (o != VERSION_MAVEN && ab == bc)
		must(ac == ab);
	if (o != VERSION_MAVEN && ab == 0)
		must(ac == bc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes rest = bytes_of(data, size), v[3] = { { NULL, 0 } };

	for (size_t i = 0; i < 3 && bytes_take_until(&rest, '\n', &v[i]); i++) {}
	for (int o = VERSION_DPKG; o <= VERSION_GO; o++)
		check((enum version_ordering)o, v);
	return 0;
}
