/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_update.h"

#include "base/limits.h"
#include "base/text.h"
#include "flow/db_update_base.h"
#include "sys/file.h"
#include "vuln/shipped.h"

#include <dirent.h>
#include <unistd.h>

/* PATH.feeds/made: the database and the documents it was made from. */
#define MADE_MOST (1 * MIB)

struct gathering {
	const struct db_update_options *options;
	struct db_update_result *result;
	struct arena *arena;
	const char *folder;
	bool any_new;
	bytes down; /* the host that did not answer; empty: none */
	struct {
		const struct source_document **items; /* of each input; NULL: none */
		size_t len, cap;
	} of;
	struct db_inputs inputs;
};

/* Ends the build before it has begun: everything is as it was. */
static const char all_the_same[] = "everything is as it was";

const char *db_documents_folder(const char *path, struct arena *a)
{
	return arena_printf(a, "%s.feeds", path);
}

static void note(const struct db_update_options *o, const char *about, const char *text)
{
	if (o->note)
		o->note(o->ctx, about, text);
}

/* -- what it was made from --------------------------------------------------------------------- */

static int document_digest(const char *path, digest *out, err *e)
{
	auto_fd fd = file_open_read(path, e);

	return fd < 0 ? -1 : update_digest(fd, DIGEST_SHA256, out, e);
}

/* made_text(g, out, e): what "made" says when the database in use is of these documents as they
 * are here; -1 when there is none. Their digests: an update that ended early leaves newer documents
 * than the database is of. */
static int made_text(const struct gathering *g, bytes *out, err *e)
{
	buf text = BUF_INIT(MADE_MOST);
	struct database *db;
	int result = 0;

	if (database_open(g->options->place.path, &db, e) < 0)
		return -1;
	digest d = database_digest(db);

	database_close(db);
	buf_printf(&text, "oakum " OAKUM_VERSION "\n%s\n", DIGEST_TEXT(&d));
	for (size_t i = 0; i < g->inputs.len && result == 0; i++) {
		const struct source_document *doc = g->of.items[i];

		result = document_digest(g->inputs.items[i].path, &d, e);
		buf_printf(&text, "%s %s " PRIb "\n", DIGEST_TEXT(&d), doc ? doc->name : "",
		           BYTESF(bytes_slice(bytes_str(doc ? doc->url : ""), 0, 4096)));
	}
	*out = arena_bytes(g->arena, buf_bytes(&text));
	buf_done(&text);
	return result;
}

static const char *made_path(const struct gathering *g)
{
	return arena_printf(g->arena, "%s/made", g->folder);
}

static bool is_made_already(const struct gathering *g)
{
	bytes want, have;
	err none = { 0 }; /* then it is made anew */

	return made_text(g, &want, &none) == 0 &&
	       file_read_all(made_path(g), MADE_MOST, g->arena, &have, &none) == 0 &&
	       bytes_equal(want, have);
}

/* Only to save work: a failure is none of the update. */
static void keep_made(const struct gathering *g)
{
	bytes text;
	err none = { 0 };

	if (made_text(g, &text, &none) == 0)
		(void)file_write_atomic(made_path(g), text, 0644, &none);
}

/* -- documents --------------------------------------------------------------------------------- */

static void add_input(struct gathering *g, enum feed_kind kind, const char *path, int64_t date,
                      const struct source_document *doc)
{
	*ARENA_PUSH(g->arena, &g->inputs) = (struct db_input){ kind, path, date };
	*ARENA_PUSH(g->arena, &g->of) = doc;
}

static bytes host_of(const char *url)
{
	bytes rest = bytes_str(url), host = { 0 };
	size_t scheme = bytes_search(rest, BYTES("://"));

	rest = bytes_skip(rest, scheme < rest.n ? scheme + 3 : 0);
	(void)bytes_take_until(&rest, '/', &host); /* an address without a path is all host */
	return host;
}

/* --mirror HOST=PLACE: read from PLACE what HOST has. */
static const char *mirrored(const struct gathering *g, const char *url)
{
	bytes host = host_of(url), rest = bytes_str(url);
	size_t at = (size_t)(host.p - rest.p);

	for (const char *const *m = g->options->registry.mirrors; m && *m; m++) {
		bytes place = bytes_str(*m), of;

		if (bytes_take_until(&place, '=', &of) && bytes_equal(of, host))
			return arena_printf(g->arena, PRIb PRIb PRIb, BYTESF(bytes_slice(rest, 0, at)),
			                    BYTESF(place), BYTESF(bytes_skip(rest, at + host.n)));
	}
	return url;
}

