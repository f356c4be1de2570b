/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/update.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "rule/update.h"
#include "version/version.h"

#define ONLY "VU001,VU002,VU003"
#define NAME_MOST 128 /* nuget.org takes 100 */
#define RUNTIME "Microsoft.NETCore.App.Runtime."
#define ASPNET "Microsoft.AspNetCore.App.Runtime."

struct wish { /* one package in one version */
	bytes name, from, to;
};

struct wishes {
	struct wish *items;
	size_t len, cap;
};

/* Names of an image go to the worker in lines: what is no name of NuGet's is none of ours. */
static bool is_plain(bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i], letter = c | 0x20;

		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && !memchr("._-+/", c, 5))
			return false;
	}
	return text.n > 0 && text.n <= NAME_MOST;
}

/* "1.2.3, 2.0.1": the first is the nearest. */
static bytes nearest(bytes fixed)
{
	return bytes_slice(fixed, 0, bytes_find(fixed, ','));
}

/* A wish must mend all findings of its version, so the highest of their nearest fixes counts. */
static void wish(struct wishes *list, struct arena *a, struct wish w)
{
	int order;

	if (!is_plain(w.name) || !is_plain(w.to))
		return;
	for (size_t i = 0; i < list->len; i++) {
		struct wish *old = &list->items[i];

		if (!bytes_equal_nocase(old->name, w.name) || !bytes_equal(old->from, w.from))
			continue;
		if (version_compare(VERSION_NUGET, old->to, w.to, &order) && order < 0)
			old->to = w.to;
		return;
	}
	if (list->len < LIMIT_DOTNET_LIBRARIES)
		*ARENA_PUSH(a, list) = w;
}

static void wish_found(const struct scan_page *page, struct arena *a, struct wishes *out)
{
	for (size_t i = 0; i < page->gate->found.len; i++) {
		const struct match *m = &page->gate->found.items[i].match;

		if (m->package->ecosystem == ECO_NUGET)
			wish(out, a, (struct wish){ m->package->name, m->package->version, nearest(m->fixed) });
	}
}

/* -- what tags name ---------------------------------------------------------------------------- */

/* The packages that advisories know a repository's content by. */
static int wish_of(struct database *db, const char *package, struct wish w, struct arena *a,
                   struct wishes *out, err *e)
{
	const struct package p = { .ecosystem = ECO_NUGET,
		                       .name = bytes_str(package),
		                       .version = w.from };
	struct matches matches = { 0 };

	if (match_package(db, &p, a, &matches, e) < 0)
		return err_wrap(e, "database");
	for (size_t i = 0; i < matches.found.len; i++) {
		w.to = nearest(matches.found.items[i].fixed);
		wish(out, a, w);
	}
	return 0;
}

static int wish_tag(struct database *db, const struct check_finding *f, struct arena *a,
                    struct wishes *out, err *e)
{
	const struct wish w = { bytes_str(f->object), bytes_str(f->field), { 0 } };
	bool is_sdk = bytes_is(w.name, UPDATE_SDK);

	if (is_sdk)
		return wish_of(db, "Microsoft.NET.Sdk", w, a, out, e);
	if (bytes_is(w.name, "dotnet/aspnet") && wish_of(db, ASPNET "linux-x64", w, a, out, e) < 0)
		return -1;
	return wish_of(db, RUNTIME "linux-x64", w, a, out, e);
}

/* -- asking and mending ------------------------------------------------------------------------ */

static int judge(struct check *files, const char *updates, enum rule_fix fix, struct arena *a,
                 err *e)
{
	const struct check_options options = { .job = { .only = ONLY, .updates = updates },
		                                   .fix = fix };

	return check_run(files, &options, a, e);
}

static const char *write_wishes(const struct wishes *list, struct arena *a)
{
	buf b = BUF_INIT(LIMIT_SETTINGS);

	for (size_t i = 0; i < list->len; i++)
		buf_printf(&b, PRIb " " PRIb "\n", BYTESF(list->items[i].name), BYTESF(list->items[i].to));
	const char *text = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return text;
}

static void take_rows(const struct check *files, struct arena *a, struct update *out)
{
	for (size_t i = 0; i < files->findings_len; i++) {
		const struct check_finding *f = &files->findings[i];

		if (f->fix != RULE_FIX_NONE && !f->suppressed_by)
			*ARENA_PUSH(a, &out->rows) = (struct update_row){ files->files[f->file].name, f->object,
				                                              f->field, f->container, f->at.line };
	}
}

/* -- what remains ------------------------------------------------------------------------------ */

static bool is_runtime(bytes name)
{
	return bytes_starts(name, BYTES(RUNTIME)) || bytes_starts(name, BYTES(ASPNET));
}

/* A row mends a finding when it changes its package, or the image that its runtime came with, to a
 * version that is not below the nearest fix. */
static bool mends(const struct update_row *row, const struct match *m)
{
	bytes name = bytes_str(row->name);
	bool is_image = bytes_starts(name, BYTES(UPDATE_IMAGE_FRONT));
	int order;

	if (is_image ? !is_runtime(m->package->name) || !bytes_is(m->package->version, row->from)
	             : !bytes_equal_nocase(m->package->name, name))
		return false;
	return version_compare(VERSION_NUGET, bytes_str(row->to), nearest(m->fixed), &order) &&
	       order >= 0;
}

static void predict(const struct scan_page *page, struct update *out)
{
	for (size_t i = 0; i < page->gate->found.len; i++) {
		const struct match *m = &page->gate->found.items[i].match;
		bool gone = false;

		for (size_t k = 0; k < out->rows.len && m->fixed.n > 0; k++)
			gone |= mends(&out->rows.items[k], m);
		if (gone)
			out->gone++;
		else if (m->fixed.n == 0)
			out->unfixed++;
		else if (scan_is_system(m->package))
			out->of_system++;
		else
			out->of_others++;
	}
}

int update_make(const char *const *paths, size_t len, const struct scan_page *page,
                struct database *db, struct arena *a, struct update *out, err *e)
{
	struct wishes wishes = { 0 };
	struct check files;

	*out = (struct update){ 0 };
	if (check_gather(paths, len, a, &files, e) < 0 || judge(&files, "", RULE_FIX_NONE, a, e) < 0)
		return -1;
	wish_found(page, a, &wishes);
	for (size_t i = 0; i < files.findings_len; i++)
		if (wish_tag(db, &files.findings[i], a, &wishes, e) < 0)
			return -1;
	const char *text = write_wishes(&wishes, a);

	if (wishes.len > 0) { /* an empty text would ask again */
		if (judge(&files, text, RULE_FIX_NONE, a, e) < 0)
			return -1;
		take_rows(&files, a, out);
		if (judge(&files, text, RULE_FIX_REVIEW, a, e) < 0)
			return -1;
	}
	out->files = files;
	predict(page, out);
	return 0;
}
