/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/provenance.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/images.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/status.h"
#include "fmt/json_write.h"
#include "sys/file.h"

#include <sys/stat.h>

/* -- one artifact ------------------------------------------------------------------------------ */

struct proven {
	const char *name;
	digest image;                  /* whose attachments were judged; none: a file's */
	struct prover_finding finding; /* the first that holds; else the first that is refused */
};

struct trial {
	struct job *job;
	const struct provenance_flags *flags;
	struct prover *prover;
	uint64_t timeout_ms;
	struct {
		struct proven *items;
		size_t len, cap;
	} proven;
	struct proven *now; /* the last of them */
};

static int judge(struct trial *t, const struct verify_question *q, err *e)
{
	struct prover_finding f;

	if (prover_judge(t->prover, q, &t->job->arena, &f, e) < 0)
		return -1;
	if (f.kind == VERDICT_HOLDS || t->now->finding.kind == VERDICT_ELSE)
		t->now->finding = f;
	return 0;
}

static int judge_file(struct trial *t, const char *path, const char *artifact, err *e)
{
	const struct blob_flags f = { .bundle = path };
	struct verify_question q;

	return blob_question(&f, artifact, &t->job->arena, &q, e) < 0 ? -1 : judge(t, &q, e);
}

static int gather(struct trial *t, const struct target *target, unsigned kinds,
                  struct image_attachments *out, err *e)
{
	struct attachments_options o = { .scope = SCOPE_ROOT, .kinds = kinds };
	struct reference elsewhere;

	if (t->flags->other.repository) {
		if (images_repository(t->flags->other.repository, &t->job->arena, &elsewhere, e) < 0)
			return err_wrap(e, "--provenance-repository");
		o.elsewhere = &elsewhere;
	}
	if (network_prepare(t->job, &t->flags->network, t->timeout_ms, target->text, &o.registry, e) <
	    0)
		return -1;
	return attachments_read(target, &o, &t->job->arena, out, e);
}

static int judge_attached(struct trial *t, const struct target *target, err *e)
{
	unsigned kinds = 1U << ATTACHMENT_ENVELOPE | 1U << ATTACHMENT_BUNDLE |
	                 1U << ATTACHMENT_STATEMENT;
	struct image_attachments image;

	if (gather(t, target, kinds, &image, e) < 0)
		return -1;
	t->now->image = image.subjects[0].digest;
	images_note_tag(t->job, target->text, image.tag, DIGEST_TEXT(&t->now->image), "judged");
	for (size_t i = 0; i < image.list.len && t->now->finding.kind != VERDICT_HOLDS; i++) {
		struct verify_question q = { .is_attached = true, .attachment = image.list.items[i] };

		if (kinds & 1U << q.attachment.kind && judge(t, &q, e) < 0)
			return -1;
	}
	return 0;
}

/* named_digest(job, text, out, e): of an image in a registry, by its digest: a tag may mean another
 * image tomorrow, and here nobody is asked. */
