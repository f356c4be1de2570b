/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/protojson.h"

#include "base/base64.h"
#include "base/text.h"

#define NAME_MOST 64

/* snake(name, out): "logIndex" as "log_index". */
static bytes snake(const char *name, char out[NAME_MOST])
{
	size_t n = 0;

	for (; *name && n + 2 < NAME_MOST; name++) {
		if (*name >= 'A' && *name <= 'Z') {
			out[n++] = '_';
			out[n++] = (char)(*name - 'A' + 'a');
		} else {
			out[n++] = *name;
		}
	}
	out[n] = '\0';
	return bytes_of(out, n);
}

json protojson_get(json object, const char *name)
{
	char other[NAME_MOST];
	json v = json_get(object, name);

	if (json_type(v) == JSON_NONE) {
		(void)snake(name, other);
		v = json_get(object, other);
	}
	return json_type(v) == JSON_NULL ? (json){ 0 } : v;
}

static bool is_known(bytes name, const char *const *names, size_t *out_which)
{
	char other[NAME_MOST];

	for (size_t i = 0; names[i]; i++)
		if (bytes_is(name, names[i]) || bytes_equal(name, snake(names[i], other))) {
			*out_which = i;
			return true;
		}
	return false;
}

int protojson_known(json object, const char *const *names, err *e)
{
	struct arena a = ARENA_INIT;
	uint64_t seen = 0;
	size_t which;
	int status = 0;

	if (json_type(object) != JSON_NONE && json_type(object) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "no object where one belongs");
	for (json v = json_first(object); json_type(v) != JSON_NONE && status == 0; v = json_next(v)) {
		bytes name = json_name(v, &a);

		if (!is_known(name, names, &which))
			status = err_set(e, ERR_FORMAT, 0, "a member that nobody knows: '%s'", SHOW(name));
		else if (seen & UINT64_C(1) << which)
			status = err_set(e, ERR_FORMAT, 0, "'%s' stands there twice", SHOW(name));
		else
			seen |= UINT64_C(1) << which;
	}
	arena_done(&a);
	return status;
}

bool protojson_octets(json v, struct arena *a, bytes *out)
{
	bytes text;

	*out = (bytes){ 0 };
	if (json_type(v) == JSON_NONE)
		return true;
	if (!json_str(v, a, &text))
		return false;
	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	uint8_t *letters = arena_alloc(a, text.n + 4);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		letters[n++] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	while (n % 4 != 0)
		letters[n++] = '=';
	return base64_decode(bytes_of(letters, n), a, out);
}

bool protojson_i64(json v, int64_t *out)
{
	struct arena a = ARENA_INIT;
	bytes text;
	uint64_t n;
	bool negative = false, fits;

	*out = 0;
	if (json_type(v) == JSON_NONE || json_i64(v, out))
		return true;
	fits = json_str(v, &a, &text);
	if (fits && text.n > 1 && text.p[0] == '-') {
		negative = true;
		text = bytes_skip(text, 1);
	}
	fits = fits && text_take_u64(text, 10, INT64_MAX, &n);
	if (fits)
		*out = negative ? -(int64_t)n : (int64_t)n;
	arena_done(&a);
	return fits;
}

bool protojson_time(json v, int64_t *out)
{
	struct arena a = ARENA_INIT;
	bytes text;
	bool fits = json_str(v, &a, &text) && text_from_date(text, out);

	arena_done(&a);
	return fits;
}
