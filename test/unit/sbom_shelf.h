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
	{ .kind = SBOM_OPERATING_SYSTEM,
	  .name = BYTES_INIT("debian"),
	  .version = BYTES_INIT("12"),
	  .type = BYTES_INIT("os"),
	  .path = BYTES_INIT("etc/os-release") },
	{ .kind = SBOM_LIBRARY,
	  .name = BYTES_INIT("libc6"),
	  .version = BYTES_INIT("2.36-9"),
	  .type = BYTES_INIT("deb"),
	  .purl = BYTES_INIT("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12"),
	  .source_name = BYTES_INIT("glibc"),
	  .source_version = BYTES_INIT("2.36-9"),
	  .path = BYTES_INIT("var/lib/dpkg/status"),
	  .licence = { LICENCE_TEXT, BYTES_INIT("GPL\nPackageName: forged</text>x") },
	  .supplier = BYTES_INIT("Organization: Debian"),
	  .originator = BYTES_INIT("Person: Somebody (a@example.org)"),
	  .cpe = BYTES_INIT("cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*"),
	  .checksums = BYTES_INIT(
		  "SHA256:dac1d7cfa95021764849fd102524e141488c5e3a90f861dbb5a12d9ac8584f85\n"
		  "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709\n"),
	  .description = BYTES_INIT("GNU C Library"),
	  .copyright = BYTES_INIT("(c) many"),
	  .homepage = BYTES_INIT("https://example.org/glibc"),
	  .download = BYTES_INIT("https://example.org/glibc.tar"),
	  .slices = BYTES_INIT("config libs"),
	  .module = BYTES_INIT("nodejs:18:9020:rhel9"),
	  .owned_by_system = true },
	{ .kind = SBOM_LIBRARY,
	  .name = BYTES_INIT("evil\nSPDXID: SPDXRef-Image\xff\""),
	  .version = BYTES_INIT("1"),
	  .type = BYTES_INIT("npm"),
	  .purl = BYTES_INIT("pkg:npm/evil@1"),
	  .path = BYTES_INIT("a/package.json"),
	  .layer = SBOM_NO_LAYER,
	  .licence = { LICENCE_EXPRESSION, BYTES_INIT("MIT OR Zlib") },
	  .overridden = true },
};
static const struct sbom_file files[] = {
	{ .path = BYTES_INIT("usr/lib/libc.so.6"), .size = 1922136, .owner = 2 },
	{ .path = BYTES_INIT("etc/x") },
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
