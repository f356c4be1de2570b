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
