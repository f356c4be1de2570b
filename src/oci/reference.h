/* SPDX-License-Identifier: Apache-2.0 */
/* reference - the name of an image in a registry: HOST/REPOSITORY:TAG@DIGEST.
 *
 * Grammar: distribution-spec 1.1 "Pulling manifests" (NAME, TAG) and distribution/reference; short
 * names mean Docker Hub, as everywhere: "debian" is docker.io/library/debian:latest. The first part
 * is a host when it holds a dot or a colon, or is "localhost"; IPv6 hosts stand in brackets. Docker
 * Hub's API lies at registry-1.docker.io; its other names mean docker.io. Hosts are kept in lower
 * case (they are the key of credentials). A digest is checked before it becomes part of a path or
 * URL (CVE-2024-3727). Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "crypto/digest.h"

struct reference {
	const char *host;       /* as people write it: "docker.io", "localhost:5000", "[::1]:5000" */
	const char *repository; /* "library/debian", "team/shop" */
	const char *tag; /* "latest" when neither tag nor digest was given; "" with a digest alone */
	digest digest;   /* none when unsaid */
};

/* reference_parse(text, a, out, e): ERR_USAGE, saying what is wrong with it. With tag and digest
 * the digest decides and the tag is kept for people. */
int reference_parse(const char *text, struct arena *a, struct reference *out, err *e);
/* reference_parse_host(text, a, out, e): a registry alone, as `login` takes it: "ghcr.io",
 * "localhost:5000"; "https://" before it and slashes behind it, as copied from a browser, are
 * dropped; "index.docker.io/v1" and its like are docker.io. ERR_USAGE. Arena. */
int reference_parse_host(const char *text, struct arena *a, const char **out, err *e);
/* reference_text(r, a): in full: "docker.io/library/debian:latest". Arena. */
const char *reference_text(const struct reference *r, struct arena *a);
/* reference_at(r, d, a): the same repository at this digest, without the tag. */
struct reference reference_at(const struct reference *r, const digest *d);
/* reference_api_host(r): where its registry answers: "registry-1.docker.io" for docker.io. */
const char *reference_api_host(const struct reference *r);
