/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "confine/syscalls.h"
#include "fmt/json.h"
#include "runtime/learn.h"

/* The default profile allows it, perhaps upon a condition. */
static bool is_allowed(bytes call)
{
	for (const struct syscalls_number *n = syscalls_numbers; n->name; n++)
		if (bytes_is(call, n->name))
			return true;
	return false;
}

static bool is_conditional(bytes call)
{
	for (const struct syscalls_condition *c = syscalls_conditions; c->name; c++)
		if (bytes_is(call, c->name))
			return true;
	return false;
}

/* Conditions are those of the default profile, whatever the file says: of others nothing would be
 * left. */
static int take_call(json entry, bytes call, struct arena *a, struct strings *out, err *e)
{
	if (!is_allowed(call))
		return err_set(e, ERR_UNTRUSTED, 0, "it allows '%s', which the default profile refuses",
		               SHOW(call));
	if (json_count(json_get(entry, "args")) > 0 && !is_conditional(call))
		return err_set(e, ERR_FORMAT, 0, "it has conditions of its own on '%s'", SHOW(call));
	*ARENA_PUSH(a, out) = call;
	return 0;
}

static int take_entry(json entry, struct arena *a, struct strings *out, err *e)
{
	bytes action = json_bytes(json_get(entry, "action"), a);
	json names = json_get(entry, "names");

	if (json_count(json_get(entry, "includes")) + json_count(json_get(entry, "excludes")) > 0)
		return err_set(e, ERR_FORMAT, 0, "it holds cases (includes, excludes)");
	if (bytes_is(action, "SCMP_ACT_ERRNO"))
		return 0; /* as everything that is not named */
	if (!bytes_is(action, "SCMP_ACT_ALLOW"))
		return err_set(e, ERR_FORMAT, 0, "it has an action '%s'", SHOW(action));
	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v))
		if (take_call(entry, json_bytes(v, a), a, out, e) < 0)
			return -1;
	return 0;
}

int learn_read(bytes text, struct arena *a, struct strings *out, err *e)
{
	struct strings calls = { 0 };
	struct json_doc doc;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	bytes otherwise = json_bytes(json_get(json_root(&doc), "defaultAction"), a);
	json entries = json_get(json_root(&doc), "syscalls");

	if (!bytes_is(otherwise, "SCMP_ACT_ERRNO"))
		return err_set(e, ERR_FORMAT, 0, "its defaultAction is '%s', not SCMP_ACT_ERRNO",
		               SHOW(otherwise));
	for (json v = json_first(entries); json_type(v) != JSON_NONE; v = json_next(v))
		if (take_entry(v, a, &calls, e) < 0)
			return -1;
	if (calls.len == 0)
		return err_set(e, ERR_FORMAT, 0, "it allows nothing");
	*out = calls;
	return 0;
}
