/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 as tag-value: "Tag: value" lines, "<text>" and "</text>" around what has several
 * (chapter 6 and annex of tag-value in 2.3). A tag belongs to what was named last: the document, a
 * package, a file, a snippet, a licence. */
#include "sbom/reader.h"

#include "base/limits.h"
#include "base/text.h"

/* The longest tag that there is has 30 letters. */
#define TAG_MAX 64

enum about { ABOUT_DOCUMENT, ABOUT_PACKAGE, ABOUT_LICENCE, ABOUT_OTHER };

struct tags {
	struct reader *r;
	enum about about;
	struct sbom_package p; /* in hand */
	bytes id, concluded, licence_id, licence_text;
	buf checksums, creators;
	buf tag, value; /* of the line in hand; tag is empty between values */
};

/* -- what is in hand ends ---------------------------------------------------------------------- */

static int settle(struct tags *t, err *e)
{
	struct reader *r = t->r;
	int result = 0;

	if (t->about == ABOUT_PACKAGE) {
		if (t->p.licence.text.n == 0)
			t->p.licence.text = t->concluded;
		reader_check_expression(r, t->p.licence.text);
		t->p.checksums = buf_bytes(&t->checksums);
		result = reader_add(r, t->id, &t->p, e);
	} else if (t->about == ABOUT_LICENCE && t->licence_id.n > 0) {
		result = reader_text(r, t->licence_id, t->licence_text, e);
	}
	arena_reset(&r->scratch);
	buf_clear(&t->checksums);
	t->p = (struct sbom_package){ .layer = SBOM_NO_LAYER };
	t->id = t->concluded = t->licence_id = t->licence_text = (bytes){ NULL, 0 };
	return result;
}

static bytes kept(struct tags *t, bytes value)
{
	return arena_bytes(&t->r->scratch, value);
}

/* -- tags -------------------------------------------------------------------------------------- */

/* "PACKAGE-MANAGER purl pkg:deb/…" */
static void take_reference(struct tags *t, bytes value)
{
	bytes category, type;

	if (!bytes_take_until(&value, ' ', &category) || !bytes_take_until(&value, ' ', &type))
		return;
	if (bytes_is(type, "purl") && t->p.purl.n == 0)
		t->p.purl = kept(t, value);
	else if (bytes_is(type, "cpe23Type") && t->p.cpe.n == 0)
		t->p.cpe = kept(t, value);
}

static bool take_of_package(struct tags *t, bytes tag, bytes value)
{
	const struct {
		const char *tag;
		bytes *into;
		bool said;
	} texts[] = {
		{ "SPDXID", &t->id, false },
		{ "PackageVersion", &t->p.version, false },
		{ "PackageSupplier", &t->p.supplier, true },
		{ "PackageOriginator", &t->p.originator, true },
		{ "PackageDownloadLocation", &t->p.download, true },
		{ "PackageHomePage", &t->p.homepage, true },
		{ "PackageLicenseDeclared", &t->p.licence.text, true },
		{ "PackageLicenseConcluded", &t->concluded, true },
		{ "PackageCopyrightText", &t->p.copyright, true },
		{ "PackageDescription", &t->p.description, false },
	};
	bytes algorithm;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (bytes_is(tag, texts[i].tag)) {
			*texts[i].into = kept(t, texts[i].said ? reader_said(value) : value);
			return true;
		}
	if (bytes_is(tag, "ExternalRef"))
		take_reference(t, value);
	else if (bytes_is(tag, "PrimaryPackagePurpose"))
		t->p.kind = reader_purpose(value);
	else if (bytes_is(tag, "PackageSourceInfo"))
		reader_source_info(t->r, kept(t, value), &t->p);
	else if (bytes_is(tag, "PackageComment"))
		reader_comment(kept(t, value), &t->p);
	else if (bytes_is(tag, "PackageChecksum") && bytes_take_until(&value, ':', &algorithm))
		sbom_checksum_put(&t->checksums, algorithm, bytes_trim(value));
	else
		return false;
	return true;
}

