/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify_provenance.c - `oakum verify-provenance ARTIFACT|IMAGE --source-uri URI ...`: was it
 * built from that source, by a builder that its users cannot steer? With slsa-verifier's flags. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/roots.h"
#include "cmd/status.h"
#include "flow/prover.h"
#include "fmt/json_write.h"
#include "sys/file.h"
#include "transfer/attachments.h"

#include <sys/stat.h>

/* How the source stood, and how the build was started. */
struct build_flags {
	const char *branch, *tag, *versioned_tag;
	struct texts inputs;
};

struct other_flags {
	const char *root;
	uint64_t timeout_ms;
	const char *attestations, *package, *version;                 /* npm */
	const char *summary, *verifier, *resource, *key, *key_id, *hash; /* what others verified */
	struct texts subjects, levels;
};

struct provenance_flags {
	struct texts paths;
	const char *source, *builder, *output;
	bool print;
	struct build_flags build;
	struct other_flags other;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct provenance_flags, name)
static const struct flag flags[] = {
	{ 0, "provenance-path", "FILE", FLAG_LIST, FIELD(paths), "(an image: what is attached to it)" },
	{ 0, "source-uri", "URI", FLAG_TEXT, FIELD(source), "the repository it must be built from" },
	{ 0, "builder-id", "URI", FLAG_TEXT, FIELD(builder), "who must have built it (SLSA's own)" },
	{ 0, "print-provenance", NULL, FLAG_SWITCH, FIELD(print), "the statement, when it holds" },
	{ 0, "output", "text|json", FLAG_CHOICE, FIELD(output), "how it is told" },
	{ 0 },
};
#undef FIELD

#define FIELD(name) offsetof(struct build_flags, name)
static const struct flag build_flags_table[] = {
	{ 0, "source-branch", "NAME", FLAG_TEXT, FIELD(branch), "built from this branch" },
	{ 0, "source-tag", "TAG", FLAG_TEXT, FIELD(tag), "built from this tag" },
	{ 0, "source-versioned-tag", "VERSION", FLAG_TEXT, FIELD(versioned_tag),
	  "built from a tag of this version: v1, v1.2 or v1.2.3" },
	{ 0, "build-workflow-input", "NAME=VALUE", FLAG_LIST, FIELD(inputs),
	  "started by hand with this input" },
	{ 0 },
};
#undef FIELD

#define FIELD(name) offsetof(struct other_flags, name)
static const struct flag other_flags_table[] = {
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(root),
	  "logs and authorities (Sigstore's public ones)" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0, "attestations-path", "FILE", FLAG_TEXT, FIELD(attestations),
	  "a package of npm: what the registry answers about its attestations" },
	{ 0, "package-name", "NAME", FLAG_TEXT, FIELD(package), "the package must have this name" },
	{ 0, "package-version", "VERSION", FLAG_TEXT, FIELD(version), "and this version" },
	{ 0, "attestation-path", "FILE", FLAG_TEXT, FIELD(summary),
	  "a verification summary (VSA) in a DSSE envelope" },
	{ 0, "subject-digest", "ALG:DIGEST", FLAG_LIST, FIELD(subjects), "what it must be about" },
	{ 0, "verifier-id", "URI", FLAG_TEXT, FIELD(verifier), "who must have verified" },
	{ 0, "resource-uri", "URI", FLAG_TEXT, FIELD(resource), "what he must have verified" },
	{ 0, "verified-level", "LEVEL", FLAG_LIST, FIELD(levels),
	  "SLSA_BUILD_LEVEL_2: this or a higher one" },
	{ 0, "public-key-path", "FILE", FLAG_TEXT, FIELD(key), "the verifier's key, PEM" },
	{ 0, "public-key-id", "ID", FLAG_TEXT, FIELD(key_id), "what the envelope calls it" },
	{ 0, "public-key-hash-algo", "SHA256|SHA384|SHA512", FLAG_CHOICE, FIELD(hash),
	  "changes nothing: the key says it" },
	{ 0 },
};
#undef FIELD

