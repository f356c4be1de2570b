/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/member.h"

#include "base/text.h"

#include <inttypes.h>

static const char *type_name(enum json_type type)
{
	switch (type) {
	case JSON_NONE: return "nothing";
	case JSON_NULL: return "null";
	case JSON_BOOL: return "a boolean";
	case JSON_NUMBER: return "a number";
	case JSON_STRING: return "a string";
	case JSON_ARRAY: return "an array";
	case JSON_OBJECT: return "an object";
	}
	return "nothing";
}

/* take(object, name, type, out, e): the member, none when absent or null. */
static int take(json object, const char *name, enum json_type type, json *out, err *e)
{
	json v = json_get(object, name);
	enum json_type have = json_type(v);

	if (have == JSON_NULL || have == JSON_NONE) {
		*out = (json){ 0 };
		return 0;
	}
	if (have != type)
		return err_set(e, ERR_FORMAT, 0, "'%s' is %s and should be %s", name, type_name(have),
		               type_name(type));
	*out = v;
	return 0;
}

/* The letters that Go's encoding/json folds: ASCII case, the Kelvin sign and the long s. */
static uint32_t fold(uint32_t c)
{
	if (c == 0x212a)
		return 'k';
	if (c == 0x17f)
		return 's';
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool equal_folded(bytes name, bytes known)
{
	uint32_t c;
	uint8_t k;

	while (bytes_take_u8(&known, &k))
		if (!text_utf8_next(&name, &c) || fold(c) != fold(k))
			return false;
	return name.n == 0;
}

int member_check(json object, const char *const *known, struct arena *a, err *e)
{
	for (json v = json_first(object); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, a);

		for (const char *const *k = known; *k; k++)
			if (equal_folded(name, bytes_str(*k)) && !bytes_is(name, *k))
				return err_set(e, ERR_FORMAT, 0,
				               "member '%s' is written unlike '%s': some readers take one for the "
				               "other",
				               SHOW(name), *k);
	}
	return 0;
}

int member_open(bytes text, uint64_t max, enum json_type type, struct arena *a,
                struct json_doc *out, err *e)
{
	if (text.n > max)
		return err_set(e, ERR_LIMIT, 0, "%zu bytes long; at most %" PRIu64 " are read", text.n,
		               max);
	if (json_parse(text, a, out, e) < 0)
		return -1;
	enum json_type have = json_type(json_root(out));

	if (have != type)
		return err_set(e, ERR_FORMAT, 0, "the document is %s and should be %s", type_name(have),
		               type_name(type));
	return 0;
}

bool member_has(json object, const char *name)
{
	enum json_type type = json_type(json_get(object, name));

	return type != JSON_NONE && type != JSON_NULL;
}

int member_bytes(json object, const char *name, struct arena *a, bytes *out, err *e)
{
	json v = { 0 };

	if (take(object, name, JSON_STRING, &v, e) < 0)
		return -1;
	*out = json_bytes(v, a);
	return 0;
}

int member_bool(json object, const char *name, bool *out, err *e)
{
	json v = { 0 };

	if (take(object, name, JSON_BOOL, &v, e) < 0)
		return -1;
	if (!json_bool(v, out))
		*out = false;
	return 0;
}

int member_digest(json object, const char *name, struct arena *a, digest *out, err *e)
{
	bytes text;

	if (member_bytes(object, name, a, &text, e) < 0)
		return -1;
	if (text.n == 0)
		return err_set(e, ERR_FORMAT, 0, "'%s' is missing", name);
	if (digest_parse(text, out, e) < 0)
		return err_wrap(e, "'%s'", name);
	return 0;
}

int member_object(json object, const char *name, json *out, err *e)
{
	return take(object, name, JSON_OBJECT, out, e);
}

static int check_count(json container, const char *name, size_t max, err *e)
{
	size_t n = json_count(container);

	if (n > max)
		return err_set(e, ERR_LIMIT, 0, "'%s' has %zu items; at most %zu are read", name, n, max);
	return 0;
}

int member_array(json object, const char *name, size_t max, json *out, err *e)
{
	if (take(object, name, JSON_ARRAY, out, e) < 0)
		return -1;
	return check_count(*out, name, max, e);
}

int member_strings(json object, const char *name, size_t max, struct arena *a, struct strings *out,
                   err *e)
{
	json list = { 0 };

	if (member_array(object, name, max, &list, e) < 0)
		return -1;
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		if (!json_str(v, a, ARENA_PUSH(a, out)))
			return err_set(e, ERR_FORMAT, 0, "'%s' holds %s and should hold strings", name,
			               type_name(json_type(v)));
	}
	return 0;
}

int member_keys(json object, const char *name, size_t max, struct arena *a, struct strings *out,
                err *e)
{
	json set = { 0 };

	if (member_object(object, name, &set, e) < 0 || check_count(set, name, max, e) < 0)
		return -1;
	for (json v = json_first(set); json_type(v) != JSON_NONE; v = json_next(v))
		*ARENA_PUSH(a, out) = json_name(v, a);
	return 0;
}

int member_platform(json object, struct arena *a, struct platform *out, err *e)
{
	if (member_bytes(object, "os", a, &out->os, e) < 0 ||
	    member_bytes(object, "architecture", a, &out->architecture, e) < 0 ||
	    member_bytes(object, "variant", a, &out->variant, e) < 0 ||
	    member_bytes(object, "os.version", a, &out->os_version, e) < 0)
		return -1;
	return 0;
}
