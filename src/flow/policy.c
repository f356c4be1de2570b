/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/policy.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/policy_wire.h"
#include "flow/verify_wire.h"
#include "oci/platform.h"
#include "sys/file.h"
#include "transfer/attachments.h"

struct policy_session {
	struct arena arena; /* holds the session itself */
	const struct policy_options *options;
	struct worker *worker;
	struct strings files, notes;
	bool wants_platforms;
};

/* -- asking ------------------------------------------------------------------------------------ */

static int ask(struct policy_session *s, const buf *question, struct arena *a, bytes *out, err *e)
{
	return worker_ask(s->worker, buf_bytes(question), LIMIT_POLICY_ANSWER, a, out, e);
}

/* Whatever is wrong with a policy and its files is the user's to mend. */
static int policy_wrong(const struct policy_session *s, err *e)
{
	if (e->kind == ERR_FORMAT || e->kind == ERR_LIMIT)
		e->kind = ERR_USAGE;
	return err_wrap(e, "policy '%s'", SHOW(bytes_str(s->options->path)));
}

/* -- the policy -------------------------------------------------------------------------------- */

static bool take_strings(bytes *in, size_t most, size_t longest, struct arena *a,
                         struct strings *out)
{
	uint64_t n;

	if (!pack_take_u64(in, most, &n))
		return false;
	for (uint64_t i = 0; i < n; i++) {
		bytes text;

		if (!pack_take_bytes(in, longest, &text))
			return false;
		*ARENA_PUSH(a, out) = arena_bytes(a, text);
	}
	return true;
}

static int read_policy(struct policy_session *s, err *e)
{
	buf question = BUF_INIT(LIMIT_POLICY_QUESTION);
	bytes text, answer;

	if (file_read_all(s->options->path, LIMIT_POLICY, &s->arena, &text, e) < 0)
		return -1;
	pack_u64(&question, POLICY_READ);
	pack_bytes(&question, text);
	pack_u64(&question, s->options->root_is_named);
	int status = ask(s, &question, &s->arena, &answer, e);

	buf_done(&question);
	if (status < 0)
		return policy_wrong(s, e);
	if (!take_strings(&answer, LIMIT_POLICY_FILES, LIMIT_PATH, &s->arena, &s->files) ||
	    !take_strings(&answer, LIMIT_POLICY, LIMIT_DECISION_TEXT, &s->arena, &s->notes) ||
	    !pack_take_bool(&answer, &s->wants_platforms) || answer.n > 0)
		return worker_unread(e);
	return 0;
}

/* A worker that lies may name any file: nothing above the policy is opened. */
static bool is_beside(bytes name)
{
	bytes part;

	if (name.n == 0 || name.p[0] == '/' || memchr(name.p, 0, name.n))
		return false;
	while (bytes_take_until(&name, '/', &part))
		if (bytes_is(part, ".."))
			return false;
	return true;
}

static int pack_file(struct policy_session *s, bytes name, buf *out, err *e)
{
	bytes folder = path_dir(bytes_str(s->options->path)), text;
	bool is_root = s->options->path[0] == '/';

	if (!is_beside(name))
		return err_set(e, ERR_BUG, 0, "the worker asks for '%s'", SHOW(name));
	const char *path = arena_printf(&s->arena, PRIb "%s" PRIb, BYTESF(folder),
	                                folder.n > 0 || is_root ? "/" : "", BYTESF(name));

	if (file_read_all(path, LIMIT_TUF_FILE, &s->arena, &text, e) < 0)
		return -1;
	pack_bytes(out, text);
	return 0;
}

static int read_files(struct policy_session *s, err *e)
{
	buf question = BUF_INIT(LIMIT_POLICY_QUESTION);
	bytes answer;
	int status = 0;

	pack_u64(&question, POLICY_FILES);
	pack_bytes(&question, s->options->root);
	for (size_t i = 0; i < s->files.len && status == 0; i++)
		status = pack_file(s, s->files.items[i], &question, e);
	if (status == 0)
		status = ask(s, &question, &s->arena, &answer, e);
	buf_done(&question);
	return status < 0 ? policy_wrong(s, e) : 0;
}

