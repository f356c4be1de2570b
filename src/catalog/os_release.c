/* SPDX-License-Identifier: Apache-2.0 */
/* os-release(5): which distribution this is. etc/os-release goes before usr/lib/os-release; both
 * may be symbolic links to files of similar names (Fedora:
 * usr/lib/os.release.d/os-release-container). */
#include "catalog/catalogers.h"
#include "catalog/faults.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "version/version.h"

#define REPOSITORIES "etc/apk/repositories"

enum payload { PAYLOAD_NONE, PAYLOAD_FIELDS, PAYLOAD_LINE };

/* The fields that are kept, in the order of the payload. */
static const struct field {
	bytes key;
	size_t offset;
} fields[] = {
	{ BYTES_INIT("ID"), offsetof(struct os_release, id) },
	{ BYTES_INIT("ID_LIKE"), offsetof(struct os_release, id_like) },
	{ BYTES_INIT("VERSION_ID"), offsetof(struct os_release, version_id) },
	{ BYTES_INIT("VERSION"), offsetof(struct os_release, version) },
	{ BYTES_INIT("VERSION_CODENAME"), offsetof(struct os_release, version_codename) },
	{ BYTES_INIT("PRETTY_NAME"), offsetof(struct os_release, pretty_name) },
	{ BYTES_INIT("VARIANT_ID"), offsetof(struct os_release, variant_id) },
};
#define FIELDS (sizeof(fields) / sizeof(*fields))

static bytes *field_at(struct os_release *os, size_t i)
{
	return (bytes *)((char *)os + fields[i].offset);
}

/* -- in the worker
 * ------------------------------------------------------------------------------ */

static struct want want(const struct entry *entry)
{
	bytes name = path_base(entry->path);
	bool system = path_within(entry->path, BYTES("etc")) ||
	              path_within(entry->path, BYTES("usr/lib"));

	if ((system && bytes_starts(name, BYTES("os-release"))) ||
	    bytes_is(entry->path, "etc/alpine-release") ||
	    bytes_is(entry->path, "etc/debian_version") || bytes_is(entry->path, REPOSITORIES))
		return (struct want){ WANT_ALL, 0 };
	return (struct want){ WANT_NO, 0 };
}

/* os-release in either place, the two files that say less, and apk's repositories. */
static unsigned role(bytes path)
{
	bytes name = path_base(path);

	return bytes_is(name, "alpine-release")   ? 1
	       : bytes_is(name, "debian_version") ? 2
	       : bytes_is(name, "repositories")   ? 3
	                                          : 0;
}

static const char *const paths[] = { "etc/os-release", "usr/lib/os-release", NULL };

/* Which characters a backslash protects inside double quotes (POSIX shell, 2.2.3). */
static bool is_escapable(uint8_t c)
{
	return c == '$' || c == '`' || c == '"' || c == '\\';
}

/* unquote(raw, a, out): the value as a shell would read it; one pair of quotes at most
 * ("concatenation of multiple individually quoted strings is not supported"). False when a quote
 * is open or followed by more. Unquoted blanks are let through, as systemd's own reader does. */
static bool unquote(bytes raw, struct arena *a, bytes *out)
{
	uint8_t quote = raw.n > 0 && (raw.p[0] == '"' || raw.p[0] == '\'') ? raw.p[0] : 0;
	uint8_t *text = arena_alloc(a, raw.n);
	size_t n = 0, i = quote ? 1 : 0;

	for (; i < raw.n && (!quote || raw.p[i] != quote); i++) {
		bool escape = raw.p[i] == '\\' && quote != '\'' && i + 1 < raw.n;

		if (escape && (!quote || is_escapable(raw.p[i + 1])))
			i++;
		text[n++] = raw.p[i];
	}
	*out = bytes_of(text, n);
	return quote ? i + 1 == raw.n : true;
}

static const char *read_line(bytes line, struct arena *a, struct os_release *os)
{
	size_t equals = bytes_find(line, '=');
	bytes key = bytes_slice(line, 0, equals), value;

	if (key.n == 0 || key.n == line.n)
		return "no assignment";
	for (size_t i = 0; i < FIELDS; i++) {
		if (!bytes_equal(key, fields[i].key))
			continue;
		if (!unquote(bytes_skip(line, equals + 1), a, &value))
			return "a quote that does not end the value";
		if (value.n > LIMIT_PACKAGE_FIELD)
			return "a value of more than 4 KiB";
		*field_at(os, i) = value; /* the last assignment counts, as in a shell */
		return NULL;
	}
	return NULL;
}

static void inspect_fields(struct inspection *in, buf *out)
{
	struct faults faults = { .in = in };
	struct os_release os = { 0 };
	bytes rest = in->body, line;

	for (uint64_t number = 1; bytes_line(&rest, &line); number++) {
		line = bytes_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		const char *fault = read_line(line, in->scratch, &os);

		if (fault)
			faults_add(&faults, number, fault);
	}
	faults_end(&faults);
	pack_u64(out, PAYLOAD_FIELDS);
	for (size_t i = 0; i < FIELDS; i++)
		pack_bytes(out, *field_at(&os, i));
}

/* The newest release of Alpine's that packages come from: "edge", or 3.19 of
 * "https://dl-cdn.alpinelinux.org/alpine/v3.19/main" (apk-repositories(5)). */
