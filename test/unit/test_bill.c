/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs whom in a bill: what is not in the image is left out; a package without files stands
 * for what it brings. */
#include "unit.h"

#include "flow/bill.h"

static struct arena arena;

/* Packages "a", "b", ... by their index; edges as pairs of letters, sorted. */
static void add_edges(struct facts *facts, const char *pairs)
{
	for (; *pairs; pairs += 2)
		*ARENA_PUSH(&arena, &facts->edges) =
			(struct package_edge){ (uint32_t)(pairs[0] - 'a'), (uint32_t)(pairs[1] - 'a') };
}

/* shown(kinds, pairs): the edges of the bill, as the same letters. Of kinds one letter a package:
 * '.' shown, 'm' a metapackage (no files), 'h' hidden, 'x' both. */
static const char *shown(const char *kinds, const char *pairs)
{
	static char out[64];
	const struct bill_options options = { .tool_version = "1" };
	struct bill bill = { 0 };
	size_t n = 0;

	for (const char *k = kinds; *k; k++)
		*ARENA_PUSH(&arena, &bill.facts.packages) = (struct package){
			.name = bytes_str(arena_printf(&arena, "%c", (char)('a' + (k - kinds)))),
			.hidden = *k == 'h' || *k == 'x',
			.assetless = *k == 'm' || *k == 'x',
		};
	add_edges(&bill.facts, pairs);
	bill.image.target.text = "image";
	bill_show(&bill, &options);
	for (size_t i = 0; i < bill.sbom.edges_len; i++) {
		const struct sbom_edge *edge = &bill.sbom.edges[i];

		out[n++] = (char)('a' + bill.shown[edge->from]);
		out[n++] = (char)('a' + bill.shown[edge->to]);
	}
	out[n] = '\0';
	arena_done(&bill.image.arena);
	arena_done(&arena);
	return out;
}

static void test_plain(void **state)
{
	(void)state;
	assert_string_equal(shown("...", "abacbc"), "abacbc");
	assert_string_equal(shown("...", ""), "");
	assert_string_equal(shown("..", "abba"), "abba");
}

static void test_pass_through(void **state)
{
	(void)state;
	assert_string_equal(shown(".m.", "abbc"), "ac");
	assert_string_equal(shown(".mm.", "abbccd"), "ad");         /* over two */
	assert_string_equal(shown(".mm.", "abacbdcd"), "ad");       /* two ways, one edge */
	assert_string_equal(shown(".m..", "abacbcbd"), "acad");     /* known already, too */
	assert_string_equal(shown(".mm.", "abbccbcd"), "ad");       /* a circle ends */
	assert_string_equal(shown(".m", "abba"), "");               /* nobody needs itself */
	assert_string_equal(shown("..m.", "acbccd"), "adbd");       /* each walk is its own */
}

static void test_hidden(void **state)
{
	(void)state;
	assert_string_equal(shown(".h.", "abbc"), ""); /* neither to it nor through it */
	assert_string_equal(shown(".x.", "abbc"), "");
	assert_string_equal(shown("h..", "abbc"), "bc"); /* and what is hidden needs nobody */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_pass_through),
		cmocka_unit_test(test_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