static int named_digest(struct job *job, const char *text, const char **out, err *e)
{
	struct reference ref;

	if (reference_parse(text, &job->arena, &ref, e) < 0)
		return -1;
	if (ref.digest.algorithm == DIGEST_NONE)
		return err_set(
			e, ERR_UNTRUSTED, 0,
			"a tag may be moved: with --provenance-path an image is named by its digest");
	*out = arena_printf(&job->arena, "%s", DIGEST_TEXT(&ref.digest));
	return 0;
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int judge_files(struct trial *t, const char *artifact, err *e)
{
	const struct provenance_flags *f = t->flags;
	struct target target;

	if (!is_file(artifact) && !bytes_starts(bytes_str(artifact), BYTES("sha256:")) &&
	    !bytes_starts(bytes_str(artifact), BYTES("sha512:"))) {
		if (target_parse_signed(artifact, &t->job->arena, &target, e) < 0)
			return -1;
		if (target.kind != TARGET_REGISTRY)
			return err_set(e, ERR_USAGE, 0, "a file, a digest, or an image by its digest");
		if (named_digest(t->job, target.tag, &artifact, e) < 0)
			return -1;
	}
	if (f->other.attestations)
		return judge_file(t, f->other.attestations, artifact, e);
	for (size_t i = 0; i < f->paths.len && t->now->finding.kind != VERDICT_HOLDS; i++)
		if (judge_file(t, f->paths.items[i], artifact, e) < 0)
			return -1;
	return 0;
}

static int judge_image(struct trial *t, const char *name, err *e)
{
	struct target target;

	if (target_parse_signed(name, &t->job->arena, &target, e) < 0)
		return -1;
	if (is_file(name) || (target.kind != TARGET_REGISTRY && target.kind != TARGET_LAYOUT &&
	                      target.kind != TARGET_OCI_ARCHIVE))
		return err_set(e, ERR_USAGE, 0,
		               "of a file, say where its provenance is: --provenance-path");
	return judge_attached(t, &target, e);
}

static int judge_summary(struct trial *t, err *e)
{
	struct verify_question q = { .is_attached = false };

	return file_read_all(t->flags->other.summary, LIMIT_BUNDLE, &t->job->arena, &q.bundle, e) < 0
	           ? -1
	           : judge(t, &q, e);
}

/* -- what came out ----------------------------------------------------------------------------- */

static void tell_text(struct stream *out, const struct proven *p, bool is_summary)
{
	const struct prover_finding *f = &p->finding;

	stream_puts(out, "proven ");
	stream_show(out, bytes_str(p->name));
	stream_puts(out, "\n");
	proof_line(out, "image", bytes_str(DIGEST_TEXT(&p->image)));
	proof_line(out, is_summary ? "verifier" : "built by", f->builder);
	proof_line(out, "from", f->source);
	proof_line(out, "at", f->ref);
	proof_line(out, "commit", f->commit);
	if (f->time > 0)
		stream_printf(out, "  %-11s%s\n", "signed on", DATE_TEXT(f->time));
	if (f->is_logged)
		stream_printf(out, "  %-11s%llu\n", "logged as", (unsigned long long)f->log_index);
}

static void tell_json(struct json_writer *w, const struct proven *p)
{
	const struct prover_finding *f = &p->finding;

	json_write_object(w, NULL);
	json_write_octets(w, "artifact", bytes_str(p->name));
	json_write_some(w, "digest", bytes_str(DIGEST_TEXT(&p->image)));
	json_write_bool(w, "verified", true);
	json_write_some(w, "builder", f->builder);
	json_write_some(w, "build_type", f->build_type);
	json_write_some(w, "source", f->source);
	json_write_some(w, "ref", f->ref);
	json_write_some(w, "commit", f->commit);
	if (f->time > 0)
		json_write_i64(w, "signed", f->time);
	if (f->is_logged)
		json_write_u64(w, "log_index", f->log_index);
	if (f->statement.n > 0)
		json_write_raw(w, "statement", f->statement);
	json_write_end(w);
}

/* All of them hold, or nothing is said. */
static int tell(const struct trial *t, err *e)
{
	const char *format = t->flags->output;
	bool is_json = format && strcmp(format, "json") == 0;
	struct json_writer w;
	struct stream out;

	output_stdout(&out);
	if (is_json) {
		json_write_init(&w, &out);
		json_write_array(&w, NULL);
	}
	for (size_t i = 0; i < t->proven.len; i++) {
		const struct proven *p = &t->proven.items[i];

		if (is_json) {
			tell_json(&w, p);
		} else if (t->flags->print) {
			stream_put(&out, p->finding.statement);
			stream_puts(&out, "\n");
		} else {
			tell_text(&out, p, t->flags->other.summary != NULL);
		}
	}
	if (is_json)
		json_write_end(&w);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

/* -- all --------------------------------------------------------------------------------------- */

static int conclude(const struct proven *p, err *e)
{
	const struct prover_finding *f = &p->finding;

	switch (f->kind) {
	case VERDICT_HOLDS: return 0;
	case VERDICT_REFUSED: return err_set(e, ERR_UNTRUSTED, 0, "%s", SHOW(f->why));
	case VERDICT_ELSE: break;
	}
	return err_set(e, ERR_UNSIGNED, 0, "no provenance%s%s", f->why.n > 0 ? ": " : "",
	               f->why.n > 0 ? SHOW(f->why) : "");
}

static int try_one(struct trial *t, const char *name, err *e)
{
	const struct provenance_flags *f = t->flags;
	int status;

	t->now = ARENA_PUSH(&t->job->arena, &t->proven);
	t->now->name = name;
	if (f->other.summary)
		status = judge_summary(t, e);
	else if (f->other.attestations || f->paths.len > 0)
		status = judge_files(t, name, e);
	else
		status = judge_image(t, name, e);
	if (status < 0 || conclude(t->now, e) < 0)
		return e->kind == ERR_USAGE ? -1 : err_wrap(e, "%s", SHOW(bytes_str(name)));
	return 0;
}

int provenance_prove(struct job *job, const struct provenance_flags *flags,
                     const struct prover_terms *terms, const struct texts *artifacts, err *e)
{
	struct trial t = { .job = job,
		               .flags = flags,
		               .timeout_ms = flags->other.timeout_ms ? flags->other.timeout_ms
		                                                     : LIMIT_VERIFY_MS * artifacts->len };
	struct deadline deadline = deadline_in(t.timeout_ms);
	int status = 0;

	if (prover_start(terms, &deadline, &t.prover, e) < 0)
		return -1;
	for (size_t i = 0; i < artifacts->len && status == 0; i++)
		status = try_one(&t, artifacts->items[i], e);
	prover_stop(t.prover);
	return status < 0 ? -1 : tell(&t, e);
}
