/* SPDX-License-Identifier: Apache-2.0 */
/* The search for secrets: whatever the text and however it is cut, findings lie in it, in order.
 * Every item that unpacks packs to the same octets. */
#include "base/limits.h"
#include "secret/inspector.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static size_t search(struct secret_scanner *s, bytes text, size_t part,
                     struct secret_finding *out, size_t most)
{
	size_t n;

	secret_scanner_begin(s);
	for (size_t at = 0; at < text.n; at += part)
		secret_scanner_add(s, bytes_slice(text, at, part));
	secret_scanner_end(s);
	const struct secret_finding *found = secret_scanner_findings(s, &n);

	must(n <= most);
	if (n > 0)
		memcpy(out, found, n * sizeof(*found));
	return n;
}

static void check_item(bytes item)
{
	struct secret_finding f;
	buf again = BUF_INIT(KIB);

	if (secret_finding_unpack(item, &f)) {
		secret_finding_pack(&f, &again);
		must(bytes_equal(buf_bytes(&again), item));
	}
	buf_done(&again);
}

static void check_findings(const struct secret_finding *f, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		must(f[i].start < f[i].end && f[i].end <= size);
		must(i == 0 || f[i - 1].start <= f[i].start);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct secret_finding whole[LIMIT_SECRETS_FILE], parts[LIMIT_SECRETS_FILE];
	err e = { 0 };
	struct secret_scanner *s = secret_scanner_new(&e);
	bytes text = bytes_of(data, size);

	must(s != NULL);
	size_t n = search(s, text, size + 1, whole, LIMIT_SECRETS_FILE);

	check_findings(whole, n, size);
	n = search(s, text, 7, parts, LIMIT_SECRETS_FILE);
	check_findings(parts, n, size);
	secret_scanner_free(s);
	check_item(text);
	return 0;
}