/* take_kept(g, doc, e): the earlier document, and what happened; -1 when there is none. */
static int take_kept(struct gathering *g, const struct source_document *doc, err *e)
{
	struct update_feed f;

	if (!update_feed_kept(doc, g->folder, g->arena, &f))
		return err_wrap(e, "feed");
	if (e->kind == ERR_NET)
		g->down = host_of(doc->url);
	const char *age = f.modified > 0 ? arena_printf(g->arena, " of %s", DATE_TEXT(f.modified)) : "";

	note(g->options, "feed",
	     arena_printf(g->arena, "%s; the one from before%s is taken", e->text, age));
	err_clear(e); /* told, and counted */
	g->result->failed++;
	add_input(g, doc->kind, f.path, f.modified, doc);
	return 0;
}

static int fetch(struct gathering *g, struct registry *r, const struct source_document *doc, err *e)
{
	const struct db_update_options *o = g->options;
	struct source_document from = { doc->name, doc->kind, mirrored(g, doc->url) };
	struct update_feed f;
	int result = 0;

	if (g->down.n > 0 && bytes_equal(g->down, host_of(doc->url)))
		result = err_set(e, ERR_NET, 0, "%s: %s did not answer", doc->name, SHOW(g->down));
	else
		result = update_feed(r, &from, g->folder, &o->moved, g->arena, &f, e);
	if (result < 0)
		return e->kind == ERR_USAGE ? -1 : take_kept(g, doc, e);
	g->result->fetched += f.octets;
	g->any_new |= !f.unchanged;
	add_input(g, doc->kind, f.path, f.modified, doc);
	return 0;
}

/* What cve.json said until this program was made: nothing else says which part of .NET has what. */
static int add_shipped(struct gathering *g, err *e)
{
	const char *path = arena_printf(g->arena, "%s/dotnet-shipped", g->folder);

	add_input(g, FEED_DOTNET, path, 0, NULL);
	return file_write_atomic(path, bytes_str(shipped_record), 0644, e);
}

static int gather(void *ctx, struct db_inputs *out, err *e)
{
	struct gathering *g = ctx;
	const struct db_update_options *o = g->options;
	struct registry *r;

	if (registry_open(&o->registry, &r, e) < 0)
		return -1;
	int result = add_shipped(g, e);

	for (size_t i = 0; i < o->documents.len && result == 0; i++)
		result = fetch(g, r, &o->documents.items[i], e);
	registry_close(r);
	if (result == 0 && !g->any_new && is_made_already(g)) {
		g->result->unchanged = true;
		result = err_set(e, ERR_ABSENT, 0, all_the_same);
	}
	*out = g->inputs;
	return result;
}

/* It came whole and is no feed all the same. */
static void failed(void *ctx, const struct db_input *input)
{
	struct gathering *g = ctx;
	const struct source_document *doc = g->of.items[input - g->inputs.items];

	if (doc)
		update_feed_forget(doc, g->folder, g->arena);
}

static void fault(void *ctx, const char *document, const char *where, const char *what)
{
	const struct gathering *g = ctx;

	if (g->options->fault)
		g->options->fault(g->options->ctx, document, where, what);
}

/* Drafts of an update that was killed; nobody else writes here while the lock is ours. */
static void sweep(const char *folder)
{
	DIR *dir = opendir(folder);

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (bytes_starts(bytes_str(entry->d_name), BYTES(".oakum-")))
			(void)unlinkat(dirfd(dir), entry->d_name, 0); /* a left-over is no harm */
	if (dir)
		closedir(dir);
}

static int update_from_feeds(const struct db_update_options *o, struct arena *a,
                             struct db_update_result *out, err *e)
{
	struct gathering g = { .options = o, .result = out, .arena = a };
	const char *draft;

	g.folder = db_documents_folder(o->place.path, a);
	draft = arena_printf(a, "%s/database", g.folder);
	if (file_make_dirs(g.folder, 0755, e) < 0)
		return -1;
	sweep(g.folder);
	const struct db_build_options build = { .out = draft,
		                                    .timeout_ms = o->timeout_ms,
		                                    .not_after = o->place.now,
		                                    .gather = gather,
		                                    .failed = failed,
		                                    .fault = fault,
		                                    .ctx = &g };
	int result = db_build(&build, e);

	if (out->unchanged) {
		err_clear(e); /* it was none */
		return 0;
	}
	if (result == 0 && db_adopt(draft, &o->place, e) < 0)
		result = err_wrap(e, "the database of these feeds");
	if (result < 0)
		(void)unlink(draft); /* a left-over is no harm */
	else
		keep_made(&g);
	return result;
}

/* -- either ------------------------------------------------------------------------------------ */

static void say_waiting(void *ctx)
{
	const struct db_update_options **o = ctx;

	note(*o, (*o)->place.path, "another update is at work here; waiting for its end");
}

int db_update(const struct db_update_options *o, struct arena *a, struct db_update_result *out,
              err *e)
{
	struct db_update_result result = { 0 };
	auto_fd lock = file_lock(o->place.path, o->timeout_ms, say_waiting, &o, e);

	if (lock < 0)
		return -1;
	int status = o->from ? db_update_base(o, a, &result, e) : update_from_feeds(o, a, &result, e);

	*out = result;
	return status;
}
