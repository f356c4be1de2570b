/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/attest.c - `oakum attest IMAGE...`: something is said of an image, and signed. */
#include "base/limits.h"
#include "cmd/signing.h"
#include "sys/file.h"
#include "sys/worker.h"

#include <stddef.h>

struct attest_flags {
	struct signing_flags s;
	const char *type, *predicate, *statement;
};

#define FIELD(name) offsetof(struct attest_flags, name)
static const struct flag flags[] = {
	{ 0, "type", "TYPE", FLAG_TEXT, FIELD(type),
	  "what kind of statement it becomes (custom)" },
	{ 0, "predicate", "FILE", FLAG_TEXT, FIELD(predicate), "what is said; - is standard input" },
	{ 0, "statement", "FILE", FLAG_TEXT, FIELD(statement), "a whole in-toto statement instead" },
	{ 0 },
};

/* What was signed before says everything itself. */
static int read_kept(struct signing *s, const struct attest_flags *f, struct sign_wish *wish,
                     err *e)
{
	const struct signing_flags *g = &f->s;

	if (f->type || f->predicate || f->statement || g->format || g->new_bundle || g->bundle ||
	    g->no_upload || g->replace)
		return err_set(e, ERR_USAGE, 0, "with --attach nothing is said or signed: the bundle goes "
		                                "to the image as it is");
	wish->testimony = NULL;
	if (file_read_input(g->attach, LIMIT_BUNDLE, &s->job->arena, &wish->kept, e) < 0)
		return -1;
	if (wish->kept.n == 0)
		return err_set(e, ERR_FORMAT, 0, "the bundle is empty");
	return claimant_start(&s->registry.http.deadline, &wish->claimant, e);
}

static int attest_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct attest_flags *f = options;
	struct testimony testimony;
	struct sign_wish wish = { .testimony = &testimony };
	struct signing s;
	int status = signing_open(&s, job, &f->s, operands, e);

	if (status == 0)
		status = f->s.attach ? read_kept(&s, f, &wish, e)
		                     : signing_testimony(&s, f->type, f->predicate, f->statement,
		                                         &testimony, e);
	if (status == 0)
		status = signing_images(&s, operands, &wish, e);
	worker_stop(wish.claimant);
	signing_close(&s);
	arena_wipe(&job->arena);
	return status;
}

const struct applet applet_attest = {
	.name = "attest",
	.brief = "say something of an image, and sign it",
	.operands = "IMAGE...",
	.about = "Types: custom, spdx, spdxjson, cyclonedx, vuln, vulns, openvex, vsa, link,\n"
			 "slsaprovenance, slsaprovenance1, test-result, or a URI; signed as 'sign' does.",
	.operands_min = 1,
	.operands_max = 1000,
	.flags = flags,
	.groups = { { &attesting_flag_group, offsetof(struct attest_flags, s) },
	            { &key_flag_group, offsetof(struct attest_flags, s.key) },
	            { &keyless_flag_group, offsetof(struct attest_flags, s.keyless) },
	            { &network_flag_group, offsetof(struct attest_flags, s.network) } },
	.options_size = sizeof(struct attest_flags),
	.examples = { { "oakum attest --key k.key --type spdxjson --predicate sbom.json IMAGE",
	                "a bill of materials" },
	              { "oakum attest --yes --type test-result --predicate r.json IMAGE", "in CI" } },
	.run = attest_run,
};
