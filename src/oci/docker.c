/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/docker.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/reference.h"

/* in_full(name, a): as a registry would be asked for it. What is no reference stands for itself. */
static bytes in_full(bytes name, struct arena *a)
{
	struct reference ref;
	err ignored = { 0 };

	if (bytes_find(name, '\0') < name.n ||
	    reference_parse(arena_str(a, name), a, &ref, &ignored) < 0)
		return name;
	return bytes_str(reference_text(&ref, a));
}

static bool names_image(const struct docker_item *item, bytes tag, struct arena *a)
{
	for (size_t i = 0; i < item->repo_tags.len; i++)
		if (bytes_equal(in_full(item->repo_tags.items[i], a), in_full(tag, a)))
			return true;
	return false;
}

/* names_here(m, a): "shop:1, web:2", as far as they fit into an error. */
static const char *names_here(const struct docker_manifest *m, struct arena *a)
{
	buf names = BUF_INIT(LIMIT_MANIFEST + MIB);

	for (size_t i = 0; i < m->len && names.n < 200; i++)
		for (size_t k = 0; k < m->items[i].repo_tags.len && names.n < 200; k++) {
			buf_puts(&names, names.n > 0 ? ", " : "");
			buf_put(&names, m->items[i].repo_tags.items[k]);
		}
	char *shown = text_shown(a, buf_bytes(&names));

	buf_done(&names);
	return *shown ? shown : "none has a name";
}

int docker_choose(const struct docker_manifest *m, bytes target, bytes tag, struct arena *a,
                  const struct docker_item **out, err *e)
{
	const struct docker_item *found = m->len == 1 && tag.n == 0 ? &m->items[0] : NULL;

	for (size_t i = 0; i < m->len && tag.n > 0 && !found; i++)
		if (names_image(&m->items[i], tag, a))
			found = &m->items[i];
	if (!found && tag.n > 0)
		return err_set(e, ERR_ABSENT, 0, "no image in the archive is named '%s' (there: %s)",
		               SHOW(tag), names_here(m, a));
	if (!found)
		return err_set(e, ERR_ABSENT, 0, "%zu images in the archive; name one: %s:NAME (names: %s)",
		               m->len, SHOW(target), names_here(m, a));
	*out = found;
	return 0;
}
