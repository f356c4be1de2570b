/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rule.h"

const struct rule *rule_at(size_t number)
{
	for (const struct rule_family *const *f = rule_families; *f; number -= (*f++)->len)
		if (number < (*f)->len)
			return &(*f)->rules[number];
	return NULL;
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

const struct rule *rule_find(bytes id)
{
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r))
		if (bytes_equal_nocase(bytes_str(r->id), id))
			return r;
	return NULL;
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
				if (name.n > 0 && bytes_equal_nocase(name, id))
					return true;
		}
	return false;
}

const char *rule_fix_name(enum rule_fix fix)
{
	static const char *const names[] = { "none", "safe", "review", "input" };

	return names[fix];
}
