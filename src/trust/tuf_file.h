/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_file - one metadata file of a TUF repository (The Update Framework, specification 1.0,
 * section 4): what it says, and by whom it is signed.
 *
 * Signatures are over the canonical JSON of "signed". Keys: ECDSA P-256 and P-384 as PEM, or P-256
 * as the hex of its point, as Sigstore's first roots have it; Ed25519 as hex; RSA as PEM, for
 * rsassa-pss-sha256, as private roots have it. A key of another scheme signs nothing here. A key's
 * name in a file is a label, no digest that would be checked: root 11 of Sigstore has one that is
 * not (TAP 12 drops the rule); who signed is counted by the keys themselves. Threading: constant
 * once read. */
#pragma once

#include "crypto/digest.h"
#include "fmt/json.h"

enum tuf_role { TUF_ROOT, TUF_TIMESTAMP, TUF_SNAPSHOT, TUF_TARGETS };
#define TUF_ROLES 4

struct tuf_file {
	enum tuf_role role;
	bytes text;
	uint64_t version;
	int64_t expires;
	struct arena arena; /* of all that is in it */
	struct json_doc doc;
};

/* tuf_role_name(role): "root", ... Static. */
const char *tuf_role_name(enum tuf_role role);

/* tuf_file_read(text, role, out, e): ERR_FORMAT: no such file, of another role, of another
 * specification than 1.x; ERR_LIMIT. Copies text. *out must not move; tuf_file_free(NULL) is fine.
 */
int tuf_file_read(bytes text, enum tuf_role role, struct tuf_file **out, err *e);
void tuf_file_free(struct tuf_file *f);

/* tuf_file_signed(f, root, e): as many keys as that root asks for the role of f have signed f, each
 * counted once. ERR_UNTRUSTED, ERR_FORMAT (the root does not say who may sign). */
int tuf_file_signed(const struct tuf_file *f, const struct tuf_file *root, err *e);

/* What a file says of another one. */
struct tuf_meta {
	bool there;
	uint64_t version;      /* 0: unsaid */
	uint64_t length;       /* UINT64_MAX: unsaid */
	digest sha256, sha512; /* either may be none */
};

/* tuf_file_meta(f, name, out, e): of a timestamp or a snapshot: of a metadata file; of targets: of
 * a target. ERR_FORMAT. */
int tuf_file_meta(const struct tuf_file *f, const char *name, struct tuf_meta *out, err *e);
/* tuf_meta_fits(m, content): length and digests, as far as they are said. */
bool tuf_meta_fits(const struct tuf_meta *m, bytes content);

/* tuf_file_not_before(f, old, e): every file that the old snapshot or timestamp lists is in f, in
 * the same version or a later one (section 5.4.3.2, 5.5.5). ERR_UNTRUSTED. */
int tuf_file_not_before(const struct tuf_file *f, const struct tuf_file *old, err *e);

/* tuf_file_consistent(root): names bear versions and digests (section 6.2). */
bool tuf_file_consistent(const struct tuf_file *root);
