/* SPDX-License-Identifier: Apache-2.0 */
/* gen-secret-literals - run by the build: the literals of all rules, compiled for Vectorscan, as a
 * C array.
 *
 * Compiling takes a second and the compiler's library is large; the program links the runtime
 * alone. The database is made for the oldest processor that the runtime knows, because a database
 * made for a newer one is refused elsewhere. Each literal is in it twice: as it is, and as UTF-16
 * (little endian, as .NET keeps the strings of programs; without the last zero). */
#include "secret/rules.h"

#include <hs/hs_compile.h>
#include <hs/hs_runtime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITERAL_MOST 64
#define DATABASE_MOST 4096

struct literals {
	char texts[DATABASE_MOST][2 * LITERAL_MOST];
	const char *pointers[DATABASE_MOST];
	size_t lengths[DATABASE_MOST];
	unsigned flags[DATABASE_MOST], ids[DATABASE_MOST];
	unsigned len;
};

static void add(struct literals *all, size_t rule, size_t i, bool wide)
{
	const char *text = secret_rules[rule].literals[i];
	size_t n = strlen(text), step = wide ? 2 : 1;
	unsigned at = all->len++;

	if (n > LITERAL_MOST || at >= DATABASE_MOST) {
		fprintf(stderr, "too many literals, or too long: %s\n", text);
		exit(1);
	}
	for (size_t k = 0; k < n; k++)
		all->texts[at][k * step] = text[k];
	all->pointers[at] = all->texts[at];
	all->lengths[at] = step * n - (wide ? 1 : 0);
	all->flags[at] = secret_rules[rule].nocase ? HS_FLAG_CASELESS : 0;
	all->ids[at] = SECRET_LITERAL_ID(rule, i, wide);
}

static void put_array(const char *octets, size_t n)
{
	printf("/* made by tools/gen-secret-literals.c */\n#include \"secret/literals.h\"\n\n"
	       "const uint64_t secret_literals[] = {\n");
	for (size_t i = 0; i < n; i += 8) {
		unsigned char word[8] = { 0 };

		memcpy(word, octets + i, n - i < 8 ? n - i : 8);
		printf("0x%02x%02x%02x%02x%02x%02x%02x%02x,%s", word[7], word[6], word[5], word[4],
		       word[3], word[2], word[1], word[0], i / 8 % 6 == 5 ? "\n" : "");
	}
	printf("};\nconst size_t secret_literals_len = %zu;\n", n);
}

int main(void)
{
	static struct literals all;
	const hs_platform_info_t oldest = { .tune = HS_TUNE_FAMILY_GENERIC };
	hs_database_t *database;
	hs_compile_error_t *trouble;
	char *octets;
	size_t n;

	for (size_t rule = 0; rule < secret_rules_len; rule++)
		for (size_t i = 0; i < SECRET_LITERALS && secret_rules[rule].literals[i]; i++) {
			add(&all, rule, i, false);
			add(&all, rule, i, true);
		}
	if (hs_compile_lit_multi(all.pointers, all.flags, all.ids, all.lengths, all.len, HS_MODE_BLOCK,
	                         &oldest, &database, &trouble) != HS_SUCCESS) {
		fprintf(stderr, "literals: %s\n", trouble->message);
		return 1;
	}
	if (hs_serialize_database(database, &octets, &n) != HS_SUCCESS)
		return 1;
	put_array(octets, n);
	free(octets);
	hs_free_database(database);
	return 0;
}
