/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's end: everything in here reads what enemies wrote. */
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "crypto/lean.h"
#include "flow/policy_wire.h"
#include "flow/verify_wire.h"

struct server {
	struct arena arena; /* of the policy */
	struct policy policy;
	struct ready_signer *signers;
	struct trust_root root; /* of those who name none */
	struct arena image;     /* of the image at hand */
	struct {
		struct attachment *items;
		size_t len, cap;
	} attachments;
};

/* -- what both ends know ----------------------------------------------------------------------- */

static void pack_digest(buf *out, const digest *d)
{
	pack_str(out, d->algorithm == DIGEST_NONE ? "" : DIGEST_TEXT(d));
}

static bool take_digest(bytes *in, digest *out)
{
	bytes text;
	err ignored = { 0 };

	*out = (digest){ 0 };
	if (!pack_take_bytes(in, sizeof(struct digest_chars), &text))
		return false;
	return text.n == 0 || digest_parse(text, out, &ignored) == 0;
}

void policy_asked_pack(const struct policy_asked *v, buf *out)
{
	pack_bytes(out, v->image.name);
	pack_bytes(out, v->image.tag);
	pack_bytes(out, v->image.digest);
	pack_u64(out, v->all_platforms);
	pack_u64(out, (uint64_t)v->now);
	pack_u64(out, v->subjects_len);
	for (size_t i = 0; i < v->subjects_len; i++) {
		pack_bytes(out, v->subjects[i].label);
		pack_digest(out, &v->subjects[i].digests[0]);
		pack_digest(out, &v->subjects[i].digests[1]);
	}
}

static bool asked_unpack(bytes *in, struct arena *a, struct policy_asked *out)
{
	uint64_t now;
	uint32_t n;
	bool ok = pack_take_bytes(in, LIMIT_PATH, &out->image.name) &&
	          pack_take_bytes(in, LIMIT_PATH, &out->image.tag) &&
	          pack_take_bytes(in, LIMIT_PATH, &out->image.digest) &&
	          pack_take_bool(in, &out->all_platforms) && pack_take_u64(in, INT64_MAX, &now) &&
	          pack_take_u32(in, LIMIT_INDEX_ENTRIES + 1, &n) && n > 0;

	if (!ok)
		return false;
	out->now = (int64_t)now;
	out->subjects = arena_array(a, struct policy_subject, n);
	out->subjects_len = n;
	for (uint32_t i = 0; ok && i < n; i++)
		ok = pack_take_bytes(in, LIMIT_PATH, &out->subjects[i].label) &&
		     take_digest(in, &out->subjects[i].digests[0]) &&
		     take_digest(in, &out->subjects[i].digests[1]);
	return ok;
}

/* -- the policy -------------------------------------------------------------------------------- */

static bool wants_platforms(const struct policy *p)
{
	for (size_t i = 0; i < p->rules.len; i++)
		if (p->rules.items[i].all_platforms)
			return true;
	return false;
}

static int read_policy(struct server *s, bytes in, buf *answer, err *e)
{
	bytes text;
	bool has_root;

	if (!pack_take_bytes(&in, LIMIT_POLICY, &text) || !pack_take_bool(&in, &has_root))
		return side_unread(e);
	if (policy_parse(arena_bytes(&s->arena, text), has_root, &s->arena, &s->policy, e) < 0)
		return -1;
	pack_u64(answer, s->policy.files.len);
	for (size_t i = 0; i < s->policy.files.len; i++)
		pack_bytes(answer, s->policy.files.items[i].name);
	pack_u64(answer, s->policy.notes.len);
	for (size_t i = 0; i < s->policy.notes.len; i++)
		pack_bytes(answer, bytes_slice(s->policy.notes.items[i], 0, LIMIT_DECISION_TEXT));
	pack_u64(answer, wants_platforms(&s->policy));
	return 0;
}

static int read_root(struct server *s, const struct policy_signer *signer,
                     const struct trust_root **out, err *e)
{
	struct trust_root *root;

	*out = &s->root;
	if (signer->root_file == 0)
		return 0;
	const struct policy_file *file = &s->policy.files.items[signer->root_file - 1];

	root = arena_new(&s->arena, struct trust_root);
	*out = root;
	return trust_root_parse(file->text, &s->arena, root, e) < 0
	           ? err_wrap(e, "trusted root '%s'", SHOW(file->name))
	           : 0;
}

