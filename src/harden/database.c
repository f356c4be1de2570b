/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/database.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/pack.h"
#include "catalog/dpkg.h"
#include "harden/database_rpm.h"

struct filtering {
	struct map fates; /* name, version, architecture -> struct database_package */
	struct arena *arena;
	buf *out;
};

/* Fields hold no line's end, so no two packages share a key. */
static bytes key_of(struct arena *a, bytes name, bytes version, bytes architecture)
{
	buf b = BUF_INIT(3 * LIMIT_PACKAGE_FIELD + 2);

	buf_put(&b, name);
	buf_putc(&b, '\n');
	buf_put(&b, version);
	buf_putc(&b, '\n');
	buf_put(&b, architecture);
	bytes key = arena_bytes(a, buf_bytes(&b));

	buf_done(&b);
	return key;
}

static enum select_fate fate_of(const struct filtering *f, bytes name, bytes version,
                                bytes architecture)
{
	const struct database_package *p;

	if (name.n > LIMIT_PACKAGE_FIELD || version.n > LIMIT_PACKAGE_FIELD ||
	    architecture.n > LIMIT_PACKAGE_FIELD)
		return SELECT_GONE;
	p = map_get(&f->fates, key_of(f->arena, name, version, architecture));
	return p ? p->fate : SELECT_GONE;
}

static int keep(struct filtering *f, bytes paragraph, err *e)
{
	if (f->out->n > 0 && buf_append(f->out, BYTES("\n"), e) < 0)
		return -1;
	if (buf_append(f->out, paragraph, e) < 0)
		return -1;
	return paragraph.n > 0 && paragraph.p[paragraph.n - 1] != '\n'
	           ? buf_append(f->out, BYTES("\n"), e)
	           : 0;
}

/* keep_settings(f, paragraph, status, e): the same with another Status, whose value the paragraph
 * holds. */
static int keep_settings(struct filtering *f, bytes paragraph, bytes status, err *e)
{
	size_t at = (size_t)(status.p - paragraph.p);

	if (keep(f, bytes_slice(paragraph, 0, 0), e) < 0 ||
	    buf_append(f->out, bytes_slice(paragraph, 0, at), e) < 0 ||
	    buf_append(f->out, BYTES("deinstall ok config-files"), e) < 0)
		return -1;
	bytes rest = bytes_skip(paragraph, at + status.n);

	if (buf_append(f->out, rest, e) < 0)
		return -1;
	return rest.n == 0 || rest.p[rest.n - 1] != '\n' ? buf_append(f->out, BYTES("\n"), e) : 0;
}

/* trimmed(text): without the empty lines around it; its last line ends with its own "\n". */
static bytes trimmed(bytes text)
{
	bytes line, rest = text;

	while (bytes_line(&rest, &line) && bytes_trim(line).n == 0)
		text = rest;
	while (text.n > 1 && text.p[text.n - 1] == '\n' && text.p[text.n - 2] == '\n')
		text.n--;
	return text;
}

static int filter_dpkg(struct filtering *f, bytes text, err *e)
{
	struct dpkg_reader r = { .rest = text };
	struct dpkg_stanza s;

	for (bytes from = r.rest; dpkg_stanza_next(&r, &s); from = r.rest) {
		bytes paragraph = trimmed(bytes_slice(from, 0, from.n - r.rest.n));

		if (s.fault)
			return err_set(e, ERR_FORMAT, 0, "line %llu: %s", (unsigned long long)s.line, s.fault);
		switch (fate_of(f, s.package, s.version, s.architecture)) {
		case SELECT_GONE: break;
		case SELECT_SETTINGS:
			if (s.status.n > 0 && keep_settings(f, paragraph, s.status, e) < 0)
				return -1;
			break;
		case SELECT_PRESENT:
			if (keep(f, paragraph, e) < 0)
				return -1;
			break;
		}
	}
	return 0;
}

/* apk-v2(5): "P:" name, "V:" version, "A:" architecture. */
static int filter_apk(struct filtering *f, bytes text, err *e)
{
	while (text.n > 0) {
		bytes from = text, line, name = { 0 }, version = { 0 }, architecture = { 0 };

		while (bytes_line(&text, &line) && line.n > 0) {
			bytes value = bytes_trim(bytes_skip(line, 2));

			if (bytes_starts(line, BYTES("P:")))
				name = value;
			else if (bytes_starts(line, BYTES("V:")))
				version = value;
			else if (bytes_starts(line, BYTES("A:")))
				architecture = value;
		}
		bytes paragraph = trimmed(bytes_slice(from, 0, from.n - text.n));

		if (paragraph.n > 0 && fate_of(f, name, version, architecture) != SELECT_GONE &&
		    keep(f, paragraph, e) < 0)
			return -1;
	}
	/* apk ends each paragraph with an empty line, the last one too */
	return f->out->n > 0 ? buf_append(f->out, BYTES("\n"), e) : 0;
}

static bool rpm_stays(void *ctx, const struct database_package *p)
{
	return fate_of(ctx, p->name, p->version, p->architecture) != SELECT_GONE;
}

int database_filter(const struct database *d, struct arena *a, buf *out, err *e)
{
	struct filtering f = { .arena = a, .out = out };

	map_init(&f.fates, a);
	for (size_t i = 0; i < d->packages.len; i++) {
		struct database_package *p = &d->packages.items[i];

		*map_put(&f.fates, key_of(a, p->name, p->version, p->architecture)) = p;
	}
	struct database_rpm r = {
		.file = d->file, .stays = rpm_stays, .ctx = &f, .left = LIMIT_RPM_STAYING
	};

	switch (d->form) {
	case DATABASE_DPKG: return filter_dpkg(&f, d->text, e);
	case DATABASE_APK: return filter_apk(&f, d->text, e);
	case DATABASE_RPM_SQLITE: return database_rpm_sqlite(&r, a, out, e);
	case DATABASE_RPM_NDB: return database_rpm_ndb(&r, a, out, e);
	case DATABASE_RPM_BDB: return database_rpm_bdb(&r, a, out, e);
	}
	return err_set(e, ERR_BUG, 0, "a database of no form");
}

/* -- to the worker ----------------------------------------------------------------------------- */

void database_pack(const struct database *d, buf *out)
{
	pack_u64(out, d->form);
	pack_u64(out, d->packages.len);
	for (size_t i = 0; i < d->packages.len; i++) {
		const struct database_package *p = &d->packages.items[i];

		pack_bytes(out, p->name);
		pack_bytes(out, p->version);
		pack_bytes(out, p->architecture);
		pack_u64(out, p->fate);
	}
	pack_bytes(out, d->text);
}

bool database_unpack(bytes in, struct arena *a, struct database *out)
{
	uint64_t form, count, fate;

	*out = (struct database){ 0 };
	if (!pack_take_u64(&in, DATABASE_RPM_BDB, &form) || !pack_take_u64(&in, LIMIT_PACKAGES, &count))
		return false;
	out->form = (enum database_form)form;
	for (uint64_t i = 0; i < count; i++) {
		struct database_package *p = ARENA_PUSH(a, &out->packages);

		if (!pack_take_bytes(&in, LIMIT_PACKAGE_FIELD, &p->name) ||
		    !pack_take_bytes(&in, LIMIT_PACKAGE_FIELD, &p->version) ||
		    !pack_take_bytes(&in, LIMIT_PACKAGE_FIELD, &p->architecture) ||
		    !pack_take_u64(&in, SELECT_PRESENT, &fate))
			return false;
		p->fate = (enum select_fate)fate;
	}
	return pack_take_bytes(&in, LIMIT_KEEP, &out->text) && in.n == 0;
}
