/* SPDX-License-Identifier: Apache-2.0 */
/* search - secrets in a file that streams by, and in what is folded into it.
 *
 * The octets of the file as they are go through one scanner, the members of an archive through a
 * second one, opened when the first archive is met. What stands in an archive as it is (a tar, a
 * stored member) is seen by both and told once, by its member.
 * Threading: a search belongs to one thread. */
#pragma once

#include "secret/scan.h"
#include "secret/unfold.h"

struct secret_search;

/* secret_search_new(e): errors of secret_scanner_new. secret_search_free: NULL is fine. */
struct secret_search *secret_search_new(err *e);
void secret_search_free(struct secret_search *s);

/* One file after the other: its octets in parts of any length, its end. `name` is what the file is
 * called: the content of a compressed file is called that without its last ending. */
void secret_search_add(struct secret_search *s, bytes part);
void secret_search_end(struct secret_search *s, bytes name);

/* Of the file that ended last, until more is added: findings, twice LIMIT_SECRETS_FILE at most,
 * those of members first; how many places or findings were left out; what was not looked into. */
const struct secret_finding *secret_search_findings(const struct secret_search *s,
                                                    size_t *out_len);
uint64_t secret_search_left_out(const struct secret_search *s);
struct unfold_missed secret_search_missed(const struct secret_search *s);
