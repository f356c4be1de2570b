/* SPDX-License-Identifier: Apache-2.0 */
/* java - what Java archives say they are.
 *
 * Maven writes META-INF/maven/GROUP/ARTIFACT/pom.properties into what it packs; an archive that was
 * made of several (shaded) keeps those of all. Without one the main section of META-INF/MANIFEST.MF
 * (JAR File Specification, "JAR Manifest"; OSGi Core 8, section 3.2) and the file's name tell.
 * Archives in archives are read to LIMIT_ARCHIVE_DEPTH: Spring Boot stores them, a WAR deflates
 * them. The archive on disk is identified by what it holds; a .zip by that alone, never by its own
 * name. Case is ignored where Java ignores it: in suffixes (java(1): a class path of "*" means .jar
 * and .JAR), the manifest's name and its attributes (JAR File Specification). */
#include "catalog/catalogers.h"
#include "catalog/java_properties.h"
#include "catalog/language.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "codec/deflate.h"
#include "fmt/zip.h"

static bool has_suffix(bytes path, bytes suffix)
{
	return path.n >= suffix.n && bytes_equal_nocase(bytes_skip(path, path.n - suffix.n), suffix);
}

static bool is_archive(bytes path)
{
	static const bytes suffixes[] = { BYTES_INIT(".jar"), BYTES_INIT(".war"), BYTES_INIT(".ear"),
		                              BYTES_INIT(".hpi"), BYTES_INIT(".jpi"), BYTES_INIT(".sar"),
		                              BYTES_INIT(".rar"), BYTES_INIT(".nar"), BYTES_INIT(".par"),
		                              BYTES_INIT(".kar") };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (has_suffix(path, suffixes[i]))
			return true;
	return false;
}

/* is_bag(path): what programs are shipped in; it holds archives and is none of Java's. */
static bool is_bag(bytes path)
{
	return has_suffix(path, BYTES(".zip"));
}

static struct want want(const struct entry *entry)
{
	bool wanted = is_archive(entry->path) || is_bag(entry->path);

	return (struct want){ wanted ? WANT_HEAD : WANT_NO, INSPECT_HEAD };
}

/* A .rar or .par may be something else; Spring Boot puts a program in front of a .jar. */
static struct want escalate(const struct entry *entry, bytes head)
{
	bool archive = bytes_starts(head, BYTES("PK\3\4")) || has_suffix(entry->path, BYTES(".jar"));

	if (!archive || entry->size == 0)
		return (struct want){ WANT_NO, 0 };
	return (struct want){ entry->size > LIMIT_KEEP ? WANT_SPOOL : WANT_ALL, 0 };
}

/* -- reading ----------------------------------------------------------------------------------- */

struct reading {
	struct inspection *in;
	uint64_t budget; /* octets that may still be read: members may overlap */
};

/* One archive: a part of the file on disk, or memory. */
struct archive {
	struct reading *reading;
	bytes memory; /* its octets, when they are there */
	uint64_t from;
	bytes name;
	struct arena *arena;
	bytes manifest;
	bool named; /* a pom.properties named it */
};

static bool read_archive(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	const struct archive *x = ctx;
	struct inspection in = *x->reading->in;

	if (n > x->reading->budget)
		return false;
	x->reading->budget -= n;
	if (x->memory.p) {
		*out = bytes_slice(x->memory, (size_t)offset, n);
		return out->n == n;
	}
	in.scratch = a;
	return inspection_read(&in, x->from + offset, n, out);
}

