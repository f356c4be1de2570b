/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

enum { SENSE_MISSINGOK = 1 << 19, SENSE_RPMLIB = 1 << 24 };

/* The words of a rich requirement: "(", ")", an operator, a name, a comparison, a version. */
static bool take_word(bytes *rest, bytes *out)
{
	*rest = bytes_trim(*rest);
	return bytes_take_until(rest, ' ', out);
}

static bool is_comparison(bytes word)
{
	return word.n > 0 && (word.p[0] == '<' || word.p[0] == '=' || word.p[0] == '>');
}

/* is_plain(text): "a or b", "a and b >= 2 with c". A name may hold a pair of brackets of its own
 * ("libz.so.1()(64bit)"), but no word begins with one. */
static bool is_plain(bytes text)
{
	static const char *const conditional[] = { "if", "else", "unless", "without" };
	bytes word;

	while (take_word(&text, &word)) {
		if (bytes_starts(word, BYTES("(")))
			return false;
		for (size_t i = 0; i < sizeof(conditional) / sizeof(*conditional); i++)
			if (bytes_is(word, conditional[i]))
				return false;
	}
	return true;
}

/* All operators on one level are the same one, as rpm demands. */
static void add_rich(struct relations_writer *w, bytes text)
{
	enum relation relation = RELATION_NEEDS;
	bytes word;

	text = bytes_slice(text, 1, text.n > 2 ? text.n - 2 : 0);
	if (!is_plain(text))
		return;
	while (take_word(&text, &word)) {
		if (is_comparison(word))
			(void)take_word(&text, &word); /* the version that it compares with */
		else if (bytes_is(word, "or"))
			relation = RELATION_OR;
		else if (bytes_is(word, "and") || bytes_is(word, "with"))
			relation = RELATION_NEEDS;
		else
			relations_add(w, relation, word);
	}
}

void rpm_relations(const struct rpm_package *p, struct relations_writer *w)
{
	bytes names = p->provides.octets, flags = p->require_flags.octets, name;

	for (uint32_t i = 0; i < p->provides.count && bytes_take_until(&names, '\0', &name); i++)
		relations_add(w, RELATION_PROVIDES, name);
	names = p->requires.octets;
	for (uint32_t i = 0; i < p->requires.count && bytes_take_until(&names, '\0', &name); i++) {
		uint32_t sense = 0;

		if (i < p->require_flags.count)
			(void)bytes_take_be32(&flags, &sense); /* none left: none said */
		if (sense & (SENSE_RPMLIB | SENSE_MISSINGOK))
			continue;
		if (bytes_starts(name, BYTES("(")))
			add_rich(w, name);
		else
			relations_add(w, RELATION_NEEDS, name);
	}
}
