/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dpkg.h"

#include "base/limits.h"

static const struct field {
	bytes key;
	size_t offset;
	bool folded; /* may run over several lines and be long */
} fields[] = {
	{ BYTES_INIT("Package"), offsetof(struct dpkg_stanza, package), false },
	{ BYTES_INIT("Version"), offsetof(struct dpkg_stanza, version), false },
	{ BYTES_INIT("Architecture"), offsetof(struct dpkg_stanza, architecture), false },
	{ BYTES_INIT("Source"), offsetof(struct dpkg_stanza, source), false },
	{ BYTES_INIT("Status"), offsetof(struct dpkg_stanza, status), false },
	{ BYTES_INIT("Maintainer"), offsetof(struct dpkg_stanza, maintainer), false },
	{ BYTES_INIT("Pre-Depends"), offsetof(struct dpkg_stanza, pre_depends), true },
	{ BYTES_INIT("Depends"), offsetof(struct dpkg_stanza, depends), true },
	{ BYTES_INIT("Provides"), offsetof(struct dpkg_stanza, provides), true },
};

/* read_field(line, out, folded): one "Name: value" line; what is wrong with it, or NULL. *folded is
 * the field whose value may go on in the next line. */
static const char *read_field(bytes line, struct dpkg_stanza *out, bytes **folded)
{
	size_t colon = bytes_find(line, ':');
	bytes key = bytes_slice(line, 0, colon);
	bytes value = bytes_trim(bytes_skip(line, colon + 1));

	*folded = NULL;
	if (key.n == 0 || key.n == line.n)
		return "no field";
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		bytes *field = (bytes *)((char *)out + fields[i].offset);

		if (!bytes_equal_nocase(key, fields[i].key))
			continue;
		if (field->n > 0)
			return "a field that is there twice"; /* which one counts? dpkg refuses as well */
		if (value.n > LIMIT_PACKAGE_FIELD && !fields[i].folded)
			return "a value of more than 4 KiB";
		*field = value;
		*folded = fields[i].folded ? field : NULL;
		return NULL;
	}
	return NULL;
}

/* continue_field(value, line): the lines of a field stand behind each other. An empty first line
 * leaves nothing to measure from. */
static void continue_field(bytes *value, bytes line)
{
	if (value->n > 0)
		*value = bytes_of(value->p, (size_t)(line.p - value->p) + line.n);
	else
		*value = line;
}

static void set_fault(struct dpkg_stanza *stanza, const char *fault, uint64_t line)
{
	if (stanza->fault || !fault)
		return;
	stanza->fault = fault;
	stanza->line = line;
}

bool dpkg_stanza_next(struct dpkg_reader *r, struct dpkg_stanza *out)
{
	struct dpkg_stanza stanza = { 0 };
	bool begun = false;
	bytes line, *folded = NULL;

	while (bytes_line(&r->rest, &line)) {
		r->line++;
		if (bytes_trim(line).n == 0) {
			if (begun)
				break;
			continue;
		}
		bool continued = line.p[0] == ' ' || line.p[0] == '\t';

		if (!begun)
			stanza.line = r->line;
		if (continued && !begun)
			set_fault(&stanza, "a continued line that continues nothing", r->line);
		else if (!continued)
			set_fault(&stanza, read_field(line, &stanza, &folded), r->line);
		else if (folded)
			continue_field(folded, line);
		begun = true;
	}
	if (begun && stanza.package.n == 0)
		set_fault(&stanza, "a paragraph without Package", stanza.line);
	*out = stanza;
	return begun;
}

static bool ends_name(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ':' || c == '[' ||
	       c == '<';
}

void dpkg_relations(struct relations_writer *w, bytes field, enum relation kind)
{
	bytes group, alternative;

	while (bytes_take_until(&field, ',', &group))
		for (enum relation this = kind; bytes_take_until(&group, '|', &alternative);
		     this = RELATION_OR) {
			bytes name = bytes_trim(alternative);
			size_t n = 0;

			while (n < name.n && !ends_name(name.p[n]))
				n++;
			relations_add(w, this, bytes_slice(name, 0, n));
		}
}
