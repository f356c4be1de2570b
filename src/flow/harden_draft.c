/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/harden_draft.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/document_write.h"
#include "oci/layout.h"
#include "oci/media_type.h"
#include "transfer/squeeze.h"

#include <time.h>
#include <unistd.h>

static int write_part(void *ctx, bytes part, err *e)
{
	return layout_blob_write(ctx, part, e);
}

/* The layers that were written: two, or one where the other would be empty. */
struct written {
	struct descriptor blobs[2];
	struct oci_made_layer layers[2];
	size_t len;
};

struct ends {
	struct pour *pour;
	struct layout_blob *blob;
};

static int64_t read_ends(void *ctx, uint8_t *into, size_t cap, err *e)
{
	return pour_read(((struct ends *)ctx)->pour, into, cap, e);
}

static int write_ends(void *ctx, bytes part, err *e)
{
	return write_part(((struct ends *)ctx)->blob, part, e);
}

/* write_layer(d, l, s, pour, w, e): one more layer, compressed while it is put together. */
static int write_layer(const struct draft *d, const struct layout *l, struct squeeze *s,
                       struct pour *pour, struct written *w, err *e)
{
	struct descriptor *made = &w->blobs[w->len];
	struct layout_blob blob;
	struct ends ends = { pour, &blob };
	const struct squeeze_ends io = { read_ends, write_ends, &ends };

	pour_begin(pour);
	if (layout_blob_begin(l, NULL, &blob, e) < 0)
		return -1;
	if (squeeze_run(s, &io, &w->layers[w->len].diff_id, e) < 0) {
		layout_blob_abandon(&blob);
		return -1;
	}
	if (layout_blob_commit(&blob, made, e) < 0)
		return -1;
	made->media_type = oci_layer_type(d->wish->compress);
	d->out->octets += made->size;
	w->len++;
	return 0;
}

static int write_layers(const struct draft *d, const struct layout *l, struct pour *pours,
                        struct written *w, err *e)
{
	static const char *const made_by[] = { "oakum harden: the distribution's files that stay",
		                                   "oakum harden: the program's own files" };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct squeeze *s;
	int status = squeeze_new(d->wish->compress, cores > 0 ? (unsigned)cores : 1, &s, e);

	if (status < 0)
		return -1;
	for (size_t i = 0; status == 0 && i < 2; i++) {
		if (pours[i].entries.len == 0)
			continue;
		w->layers[w->len].made_by = made_by[i];
		status = write_layer(d, l, s, &pours[i], w, e);
	}
	squeeze_free(s);
	return status;
}

static const char *date_text(int64_t seconds, struct arena *a)
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_printf(a, "%s", text);
}

/* A layout that was made just now has no index.json. */
static int no_index(void *ctx, bytes text, struct arena *a, struct layout_index *out, err *e)
{
	(void)ctx, (void)text, (void)a, (void)out;
	return err_set(e, ERR_BUG, 0, "a new layout has an index");
}

static int put_document(const struct draft *d, const struct layout *l, bytes text, const char *type,
                        struct descriptor *out, err *e)
{
	*out = (struct descriptor){ .media_type = bytes_str(type),
		                        .digest = digest_of(DIGEST_SHA256, text),
		                        .size = text.n };
	d->out->octets += text.n;
	return layout_put(l, out, text, e);
}

static int write_documents(const struct draft *d, const struct layout *l, const struct written *w,
                           err *e)
{
	const struct draft_wish *wish = d->wish;
	const struct oci_made made = {
		.config = wish->config,
		.platform = wish->image->platform,
		.created = date_text(wish->epoch, d->arena),
		.comment = arena_printf(d->arena, "oakum %s", wish->version),
		.layers = w->layers,
		.layers_len = w->len,
	};
	struct layout_entries entries = { 0 };
	struct descriptor config, manifest;
	bytes text;

	if (oci_config_write(&made, d->arena, &text, e) < 0 ||
	    put_document(d, l, text, OCI_CONFIG_TYPE, &config, e) < 0)
		return err_wrap(e, "config");
	if (oci_manifest_write(&config, w->blobs, w->len, d->arena, &text, e) < 0 ||
	    put_document(d, l, text, OCI_MANIFEST_TYPE, &manifest, e) < 0)
		return err_wrap(e, "manifest");
	manifest.platform = wish->image->platform;
	manifest.ref_name = bytes_str(wish->tag);
	*ARENA_PUSH(d->arena, &entries) = manifest;
	return layout_commit(l, &entries, no_index, NULL, e);
}

static int write_layout(struct draft *d, err *e)
{
	struct written written = { 0 };
	struct layout l = LAYOUT_CLOSED;
	int status = layout_open(d->wish->folder, &l, e);

	if (status == 0)
		status = write_layers(d, &l, d->pours, &written, e);
	if (status == 0)
		status = write_documents(d, &l, &written, e);
	layout_close(&l);
	return status;
}

int draft_write(const struct draft_wish *wish, struct arena *a, struct draft_result *out, err *e)
{
	struct draft d = { .wish = wish, .out = out, .arena = a };

	*out = (struct draft_result){ 0 };
	int status = draft_open(&d, e);

	if (status == 0)
		status = draft_entries(&d, e);
	if (status == 0)
		status = draft_search(&d, e);
	if (status == 0 && out->held.len == 0 && out->held_names == 0)
		status = write_layout(&d, e);
	draft_close(&d);
	return status;
}