static const struct flag_group build_group = { "build", "How it was built", build_flags_table };
static const struct flag_group other_group = { "provenance", "Packages, summaries, trust",
	                                           other_flags_table };

/* -- what is asked ----------------------------------------------------------------------------- */

static int take_inputs(struct job *job, const struct texts *list, struct provenance_values *out,
                       err *e)
{
	for (size_t i = 0; i < list->len; i++) {
		bytes text = bytes_str(list->items[i]);
		size_t equals = bytes_find(text, '=');
		struct provenance_value *v = ARENA_PUSH(&job->arena, out);

		if (equals == 0 || equals == text.n)
			return err_set(e, ERR_USAGE, 0, "--build-workflow-input is NAME=VALUE, not '%s'",
			               SHOW(text));
		*v = (struct provenance_value){ bytes_slice(text, 0, equals),
			                            bytes_skip(text, equals + 1) };
	}
	return 0;
}

static bytes *texts_bytes(struct job *job, const struct texts *list)
{
	bytes *out = arena_array(&job->arena, bytes, list->len);

	for (size_t i = 0; i < list->len; i++)
		out[i] = bytes_str(list->items[i]);
	return out;
}

static int take_summary(struct job *job, const struct other_flags *f, struct prover_terms *t,
                        err *e)
{
	if (!f->key || !f->verifier || !f->resource || f->subjects.len == 0)
		return err_set(e, ERR_USAGE, 0,
		               "a summary needs --subject-digest, --verifier-id, --resource-uri and "
		               "--public-key-path");
	t->wish = PROVE_SUMMARY;
	t->summary = (struct slsa_summary_request){ .key_id = bytes_str(f->key_id),
		                                        .verifier = bytes_str(f->verifier),
		                                        .resource = bytes_str(f->resource),
		                                        .subjects = texts_bytes(job, &f->subjects),
		                                        .subjects_len = f->subjects.len,
		                                        .levels = texts_bytes(job, &f->levels),
		                                        .levels_len = f->levels.len };
	return file_read_all(f->key, LIMIT_KEY, &job->arena, &t->key, e);
}

static int take_terms(struct job *job, const struct provenance_flags *f, struct prover_terms *t,
                      err *e)
{
	if (trust_root_text(job, f->other.root, &t->root, e) < 0)
		return -1;
	t->wants_statement = f->print;
	if (f->other.summary)
		return take_summary(job, &f->other, t, e);
	if (!f->source)
		return err_set(e, ERR_USAGE, 0, "say from which source it must be built: --source-uri");
	if (f->build.tag && f->build.versioned_tag)
		return err_set(e, ERR_USAGE, 0, "--source-tag and --source-versioned-tag exclude each other");
	t->wish = f->other.attestations ? PROVE_PACKAGE : PROVE_BUILD;
	t->request = (struct slsa_request){ .source = bytes_str(f->source),
		                                .builder = bytes_str(f->builder),
		                                .branch = bytes_str(f->build.branch),
		                                .tag = bytes_str(f->build.tag),
		                                .versioned_tag = bytes_str(f->build.versioned_tag),
		                                .package = bytes_str(f->other.package),
		                                .package_version = bytes_str(f->other.version) };
	return take_inputs(job, &f->build.inputs, &t->request.inputs, e);
}

/* -- one artifact ------------------------------------------------------------------------------ */

struct trial {
	struct job *job;
	const struct provenance_flags *flags;
	struct prover *prover;
	struct prover_finding finding; /* the first that holds; else the first that is refused */
};

static int judge(struct trial *t, const struct verify_question *q, err *e)
{
	struct prover_finding f;

	if (prover_judge(t->prover, q, &t->job->arena, &f, e) < 0)
		return -1;
	if (f.kind == VERDICT_HOLDS || t->finding.kind == VERDICT_ELSE)
		t->finding = f;
	return 0;
}

