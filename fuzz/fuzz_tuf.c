/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata files of TUF, the first octet says of which role; and their canonical form, which is the
 * same when it is read and written again (it need not be JSON: it escapes no controls). */
#include "base/limits.h"
#include "fmt/json_canonical.h"
#include "trust/public_good.h"
#include "trust/tuf.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool try_file(bytes in, enum tuf_role role)
{
	static const char *const names[] = { "snapshot.json", "targets.json", "trusted_root.json" };
	struct tuf_file *f;
	struct tuf_meta meta;
	err e = { 0 };

	if (tuf_file_read(in, role, &f, &e) < 0) {
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
		return false;
	}
	(void)tuf_file_signed(f, f, &e);
	err_clear(&e);
	(void)tuf_file_not_before(f, f, &e);
	err_clear(&e);
	for (size_t i = 0; i < 3; i++) {
		if (tuf_file_meta(f, names[i], &meta, &e) == 0 && meta.there)
			(void)tuf_meta_fits(&meta, in);
		err_clear(&e);
	}
	(void)tuf_file_consistent(f);
	tuf_file_free(f);
	return true;
}

/* October 2026: the root holds still, the timestamp of August no longer. */
#define OCTOBER 1790812800

/* The walk from a root that is believed refuses it, wherever it comes. */
static void try_walk(bytes in)
{
	const bytes root = { (const uint8_t *)trust_public_tuf, trust_public_tuf_len };
	bytes kept[TUF_PARTS] = { { 0 } };
	struct tuf_wish wish;
	struct tuf *t;
	bool keep;
	err e = { 0 };

	kept[TUF_PART_TIMESTAMP] = kept[TUF_PART_SNAPSHOT] = kept[TUF_PART_ROOT] = in;
	must(tuf_new(root, kept, OCTOBER, &t, &e) == 0);
	must(tuf_wants(t, &wish) && wish.may_be_absent);
	must(tuf_take(t, &in, &keep, &e) < 0);
	tuf_free(t);
	err_clear(&e);
	must(tuf_new(root, kept, OCTOBER, &t, &e) == 0 && tuf_take(t, NULL, &keep, &e) == 0);
	must(tuf_take(t, &in, &keep, &e) < 0);
	tuf_free(t);
}

static void try_form(bytes in, struct arena *a)
{
	buf once = BUF_INIT(LIMIT_TUF_FILE), again = BUF_INIT(LIMIT_TUF_FILE);
	struct json_doc doc, second;
	err e = { 0 };

	if (json_parse(in, a, &doc, &e) == 0 && json_canonical(json_root(&doc), a, &once, &e) == 0 &&
	    json_parse(buf_bytes(&once), a, &second, &e) == 0) {
		must(json_canonical(json_root(&second), a, &again, &e) == 0);
		must(bytes_equal(buf_bytes(&once), buf_bytes(&again)));
	}
	buf_done(&once);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes in = bytes_of(data, size);
	uint8_t role;

	if (bytes_take_u8(&in, &role)) {
		if (try_file(in, (enum tuf_role)(role % TUF_ROLES)))
			try_walk(in);
		try_form(in, &a);
	}
	arena_done(&a);
	return 0;
}
