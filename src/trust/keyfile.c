/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/keyfile.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "crypto/secretbox.h"
#include "fmt/json.h"
#include "trust/compact.h"

#define LABEL "ENCRYPTED SIGSTORE PRIVATE KEY"
#define LABEL_OLD "ENCRYPTED COSIGN PRIVATE KEY"

static bool is_label(bytes label)
{
	return bytes_is(label, LABEL) || bytes_is(label, LABEL_OLD);
}

bool keyfile_is_shut(bytes text)
{
	struct arena a = ARENA_INIT;
	struct pem pem;
	err ignored = { 0 }; /* keyfile_open tells what is wrong with it */
	bool is = text.n <= LIMIT_KEY && pem_only(text, &a, &pem, &ignored) == 0 && is_label(pem.label);

	arena_done(&a);
	return is;
}

/* -- reading ----------------------------------------------------------------------------------- */

static bool is_text(json object, const char *name, const char *want, struct arena *a)
{
	return bytes_is(json_bytes(json_get(object, name), a), want);
}

static bool take_octets(json object, const char *name, uint8_t *out, size_t n, struct arena *a)
{
	bytes value;

	if (!base64_decode(json_bytes(json_get(object, name), a), a, &value) || value.n != n)
		return false;
	memcpy(out, value.p, n);
	return true;
}

/* read_box(text, a, box, out, e): the JSON; out: the ciphertext. */
static int read_box(bytes text, struct arena *a, struct secretbox *box, bytes *out, err *e)
{
	struct json_doc doc;
	uint64_t n = 0, r = 0, p = 0;

	if (json_parse(text, a, &doc, e) < 0)
		return err_wrap(e, "key file");
	json root = json_root(&doc), kdf = json_get(root, "kdf"), cipher = json_get(root, "cipher");
	json params = json_get(kdf, "params");

	if (!is_text(kdf, "name", "scrypt", a) || !is_text(cipher, "name", "nacl/secretbox", a))
		return err_set(e, ERR_FORMAT, 0, "a key file of another kind than scrypt and secretbox");
	if (!json_u64(json_get(params, "N"), &n) || !json_u64(json_get(params, "r"), &r) ||
	    !json_u64(json_get(params, "p"), &p) || n > UINT32_MAX || r != 8 || p != 1)
		return err_set(e, ERR_FORMAT, 0, "a key file with other costs than cosign's");
	box->cost = (uint32_t)n;
	if (!take_octets(kdf, "salt", box->salt, SECRETBOX_SALT, a) ||
	    !take_octets(cipher, "nonce", box->nonce, SECRETBOX_NONCE, a) ||
	    !base64_decode(json_bytes(json_get(root, "ciphertext"), a), a, out))
		return err_set(e, ERR_FORMAT, 0, "a key file without salt, nonce or ciphertext");
	return 0;
}

static int open_box(bytes text, bytes password, struct arena *a, struct private_key **out, err *e)
{
	struct secretbox box = { 0 };
	bytes shut, der;

	if (read_box(text, a, &box, &shut, e) < 0 ||
	    secretbox_open(&box, password, shut, a, &der, e) < 0)
		return -1;
	/* PKCS #8 alone, as cosign: what it would refuse is no key to go on with. */
	return private_key_der(der, out, e) < 0 ? err_wrap(e, "in the key file") : 0;
}

int keyfile_open(bytes text, bytes password, struct private_key **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct pem pem;
	int status = text.n > LIMIT_KEY ? err_set(e, ERR_FORMAT, 0, "no key: %zu bytes", text.n)
	                                : pem_only(text, &a, &pem, e);

	if (status == 0)
		status = is_label(pem.label) ? open_box(pem.der, password, &a, out, e)
		                             : private_key_pem(text, out, e);
	arena_wipe(&a);
	return status;
}

/* -- writing ----------------------------------------------------------------------------------- */

static bytes box_text(const struct secretbox *box, bytes shut, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "kdf");
	json_write_text(&c.json, "name", "scrypt");
	json_write_object(&c.json, "params");
	json_write_u64(&c.json, "N", box->cost);
	json_write_u64(&c.json, "r", 8);
	json_write_u64(&c.json, "p", 1);
	json_write_end(&c.json);
	compact_base64(&c, "salt", bytes_of(box->salt, sizeof(box->salt)), a);
	json_write_end(&c.json);
	json_write_object(&c.json, "cipher");
	json_write_text(&c.json, "name", "nacl/secretbox");
	compact_base64(&c, "nonce", bytes_of(box->nonce, sizeof(box->nonce)), a);
	json_write_end(&c.json);
	compact_base64(&c, "ciphertext", shut, a);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

int keyfile_shut(const struct private_key *k, bytes password, struct arena *a, bytes *out, err *e)
{
	struct secretbox box = secretbox_new();
	struct arena secret = ARENA_INIT;
	bytes shut;
	int status = secretbox_shut(&box, password, private_key_text(k, &secret), a, &shut, e);

	arena_wipe(&secret);
	if (status == 0)
		*out = pem_text(LABEL, box_text(&box, shut, a), a);
	return status;
}
