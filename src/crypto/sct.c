/* SPDX-License-Identifier: Apache-2.0 */
/* Signed certificate timestamps in a certificate (RFC 6962 §3.2, §3.3). */
#include "crypto/x509.h"

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/x509_own.h"

#include <openssl/err.h>

#define OID_SCT_LIST "1.3.6.1.4.1.11129.2.4.2"
#define HASH_SHA256 4 /* RFC 5246 §7.4.1.4.1 */
#define SIGNATURE_RSA 1
#define SIGNATURE_ECDSA 3

struct sct {
	uint8_t version;
	bytes log, extensions, signature;
	uint64_t time_ms;
	uint8_t hash, kind;
};

static bool take_vector(bytes *in, bytes *out)
{
	uint16_t n;

	return bytes_take_be16(in, &n) && bytes_take(in, n, out);
}

static bool take_sct(bytes *list, struct sct *out)
{
	bytes one;

	return take_vector(list, &one) && bytes_take_u8(&one, &out->version) &&
	       bytes_take(&one, 32, &out->log) && bytes_take_be64(&one, &out->time_ms) &&
	       take_vector(&one, &out->extensions) && bytes_take_u8(&one, &out->hash) &&
	       bytes_take_u8(&one, &out->kind) && take_vector(&one, &out->signature) && one.n == 0;
}

/* list_of(c, out): the vector within the OCTET STRING within the extension. */
static bool list_of(const struct certificate *c, bytes *out)
{
	bytes value, inner = { 0 };

	if (certificate_extension(c, OID_SCT_LIST, &value) != COUNT_ONE)
		return false;
	const unsigned char *p = value.p;
	ASN1_OCTET_STRING *octets = d2i_ASN1_OCTET_STRING(NULL, &p, (long)value.n);
	bool whole = octets && p == value.p + value.n;

	/* Its content stands at the end of the extension's octets, which live as long as c. */
	if (whole)
		inner = bytes_skip(value, value.n - (size_t)ASN1_STRING_length(octets));
	ASN1_OCTET_STRING_free(octets);
	return take_vector(&inner, out) && inner.n == 0 && out->n > 0;
}

/* tbs_without(c): the part that is signed, as it was before the list was put in. */
static bytes tbs_without(const struct certificate *c)
{
	X509 *copy = X509_dup(c->x509);
	ASN1_OBJECT *oid = OBJ_txt2obj(OID_SCT_LIST, 1);
	unsigned char *der = NULL;
	int n = -1;

	if (copy && oid) {
		X509_EXTENSION_free(X509_delete_ext(copy, X509_get_ext_by_OBJ(copy, oid, -1)));
		n = i2d_re_X509_tbs(copy, &der);
	}
	ASN1_OBJECT_free(oid);
	X509_free(copy);
	return bytes_of(der, n > 0 ? (size_t)n : 0);
}

static void put_be(buf *out, uint64_t v, unsigned octets)
{
	while (octets-- > 0)
		buf_putc(out, (uint8_t)(v >> 8 * octets));
}

/* RFC 6962 §3.2: version, certificate_timestamp, time, precert_entry, issuer's key, TBS. */
static void put_signed(const struct sct *sct, const struct certificate *issuer, bytes tbs, buf *out)
{
	digest key = public_key_id(issuer->key);

	put_be(out, 0, 2);
	put_be(out, sct->time_ms, 8);
	put_be(out, 1, 2);
	buf_put(out, bytes_of(key.value, 32));
	put_be(out, tbs.n, 3);
	buf_put(out, tbs);
	put_be(out, sct->extensions.n, 2);
	buf_put(out, sct->extensions);
}

static bool holds(const struct sct *sct, const struct ct_log *log, bytes what)
{
	struct key_message message = { what, NULL };
	bool rsa = public_key_kind(log->key) == KEY_RSA;
	int64_t time = (int64_t)(sct->time_ms / 1000);

	return sct->version == 0 && bytes_equal(sct->log, log->id) && sct->hash == HASH_SHA256 &&
	       sct->kind == (rsa ? SIGNATURE_RSA : SIGNATURE_ECDSA) && time >= log->from &&
	       time <= log->until && public_key_verify(log->key, KEY_SHA256, &message, sct->signature);
}

bool certificate_is_logged(const struct certificate *c, const struct certificate *issuer,
                           const struct ct_log *logs, size_t n)
{
	bytes list, tbs;
	struct sct sct;
	bool logged = false;
	buf what = BUF_INIT(2 * LIMIT_CERTIFICATE);

	if (!issuer->key || !list_of(c, &list))
		return false;
	tbs = tbs_without(c);
	while (!logged && tbs.n > 0 && take_sct(&list, &sct)) {
		buf_clear(&what);
		put_signed(&sct, issuer, tbs, &what);
		for (size_t i = 0; i < n && !logged; i++)
			logged = holds(&sct, &logs[i], buf_bytes(&what));
	}
	buf_done(&what);
	OPENSSL_free((void *)(uintptr_t)tbs.p);
	ERR_clear_error(); /* not logged: an answer */
	return logged;
}
