/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ignore.h"

#include "base/path.h"
#include "base/text.h"

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

/* A date that is none drops the line: what it meant to take away is told. */
static void read_oakum_line(bytes line, unsigned number, int64_t now, struct arena *a,
                            struct ignore_list *out)
{
	struct ignore_entry entry = { .kinds = IGNORE_SETTING };
	size_t sign = bytes_find(line, '#');
	bytes field;
	int64_t until;

	entry.statement = bytes_trim(bytes_skip(line, sign + 1));
	line = bytes_slice(line, 0, sign);
	if (!take_field(&line, &entry.id))
		return;
	while (take_field(&line, &field)) {
		if (!bytes_take_prefix(&field, BYTES("until:"))) {
			*ARENA_PUSH(a, &entry.paths) = field;
		} else if (text_from_date(field, &until)) {
			entry.expires = field;
			entry.expired = now >= until;
		} else {
			note(out, a,
			     arena_printf(a, "line %u: '%s' is no date; the line does not count", number,
			                  SHOW(field)));
			return;
		}
	}
	*ARENA_PUSH(a, &out->entries) = entry;
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

const char *ignore_file_name(enum ignore_form form)
{
	static const char *const names[] = { ".trivyignore", ".trivyignore.yaml", ".oakumignore" };

	return names[form];
}

int ignore_read(const struct ignore_file *file, int64_t now, struct arena *a,
                struct ignore_list *out, err *e)
{
	size_t first = out->entries.len;
	bytes text = file->text, line;

	if (file->form == IGNORE_TRIVY_YAML && read_yaml(text, now, a, out, e) < 0)
		return -1;
	for (unsigned n = 1; file->form != IGNORE_TRIVY_YAML && bytes_line(&text, &line); n++)
		(file->form == IGNORE_OAKUM ? read_oakum_line : read_line)(line, n, now, a, out);
	for (size_t i = first; i < out->entries.len; i++)
		out->entries.items[i].source = bytes_str(file->name);
	return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

static bool any_path(const struct ignore_entry *entry, bytes path)
{
	for (size_t i = 0; i < entry->paths.len; i++)
		if (path_fits(entry->paths.items[i], path))
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

bool ignore_covers(const struct ignore_entry *entry, enum ignore_kind kind, bytes path)
{
	return entry->kinds & kind && !entry->expired && any_path(entry, path);
}

const struct ignore_entry *ignore_find(const struct ignore_list *list, enum ignore_kind kind,
                                       bytes id, bytes path, const struct purl *purl,
                                       struct arena *a)
{
	for (size_t i = 0; i < list->entries.len; i++) {
		const struct ignore_entry *entry = &list->entries.items[i];

		if (ignore_covers(entry, kind, path) && bytes_equal_nocase(entry->id, id) &&
		    any_purl(entry, purl, a))
			return entry;
	}
	return NULL;
}
