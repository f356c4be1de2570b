/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through a TUF repository, made here, each time wrong in one thing (test/cli/trust.t
 * walks through Sigstore's own). What is signed here is written in canonical form by hand, so that
 * our own writer of it has to find the same octets. */
#include "trust/tuf.h"

#include "base/limits.h"
#include "base/text.h"
#include "catalog_fixture.h"
#include "crypto/key.h"
#include "trust/public_good.h"

#define NOW 1800000000 /* January 2027 */
#define LATER "2030-01-01T00:00:00Z"
#define EARLIER "2020-01-01T00:00:00Z"
#define KEYS 7

static struct arena arena;
static struct private_key *keys[KEYS]; /* the last one is Ed25519 */

struct repository {
	struct {
		const char *name;
		bytes content;
	} files[16];
	size_t len;
};

/* -- writing ----------------------------------------------------------------------------------- */

static char *hex_of(bytes b)
{
	buf hex = BUF_INIT(4096);

	text_hex(&hex, b);
	char *text = arena_str(&arena, buf_bytes(&hex));

	buf_done(&hex);
	return text;
}

/* Keys by their digits: "013". */
static char *key_of(char digit)
{
	const struct public_key *k = private_key_public(keys[digit - '0']);
	bool is_ed = public_key_kind(k) == KEY_ED25519;
	bytes pem = public_key_pem(k, &arena), der = public_key_der(k);
	const char *text = is_ed ? hex_of(bytes_skip(der, der.n - 32)) : arena_str(&arena, pem);

	return arena_printf(&arena,
	                    "\"k%c\":{\"keytype\":\"%s\",\"keyval\":{\"public\":\"%s\"},"
	                    "\"scheme\":\"%s\"}",
	                    digit, is_ed ? "ed25519" : "ecdsa", text,
	                    is_ed ? "ed25519" : "ecdsa-sha2-nistp256");
}

static char *role_of(const char *name, const char *digits, unsigned threshold)
{
	const char *ids = "";

	for (const char *d = digits; *d; d++)
		ids = arena_printf(&arena, "%s%s\"k%c\"", ids, *ids ? "," : "", *d);
	return arena_printf(&arena, "\"%s\":{\"keyids\":[%s],\"threshold\":%u}", name, ids, threshold);
}

/* file_of(body, signers): the body's octets are what is signed; in the file its lines are escaped.
 */
static bytes file_of(const char *body, const char *signers)
{
	const struct key_message m = { bytes_str(body), NULL };
	buf out = BUF_INIT(1 * MIB);

	buf_puts(&out, "{ \"signatures\": [");
	for (const char *s = signers; *s; s++) {
		struct private_key *k = keys[*s - '0'];
		bytes sig;
		err e = { 0 };

		assert_int_equal(private_key_sign(k, public_key_hash(private_key_public(k)), &m, &arena,
		                                  &sig, &e), 0);
		buf_printf(&out, "%s{\"keyid\":\"k%c\",\"sig\":\"%s\"}", s > signers ? ", " : "", *s,
		           hex_of(sig));
	}
	buf_puts(&out, "], \"signed\": ");
	for (const char *c = body; *c; c++)
		buf_puts(&out, *c == '\n' ? "\\n" : (char[]){ *c, '\0' });
	buf_puts(&out, " }\n");
	bytes file = arena_bytes(&arena, buf_bytes(&out));

	buf_done(&out);
	return file;
}

struct root_spec {
	unsigned version;
	const char *keys, *signers, *online, *expires; /* "": of the usual */
	unsigned threshold;
};

static bytes root_of(const struct root_spec *s)
{
	const char *all = "";

	for (char d = '0'; d < '0' + KEYS; d++)
		all = arena_printf(&arena, "%s%s%s", all, *all ? "," : "", key_of(d));
	const char *body = arena_printf(
		&arena,
		"{\"_type\":\"root\",\"consistent_snapshot\":true,\"expires\":\"%s\",\"keys\":{%s},"
		"\"roles\":{%s,%s,%s,%s},\"spec_version\":\"1.0\",\"version\":%u}",
		s->expires ? s->expires : LATER, all, role_of("root", s->keys, s->threshold),
		role_of("snapshot", s->online, 1), role_of("targets", "5", 1),
		role_of("timestamp", s->online, 1), s->version);

	return file_of(body, s->signers);
}

static bytes timestamp_of(unsigned version, unsigned snapshot, const char *expires,
                          const char *signers)
{
	return file_of(arena_printf(&arena,
	                            "{\"_type\":\"timestamp\",\"expires\":\"%s\",\"meta\":{"
	                            "\"snapshot.json\":{\"version\":%u}},\"spec_version\":\"1.0\","
	                            "\"version\":%u}",
	                            expires, snapshot, version),
	               signers);
}

static bytes snapshot_of(unsigned version, unsigned targets, const char *expires,
                         const char *signers)
{
	return file_of(arena_printf(&arena,
	                            "{\"_type\":\"snapshot\",\"expires\":\"%s\",\"meta\":{"
	                            "\"targets.json\":{\"version\":%u}},\"spec_version\":\"1.0\","
	                            "\"version\":%u}",
	                            expires, targets, version),
	               signers);
}

static const char *good_digest(void)
{
	const digest d =
		digest_of(DIGEST_SHA256, bytes_of(trust_public_good, trust_public_good_len));

	return hex_of(bytes_of(d.value, digest_size(&d)));
}

static bytes targets_of(unsigned version, const char *expires, size_t length, const char *signers)
{
	return file_of(arena_printf(&arena,
	                            "{\"_type\":\"targets\",\"expires\":\"%s\",\"spec_version\":"
	                            "\"1.0\",\"targets\":{\"trusted_root.json\":{\"hashes\":{"
	                            "\"sha256\":\"%s\"},\"length\":%zu}},\"version\":%u}",
	                            expires, good_digest(), length, version),
	               signers);
}

/* -- a repository ------------------------------------------------------------------------------ */

/* put(r, name, content): in place of what is there; empty content takes it away. */
static void put(struct repository *r, const char *name, bytes content)
{
	size_t i = 0;

	while (i < r->len && strcmp(r->files[i].name, name) != 0)
		i++;
	if (i == r->len)
		r->files[r->len++].name = name;
	r->files[i].content = content;
}

static const struct root_spec first = { 1, "012", "01", "4", NULL, 2 };
static const struct root_spec second = { 2, "012", "02", "4", NULL, 2 };

/* All is well: timestamp 5, snapshot 4, targets 3. */
static struct repository good(void)
{
	struct repository r = { .len = 0 };

	put(&r, "timestamp.json", timestamp_of(5, 4, LATER, "4"));
	put(&r, "4.snapshot.json", snapshot_of(4, 3, LATER, "4"));
	put(&r, "3.targets.json", targets_of(3, LATER, trust_public_good_len, "5"));
	put(&r, arena_printf(&arena, "targets/%s.trusted_root.json", good_digest()),
	    bytes_of(trust_public_good, trust_public_good_len));
	return r;
}

static int walk(const struct repository *r, bytes pinned, bytes kept[TUF_PARTS], int64_t now,
                err *e)
{
	bytes came[TUF_PARTS] = { { 0 } };
	struct tuf_wish wish;
	struct tuf *t;

	if (tuf_new(pinned, kept, now, &t, e) < 0)
		return -1;
	int status = 0;

	while (status == 0 && tuf_wants(t, &wish)) {
		const bytes *content = NULL;
		bool keep = false;
		enum tuf_part part = wish.part;

		for (size_t i = 0; i < r->len; i++)
			if (strcmp(r->files[i].name, wish.name) == 0 && r->files[i].content.n > 0)
				content = &r->files[i].content;
		status = tuf_take(t, content, &keep, e);
		if (keep)
			came[part] = *content;
	}
	for (size_t i = 0; i < TUF_PARTS && status == 0; i++)
		if (came[i].n > 0)
			kept[i] = came[i];
	tuf_free(t);
	return status;
}

/* refused(r, kept, words): by the walk from the first root, for this reason. */
static void refused(const struct repository *r, bytes kept[TUF_PARTS], enum err_kind kind,
                    const char *words)
{
	bytes none[TUF_PARTS] = { { 0 } };
	err e = { 0 };

	assert_int_equal(walk(r, root_of(&first), kept ? kept : none, NOW, &e), -1);
	if (!strstr(e.text, words))
		fail_msg("'%s' does not say '%s'", e.text, words);
	assert_failed(&e, kind);
}

static void holds(const struct repository *r, bytes kept[TUF_PARTS])
{
	bytes none[TUF_PARTS] = { { 0 } };
	err e = { 0 };

	if (walk(r, root_of(&first), kept ? kept : none, NOW, &e) < 0)
		fail_msg("%s", e.text);
}

/* -- tests ------------------------------------------------------------------------------------- */

static void what_holds_is_believed_and_kept(void **state)
{
	struct repository r = good();
	bytes kept[TUF_PARTS] = { { 0 } };

	(void)state;
	holds(&r, kept);
	assert_int_equal(kept[TUF_PART_ROOT].n, 0); /* the first is still the last */
	assert_true(bytes_equal(kept[TUF_PART_TRUSTED_ROOT],
	                        bytes_of(trust_public_good, trust_public_good_len)));
	assert_true(kept[TUF_PART_SNAPSHOT].n > 0 && kept[TUF_PART_SIGNING_CONFIG].n == 0);
	/* What is here is not asked for again. */
	r.len = 1;
	holds(&r, kept);
}

static void a_new_root_needs_both_roots_keys(void **state)
{
	struct repository r = good();
	bytes kept[TUF_PARTS] = { { 0 } };
	struct root_spec next = second;

	(void)state;
	put(&r, "2.root.json", root_of(&second));
	holds(&r, kept);
	assert_true(kept[TUF_PART_ROOT].n > 0);

	next.keys = "123"; /* key 0 left, key 3 came */
	next.signers = "12";
	put(&r, "2.root.json", root_of(&next));
	holds(&r, NULL);
	next.signers = "01"; /* only the old ones */
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "root 2 names for it");
	next.signers = "23"; /* only the new ones */
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "root 1 names for it");
	next.signers = "11"; /* one key, twice */
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "signed by 1 of the keys");
}

