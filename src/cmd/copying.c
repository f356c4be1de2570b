/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/copying.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "oci/platform.h"
#include "sys/file.h"
#include "transfer/transfer.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct copying_flags, name)
const struct flag copying_flags[] = {
	{ 'a', "all", NULL, FLAG_SWITCH, FIELD(all), "every platform: the index and all it names" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform),
	  "which image of an index (default: this machine's)" },
	{ 0, "referrers", NULL, FLAG_SWITCH, FIELD(referrers), "signatures and attestations, too" },
	{ 0, "compress", "gzip|zstd|none", FLAG_CHOICE, FIELD(compress),
	  "layers of docker save (into a registry gzip)" },
	{ 0, "foreign-layers", NULL, FLAG_SWITCH, FIELD(foreign),
	  "copy them, too, where the source itself holds them" },
	{ 0, "verify", NULL, FLAG_SWITCH, FIELD(verify), "read what a layout has already, too" },
	{ 0, "digestfile", "FILE", FLAG_TEXT, FIELD(digestfile), "write the digest there" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0, "no-progress", NULL, FLAG_SWITCH, FIELD(no_progress), "no bar" },
	{ 0 },
};

int copying_source(struct job *job, const char *text, struct target *out, err *e)
{
	return target_parse(text, &job->arena, out, e);
}

static int which_form(const char *text, err *e)
{
	bytes s = bytes_str(text);

	return err_set(
		e, ERR_USAGE, 0,
		"say what '%s' shall be: oci:%s (a layout), oci-archive:%s, docker-archive:%s, or "
		"docker://NAME in a registry",
		SHOW(s), SHOW(s), SHOW(s), SHOW(s));
}

int copying_destination(struct job *job, const char *text, struct target *out, err *e)
{
	if (target_parse(text, &job->arena, out, e) < 0) {
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* it may be about to be made */
		return which_form(text, e);
	}
	if (out->kind == TARGET_ROOTFS || out->kind == TARGET_ARCHIVE)
		return which_form(text, e);
	return 0;
}

/* What lies on this machine needs no smaller layers; what crosses a network does. */
static enum codec codec_of(const char *name, const struct target *to)
{
	if (!name)
		return to->kind == TARGET_REGISTRY ? CODEC_GZIP : CODEC_NONE;
	if (strcmp(name, "none") == 0)
		return CODEC_NONE;
	return strcmp(name, "zstd") == 0 ? CODEC_ZSTD : CODEC_GZIP;
}

static int prepare(struct job *job, const struct copying_flags *f, const struct target *from,
                   const struct target *to, struct transfer_options *out, err *e)
{
	const struct target *remote = from->kind == TARGET_REGISTRY ? from : to;

	*out = (struct transfer_options){ .platform = platform_host(),
		                              .all = f->all,
		                              .referrers = f->referrers,
		                              .foreign = f->foreign,
		                              .verify = f->verify,
		                              .compress = codec_of(f->compress, to),
		                              .environment = job->environment,
		                              .tmp_dir = job_tmp(job) };
	if (f->all && f->platform)
		return err_set(e, ERR_USAGE, 0, "--all and --platform exclude each other");
	if (f->platform && platform_parse(bytes_str(f->platform), &job->arena, &out->platform, e) < 0)
		return -1;
	return network_prepare(job, &f->network, f->timeout_ms,
	                       remote->kind == TARGET_REGISTRY ? remote->text : NULL, &out->registry,
	                       e);
}

/* place_of(to, tag): as it would be typed to read it again. */
static const char *place_of(struct job *job, const struct target *to, const char *tag)
{
	struct arena *a = &job->arena;

	switch (to->kind) {
	case TARGET_LAYOUT: return arena_printf(a, *tag ? "oci:%s:%s" : "oci:%s", to->path, tag);
	case TARGET_OCI_ARCHIVE: return arena_printf(a, "oci-archive:%s", to->path);
	case TARGET_DOCKER_ARCHIVE: return arena_printf(a, "docker-archive:%s", to->path);
	case TARGET_NONE:
	case TARGET_REGISTRY:
	case TARGET_ARCHIVE:
	case TARGET_ROOTFS:
	case TARGET_DAEMON:
	case TARGET_SBOM: break;
	}
	return to->text;
}

static int tell(struct job *job, const struct copying_flags *f, const struct target *to,
                const struct transfer_result *r, err *e)
{
	const digest *d = r->digest.algorithm != DIGEST_NONE ? &r->digest : &r->config;
	struct stream out;
	uint64_t spared = r->octets > r->sent ? r->octets - r->sent : 0;

	message_detail(job, to->text,
	               arena_printf(&job->arena, "%zu manifests, %zu blobs: %s copied, %s were there",
	                            r->manifests, r->blobs, SIZE_TEXT(r->sent), SIZE_TEXT(spared)));
	if (r->kept_expanded && !f->compress)
		message_note(job, to->text,
		             arena_printf(&job->arena,
		                          "layers are as docker save wrote them, %s; --compress gzip makes "
		                          "them smaller, and other digests",
		                          SIZE_TEXT(r->octets)));
	if (r->left_behind > 0)
		message_note(job, to->text,
		             arena_printf(&job->arena,
		                          "%zu signatures and attestations stay where they are; "
		                          "--referrers takes them along",
		                          r->left_behind));
	if (f->digestfile && file_write_atomic(f->digestfile, bytes_str(DIGEST_TEXT(d)), 0644, e) < 0)
		return -1;
	output_stdout(&out);
	stream_printf(&out, "%s ", DIGEST_TEXT(d));
	stream_show(&out, bytes_str(place_of(job, to, r->tag)));
	stream_puts(&out, "\n");
	return stream_finish(&out, e);
}

int copying_run(struct job *job, const struct copying_flags *flags, const struct target *from,
                const struct target *to, err *e)
{
	struct progress progress = { .job = job, .target = from->text };
	struct transfer_options options;
	struct transfer_result result;

	if (prepare(job, flags, from, to, &options, e) < 0)
		return -1;
	if (job->err.is_tty && !job->quiet && !flags->no_progress) {
		options.report = progress_report;
		options.report_ctx = &progress;
	}
	int status = transfer_run(from, to, &options, &job->arena, &result, e);

	progress_end(&progress);
	return status < 0 ? -1 : tell(job, flags, to, &result, e);
}