int policy_open(const struct policy_options *options, struct policy_session **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct policy_session *s = arena_new(&a, struct policy_session);
	struct worker_options o = { .serve = policy_serve,
		                        .keep = { -1, -1 },
		                        .deadline = options->deadline };
	bool landlock; /* `oakum selftest` tells */

	s->options = options;
	s->arena = a;
	if (worker_start(&o, &s->worker, &landlock, e) < 0 || read_policy(s, e) < 0 ||
	    read_files(s, e) < 0) {
		policy_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void policy_close(struct policy_session *s)
{
	if (!s)
		return;
	worker_stop(s->worker);
	struct arena a = s->arena;

	arena_done(&a);
}

const struct strings *policy_notes(const struct policy_session *s)
{
	return &s->notes;
}

const struct strings *policy_files(const struct policy_session *s)
{
	return &s->files;
}

/* -- images ------------------------------------------------------------------------------------ */

static int send_attachment(struct policy_session *s, const struct attachment *at, struct arena *a,
                           err *e)
{
	const struct verify_question q = { .is_attached = true, .attachment = *at };
	buf question = BUF_INIT(LIMIT_POLICY_QUESTION), text = BUF_INIT(LIMIT_POLICY_QUESTION);
	bytes answer;

	verify_question_pack(&q, &text);
	pack_u64(&question, POLICY_ATTACH);
	pack_str(&question, at->manifest.algorithm != DIGEST_NONE ? DIGEST_TEXT(&at->manifest) : "");
	pack_bytes(&question, buf_bytes(&text));
	int status = ask(s, &question, a, &answer, e);

	buf_done(&question);
	buf_done(&text);
	return status;
}

/* The image first; then, of an index, each platform. For one platform a signature of the index
 * counts too: it covers it by digest. */
static void name_subjects(const struct policy_session *s, const struct image_attachments *image,
                          struct arena *a, struct policy_asked *out)
{
	bool one = s->options->has_platform && image->subjects_len > 1;

	out->subjects = arena_array(a, struct policy_subject, image->subjects_len);
	out->subjects_len = one ? 1 : image->subjects_len;
	for (size_t i = 0; i < out->subjects_len; i++) {
		const struct attachable *from = &image->subjects[one ? 1 : i];
		struct policy_subject *to = &out->subjects[i];

		to->digests[0] = from->digest;
		if (one)
			to->digests[1] = image->subjects[0].digest;
		if (one || i > 0)
			to->label = bytes_str(platform_text(&from->platform, a));
	}
}

static int decide(struct policy_session *s, const struct target *target,
                  const struct image_attachments *image, struct arena *a, struct decision *out,
                  err *e)
{
	const char *here = s->options->name ? s->options->name : target->text;
	struct policy_asked asked = { .all_platforms = s->options->all_platforms,
		                          .now = s->options->now };
	buf question = BUF_INIT(LIMIT_POLICY_QUESTION);
	bytes answer;

	name_subjects(s, image, a, &asked);
	/* Of one platform it is that one which is judged, and told: whoever pins what was told must
	 * not get an index whose other platforms nobody looked at. */
	asked.image = (struct image_name){
		.name = bytes_str(*image->name ? image->name : here),
		.tag = bytes_str(image->tag),
		.digest = bytes_str(arena_printf(a, "%s", DIGEST_TEXT(&asked.subjects[0].digests[0]))),
	};
	pack_u64(&question, POLICY_DECIDE);
	policy_asked_pack(&asked, &question);
	int status = ask(s, &question, a, &answer, e);

	buf_done(&question);
	if (status < 0 || decision_unpack(answer, a, out, e) < 0)
		return -1;
	out->tag = asked.image.tag;
	out->digest = asked.image.digest;
	return 0;
}

static int tell_attached(struct policy_session *s, const struct target *target,
                         const struct attachments_options *gather, struct arena *a,
                         struct image_attachments *out, err *e)
{
	if (attachments_read(target, gather, a, out, e) < 0)
		return -1;
	for (size_t i = 0; i < out->list.len; i++)
		if (send_attachment(s, &out->list.items[i], a, e) < 0)
			return -1;
	return 0;
}

int policy_judge(struct policy_session *s, const struct target *target, struct arena *a,
                 struct decision *out, err *e)
{
	const struct policy_options *o = s->options;
	struct attachments_options gather = {
		.scope = o->has_platform                          ? SCOPE_PLATFORM
		         : o->all_platforms || s->wants_platforms ? SCOPE_ALL
		                                                  : SCOPE_ROOT,
		.platform = o->platform,
		.kinds = 1u << ATTACHMENT_SIGNATURE | 1u << ATTACHMENT_ENVELOPE | 1u << ATTACHMENT_BUNDLE,
		.registry = o->registry,
	};
	struct image_attachments image, there;

	if (tell_attached(s, target, &gather, a, &image, e) < 0)
		return -1;
	gather.elsewhere = target->kind == TARGET_REGISTRY ? o->elsewhere : NULL;
	if (gather.elsewhere && tell_attached(s, target, &gather, a, &there, e) < 0)
		return -1;
	return decide(s, target, &image, a, out, e);
}