static void one_key_of_two_names_counts_once(void **state)
{
	struct repository r = good();

	(void)state;
	/* "k1" is the key of "k0" under another name. */
	const char *zero = key_of('0');
	const char *body = arena_printf(
		&arena,
		"{\"_type\":\"root\",\"consistent_snapshot\":true,\"expires\":\"" LATER "\",\"keys\":{%s,"
		"\"k1\":%s,%s,%s},\"roles\":{%s,%s,%s,%s},\"spec_version\":\"1.0\",\"version\":1}",
		zero, zero + strlen("\"k0\":"), key_of('4'), key_of('5'), role_of("root", "01", 2),
		role_of("snapshot", "4", 1), role_of("targets", "5", 1), role_of("timestamp", "4", 1));
	bytes file = file_of(body, "00"), none[TUF_PARTS] = { { 0 } };
	char *second_name = strstr((char *)(uintptr_t)file.p, "\"k0\",\"sig\"");
	err e = { 0 };

	second_name[2] = '1';
	assert_int_equal(walk(&r, file, none, NOW, &e), -1);
	assert_non_null(strstr(e.text, "signed by 1 of"));
	assert_failed(&e, ERR_UNTRUSTED);
}

static void roots_follow_each_other_one_by_one(void **state)
{
	struct repository r = good();
	struct root_spec next = second;
	bytes kept[TUF_PARTS] = { { 0 } };

	(void)state;
	next.version = 3; /* under the name of 2 */
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "root 3 came where 2 follows");
	next.version = 1;
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "root 1 came where 2 follows");
	/* Once 2 is kept, the walk begins there, and 1 is not asked for. */
	put(&r, "2.root.json", root_of(&second));
	holds(&r, kept);
	put(&r, "2.root.json", bytes_of(NULL, 0));
	holds(&r, kept);
	/* An expired one in between does no harm; as the last one it does. */
	next = second;
	next.expires = EARLIER;
	put(&r, "2.root.json", root_of(&next));
	refused(&r, NULL, ERR_UNTRUSTED, "root 2 has expired");
	next = second;
	next.version = 3;
	put(&r, "3.root.json", root_of(&next));
	holds(&r, NULL);
}

