/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of names, and which images a rule is about. */
#include "base/limits.h"
#include "trust/policy.h"

/* What one place of a pattern fits; a run of stars is one place. */
enum place { PLACE_ONE, PLACE_ANY_ONE, PLACE_STAR, PLACE_STARS };

static enum place take_place(enum glob_kind kind, bytes *pattern, uint8_t *out)
{
	bool is_kyverno = kind == GLOB_KYVERNO;
	size_t stars = 0;

	while (stars < pattern->n && pattern->p[stars] == '*')
		stars++;
	*out = stars > 0 ? '*' : pattern->p[0];
	*pattern = bytes_skip(*pattern, stars > 0 ? stars : 1);
	if (stars > 0)
		return stars > 1 || is_kyverno ? PLACE_STARS : PLACE_STAR;
	return is_kyverno && *out == '?' ? PLACE_ANY_ONE : PLACE_ONE;
}

/* The set of lengths of text that the pattern's front can fit, one place after the other: no
 * pattern makes it slower than its length times that of the text. */
bool glob_fits(const struct glob *glob, bytes text)
{
	bool fits[LIMIT_GLOB + 1] = { true };
	bytes pattern = glob->text;

	if (text.n > LIMIT_GLOB || pattern.n > LIMIT_GLOB)
		return false;
	while (pattern.n > 0) {
		uint8_t c;
		enum place place = take_place(glob->kind, &pattern, &c);
		bool before = false; /* the place before fitted up to here */

		for (size_t i = 0; i <= text.n; i++) {
			bool here = fits[i];

			if (place == PLACE_STAR || place == PLACE_STARS)
				fits[i] = here ||
				          (i > 0 && fits[i - 1] && (place == PLACE_STARS || text.p[i - 1] != '/'));
			else
				fits[i] = before && (place == PLACE_ANY_ONE || text.p[i - 1] == c);
			before = here;
		}
	}
	return fits[text.n];
}

bool globs_fit(const struct globs *globs, bytes text)
{
	for (size_t i = 0; i < globs->len; i++)
		if (glob_fits(&globs->items[i], text))
			return true;
	return false;
}

/* -- images ------------------------------------------------------------------------------------ */

struct full_name {
	char text[LIMIT_GLOB + 1];
};

static bytes join(struct full_name *out, bytes name, char by, bytes what)
{
	size_t n = name.n + 1 + what.n;

	if (n > LIMIT_GLOB)
		return (bytes){ 0 };
	memcpy(out->text, name.p, name.n);
	out->text[name.n] = by;
	memcpy(out->text + name.n + 1, what.p, what.n);
	return bytes_of(out->text, n);
}

/* The part of a reference behind its last "/": has it a tag, or a digest? */
static bool names(bytes pattern, uint8_t by)
{
	bytes last = bytes_skip(
		pattern, bytes_rfind(pattern, '/') < pattern.n ? bytes_rfind(pattern, '/') + 1 : 0);

	return bytes_find(last, by) < last.n;
}

static bool fits_own(const struct glob *glob, const struct image_name *image)
{
	struct full_name full;

	if (names(glob->text, '@'))
		return glob_fits(glob, join(&full, image->name, '@', image->digest));
	if (names(glob->text, ':') && image->tag.n > 0)
		return glob_fits(glob, join(&full, image->name, ':', image->tag));
	return glob_fits(glob, image->name);
}

/* policy-controller matches the whole reference, where Docker Hub is index.docker.io, and else what
 * stands in the pod: there a name may be short and without its tag. */
