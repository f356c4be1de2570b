/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/ignore.h"

#include "base/text.h"

/* -- globs ------------------------------------------------------------------------------------- */

/* parts(pattern, path, row, ...): rows of "does the pattern's front fit the path's front", one
 * octet of the pattern after the other, so that no pattern takes more than its length times the
 * path's. */
struct glob {
	bytes path;
	bool *fits; /* fits[i]: what was read of the pattern fits path[0, i) */
};

static void star(struct glob *g, bool over_slashes)
{
	for (size_t i = 1; i <= g->path.n; i++)
		if (g->fits[i - 1] && (over_slashes || g->path.p[i - 1] != '/'))
			g->fits[i] = true;
}

static void one(struct glob *g, uint8_t c)
{
	for (size_t i = g->path.n; i > 0; i--) {
		uint8_t is = g->path.p[i - 1];

		g->fits[i] = g->fits[i - 1] && (c == '?' ? is != '/' : is == c);
	}
	g->fits[0] = false;
}

/* A folder "**" and its slash stand for nothing, too. */
static void any_folders(struct glob *g)
{
	bool before = false;

	for (size_t i = 0; i <= g->path.n; i++) {
		bool begun = g->fits[i];

		g->fits[i] = begun || (before && i > 0 && g->path.p[i - 1] == '/');
		before = before || begun;
	}
}

bool ignore_glob(bytes pattern, bytes path)
{
	bool row[4097] = { true };
	struct glob g = { path, row };

	if (path.n >= sizeof(row)) /* PATH_MAX: no such file */
		return false;
	while (pattern.n > 0) {
		if (bytes_take_prefix(&pattern, BYTES("**/"))) {
			any_folders(&g);
		} else if (bytes_take_prefix(&pattern, BYTES("**"))) {
			star(&g, true);
		} else if (bytes_take_prefix(&pattern, BYTES("*"))) {
			star(&g, false);
		} else {
			one(&g, pattern.p[0]);
			pattern = bytes_skip(pattern, 1);
		}
	}
	return row[path.n];
}

/* -- reading ----------------------------------------------------------------------------------- */

static void note(struct ignore_list *out, struct arena *a, const char *text)
{
	*ARENA_PUSH(a, &out->notes) = text;
}

/* Trivy: an entry counts until the instant it names, and a day alone is its beginning (UTC). */
static bool set_expiry(struct ignore_entry *entry, bytes date, int64_t now)
{
	int64_t end;

	if (!text_from_date(date, &end))
		return false;
	entry->expires = bytes_slice(date, 0, strlen("2026-12-31"));
	entry->expired = now > end;
	return true;
}

/* take_field(rest, out): the next run of anything but blanks. */
static bool take_field(bytes *rest, bytes *out)
{
	size_t n = 0;

	*rest = bytes_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	return n > 0 && bytes_take(rest, n, out);
}

static void read_line(bytes line, unsigned number, int64_t now, struct arena *a,
                      struct ignore_list *out)
{
	struct ignore_entry entry = { .kinds = IGNORE_ANY };
	bytes field, date;

	line = bytes_trim(bytes_slice(line, 0, bytes_find(line, '#')));
	if (!take_field(&line, &entry.id))
		return;
	while (take_field(&line, &field)) {
		date = field;
		if (!bytes_take_prefix(&date, BYTES("exp:"))) {
			note(out, a, arena_printf(a, "line %u: '%s' means nothing here", number, SHOW(field)));
		} else if (date.n != strlen("2026-12-31") || !set_expiry(&entry, date, now)) {
			note(out, a,
			     arena_printf(a, "line %u: '%s' is no exp:YYYY-MM-DD; the line does not count",
			                  number, SHOW(field)));
			return;
		}
	}
	*ARENA_PUSH(a, &out->entries) = entry;
}

static void texts(const struct yaml_node *list, struct arena *a, struct ignore_entry *entry,
                  bool purls)
{
	for (const struct yaml_node *n = yaml_items(list); n; n = n->next) {
		if (purls)
			*ARENA_PUSH(a, &entry->purls) = yaml_text(n);
		else
			*ARENA_PUSH(a, &entry->paths) = yaml_text(n);
	}
}

static void read_entry(const struct yaml_node *n, enum ignore_kind kind, int64_t now,
                       struct arena *a, struct ignore_list *out)
{
	struct ignore_entry entry = { .kinds = kind,
		                          .id = yaml_text(yaml_get(n, "id")),
		                          .statement = yaml_text(yaml_get(n, "statement")) };
	const struct yaml_node *expiry = yaml_get(n, "expired_at");

	if (entry.id.n == 0) {
		note(out, a, "an entry without an id does not count");
		return;
	}
	if (expiry && !set_expiry(&entry, yaml_text(expiry), now)) {
		note(out, a,
		     arena_printf(a, "%s: expired_at is no YYYY-MM-DD; the entry does not count",
		                  SHOW(entry.id)));
		return;
	}
	texts(yaml_get(n, "paths"), a, &entry, false);
	texts(yaml_get(n, "purls"), a, &entry, true);
	*ARENA_PUSH(a, &out->entries) = entry;
}

static int read_yaml(bytes text, int64_t now, struct arena *a, struct ignore_list *out, err *e)
{
	static const struct {
		const char *name;
		enum ignore_kind kind;
	} lists[] = { { "vulnerabilities", IGNORE_VULNERABILITY },
		          { "secrets", IGNORE_SECRET },
		          { "misconfigurations", IGNORE_SETTING } };
	struct yaml_file file;

	if (yaml_parse(text, a, &file, e) < 0)
		return -1;
	if (file.faults.len > 0)
		return err_set(e, ERR_FORMAT, 0, "%s", file.faults.items[0].message);
	for (size_t i = 0; i < file.documents.len; i++) {
		const struct yaml_node *root = file.documents.items[i].root, *n;

		for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++)
			for (n = yaml_items(yaml_get(root, lists[k].name)); n; n = n->next)
				read_entry(yaml_real(n), lists[k].kind, now, a, out);
	}
	return 0;
}

int ignore_read(bytes text, bool is_yaml, int64_t now, struct arena *a, struct ignore_list *out,
                err *e)
{
	bytes line;

	if (is_yaml)
		return read_yaml(text, now, a, out, e);
	for (unsigned number = 1; bytes_line(&text, &line); number++)
		read_line(line, number, now, a, out);
	return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

static bool any_path(const struct ignore_entry *entry, bytes path)
{
	for (size_t i = 0; i < entry->paths.len; i++)
		if (ignore_glob(entry->paths.items[i], path))
			return true;
	return entry->paths.len == 0;
}

static bool any_purl(const struct ignore_entry *entry, const struct purl *purl, struct arena *a)
{
	struct purl pattern;

	for (size_t i = 0; purl && i < entry->purls.len; i++)
		if (purl_parse(entry->purls.items[i], a, &pattern) && purl_covers(&pattern, purl, a))
			return true;
	return entry->purls.len == 0 || !purl;
}

const struct ignore_entry *ignore_find(const struct ignore_list *list, enum ignore_kind kind,
                                       bytes id, bytes path, const struct purl *purl,
                                       struct arena *a)
{
	for (size_t i = 0; i < list->entries.len; i++) {
		const struct ignore_entry *entry = &list->entries.items[i];

		if (entry->kinds & kind && !entry->expired && bytes_equal_nocase(entry->id, id) &&
		    any_path(entry, path) && any_purl(entry, purl, a))
			return entry;
	}
	return NULL;
}
