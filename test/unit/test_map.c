/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "unit.h"

#include <inttypes.h>

/* Expected values: `openssl mac -macopt hexkey:000102..0f -macopt size:8 -macopt c-rounds:1
 * -macopt d-rounds:3 SIPHASH` over the first n of the octets 00, 01, 02... */
static void hash_is_siphash_1_3(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		uint8_t hash[8];
	} known[] = {
		{ 0, { 0xdc, 0xc4, 0x0f, 0x05, 0x58, 0x01, 0xac, 0xab } },
		{ 7, { 0x40, 0x11, 0xb1, 0x9b, 0x98, 0x7d, 0x92, 0xd3 } },
		{ 8, { 0x8e, 0x9a, 0x29, 0x8d, 0x11, 0x95, 0x90, 0x36 } },
		{ 15, { 0x56, 0x99, 0x51, 0x2a, 0x6d, 0xd8, 0x20, 0xd3 } },
		{ 63, { 0xa8, 0xb3, 0xbb, 0xb7, 0x62, 0x90, 0x19, 0x9d } },
	};
	uint8_t count[64];

	for (uint8_t i = 0; i < sizeof(count); i++)
		count[i] = i;
	hash_set_key(count);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bytes expected = bytes_of(known[i].hash, 8);
		uint64_t v = 0;

		assert_true(bytes_take_le64(&expected, &v));
		assert_true(hash_bytes(bytes_of(count, known[i].n)) == v);
	}
}

static void keeps_what_is_put(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct map m;
	int one, two;

	map_init(&m, &a);
	assert_null(map_get(&m, BYTES("a")));
	*map_put(&m, BYTES("a")) = &one;
	*map_put(&m, BYTES("")) = &two;
	assert_ptr_equal(map_get(&m, BYTES("a")), &one);
	assert_ptr_equal(map_get(&m, bytes_of(NULL, 0)), &two);
	assert_null(map_get(&m, BYTES("a\0")));
	assert_null(*map_put(&m, BYTES("a\0")));
	assert_int_equal(m.len, 3);
	*map_put(&m, BYTES("a")) = &two;
	assert_int_equal(m.len, 3);
	assert_ptr_equal(map_get(&m, BYTES("a")), &two);
	arena_done(&a);
}

static void grows_in_order(void **state)
{
	(void)state;
	enum { COUNT = 20000 };
	struct arena a = ARENA_INIT;
	struct map m;

	map_init(&m, &a);
	for (uintptr_t i = 1; i <= COUNT; i++) {
		void **value = map_put(&m, bytes_str(arena_printf(&a, "key %" PRIuPTR, i)));

		assert_null(*value);
		*value = (void *)i;
	}
	assert_int_equal(m.len, COUNT);
	for (uintptr_t i = 1; i <= COUNT; i++) {
		const char *key = arena_printf(&a, "key %" PRIuPTR, i);

		assert_ptr_equal(map_get(&m, bytes_str(key)), (void *)i);
		assert_bytes(m.items[i - 1].key, key);
	}
	assert_null(map_get(&m, BYTES("key 0")));
	assert_null(map_get(&m, BYTES("key 20001")));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_siphash_1_3),
		cmocka_unit_test(keeps_what_is_put),
		cmocka_unit_test(grows_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
