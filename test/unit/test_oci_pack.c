/* SPDX-License-Identifier: Apache-2.0 */
#include "oci_samples.h"

static void packed_documents_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct arena first = ARENA_INIT, second = ARENA_INIT;
		buf b = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
		union any v, back;
		err e = { 0 };

		assert_int_equal(parse(samples[i].kind, samples[i].text, &first, &v, &e), 0);
		pack(samples[i].kind, &v, &b);
		arena_done(&first);
		assert_int_equal(unpack(samples[i].kind, buf_bytes(&b), &second, &back, &e), 0);
		memset(b.p, 0xff, b.n); /* the result must not lean on its input */
		check_sample(i, &back);
		pack(samples[i].kind, &back, &again);
		assert_int_equal(again.n, b.n);
		buf_done(&b);
		buf_done(&again);
		arena_done(&second);
	}
}

/* Whatever stands on the pipe is refused, or is a document that packs to the very same octets. */
static void check_hostile(enum kind kind, bytes in)
{
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(1 << 20);
	union any v;
	err e = { 0 };

	if (unpack(kind, in, &a, &v, &e) < 0) {
		assert_failed(&e, ERR_BUG);
	} else {
		pack(kind, &v, &b);
		assert_true(bytes_equal(buf_bytes(&b), in));
	}
	buf_done(&b);
	arena_done(&a);
}

static void corrupted_packs_are_refused_or_valid(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct arena a = ARENA_INIT;
		buf b = BUF_INIT(1 << 20);
		union any v;
		err e = { 0 };

		assert_int_equal(parse(samples[i].kind, samples[i].text, &a, &v, &e), 0);
		pack(samples[i].kind, &v, &b);
		for (size_t n = 0; n < b.n; n++) {
			assert_int_equal(unpack(samples[i].kind, bytes_of(b.p, n), &a, &v, &e), -1);
			assert_failed(&e, ERR_BUG);
			for (size_t f = 0; f < sizeof(flips); f++) {
				b.p[n] ^= flips[f];
				check_hostile(samples[i].kind, buf_bytes(&b));
				b.p[n] ^= flips[f];
			}
		}
		buf_putc(&b, 0);
		assert_int_equal(unpack(samples[i].kind, buf_bytes(&b), &a, &v, &e), -1);
		assert_failed(&e, ERR_BUG);
		buf_done(&b);
		arena_done(&a);
	}
}

/* A worker that was taken over may leave out what a parser never does: a blob without a digest
 * would be any blob. */
static void a_pack_without_digests_is_refused(void **state)
{
	static const size_t which[] = { 0, 1, 1, 1, 1, 2 }; /* of samples */

	(void)state;
	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		struct arena a = ARENA_INIT;
		buf b = BUF_INIT(1 << 20);
		enum kind kind = samples[which[i]].kind;
		union any v, back;
		err e = { 0 };

		assert_int_equal(parse(kind, samples[which[i]].text, &a, &v, &e), 0);
		switch (i) {
		case 0: v.index.manifests.items[1].digest = (digest){ 0 }; break;
		case 1: v.manifest.config.digest = (digest){ 0 }; break;
		case 2: v.manifest.layers.items[0].digest = (digest){ 0 }; break;
		case 3: v.manifest.subject = (digest){ 0 }; break;
		case 4: v.manifest.has_subject = false; break;
		case 5: v.config.diff_ids.items[0] = (digest){ 0 }; break;
		}
		pack(kind, &v, &b);
		assert_int_equal(unpack(kind, buf_bytes(&b), &a, &back, &e), -1);
		assert_failed(&e, ERR_BUG);
		buf_done(&b);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_documents_come_back),
		cmocka_unit_test(corrupted_packs_are_refused_or_valid),
		cmocka_unit_test(a_pack_without_digests_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
