/* SPDX-License-Identifier: Apache-2.0 */
/* debian_copyright - the licences of Debian packages: usr/share/doc/NAME/copyright.
 *
 * Debian Policy 12.5: each package has this file; no field of its control file says a licence. In
 * the machine-readable form (copyright-format 1.0) the licence of the package is that of its Files
 * paragraphs together, each "License: SHORT-NAME"; where there are none, all that it names. Older
 * files are prose that ends in "the full text is in /usr/share/common-licenses/GPL-2": the names of
 * those texts count, with the "version 2 or any later version" that stands before them.
 * The file speaks of the source, which may hold more than this binary package does. */
#include "catalog/catalogers.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/pack.h"
#include "base/path.h"
#include "model/licence.h"

#define DOCUMENTS "usr/share/doc"
/* Longer than the short names with exceptions that are in use, shorter than a line of a licence
 * that somebody wrote where its name belongs. */
#define SHORT_NAME_MAX 64

static struct want want(const struct entry *entry)
{
	bytes dir = path_dir(entry->path);
	bool wanted = bytes_is(path_base(entry->path), "copyright") &&
	              bytes_is(path_dir(dir), DOCUMENTS);

	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

/* -- in the worker ----------------------------------------------------------------------------- */

struct licences {
	struct arena *scratch;
	struct map seen;
	buf joined; /* licences that all hold, SPDX 2.3 annex D */
	size_t parts;
	bool full;
};

/* add(l, name): in SPDX's words where it has them, so that GPL-2+ and GPL-2.0+ are one. */
static void add(struct licences *l, bytes name)
{
	if (name.n == 0 || l->full || map_get(&l->seen, name))
		return;
	l->full = name.n > LIMIT_PACKAGE_FIELD;
	if (l->full)
		return;
	*map_put(&l->seen, name) = l;
	struct licence licence = licence_of(name, l->scratch);

	if (licence.kind == LICENCE_TEXT && name.n > SHORT_NAME_MAX)
		return;
	if (!bytes_equal(licence.text, name)) {
		if (map_get(&l->seen, licence.text))
			return;
		*map_put(&l->seen, licence.text) = l;
	}
	bool choice = licence.kind != LICENCE_ID && bytes_find(licence.text, ' ') < licence.text.n;

	buf_printf(&l->joined, "%s%s" PRIb "%s", l->joined.n > 0 ? " AND " : "", choice ? "(" : "",
	           BYTESF(licence.text), choice ? ")" : "");
	l->parts++;
	l->full = l->joined.n > LIMIT_PACKAGE_FIELD;
}

/* all(l): what was joined; what stands alone needs no parentheses. */
static bytes all(const struct licences *l)
{
	bytes text = buf_bytes(&l->joined);

	if (l->parts == 1 && bytes_starts(text, BYTES("(")))
		text = bytes_slice(text, 1, text.n - 2);
	return text;
}

/* take_field(line, name): drop a field's name in front. */
static bool take_field(bytes *line, bytes name)
{
	if (!bytes_equal_nocase(bytes_slice(*line, 0, name.n), name))
		return false;
	*line = bytes_trim(bytes_skip(*line, name.n));
	return true;
}

/* add_names(l, names): "A and B" are two of what is joined; the other operators of copyright-format
 * 1.0 section 7.2 ("or", a comma that binds less) stay within one part. */
static void add_names(struct licences *l, bytes names)
{
	static const bytes both = BYTES_INIT(" and ");
	bool plain = bytes_search(names, BYTES(" or ")) == names.n && bytes_find(names, ',') == names.n;

	for (size_t at; plain && (at = bytes_search(names, both)) < names.n;) {
		add(l, bytes_trim(bytes_slice(names, 0, at)));
		names = bytes_trim(bytes_skip(names, at + both.n));
	}
	add(l, names);
}

/* add_fields(l, rest, every): the License of each paragraph that has Files, or of all. */
static void add_fields(struct licences *l, bytes rest, bool every)
{
	bytes line, licence = BYTES("");
	bool files = every;

	while (bytes_line(&rest, &line)) {
		if (bytes_trim(line).n == 0) {
			licence = BYTES("");
			files = every;
		} else if (take_field(&line, BYTES("License:"))) {
			licence = line;
		} else if (take_field(&line, BYTES("Files:"))) {
			files = true;
		}
		if (files)
			add_names(l, licence);
	}
}

/* What prose has said since the last text it named. */
struct notice {
	bytes number; /* "2" of "version 2 of the License" */
	bool later;   /* "or any later version" */
	bool named;   /* a text, in this paragraph or the one before */
	bytes last;   /* word */
};

static bytes word_of(bytes word, const char *letters)
{
	size_t n = 0;

	while (n < word.n && memchr(letters, word.p[n], strlen(letters)))
		n++;
	word = bytes_slice(word, 0, n);
	while (bytes_ends(word, BYTES(".")))
		word.n--;
	return word;
}

/* add_text(l, notice, name): "GPL-2", "LGPL", "Apache-2.0". Of the GNU licences the text alone does
 * not tell whether later versions may be chosen, and "GPL" is a link to the newest of them. */
static void add_text(struct licences *l, const struct notice *notice, bytes name)
{
	bool versioned = bytes_find(name, '-') < name.n;
	bytes number = versioned ? BYTES("") : notice->number;

	if (bytes_search(name, BYTES("GPL")) < name.n || bytes_starts(name, BYTES("GFDL"))) {
		bytes full = bytes_str(arena_printf(
			l->scratch, PRIb "%s" PRIb "%s", BYTESF(name), number.n > 0 ? "-" : "",
			BYTESF(number), notice->later && (versioned || number.n > 0) ? "+" : ""));

		/* "version 3.1" is that of something else: an exception, the program. */
		if (versioned || licence_of(full, l->scratch).kind == LICENCE_ID)
			name = full;
	}
	add(l, name);
}

static void read_word(struct licences *l, struct notice *notice, bytes word)
{
	static const bytes folder = BYTES_INIT("common-licenses/");
	size_t at = bytes_search(word, folder);
	bytes name = word_of(bytes_skip(word, at + folder.n),
	                     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

	if (at < word.n) {
		if (name.n > 0)
			add_text(l, notice, name);
		notice->named = true;
	} else if (bytes_equal_nocase(notice->last, BYTES("version"))) {
		bytes number = word_of(word, "0123456789.");

		notice->number = number.n > 0 ? number : notice->number;
	} else if (bytes_equal_nocase(notice->last, BYTES("later"))) {
		notice->later |= bytes_equal_nocase(bytes_slice(word, 0, 7), BYTES("version"));
	}
	notice->last = word;
}

static void add_prose(struct licences *l, bytes rest)
{
	struct notice notice = { 0 };
	bytes line, word;

	while (bytes_line(&rest, &line)) {
		line = bytes_trim(line);
		if (line.n == 0 && notice.named)
			notice = (struct notice){ 0 };
		for (; line.n > 0; line = bytes_trim(line)) {
			size_t end = 0;

			while (end < line.n && line.p[end] != ' ' && line.p[end] != '\t')
				end++;
			word = bytes_slice(line, 0, end);
			line = bytes_skip(line, end);
			read_word(l, &notice, word);
		}
	}
}

static bool is_machine_readable(bytes body)
{
	return take_field(&body, BYTES("Format:")) || take_field(&body, BYTES("Format-Specification:"));
}

static int inspect(struct inspection *in, err *e)
{
	/* One name more than fits, four times as long in SPDX's words (model/licence.c). */
	struct licences l = { .scratch = in->scratch, .joined = BUF_INIT(6 * LIMIT_PACKAGE_FIELD) };
	buf out = BUF_INIT(LIMIT_PACKAGE_FIELD + 16);

	(void)e;
	map_init(&l.seen, in->scratch);
	if (is_machine_readable(in->body)) {
		add_fields(&l, in->body, false);
		if (l.parts == 0)
			add_fields(&l, in->body, true);
	} else {
		add_prose(&l, in->body);
	}
	if (l.full) {
		inspection_gap(in, "more than %u octets of licence names: not listed",
		               (unsigned)LIMIT_PACKAGE_FIELD);
	} else if (l.parts > 0) {
		pack_bytes(&out, all(&l));
		inspection_item(in, buf_bytes(&out));
	}
	buf_done(&out);
	buf_done(&l.joined);
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* take_licences(image, a, facts, out): by the node of the file, hidden or not. */
static void take_licences(struct image *image, struct arena *a, struct facts *facts,
                          struct map *out)
{
	const struct image_item *item;
	size_t at = 0;

	map_init(out, a);
	while ((item = facts_next_item(image, catalog_debian_copyright.inspector.id, &at))) {
		bytes payload = item->payload, *text = arena_new(a, bytes);

		if (!pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, text) || payload.n > 0)
			facts_gap(facts, a, item, "the evidence of this file cannot be read");
		else
			*map_put(out, bytes_of(&item->node, sizeof(item->node))) = text;
	}
}

/* A package's folder may be a link to that of another one of the same source (Policy 12.5). */
static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct map licences;

	(void)e;
	take_licences(image, a, facts, &licences);
	for (size_t i = 0; licences.len > 0 && i < facts->packages.len; i++) {
		struct package *p = &facts->packages.items[i];

		if (p->ecosystem != ECO_DEB || p->hidden || p->licence.n > 0)
			continue;
		bytes path = bytes_str(
			arena_printf(a, DOCUMENTS "/" PRIb "/copyright", BYTESF(p->name)));
		uint32_t node = tree_find(image->tree, path, true);
		const bytes *text = map_get(&licences, bytes_of(&node, sizeof(node)));

		if (text)
			p->licence = *text;
	}
	return 0;
}

const struct cataloger catalog_debian_copyright = {
	.inspector = { .name = "debian-copyright",
	               .id = 6,
	               .version = 1,
	               .want = want,
	               .inspect = inspect },
	.collect = collect,
};
