/* SPDX-License-Identifier: Apache-2.0 */
/* Until registry.c and engine.c are listed: weak stand-ins. */
#include "oci/engine.h"
#include "oci/registry.h"

#define WEAK __attribute__((weak))
WEAK int registry_open(const struct registry_options *options, struct registry **out, err *e)
{
	(void)options;
	(void)out;
	return err_set(e, ERR_NET, 0, "this build has no registry client");
}
WEAK void registry_close(struct registry *r)
{
	(void)r;
}
WEAK int registry_head(struct registry *r, const struct reference *ref, struct descriptor *out,
                       err *e)
{
	(void)r;
	(void)ref;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_manifest(struct registry *r, const struct reference *ref, struct arena *a,
                           struct registry_document *out, err *e)
{
	(void)r;
	(void)ref;
	(void)a;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_blob_open(struct registry *r, const struct reference *ref,
                            const struct descriptor *d, uint64_t from, struct registry_blob **out,
                            err *e)
{
	(void)r;
	(void)ref;
	(void)d;
	(void)from;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int64_t registry_blob_read(struct registry_blob *b, uint8_t *into, size_t cap, err *e)
{
	(void)b;
	(void)into;
	(void)cap;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK void registry_blob_close(struct registry_blob *b)
{
	(void)b;
}
WEAK int registry_blob(struct registry *r, const struct reference *ref, const struct descriptor *d,
                       uint64_t max, struct arena *a, bytes *out, err *e)
{
	(void)r;
	(void)ref;
	(void)d;
	(void)max;
	(void)a;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int engines_find(char *const *environment, struct arena *a, struct engines *out, err *e)
{
	(void)environment;
	(void)a;
	(void)e;
	*out = (struct engines){ 0 };
	return 0;
}
WEAK int engine_inspect(const struct engine *engine, const struct http_options *http,
                        const char *name, struct arena *a, const char **out_id, err *e)
{
	(void)engine;
	(void)http;
	(void)name;
	(void)a;
	(void)out_id;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int engine_export(const struct engine *engine, const struct http_options *http,
                       const char *name, int fd, uint64_t max, err *e)
{
	(void)engine;
	(void)http;
	(void)name;
	(void)fd;
	(void)max;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK void registry_set_parser(struct registry *r,
                              int (*parse_index)(void *, bytes, struct arena *, struct oci_index *,
                                                 err *),
                              void *ctx)
{
	(void)r;
	(void)parse_index;
	(void)ctx;
}
WEAK int registry_referrers(struct registry *r, const struct reference *ref, const digest *subject,
                            bytes artifact_type, struct arena *a, struct descriptors *out, err *e)
{
	(void)r;
	(void)ref;
	(void)subject;
	(void)artifact_type;
	(void)a;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_blob_exists(struct registry *r, const struct reference *ref,
                              const struct descriptor *d, bool *out, err *e)
{
	(void)r;
	(void)ref;
	(void)d;
	(void)out;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_blob_mount(struct registry *r, const struct reference *ref, const char *from,
                             const struct descriptor *d, bool *out_done, err *e)
{
	(void)r;
	(void)ref;
	(void)from;
	(void)d;
	(void)out_done;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_blob_push(struct registry *r, const struct reference *ref,
                            const struct descriptor *d, const struct registry_source *source,
                            uint64_t chunk, err *e)
{
	(void)r;
	(void)ref;
	(void)d;
	(void)source;
	(void)chunk;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int registry_manifest_push(struct registry *r, const struct reference *ref,
                                const struct registry_document *document, const digest *subject,
                                const struct descriptor *entry, err *e)
{
	(void)r;
	(void)ref;
	(void)document;
	(void)subject;
	(void)entry;
	return err_set(e, ERR_NET, 0, "none");
}
WEAK int engine_import(const struct engine *engine, const struct http_options *http,
                       const struct engine_source *source, err *e)
{
	(void)engine;
	(void)http;
	(void)source;
	return err_set(e, ERR_NET, 0, "none");
}
