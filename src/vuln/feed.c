/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed.h"

#include "base/limits.h"
#include "fmt/bolt.h"
#include "fmt/json_stream.h"
#include "fmt/sqlfile.h"

static const struct feed {
	const char *name;
	feed_reader *read;
	feed_store_reader *read_store;
} feeds[] = {
	[FEED_OSV] = { "osv", feed_osv, NULL },
	[FEED_GHSA] = { "ghsa", feed_osv, NULL }, /* GitHub publishes OSV */
	[FEED_DEBIAN] = { "debian", feed_debian, NULL },
	[FEED_UBUNTU] = { "ubuntu", feed_ubuntu, NULL },
	[FEED_ALPINE] = { "alpine", feed_alpine, NULL },
	[FEED_CSAF] = { "csaf", feed_csaf, NULL },
	[FEED_DOTNET_CVE] = { "dotnet-cve", feed_dotnet_cve, NULL },
	[FEED_DOTNET_RELEASES] = { "dotnet-releases", feed_dotnet_releases, NULL },
	[FEED_DOTNET] = { "dotnet", feed_dotnet, NULL },
	[FEED_NVD] = { "nvd", feed_nvd, NULL },
	[FEED_KEV] = { "kev", feed_kev, NULL },
	[FEED_EPSS] = { "epss", feed_epss, NULL },
	[FEED_EOL] = { "eol", feed_eol, NULL },
	[FEED_OVAL] = { "oval", feed_oval, NULL },
	[FEED_ALAS] = { "alas", feed_alas, NULL },
	[FEED_TRIVY_YAML] = { "trivy-yaml", feed_trivy_yaml, NULL },
	[FEED_VUNNEL] = { "vunnel", feed_vunnel, NULL },
	[FEED_TRIVY_DB] = { "trivy-db", NULL, feed_trivy_db },
	[FEED_GRYPE_DB] = { "grype-db", NULL, feed_grype_db },
};

#define FEEDS (sizeof(feeds) / sizeof(*feeds))

enum feed_kind feed_kind_from(bytes word)
{
	for (size_t i = 0; i < FEEDS; i++)
		if (feeds[i].name && bytes_is(word, feeds[i].name))
			return (enum feed_kind)i;
	return FEED_UNKNOWN;
}

const char *feed_kind_name(enum feed_kind kind)
{
	return (size_t)kind < FEEDS && feeds[kind].name ? feeds[kind].name : "unknown";
}

int feed_read(enum feed_kind kind, bytes document, bytes name, const struct feed_sink *sink,
              struct arena *a, err *e)
{
	if ((size_t)kind >= FEEDS || !feeds[kind].read)
		return err_set(e, ERR_FORMAT, 0, "no feed that is known");
	return feeds[kind].read(document, name, sink, a, e);
}

int feed_read_store(enum feed_kind kind, const struct seek_file *file,
                    const struct feed_sink *sink, err *e)
{
	if ((size_t)kind >= FEEDS || !feeds[kind].read_store)
		return err_set(e, ERR_FORMAT, 0, "no database that is known");
	return feeds[kind].read_store(file, sink, e);
}

enum feed_kind feed_recognise_store(const struct seek_file *file)
{
	uint8_t octets[24] = { 0 };
	bytes head = bytes_of(octets, sizeof(octets));

	if (!file->read(file->ctx, 0, sizeof(octets), octets))
		return FEED_UNKNOWN;
	return bolt_is(head) ? FEED_TRIVY_DB : sqlfile_is(head) ? FEED_GRYPE_DB : FEED_UNKNOWN;
}

/* -- recognising ------------------------------------------------------------------------------- */

/* Two members of the outermost object that only this feed has beside each other. */
static const struct mark {
	const char *one, *two;
	enum feed_kind kind;
} marks[] = {
	{ "id", "modified", FEED_OSV },
	{ "disclosures", "products", FEED_DOTNET_CVE },
	{ "channel-version", "releases", FEED_DOTNET_RELEASES },
	{ "catalogVersion", "vulnerabilities", FEED_KEV },
	{ "resultsPerPage", "vulnerabilities", FEED_NVD },
	{ "sourceIdentifier", "vulnStatus", FEED_NVD },
	{ "distroversion", "packages", FEED_ALPINE },
	{ "document", "product_tree", FEED_CSAF },
	{ "Candidate", "Patches", FEED_UBUNTU },
	{ "metadata", "statements", FEED_UBUNTU }, /* its VEX, in both forms */
	{ "@context", "statements", FEED_UBUNTU },
	{ "identifier", "item", FEED_VUNNEL },
	{ "result", "result", FEED_EOL },
};

