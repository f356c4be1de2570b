/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a tree. */
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

bool yaml_is_merge(const struct yaml_node *key)
{
	return key->kind == YAML_SCALAR && bytes_is(key->text, "<<") &&
	       (key->typed || bytes_is(key->tag, "tag:yaml.org,2002:merge"));
}

/* YAML 1.1 "merge" as goyaml v2 does it, the reader of Kubernetes: members and merges count in the
 * order of the text, the last one wins; of a merged sequence the first mapping wins. What is merged
 * may merge again: loops cannot be written, and LIMIT_YAML_NODES bounds chains (a chain of n weighs
 * n * n). */
static const struct yaml_node *get(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *found = NULL;

	if (!yaml_is(mapping, YAML_MAPPING))
		return NULL;
	for (const struct yaml_node *v = yaml_first(mapping); v; v = v->next) {
		const struct yaml_node *here = NULL;

		if (yaml_is_merge(v->key)) {
			here = get(v, key);
			for (const struct yaml_node *m = yaml_items(v); m && !here; m = m->next)
				here = get(m, key);
		} else if (yaml_says(v->key, key)) {
			here = v;
		}
		found = here ? here : found;
	}
	return found;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *v = get(mapping, key);

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