static int read_key(struct server *s, const struct policy_signer *signer,
                    const struct public_key **out, err *e)
{
	bytes text = signer->key_file > 0 ? s->policy.files.items[signer->key_file - 1].text
	                                  : signer->key;
	struct public_key *key = NULL;

	if (text.n == 0 && signer->key_file == 0)
		return 0;
	if (public_key_read(text, &key, e) < 0)
		return err_wrap(e, "the key of signer '%s'", SHOW(signer->name));
	*out = key;
	return 0;
}

static int read_signers(struct server *s, bytes root, err *e)
{
	if (trust_root_open(root, &s->arena, &s->root, e) < 0)
		return -1;
	s->signers = arena_array(&s->arena, struct ready_signer, s->policy.signers.len);
	for (size_t i = 0; i < s->policy.signers.len; i++) {
		const struct policy_signer *signer = &s->policy.signers.items[i];

		if (read_key(s, signer, &s->signers[i].key, e) < 0 ||
		    read_root(s, signer, &s->signers[i].root, e) < 0)
			return -1;
	}
	return policy_counts_check(&s->policy, s->signers, e);
}

static int take_files(struct server *s, bytes in, err *e)
{
	bytes root, text;

	if (!pack_take_bytes(&in, LIMIT_TUF_FILE, &root))
		return side_unread(e);
	root = arena_bytes(&s->arena, root);
	for (size_t i = 0; i < s->policy.files.len; i++) {
		if (!pack_take_bytes(&in, LIMIT_TUF_FILE, &text))
			return side_unread(e);
		s->policy.files.items[i].text = arena_bytes(&s->arena, text);
	}
	return read_signers(s, root, e);
}

/* -- images ------------------------------------------------------------------------------------ */

static int take_attachment(struct server *s, bytes in, err *e)
{
	struct verify_question q;
	digest manifest;
	bytes text;

	if (s->attachments.len >= LIMIT_ATTACHMENTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d attachments", LIMIT_ATTACHMENTS);
	if (!take_digest(&in, &manifest) || !pack_take_bytes(&in, in.n, &text) ||
	    !verify_question_unpack(arena_bytes(&s->image, text), &s->image, &q))
		return side_unread(e);
	q.attachment.manifest = manifest;
	*ARENA_PUSH(&s->image, &s->attachments) = q.attachment;
	return 0;
}

static int decide(struct server *s, bytes in, buf *answer, err *e)
{
	struct policy_asked asked = { 0 };
	struct decision decision;

	if (!asked_unpack(&in, &s->image, &asked))
		return side_unread(e);
	const struct policy_question q = { .policy = &s->policy,
		                               .signers = s->signers,
		                               .image = asked.image,
		                               .subjects = asked.subjects,
		                               .subjects_len = asked.subjects_len,
		                               .all_platforms = asked.all_platforms,
		                               .attachments = s->attachments.items,
		                               .attachments_len = s->attachments.len,
		                               .now = asked.now,
		                               .judge = judge_content };

	if (policy_decide(&q, &s->image, &decision, e) < 0)
		return -1;
	decision_pack(&decision, answer);
	return 0;
}

static void forget_image(struct server *s)
{
	arena_reset(&s->image);
	memset(&s->attachments, 0, sizeof(s->attachments));
}

static int answer(void *ctx, bytes in, buf *out, err *e)
{
	struct server *s = ctx;
	uint32_t op;
	int status = 0;

	if (!pack_take_u32(&in, POLICY_DECIDE, &op))
		return side_unread(e);
	switch ((enum policy_op)op) {
	case POLICY_READ: return read_policy(s, in, out, e);
	case POLICY_FILES: return take_files(s, in, e);
	case POLICY_ATTACH: return take_attachment(s, in, e);
	case POLICY_DECIDE:
		status = decide(s, in, out, e);
		forget_image(s);
		break;
	}
	return status;
}

_Noreturn int policy_serve(struct worker_side *side, void *arg)
{
	struct server s = { .arena = ARENA_INIT, .image = ARENA_INIT };
	const struct side_service service = { LIMIT_POLICY_QUESTION, LIMIT_POLICY_ANSWER, answer, &s };

	(void)arg;
	lean_begin();
	side_serve(side, &service);
}
