/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a tree. */
#include "base/text.h"
#include "fmt/yaml.h"

const struct yaml_node *yaml_real(const struct yaml_node *n)
{
	return n && n->kind == YAML_ALIAS ? n->target : n;
}

bool yaml_is(const struct yaml_node *n, enum yaml_kind kind)
{
	n = yaml_real(n);
	return n && n->kind == kind;
}

const struct yaml_node *yaml_first(const struct yaml_node *container)
{
	container = yaml_real(container);
	return container ? container->first : NULL;
}

const struct yaml_node *yaml_items(const struct yaml_node *sequence)
{
	return yaml_is(sequence, YAML_SEQUENCE) ? yaml_first(sequence) : NULL;
}

bytes yaml_text(const struct yaml_node *n)
{
	n = yaml_real(n);
	return n && n->kind == YAML_SCALAR ? n->text : (bytes){ 0 };
}

bool yaml_says(const struct yaml_node *n, const char *s)
{
	return yaml_is(n, YAML_SCALAR) && bytes_is(yaml_text(n), s);
}

static bool is_plain(const struct yaml_node *n)
{
	return n && n->kind == YAML_SCALAR && n->style == YAML_PLAIN &&
	       !bytes_ends(n->tag, BYTES(":str"));
}

bool yaml_is_null(const struct yaml_node *n)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	n = yaml_real(n);
	if (!n)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && is_plain(n); i++)
		if (bytes_is(n->text, words[i]))
			return true;
	return false;
}

const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *found = NULL;

	if (!yaml_is(mapping, YAML_MAPPING))
		return NULL;
	for (const struct yaml_node *v = yaml_first(mapping); v; v = v->next)
		if (yaml_says(v->key, key))
			found = v;
	return found;
}

/* YAML 1.1 "merge": the value is a mapping or a sequence of them, of which the first one wins. What
 * is merged may merge again; loops cannot be written, and depth bounds hostile chains. */
static const struct yaml_node *get(const struct yaml_node *mapping, const char *key, unsigned depth)
{
	const struct yaml_node *v = yaml_find(mapping, key);

	if (v || depth == 0)
		return v;
	const struct yaml_node *merged = yaml_real(yaml_find(mapping, "<<"));

	if (yaml_is(merged, YAML_MAPPING))
		return get(merged, key, depth - 1);
	for (const struct yaml_node *m = yaml_first(merged); m; m = m->next)
		if ((v = get(m, key, 0)))
			return v;
	return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *v = get(mapping, key, 8);

	return yaml_is_null(v) ? NULL : v;
}

const struct yaml_node *yaml_path(const struct yaml_node *n, const char *path)
{
	bytes rest = bytes_str(path), part;
	char name[64];

	while (n && bytes_take_until(&rest, '.', &part) && part.n < sizeof(name)) {
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		n = yaml_get(n, name);
	}
	return n;
}

bool yaml_bool(const struct yaml_node *n, bool *out)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES",
		                               "on",   "On",   "ON",   "y",   "Y" };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO",
		                              "off",   "Off",   "OFF",   "n",  "N" };

	n = yaml_real(n);
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes) && is_plain(n); i++)
		if (bytes_is(n->text, yes[i]) || bytes_is(n->text, no[i])) {
			*out = bytes_is(n->text, yes[i]);
			return true;
		}
	return false;
}

bool yaml_i64(const struct yaml_node *n, int64_t *out)
{
	uint8_t digits[32];
	size_t len = 0;
	uint64_t value;
	unsigned base = 10;

	n = yaml_real(n);
	if (!is_plain(n))
		return false;
	bytes s = n->text;
	bool negative = bytes_take_prefix(&s, BYTES("-"));

	if (!negative)
		(void)bytes_take_prefix(&s, BYTES("+"));
	if (bytes_take_prefix(&s, BYTES("0x")))
		base = 16;
	else if (bytes_take_prefix(&s, BYTES("0o")) || (s.n > 1 && bytes_take_prefix(&s, BYTES("0"))))
		base = 8;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_')
			continue;
		if (len == sizeof(digits))
			return false;
		digits[len++] = s.p[i];
	}
	if (!text_take_u64(bytes_of(digits, len), base, INT64_MAX, &value))
		return false;
	*out = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

bool yaml_is_string(const struct yaml_node *n)
{
	bool truth;
	int64_t number;
	bytes s = yaml_text(n);

	n = yaml_real(n);
	if (!n || n->kind != YAML_SCALAR || yaml_is_null(n))
		return false;
	if (!is_plain(n))
		return true;
	if (yaml_bool(n, &truth) || yaml_i64(n, &number))
		return false;
	(void)bytes_take_prefix(&s, BYTES("-"));
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.')
			return true;
	return bytes_find(s, '.') == s.n;
}
