/* SPDX-License-Identifier: Apache-2.0 */
/* sbom - a bill of materials: what an image holds, in no particular format.
 *
 * This room writes bills as documents that other programs read: SPDX 2.3 (JSON and tag-value, the
 * specification of 2022 and its schema) and CycloneDX 1.6 and 1.7 (JSON, ECMA-424). One file a
 * format. It knows nothing of images: flow/ says what is in one.
 * Packages, files and edges are asked for one by one, so that a bill of 300,000 components needs
 * the memory of a few: each writer walks over them more than once and must get the same answers.
 * Documents are deterministic: the same bill gives the same octets. What names a document (SPDX
 * documentNamespace, CycloneDX serialNumber) is a UUID (RFC 9562, version 8) of a digest over the
 * whole bill. Strings are untrusted octets; where a format holds only UTF-8, what is none is
 * replaced by U+FFFD.
 * Threading: a bill is constant while it is written; one thread a writer. */
#pragma once

#include "base/buf.h"
#include "crypto/digest.h"
#include "fmt/stream.h"
#include "model/licence.h"
#include "model/package.h"

enum sbom_kind { SBOM_LIBRARY, SBOM_APPLICATION, SBOM_FRAMEWORK, SBOM_OPERATING_SYSTEM };

/* What is empty is left out of documents, or said to be unknown where the format asks for it. */
struct sbom_package {
	enum sbom_kind kind;
	bytes name, version;
	bytes type;                        /* of its purl: "deb"; part of its id */
	bytes purl;                        /* may be empty */
	bytes source_name, source_version; /* what it was built from; may be empty */
	bytes path;                        /* the file that names it */
	uint16_t layer;                    /* index into layers; SBOM_NO_LAYER */
	struct licence licence;
	bool overridden; /* another package's files are loaded instead of its own */
	/* What bills of others know; may be empty. supplier, originator: "Organization: Debian" or
	 * "Person: …" (SPDX 2.3 sections 7.5, 7.6). checksums: "SHA256:<hex>" a line. */
	bytes supplier, originator, cpe, checksums;
	bytes description, copyright, homepage, download;
	bytes slices, module;      /* of chisel: "config libs"; of rpm: "nodejs:18:9020…:rhel9" */
	bool owned_by_system;      /* of a language, but a package of the distribution holds it */
};

#define SBOM_NO_LAYER UINT16_MAX
/* What documents say of a package whose `overridden`, whose `owned_by_system` is set. */
#define SBOM_OVERRIDDEN "a newer file of the shared framework is loaded instead"
#define SBOM_OF_SYSTEM "a package of the distribution holds it"

struct sbom_file {
	bytes path;
	uint64_t size;
	uint16_t layer;
	uint32_t owner;      /* index + 1 of the package that it belongs to; 0 none */
	digest sha1, sha256; /* of its content; none when nobody hashed it */
};

struct sbom_layer {
	digest blob, diff_id; /* either may be none */
};

struct sbom_edge { /* package `from` needs package `to`; indexes */
	uint32_t from, to;
};

/* What is known to be wrong with packages. CycloneDX alone says it; the words are its own
 * (ECMA-424, section "vulnerabilities"). Texts may be empty, words NULL. */
struct sbom_rating {
	bytes source, vector;
	const char *severity, *method;
	unsigned score; /* tenths; 0: none */
};

struct sbom_vulnerability {
	bytes id, link, description, recommendation;
	const char *state, *justification, *response; /* of the analysis */
	bytes detail;
	int64_t published, modified; /* seconds; 0 unknown */
	const struct sbom_rating *ratings;
	size_t ratings_len;
	const uint32_t *cwes;
	size_t cwes_len;
	const uint32_t *affects; /* packages, by their numbers */
	size_t affects_len;
};

struct sbom {
	bytes name;             /* of the image, as a person knows it */
	digest image;           /* of its manifest, else of its config; none for a folder */
	bytes os, architecture; /* its platform; may be empty */
	int64_t created;        /* of the document: seconds (UTC) */
	int64_t database;       /* of what its vulnerabilities were found by: seconds; 0: none */
	const char *tool_version;
	struct sbom_layer *layers;
	size_t layers_len;
	size_t packages;
	const struct sbom_edge *edges; /* sorted by from, then to; none twice */
	size_t edges_len;
	const void *ctx;
	/* package(ctx, i, scratch, out): the i-th of `packages`. Strings may live in scratch, which is
	 * reset before the next question. */
	void (*package)(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out);
	/* next_file(ctx, at, scratch, out): files one by one, from *at = 0 on; false at the end.
	 * NULL: the bill names no files. */
	bool (*next_file)(const void *ctx, size_t *at, struct arena *scratch, struct sbom_file *out);
	const struct sbom_vulnerability *vulnerabilities;
	size_t vulnerabilities_len;
};

/* sbom_package_of(p, a, out): as bills say it, with its purl. Arena and borrows. */
void sbom_package_of(const struct package *p, struct arena *a, struct sbom_package *out);

/* sbom_checksum_put(b, algorithm, hex): add a line of `checksums` when both formats can hold it.
 * The algorithm in the words of either. sbom_checksum_next(rest, spdx, cyclonedx, hex): the next
 * line from the front of *rest; names static; false at the end. */
void sbom_checksum_put(buf *b, bytes algorithm, bytes hex);
bool sbom_checksum_next(bytes *rest, const char **out_spdx, const char **out_cyclonedx,
                        bytes *out_hex);

/* sbom_supplier(maintainer, a): of "Debian GCC Maintainers <debian-gcc@lists.debian.org>", the
 * first of several: "Organization: Debian GCC Maintainers (debian-gcc@lists.debian.org)"; a person
 * unless the words or the mail are those of a group. Empty when it names nobody. Arena. */
bytes sbom_supplier(bytes maintainer, struct arena *a);

/* -- formats ----------------------------------------------------------------------------------- */

enum sbom_format {
	SBOM_NO_FORMAT,
	SBOM_SPDX_JSON,
	SBOM_SPDX_TAG,
	SBOM_CYCLONEDX_1_6,
	SBOM_CYCLONEDX_1_7,
};

/* sbom_format(name): of "spdx-json", "spdx-tag", "cyclonedx" and "cyclonedx-json" (1.6),
 * "cyclonedx-json@1.7"; SBOM_NO_FORMAT when unknown. */
enum sbom_format sbom_format(const char *name);

/* sbom_write(bill, format, out): the whole document. What out's receiver fails with is told by
 * stream_finish. O(packages + files + edges). */
void sbom_write(const struct sbom *bill, enum sbom_format format, struct stream *out);
