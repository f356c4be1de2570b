/* SPDX-License-Identifier: Apache-2.0 */
#include "model/purl.h"

#include "base/buf.h"
#include "base/text.h"
#include "model/codename.h"

static const enum ecosystem known[] = { ECO_DEB,  ECO_APK,    ECO_RPM,   ECO_NUGET,
	                                    ECO_NPM,  ECO_PYPI,   ECO_GOLANG, ECO_MAVEN,
	                                    ECO_CARGO, ECO_GEM,   ECO_COMPOSER };

static uint8_t lowered(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bytes lower(bytes s, struct arena *a)
{
	uint8_t *to = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		to[i] = lowered(s.p[i]);
	return bytes_of(to, s.n);
}

static bool hex_digit(uint8_t c, unsigned *out)
{
	c = lowered(c);
	*out = c <= '9' ? (unsigned)c - '0' : (unsigned)c - 'a' + 10;
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool decode(bytes s, struct arena *a, bytes *out)
{
	uint8_t *to;
	size_t n = 0;

	*out = s;
	if (bytes_find(s, '%') == s.n)
		return true;
	to = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		unsigned high, low;

		if (s.p[i] != '%') {
			to[n++] = s.p[i];
			continue;
		}
		if (s.n - i < 3 || !hex_digit(s.p[i + 1], &high) || !hex_digit(s.p[i + 2], &low))
			return false;
		to[n++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	*out = bytes_of(to, n);
	return true;
}

bool purl_parse(bytes text, struct arena *a, struct purl *out)
{
	bytes rest = text, space = { 0 };
	size_t cut;

	*out = (struct purl){ 0 };
	if (!bytes_take_prefix(&rest, BYTES("pkg:")))
		return false;
	while (bytes_take_prefix(&rest, BYTES("/")))
		continue;
	cut = bytes_find(rest, '#');
	out->subpath = bytes_skip(rest, cut < rest.n ? cut + 1 : cut);
	rest = bytes_slice(rest, 0, cut);
	cut = bytes_find(rest, '?');
	out->qualifiers = bytes_skip(rest, cut < rest.n ? cut + 1 : cut);
	rest = bytes_slice(rest, 0, cut);
	cut = bytes_find(rest, '/');
	if (cut == 0 || cut == rest.n)
		return false;
	out->type = lower(bytes_slice(rest, 0, cut), a);
	rest = bytes_skip(rest, cut + 1);
	/* An '@' of npm's scope that nobody encoded stands before the last slash. */
	cut = bytes_rfind(rest, '@');
	if (cut > 0 && cut < rest.n && bytes_find(bytes_skip(rest, cut), '/') == rest.n - cut) {
		if (!decode(bytes_skip(rest, cut + 1), a, &out->version))
			return false;
		rest = bytes_slice(rest, 0, cut);
	}
	cut = bytes_rfind(rest, '/');
	if (cut < rest.n) {
		space = bytes_slice(rest, 0, cut);
		rest = bytes_skip(rest, cut + 1);
	}
	return rest.n > 0 && decode(space, a, &out->space) && decode(rest, a, &out->name);
}

bytes purl_qualifier(const struct purl *p, const char *key, struct arena *a)
{
	bytes rest = p->qualifiers, pair, value;

	while (bytes_take_until(&rest, '&', &pair)) {
		size_t cut = bytes_find(pair, '=');

		if (bytes_equal_nocase(bytes_slice(pair, 0, cut), bytes_str(key)) && cut < pair.n &&
		    decode(bytes_skip(pair, cut + 1), a, &value))
			return value;
	}
	return BYTES("");
}

/* -- packages ---------------------------------------------------------------------------------- */

static bool is_digit(bytes s)
{
	return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

/* Vendors' names in purls are not always the ID of os-release. */
static bytes distribution_id(bytes name)
{
	static const char *const names[][2] = { { "redhat", "rhel" },     { "amazon", "amzn" },
		                                    { "oracle", "ol" },       { "alma", "almalinux" },
		                                    { "cbl-mariner", "mariner" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(name, names[i][0]))
			return bytes_str(names[i][1]);
	return name;
}

/* "debian-12" (Syft, ours), "3.10.2" (Trivy for Alpine), "jessie", "debian-jessie" (the
 * specification's own examples are of the last two kinds); the namespace names the rest. */
static void take_distribution(const struct purl *p, struct arena *a, struct package *out)
{
	bytes distro = purl_qualifier(p, "distro", a), id = p->space, release;
	size_t cut = bytes_rfind(distro, '-');
	bytes codename = cut < distro.n ? bytes_skip(distro, cut + 1) : distro;

	if (is_digit(distro)) {
		out->distro_version = distro;
	} else if (cut < distro.n && is_digit(bytes_skip(distro, cut + 1))) {
		id = bytes_slice(distro, 0, cut);
		out->distro_version = bytes_skip(distro, cut + 1);
	} else if ((release = codename_release(lower(id, a), codename)).n > 0) {
		out->distro_version = release;
	} else if (distro.n > 0) {
		id = distro;
	}
	if (id.n > 0)
		out->distro_id = distribution_id(lower(id, a));
}

/* "glibc", "gcc-12@12.2.0-14"; of rpm the file's name, NAME-VERSION-RELEASE.src.rpm. */
static void take_upstream(const struct purl *p, struct arena *a, struct package *out)
{
	bytes upstream = purl_qualifier(p, "upstream", a);
	size_t cut = bytes_find(upstream, '@');

	if (upstream.n == 0)
		return;
	if (bytes_ends(upstream, BYTES(".src.rpm"))) {
		bytes whole = bytes_slice(upstream, 0, upstream.n - strlen(".src.rpm"));
		bytes front = bytes_slice(whole, 0, bytes_rfind(whole, '-'));

		cut = bytes_rfind(front, '-');
		if (cut < front.n) {
			out->source_name = bytes_slice(whole, 0, cut);
			out->source_version = bytes_skip(whole, cut + 1);
		}
		return;
	}
	out->source_name = bytes_slice(upstream, 0, cut);
	out->source_version = cut < upstream.n ? bytes_skip(upstream, cut + 1) : out->version;
}

static bytes joined(const struct purl *p, const char *by, struct arena *a)
{
	return p->space.n == 0 ? p->name
	                       : bytes_str(arena_printf(a, PRIb "%s" PRIb, BYTESF(p->space), by,
	                                                BYTESF(p->name)));
}

bool purl_package(const struct purl *p, struct arena *a, struct package *out)
{
	bytes epoch = purl_qualifier(p, "epoch", a), module = purl_qualifier(p, "rpmmod", a);

	out->ecosystem = ECO_NONE;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(p->type, ecosystem_name(known[i])))
			out->ecosystem = known[i];
	if (out->ecosystem == ECO_NONE)
		return false;
	out->version = p->version.n > 0 ? p->version : BYTES("");
	if (epoch.n > 0 && !bytes_is(epoch, "0") && bytes_find(p->version, ':') == p->version.n)
		out->version = bytes_str(arena_printf(a, PRIb ":" PRIb, BYTESF(epoch),
		                                      BYTESF(out->version)));
	if (out->ecosystem <= ECO_RPM) {
		out->name = p->name;
		out->architecture = purl_qualifier(p, "arch", a);
		if (module.n > 0) /* Red Hat's and Syft's; the specification knows no modules */
			out->module = module;
		take_distribution(p, a, out);
		take_upstream(p, a, out);
	} else {
		out->name = joined(p, out->ecosystem == ECO_MAVEN ? ":" : "/", a);
	}
	return true;
}

/* -- patterns ---------------------------------------------------------------------------------- */

/* purl-spec, types: names of these differ in case only by mistake; NuGet's own rule is the same. */
static bool same_name(const struct purl *a, const struct purl *b)
{
	if (bytes_is(a->type, "maven") || bytes_is(a->type, "cargo") || bytes_is(a->type, "rpm"))
		return bytes_equal(a->name, b->name) && bytes_equal(a->space, b->space);
	return bytes_equal_nocase(a->name, b->name) && bytes_equal_nocase(a->space, b->space);
}

bool purl_covers(const struct purl *pattern, const struct purl *p, struct arena *a)
{
	bytes rest = pattern->qualifiers, pair;

	if (!bytes_equal(pattern->type, p->type) || !same_name(pattern, p))
		return false;
	if (pattern->version.n > 0 && !bytes_equal(pattern->version, p->version))
		return false;
	while (bytes_take_until(&rest, '&', &pair)) {
		const char *key = arena_str(a, bytes_slice(pair, 0, bytes_find(pair, '=')));
		bytes wanted = purl_qualifier(pattern, key, a);

		if (wanted.n > 0 && !bytes_equal(wanted, purl_qualifier(p, key, a)))
			return false;
	}
	return true;
}