static int judge_file(struct trial *t, const char *path, const char *artifact, err *e)
{
	const struct blob_flags f = { .bundle = path };
	struct verify_question q;

	return blob_question(&f, artifact, &t->job->arena, &q, e) < 0 ? -1 : judge(t, &q, e);
}

static int judge_attached(struct trial *t, const struct target *target, err *e)
{
	struct attachments_options o = { .scope = SCOPE_ROOT,
		                             .kinds = 1U << ATTACHMENT_ENVELOPE | 1U << ATTACHMENT_BUNDLE |
		                                      1U << ATTACHMENT_STATEMENT };
	struct image_attachments image;

	if (network_prepare(t->job, &t->flags->network, t->flags->other.timeout_ms, target->text, &o.registry,
	                    e) < 0 ||
	    attachments_read(target, &o, &t->job->arena, &image, e) < 0)
		return -1;
	for (size_t i = 0; i < image.list.len && t->finding.kind != VERDICT_HOLDS; i++) {
		struct verify_question q = { .is_attached = true, .attachment = image.list.items[i] };

		if (o.kinds & 1U << q.attachment.kind && judge(t, &q, e) < 0)
			return -1;
	}
	return 0;
}

/* named_digest(text, out, e): of an image in a registry, by its digest: a tag may mean another image
 * tomorrow, and here nobody is asked. */
static int named_digest(struct job *job, const char *text, const char **out, err *e)
{
	struct reference ref;

	if (reference_parse(text, &job->arena, &ref, e) < 0)
		return -1;
	if (ref.digest.algorithm == DIGEST_NONE)
		return err_set(e, ERR_UNTRUSTED, 0,
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
		if (target_parse(artifact, &t->job->arena, &target, e) < 0)
			return -1;
		if (target.kind != TARGET_REGISTRY)
			return err_set(e, ERR_USAGE, 0, "a file, a digest, or an image by its digest");
		if (named_digest(t->job, target.text, &artifact, e) < 0)
			return -1;
	}
	if (f->other.attestations)
		return judge_file(t, f->other.attestations, artifact, e);
	for (size_t i = 0; i < f->paths.len && t->finding.kind != VERDICT_HOLDS; i++)
		if (judge_file(t, f->paths.items[i], artifact, e) < 0)
			return -1;
	return 0;
}

static int judge_image(struct trial *t, const char *name, err *e)
{
	struct target target;

	if (target_parse(name, &t->job->arena, &target, e) < 0)
		return -1;
	if (target.kind != TARGET_REGISTRY && target.kind != TARGET_LAYOUT &&
	    target.kind != TARGET_OCI_ARCHIVE)
		return err_set(e, ERR_USAGE, 0, "of a file, say where its provenance is: --provenance-path");
	return judge_attached(t, &target, e);
}

static int judge_summary(struct trial *t, err *e)
{
	struct verify_question q = { .is_attached = false };

	return file_read_all(t->flags->other.summary, LIMIT_BUNDLE, &t->job->arena, &q.bundle,
	                     e) < 0
	           ? -1
	           : judge(t, &q, e);
}

/* -- what came out ----------------------------------------------------------------------------- */

static void line(struct stream *out, const char *name, bytes value)
{
	if (value.n == 0)
		return;
	stream_printf(out, "  %-11s", name);
	stream_show(out, value);
	stream_puts(out, "\n");
}

static void tell_text(struct stream *out, const char *name, const struct prover_finding *f,
                      bool is_summary)
{
	stream_puts(out, "proven ");
	stream_show(out, bytes_str(name));
	stream_puts(out, "\n");
	line(out, is_summary ? "verifier" : "built by", f->builder);
	line(out, "from", f->source);
	line(out, "at", f->ref);
	line(out, "commit", f->commit);
	if (f->time > 0)
		stream_printf(out, "  %-11s%s\n", "signed on", DATE_TEXT(f->time));
	if (f->is_logged)
		stream_printf(out, "  %-11s%llu\n", "logged as", (unsigned long long)f->log_index);
}