/* unpack(z, m, limit, a, out, e): a member as a file. */
static int unpack(struct zip *z, const struct zip_member *m, uint64_t limit, struct arena *a,
                  bytes *out, err *e)
{
	struct reading *reading = ((struct archive *)z->source.ctx)->reading;
	uint64_t at;
	bytes packed;
	size_t n;

	if (m->encrypted || (m->method != ZIP_STORED && m->method != ZIP_DEFLATED))
		return err_set(e, ERR_FORMAT, 0, "zip: encrypted, or packed in an unknown way");
	if (m->packed > limit || m->size > limit || m->size > reading->budget)
		return err_set(e, ERR_LIMIT, 0, "zip: too large to look into");
	if (zip_content(z, m, a, &at, e) < 0)
		return -1;
	if (!z->source.read(z->source.ctx, at, (size_t)m->packed, a, &packed))
		return err_set(e, ERR_LIMIT, 0, "zip: cannot be read");
	if (m->method == ZIP_STORED) {
		*out = packed;
		return 0;
	}
	uint8_t *p = arena_alloc(a, (size_t)m->size + 1);

	reading->budget -= m->size;
	if (deflate_inflate(packed, p, (size_t)m->size + 1, &n, e) < 0)
		return -1;
	*out = bytes_of(p, n);
	return 0;
}

/* -- what an archive is ------------------------------------------------------------------------ */

/* An attribute of the manifest's main section; lines that continue it are not used: names and
 * versions fit into the 72 octets of one. */
static bytes attribute(bytes text, bytes key)
{
	bytes line;

	while (bytes_line(&text, &line) && line.n > 0)
		if (bytes_find(line, ':') == key.n &&
		    bytes_equal_nocase(bytes_slice(line, 0, key.n), key))
			return bytes_trim(bytes_skip(line, key.n + 1));
	return BYTES("");
}

static void emit(struct archive *x, bytes group, bytes artifact, bytes version)
{
	buf name = BUF_INIT(2 * LIMIT_PACKAGE_FIELD + 1);
	struct language_item item = { .kind = LANGUAGE_INSTALLED, .version = version };

	if (artifact.n == 0 || group.n > LIMIT_PACKAGE_FIELD || artifact.n > LIMIT_PACKAGE_FIELD)
		return;
	buf_put(&name, group);
	if (group.n > 0)
		buf_putc(&name, ':');
	buf_put(&name, artifact);
	item.name = buf_bytes(&name);
	item.place = bytes_slice(x->name, 0, LIMIT_PACKAGE_FIELD);
	language_emit(x->reading->in, &item);
	buf_done(&name);
}

/* split_name(path, artifact, version): "lib/commons-io-2.11.0.jar": the version begins at the first
 * digit behind a dash. */
static void split_name(bytes path, bytes *artifact, bytes *version)
{
	bytes stem = path_base(path);

	stem = bytes_slice(stem, 0, bytes_rfind(stem, '.'));
	*artifact = stem;
	*version = BYTES("");
	for (size_t i = 0; i + 1 < stem.n; i++)
		if (stem.p[i] == '-' && stem.p[i + 1] >= '0' && stem.p[i + 1] <= '9') {
			*artifact = bytes_slice(stem, 0, i);
			*version = bytes_skip(stem, i + 1);
			return;
		}
}

/* Vendor ids are Maven groups where they look like one. */
static bytes group_of(bytes manifest)
{
	bytes id = attribute(manifest, BYTES("Implementation-Vendor-Id"));

	return bytes_find(id, '.') < id.n && bytes_find(id, ' ') == id.n ? id : BYTES("");
}

static void emit_by_manifest(struct archive *x)
{
	bytes artifact, version, written = attribute(x->manifest, BYTES("Implementation-Version"));

	split_name(x->name, &artifact, &version);
	if (version.n == 0)
		version = written;
	if (version.n == 0)
		version = attribute(x->manifest, BYTES("Bundle-Version"));
	if (version.n > 0)
		emit(x, group_of(x->manifest), artifact, version);
}

/* emit_by_pom(x, text, a, e): of a key that is there twice the last counts. ERR_FORMAT. */
static int emit_by_pom(struct archive *x, bytes text, struct arena *a, err *e)
{
	struct java_properties properties = { text, a };
	bytes group = { 0 }, artifact = { 0 }, version = { 0 }, key, value;
	int more;

	while ((more = java_properties_next(&properties, &key, &value)) > 0)
		if (bytes_is(key, "groupId"))
			group = bytes_trim(value);
		else if (bytes_is(key, "artifactId"))
			artifact = bytes_trim(value);
		else if (bytes_is(key, "version"))
			version = bytes_trim(value);
	if (more < 0)
		return err_set(e, ERR_FORMAT, 0, "a \\u without four hex digits, which Java refuses");
	if (artifact.n == 0 || version.n == 0)
		return 0;
	emit(x, group, artifact, version);
	x->named = true;
	return 0;
}

