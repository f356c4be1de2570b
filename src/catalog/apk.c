/* SPDX-License-Identifier: Apache-2.0 */
/* apk - the database of Alpine's package manager: lib/apk/db/installed, with a merged /usr
 * usr/lib/apk/db/installed. Source: apk-tools 2 and 3, "installed database" (apk-v2(5)).
 * Paragraphs of "X:value" lines: P name, V version, A architecture, o origin (the source package),
 * L licence, m maintainer, D what it needs, p what it provides, F folder, R file in the last
 * folder; what follows F or R (a, M, Z) describes it. */
#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/owned.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"

/* -- in the worker
 * ------------------------------------------------------------------------------ */

struct paragraph {
	bytes name, version, architecture, origin, licence, maintainer;
	bytes needs, provides;
	bytes text;        /* its lines */
	uint64_t line;     /* of the first of them */
	const char *fault; /* static */
	uint64_t fault_line;
};

static struct want want(const struct entry *entry)
{
	bool database = bytes_is(entry->path, "lib/apk/db/installed") ||
	                bytes_is(entry->path, "usr/lib/apk/db/installed");

	return (struct want){ database ? WANT_ALL : WANT_NO, 0 };
}

static const char *const paths[] = { "lib/apk/db/installed", "usr/lib/apk/db/installed", NULL };

static bytes *field_of(struct paragraph *p, uint8_t key)
{
	switch (key) {
	case 'P': return &p->name;
	case 'V': return &p->version;
	case 'A': return &p->architecture;
	case 'o': return &p->origin;
	case 'L': return &p->licence;
	case 'm': return &p->maintainer;
	case 'D': return &p->needs;
	case 'p': return &p->provides;
	default: return NULL;
	}
}

static const char *read_line(struct paragraph *p, bytes line)
{
	if (line.n < 2 || line.p[1] != ':')
		return "no field";
	bytes *field = field_of(p, line.p[0]);
	bytes value = bytes_trim(bytes_skip(line, 2));

	if (!field)
		return NULL;
	if (field->n > 0)
		return "a field that is there twice";
	if (value.n > LIMIT_PACKAGE_FIELD && field != &p->needs && field != &p->provides)
		return "a value of more than 4 KiB";
	*field = value;
	return NULL;
}

static void take_line(struct paragraph *p, bytes line, uint64_t number)
{
	const char *fault = read_line(p, line);

	if (!p->line)
		p->line = number;
	if (!fault || p->fault)
		return;
	p->fault = fault;
	p->fault_line = number;
}

/* paragraph_next(rest, number, out): split the next paragraph from *rest; *number counts lines. */
static bool paragraph_next(bytes *rest, uint64_t *number, struct paragraph *out)
{
	struct paragraph p = { 0 };
	bytes start = *rest, line;

	while (bytes_line(rest, &line)) {
		++*number;
		if (line.n > 0)
			take_line(&p, line, *number);
		else if (p.line)
			break;
		else
			start = *rest;
	}
	p.text = bytes_slice(start, 0, start.n - rest->n);
	if (!p.fault && (p.name.n == 0 || p.version.n == 0)) {
		p.fault = p.name.n == 0 ? "a package without name" : "a package without version";
		p.fault_line = p.line;
	}
	*out = p;
	return p.line > 0;
}

/* add_relations(w, value, kind): "so:libc.musl-x86_64.so.1=1 busybox>=1.36 !conflict pkg@edge". */
static void add_relations(struct relations_writer *w, bytes value, enum relation kind)
{
	bytes word;

	while (bytes_take_until(&value, ' ', &word)) {
		size_t n = 0;

		while (n < word.n && !strchr("<>=~@", word.p[n]))
			n++;
		if (!bytes_starts(word, BYTES("!")))
			relations_add(w, kind, bytes_slice(word, 0, n));
	}
}

static void emit_package(struct inspection *in, const struct paragraph *p)
{
	struct relations_writer relations;

	/* A source package and what it makes share one version. */
	system_emit_package(in, SYSTEM_PACKAGE,
	                    &(struct package){ .name = p->name,
	                                       .version = p->version,
	                                       .architecture = p->architecture,
	                                       .source_name = p->origin,
	                                       .licence = p->licence,
	                                       .vendor = p->maintainer });
	relations_begin(&relations, in);
	add_relations(&relations, p->provides, RELATION_PROVIDES);
	add_relations(&relations, p->needs, RELATION_NEEDS);
	relations_end(&relations);
}

static void emit_files(struct inspection *in, const struct paragraph *p, struct faults *faults)
{
	struct owned_writer writer;
	bytes rest = p->text, line, folder = BYTES("");
	buf start = BUF_INIT(32), path = BUF_INIT(2 * LIMIT_PATH + 2);

	pack_u64(&start, SYSTEM_FILES);
	pack_bytes(&start, BYTES("")); /* of the package before */
	owned_begin(&writer, in, buf_bytes(&start));
	for (uint64_t number = p->line; bytes_line(&rest, &line); number++) {
		bytes value = bytes_skip(line, 2);

		if (bytes_starts(line, BYTES("F:")))
			folder = value;
		if (!bytes_starts(line, BYTES("R:")))
			continue;
		buf_clear(&path);
		buf_put(&path, bytes_slice(folder, 0, LIMIT_PATH));
		buf_putc(&path, '/');
		buf_put(&path, bytes_slice(value, 0, LIMIT_PATH));
		if (!owned_add(&writer, buf_bytes(&path)))
			faults_add(faults, number, "a path that is too long");
	}
	owned_end(&writer);
	buf_done(&start);
	buf_done(&path);
}

static int inspect(struct inspection *in, err *e)
{
	struct faults faults = { .in = in };
	bytes rest = in->body;
	struct paragraph p;
	uint64_t line = 0, count = 0;

	(void)e;
	while (paragraph_next(&rest, &line, &p)) {
		if (count++ == LIMIT_PACKAGES) {
			inspection_gap(in, "more than %u packages: the rest is not read",
			               (unsigned)LIMIT_PACKAGES);
			break;
		}
		if (p.fault)
			faults_add(&faults, p.fault_line, p.fault);
		if (p.name.n == 0 || p.version.n == 0)
			continue;
		emit_package(in, &p);
		emit_files(in, &p, &faults);
	}
	faults_end(&faults);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct system_packages packages;

	(void)e;
	system_packages_init(&packages, ECO_APK, image, a, facts);
	system_packages_collect(&packages, catalog_apk.inspector.id);
	return 0;
}

const struct cataloger catalog_apk = {
	.inspector = { .name = "apk",
	               .id = 3,
	               .version = 2,
	               .want = want,
	               .inspect = inspect,
	               .paths = paths },
	.collect = collect,
};
