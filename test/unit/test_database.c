/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/database.h"

#include "unit.h"
#include "vuln/record.h"

#include <sys/stat.h>

static char path[64];

static bytes *words(struct arena *a, struct word_list *list, const char *text)
{
	bytes rest = bytes_str(text), word;

	while (bytes_take_until(&rest, ' ', &word))
		*ARENA_PUSH(a, list) = word;
	return list->items;
}

static void add(const struct feed_sink *sink, struct arena *a, const char *space,
                const char *package, const char *id, const char *to)
{
	struct advisory v = { .space = bytes_str(space),
		                  .package = bytes_str(package),
		                  .id = bytes_str(id),
		                  .source = BYTES("debian"),
		                  .status = *to ? ADVISORY_FIXED : ADVISORY_AFFECTED,
		                  .severity = SEVERITY_LOW };
	err e = { 0 };

	*ARENA_PUSH(a, &v.ranges) = (struct version_interval){ .to = bytes_str(to) };
	words(a, &v.fixes, to);
	assert_int_equal(sink->advisory(sink->ctx, &v, &e), 0);
}

static void build(struct arena *a, bool other_order)
{
	struct database_builder *b = builder_new();
	struct feed_sink sink = builder_sink(b);
	struct database_feed *f = builder_feed(b, FEED_DEBIAN, BYTES("tracker.json"));
	struct vulnerability v = { .id = BYTES("CVE-2024-0001"),
		                       .title = BYTES("first"),
		                       .modified = BYTES("2024-05-06T07:08:09Z"),
		                       .epss = UINT32_MAX };
	struct end_of_life x = { BYTES("debian"), BYTES("12"), BYTES("2026-06-10"), BYTES("") };
	err e = { 0 };

	f->documents = 1;
	if (other_order)
		add(&sink, a, "debian 12", "openssl", "CVE-2024-0002", "3.0.9-2");
	add(&sink, a, "debian 12", "openssl", "CVE-2024-0001", "3.0.9-1");
	if (!other_order)
		add(&sink, a, "debian 12", "openssl", "CVE-2024-0002", "3.0.9-2");
	add(&sink, a, "debian 12", "openssl", "CVE-2024-0001", "3.0.9-1");
	add(&sink, a, "alpine 3.19", "musl", "CVE-2024-0003", "");
	assert_int_equal(sink.vulnerability(sink.ctx, &v, &e), 0);
	(void)builder_feed(b, FEED_NVD, BYTES("nvd"));
	v = (struct vulnerability){ .id = v.id, .title = BYTES("second"), .epss = 12345 };
	words(a, &v.aliases, "GHSA-aaaa-bbbb-cccc");
	*ARENA_PUSH(a, &v.scores) = (struct vulnerability_score){ .source = BYTES("nvd"),
		                                                      .v3_score = 98 };
	assert_int_equal(sink.vulnerability(sink.ctx, &v, &e), 0);
	assert_int_equal(sink.end_of_life(sink.ctx, &x, &e), 0);
	assert_int_equal(builder_write(b, path, 1700000000, &e), 0);
	builder_free(b);
}

static void gives_back_what_was_put_in(void **state)
{
	struct arena a = ARENA_INIT;
	const bytes ids[] = { BYTES("CVE-2024-0001"), BYTES("CVE-2024-9999") };
	struct vulnerability *known[2];
	struct advisory first, second;
	bytes list;
	struct end_of_life x;
	struct database *db;
	err e = { 0 };

	(void)state;
	build(&a, false);
	assert_int_equal(database_open(path, &db, &e), 0);
	assert_int_equal(database_advisories(db, BYTES("debian 12"), BYTES("openssl"), &list, &e), 0);
	assert_true(advisory_unpack(&list, &a, &first) && advisory_unpack(&list, &a, &second));
	assert_int_equal(list.n, 0); /* the same advisory twice is one */
	assert_bytes(first.id, "CVE-2024-0001");
	assert_bytes(first.ranges.items[0].to, "3.0.9-1");
	assert_bytes(first.fixes.items[0], "3.0.9-1");
	assert_int_equal(first.status, ADVISORY_FIXED);
	assert_int_equal(database_advisories(db, BYTES("debian 11"), BYTES("openssl"), &list, &e), 0);
	assert_int_equal(list.n, 0);
	assert_true(database_covers(db, BYTES("debian 12")) &&
	            database_covers(db, BYTES("alpine 3.19")));
	assert_false(database_covers(db, BYTES("debian 11")) || database_covers(db, BYTES("")));
	assert_int_equal(database_vulnerabilities(db, ids, 2, false, &a, known, &e), 0);
	assert_bytes(known[0]->title, "");
	assert_null(known[1]);
	assert_int_equal(database_vulnerabilities(db, ids, 2, true, &a, known, &e), 0);
	assert_bytes(known[0]->title, "first");
	assert_bytes(known[0]->aliases.items[0], "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(known[0]->scores.items[0].v3_score, 98);
	assert_int_equal(known[0]->epss, 12345);
	assert_null(known[1]);
	assert_int_equal(database_end_of_life(db, BYTES("debian"), BYTES("12"), &a, &x, &e), 1);
	assert_bytes(x.date, "2026-06-10");
	assert_int_equal(database_info(db)->feeds.len, 2);
	assert_bytes(database_info(db)->feeds.items[0].newest, "2024-05-06");
	assert_int_equal(database_info(db)->feeds.items[0].advisories, 4);
	assert_int_equal(database_info(db)->built, 1700000000);
	database_close(db);
	arena_done(&a);
}

static void order_of_advisories_does_not_matter(void **state)
{
	struct arena a = ARENA_INIT;
	struct database *db;
	digest one, two;
	err e = { 0 };

	(void)state;
	build(&a, false);
	assert_int_equal(database_open(path, &db, &e), 0);
	one = database_digest(db);
	database_close(db);
	build(&a, true);
	assert_int_equal(database_open(path, &db, &e), 0);
	two = database_digest(db);
	database_close(db);
	assert_true(digest_equal(&one, &two));
	arena_done(&a);
}

static void half_a_record_is_refused(void **state)
{
	struct arena a = ARENA_INIT;
	struct vulnerability v = { .id = BYTES("CVE-1"), .title = BYTES("t") }, out;
	buf whole = BUF_INIT(4096);

	(void)state;
	words(&a, &v.references, "a b c");
	vulnerability_pack(&v, &whole);
	for (size_t n = 0; n < whole.n; n++) {
		bytes in = bytes_slice(buf_bytes(&whole), 0, n);

		assert_false(vulnerability_unpack(&in, &a, &out));
	}
	bytes in = buf_bytes(&whole);

	assert_true(vulnerability_unpack(&in, &a, &out) && in.n == 0);
	buf_done(&whole);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put_in),
		cmocka_unit_test(order_of_advisories_does_not_matter),
		cmocka_unit_test(half_a_record_is_refused),
	};
	char folder[] = "/tmp/oakum-database-XXXXXX";

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/db", folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	(void)unlink(path);
	(void)rmdir(folder);
	return failed;
}
