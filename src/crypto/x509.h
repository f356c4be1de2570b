/* SPDX-License-Identifier: Apache-2.0 */
/* x509 - certificates (RFC 5280): what they say, and whether they lead to a root.
 *
 * Nothing of this machine is asked: no store, no clock, no revocation list. Threading: a
 * certificate is constant once read and belongs to whom it was given. */
#pragma once

#include "crypto/key.h"

struct certificate;

/* certificate_read(der, out, e): one certificate, nothing behind it. ERR_FORMAT. The caller frees
 * it. */
int certificate_read(bytes der, struct certificate **out, err *e);
void certificate_free(struct certificate *c);

/* certificate_key(c): borrows from c; NULL: a kind that nobody signs with here. */
const struct public_key *certificate_key(const struct certificate *c);
/* certificate_times(c, out_from, out_until): seconds since 1970; false: they cannot be read.
 * certificate_valid_at(c, time): both ends belong to it. */
bool certificate_times(const struct certificate *c, int64_t *out_from, int64_t *out_until);
bool certificate_valid_at(const struct certificate *c, int64_t time);

/* None: of a kind that names nobody here. */
enum certificate_name_kind { NAME_NONE, NAME_URI, NAME_EMAIL, NAME_DNS, NAME_IP, NAME_OTHER };
struct certificate_name {
	enum certificate_name_kind kind;
	bytes value; /* of NAME_IP: as people write it; of NAME_OTHER: the text within, under the OID of
	              * sigstore's user names; of NAME_NONE: empty */
};
struct certificate_names {
	struct certificate_name *items;
	size_t len, cap;
};

/* certificate_names_of(c, a): its subjectAltName, every name of it. Arena. */
struct certificate_names certificate_names_of(const struct certificate *c, struct arena *a);
/* certificate_extension(c, oid, out): how many extensions it has of that name, and where there is
 * just one, the octets within. Who takes several for none lets a repeated one vanish. Borrows. */
enum certificate_count { COUNT_NONE, COUNT_ONE, COUNT_SEVERAL };
enum certificate_count certificate_extension(const struct certificate *c, const char *oid,
                                             bytes *out);
/* certificate_text(octets, out): those of an extension that is one UTF8String (X.690 §8.23), of
 * less than 64 KiB; false: it is none. Borrows. */
bool certificate_text(bytes octets, bytes *out);

struct certificate_chain {
	struct certificate **items; /* leaf or lowest first; the last is a root */
	size_t len;
};

/* certificate_leads_to(c, chain, use, time, out_issuer): c, by way of the certificates of the
 * chain, to its last one, all valid at that time, c and what stands between for this use. An
 * issuer's key usage and constraints count. out_issuer: who signed c; borrows from the chain; may
 * be NULL. */
enum certificate_use { USE_CODE_SIGNING, USE_TIME_STAMPING };
bool certificate_leads_to(const struct certificate *c, const struct certificate_chain *chain,
                          enum certificate_use use, int64_t time,
                          const struct certificate **out_issuer);

/* A certificate transparency log: who it is, its key, when it was one. */
struct ct_log {
	bytes id;
	struct public_key *key;
	int64_t from, until; /* both belong to it */
};

/* certificate_is_logged(c, issuer, logs, n): it holds a signed timestamp (RFC 6962 §3.3) of one of
 * the logs, of a time at which that was one. */
bool certificate_is_logged(const struct certificate *c, const struct certificate *issuer,
                           const struct ct_log *logs, size_t n);