#define MARKS (sizeof(marks) / sizeof(*marks))

/* The marks stand within the first members of all these feeds. */
#define MEMBERS_LOOKED_AT 64

struct text {
	bytes rest;
};

/* A small piece: the reader copies what it is given. */
static int more(void *ctx, bytes *out, err *e)
{
	struct text *t = ctx;

	(void)e;
	*out = bytes_slice(t->rest, 0, 4096);
	t->rest = bytes_skip(t->rest, out->n);
	return 0;
}

static enum feed_kind by_members(struct json_stream *s, err *e)
{
	bool seen[MARKS][2] = { 0 };
	int r = json_stream_enter(s, true, e);

	for (unsigned n = 0; n < MEMBERS_LOOKED_AT && r > 0 && (r = json_stream_item(s, e)) > 0; n++) {
		for (size_t i = 0; i < MARKS; i++) {
			seen[i][0] |= json_stream_is(s, marks[i].one);
			seen[i][1] |= json_stream_is(s, marks[i].two);
			if (seen[i][0] && seen[i][1])
				return marks[i].kind;
		}
		r = json_stream_skip(s, e) < 0 ? -1 : 1;
	}
	return FEED_UNKNOWN;
}

/* Debian's tracker: packages, each with its vulnerabilities, each with releases. */
static bool is_debian(struct json_stream *s, struct arena *a, err *e)
{
	if (json_stream_enter(s, true, e) <= 0 || json_stream_item(s, e) <= 0 ||
	    json_stream_enter(s, true, e) <= 0 || json_stream_item(s, e) <= 0)
		return false;
	bytes name = json_stream_text(s, a);

	return bytes_starts(name, BYTES("CVE-")) || bytes_starts(name, BYTES("TEMP-"));
}

static enum feed_kind of_json(bytes document)
{
	struct arena a = ARENA_INIT;
	struct text t = { document };
	struct json_stream s;
	err none = { 0 }; /* what cannot be read is no feed */

	json_stream_init(&s, more, &t);
	enum feed_kind kind = is_debian(&s, &a, &none) ? FEED_DEBIAN : FEED_UNKNOWN;

	json_stream_done(&s);
	if (kind == FEED_UNKNOWN) {
		t.rest = document;
		err_clear(&none);
		json_stream_init(&s, more, &t);
		kind = by_members(&s, &none);
		json_stream_done(&s);
	}
	arena_done(&a);
	return kind;
}

int feed_check_json(bytes document, err *e)
{
	struct text t = { document };
	struct json_stream s;

	if (!bytes_starts(bytes_trim(document), BYTES("{")))
		return 0;
	json_stream_init(&s, more, &t);
	int result = json_stream_skip(&s, e) < 0 || json_stream_close(&s, e) < 0 ? -1 : 0;

	json_stream_done(&s);
	return result;
}

enum feed_kind feed_recognise(bytes document)
{
	bytes front = bytes_slice(document, 0, 4096), line;

	while (bytes_line(&front, &line)) {
		line = bytes_trim(line);
		if (bytes_starts(line, BYTES("{")))
			return of_json(document);
		if (bytes_starts(line, BYTES("#model_version:")) ||
		    bytes_starts(line, BYTES("cve,epss,percentile")))
			return FEED_EPSS;
		if (bytes_starts(line, BYTES("# Vulnerabilities of .NET")))
			return FEED_DOTNET;
		if (bytes_starts(line, BYTES("distroversion:")))
			return FEED_ALPINE;
		if (bytes_starts(line, BYTES("- bucket:")))
			return FEED_TRIVY_YAML;
		if (bytes_search(line, BYTES("oval_definitions")) < line.n)
			return FEED_OVAL;
		if (bytes_starts(line, BYTES("<title>ALAS")))
			return FEED_ALAS;
	}
	return FEED_UNKNOWN;
}
