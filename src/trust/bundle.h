/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - a Sigstore bundle (protobuf-specs, sigstore_bundle.proto, versions 0.1 to 0.3): what was
 * signed, by whom, and what logs and clocks say about it. Read, not believed (trust/verify.h).
 * Threading: constant once read. */
#pragma once

#include "fmt/json.h"

/* None: from before bundles (trust/legacy.h). Else 0.1, 0.2, 0.3. */
enum bundle_version { BUNDLE_NONE, BUNDLE_V1, BUNDLE_V2, BUNDLE_V3 };

struct bundle_proof {
	bool there;
	uint64_t index, size; /* of this log's shard */
	bytes root;
	bytes *hashes;
	size_t hashes_len;
	bytes checkpoint; /* a signed note */
};

/* An entry of a transparency log. */
struct bundle_entry {
	uint64_t index; /* over all shards */
	bytes log_id;
	bytes kind, version; /* "hashedrekord", "0.0.1" */
	int64_t time;        /* 0: none; believed only with the promise's signature */
	bytes promise;       /* the signed entry timestamp; empty: none */
	struct bundle_proof proof;
	bytes body;
};

enum bundle_hash { BUNDLE_HASH_NONE, BUNDLE_SHA256, BUNDLE_SHA384, BUNDLE_SHA512 };

struct bundle {
	enum bundle_version version;
	bytes certificate; /* DER; empty: a key signed */
	bool has_chain;    /* the form before 0.3 */
	bytes hint;        /* which key; says nothing */
	struct bundle_entry *entries;
	size_t entries_len;
	bytes *timestamps; /* TimeStampResp */
	size_t timestamps_len;
	bytes signature;
	bool is_envelope;
	bytes payload, payload_type;   /* of an envelope (DSSE) */
	bytes stored; /* the octets of an envelope that lay there alone: time stamps cover them, and old
	               * logs know it by their hash; empty in a bundle */
	enum bundle_hash message_hash; /* else; a hint */
	bytes message_digest;
};

/* bundle_parse(text, a, out, e): ERR_FORMAT for what a reader of that version refuses: unknown
 * members, versions and kinds, none or several where there is one, no base64. ERR_LIMIT. Views of
 * text and arena. */
int bundle_parse(bytes text, struct arena *a, struct bundle *out, err *e);

/* bundle_read_entry(v, a, out, e): one log entry (sigstore_rekor.proto, TransparencyLogEntry), as a
 * log of version 2 answers it. As bundle_parse. */
int bundle_read_entry(json v, struct arena *a, struct bundle_entry *out, err *e);
