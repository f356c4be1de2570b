/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "catalog/catalogers.h"
#include "catalog/dotnet_framework.h"

/* The wire form of what was read is never twice as long as the text it came from: a bundle's three
 * parts are at most LIMIT_KEEP each. */
#define PACKED_MAX (6 * LIMIT_KEEP)

static bool is_config(bytes path)
{
	return bytes_ends(path, BYTES(".runtimeconfig.json")) ||
	       bytes_ends(path, BYTES(".runtimeconfig.dev.json"));
}

static struct want want(const struct entry *entry)
{
	if (bytes_ends(entry->path, BYTES(".deps.json")) || is_config(entry->path))
		return (struct want){ WANT_ALL, 0 };
	/* A hard link's content is looked at under its first name. */
	if (entry->type == ENTRY_FILE && entry->size >= DOTNET_SMALLEST_HOST)
		return (struct want){ WANT_HEAD, INSPECT_HEAD };
	return (struct want){ WANT_NO, 0 };
}

/* deps.json, runtimeconfig.json, or a host that may hold both. */
static unsigned role(bytes path)
{
	return bytes_ends(path, BYTES(".deps.json")) ? 1 : is_config(path) ? 2 : 0;
}

static struct want escalate(const struct entry *entry, bytes head)
{
	return (struct want){ dotnet_host_may_bundle(entry, head) ? WANT_SPOOL : WANT_NO, 0 };
}

/* state_gap(in, e): bad input is a gap, and the job goes on. */
static void state_gap(struct inspection *in, err *e)
{
	inspection_gap(in, "%s", e->text);
	err_clear(e);
}

static void emit(struct inspection *in, buf *b)
{
	inspection_item(in, buf_bytes(b));
	buf_done(b);
}

static void inspect_deps(struct inspection *in, err *e)
{
	buf b = BUF_INIT(PACKED_MAX);
	struct dotnet_deps deps;

	if (dotnet_deps_parse(in->body, in->scratch, &deps, e) < 0) {
		state_gap(in, e);
		return;
	}
	pack_u64(&b, DOTNET_ITEM_DEPS);
	dotnet_deps_pack(&b, &deps);
	emit(in, &b);
}

static void inspect_config(struct inspection *in, err *e)
{
	buf b = BUF_INIT(PACKED_MAX);
	struct dotnet_config config;

	if (dotnet_config_parse(in->body, in->scratch, &config, e) < 0) {
		state_gap(in, e);
		return;
	}
	pack_u64(&b, DOTNET_ITEM_CONFIG);
	dotnet_config_pack(&b, &config);
	emit(in, &b);
}

static bool read_spool(void *ctx, uint64_t offset, size_t n, bytes *out)
{
	return inspection_read(ctx, offset, n, out);
}

static bool search_spool(void *ctx, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	return inspection_search(ctx, from, to, what, out);
}

/* Both documents are read when they can be; that one cannot is a gap beside the names that are
 * known. */
static void inspect_bundle(struct inspection *in, err *e)
{
	const struct dotnet_file file = { in->entry->size, read_spool, search_spool, in };
	struct dotnet_bundle_item item = { 0 };
	buf b = BUF_INIT(PACKED_MAX);
	int found = dotnet_bundle_parse(&file, path_base(in->entry->path), in->scratch, &item.bundle,
	                                e);

	if (found < 0)
		state_gap(in, e);
	if (found <= 0)
		return;
	item.has_deps = item.bundle.deps.n > 0 &&
	                dotnet_deps_parse(item.bundle.deps, in->scratch, &item.deps, e) == 0;
	if (err_is_set(e))
		state_gap(in, e);
	item.has_config = item.bundle.config.n > 0 &&
	                  dotnet_config_parse(item.bundle.config, in->scratch, &item.config, e) == 0;
	if (err_is_set(e))
		state_gap(in, e);
	pack_u64(&b, DOTNET_ITEM_BUNDLE);
	dotnet_bundle_pack(&b, &item);
	emit(in, &b);
}

static int inspect(struct inspection *in, err *e)
{
	if (bytes_ends(in->entry->path, BYTES(".deps.json")))
		inspect_deps(in, e);
	else if (is_config(in->entry->path))
		inspect_config(in, e);
	else
		inspect_bundle(in, e);
	return 0;
}

const struct cataloger catalog_dotnet = {
	.inspector = { .name = "dotnet",
	               .id = DOTNET_INSPECTOR,
	               .version = 2,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect,
	               .role = role },
	.collect = dotnet_collect,
};
