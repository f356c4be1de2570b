/* SPDX-License-Identifier: Apache-2.0 */
/* Where the octets that are judged lie until they are copied: what a network or an engine gives is
 * asked for once, and kept in a file without a name. */
#include "base/limits.h"
#include "flow/seal_run.h"
#include "oci/engine.h"
#include "sys/file.h"

#include <string.h>
#include <unistd.h>

/* Layers that are copied to where this machine sends them. What stays on its host is mounted there
 * or stays as it is, and of what is only judged nothing is copied. */
static bool keeps_layers(const struct seal_run *r)
{
	return !r->o->dry && strcmp(r->source.host, r->place.host) != 0;
}

/* Read under its descriptor from now on, as the archive that it is. */
static int export_image(struct seal_run *r, err *e)
{
	const struct image_network *network = r->o->wishes.image.network;
	const struct target *asked = r->source.target;
	const struct engine *engine;
	struct engines engines;
	uint64_t size;

	r->export = file_temp_unlinked(r->o->wishes.image.tmp_dir, e);
	struct engine_search want = { .http = &network->registry.http,
		                          .image = asked->tag,
		                          .fd = r->export };

	if (r->export < 0 || engines_find(network->environment, r->arena, &engines, e) < 0 ||
	    engines_export(&engines, &want, r->arena, &engine, &size, e) < 0)
		return -1;
	r->exported = (struct target){ TARGET_ARCHIVE,
		                           arena_printf(r->arena, "/proc/self/fd/%d", r->export), "",
		                           asked->text };
	r->source.target = &r->exported;
	return 0;
}

int seal_open_source(struct seal_run *r, err *e)
{
	const struct image_options *image = &r->o->wishes.image;

	r->network = *image->network;
	if (r->source.target->kind == TARGET_DAEMON)
		return export_image(r, e);
	if (r->source.target->kind != TARGET_REGISTRY)
		return 0;
	return hoard_open(image->tmp_dir, keeps_layers(r) ? LIMIT_BLOB : LIMIT_MANIFEST,
	                  &r->network.registry.hoard, e);
}

void seal_close_source(struct seal_run *r)
{
	hoard_close(r->network.registry.hoard);
	if (r->export >= 0)
		close(r->export);
}
