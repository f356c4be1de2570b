/* SPDX-License-Identifier: Apache-2.0 */
/* keyless - a certificate for a minute's key, and witnesses for a signature: what the services of
 * Sigstore give (Fulcio, Rekor, RFC 3161 authorities), as a signing configuration says.
 *
 * Signed with a key: keyless_open, sign, keyless_witness. Without one: keyless_open,
 * keyless_certify, sign with keyless_key, keyless_witness. Answers are read in a sealed worker,
 * which never sees a key or a token, and which judges the finished bundle as `verify` would: only
 * what holds is given out. Which of the services see what: Fulcio the token, and its origin alone;
 * logs and authorities digests, signatures, certificates, of an envelope the whole (Rekor 1).
 * No redirect is followed; only https, but for loopback. An answer has at most
 * LIMIT_SERVICE_ANSWER octets; busy services are asked again (net/patience).
 * Threading: belongs to one thread; keyless_open as worker_start. */
#pragma once

#include "crypto/key.h"
#include "net/http.h"
#include "trust/bundle.h"

struct keyless;

struct keyless_options {
	bytes root;      /* a trusted root; empty: that of the public good instance */
	bytes config;    /* a signing configuration; empty: the same */
	bool only_named; /* no configuration: nobody but those named here */
	bool no_log;     /* time stamps alone */
	const char *fulcio_url, *rekor_url, *timestamp_url; /* in place of the configuration's; NULL.
	                                                     * rekor_url: of version 1 */
	struct http_options http;
	int64_t now;                               /* which services are of today; seconds since 1970 */
	void (*note)(void *ctx, const char *text); /* a service is asked again; may be NULL */
	void *note_ctx;
};

/* keyless_open(o, out, e): forks the worker, reads root and configuration, asks nobody. Call it
 * before a private key, a password or a token is read, and before the first request. Borrows the
 * options' texts. ERR_FORMAT, ERR_USAGE (an address; no service of a kind that is needed).
 * keyless_close: NULL is fine; overwrites the key. */
int keyless_open(const struct keyless_options *o, struct keyless **out, err *e);
void keyless_close(struct keyless *k);

/* keyless_log(k): where entries go, for the person who is asked first; NULL: to no log.
 * keyless_log_promises(k): it is of version 1, whose entries carry the promise that the tag scheme
 * needs; those of version 2 fit into bundles only.
 * keyless_log_version(k): the newest version of all logs that get an entry; 0: none does. */
const char *keyless_log(const struct keyless *k);
bool keyless_log_promises(const struct keyless *k);
unsigned keyless_log_version(const struct keyless *k);

/* keyless_http(k, out, e): the client of its requests, opened with the first. Borrows. */
int keyless_http(struct keyless *k, struct http **out, err *e);

/* keyless_certify(k, token, e): a fresh P-256 key, and a certificate for it. ERR_NET (with what the
 * service says), ERR_FORMAT, ERR_LIMIT, ERR_UNTRUSTED (another key's certificate). */
int keyless_certify(struct keyless *k, bytes token, err *e);

/* After keyless_certify; borrow from k. keyless_chain: PEM, who issued it first, a root last. */
const struct private_key *keyless_key(const struct keyless *k);
bytes keyless_certificate(const struct keyless *k); /* DER */
bytes keyless_chain(const struct keyless *k);

/* Of what the bundle is: its artifact, and the key, when no certificate signed. */
struct keyless_subject {
	bool has_artifact; /* needed where SHA-256 is not what was signed (signer_hash) */
	bytes artifact;
	digest sha256, sha512; /* of the artifact: of a message, of the image a statement is about.
	                        * Neither, of an envelope: its first subject is believed */
	const struct public_key *key; /* NULL: a certificate */
};

/* What has been proven of a finished bundle. Arena. */
struct keyless_proof {
	bytes text;             /* the bundle, version 0.3 */
	bytes identity, issuer; /* of the certificate */
	int64_t time;           /* the earliest that is believed; 0: none */
	uint64_t log_index;     /* of the first entry */
};

/* keyless_witness(k, b, subject, a, out, e): adds log entries and time stamps to b, which holds a
 * signature and its certificate or key hint, and whose message_digest is that of the message; then
 * judges it. Arena. Errors as keyless_certify; ERR_UNTRUSTED says which answer does not hold. On
 * failure b is as it was; what a log took stays there. */
int keyless_witness(struct keyless *k, struct bundle *b, const struct keyless_subject *subject,
                    struct arena *a, struct keyless_proof *out, err *e);
