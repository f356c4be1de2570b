/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rootfs_known.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "oci/local.h"
#include "oci/platform.h"
#include "sys/file.h"

#define VERSION 1 /* of what is packed */

const char *rootfs_known_key(const struct target *target, const struct platform *platform,
                             const char *store, struct arena *a)
{
	struct local layout = { .fd = -1 };
	err ignored = { 0 }; /* who opens it to read it says what is wrong */
	bytes index;

	if (target->kind != TARGET_LAYOUT || local_open(target, &layout, &ignored) < 0)
		return NULL;
	int status = local_read(&layout, BYTES("index.json"), LIMIT_MANIFEST, a, &index, &ignored);

	local_close(&layout);
	if (status < 0)
		return NULL;
	buf key = BUF_INIT(LIMIT_MANIFEST + LIMIT_RECORD);

	pack_u64(&key, VERSION);
	pack_str(&key, target->tag);
	pack_str(&key, platform_text(platform, a));
	pack_bytes(&key, index);
	digest name = digest_of(DIGEST_SHA256, buf_bytes(&key));

	buf_done(&key);
	return arena_printf(a, "%s/known/%s", store, strchr(DIGEST_TEXT(&name), ':') + 1);
}

bool rootfs_known_read(const char *path, struct arena *a, struct rootfs_known *out)
{
	err ignored = { 0 }; /* it is not known */
	bytes text, image, config;

	return file_read_all(path, LIMIT_RECORD, a, &text, &ignored) == 0 &&
	       pack_take_bytes(&text, sizeof(struct digest_chars), &image) &&
	       digest_parse(image, &out->image, &ignored) == 0 &&
	       pack_take_bytes(&text, LIMIT_RECORD, &config) && text.n == 0 &&
	       oci_config_unpack(config, a, &out->config, &ignored) == 0;
}

void rootfs_known_keep(const char *path, const struct rootfs_known *known, struct arena *a)
{
	buf text = BUF_INIT(LIMIT_RECORD), config = BUF_INIT(LIMIT_RECORD);
	err ignored = { 0 }; /* the next start takes longer */

	oci_config_pack(&known->config, &config);
	pack_str(&text, DIGEST_TEXT(&known->image));
	pack_bytes(&text, buf_bytes(&config));
	if (file_make_dirs(arena_str(a, path_dir(bytes_str(path))), 0700, &ignored) == 0)
		(void)file_write_atomic(path, buf_bytes(&text), 0600, &ignored);
	buf_done(&text);
	buf_done(&config);
}
