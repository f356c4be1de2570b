/* SPDX-License-Identifier: Apache-2.0 */
/* unread - package databases that are known and not read: each is a stated gap, told once, for an
 * image with a second package manager is not clean because nobody asked it. */
#include "catalog/catalogers.h"

#include "base/path.h"

/* One address a name: rows of one manager share it. Conda's environments lie anywhere, as
 * conda-meta/NAME-VERSION-BUILD.json, so that it has no row. */
static const char opkg[] = "opkg", conda[] = "conda";

static const struct database {
	bytes front, back; /* of a file's path; between them any octets */
	const char *manager;
} databases[] = {
	{ BYTES_INIT("usr/lib/opkg/status"), BYTES_INIT(""), opkg },
	{ BYTES_INIT("var/lib/opkg/status"), BYTES_INIT(""), opkg },
	{ BYTES_INIT("var/lib/pacman/local/"), BYTES_INIT("/desc"), "pacman" },
	{ BYTES_INIT("var/db/pkg/"), BYTES_INIT("/CONTENTS"), "Portage" },
	{ BYTES_INIT("nix/var/nix/db/db.sqlite"), BYTES_INIT(""), "Nix" },
};

/* manager_of(path): who keeps this file; NULL when it is none of theirs. Static. */
static const char *manager_of(bytes path)
{
	for (size_t i = 0; i < sizeof(databases) / sizeof(*databases); i++) {
		const struct database *d = &databases[i];
		bool whole = d->back.n == 0;

		if (whole ? bytes_equal(path, d->front)
		          : bytes_starts(path, d->front) && bytes_ends(path, d->back))
			return d->manager;
	}
	bool of_conda = bytes_is(path_base(path_dir(path)), "conda-meta") &&
	                bytes_ends(path, BYTES(".json"));

	return of_conda ? conda : NULL;
}

/* -- in the worker ----------------------------------------------------------------------------- */

static struct want want(const struct entry *entry)
{
	return (struct want){ manager_of(entry->path) ? WANT_HEAD : WANT_NO, 1 };
}

static int inspect(struct inspection *in, err *e)
{
	const char *manager = manager_of(in->entry->path);

	(void)e;
	if (manager)
		inspection_item(in, bytes_str(manager));
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* say(image, a, facts, manager): one gap, at the first file of this manager's that is seen. */
static void say(const struct image *image, struct arena *a, struct facts *facts,
                const char *manager)
{
	const struct image_item *item;
	size_t at = 0;

	while ((item = facts_next_item(image, catalog_unread.inspector.id, &at)))
		if (bytes_is(item->payload, manager) && !facts_item_hidden(image, item)) {
			facts_gap(facts, a, item, "packages of %s: its database is not read", manager);
			return;
		}
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	(void)e;
	for (size_t i = 0; i < sizeof(databases) / sizeof(*databases); i++)
		if (i == 0 || databases[i].manager != databases[i - 1].manager)
			say(image, a, facts, databases[i].manager);
	say(image, a, facts, conda);
	return 0;
}

const struct cataloger catalog_unread = {
	.inspector = { .name = "unread", .id = 5, .version = 1, .want = want, .inspect = inspect },
	.collect = collect,
};
