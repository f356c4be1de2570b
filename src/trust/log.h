/* SPDX-License-Identifier: Apache-2.0 */
/* log - what a transparency log says about an entry: a promise (Rekor version 1), a proof that it
 * is in a tree (RFC 9162 §2.1.3), and the signed head of that tree (c2sp.org/tlog-checkpoint).
 * Threading: pure functions. */
#pragma once

#include "trust/bundle.h"
#include "trust/root.h"

/* trust_log_of(root, entry): the log that the entry names, or NULL. */
const struct trust_log *trust_log_of(const struct trust_root *root,
                                     const struct bundle_entry *entry);

/* log_promise_holds(log, entry): the log signed body, index and time of the entry, at a time at
 * which it was the log. */
bool log_promise_holds(const struct trust_log *log, const struct bundle_entry *entry);

/* log_proof_holds(log, entry, e): the entry is in the tree whose head the log signed.
 * ERR_UNTRUSTED says what does not hold. */
int log_proof_holds(const struct trust_log *log, const struct bundle_entry *entry, err *e);

/* log_root_of(leaf, proof, out): the root that the proof leads to (RFC 9162 §2.1.3.2); false when
 * it has not exactly as many hashes as the index takes. */
bool log_root_of(const digest *leaf, const struct bundle_proof *proof, digest *out);
