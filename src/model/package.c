/* SPDX-License-Identifier: Apache-2.0 */
#include "model/package.h"

#include "base/buf.h"

#include <stdint.h>

/* How a type's rules (purl-spec 1.0, types) treat a name. */
enum name_form {
	NAME_WHOLE,       /* no namespace: NuGet, PyPI, Cargo, Gem */
	NAME_DISTRO,      /* namespace is the distribution's ID */
	NAME_AFTER_SLASH, /* what stands before the last slash is the namespace: npm, Go, Composer */
	NAME_AFTER_COLON, /* group:artifact of Maven */
};

static const struct {
	const char *name, *title;
	enum name_form form;
	bool lower; /* names differ in case only by mistake */
} ecosystems[] = {
	[ECO_NONE] = { "generic", "Other packages", NAME_WHOLE, false },
	[ECO_DEB] = { "deb", "Debian packages", NAME_DISTRO, true },
	[ECO_APK] = { "apk", "Alpine packages", NAME_DISTRO, true },
	[ECO_RPM] = { "rpm", "RPM packages", NAME_DISTRO, false },
	[ECO_NUGET] = { "nuget", "NuGet", NAME_WHOLE, false },
	[ECO_NPM] = { "npm", "npm", NAME_AFTER_SLASH, true },
	[ECO_PYPI] = { "pypi", "PyPI", NAME_WHOLE, true },
	[ECO_GOLANG] = { "golang", "Go modules", NAME_AFTER_SLASH, true },
	[ECO_MAVEN] = { "maven", "Maven", NAME_AFTER_COLON, false },
	[ECO_CARGO] = { "cargo", "Cargo", NAME_WHOLE, false },
	[ECO_GEM] = { "gem", "RubyGems", NAME_WHOLE, false },
	[ECO_COMPOSER] = { "composer", "Composer", NAME_AFTER_SLASH, true },
};

const char *reach_name(enum reach reach)
{
	switch (reach) {
	case REACH_UNSAID: break;
	case REACH_NO: return "no";
	case REACH_UNCLEAR: return "unclear";
	case REACH_YES: return "yes";
	}
	return "";
}

const char *ecosystem_name(enum ecosystem ecosystem)
{
	return ecosystems[ecosystem].name;
}

const char *ecosystem_title(enum ecosystem ecosystem)
{
	return ecosystems[ecosystem].title;
}

static uint8_t lowered(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* "Character encoding": all but letters, digits and .-_~ and the colon is percent-encoded. */
static void put_encoded(buf *b, bytes s, bool lower)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lower ? lowered(s.p[i]) : s.p[i];

		if ((lowered(c) >= 'a' && lowered(c) <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
		    c == '-' || c == '_' || c == '~' || c == ':')
			buf_putc(b, c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

/* Segments, each encoded and followed by a slash; empty ones are left out. */
static void put_namespace(buf *b, bytes s, bool lower)
{
	bytes part;

	while (bytes_take_until(&s, '/', &part)) {
		if (part.n == 0)
			continue;
		put_encoded(b, part, lower);
		buf_putc(b, '/');
	}
}

/* PyPI names treat '_' and '-' alike (PEP 503); purl writes the latter. */
static void put_pypi_name(buf *b, bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		put_encoded(b, name.p[i] == '_' ? BYTES("-") : bytes_slice(name, i, 1), true);
}

static void put_name(buf *b, const struct package *p)
{
	bool lower = ecosystems[p->ecosystem].lower;
	bytes name = p->name, space = bytes_of(NULL, 0);
	size_t cut = name.n;

	switch (ecosystems[p->ecosystem].form) {
	case NAME_WHOLE: break;
	case NAME_DISTRO: space = p->distro_id; break;
	case NAME_AFTER_SLASH: cut = bytes_rfind(name, '/'); break;
	case NAME_AFTER_COLON: cut = bytes_find(name, ':'); break;
	}
	if (cut < name.n) {
		space = bytes_slice(name, 0, cut);
		name = bytes_skip(name, cut + 1);
	}
	/* purl-spec names the vendor, and all who write purls do: Red Hat's ID in os-release is
	 * "rhel". */
	if (p->ecosystem == ECO_RPM && bytes_is(space, "rhel"))
		space = BYTES("redhat");
	/* The distribution's ID is lower case by os-release(5); rpm asks for it, too. */
	put_namespace(b, space, lower || p->ecosystem == ECO_RPM);
	if (p->ecosystem == ECO_PYPI)
		put_pypi_name(b, name);
	else
		put_encoded(b, name, lower);
}

static void put_qualifier(buf *b, char *mark, const char *key, bytes value)
{
	if (value.n == 0)
		return;
	buf_printf(b, "%c%s=", *mark, key);
	put_encoded(b, value, false);
	*mark = '&';
}

/* rpm: "the epoch is a qualifier as it's not required and is important for version comparison". */
static bytes take_epoch(bytes *version)
{
	bytes epoch = bytes_slice(*version, 0, bytes_find(*version, ':'));

	if (epoch.n == version->n)
		return bytes_of(NULL, 0);
	*version = bytes_skip(*version, epoch.n + 1);
	return bytes_is(epoch, "0") ? bytes_of(NULL, 0) : epoch;
}

static void put_distro(buf *b, char *mark, const struct package *p)
{
	if (p->distro_id.n == 0)
		return;
	put_qualifier(b, mark, "distro", p->distro_id);
	if (p->distro_version.n > 0) {
		buf_putc(b, '-');
		put_encoded(b, p->distro_version, false);
	}
}

/* The qualifier that Syft writes and Grype reads: what it was built from, when that is another name
 * or version. deb: "glibc" or "gcc-12@12.2.0-14"; apk: its origin; rpm: the source package's
 * file. */
static void put_upstream(buf *b, char *mark, const struct package *p)
{
	bool same_name = bytes_equal(p->source_name, p->name);
	bool same_version = p->source_version.n == 0 || bytes_equal(p->source_version, p->version);
	bytes version = p->source_version;

	if (p->source_name.n == 0 || (same_name && same_version))
		return;
	put_qualifier(b, mark, "upstream", p->source_name);
	if (p->ecosystem == ECO_RPM && version.n > 0) {
		(void)take_epoch(&version); /* a file's name has none */
		buf_putc(b, '-');
		put_encoded(b, version, false);
		buf_puts(b, ".src.rpm");
	} else if (!same_version) {
		buf_puts(b, "%40");
		put_encoded(b, version, false);
	}
}

const char *package_purl(const struct package *p, struct arena *a)
{
	buf b = BUF_INIT(SIZE_MAX / 2);
	bytes version = p->version, epoch = bytes_of(NULL, 0);
	char mark = '?';

	if (p->ecosystem == ECO_RPM)
		epoch = take_epoch(&version);
	buf_printf(&b, "pkg:%s/", ecosystem_name(p->ecosystem));
	put_name(&b, p);
	if (version.n > 0) {
		buf_putc(&b, '@');
		put_encoded(&b, version, false);
	}
	if (ecosystems[p->ecosystem].form == NAME_DISTRO) { /* in the order of their keys */
		put_qualifier(&b, &mark, "arch", p->architecture);
		put_distro(&b, &mark, p);
		put_qualifier(&b, &mark, "epoch", epoch);
		put_upstream(&b, &mark, p);
	}
	const char *purl = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return purl;
}