static void take_of_document(struct tags *t, bytes tag, bytes value)
{
	struct reader *r = t->r;

	if (bytes_is(tag, "SPDXVersion"))
		r->spdx_version = reader_keep(r, value);
	else if (bytes_is(tag, "DocumentName"))
		r->out->bill.name = reader_keep(r, value);
	else if (bytes_is(tag, "Created"))
		/* A time that is none stays 0: it is the document's, not the image's. */
		(void)!text_from_date(value, &r->out->bill.created);
	else if (bytes_is(tag, "Creator") && value.n < LIMIT_PACKAGE_FIELD &&
	         t->creators.n < LIMIT_PACKAGE_FIELD) {
		buf_put(&t->creators, value);
		buf_putc(&t->creators, '\n');
	}
}

/* "SPDXRef-a DEPENDS_ON SPDXRef-b", about anything, said anywhere. */
static int take_relationship(struct tags *t, bytes value, err *e)
{
	bytes from, type;

	if (!bytes_take_until(&value, ' ', &from) || !bytes_take_until(&value, ' ', &type))
		return err_set(e, ERR_FORMAT, 0, "a relationship without its three parts");
	return reader_relation(t->r, from, type, bytes_trim(value), e);
}

static int take_tag(struct tags *t, bytes tag, bytes value, err *e)
{
	static const struct {
		const char *tag;
		enum about about;
	} begins[] = { { "PackageName", ABOUT_PACKAGE },
		           { "FileName", ABOUT_OTHER },
		           { "SnippetSPDXID", ABOUT_OTHER },
		           { "SnippetSPDXIdentifier", ABOUT_OTHER },
		           { "LicenseID", ABOUT_LICENCE } };

	if (bytes_is(tag, "Relationship"))
		return take_relationship(t, value, e);
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		if (!bytes_is(tag, begins[i].tag))
			continue;
		if (settle(t, e) < 0)
			return -1;
		t->about = begins[i].about;
		t->p.name = kept(t, value);
		t->licence_id = t->p.name;
		return 0;
	}
	if (t->about == ABOUT_PACKAGE)
		(void)take_of_package(t, tag, value); /* a tag that we do not keep */
	else if (t->about == ABOUT_DOCUMENT)
		take_of_document(t, tag, value);
	else if (t->about == ABOUT_LICENCE && bytes_is(tag, "ExtractedText"))
		t->licence_text = kept(t, value);
	return 0;
}

/* -- lines ------------------------------------------------------------------------------------- */

/* next_line(source, window, at, out, e): the next line, that ends within LIMIT_SBOM_ITEM; 1, 0 at
 * the end, -1. What has been taken from the window is dropped when more is needed. */
static int next_line(const struct sbom_source *source, buf *window, size_t *at, bytes *out, err *e)
{
	for (size_t looked = 0;;) {
		bytes rest = bytes_skip(buf_bytes(window), *at), more;
		size_t n = looked + bytes_find(bytes_skip(rest, looked), '\n');

		if (n < rest.n) {
			*out = bytes_slice(rest, 0, n);
			*at += n + 1;
			return 1;
		}
		looked = rest.n;
		if (rest.n > LIMIT_SBOM_ITEM)
			return err_set(e, ERR_LIMIT, 0, "a line of more than %u MiB",
			               (unsigned)(LIMIT_SBOM_ITEM / MIB));
		if (rest.n > 0)
			memmove(window->p, rest.p, rest.n);
		window->n = rest.n;
		*at = 0;
		if (source->more(source->ctx, &more, e) < 0)
			return -1;
		if (more.n == 0) {
			*out = buf_bytes(window);
			*at = window->n;
			return out->n > 0;
		}
		if (more.n > LIMIT_SBOM_ITEM + LIMIT_JSON_TOKEN - window->n)
			return err_set(e, ERR_LIMIT, 0, "a piece that is too large");
		buf_put(window, more);
	}
}

/* A value that begins with <text> goes on until </text>, over lines. So much of it has been looked
 * at already. */
static bool is_whole(bytes value, size_t looked)
{
	const size_t across = sizeof("</text>") - 2; /* octets of a mark that is not whole yet */

	if (!bytes_starts(value, BYTES("<text>")))
		return true;
	value = bytes_skip(value, looked > across ? looked - across : 0);
	return bytes_search(value, BYTES("</text>")) < value.n;
}

