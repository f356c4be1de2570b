/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/timestamp.h"

#include "base/limits.h"
#include "crypto/x509_own.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <stdlib.h>
#include <time.h>

#define SHA256_OCTETS 32

static _Noreturn void no_memory(void)
{
	fputs("oakum: OpenSSL has no memory for a time stamp\n", stderr);
	abort();
}

bytes timestamp_request(bytes message, struct arena *a)
{
	/* TimeStampReq { version 1, messageImprint { { sha256, NULL }, hash }, certReq TRUE } */
	static const uint8_t head[] = {
		0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
		0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, SHA256_OCTETS,
	};
	static const uint8_t tail[] = { 0x01, 0x01, 0xff };
	digest d = digest_of(DIGEST_SHA256, message);
	uint8_t *der = arena_alloc(a, sizeof(head) + SHA256_OCTETS + sizeof(tail));

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), d.value, SHA256_OCTETS);
	memcpy(der + sizeof(head) + SHA256_OCTETS, tail, sizeof(tail));
	return bytes_of(der, sizeof(head) + SHA256_OCTETS + sizeof(tail));
}

static bool time_of(TS_TST_INFO *info, int64_t *out)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

static bool is_strong(TS_TST_INFO *info)
{
	const X509_ALGOR *algorithm = TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info));
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	switch (OBJ_obj2nid(oid)) {
	case NID_sha256:
	case NID_sha384:
	case NID_sha512: return true;
	default: return false;
	}
}

/* context(message, chain, time): the store and the stack belong to it. */
static TS_VERIFY_CTX *context(bytes message, const struct certificate_chain *chain, int64_t time)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	BIO *data = BIO_new_mem_buf(message.p, (int)message.n);

	if (!ctx || !store || !between || !data)
		no_memory();
	for (size_t i = 0; i < chain->len; i++) {
		X509 *x509 = chain->items[i]->x509;

		if (i + 1 == chain->len) {
			X509_STORE_add_cert(store, x509);
		} else {
			X509_up_ref(x509);
			sk_X509_push(between, x509);
		}
	}
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, time);
	X509_VERIFY_PARAM_set_depth(param, LIMIT_CERTIFICATE_CHAIN);
	(void)TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
	(void)TS_VERIFY_CTX_set_store(ctx, store);
	(void)TS_VERIFY_CTX_set_certs(ctx, between);
	(void)TS_VERIFY_CTX_set_data(ctx, data);
	return ctx;
}

int timestamp_verify(bytes response, bytes message, const struct certificate_chain *chain,
                     int64_t *out_time, err *e)
{
	const unsigned char *p = response.p;
	long n = response.n <= LIMIT_TIMESTAMP ? (long)response.n : 0;
	TS_RESP *answer = d2i_TS_RESP(NULL, &p, n);
	TS_TST_INFO *info = answer ? TS_RESP_get_tst_info(answer) : NULL;
	int64_t time = 0;
	bool holds = false, known = info && p == response.p + response.n && time_of(info, &time);

	if (known && is_strong(info) && chain->len > 0 && message.n <= INT32_MAX) {
		TS_VERIFY_CTX *ctx = context(message, chain, time);

		holds = TS_RESP_verify_response(ctx, answer) == 1;
		TS_VERIFY_CTX_free(ctx);
	}
	TS_RESP_free(answer);
	ERR_clear_error(); /* told below */
	if (!known)
		return err_set(e, ERR_FORMAT, 0, "no RFC 3161 response");
	if (!holds)
		return err_set(e, ERR_UNTRUSTED, 0, "the authority did not sign this time stamp");
	*out_time = time;
	return 0;
}