static void roots_without_end_are_refused(void **state)
{
	bytes none[TUF_PARTS] = { { 0 } };
	struct tuf *t;
	struct tuf_wish wish;
	bool keep;
	err e = { 0 };
	unsigned n = 1;

	(void)state;
	assert_int_equal(tuf_new(root_of(&first), none, NOW, &t, &e), 0);
	while (tuf_wants(t, &wish) && !err_is_set(&e)) {
		struct root_spec next = second;

		next.version = ++n;
		const bytes file = root_of(&next);

		(void)tuf_take(t, &file, &keep, &e);
	}
	tuf_free(t);
	assert_int_equal(n, LIMIT_TUF_ROOTS + 1);
	assert_failed(&e, ERR_LIMIT);
}

static void nothing_goes_back(void **state)
{
	struct repository r = good();
	bytes kept[TUF_PARTS] = { { 0 } };

	(void)state;
	holds(&r, kept);
	put(&r, "timestamp.json", timestamp_of(4, 4, LATER, "4"));
	refused(&r, kept, ERR_UNTRUSTED, "timestamp 4 came, 5 was here");
	put(&r, "timestamp.json", timestamp_of(6, 3, LATER, "4"));
	refused(&r, kept, ERR_UNTRUSTED, "'snapshot.json' was of version 4 and is of 3");
	put(&r, "timestamp.json", timestamp_of(6, 5, LATER, "4"));
	put(&r, "5.snapshot.json", snapshot_of(5, 2, LATER, "4"));
	refused(&r, kept, ERR_UNTRUSTED, "'targets.json' was of version 3 and is of 2");
	/* Who saw nothing before cannot know. */
	put(&r, "2.targets.json", targets_of(2, LATER, trust_public_good_len, "5"));
	holds(&r, NULL);
	/* A timestamp of the same version changes nothing, whatever it says. */
	put(&r, "timestamp.json", timestamp_of(5, 5, LATER, "4"));
	holds(&r, kept);
}