/* Tags are case-sensitive and begin their line. One that only looks like one that we keep would
 * hide a package. */
static bool is_tag(bytes name)
{
	static const char *const kept_tags[] = {
		"SPDXVersion", "DocumentName", "Created", "Creator", "PackageName", "SPDXID",
		"PackageVersion", "PackageSupplier", "PackageOriginator", "PackageDownloadLocation",
		"PackageHomePage", "PackageLicenseDeclared", "PackageLicenseConcluded",
		"PackageCopyrightText", "PackageDescription", "ExternalRef", "PrimaryPackagePurpose",
		"PackageSourceInfo", "PackageComment", "PackageChecksum", "Relationship", "FileName",
		"SnippetSPDXID", "LicenseID", "ExtractedText",
	};

	if (name.n == 0 || name.n > TAG_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		bool upper = name.p[i] >= 'A' && name.p[i] <= 'Z';

		if (!upper && (i == 0 || name.p[i] < 'a' || name.p[i] > 'z') &&
		    (i == 0 || name.p[i] < '0' || name.p[i] > '9'))
			return false;
	}
	for (size_t i = 0; i < sizeof(kept_tags) / sizeof(*kept_tags); i++)
		if (bytes_equal_nocase(name, bytes_str(kept_tags[i])))
			return bytes_is(name, kept_tags[i]);
	return true;
}

static bytes without_marks(bytes value)
{
	if (bytes_take_prefix(&value, BYTES("<text>")))
		value.n = bytes_search(value, BYTES("</text>"));
	return value;
}

static int begin_value(struct tags *t, bytes line, err *e)
{
	bytes name = bytes_slice(line, 0, bytes_find(line, ':'));

	if (name.n == line.n || !is_tag(name))
		return err_set(e, ERR_FORMAT, 0, "'%s' is no tag and its value", SHOW(line));
	line = bytes_skip(line, name.n + 1);
	buf_put(&t->tag, name);
	buf_clear(&t->value);
	return buf_append(&t->value, bytes_trim(line), e);
}

static int go_on(struct tags *t, bytes line, err *e)
{
	return buf_append(&t->value, BYTES("\n"), e) < 0 ? -1 : buf_append(&t->value, line, e);
}

static int take_line(struct tags *t, bytes line, err *e)
{
	size_t looked = t->tag.n > 0 ? t->value.n : 0;
	int result;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (t->tag.n > 0)
		result = go_on(t, line, e);
	else if (bytes_trim(line).n == 0 || line.p[0] == '#')
		return 0;
	else
		result = begin_value(t, line, e);
	if (result < 0 || !is_whole(buf_bytes(&t->value), looked))
		return result;
	result = take_tag(t, buf_bytes(&t->tag), without_marks(buf_bytes(&t->value)), e);
	buf_clear(&t->tag);
	return result;
}

static int take_lines(struct tags *t, const struct sbom_source *source, err *e)
{
	buf window = BUF_INIT(SIZE_MAX / 2);
	size_t at = 0;
	bytes line = { NULL, 0 };
	int more;

	while ((more = next_line(source, &window, &at, &line, e)) > 0)
		if (take_line(t, line, e) < 0) {
			more = -1;
			break;
		}
	buf_done(&window);
	if (more == 0 && t->tag.n > 0)
		return err_set(e, ERR_FORMAT, 0, "a <text> without end");
	return more;
}

int tag_read(struct reader *r, const struct sbom_source *source, err *e)
{
	struct tags t = { .r = r,
		              .p = { .layer = SBOM_NO_LAYER },
		              .checksums = BUF_INIT(LIMIT_SBOM_ITEM),
		              .creators = BUF_INIT(SIZE_MAX / 2),
		              .tag = BUF_INIT(TAG_MAX),
		              .value = BUF_INIT(LIMIT_SBOM_ITEM) };
	int result = take_lines(&t, source, e);

	if (result == 0)
		result = settle(&t, e);
	r->out->creators = reader_keep(r, buf_bytes(&t.creators));
	buf_done(&t.checksums);
	buf_done(&t.creators);
	buf_done(&t.tag);
	buf_done(&t.value);
	return result;
}
