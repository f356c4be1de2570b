/* SPDX-License-Identifier: Apache-2.0 */
/* advisory - what the feeds say, in one form: which versions of a package have which vulnerability.
 *
 * Every feed reader (feed_*.c) turns its documents into these two records and hands them to a sink;
 * the database (database.h) keeps them; the matcher reads nothing else. Plain data; strings are
 * untrusted octets. Where a feed says something that has no place here, the reader counts it as a
 * fault and names it; it never guesses.
 *
 * Sources of the meanings: OSV schema 1.7 (ranges), GitHub's advisory ranges, Trivy's status words,
 * CVSS. Threading: values. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "fmt/seek.h"
#include "model/severity.h"
#include "version/range.h"

/* Trivy's status words; the order is theirs. */
enum advisory_status {
	ADVISORY_UNKNOWN, /* unknown */
	ADVISORY_NOT_AFFECTED,
	ADVISORY_AFFECTED,
	ADVISORY_FIXED,
	ADVISORY_UNDER_INVESTIGATION,
	ADVISORY_WILL_NOT_FIX,
	ADVISORY_FIX_DEFERRED,
	ADVISORY_END_OF_LIFE,
};

struct word_list {
	bytes *items;
	size_t len, cap;
};

enum advisory_flags {
	ADVISORY_FLAG_ONLY_WINDOWS = 1 << 0, /* not for Linux images (Microsoft's platforms) */
	ADVISORY_FLAG_ONLY_LINUX = 1 << 1,
	ADVISORY_FLAG_ONLY_MACOS = 1 << 2,
	ADVISORY_FLAG_WITHDRAWN = 1 << 3,
};

/* One vulnerability of one package in one namespace, as one source says it. */
struct advisory {
	/* "debian 12", "ubuntu 22.04", "alpine 3.19", "redhat 9", "nuget", "npm", "pypi", "go": the
	 * distribution with its release as it is matched, or an ecosystem (ecosystem_name). ".net" is
	 * Microsoft's own: packages Microsoft.NETCore.App, Microsoft.AspNetCore.App, ... */
	bytes space;
	bytes package; /* normal form of the space: lower case for nuget, PEP 503 for pypi */
	bytes id;      /* CVE when one is known, else GHSA, else the source's own */
	bytes source;  /* "debian", "ghsa", "osv", "microsoft", "alpine", "redhat", ... */
	struct word_list vendor_ids; /* DSA-4535-1, GHSA-..., RHSA-... */
	struct version_range ranges;       /* in the ordering of the space; any of them */
	struct word_list versions; /* or exactly these (OSV) */
	struct word_list fixes;    /* first fixed versions, to be shown */
	struct word_list architectures; /* empty: all */
	bytes module;  /* RHEL: stream that it is limited to: "nodejs:18"; empty: none */
	bytes product; /* RHEL: minor release whose extended stream says it (stream.h): "9.2" */
	enum advisory_status status;
	enum severity severity; /* what this source says of this package; SEVERITY_UNKNOWN: nothing */
	uint32_t flags;
};

/* What one source says of a vulnerability itself. */
struct vulnerability_score {
	bytes source; /* "nvd", "ghsa", "redhat", ... */
	enum severity severity;
	bytes v2_vector, v3_vector, v4_vector;
	uint16_t v2_score, v3_score, v4_score; /* tenths; 0: none */
};

struct vulnerability {
	bytes id;
	struct word_list aliases;
	bytes title, description; /* as the feed has them */
	struct word_list cwes, references;
	struct { struct vulnerability_score *items; size_t len, cap; } scores;
	bytes published, modified;  /* RFC 3339 as written */
	bytes kev_added, kev_due;   /* CISA KEV: dates; empty: not in it */
	bool kev_ransomware;
	uint32_t epss, epss_percentile; /* millionths; UINT32_MAX: none */
	bytes epss_date;
	bool withdrawn;
};

/* When a release of a distribution or a runtime stops being mended. */
struct end_of_life {
	bytes product, release; /* "debian" "12"; ".net" "8.0" */
	bytes date, extended;   /* YYYY-MM-DD; extended: ESM, LTS; empty when there is none */
};

/* Where a reader puts what it reads. Each function copies what it keeps; -1 stops the reader.
 * date: the document says itself of which day it is (RFC 3339, or its front).
 * fault: something in `where` (a record's id, a path in the document) could not be understood and
 * was left out; `what` is printable. */
struct feed_sink {
	int (*advisory)(void *ctx, const struct advisory *a, err *e);
	int (*vulnerability)(void *ctx, const struct vulnerability *v, err *e);
	int (*end_of_life)(void *ctx, const struct end_of_life *x, err *e);
	int (*date)(void *ctx, bytes date, err *e);
	int (*fault)(void *ctx, bytes where, const char *what, err *e);
	void *ctx;
};

/* The kinds of feeds, as they are named before a path: "KIND:PATH". */
enum feed_kind {
	FEED_UNKNOWN,
	FEED_OSV,
	FEED_GHSA,
	FEED_DEBIAN,
	FEED_UBUNTU,
	FEED_ALPINE,
	FEED_CSAF,
	FEED_DOTNET_CVE,
	FEED_DOTNET_RELEASES,
	FEED_DOTNET, /* the record that comes with the program */
	FEED_NVD,
	FEED_KEV,
	FEED_EPSS,
	FEED_EOL,
	FEED_OVAL,
	FEED_ALAS,
	FEED_TRIVY_YAML,
	FEED_VUNNEL,
	FEED_TRIVY_DB,
	FEED_GRYPE_DB,
};

/* One document of a feed, read as a pure function: octets in, records out. name: the file's own
 * name, for faults and for feeds whose meaning hangs on it. Memory: a (reset by the caller between
 * documents). ERR_FORMAT when it is not of this kind at all, ERR_LIMIT. */
typedef int feed_reader(bytes document, bytes name, const struct feed_sink *sink, struct arena *a,
                        err *e);
feed_reader feed_osv, feed_debian, feed_ubuntu, feed_alpine, feed_csaf, feed_dotnet_cve,
	feed_dotnet_releases, feed_dotnet, feed_nvd, feed_kev, feed_epss, feed_eol, feed_oval,
	feed_alas, feed_trivy_yaml, feed_vunnel;

/* The same of a database of another tool, too large to be held: it is read here and there.
 * ERR_FORMAT, ERR_LIMIT. */
typedef int feed_store_reader(const struct seek_file *file, const struct feed_sink *sink, err *e);
feed_store_reader feed_trivy_db, feed_grype_db;
