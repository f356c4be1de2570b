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

static bool is_library(bytes path)
{
	return bytes_ends(path, BYTES(".dll"));
}

static struct want want(const struct entry *entry)
{
	if (bytes_ends(entry->path, BYTES(".deps.json")) || is_config(entry->path))
		return (struct want){ WANT_ALL, 0 };
	/* A hard link's content is looked at under its first name. */
	if (entry->type == ENTRY_FILE &&
	    (entry->size >= DOTNET_SMALLEST_HOST || is_library(entry->path)))
		return (struct want){ WANT_HEAD, INSPECT_HEAD };
	return (struct want){ WANT_NO, 0 };
}

/* deps.json, runtimeconfig.json, or a host that may hold both. */
static unsigned role(bytes path)
{
	return bytes_ends(path, BYTES(".deps.json")) ? 1 : is_config(path) ? 2 : 0;
}

/* want_library(entry): its metadata lie anywhere in it. What lies in the folder of a shared
 * framework is the framework's, whatever it says. One above LIMIT_KEEP that no deps.json lists
 * stays unknown.  */
static struct want want_library(const struct entry *entry)
{
	bytes name, version;

	if (entry->size > LIMIT_KEEP || dotnet_folder_of(path_dir(entry->path), &name, &version))
		return (struct want){ WANT_NO, 0 };
	return (struct want){ WANT_ALL, 0 };
}

static struct want escalate(const struct entry *entry, bytes head)
{
	if (bytes_starts(head, BYTES("MZ")) && is_library(entry->path))
		return want_library(entry);
	if (dotnet_host_may_bundle(entry, head))
		return (struct want){ WANT_SPOOL, 0 };
	return dotnet_native_want(entry, head);
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

/* -- programs: in memory from some offset on, or in the spool file ---------------------------- */

static bool is_spooled(const struct inspection *in)
{
	return in->body.n == 0;
}

static bool read_program(void *ctx, uint64_t offset, size_t n, bytes *out)
{
	struct inspection *in = ctx;
	bytes body = in->body;

	if (is_spooled(in))
		return inspection_read(in, offset, n, out);
	if (offset < in->body_from || offset - in->body_from > body.n)
		return false;
	body = bytes_skip(body, (size_t)(offset - in->body_from));
	return bytes_take(&body, n, out);
}

static bool search_program(void *ctx, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	struct inspection *in = ctx;
	uint64_t start = from > in->body_from ? from : in->body_from;

	if (is_spooled(in))
		return inspection_search(in, from, to, what, out);
	if (to <= start || start - in->body_from > in->body.n)
		return false;
	bytes rest = bytes_slice(in->body, (size_t)(start - in->body_from), (size_t)(to - start));
	size_t at = bytes_search(rest, what);

	*out = start + at;
	return at < rest.n;
}

/* inspect_bundle: false when the program is none. Both documents are read when they can be; that
 * one cannot is a gap beside the names that are known. */
static bool inspect_bundle(struct inspection *in, const struct dotnet_file *file, err *e)
{
	struct dotnet_bundle_item item = { 0 };
	buf b = BUF_INIT(PACKED_MAX);
	int found = dotnet_bundle_parse(file, path_base(in->entry->path), in->scratch, &item.bundle, e);

	if (found < 0)
		state_gap(in, e);
	if (found <= 0)
		return found < 0;
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
	return true;
}

static void inspect_native(struct inspection *in, const struct dotnet_file *file)
{
	struct dotnet_release release;
	buf b = BUF_INIT(64);

	if (!dotnet_native_parse(file, in->body_from, in->scratch, &release))
		return;
	pack_u64(&b, DOTNET_ITEM_NATIVE);
	pack_u64(&b, release.major);
	pack_u64(&b, release.minor);
	emit(in, &b);
}

static void inspect_program(struct inspection *in, err *e)
{
	const struct dotnet_file file = { in->entry->size, read_program, search_program, in };

	if (!is_spooled(in) || !inspect_bundle(in, &file, e))
		inspect_native(in, &file);
}

static int inspect(struct inspection *in, err *e)
{
	if (bytes_ends(in->entry->path, BYTES(".deps.json")))
		inspect_deps(in, e);
	else if (is_config(in->entry->path))
		inspect_config(in, e);
	else if (is_library(in->entry->path))
		dotnet_assembly_inspect(in, in->body, e);
	else
		inspect_program(in, e);
	return 0;
}

const struct cataloger catalog_dotnet = {
	.inspector = { .name = "dotnet",
	               .id = DOTNET_INSPECTOR,
	               .version = 3,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect,
	               .role = role },
	.collect = dotnet_collect,
};
