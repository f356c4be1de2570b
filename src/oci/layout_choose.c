/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/layout_choose.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/platform.h"

#define HEX_DIGITS 64
#define COSIGN_KIND "dev.cosignproject.cosign/"

/* cosign keeps what belongs to sha256:HEX under the tags sha256-HEX.sig, .att and .sbom; the
 * fallback of registries without referrers (OCI distribution 1.1) is sha256-HEX. */
static bool is_tag_of_attached(bytes name)
{
	static const char *const kinds[] = { "", ".sig", ".att", ".sbom" };

	if (!bytes_take_prefix(&name, BYTES("sha256-")) || name.n < HEX_DIGITS)
		return false;
	for (size_t i = 0; i < HEX_DIGITS; i++)
		if (!strchr("0123456789abcdef", name.p[i]) || !name.p[i])
			return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (bytes_is(bytes_skip(name, HEX_DIGITS), kinds[i]))
			return true;
	return false;
}

/* cosign_says(d, image): `cosign save` marks each entry; is it marked as image or index? */
static bool cosign_says(const struct descriptor *d, bool *out_image)
{
	bytes kind = oci_labels_get(&d->annotations, "kind");

	*out_image = bytes_is(kind, COSIGN_KIND "image") || bytes_is(kind, COSIGN_KIND "imageIndex");
	return bytes_starts(kind, BYTES(COSIGN_KIND));
}

static bool has_cosigns_image(const struct descriptors *entries)
{
	bool image = false;

	for (size_t i = 0; i < entries->len && !image; i++)
		(void)cosign_says(&entries->items[i], &image);
	return image;
}

static bool is_meant(const struct descriptor *d, bytes tag, bool by_cosign)
{
	bool image;

	if (oci_is_attestation(d))
		return false;
	if (tag.n == 0 && (cosign_says(d, &image) || by_cosign))
		return image;
	if (tag.n == 0)
		return d->artifact_type.n == 0 && !is_tag_of_attached(d->ref_name);
	return bytes_equal(d->ref_name, tag) || bytes_is(tag, DIGEST_TEXT(&d->digest));
}

static bool has_digest(const struct descriptors *list, const digest *d)
{
	for (size_t i = 0; i < list->len; i++)
		if (digest_equal(&list->items[i].digest, d))
			return true;
	return false;
}

/* Entries that fit and bear different names are different images; so are entries that do not say
 * for which platform they are. */
static bool is_ambiguous(const struct descriptors *list, const struct platform *want)
{
	const struct descriptor *first = NULL;

	for (size_t i = 0; i < list->len; i++) {
		const struct descriptor *d = &list->items[i];
		bool untold = d->platform.architecture.n == 0;

		if (!untold && !platform_matches(&d->platform, want))
			continue;
		if (first && (untold || !bytes_equal(first->ref_name, d->ref_name)))
			return true;
		first = d;
	}
	return false;
}

int layout_choose(const struct descriptors *entries, const struct target *target,
                  const struct platform *want, struct arena *a, struct descriptors *out, err *e)
{
	bytes tag = bytes_str(target->tag);
	bool by_cosign = has_cosigns_image(entries);

	*out = (struct descriptors){ 0 };
	if (entries->len > LIMIT_INDEX_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "an index of %zu entries", entries->len);
	for (size_t i = 0; i < entries->len; i++) {
		const struct descriptor *d = &entries->items[i];

		if (is_meant(d, tag, by_cosign) && !has_digest(out, &d->digest))
			*ARENA_PUSH(a, out) = *d;
	}
	if (out->len == 0 && tag.n > 0)
		return err_set(e, ERR_ABSENT, 0, "nothing in index.json is named '%s'", SHOW(tag));
	if (out->len == 0)
		return err_set(e, ERR_ABSENT, 0, "index.json names no image");
	if (is_ambiguous(out, want))
		return err_set(e, ERR_ABSENT, 0, "several images here; name one: %s:TAG",
		               SHOW(bytes_str(target->text)));
	return 0;
}

size_t layout_attached(const struct descriptors *entries)
{
	size_t n = 0;

	for (size_t i = 0; i < entries->len; i++) {
		const struct descriptor *d = &entries->items[i];

		n += !oci_is_attestation(d) && (d->artifact_type.n > 0 || is_tag_of_attached(d->ref_name));
	}
	return n;
}
