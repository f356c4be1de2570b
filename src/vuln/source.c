/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/source.h"

#include "base/text.h"
#include "vuln/feed.h"

#define GITHUB_DOTNET "https://raw.githubusercontent.com/dotnet/core/main/release-notes/"
#define NVD_YEARS \
	"2002 2003 2004 2005 2006 2007 2008 2009 2010 2011 2012 2013 2014 2015 2016 2017 2018 2019 " \
	"2020 2021 2022 2023 2024 2025 2026"

/* Sizes are rounded, to tell small from large; `oakum db feeds` shows what was fetched last. */
const struct source sources[] = {
	{ "dotnet-releases", FEED_DOTNET_RELEASES, GITHUB_DOTNET "*/releases.json",
	  "6.0 7.0 8.0 9.0 10.0", "MIT", "5 MB", true, false, NULL },
	{ "osv", FEED_OSV, "https://osv-vulnerabilities.storage.googleapis.com/*/all.zip",
	  "NuGet npm PyPI Go Maven RubyGems crates.io Packagist",
	  "CC-BY-4.0 (GitHub, Go, PyPI), CC0-1.0 (Rust), Apache-2.0 (malicious packages)",
	  "200 MB", true, false, NULL },
	{ "debian", FEED_DEBIAN, "https://security-tracker.debian.org/tracker/data/json", NULL,
	  "none stated", "70 MB", true, false, NULL },
	{ "alpine", FEED_ALPINE, "https://secdb.alpinelinux.org/*.json",
	  "v3.18/main v3.18/community v3.19/main v3.19/community v3.20/main v3.20/community "
	  "v3.21/main v3.21/community v3.22/main v3.22/community edge/main edge/community",
	  "CC-BY-SA", "3 MB", true, false, NULL },
	{ "nvd", FEED_NVD, "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-*.json.gz", NVD_YEARS,
	  "public domain", "200 MB", true, false, NULL },
	{ "kev", FEED_KEV,
	  "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json", NULL,
	  "CC0-1.0", "2 MB", true, false, NULL },
	{ "epss", FEED_EPSS, "https://epss.cyentia.com/epss_scores-current.csv.gz", NULL,
	  "free with attribution", "3 MB", true, false, NULL },
	{ "eol", FEED_EOL, "https://endoflife.date/api/v1/products/full", NULL, "MIT", "4 MB", true,
	  false, NULL },
	{ "ubuntu", FEED_OSV, "https://security-metadata.canonical.com/osv/osv-all.tar.xz", NULL,
	  "CC-BY-SA-4.0", "60 MB", false, false, "expand it, then oakum db build osv:FOLDER" },
	{ "redhat", FEED_CSAF, "https://security.access.redhat.com/data/csaf/v2/vex-feed/", NULL,
	  "CC-BY-4.0", "300 MB", false, false,
	  "archive_latest.txt names the archive; expand it, then oakum db build csaf:FOLDER" },
	{ "wolfi", FEED_ALPINE, "https://packages.wolfi.dev/os/security.json", NULL,
	  "CC-BY-NC-ND-4.0", "3 MB", false, true, NULL },
	{ "chainguard", FEED_ALPINE, "https://packages.cgr.dev/chainguard/security.json", NULL,
	  "Chainguard License for Commercial Scanners", "5 MB", false, true, NULL },
	{ 0 },
};

/* name_of(s, part, a): "alpine-v3.22-main"; a file of this name lies in a folder of ours. */
static const char *name_of(const char *name, bytes part, struct arena *a)
{
	if (part.n == 0)
		return name;
	char *text = arena_printf(a, "%s-" PRIb, name, BYTESF(part));

	for (char *p = text; *p; p++)
		if (*p == '/')
			*p = '-';
	return text;
}

static const char *url_of(const char *pattern, bytes part, struct arena *a)
{
	bytes rest = bytes_str(pattern), front;

	if (part.n == 0 || bytes_find(rest, '*') == rest.n)
		return pattern;
	(void)bytes_take_until(&rest, '*', &front); /* there is one */
	return arena_printf(a, PRIb PRIb PRIb, BYTESF(front), BYTESF(part), BYTESF(rest));
}

/* Several addresses of one kind are several files. */
static const char *unused_name(const char *name, struct arena *a,
                               const struct source_documents *taken)
{
	const char *text = name;

	for (size_t i = 0, n = 2; i < taken->len; i++)
		if (strcmp(taken->items[i].name, text) == 0) {
			text = arena_printf(a, "%s-%zu", name, n++);
			i = SIZE_MAX; /* from the beginning */
		}
	return text;
}

static void add_one(struct arena *a, struct source_documents *out, const char *name,
                    enum feed_kind kind, const char *url)
{
	*ARENA_PUSH(a, out) = (struct source_document){ name, kind, url };
}

/* add(s, url, only, a, out): the documents of s, or the one called `only`; how many. */
static size_t add(const struct source *s, const char *url, bytes only, struct arena *a,
                  struct source_documents *out)
{
	bytes parts = bytes_str(s->parts ? s->parts : ""), part = { 0 };
	size_t before = out->len;
	bool more = bytes_take_until(&parts, ' ', &part);

	/* An address of the user's own that has no place for parts is one document. */
	more = more && bytes_find(bytes_str(url), '*') < strlen(url);
	do {
		const char *name = name_of(s->name, more ? part : BYTES(""), a);

		if (only.n == 0 || bytes_is(only, name) || bytes_is(only, s->name))
			add_one(a, out, unused_name(name, a, out), s->kind, url_of(url, part, a));
	} while (more && bytes_take_until(&parts, ' ', &part));
	return out->len - before;
}

/* A kind without a source of ours, at an address of the user's. */
static size_t add_kind(bytes name, const char *url, struct arena *a, struct source_documents *out)
{
	enum feed_kind kind = feed_kind_from(name);
	const struct source own = { .name = feed_kind_name(kind), .kind = kind };

	return kind == FEED_UNKNOWN || !url ? 0 : add(&own, url, BYTES(""), a, out);
}

static size_t add_default(struct arena *a, struct source_documents *out)
{
	for (const struct source *s = sources; s->name; s++)
		if (s->by_default)
			(void)add(s, s->url, BYTES(""), a, out);
	return out->len;
}

int source_choose(const char *text, struct arena *a, struct source_documents *out, err *e)
{
	bytes rest = bytes_str(text ? text : ""), name = { 0 };
	size_t found = 0;

	if (!text)
		return add_default(a, out) > 0 ? 0 : err_set(e, ERR_BUG, 0, "no feed is a default");
	if (!bytes_take_until(&rest, '=', &name) || name.n == 0)
		return err_set(e, ERR_USAGE, 0, "--feed is NAME, or NAME=URL");
	const char *url = rest.n > 0 ? arena_str(a, rest) : NULL;

	for (const struct source *s = sources; s->name; s++)
		if (url || !s->note)
			found += add(s, url ? url : s->url, name, a, out);
	if (found == 0)
		found = add_kind(name, url, a, out);
	if (found == 0)
		return err_set(e, ERR_USAGE, 0,
		               "'%s' is no feed that an update fetches (oakum db feeds lists them)",
		               SHOW(name));
	return 0;
}
