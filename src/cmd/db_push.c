/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db push FILE NAME` - the vulnerability database for a team, in its registry. */
#include "base/text.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/signing.h"
#include "cmd/status.h"
#include "flow/db_update.h"

struct db_push_flags {
	bool allow_licence;
	struct signing_flags signing; /* its key and network */
};

#define FIELD(name) offsetof(struct db_push_flags, name)
static const struct flag flags[] = {
	{ 0, "allow-licence", NULL, FLAG_SWITCH, FIELD(allow_licence),
	  "also where a feed's licence forbids passing it on" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(signing.timeout_ms), "give up after this (1h)" },
	{ 0 },
};

/* A signature of the artifact, attached to it as to an image. */
static int sign(struct signing *s, const struct reference *ref, const digest *d, err *e)
{
	struct arena *a = &s->job->arena;
	const struct oci_labels none = { 0 };
	const struct sign_wish wish = {
		.pairs = &none, .scope = SCOPE_ROOT, .as_bundle = true, .now = s->job->now
	};
	const struct reference at = reference_at(ref, d);
	struct sign_result r;
	struct target target;

	if (target_parse(arena_printf(a, "docker://%s", reference_text(&at, a)), a, &target, e) < 0)
		return -1;
	return sign_image(&s->who, &wish, &s->session, &target, a, &r, e);
}

/* push(job, f, operands, ref, out, e): with a key, whose owner is asked before anything is sent. */
static int push(struct job *job, const struct db_push_flags *f, const struct texts *operands,
                const struct reference *ref, digest *out, err *e)
{
	const struct texts name = { .items = operands->items + 1, .len = 1 };
	struct signing s;
	bool has_key = f->signing.key.key != NULL;
	int status = signing_open(&s, job, &f->signing, &name, e);

	if (status == 0 && has_key)
		status = signing_login(&s, e);
	if (status == 0)
		status = db_push(operands->items[0], ref, &s.registry, f->allow_licence, out, e);
	if (status == 0 && has_key && sign(&s, ref, out, e) < 0)
		status = err_wrap(e, "%s is there, and is not signed", DIGEST_TEXT(out));
	signing_close(&s);
	return status;
}

static int db_push_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_push_flags *f = options;
	bytes name = bytes_str(operands->items[1]);
	struct reference ref;
	struct stream out;
	digest d;

	(void)bytes_take_prefix(&name, BYTES("docker://"));
	if (reference_parse(arena_str(&job->arena, name), &job->arena, &ref, e) < 0 ||
	    push(job, f, operands, &ref, &d, e) < 0)
		return -1;
	output_stdout(&out);
	stream_printf(&out, "%s %s\n", DIGEST_TEXT(&d), reference_text(&ref, &job->arena));
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_db_push = {
	.name = "db push",
	.brief = "pass a vulnerability database on, in a registry",
	.operands = "FILE NAME",
	.about = "Checks the database and sends it as an artifact; its only layer is the file\n"
			 "(skopeo and oras copy it). 'oakum db update --from docker://NAME' fetches it,\n"
			 "and later only what changed. One that holds a feed whose licence forbids\n"
			 "passing it on is refused. With --key it is signed, as an image is.",
	.operands_min = 2,
	.operands_max = 2,
	.flags = flags,
	.groups = { { &key_flag_group, FIELD(signing.key) },
	            { &network_flag_group, FIELD(signing.network) } },
	.options_size = sizeof(struct db_push_flags),
	.examples = { { "oakum db push vuln.db ghcr.io/team/vulnerabilities:1", "" },
	              { "oakum db push ~/.cache/oakum/vulnerabilities.db localhost:5000/vuln:1",
	                "the one in use" } },
	.run = db_push_run,
};
