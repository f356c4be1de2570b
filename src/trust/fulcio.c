/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/fulcio.h"

#include "base/limits.h"
#include "crypto/pem.h"
#include "crypto/x509.h"
#include "fmt/json.h"
#include "trust/compact.h"

int fulcio_request(bytes token, bytes subject, const struct private_key *key, struct arena *a,
                   bytes *out, err *e)
{
	const struct public_key *public = private_key_public(key);
	const struct key_message message = { subject, NULL };
	struct compact c;
	bytes proof;

	if (private_key_sign(key, public_key_hash(public), &message, a, &proof, e) < 0)
		return -1;
	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "credentials");
	json_write_str(&c.json, "oidcIdentityToken", token);
	json_write_end(&c.json);
	json_write_object(&c.json, "publicKeyRequest");
	json_write_object(&c.json, "publicKey");
	json_write_text(&c.json, "algorithm",
	                public_key_kind(public) == KEY_ED25519 ? "ED25519" : "ECDSA");
	json_write_str(&c.json, "content", public_key_pem(public, a));
	json_write_end(&c.json);
	compact_base64(&c, "proofOfPossession", proof, a);
	json_write_end(&c.json);
	json_write_end(&c.json);
	*out = compact_end(&c, a);
	return 0;
}

/* -- the answer -------------------------------------------------------------------------------- */

static int check_key(bytes leaf, const struct public_key *key, err *e)
{
	struct certificate *c;

	if (certificate_read(leaf, &c, e) < 0)
		return -1;
	bool ours = certificate_key(c) && public_key_equal(certificate_key(c), key);

	certificate_free(c);
	return ours ? 0 : err_set(e, ERR_UNTRUSTED, 0, "the certificate is of another key than ours");
}

static int read_certificate(json v, struct arena *a, struct pem *out, err *e)
{
	if (pem_only(json_bytes(v, a), a, out, e) < 0)
		return -1;
	if (!bytes_is(out->label, "CERTIFICATE"))
		return err_set(e, ERR_FORMAT, 0, "something else where a certificate belongs");
	return 0;
}

/* The chain is written anew: only certificates, each as PEM has it. */
static int read_chain(json list, struct arena *a, struct fulcio_certificate *out, err *e)
{
	buf chain = BUF_INIT(2 * LIMIT_SERVICE_ANSWER);
	struct pem pem;
	int status = 0;

	for (json v = json_first(list); json_type(v) != JSON_NONE && status == 0; v = json_next(v)) {
		status = read_certificate(v, a, &pem, e);
		if (status == 0 && out->leaf.n == 0)
			out->leaf = pem.der;
		else if (status == 0)
			buf_put(&chain, pem_text("CERTIFICATE", pem.der, a));
	}
	out->chain = arena_bytes(a, buf_bytes(&chain));
	buf_done(&chain);
	return status;
}

int fulcio_answer(bytes text, const struct public_key *key, struct arena *a,
                  struct fulcio_certificate *out, err *e)
{
	struct fulcio_certificate certificate = { .leaf = { 0 } };
	struct json_doc doc;

	if (text.n > LIMIT_SERVICE_ANSWER)
		return err_set(e, ERR_LIMIT, 0, "an answer of %zu bytes", text.n);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), detached = json_get(root, "signedCertificateDetachedSct");
	json list = json_get(json_get(json_get(root, "signedCertificateEmbeddedSct"), "chain"),
	                     "certificates");
	size_t n = json_count(list);

	/* Nobody could verify it later: bundles hold no loose proof of a certificate log. */
	if (json_type(detached) != JSON_NONE)
		return err_set(e, ERR_FORMAT, 0,
		               "the certificate does not hold the proof of its log itself");
	if (json_type(list) != JSON_ARRAY || n == 0 || n > LIMIT_CERTIFICATE_CHAIN)
		return err_set(e, ERR_FORMAT, 0, "no certificate in the answer, or a very long chain");
	if (read_chain(list, a, &certificate, e) < 0 || check_key(certificate.leaf, key, e) < 0)
		return -1;
	*out = certificate;
	return 0;
}
