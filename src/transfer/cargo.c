/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/cargo.h"

#include "base/text.h"
#include "sys/file.h"

/* open_target(s, e): what has to be open before the fork. */
static int open_target(struct cargo *s, err *e)
{
	struct origin *o = &s->origin;

	*o = (struct origin){
		.kind = s->target->kind, .target = s->target, .parser = &s->parser, .local = { .fd = -1 }
	};
	switch (s->target->kind) {
	case TARGET_REGISTRY: return reference_parse(s->target->tag, s->arena, &o->reference, e);
	case TARGET_LAYOUT:
	case TARGET_ARCHIVE:
	case TARGET_OCI_ARCHIVE:
	case TARGET_DOCKER_ARCHIVE: return local_open(s->target, &o->local, e);
	case TARGET_DAEMON:
		o->local.fd = file_temp_unlinked(s->options->tmp_dir, e);
		o->local.is_archive = true;
		return o->local.fd < 0 ? -1 : 0;
	case TARGET_NONE:
	case TARGET_ROOTFS:
	case TARGET_SBOM: break;
	}
	return err_set(e, ERR_USAGE, 0, "'%s' is no image that can be copied",
	               SHOW(bytes_str(s->target->text)));
}

/* export_image(s, e): the engine's answer, written once; from then on it is an archive. */
static int export_image(struct cargo *s, err *e)
{
	static const struct target any = { .kind = TARGET_ARCHIVE, .path = "", .tag = "", .text = "" };
	struct origin *o = &s->origin;
	struct engine_search want = { .http = &s->options->registry.http,
		                          .image = s->target->tag,
		                          .fd = o->local.fd };
	const struct engine *engine;

	if (engines_find(s->options->environment, s->arena, &s->engines, e) < 0 ||
	    engines_export(&s->engines, &want, s->arena, &engine, &o->local.size, e) < 0)
		return -1;
	o->kind = TARGET_ARCHIVE;
	o->target = &any;
	return 0;
}

static int open_network(struct cargo *s, err *e)
{
	struct registry_options options = s->options->registry;
	bool reads = s->target->kind == TARGET_REGISTRY;

	options.parse_index = parser_index;
	options.parse_layout = parser_layout;
	options.parse_ctx = &s->parser;
	if ((reads || s->options->needs_registry) && registry_open(&options, &s->registry, e) < 0)
		return -1;
	if (reads)
		s->origin.registry = s->registry;
	return s->target->kind == TARGET_DAEMON ? export_image(s, e) : 0;
}

int cargo_open(struct cargo *s, const struct plan_options *want, err *e)
{
	s->origin.local.fd = -1;
	if (open_target(s, e) < 0 ||
	    parser_start(&s->parser, &s->origin.local, s->options->registry.http.deadline, e) < 0 ||
	    open_network(s, e) < 0 || origin_begin(&s->origin, s->arena, e) < 0)
		return -1;
	return plan_make(&s->origin, want, s->arena, &s->plan, e);
}

void cargo_close(struct cargo *s)
{
	if (s->registry)
		registry_close(s->registry);
	s->registry = NULL;
	parser_stop(&s->parser);
	local_close(&s->origin.local);
}