static void tell_json(struct stream *out, const char *name, const struct prover_finding *f)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_octets(&w, "artifact", bytes_str(name));
	json_write_bool(&w, "verified", true);
	json_write_some(&w, "builder", f->builder);
	json_write_some(&w, "build_type", f->build_type);
	json_write_some(&w, "source", f->source);
	json_write_some(&w, "ref", f->ref);
	json_write_some(&w, "commit", f->commit);
	if (f->time > 0)
		json_write_i64(&w, "signed", f->time);
	if (f->is_logged)
		json_write_u64(&w, "log_index", f->log_index);
	if (f->statement.n > 0)
		json_write_raw(&w, "statement", f->statement);
	json_write_end(&w);
}

static int tell(const struct trial *t, const char *name, err *e)
{
	const struct prover_finding *f = &t->finding;
	const char *format = t->flags->output;
	struct stream out;

	if (f->kind == VERDICT_REFUSED)
		return err_set(e, ERR_UNTRUSTED, 0, "%s: %s", SHOW(bytes_str(name)), SHOW(f->why));
	if (f->kind != VERDICT_HOLDS)
		return err_set(e, ERR_UNSIGNED, 0, "%s: no provenance%s%s", SHOW(bytes_str(name)),
		               f->why.n > 0 ? ": " : "", f->why.n > 0 ? SHOW(f->why) : "");
	output_stdout(&out);
	if (format && strcmp(format, "json") == 0) {
		tell_json(&out, name, f);
	} else if (t->flags->print) {
		stream_put(&out, f->statement);
		stream_puts(&out, "\n");
	} else {
		tell_text(&out, name, f, t->flags->other.summary != NULL);
	}
	return stream_finish(&out, e);
}

/* -- all --------------------------------------------------------------------------------------- */

static int try_one(struct trial *t, const char *name, err *e)
{
	const struct provenance_flags *f = t->flags;
	int status;

	t->finding = (struct prover_finding){ .kind = VERDICT_ELSE };
	if (f->other.summary)
		status = judge_summary(t, e);
	else if (f->other.attestations || f->paths.len > 0)
		status = judge_files(t, name, e);
	else
		status = judge_image(t, name, e);
	if (status < 0)
		return e->kind == ERR_USAGE ? -1 : err_wrap(e, "%s", SHOW(bytes_str(name)));
	return tell(t, name, e);
}

static int run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct provenance_flags *f = options;
	struct trial t = { .job = job, .flags = f };
	struct deadline deadline = deadline_in(f->other.timeout_ms ? f->other.timeout_ms : LIMIT_TIME_MS);
	struct prover_terms terms = { 0 };
	bool is_summary = f->other.summary != NULL;

	if (is_summary != (operands->len == 0))
		return err_set(e, ERR_USAGE, 0, is_summary ? "a summary's subject is --subject-digest"
		                                           : "say which file or image");
	if (take_terms(job, f, &terms, e) < 0 || prover_start(&terms, &deadline, &t.prover, e) < 0)
		return -1;
	int status = is_summary ? try_one(&t, f->other.subjects.items[0], e) : 0;

	for (size_t i = 0; i < operands->len && status == 0; i++)
		status = try_one(&t, operands->items[i], e);
	prover_stop(t.prover);
	return status < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_verify_provenance = {
	.name = "verify-provenance",
	.brief = "was it built from that source, by whom (SLSA)",
	.operands = "FILE|DIGEST|IMAGE...",
	.about = "Checks signed SLSA provenance as slsa-verifier does; nothing else is fetched.",
	.operands_max = UINT32_MAX,
	.flags = flags,
	.groups = { { &build_group, offsetof(struct provenance_flags, build) },
	            { &other_group, offsetof(struct provenance_flags, other) },
	            { &network_flag_group, offsetof(struct provenance_flags, network) } },
	.options_size = sizeof(struct provenance_flags),
	.examples = { { "oakum verify-provenance app --provenance-path app.intoto.jsonl --source-uri ...",
	                "a file" },
	              { "oakum verify-provenance ghcr.io/team/app --source-uri github.com/team/app",
	                "an image" } },
	.run = run,
};
