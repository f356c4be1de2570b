/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/x509.h"

#include "base/limits.h"
#include "crypto/key_own.h"
#include "crypto/x509_own.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

/* sigstore's user names (fulcio, docs/oid-info.md). */
#define OID_USER_NAME "1.3.6.1.4.1.57264.1.7"

static _Noreturn void no_memory(void)
{
	fputs("oakum: OpenSSL has no memory for a certificate\n", stderr);
	abort();
}

int certificate_read(bytes der, struct certificate **out, err *e)
{
	const unsigned char *p = der.p;
	X509 *x509 = der.n > 0 && der.n <= LIMIT_CERTIFICATE ? d2i_X509(NULL, &p, (long)der.n) : NULL;

	if (!x509 || p != der.p + der.n) {
		X509_free(x509);
		ERR_clear_error(); /* told below */
		return err_set(e, ERR_FORMAT, 0, "no certificate");
	}
	struct certificate *c = calloc(1, sizeof(*c));
	EVP_PKEY *pkey = X509_get_pubkey(x509);
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	err ignored = { 0 };

	if (!c || n <= 0)
		no_memory();
	c->x509 = x509;
	/* NULL: of another kind */
	(void)public_key_take(pkey, bytes_of(spki, (size_t)n), &c->key, &ignored);
	OPENSSL_free(spki);
	*out = c;
	return 0;
}

void certificate_free(struct certificate *c)
{
	if (!c)
		return;
	X509_free(c->x509);
	public_key_free(c->key);
	free(c);
}

const struct public_key *certificate_key(const struct certificate *c)
{
	return c->key;
}

