/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify_provenance.c - `oakum verify-provenance ARTIFACT|IMAGE --source-uri URI ...`: was it
 * built from that source, by a builder that its users cannot steer? With slsa-verifier's flags. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/options.h"
#include "cmd/provenance.h"
#include "cmd/roots.h"
#include "sys/file.h"

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
	{ 0, "source-versioned-tag", "vX.Y.Z", FLAG_TEXT, FIELD(versioned_tag),
	  "from a tag of this version: v1, v1.2, v1.2.3" },
	{ 0, "build-workflow-input", "NAME=VALUE", FLAG_LIST, FIELD(inputs),
	  "started by hand with this input" },
	{ 0 },
};
#undef FIELD

#define FIELD(name) offsetof(struct other_flags, name)
static const struct flag other_flags_table[] = {
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(root),
	  "logs and authorities (Sigstore's public ones)" },
	{ 0, "provenance-repository", "REPO", FLAG_TEXT, FIELD(repository),
	  "where an image's provenance is kept (beside it)" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (30s an image)" },
	{ 0, "attestations-path", "FILE", FLAG_TEXT, FIELD(attestations),
	  "of npm: what its registry answers" },
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
	{ 0, "public-key-hash-algo", "NAME", FLAG_TEXT, FIELD(hash),
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

static bool asks_of_summary(const struct other_flags *o)
{
	return o->verifier || o->resource || o->key || o->key_id || o->subjects.len > 0 ||
	       o->levels.len > 0;
}

/* What belongs to another kind of evidence would be demanded of nobody. */
static int check_mode(const struct provenance_flags *f, err *e)
{
	const struct other_flags *o = &f->other;

	if (!o->summary && asks_of_summary(o))
		return err_set(e, ERR_USAGE, 0,
		               "--verifier-id, --resource-uri, --verified-level, --subject-digest and "
		               "--public-key-... ask of a summary: --attestation-path");
	if ((o->package && !*o->package) || (o->version && !*o->version))
		return err_set(e, ERR_USAGE, 0,
		               "--package-name and --package-version are no questions when empty");
	if ((o->package || o->version) && !o->attestations)
		return err_set(e, ERR_USAGE, 0,
		               "--package-name and --package-version ask of a package of npm: "
		               "--attestations-path");
	if (o->summary && (f->source || f->builder || f->paths.len > 0 || o->attestations))
		return err_set(e, ERR_USAGE, 0,
		               "a summary (--attestation-path) says nothing of source and builder");
	return 0;
}

static int check_place(const struct provenance_flags *f, err *e)
{
	const struct other_flags *o = &f->other;

	if (!o->repository || (!o->summary && !o->attestations && f->paths.len == 0))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "--provenance-repository is where a registry keeps what is attached to an "
	               "image: files are given as they are");
}

static int take_terms(struct job *job, const struct provenance_flags *f, struct prover_terms *t,
                      err *e)
{
	if (options_refuse_empty(flags, f, e) < 0 ||
	    options_refuse_empty(build_flags_table, &f->build, e) < 0 ||
	    check_mode(f, e) < 0 || check_place(f, e) < 0)
		return -1;
	if (trust_root_text(job, f->other.root, &t->root, e) < 0)
		return -1;
	t->wants_statement = f->print;
	if (f->other.summary)
		return take_summary(job, &f->other, t, e);
	if (!f->source)
		return err_set(e, ERR_USAGE, 0, "say from which source it must be built: --source-uri");
	if (f->build.tag && f->build.versioned_tag)
		return err_set(e, ERR_USAGE, 0,
		               "--source-tag and --source-versioned-tag exclude each other");
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

/* -- all --------------------------------------------------------------------------------------- */

/* A summary is of all its subjects at once; the first one names it. */
static int run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct provenance_flags *f = options;
	struct texts subject = { f->other.subjects.items, f->other.subjects.len > 0, 1 };
	struct prover_terms terms = { 0 };
	bool is_summary = f->other.summary != NULL;

	if (is_summary != (operands->len == 0))
		return err_set(e, ERR_USAGE, 0,
		               is_summary ? "a summary's subject is --subject-digest"
		                          : "say which file or image");
	if (take_terms(job, f, &terms, e) < 0)
		return -1;
	return provenance_prove(job, f, &terms, is_summary ? &subject : operands, e);
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
	.examples = { { "oakum verify-provenance app --provenance-path app.jsonl --source-uri ...",
	                "a file" },
	              { "oakum verify-provenance ghcr.io/team/app --source-uri github.com/team/app",
	                "an image" } },
	.run = run,
};
