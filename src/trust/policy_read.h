/* SPDX-License-Identifier: Apache-2.0 */
/* policy_read - what the readers of all kinds of policies share: a strict look at YAML, faults with
 * their place, signers and needs as they are made.
 *
 * Everything answers 0, or -1 with ERR_FORMAT (the place, what is wrong) or ERR_LIMIT.
 * Threading: as the reader, which belongs to one thread. */
#pragma once

#include "fmt/source.h"
#include "fmt/yaml.h"
#include "oci/predicate.h"
#include "trust/policy.h"

struct policy_reader {
	struct policy *policy;
	const struct yaml_file *file;
	struct source source;
	struct arena *arena;
	bool has_root;
	unsigned depth; /* of needs */
	err *e;
};

int policy_fault(struct policy_reader *r, const struct yaml_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* policy_line(r, at): its line, from 1. */
uint32_t policy_line(const struct policy_reader *r, const struct yaml_node *at);

/* policy_known(r, mapping, names): a mapping with none but these members; names end with NULL. An
 * absent one is fine; a member that is null is a fault, since it would demand nothing. */
int policy_known(struct policy_reader *r, const struct yaml_node *mapping,
                 const char *const *names);

/* Values of members; absent ones leave *out as it was. policy_text: a scalar with text;
 * policy_texts: a scalar or a sequence of them; policy_globs: the same as patterns of that kind;
 * policy_bool; policy_age: "90m", "12h", "7d", "2w"; policy_labels: a mapping of texts. */
int policy_text(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                bytes *out);
int policy_texts(struct policy_reader *r, const struct yaml_node *value, struct strings *out);
int policy_globs(struct policy_reader *r, const struct yaml_node *value, enum glob_kind kind,
                 struct globs *out);
int policy_bool(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                bool *out);
int policy_age(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
               int64_t *out);
int policy_labels(struct policy_reader *r, const struct yaml_node *value, struct oci_labels *out);

/* policy_word(r, mapping, name, words, out): which of these words, of any case, stands there.
 * policy_list(r, mapping, name, out): the first item of a sequence that is not empty. */
int policy_word(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                const char *const *words, unsigned *out);
int policy_list(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                const struct yaml_node **out);

/* policy_pattern(r, at, text, out): an expression, anchored at both ends; the policy frees it.
 * policy_part(r, mapping, exact, regexp, out): one side of an identity, by one of two members. */
int policy_pattern(struct policy_reader *r, const struct yaml_node *at, bytes text,
                   struct pattern **out);
int policy_part(struct policy_reader *r, const struct yaml_node *mapping, const char *exact,
                const char *regexp, struct identity_part *out);

/* policy_identity(r, v, signer): one more identity, as sigstore and Kyverno write them: members
 * subject, issuer, subjectRegExp, issuerRegExp; both sides are said. */
int policy_identity(struct policy_reader *r, const struct yaml_node *v,
                    struct policy_signer *signer);

/* policy_signer_new(r, at, name, out): one more; out: its index. policy_key(r, at, text, signer):
 * the one PEM that stands there. policy_file_new(r, at, name, out): index + 1 of a file. */
int policy_signer_new(struct policy_reader *r, const struct yaml_node *at, bytes name, size_t *out);
int policy_key(struct policy_reader *r, const struct yaml_node *at, bytes text,
               struct policy_signer *signer);
int policy_file_new(struct policy_reader *r, const struct yaml_node *at, bytes name, size_t *out);

/* policy_keys(r, at, text, name, need): one signer for each PEM that stands there, and all of them
 * may have signed the need. policy_service(r, mapping, ours): member url: the public good
 * instance's address, or any where the user named a trusted root. */
int policy_keys(struct policy_reader *r, const struct yaml_node *at, bytes text, bytes name,
                struct policy_need *need);
int policy_service(struct policy_reader *r, const struct yaml_node *mapping, const char *ours);

/* policy_need_group(r, at, label, n, out): *out needs all of n parts, which the caller fills; they
 * are counted against LIMIT_POLICY_NEEDS. policy_need_signer: one more who may have signed it.
 * policy_need_test: one more thing that its content must say, for the caller to fill. */
int policy_need_group(struct policy_reader *r, const struct yaml_node *at, const char *label,
                      size_t n, struct policy_need *out);
void policy_need_signer(struct policy_reader *r, struct policy_need *need, size_t signer);
struct policy_test *policy_need_test(struct policy_reader *r, struct policy_need *need,
                                     enum test_kind kind);

/* policy_note(r, at, text): "line 7: ...": what was taken to apply. policy_note_selectors: each of
 * these members that stands there, since it selects objects of a cluster. */
void policy_note(struct policy_reader *r, const struct yaml_node *at, const char *text);
void policy_note_selectors(struct policy_reader *r, const struct yaml_node *mapping,
                           const char *const *names);

/* policy_need_types(r, value, need): predicate types, by cosign's names or as URIs.
 * policy_add_types: those of a kind of attestation, in all versions. */
int policy_need_types(struct policy_reader *r, const struct yaml_node *value,
                      struct policy_need *need);
void policy_add_types(struct policy_reader *r, enum predicate_kind kind, struct policy_need *need);

/* -- the readers of each kind: one document ---------------------------------------------------- */
int policy_read_own(struct policy_reader *r, const struct yaml_node *root);
int policy_read_sigstore(struct policy_reader *r, const struct yaml_node *root);
int policy_read_kyverno(struct policy_reader *r, const struct yaml_node *root);
int policy_read_kyverno_images(struct policy_reader *r, const struct yaml_node *root);
