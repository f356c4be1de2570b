/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/images.h"

#include "base/text.h"
#include "cmd/message.h"
#include "oci/platform.h"

int images_scope(const char *platform, bool all, struct arena *a, enum attachments_scope *out_scope,
                 struct platform *out, err *e)
{
	if (platform && all)
		return err_set(e, ERR_USAGE, 0, "--platform and --all-platforms exclude each other");
	*out_scope = all ? SCOPE_ALL : platform ? SCOPE_PLATFORM : SCOPE_ROOT;
	return platform ? platform_parse(bytes_str(platform), a, out, e) : 0;
}

int images_claims(const struct texts *list, struct arena *a, struct oci_labels *out, err *e)
{
	for (size_t i = 0; i < list->len; i++) {
		bytes rest = bytes_str(list->items[i]), pair = rest;

		do {
			(void)bytes_take_until(&rest, ',', &pair);
			size_t equals = bytes_find(pair, '=');

			if (equals == 0 || equals == pair.n || !text_is_utf8(pair))
				return err_set(e, ERR_USAGE, 0, "an annotation is NAME=VALUE, not '%s'",
				               SHOW(pair));
			*ARENA_PUSH(a, out) = (struct oci_label){ bytes_slice(pair, 0, equals),
				                                      bytes_skip(pair, equals + 1) };
		} while (rest.n > 0);
	}
	return 0;
}

int images_repository(const char *text, struct arena *a, struct reference *out, err *e)
{
	bytes last = bytes_str(text);

	if (bytes_rfind(last, '/') < last.n)
		last = bytes_skip(last, bytes_rfind(last, '/'));
	if (bytes_find(last, ':') < last.n || bytes_find(last, '@') < last.n)
		return err_set(e, ERR_USAGE, 0, "a repository has no tag and no digest: '%s'",
		               SHOW(bytes_str(text)));
	return reference_parse(text, a, out, e);
}

int images_elsewhere(struct job *job, const struct reference **out, err *e)
{
	const char *text = job_env(job, "COSIGN_REPOSITORY");
	struct reference *r = arena_new(&job->arena, struct reference);

	*out = NULL;
	if (!text || !*text)
		return 0;
	if (images_repository(text, &job->arena, r, e) < 0)
		return err_wrap(e, "COSIGN_REPOSITORY");
	*out = r;
	return 0;
}

void images_note_tag(struct job *job, const char *target, const char *tag, const char *now,
                     const char *done)
{
	if (*tag)
		message_note(job, target,
		             arena_printf(&job->arena,
		                          "the tag '%s' is %s now, which is what is %s: a tag moves; name "
		                          "the digest",
		                          SHOW(bytes_str(tag)), SHOW(bytes_str(now)), done));
}
