/* SPDX-License-Identifier: Apache-2.0 */
/* root - a trusted root (protobuf-specs, sigstore_trustroot.proto): which logs, authorities and
 * clocks are believed, and for which time. Threading: belongs to one thread, since chains are read
 * when they are first asked for. */
#pragma once

#include "crypto/x509.h"

/* A transparency log. */
struct trust_log {
	bytes id;            /* its name in entries */
	bytes checkpoint_id; /* its name in checkpoints; empty: the id */
	bytes host;          /* of its address, with its port */
	struct public_key *key;
	bytes raw_key; /* as the root has it */
	int64_t from, until;
};

/* Who issues certificates, or time stamps. */
struct trust_authority {
	struct trust_chain *chain;
	int64_t from, until;
};

struct trust_root {
	struct arena *arena;
	struct trust_log *logs;
	size_t logs_len;
	struct ct_log *ct_logs;
	size_t ct_logs_len;
	struct trust_authority *issuers, *clocks;
	size_t issuers_len, clocks_len;
};

/* trust_chain(authority): its certificates; none, which lead nowhere, when one cannot be read. A
 * certificate takes OpenSSL as long to read as a signature takes to verify, and most roots name
 * more authorities than one bundle needs. */
const struct certificate_chain *trust_chain(const struct trust_authority *authority);

/* trust_root_parse(text, a, out, e): ERR_FORMAT; a part that cannot be understood makes the whole
 * unusable, but for a log's key of an unknown kind, which trusts nobody.
 * trust_root_or_public(named): that text, or where it is empty that of the public good instance.
 * trust_root_open(named, a, out, e): both. trust_root_free: its keys and certificates; NULL members
 * are fine. */
bytes trust_root_or_public(bytes named);
int trust_root_open(bytes named, struct arena *a, struct trust_root *out, err *e);
int trust_root_parse(bytes text, struct arena *a, struct trust_root *out, err *e);
void trust_root_free(struct trust_root *r);