/* -- walking ----------------------------------------------------------------------------------- */

static int walk(struct archive *x, uint64_t size, unsigned depth, err *e);

static void state_gap(struct archive *x, bytes member, err *e)
{
	inspection_gap(x->reading->in, "in the archive, '%s': %s", SHOW(member), e->text);
	err_clear(e); /* bad input is a gap, and the job goes on */
}

/* A stored archive is read where it lies, a deflated one is inflated first. */
static int walk_nested(struct archive *x, struct zip *z, const struct zip_member *m, unsigned depth,
                       err *e)
{
	struct arena a = ARENA_INIT;
	struct archive inner = { .reading = x->reading, .name = m->name, .arena = &a };
	uint64_t at = 0, size = m->size;
	int status;

	if (depth == LIMIT_ARCHIVE_DEPTH)
		return err_set(e, ERR_LIMIT, 0, "more than %d archives in each other", LIMIT_ARCHIVE_DEPTH);
	if (m->method == ZIP_STORED && !m->encrypted) {
		status = zip_content(z, m, &a, &at, e);
		size = m->packed;
		inner.from = x->from + at;
		if (x->memory.p)
			inner.memory = bytes_slice(x->memory, (size_t)at, (size_t)size);
	} else {
		status = unpack(z, m, LIMIT_KEEP, &a, &inner.memory, e);
		size = inner.memory.n;
	}
	if (status == 0)
		status = walk(&inner, size, depth + 1, e);
	arena_done(&a);
	return status;
}

static int read_pom(struct archive *x, struct zip *z, const struct zip_member *m, err *e)
{
	struct arena a = ARENA_INIT;
	bytes text;
	int status = unpack(z, m, LIMIT_ARCHIVE_DOCUMENT, &a, &text, e);

	if (status == 0)
		status = emit_by_pom(x, text, &a, e);
	arena_done(&a);
	return status;
}

static int look_at(struct archive *x, struct zip *z, const struct zip_member *m, unsigned depth,
                   err *e)
{
	if (is_archive(m->name))
		return walk_nested(x, z, m, depth, e);
	if (bytes_equal_nocase(m->name, BYTES("META-INF/MANIFEST.MF")) && !x->manifest.p)
		return unpack(z, m, LIMIT_ARCHIVE_DOCUMENT, x->arena, &x->manifest, e);
	if (bytes_starts(m->name, BYTES("META-INF/maven/")) &&
	    bytes_ends(m->name, BYTES("/pom.properties")))
		return read_pom(x, z, m, e);
	return 0;
}

static int walk(struct archive *x, uint64_t size, unsigned depth, err *e)
{
	struct zip_source source = { .size = size, .read = read_archive, .ctx = x };
	struct zip_member member;
	struct zip z;
	int more;

	if (zip_open(&source, x->arena, &z, e) < 0)
		return -1;
	while ((more = zip_next(&z, &member, e)) > 0)
		if (look_at(x, &z, &member, depth, e) < 0)
			state_gap(x, member.name, e);
	if (!x->named && !is_bag(x->name))
		emit_by_manifest(x);
	return more;
}

static int inspect(struct inspection *in, err *e)
{
	struct reading reading = { .in = in, .budget = LIMIT_ARCHIVE_READ };
	struct archive x = {
		.reading = &reading, .memory = in->body, .name = in->entry->path, .arena = in->scratch
	};

	if (walk(&x, in->entry->size, 0, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
	}
	return 0;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	(void)e;
	language_collect(catalog_java.inspector.id, ECO_MAVEN, image, a, facts);
	return 0;
}

const struct cataloger catalog_java = {
	.inspector = { .name = "java",
	               .id = 63,
	               .version = 2,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect },
	.collect = collect,
};