static bytes newest_repository(bytes list)
{
	bytes line, newest = BYTES("");
	const bytes mark = BYTES("/alpine/");

	while (bytes_line(&list, &line)) {
		bytes release = bytes_skip(line, bytes_search(line, mark) + mark.n);
		int c = 0;

		release = bytes_slice(release, 0, bytes_find(release, '/'));
		if (bytes_starts(line, BYTES("#")) || release.n == 0)
			continue;
		if (bytes_is(release, "edge"))
			return release;
		if (bytes_take_prefix(&release, BYTES("v")) && version_is_valid(VERSION_APK, release) &&
		    (newest.n == 0 || (version_compare(VERSION_APK, newest, release, &c) && c < 0)))
			newest = release;
	}
	return newest;
}

static int inspect(struct inspection *in, err *e)
{
	buf out = BUF_INIT((FIELDS + 1) * (LIMIT_PACKAGE_FIELD + 16));
	bytes rest = in->body, line;

	(void)e;
	if (bytes_starts(path_base(in->entry->path), BYTES("os-release"))) {
		inspect_fields(in, &out);
	} else if (bytes_is(path_base(in->entry->path), "repositories")) {
		line = newest_repository(rest);
		if (line.n > 0) {
			pack_u64(&out, PAYLOAD_LINE);
			pack_bytes(&out, line);
		}
	} else if (bytes_line(&rest, &line) && line.n <= LIMIT_PACKAGE_FIELD) {
		pack_u64(&out, PAYLOAD_LINE);
		pack_bytes(&out, bytes_trim(line));
	}
	if (out.n > 0)
		inspection_item(in, buf_bytes(&out));
	buf_done(&out);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

static bool decode(bytes payload, enum payload wanted, struct os_release *os, bytes *line)
{
	uint64_t kind;

	if (!pack_take_u64(&payload, PAYLOAD_LINE, &kind) || kind != wanted)
		return false;
	if (kind == PAYLOAD_LINE)
		return pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, line) && payload.n == 0;
	for (size_t i = 0; i < FIELDS; i++)
		if (!pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, field_at(os, i)))
			return false;
	return payload.n == 0;
}

/* item_at(image, path): what was read from the file that the container finds at path: the file
 * itself, or, after a second read, the link that stands there. */
static const struct image_item *item_at(const struct image *image, bytes path)
{
	uint32_t name = tree_find(image->tree, path, false), file = tree_find(image->tree, path, true);
	const struct image_item *item;
	size_t at = 0;

	if (file == TREE_NONE)
		return NULL;
	file = tree_content(image->tree, file);
	while ((item = facts_next_item(image, catalog_os_release.inspector.id, &at)))
		if (item->node == name || tree_content(image->tree, item->node) == file)
			return item;
	return NULL;
}

static bool read_os_release(const struct image *image, bytes path, struct arena *a,
                            struct facts *facts)
{
	const struct image_item *item = item_at(image, path);
	struct os_release os = { 0 };

	if (!item)
		return false;
	if (!decode(item->payload, PAYLOAD_FIELDS, &os, NULL)) {
		facts_gap(facts, a, item, "the evidence of this file cannot be read");
		return false;
	}
	os.known = os.id.n > 0 || os.pretty_name.n > 0;
	os.node = item->node;
	if (os.known && os.id.n == 0)
		os.id = BYTES("linux"); /* the default of the man page */
	facts->os = os;
	return os.known;
}

static bool read_release_line(const struct image *image, bytes path, struct arena *a,
                              struct facts *facts, bytes *out)
{
	const struct image_item *item = item_at(image, path);

	if (!item)
		return false;
	if (!decode(item->payload, PAYLOAD_LINE, NULL, out)) {
		facts_gap(facts, a, item, "the evidence of this file cannot be read");
		return false;
	}
	if (!facts->os.known)
		facts->os.node = item->node;
	return out->n > 0;
}

/* Images without os-release, and Debian's testing and unstable, whose os-release has no version:
 * etc/debian_version says "12.15", "trixie/sid". Only a number says that it is Debian itself:
 * derived distributions keep the words of the Debian they came from. */
static void supplement(const struct image *image, struct arena *a, struct facts *facts)
{
	struct os_release *os = &facts->os;
	bytes line;

	if (!os->known && read_release_line(image, BYTES("etc/alpine-release"), a, facts, &line)) {
		os->known = true;
		os->id = BYTES("alpine");
		os->version_id = line;
		return;
	}
	if ((os->known && (!bytes_is(os->id, "debian") || os->version_id.n > 0)) ||
	    !read_release_line(image, BYTES("etc/debian_version"), a, facts, &line))
		return;
	if (line.p[0] >= '0' && line.p[0] <= '9') {
		os->known = true;
		os->id = BYTES("debian");
		os->version_id = bytes_slice(line, 0, bytes_find(line, '.'));
	}
	if (os->known && os->version.n == 0)
		os->version = line;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	(void)e;
	if (!read_os_release(image, BYTES("etc/os-release"), a, facts))
		read_os_release(image, BYTES("usr/lib/os-release"), a, facts);
	supplement(image, a, facts);
	if (bytes_is(facts->os.id, "alpine"))
		(void)read_release_line(image, BYTES(REPOSITORIES), a, facts, &facts->os.repository);
	return 0;
}

const struct cataloger catalog_os_release = {
	.inspector = { .name = "os-release", .id = 1, .version = 2, .want = want, .inspect = inspect,
	               .role = role, .paths = paths },
	.collect = collect,
};
