/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rule.h"

#include "base/text.h"

const struct rule *rule_at(size_t number)
{
	for (const struct rule_family *const *f = rule_families; *f; number -= (*f++)->len)
		if (number < (*f)->len)
			return &(*f)->rules[number];
	return NULL;
}

size_t rule_count(void)
{
	size_t count = 0;

	for (const struct rule_family *const *f = rule_families; *f; f++)
		count += (*f)->len;
	return count;
}

size_t rule_number(const struct rule *r)
{
	size_t number = 0;

	for (const struct rule_family *const *f = rule_families; *f; number += (*f++)->len)
		if (r >= (*f)->rules && r < (*f)->rules + (*f)->len)
			return number + (size_t)(r - (*f)->rules);
	return number;
}

const struct rule *rule_next(const struct rule *r)
{
	return rule_at(r ? rule_number(r) + 1 : 0);
}

/* number_of(id, out): of Trivy's "KSV-0017", which once was "KSV017". */
static bool number_of(bytes id, bytes kind, uint64_t *out)
{
	if (!bytes_equal_nocase(bytes_slice(id, 0, kind.n), kind))
		return false;
	id = bytes_skip(id, kind.n);
	(void)bytes_take_prefix(&id, BYTES("-"));
	return text_take_u64(id, 10, 9999, out);
}

static bool is_same(bytes name, bytes id)
{
	static const bytes kinds[] = { BYTES_INIT("KSV"), BYTES_INIT("DS") };
	uint64_t one, other;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (number_of(name, kinds[i], &one) && number_of(id, kinds[i], &other))
			return one == other;
	return bytes_equal_nocase(name, id);
}

bool rule_is_called(const struct rule *r, bytes id)
{
	bytes refs = bytes_str(r->refs), part, word;

	if (bytes_equal_nocase(bytes_str(r->id), id))
		return true;
	(void)bytes_take_prefix(&id, BYTES("AVD-")); /* Trivy's older form of its own ids */
	while (bytes_take_until(&refs, ',', &part))
		while (bytes_take_until(&part, ' ', &word)) {
			bytes name;

			/* "kube-linter host-network/host-pid": the names of one tool. */
			while (bytes_take_until(&word, '/', &name))
				if (name.n > 0 && is_same(name, id))
					return true;
		}
	return false;
}

const char *rule_fix_name(enum rule_fix fix)
{
	static const char *const names[] = { "none", "safe", "review", "input" };

	return names[fix];
}
