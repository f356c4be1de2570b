/* SPDX-License-Identifier: Apache-2.0 */
/* sbom_shelf - a bill of three packages, one of them hostile, and two files. */
#pragma once

#include "sbom/sbom.h"

static struct arena arena;

struct shelf {
	const struct sbom_package *packages;
	const struct sbom_file *files;
	size_t files_len;
};

static void package(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	const struct shelf *shelf = ctx;

	(void)scratch;
	*out = shelf->packages[i];
}

static inline bool next_file(const void *ctx, size_t *at, struct arena *scratch,
                             struct sbom_file *out)
{
	const struct shelf *shelf = ctx;

	(void)scratch;
	if (*at >= shelf->files_len)
		return false;
	*out = shelf->files[(*at)++];
	return true;
}

static struct sbom_layer layers[1];

static const struct sbom_package three[] = {
	{ SBOM_OPERATING_SYSTEM,
	  BYTES_INIT("debian"),
	  BYTES_INIT("12"),
	  BYTES_INIT("os"),
	  { 0 },
	  { 0 },
	  { 0 },
	  BYTES_INIT("etc/os-release"),
	  0,
	  { 0 },
	  false },
	{ SBOM_LIBRARY,
	  BYTES_INIT("libc6"),
	  BYTES_INIT("2.36-9"),
	  BYTES_INIT("deb"),
	  BYTES_INIT("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12"),
	  BYTES_INIT("glibc"),
	  BYTES_INIT("2.36-9"),
	  BYTES_INIT("var/lib/dpkg/status"),
	  0,
	  { LICENCE_TEXT, BYTES_INIT("GPL\nPackageName: forged</text>x") },
	  false },
	{ SBOM_LIBRARY,
	  BYTES_INIT("evil\nSPDXID: SPDXRef-Image\xff\""),
	  BYTES_INIT("1"),
	  BYTES_INIT("npm"),
	  BYTES_INIT("pkg:npm/evil@1"),
	  { 0 },
	  { 0 },
	  BYTES_INIT("a/package.json"),
	  SBOM_NO_LAYER,
	  { LICENCE_EXPRESSION, BYTES_INIT("MIT OR Zlib") },
	  true },
};
static const struct sbom_file files[] = {
	{ BYTES_INIT("usr/lib/libc.so.6"), 1922136, 0, 2 },
	{ BYTES_INIT("etc/x"), 0, 0, 0 },
};
static const struct sbom_edge edges[] = { { 2, 1 } };
static const struct shelf shelf = { three, files, 2 };

static struct sbom bill_of_three(void)
{
	struct sbom bill = { .name = BYTES("shop:1"),
		                 .os = BYTES("linux"),
		                 .architecture = BYTES("amd64"),
		                 .created = 1795305600,
		                 .tool_version = "9.9",
		                 .layers = layers,
		                 .layers_len = 1,
		                 .packages = 3,
		                 .edges = edges,
		                 .edges_len = 1,
		                 .ctx = &shelf,
		                 .package = package };

	bill.image = digest_of(DIGEST_SHA256, BYTES("manifest"));
	layers[0].blob = digest_of(DIGEST_SHA256, BYTES("layer"));
	return bill;
}

static bytes written(const struct sbom *bill, enum sbom_format format)
{
	buf text = BUF_INIT(1 << 20);
	struct stream out;
	err e = { 0 };

	stream_init(&out, stream_to_buf, &text);
	sbom_write(bill, format, &out);
	assert_int_equal(stream_finish(&out, &e), 0);
	bytes kept = arena_bytes(&arena, buf_bytes(&text));

	buf_done(&text);
	return kept;
}
