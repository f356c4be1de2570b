/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/destination.h"

#include "base/text.h"

void meter_add(struct meter *m, uint64_t n, bool is_sent)
{
	atomic_fetch_add_explicit(&m->done, n, memory_order_relaxed);
	if (is_sent)
		atomic_fetch_add_explicit(&m->sent, n, memory_order_relaxed);
}

int squeeze_checked(struct squeeze *s, const struct squeeze_ends *ends, const digest *want, err *e)
{
	digest diff;

	if (squeeze_run(s, ends, &diff, e) < 0)
		return -1;
	if (digest_equal(&diff, want))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "the config's diff_id is %s, but the content is %s",
	               DIGEST_TEXT(want), DIGEST_TEXT(&diff));
}

struct layout_entries destination_entries(struct destination *t, const struct plan *plan)
{
	struct layout_entries entries = { 0 };

	for (size_t i = 0; i < plan->documents.len; i++) {
		const struct plan_document *doc = &plan->documents.items[i];
		bool is_root = i + 1 == plan->documents.len;

		if (!is_root && doc->d.ref_name.n == 0 && (doc->origin_level == 0 || !doc->has_subject))
			continue;
		struct descriptor *d = ARENA_PUSH(t->arena, &entries);

		*d = doc->d;
		if (is_root)
			d->ref_name = t->tag;
	}
	return entries;
}

static int open_layout(struct destination *t, err *e)
{
	t->ops = &to_layout;
	if (layout_open(t->target->path, &t->layout, e) < 0)
		return -1;
	t->layout.verify = t->verify;
	return 0;
}

int destination_open(struct destination *t, err *e)
{
	switch (t->target->kind) {
	case TARGET_LAYOUT: return open_layout(t, e);
	case TARGET_OCI_ARCHIVE:
		t->ops = &to_archive;
		return archive_create(t->target->path, t->arena, &t->archive, e);
	case TARGET_DOCKER_ARCHIVE: return archive_create(t->target->path, t->arena, &t->archive, e);
	case TARGET_DAEMON: return archive_nameless(t->tmp_dir, &t->archive, e);
	case TARGET_REGISTRY: t->ops = &to_registry; return 0;
	case TARGET_NONE:
	case TARGET_ARCHIVE:
	case TARGET_ROOTFS:
	case TARGET_SBOM: break;
	}
	return err_set(e, ERR_USAGE, 0,
	               "'%s' cannot be written to; say which form: oci:FOLDER[:TAG], oci-archive:FILE, "
	               "docker-archive:FILE, docker-daemon:NAME, docker://NAME",
	               SHOW(bytes_str(t->target->text)));
}

void destination_close(struct destination *t)
{
	layout_close(&t->layout);
	archive_close(&t->archive);
}