static void new_keys_end_what_the_old_ones_forged(void **state)
{
	struct repository r = good();
	bytes kept[TUF_PARTS] = { { 0 } };
	struct root_spec next = second;

	(void)state;
	put(&r, "timestamp.json", timestamp_of(1000000, 4, LATER, "4"));
	holds(&r, kept);
	next.online = "3"; /* key 4 is no longer believed */
	put(&r, "2.root.json", root_of(&next));
	put(&r, "timestamp.json", timestamp_of(6, 5, LATER, "3"));
	put(&r, "5.snapshot.json", snapshot_of(5, 3, LATER, "3"));
	holds(&r, kept);
	assert_true(kept[TUF_PART_ROOT].n > 0);
	/* The next walk begins with what is kept, not with the first root again. */
	put(&r, "2.root.json", bytes_of(NULL, 0));
	holds(&r, kept);
	refused(&r, NULL, ERR_UNTRUSTED, "timestamp 6: signed by 0");
}

static void what_has_expired_is_refused(void **state)
{
	struct repository r = good();
	bytes kept[TUF_PARTS] = { { 0 } };
	err e = { 0 };

	(void)state;
	holds(&r, kept);
	/* Held back for years: the same files, a later clock (1 January 2030). */
	assert_int_equal(walk(&r, root_of(&first), kept, 1893456000, &e), -1);
	assert_non_null(strstr(e.text, "root 1 has expired on 2030-01-01"));
	assert_failed(&e, ERR_UNTRUSTED);
	put(&r, "timestamp.json", timestamp_of(5, 4, EARLIER, "4"));
	refused(&r, NULL, ERR_UNTRUSTED, "timestamp 5 has expired on 2020-01-01");
	r = good();
	put(&r, "4.snapshot.json", snapshot_of(4, 3, EARLIER, "4"));
	refused(&r, NULL, ERR_UNTRUSTED, "snapshot 4 has expired");
	r = good();
	put(&r, "3.targets.json", targets_of(3, EARLIER, trust_public_good_len, "5"));
	refused(&r, NULL, ERR_UNTRUSTED, "targets 3 has expired");
}

