/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/policy_kyverno.h"

#include "base/text.h"

static bool is_path(bytes path)
{
	for (size_t i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') && c != '_' &&
		    c != '.')
			return false;
	}
	return path.n > 0;
}

/* take_braces(text, out): what stands between "{{" and "}}" around all of it. */
static bool take_braces(bytes text, bytes *out)
{
	*out = bytes_trim(text);
	if (!bytes_take_prefix(out, BYTES("{{")) || !bytes_ends(*out, BYTES("}}")))
		return false;
	out->n -= 2;
	*out = bytes_trim(*out);
	return true;
}

/* "regex_match('^x$', '{{ builder.id }}')", the one function whose use for provenance is taught. */
static bool take_match(bytes call, bytes *out_pattern, bytes *out_path)
{
	bytes quoted;

	if (!bytes_take_prefix(&call, BYTES("regex_match(")) || !bytes_ends(call, BYTES(")")))
		return false;
	call.n--;
	call = bytes_trim(call);
	if (!bytes_take_prefix(&call, BYTES("'")) || !bytes_take_until(&call, '\'', out_pattern))
		return false;
	call = bytes_trim(call);
	if (!bytes_take_prefix(&call, BYTES(",")))
		return false;
	quoted = bytes_trim(call);
	if (!bytes_take_prefix(&quoted, BYTES("'")) || !bytes_ends(quoted, BYTES("'")))
		return false;
	quoted.n--;
	return take_braces(quoted, out_path);
}

static int read_match(struct policy_reader *r, const struct yaml_node *v, bytes pattern,
                      struct policy_test *test)
{
	const struct yaml_node *value = yaml_get(v, "value");
	bool is = false;

	if (test->operator!= VALUE_IS || !yaml_bool(value, &is) || !is)
		return policy_fault(r, v, "of regex_match only that it is true is understood");
	test->operator= VALUE_MATCHES;
	return policy_pattern(r, yaml_get(v, "key"), pattern, &test->pattern);
}

static int read_values(struct policy_reader *r, const struct yaml_node *value,
                       struct policy_test *test)
{
	if (policy_globs(r, value, GLOB_KYVERNO, &test->globs) < 0)
		return -1;
	for (size_t i = 0; i < test->globs.len; i++)
		if (bytes_search(test->globs.items[i].text, BYTES("{{")) < test->globs.items[i].text.n)
			return policy_fault(r, value, "a value that is a variable is not understood");
	return 0;
}

static int read_condition(struct policy_reader *r, const struct yaml_node *v,
                          struct policy_test *test)
{
	static const char *const members[] = { "key", "operator", "value", "message", NULL };
	static const char *const operators[] = { "Equals",   "Equal",    "NotEquals", "NotEqual",
		                                     "In",       "AnyIn",    "AllIn",     "NotIn",
		                                     "AnyNotIn", "AllNotIn", NULL };
	static const enum value_operator means[] = {
		VALUE_IS,     VALUE_IS,     VALUE_IS_NOT,     VALUE_IS_NOT,     VALUE_ANY_IN,
		VALUE_ANY_IN, VALUE_ALL_IN, VALUE_ALL_NOT_IN, VALUE_ANY_NOT_IN, VALUE_ALL_NOT_IN
	};
	const struct yaml_node *at = yaml_get(v, "key"), *value = yaml_get(v, "value");
	bytes key = { 0 }, pattern = { 0 };
	unsigned operator= 0;

	if (policy_known(r, v, members) < 0 || policy_text(r, v, "key", &key) < 0 ||
	    policy_word(r, v, "operator", operators, &operator) < 0)
		return -1;
	if (!at || !value || !yaml_get(v, "operator"))
		return policy_fault(r, v, "a condition has 'key', 'operator' and 'value'");
	test->kind = TEST_VALUE;
	test->operator= means[operator];
	if (!take_braces(key, &test->path))
		return policy_fault(r, at, "a condition's key is one variable of the predicate");
	bool matches = take_match(test->path, &pattern, &test->path);

	if (!is_path(test->path))
		return policy_fault(r, at,
		                    "of JMESPath only members with dots between, and regex_match "
		                    "of one, are understood");
	if (bytes_starts(test->path, BYTES("request")))
		return policy_fault(r, at, "a variable that is none of the predicate");
	return matches ? read_match(r, v, pattern, test) : read_values(r, value, test);
}

static int read_list(struct policy_reader *r, const struct yaml_node *block, const char *name,
                     struct policy_tests *out)
{
	const struct yaml_node *v;

	if (!yaml_get(block, name))
		return 0;
	if (policy_list(r, block, name, &v) < 0)
		return -1;
	for (; v; v = v->next)
		if (read_condition(r, yaml_real(v), ARENA_PUSH(r->arena, out)) < 0)
			return -1;
	return 0;
}

/* Blocks of which all must hold. */
int policy_kyverno_conditions(struct policy_reader *r, const struct yaml_node *owner,
                              struct policy_conditions *out)
{
	static const char *const members[] = { "any", "all", NULL };
	const struct yaml_node *block;

	if (!yaml_get(owner, "conditions"))
		return 0;
	if (policy_list(r, owner, "conditions", &block) < 0)
		return -1;
	for (; block; block = block->next) {
		if (policy_known(r, yaml_real(block), members) < 0)
			return -1;
		if (yaml_get(block, "any") && out->any.len > 0)
			return policy_fault(r, block, "a second list of which any is enough is not understood");
		if (read_list(r, block, "any", &out->any) < 0 || read_list(r, block, "all", &out->all) < 0)
			return -1;
	}
	return 0;
}
