/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/sign_bundle.c - `oakum conformance sign-bundle`: the protocol of sigstore-conformance, by
 * which its suite drives a client that signs without a key. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/keyless.h"
#include "cmd/network.h"
#include "cmd/status.h"
#include "oci/predicate.h"
#include "sys/file.h"
#include "trust/dsse.h"

#include <stddef.h>

struct sign_bundle_flags {
	const char *bundle;
	bool staging, in_toto;
	struct keyless_flags keyless;
};

#define FIELD(name) offsetof(struct sign_bundle_flags, name)
static const struct flag flags[] = {
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(bundle), "where the bundle goes" },
	{ 0, "in-toto", NULL, FLAG_SWITCH, FIELD(in_toto),
	  "FILE is a statement: sign it in an envelope" },
	{ 0, "staging", NULL, FLAG_SWITCH, FIELD(staging),
	  "Sigstore's staging instance; its root and configuration are files" },
	{ 0 },
};

static int sign_statement(struct job *job, const char *path, const struct keyless *k,
                          struct bundle *b, err *e)
{
	struct arena *a = &job->arena;

	if (file_read_all(path, LIMIT_BUNDLE / 2, a, &b->payload, e) < 0)
		return -1;
	b->is_envelope = true;
	b->payload_type = BYTES(STATEMENT_MEDIA_TYPE);
	const struct key_message m = { dsse_pae(b->payload_type, b->payload, a), NULL };

	return private_key_sign(keyless_key(k), KEY_SHA256, &m, a, &b->signature, e);
}

static int sign_file(struct job *job, const char *path, const struct keyless *k, struct bundle *b,
                     struct keyless_subject *subject, err *e)
{
	const struct key_message m = { .hash = &subject->sha256 };
	struct blob_hashes hashes;

	if (blob_hash(path, NULL, &hashes, e) < 0)
		return -1;
	subject->sha256 = hashes.sha256;
	b->message_hash = BUNDLE_SHA256;
	b->message_digest = bytes_of(subject->sha256.value, digest_size(&subject->sha256));
	return private_key_sign(keyless_key(k), KEY_SHA256, &m, &job->arena, &b->signature, e);
}

static int sign(struct job *job, const struct sign_bundle_flags *f, const char *path,
                struct keyless_session *s, err *e)
{
	struct keyless *k = keyless_of(s);
	struct keyless_subject subject = { .has_artifact = false };
	struct keyless_proof proof;

	if (keyless_login(s, e) < 0)
		return -1;
	struct bundle b = { .version = BUNDLE_V3, .certificate = keyless_certificate(k) };
	int status = f->in_toto ? sign_statement(job, path, k, &b, e)
	                        : sign_file(job, path, k, &b, &subject, e);

	if (status < 0 || keyless_witness(k, &b, &subject, &job->arena, &proof, e) < 0)
		return -1;
	return file_write_atomic(f->bundle, proof.text, 0644, e);
}

static int sign_bundle_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	const struct sign_bundle_flags *f = options;
	const struct network_flags network = { .plain_http = false };
	struct keyless_flags keyless = f->keyless;
	struct registry_options registry;
	struct keyless_session *s;

	if (!f->bundle || !keyless.identity_token)
		return err_set(e, ERR_USAGE, 0, "say which --identity-token and --bundle");
	if (f->staging && (!keyless.trusted_root || !keyless.signing_config))
		return err_set(e, ERR_USAGE, 0,
		               "nothing of the staging instance is built in: give --trusted-root and "
		               "--signing-config");
	keyless.yes = true;
	if (network_prepare(job, &network, 0, NULL, &registry, e) < 0 ||
	    keyless_start(job, &keyless, &registry.http, false, &s, e) < 0)
		return -1;
	int status = sign(job, f, operands->items[0], s, e);

	keyless_end(s);
	return status < 0 ? err_wrap(e, "%s", SHOW(bytes_str(operands->items[0]))) : STATUS_DONE;
}

const struct applet applet_conformance_sign_bundle = {
	.name = "conformance sign-bundle",
	.brief = "signing as the suite of Sigstore calls it",
	.unlisted = true,
	.operands = "FILE",
	.about = "The command that the conformance suite of Sigstore calls; status 0: signed.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &keyless_flag_group, FIELD(keyless) } },
	.options_size = sizeof(struct sign_bundle_flags),
	.examples = { { "oakum conformance sign-bundle --identity-token T --bundle F FILE", "a file" },
	              { "oakum conformance sign-bundle --in-toto --identity-token T --bundle F FILE",
	                "a statement" } },
	.run = sign_bundle_run,
};
