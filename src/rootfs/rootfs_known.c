/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/rootfs_known.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "oci/local.h"
#include "oci/platform.h"
#include "rootfs/rootfs_store.h"
#include "sys/file.h"

#include <inttypes.h>

#define VERSION 1 /* of what is packed */
#define KNOWN_MOST (LIMIT_KNOWN_INDEX + LIMIT_RECORD)
#define NAME_MOST 64

/* FNV-1a: a name for the file alone; what was asked for stands in it and is compared. SHA-256 would
 * need OpenSSL, whose beginning takes longer than all else here. */
static uint64_t number_of(bytes text)
{
	uint64_t n = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.n; i++)
		n = (n ^ text.p[i]) * UINT64_C(0x100000001b3);
	return n;
}

const char *rootfs_known_folder(const char *store, struct arena *a)
{
	return arena_printf(a, "%s/known", store);
}

void rootfs_known_ask(const struct target *target, const struct platform *platform,
                      const char *store, struct arena *a, struct rootfs_question *out)
{
	struct local layout = { .fd = -1 };
	err ignored = { 0 }; /* who opens it to read it says what is wrong */
	bytes index;

	*out = (struct rootfs_question){ 0 };
	if (target->kind != TARGET_LAYOUT || local_open(target, &layout, &ignored) < 0)
		return;
	int status = local_read(&layout, BYTES("index.json"), LIMIT_KNOWN_INDEX, a, &index, &ignored);

	local_close(&layout);
	if (status < 0)
		return;
	buf text = BUF_INIT(KNOWN_MOST);

	pack_u64(&text, VERSION);
	pack_str(&text, target->tag);
	pack_str(&text, platform_text(platform, a));
	pack_bytes(&text, index);
	out->text = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	out->path = arena_printf(a, "%s/%016" PRIx64, rootfs_known_folder(store, a),
	                         number_of(out->text));
}

static bool take_names(bytes *in, struct arena *a, struct rootfs_known *out)
{
	size_t len = out->config.diff_ids.len;
	bytes name;

	out->names = arena_array(a, const char *, len + 1);
	for (size_t i = 0; i < len; i++) {
		if (!pack_take_bytes(in, NAME_MOST, &name) || bytes_find(name, '/') < name.n)
			return false;
		out->names[i] = arena_str(a, name);
	}
	return in->n == 0;
}

bool rootfs_known_read(const struct rootfs_question *q, struct arena *a, struct rootfs_known *out)
{
	err ignored = { 0 }; /* it is not known */
	bytes text, asked, image, config;
	auto_fd fd = q->path ? file_open_read(q->path, &ignored) : -1;

	if (fd < 0 || file_read_fd(fd, q->path, KNOWN_MOST, a, &text, &ignored) < 0)
		return false;
	rootfs_store_mark(fd);
	return pack_take_bytes(&text, KNOWN_MOST, &asked) && bytes_equal(asked, q->text) &&
	       pack_take_bytes(&text, sizeof(struct digest_chars), &image) &&
	       digest_parse(image, &out->image, &ignored) == 0 &&
	       pack_take_bytes(&text, LIMIT_RECORD, &config) &&
	       oci_config_unpack(config, a, &out->config, &ignored) == 0 && take_names(&text, a, out);
}

void rootfs_known_keep(const struct rootfs_question *q, const struct rootfs_known *known,
                       struct arena *a)
{
	buf text = BUF_INIT(KNOWN_MOST), config = BUF_INIT(LIMIT_RECORD);
	err ignored = { 0 }; /* the next start takes longer */

	if (!q->path)
		return;
	oci_config_pack(&known->config, &config);
	pack_bytes(&text, q->text);
	pack_str(&text, DIGEST_TEXT(&known->image));
	pack_bytes(&text, buf_bytes(&config));
	for (size_t i = 0; i < known->config.diff_ids.len; i++)
		pack_str(&text, known->names[i]);
	if (file_make_dirs(arena_str(a, path_dir(bytes_str(q->path))), 0700, &ignored) == 0)
		(void)file_write_atomic(q->path, buf_bytes(&text), 0600, &ignored);
	buf_done(&text);
	buf_done(&config);
}
