/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check_pins.h"

#include "cmd/message.h"

/* A HEAD tells the digest as a rule; what it does not tell is hashed. */
static int ask(struct registry *registry, const char *image, struct arena *a, digest *out, err *e)
{
	struct registry_document document;
	struct descriptor head;
	struct reference ref;

	if (reference_parse(image, a, &ref, e) < 0 || registry_head(registry, &ref, &head, e) < 0)
		return -1;
	*out = head.digest;
	if (head.digest.algorithm != DIGEST_NONE)
		return 0;
	if (registry_manifest(registry, &ref, a, &document, e) < 0)
		return -1;
	*out = document.digest;
	return 0;
}

int check_pins_fetch(void *context, const char *const *images, size_t len, struct arena *a,
                     const char **out, err *e)
{
	struct check_pins *pins = context;
	struct registry_options options;
	struct registry *registry;

	*out = "";
	if (len == 0)
		return 0;
	if (network_prepare(pins->job, pins->network, 0, images[0], &options, e) < 0 ||
	    registry_open(&options, &registry, e) < 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		err why = { 0 };
		digest d;

		if (ask(registry, images[i], a, &d, &why) == 0) {
			*out = arena_printf(a, "%s%s %s\n", *out, images[i], DIGEST_TEXT(&d));
			continue;
		}
		message_error(pins->job, images[i], &why);
		pins->failed = true;
	}
	registry_close(registry);
	return 0;
}
