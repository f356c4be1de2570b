/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify.c - `oakum verify IMAGE...`: is it signed by whom we ask for? Only what says "signed"
 * counts, never an attestation of another kind by the same person. */
#include "base/base64.h"
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/verify_images.h"
#include "cmd/verify_policy.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#define SIMPLE "cosign container image signature"

#define FIELD(name) offsetof(struct verify_images_flags, name)
static const struct flag flags[] = {
	{ 'a', "annotations", "NAME=VALUE", FLAG_LIST, FIELD(claims), "what the signature must claim" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "that image of an index" },
	{ 0, "all-platforms", NULL, FLAG_SWITCH, FIELD(all_platforms),
	  "an index and each of its images" },
	{ 0, "policy", "FILE", FLAG_TEXT, FIELD(policy), "what is asked of images stands there" },
	{ 0, "image-name", "NAME", FLAG_TEXT, FIELD(image_name),
	  "by which it knows a local image" },
	{ 'o', "output", "text|json", FLAG_CHOICE, FIELD(output), "how it is told" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (30s an image)" },
	{ 0 },
};

struct telling {
	struct stream out;
	struct json_writer json;
	bool as_json;
};

/* -- JSON, as cosign 2 has it ------------------------------------------------------------------ */

/* The names that cosign gives to the claims of GitHub's workflows. */
static const char *const claim_names[CLAIMS_MOST] = {
	[CLAIM_TRIGGER_OLD] = "githubWorkflowTrigger",
	[CLAIM_COMMIT_OLD] = "githubWorkflowSha",
	[CLAIM_WORKFLOW_OLD] = "githubWorkflowName",
	[CLAIM_REPOSITORY_OLD] = "githubWorkflowRepository",
	[CLAIM_REF_OLD] = "githubWorkflowRef",
};

static void put_log(struct json_writer *w, const struct bundle_entry *entry)
{
	struct arena a = ARENA_INIT;
	buf id = BUF_INIT(256);

	text_hex(&id, bytes_slice(entry->log_id, 0, 64));
	json_write_object(w, "Bundle");
	json_write_str(w, "SignedEntryTimestamp", base64_encode(entry->promise, &a));
	json_write_object(w, "Payload");
	json_write_str(w, "body", base64_encode(entry->body, &a));
	json_write_i64(w, "integratedTime", entry->time);
	json_write_u64(w, "logIndex", entry->index);
	json_write_str(w, "logID", buf_bytes(&id));
	json_write_end(w);
	json_write_end(w);
	buf_done(&id);
	arena_done(&a);
}

static void put_claims(struct json_writer *w, const struct verify_finding *f)
{
	for (int n = 1; n < CLAIMS_MOST; n++) {
		struct text_small oid = { "" };

		if (f->claims.items[n].n == 0)
			continue;
		snprintf(oid.text, sizeof(oid.text), "1.3.6.1.4.1.57264.1.%d", n);
		json_write_octets(w, oid.text, f->claims.items[n]);
		if (claim_names[n])
			json_write_octets(w, claim_names[n], f->claims.items[n]);
	}
}

static bool is_ours(bytes name)
{
	return bytes_is(name, "Bundle") || bytes_is(name, "Subject") || bytes_is(name, "Issuer") ||
	       bytes_starts(name, BYTES("1.3.6.1.4.1.57264.")) ||
	       bytes_starts(name, BYTES("githubWorkflow"));
}

/* A C string: what a name holds behind a NUL is not told. */
static const char *name_of(bytes name, struct arena *a)
{
	return arena_str(a, bytes_slice(name, 0, bytes_find(name, 0)));
}

static void put_optional(struct json_writer *w, const struct verify_finding *f)
{
	struct arena a = ARENA_INIT;

	json_write_object(w, "optional");
	if (f->entry.promise.n > 0)
		put_log(w, &f->entry);
	json_write_some(w, "Subject", f->identity);
	json_write_some(w, "Issuer", f->issuer);
	put_claims(w, f);
	for (size_t i = 0; i < f->said.len; i++)
		/* What a certificate says is not said by a signature. */
		if (!is_ours(f->said.items[i].name))
			json_write_octets(w, name_of(f->said.items[i].name, &a), f->said.items[i].value);
	json_write_end(w);
	arena_done(&a);
}

static void put_signature(struct json_writer *w, const char *target, const struct attachment *at,
                          const struct verify_finding *f)
{
	json_write_object(w, NULL);
	json_write_object(w, "critical");
	json_write_object(w, "identity");
	json_write_octets(w, "docker-reference", f->reference.n > 0 ? f->reference : bytes_str(target));
	json_write_end(w);
	json_write_object(w, "image");
	json_write_text(w, "docker-manifest-digest", DIGEST_TEXT(&at->subject));
	json_write_end(w);
	json_write_octets(w, "type", f->predicate_type.n > 0 ? f->predicate_type : BYTES(SIMPLE));
	json_write_end(w);
	put_optional(w, f);
	json_write_object(w, "proof");
	json_write_octets(w, "image", bytes_str(target));
	json_write_text(w, "attachment", DIGEST_TEXT(&at->manifest));
	proof_json(w, f);
	json_write_end(w);
	json_write_end(w);
}

/* -- telling ----------------------------------------------------------------------------------- */

static void tell(void *ctx, const char *target, const struct verified_image *v)
{
	struct telling *t = ctx;

	if (!t->as_json) {
		stream_puts(&t->out, "verified ");
		stream_show(&t->out, bytes_str(target));
		stream_puts(&t->out, "\n");
	}
	for (size_t i = 0; i < v->attached.list.len; i++) {
		const struct attachment *at = &v->attached.list.items[i];

		if (v->findings[i].kind != VERDICT_HOLDS)
			continue;
		if (t->as_json) {
			put_signature(&t->json, target, at, &v->findings[i]);
			continue;
		}
		stream_printf(&t->out, "  %-11s%s\n", "image", DIGEST_TEXT(&at->subject));
		proof_text(&t->out, &v->findings[i]);
	}
}

static int run_signatures(struct job *job, const struct verify_images_flags *f,
                          const struct texts *operands, err *e)
{
	struct telling t = { .as_json = f->output && strcmp(f->output, "json") == 0 };
	struct verify_images v = { .job = job,
		                       .flags = f,
		                       .image = { .wish = WISH_SIGNATURE },
		                       .tell = tell,
		                       .ctx = &t };

	output_stdout(&t.out);
	if (t.as_json) {
		json_write_init(&t.json, &t.out);
		json_write_array(&t.json, NULL);
	}
	int status = verify_images_run(&v, operands, e);
	err ignored = { 0 };

	if (t.as_json && status >= 0)
		json_write_end(&t.json);
	if (stream_finish(&t.out, status < 0 ? &ignored : e) < 0) /* the first failure is told */
		return -1;
	return status;
}

static int run_policy(struct job *job, const struct verify_images_flags *f,
                      const struct texts *operands, err *e)
{
	const struct verify_policy_flags asked = { .policy = f->policy,
		                                       .who = &f->who,
		                                       .name = f->image_name,
		                                       .platform = f->platform,
		                                       .all_platforms = f->all_platforms,
		                                       .output = f->output,
		                                       .timeout_ms = f->timeout_ms,
		                                       .network = &f->network };

	if (who_is_said(&f->who) || f->claims.len > 0)
		return err_set(e, ERR_USAGE, 0, "--policy says whom to believe, so no other flag can");
	return verify_policy(job, &asked, operands, e);
}

static int verify_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct verify_images_flags *f = options;

	return (f->policy ? run_policy : run_signatures)(job, f, operands, e);
}

const struct applet applet_verify = {
	.name = "verify",
	.brief = "is an image signed, and by whom",
	.operands = "IMAGE...",
	.about = "Checks signatures of every form; asks nobody but the registry of the image.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &who_flag_group, offsetof(struct verify_images_flags, who) },
	            { &network_flag_group, offsetof(struct verify_images_flags, network) } },
	.options_size = sizeof(struct verify_images_flags),
	.examples = { { "oakum verify --key cosign.pub ghcr.io/team/shop:1.0", "signed with this key" },
	              { "oakum verify --certificate-identity WHO --certificate-oidc-issuer URL "
	                "oci:shop",
	                "by this identity" } },
	.run = verify_run,
};
