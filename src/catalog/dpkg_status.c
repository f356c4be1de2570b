/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dpkg.h"

#include "base/limits.h"

static const struct field {
	bytes key;
	size_t offset;
} fields[] = {
	{ BYTES_INIT("Package"), offsetof(struct dpkg_stanza, package) },
	{ BYTES_INIT("Version"), offsetof(struct dpkg_stanza, version) },
	{ BYTES_INIT("Architecture"), offsetof(struct dpkg_stanza, architecture) },
	{ BYTES_INIT("Source"), offsetof(struct dpkg_stanza, source) },
	{ BYTES_INIT("Status"), offsetof(struct dpkg_stanza, status) },
};

/* read_field(line, out): one "Name: value" line; what is wrong with it, or NULL. */
static const char *read_field(bytes line, struct dpkg_stanza *out)
{
	size_t colon = bytes_find(line, ':');
	bytes key = bytes_slice(line, 0, colon);
	bytes value = bytes_trim(bytes_skip(line, colon + 1));

	if (key.n == 0 || key.n == line.n)
		return "no field";
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		bytes *field = (bytes *)((char *)out + fields[i].offset);

		if (!bytes_equal_nocase(key, fields[i].key))
			continue;
		if (field->n > 0)
			return "a field that is there twice"; /* which one counts? dpkg refuses as well */
		if (value.n > LIMIT_PACKAGE_FIELD)
			return "a value of more than 4 KiB";
		*field = value;
		return NULL;
	}
	return NULL;
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
	bytes line;

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
			set_fault(&stanza, read_field(line, &stanza), r->line);
		begun = true;
	}
	if (begun && stanza.package.n == 0)
		set_fault(&stanza, "a paragraph without Package", stanza.line);
	*out = stanza;
	return begun;
}
