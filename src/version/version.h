/* SPDX-License-Identifier: Apache-2.0 */
/* version - which of two versions is the older one, as the packager's own tool says.
 *
 * This room knows versions and ranges of versions, and nothing of packages or advisories. One file
 * an ordering; each names its specification. All but Maven's turn a version into a key, a run of
 * octets in the order of memcmp: so they are orders by construction, a sorted database may hold
 * keys instead of versions, and a package's version is read once however many ranges it meets.
 * Maven's is no order (1.0.alpha < 1 < 1-0.1 < 1.0.alpha), so that no key for it can be.
 *
 * A version has 1 to LIMIT_VERSION octets without blanks or controls; blanks at its ends are
 * dropped. What is no version of its ordering is invalid, and never equal, older or newer.
 * Nothing allocates. Threading: pure functions. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum version_ordering {
	VERSION_UNKNOWN,
	VERSION_DPKG,   /* deb-version(7) */
	VERSION_APK,    /* apk-package(5) of apk-tools 3 */
	VERSION_RPM,    /* rpm-version(7): epoch:version-release */
	VERSION_NUGET,  /* NuGet's package versioning reference */
	VERSION_SEMVER, /* semver.org 2.0.0 */
	VERSION_PEP440, /* PEP 440; what is older than it sorts before, as setuptools did */
	VERSION_MAVEN,  /* POM reference, "Version Order Specification" */
	VERSION_GEM,    /* Gem::Version */
	VERSION_GO,     /* modules reference, "Versions"; releases of Go itself */
};

/* version_ordering_named(name): "dpkg", "apk", "rpm", "nuget", "semver", "pep440", "maven", "gem",
 * "go"; VERSION_UNKNOWN for any other. version_ordering_name: the reverse. Static. */
enum version_ordering version_ordering_named(bytes name);
const char *version_ordering_name(enum version_ordering ordering);

/* version_compare(ordering, a, b, out): *out is -1, 0 or 1. False when one of them is invalid. */
bool version_compare(enum version_ordering ordering, bytes a, bytes b, int *out)
	__attribute__((warn_unused_result));
bool version_is_valid(enum version_ordering ordering, bytes v);

/* An octet of a version gives at most nine of its key (PEP 440's old forms). */
#define VERSION_KEY_MAX (9 * LIMIT_VERSION + 64)
struct version_key {
	size_t n;
	uint8_t p[VERSION_KEY_MAX];
};

/* version_key(ordering, v, out): equal versions give equal keys, older ones lesser keys
 * (bytes_compare). False when v is invalid or the ordering has none: version_has_key. */
bool version_has_key(enum version_ordering ordering);
bool version_key(enum version_ordering ordering, bytes v, struct version_key *out)
	__attribute__((warn_unused_result));
static inline bytes version_key_bytes(const struct version_key *key)
{
	return (bytes){ key->p, key->n };
}

/* A version that is held against many others: its key is made once. Borrows the text. */
struct version_subject {
	enum version_ordering ordering;
	bytes text;
	bool is_valid;
	struct version_key key; /* of most orderings */
};

/* version_subject(ordering, v, out). version_against(s, other, out): version_compare of the two. */
void version_subject(enum version_ordering ordering, bytes v, struct version_subject *out);
bool version_against(const struct version_subject *s, bytes other, int *out)
	__attribute__((warn_unused_result));
