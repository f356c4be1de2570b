/* SPDX-License-Identifier: Apache-2.0 */
/* The documents on a worker's pipe. Each shape is described once; the description writes when `out`
 * is set and reads otherwise, so that both directions cannot drift apart. */
#include "base/limits.h"
#include "oci/wire.h"

static void wire_strings(struct wire *w, struct strings *v)
{
	WIRE_LIST(w, v, LIMIT_CONFIG_ITEMS, wire_bytes);
}

static void wire_platform(struct wire *w, struct platform *v)
{
	wire_bytes(w, &v->os);
	wire_bytes(w, &v->architecture);
	wire_bytes(w, &v->variant);
	wire_bytes(w, &v->os_version);
}

static void wire_descriptor(struct wire *w, struct descriptor *v)
{
	wire_bytes(w, &v->media_type);
	wire_bytes(w, &v->artifact_type);
	wire_digest(w, &v->digest);
	v->size = wire_number(w, v->size, LIMIT_BLOB);
	wire_platform(w, &v->platform);
	wire_bytes(w, &v->ref_name);
	wire_bytes(w, &v->reference_type);
	wire_bytes(w, &v->reference_digest);
	wire_bytes(w, &v->predicate_type);
	wire_bool(w, &v->foreign);
	wire_bytes(w, &v->data);
	WIRE_LIST(w, &v->annotations, LIMIT_CONFIG_ITEMS, wire_label);
	/* A descriptor without a digest would name any content. */
	w->failed = w->failed || v->digest.algorithm == DIGEST_NONE;
}

static void wire_index(struct wire *w, struct oci_index *v)
{
	wire_bytes(w, &v->media_type);
	wire_bytes(w, &v->artifact_type);
	WIRE_LIST(w, &v->manifests, LIMIT_INDEX_ENTRIES, wire_descriptor);
}

static void wire_manifest(struct wire *w, struct oci_manifest *v)
{
	wire_bytes(w, &v->media_type);
	wire_bytes(w, &v->artifact_type);
	wire_descriptor(w, &v->config);
	WIRE_LIST(w, &v->layers, LIMIT_LAYERS, wire_descriptor);
	wire_bool(w, &v->has_subject);
	wire_digest(w, &v->subject);
	w->failed = w->failed || v->has_subject != (v->subject.algorithm != DIGEST_NONE);
	WIRE_LIST(w, &v->annotations, LIMIT_CONFIG_ITEMS, wire_label);
	wire_bytes(w, &v->base_name);
	wire_bytes(w, &v->base_digest);
}

static void wire_history(struct wire *w, struct oci_history *v)
{
	wire_bytes(w, &v->created);
	wire_bytes(w, &v->created_by);
	wire_bytes(w, &v->comment);
	wire_bool(w, &v->empty_layer);
}

static void wire_diff_id(struct wire *w, digest *v)
{
	wire_digest(w, v);
	w->failed = w->failed || v->algorithm == DIGEST_NONE;
}

static void wire_config(struct wire *w, struct oci_config *v)
{
	wire_platform(w, &v->platform);
	wire_bytes(w, &v->created);
	wire_bytes(w, &v->author);
	wire_bytes(w, &v->user);
	wire_bytes(w, &v->working_dir);
	wire_bytes(w, &v->stop_signal);
	wire_strings(w, &v->env);
	wire_strings(w, &v->entrypoint);
	wire_strings(w, &v->cmd);
	wire_strings(w, &v->exposed_ports);
	wire_strings(w, &v->volumes);
	wire_bool(w, &v->has_entrypoint);
	wire_bool(w, &v->has_cmd);
	wire_strings(w, &v->healthcheck);
	WIRE_LIST(w, &v->labels, LIMIT_CONFIG_ITEMS, wire_label);
	WIRE_LIST(w, &v->history, LIMIT_CONFIG_ITEMS, wire_history);
	WIRE_LIST(w, &v->diff_ids, LIMIT_LAYERS, wire_diff_id);
}

static void wire_docker_item(struct wire *w, struct docker_item *v)
{
	wire_bytes(w, &v->config);
	wire_strings(w, &v->repo_tags);
	WIRE_LIST(w, &v->layers, LIMIT_LAYERS, wire_bytes);
}

static void wire_docker(struct wire *w, struct docker_manifest *v)
{
	WIRE_LIST(w, v, LIMIT_INDEX_ENTRIES, wire_docker_item);
}

/* Reading ends well only when everything was taken. */
static int wire_end(const struct wire *w, const char *what, err *e)
{
	if (w->failed || w->in.n > 0)
		return err_set(e, ERR_BUG, 0, "a worker's %s is malformed", what);
	return 0;
}

#define WIRE(name, shape) \
	void oci_##name##_pack(const struct shape *v, buf *out) \
	{ \
		struct wire w = { .out = out }; \
		struct shape copy = *v; \
\
		wire_##name(&w, &copy); \
	} \
\
	int oci_##name##_unpack(bytes in, struct arena *a, struct shape *out, err *e) \
	{ \
		struct wire w = { .in = arena_bytes(a, in), .a = a }; \
		struct shape v = { 0 }; \
\
		wire_##name(&w, &v); \
		if (wire_end(&w, #name, e) < 0) \
			return -1; \
		*out = v; \
		return 0; \
	}

WIRE(index, oci_index)
WIRE(manifest, oci_manifest)
WIRE(config, oci_config)
WIRE(docker, docker_manifest)