static bool fits_cosign(const struct glob *glob, const struct image_name *image)
{
	static const bytes hub = BYTES_INIT("docker.io/"), library = BYTES_INIT("library/");
	bool has_tag = image->tag.n > 0;
	bytes by = has_tag ? image->tag : image->digest, shorter = image->name;
	struct full_name full, index;
	bytes text = join(&full, image->name, has_tag ? ':' : '@', by);
	bool is_hub = bytes_take_prefix(&shorter, hub);

	if (glob_fits(glob, text) || glob_fits(glob, image->name))
		return true;
	if (!is_hub)
		return false;
	if (glob_fits(glob, join(&index, BYTES("index"), '.', text)))
		return true;
	(void)bytes_take_prefix(&shorter, library);
	return glob_fits(glob, shorter) ||
	       glob_fits(glob, join(&full, shorter, has_tag ? ':' : '@', by));
}

static bool fits_whole(const struct glob *glob, const struct image_name *image, bytes name)
{
	struct full_name full;

	return (image->tag.n > 0 && glob_fits(glob, join(&full, name, ':', image->tag))) ||
	       glob_fits(glob, join(&full, name, '@', image->digest));
}

/* Kyverno calls "nginx" of a pod "docker.io/nginx" (pkg/utils/image), without "library". */
static bool fits_kyverno(const struct glob *glob, const struct image_name *image)
{
	bytes official = image->name;
	struct full_name shorter;

	return fits_whole(glob, image, image->name) ||
	       (bytes_take_prefix(&official, BYTES("docker.io/library/")) &&
	        fits_whole(glob, image, join(&shorter, BYTES("docker.io"), '/', official)));
}

static bool fits_name(const struct glob *glob, const struct image_name *image)
{
	switch (glob->kind) {
	case GLOB_OWN: return fits_own(glob, image);
	case GLOB_COSIGN: return fits_cosign(glob, image);
	case GLOB_KYVERNO: break;
	}
	return fits_kyverno(glob, image);
}

/* spell(glob, name, out): the same place as the pattern spells it: port 443 is that of https
 * anyway, and Docker Hub has three names. What does not stand in the pattern letter for letter is
 * not tried, so that no pattern with stars fits more than it says. */
static bytes spell(bytes glob, bytes name, struct full_name *out)
{
	static const bytes hub = BYTES_INIT("docker.io"), port = BYTES_INIT(":443");
	static const bytes others[] = { BYTES_INIT("index.docker.io"),
		                            BYTES_INIT("registry-1.docker.io") };
	size_t slash = bytes_find(name, '/');
	bytes host = bytes_slice(name, 0, slash), path = bytes_skip(name, slash);
	bytes asked = bytes_slice(glob, 0, bytes_find(glob, '/'));
	bool has_port = bytes_ends(asked, port);

	if (path.n == 0 || (bytes_find(host, '.') == host.n && bytes_find(host, ':') == host.n))
		return name; /* no registry's */
	if (bytes_ends(host, port))
		host.n -= port.n;
	else if (bytes_rfind(host, ':') < host.n && !bytes_ends(host, BYTES("]")))
		return name; /* another port */
	if (has_port)
		asked.n -= port.n;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (bytes_equal(host, hub) && bytes_equal(asked, others[i]))
			host = asked;
	if (host.n + port.n + path.n > LIMIT_GLOB)
		return name;
	memcpy(out->text, host.p, host.n);
	memcpy(out->text + host.n, port.p, port.n);
	memcpy(out->text + host.n + (has_port ? port.n : 0), path.p, path.n);
	return bytes_of(out->text, host.n + (has_port ? port.n : 0) + path.n);
}

static bool fits(const struct glob *glob, const struct image_name *image)
{
	struct full_name spelled;
	const struct image_name other = { spell(glob->text, image->name, &spelled), image->tag,
		                              image->digest };

	return fits_name(glob, image) ||
	       (!bytes_equal(other.name, image->name) && fits_name(glob, &other));
}

bool globs_fit_image(const struct globs *globs, const struct image_name *image)
{
	for (size_t i = 0; i < globs->len; i++)
		if (fits(&globs->items[i], image))
			return true;
	return false;
}

bool policy_rule_is_about(const struct policy_rule *rule, const struct image_name *image)
{
	return globs_fit_image(&rule->images, image) && !globs_fit_image(&rule->except, image);
}
