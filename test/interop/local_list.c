/* SPDX-License-Identifier: Apache-2.0 */
/* local_list FILE - what src/oci reads of an archive, for a comparison with its writers.
 *
 *   file NAME SIZE SHA256             each file, links followed
 *   docker CONFIG LAYER...            each image of manifest.json
 *   oci MANIFEST CONFIG LAYER...      each image of index.json, by digest
 *   config OS/ARCH DIFF_ID...         behind each of the two */
#include "base/limits.h"
#include "oci/document.h"
#include "oci/local.h"
#include "oci/platform.h"

#include <inttypes.h>
#include <stdio.h>

#define FILE_MAX (64 * MIB)

static int list_files(const struct local *l, struct arena *a, err *e)
{
	for (size_t i = 0; i < l->names.len; i++) {
		bytes name = l->names.items[i].name, text;

		if (local_read(l, name, FILE_MAX, a, &text, e) < 0)
			return -1;
		digest d = digest_of(DIGEST_SHA256, text);

		printf("file " PRIb " %zu %s\n", BYTESF(name), text.n, DIGEST_TEXT(&d) + 7);
	}
	return 0;
}

static int show_config(const struct local *l, bytes name, struct arena *a, err *e)
{
	struct oci_config config;
	bytes text;

	if (local_read(l, name, LIMIT_CONFIG, a, &text, e) < 0 ||
	    oci_config_parse(text, a, &config, e) < 0)
		return -1;
	printf("config %s", platform_text(&config.platform, a));
	for (size_t i = 0; i < config.diff_ids.len; i++)
		printf(" %s", DIGEST_TEXT(&config.diff_ids.items[i]));
	puts("");
	return 0;
}

static int show_docker(const struct local *l, struct arena *a, err *e)
{
	struct docker_manifest m;
	bytes text;

	if (local_read(l, BYTES("manifest.json"), LIMIT_MANIFEST, a, &text, e) < 0 ||
	    oci_docker_parse(text, a, &m, e) < 0)
		return -1;
	for (size_t i = 0; i < m.len; i++) {
		printf("docker " PRIb, BYTESF(m.items[i].config));
		for (size_t k = 0; k < m.items[i].layers.len; k++)
			printf(" " PRIb, BYTESF(m.items[i].layers.items[k]));
		puts("");
		if (show_config(l, m.items[i].config, a, e) < 0)
			return -1;
	}
	return 0;
}

static bytes blob_name(const digest *d, struct arena *a)
{
	return bytes_str(arena_printf(a, "blobs/sha256/%s", DIGEST_TEXT(d) + 7));
}

static int show_manifest(const struct local *l, const digest *d, struct arena *a, err *e)
{
	struct oci_manifest m;
	bytes text;

	if (local_read(l, blob_name(d, a), LIMIT_MANIFEST, a, &text, e) < 0 ||
	    oci_manifest_parse(text, a, &m, e) < 0)
		return -1;
	printf("oci %s %s", DIGEST_TEXT(d), DIGEST_TEXT(&m.config.digest));
	for (size_t i = 0; i < m.layers.len; i++)
		printf(" %s", DIGEST_TEXT(&m.layers.items[i].digest));
	puts("");
	return show_config(l, blob_name(&m.config.digest, a), a, e);
}

static int show_oci(const struct local *l, struct arena *a, err *e)
{
	struct oci_index index;
	bytes text;

	if (local_read(l, BYTES("index.json"), LIMIT_MANIFEST, a, &text, e) < 0 ||
	    oci_index_parse(text, a, &index, e) < 0)
		return -1;
	for (size_t i = 0; i < index.manifests.len; i++)
		if (show_manifest(l, &index.manifests.items[i].digest, a, e) < 0)
			return -1;
	return 0;
}

static int show_archive(const char *path, struct arena *a, err *e)
{
	struct target target = { .kind = TARGET_ARCHIVE, .path = path, .tag = "", .text = path };
	struct local_file found;
	struct local l;
	buf names = BUF_INIT(16 * MIB);
	err absent = { 0 };
	int done = -1;

	if (local_open(&target, &l, e) < 0)
		return -1;
	if (local_list(l.fd, l.size, a, &names, e) == 0 &&
	    local_names(&l, buf_bytes(&names), a, e) == 0 && list_files(&l, a, e) == 0)
		done = local_find(&l, BYTES("manifest.json"), &found, &absent) == 0 ? show_docker(&l, a, e)
		                                                                    : show_oci(&l, a, e);
	buf_done(&names);
	local_close(&l);
	return done;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	err e = { 0 };

	if (argc != 2)
		return 2;
	int done = show_archive(argv[1], &a, &e);

	arena_done(&a);
	if (done < 0)
		fprintf(stderr, "local_list: %s\n", e.text);
	return done < 0 ? 3 : 0;
}