static void who_may_not_sign_is_refused(void **state)
{
	struct repository r = good();

	(void)state;
	put(&r, "timestamp.json", timestamp_of(5, 4, LATER, "5"));
	refused(&r, NULL, ERR_UNTRUSTED, "timestamp 5: signed by 0");
	r = good();
	put(&r, "4.snapshot.json", snapshot_of(4, 3, LATER, "5"));
	refused(&r, NULL, ERR_UNTRUSTED, "snapshot 4: signed by 0");
	r = good();
	put(&r, "3.targets.json", targets_of(3, LATER, trust_public_good_len, "4"));
	refused(&r, NULL, ERR_UNTRUSTED, "targets 3: signed by 0");
	r = good();
	bytes file = timestamp_of(5, 4, LATER, "4");

	((uint8_t *)(uintptr_t)file.p)[file.n - 5]++; /* its version, after it was signed */
	put(&r, "timestamp.json", file);
	refused(&r, NULL, ERR_UNTRUSTED, "signed by 0");
}

static void another_file_than_listed_is_refused(void **state)
{
	struct repository r = good();
	const char *name = arena_printf(&arena, "targets/%s.trusted_root.json", good_digest());
	bytes other = arena_bytes(&arena, bytes_of(trust_public_good, trust_public_good_len));

	(void)state;
	((uint8_t *)(uintptr_t)other.p)[0] ^= 1;
	put(&r, name, other);
	refused(&r, NULL, ERR_UNTRUSTED, "'trusted_root.json': its digest or its length");
	r = good();
	put(&r, "3.targets.json", targets_of(3, LATER, trust_public_good_len + 1, "5"));
	refused(&r, NULL, ERR_UNTRUSTED, "'trusted_root.json': its digest or its length");
	r = good();
	put(&r, "4.snapshot.json", snapshot_of(5, 3, LATER, "4"));
	refused(&r, NULL, ERR_UNTRUSTED, "snapshot of version 5 came, not 4");
	r = good();
	put(&r, "3.targets.json", bytes_of(NULL, 0));
	refused(&r, NULL, ERR_FORMAT, "has no '3.targets.json'");
	put(&r, "3.targets.json", r.files[0].content);
	refused(&r, NULL, ERR_FORMAT, "\"_type\" is not 'targets'");
}

static void an_ed25519_key_signs_too(void **state)
{
	struct repository r = good();
	bytes root = root_of(&(struct root_spec){ 1, "06", "06", "4", NULL, 2 });
	bytes none[TUF_PARTS] = { { 0 } };
	err e = { 0 };

	(void)state;
	assert_int_equal(walk(&r, root, none, NOW, &e), 0);
}

static void no_part_can_be_changed(void **state)
{
	struct repository r = good();
	bytes file = r.files[1].content;

	(void)state;
	/* Every octet of the snapshot in turn: refused, or it did not matter (white space, a name). */
	for (size_t i = 0; i < file.n; i++) {
		bytes copy = arena_bytes(&arena, file), none[TUF_PARTS] = { { 0 } };
		err e = { 0 };

		((uint8_t *)(uintptr_t)copy.p)[i] ^= 1;
		put(&r, "4.snapshot.json", copy);
		bool is_signed = i >= bytes_search(file, BYTES("\"signed\"")) && i < file.n - 2 &&
		                 copy.p[i] != ' ' && file.p[i] != ' ';

		if (walk(&r, root_of(&first), none, NOW, &e) == 0 && is_signed)
			fail_msg("octet %zu was changed and nobody saw it", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_is_believed_and_kept),
		cmocka_unit_test(a_new_root_needs_both_roots_keys),
		cmocka_unit_test(one_key_of_two_names_counts_once),
		cmocka_unit_test(roots_follow_each_other_one_by_one),
		cmocka_unit_test(roots_without_end_are_refused),
		cmocka_unit_test(nothing_goes_back),
		cmocka_unit_test(new_keys_end_what_the_old_ones_forged),
		cmocka_unit_test(what_has_expired_is_refused),
		cmocka_unit_test(who_may_not_sign_is_refused),
		cmocka_unit_test(another_file_than_listed_is_refused),
		cmocka_unit_test(an_ed25519_key_signs_too),
		cmocka_unit_test(no_part_can_be_changed),
	};
	err e = { 0 };

	for (size_t i = 0; i < KEYS; i++)
		if (private_key_new(i + 1 < KEYS ? KEY_P256 : KEY_ED25519, &keys[i], &e) < 0)
			return 1;
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	for (size_t i = 0; i < KEYS; i++)
		private_key_free(keys[i]);
	arena_done(&arena);
	return failures;
}
