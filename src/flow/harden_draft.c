/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/harden_draft.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/layout.h"
#include "transfer/squeeze.h"

#include <time.h>
#include <unistd.h>

#define LAYER_GZIP "application/vnd.oci.image.layer.v1.tar+gzip"
#define LAYER_ZSTD "application/vnd.oci.image.layer.v1.tar+zstd"

static int write_part(void *ctx, bytes part, err *e)
{
	return layout_blob_write(ctx, part, e);
}

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

/* write_layer(d, l, s, pour, out, e): one layer, compressed while it is put together. */
static int write_layer(const struct draft *d, const struct layout *l, struct squeeze *s,
                       struct pour *pour, struct papers_layer *out, err *e)
{
	struct layout_blob blob;
	struct ends ends = { pour, &blob };
	const struct squeeze_ends io = { read_ends, write_ends, &ends };

	pour_begin(pour);
	if (layout_blob_begin(l, NULL, &blob, e) < 0)
		return -1;
	if (squeeze_run(s, &io, &out->diff_id, e) < 0) {
		layout_blob_abandon(&blob);
		return -1;
	}
	if (layout_blob_commit(&blob, &out->blob, e) < 0)
		return -1;
	out->blob.media_type = d->wish->compress == CODEC_ZSTD ? BYTES(LAYER_ZSTD) : BYTES(LAYER_GZIP);
	d->out->octets += out->blob.size;
	return 0;
}

static int write_layers(const struct draft *d, const struct layout *l, struct pour *pours,
                        struct papers_layer *layers, size_t *out_len, err *e)
{
	static const char *const made_by[] = { "oakum harden: the distribution's files that stay",
		                                   "oakum harden: the program's own files" };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct squeeze *s;
	int status = squeeze_new(d->wish->compress, cores > 0 ? (unsigned)cores : 1, &s, e);

	*out_len = 0;
	if (status < 0)
		return -1;
	for (size_t i = 0; status == 0 && i < 2; i++) {
		if (pours[i].entries.len == 0)
			continue;
		layers[*out_len].made_by = made_by[i];
		status = write_layer(d, l, s, &pours[i], &layers[*out_len], e);
		++*out_len;
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

static int write_papers(const struct draft *d, const struct layout *l,
                        const struct papers_layer *layers, size_t len, err *e)
{
	const struct draft_wish *w = d->wish;
	const struct papers papers = {
		.config = w->config,
		.platform = w->image->platform,
		.created = date_text(w->epoch, d->arena),
		.comment = arena_printf(d->arena, "oakum %s", w->version),
		.layers = layers,
		.layers_len = len,
	};
	struct layout_entries entries = { 0 };
	struct descriptor config, manifest;

	if (put_document(d, l, papers_config(&papers, d->arena), PAPERS_CONFIG_TYPE, &config, e) < 0 ||
	    put_document(d, l, papers_manifest(&papers, &config, d->arena), PAPERS_MANIFEST_TYPE,
	                 &manifest, e) < 0)
		return -1;
	manifest.platform = w->image->platform;
	manifest.ref_name = bytes_str(w->tag);
	*ARENA_PUSH(d->arena, &entries) = manifest;
	return layout_commit(l, &entries, no_index, NULL, e);
}

static int write_layout(struct draft *d, err *e)
{
	struct papers_layer layers[2] = { 0 };
	struct layout l = LAYOUT_CLOSED;
	size_t len = 0;
	int status = layout_open(d->wish->folder, &l, e);

	if (status == 0)
		status = write_layers(d, &l, d->pours, layers, &len, e);
	if (status == 0)
		status = write_papers(d, &l, layers, len, e);
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
		status = write_layout(&d, e);
	draft_close(&d);
	return status;
}