static bool seconds_of(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

bool certificate_times(const struct certificate *c, int64_t *out_from, int64_t *out_until)
{
	return seconds_of(X509_get0_notBefore(c->x509), out_from) &&
	       seconds_of(X509_get0_notAfter(c->x509), out_until);
}

bool certificate_valid_at(const struct certificate *c, int64_t time)
{
	int64_t from, until;

	return certificate_times(c, &from, &until) && time >= from && time <= until;
}

/* -- what it says ------------------------------------------------------------------------------ */

static bytes text_of(const ASN1_STRING *s)
{
	return bytes_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static bool is_oid(const ASN1_OBJECT *o, const char *oid)
{
	char text[80];

	return OBJ_obj2txt(text, sizeof(text), o, 1) > 0 && strcmp(text, oid) == 0;
}

static struct certificate_name text_name(enum certificate_name_kind kind, const ASN1_STRING *s,
                                         struct arena *a)
{
	return (struct certificate_name){ kind, arena_bytes(a, text_of(s)) };
}

/* RFC 5280 §4.2.1.6: four octets or sixteen. */
static struct certificate_name address_of(bytes octets, struct arena *a)
{
	char text[INET6_ADDRSTRLEN];

	if ((octets.n != 4 && octets.n != 16) ||
	    !inet_ntop(octets.n == 4 ? AF_INET : AF_INET6, octets.p, text, sizeof(text)))
		return (struct certificate_name){ 0 };
	return (struct certificate_name){ NAME_IP, arena_bytes(a, bytes_str(text)) };
}

static struct certificate_name name_of(const GENERAL_NAME *name, struct arena *a)
{
	switch (name->type) {
	case GEN_URI: return text_name(NAME_URI, name->d.ia5, a);
	case GEN_EMAIL: return text_name(NAME_EMAIL, name->d.ia5, a);
	case GEN_DNS: return text_name(NAME_DNS, name->d.ia5, a);
	case GEN_IPADD: return address_of(text_of(name->d.ip), a);
	case GEN_OTHERNAME:
		if (is_oid(name->d.otherName->type_id, OID_USER_NAME) &&
		    name->d.otherName->value->type == V_ASN1_UTF8STRING)
			return text_name(NAME_OTHER, name->d.otherName->value->value.utf8string, a);
		break;
	default: break;
	}
	return (struct certificate_name){ 0 };
}

struct certificate_names certificate_names_of(const struct certificate *c, struct arena *a)
{
	struct certificate_names out = { 0 };
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x509, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		*ARENA_PUSH(a, &out) = name_of(sk_GENERAL_NAME_value(names, i), a);
	GENERAL_NAMES_free(names);
	ERR_clear_error(); /* without names: an answer */
	return out;
}

enum certificate_count certificate_extension(const struct certificate *c, const char *oid,
                                             bytes *out)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	int at = X509_get_ext_by_OBJ(c->x509, o, -1);
	bool again = at >= 0 && X509_get_ext_by_OBJ(c->x509, o, at) >= 0;

	ASN1_OBJECT_free(o);
	if (at < 0)
		return COUNT_NONE;
	if (again)
		return COUNT_SEVERAL;
	*out = text_of(X509_EXTENSION_get_data(X509_get_ext(c->x509, at)));
	return COUNT_ONE;
}

bool certificate_text(bytes der, bytes *out)
{
	uint8_t tag, n, more = 0;
	size_t length;

	if (!bytes_take_u8(&der, &tag) || tag != 0x0c || !bytes_take_u8(&der, &n))
		return false;
	length = n;
	if (n >= 0x80) {
		if (n > 0x82 || n == 0x80)
			return false;
		for (length = 0; n > 0x80; n--) {
			if (!bytes_take_u8(&der, &more))
				return false;
			length = length << 8 | more;
		}
	}
	*out = der;
	return der.n == length;
}

/* -- where it leads ---------------------------------------------------------------------------- */

/* A certificate without the extension may be used for anything; a leaf must say it. */
static bool serves(X509 *x509, enum certificate_use use, bool is_leaf)
{
	bool says = (X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) != 0;
	uint32_t uses = says ? X509_get_extended_key_usage(x509) : 0;

	if (!says)
		return !is_leaf;
	return (uses & (use == USE_CODE_SIGNING ? XKU_CODE_SIGN : XKU_TIMESTAMP)) != 0 ||
	       (!is_leaf && (uses & XKU_ANYEKU) != 0);
}

static bool all_serve(X509_STORE_CTX *ctx, enum certificate_use use)
{
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(ctx);
	int n = sk_X509_num(path);

	for (int i = 0; i + 1 < n || i == 0; i++)
		if (!serves(sk_X509_value(path, i), use, i == 0))
			return false;
	return true;
}

static const struct certificate *find(const struct certificate_chain *chain, const X509 *x509)
{
	for (size_t i = 0; i < chain->len && x509; i++)
		if (X509_cmp(chain->items[i]->x509, x509) == 0)
			return chain->items[i];
	return NULL;
}

static void prepare(X509_STORE_CTX *ctx, int64_t time)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	/* The root is whom the user trusts, whether it signed itself or not. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
	X509_VERIFY_PARAM_set_time(param, time);
	X509_VERIFY_PARAM_set_depth(param, LIMIT_CERTIFICATE_CHAIN);
}

bool certificate_leads_to(const struct certificate *c, const struct certificate_chain *chain,
                          enum certificate_use use, int64_t time,
                          const struct certificate **out_issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (!store || !between || !ctx)
		no_memory();
	for (size_t i = 0; i < chain->len; i++)
		if (!(i + 1 == chain->len ? X509_STORE_add_cert(store, chain->items[i]->x509)
		                          : sk_X509_push(between, chain->items[i]->x509)))
			no_memory();
	bool holds = chain->len > 0 && X509_STORE_CTX_init(ctx, store, c->x509, between) == 1;

	if (holds) {
		prepare(ctx, time);
		holds = X509_verify_cert(ctx) == 1 && all_serve(ctx, use);
	}
	if (holds && out_issuer) {
		*out_issuer = find(chain, sk_X509_value(X509_STORE_CTX_get0_chain(ctx), 1));
		holds = *out_issuer != NULL;
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_free(between);
	X509_STORE_free(store);
	ERR_clear_error(); /* what does not lead there is an answer */
	return holds;
}
