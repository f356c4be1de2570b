/* SPDX-License-Identifier: Apache-2.0 */
/* The regular expressions of the schemas, each as what it says. */
#include "sbom/schema_form.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* take_of(in, set, min, max): as many of the set as there are, at most max; false below min. */
static bool take_of(bytes *in, const char *set, size_t min, size_t max)
{
	size_t n = 0;

	while (n < in->n && n < max && bytes_find(bytes_str(set), in->p[n]) < strlen(set))
		n++;
	*in = bytes_skip(*in, n);
	return n >= min;
}

static bool take_uuid(bytes *in)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < 5; i++)
		if ((i > 0 && !bytes_take_prefix(in, BYTES("-"))) ||
		    !take_of(in, DIGITS "abcdef", groups[i], groups[i]))
			return false;
	return true;
}

static bool take_bom_link(bytes *in)
{
	return bytes_take_prefix(in, BYTES("urn:cdx:")) && take_uuid(in) &&
	       bytes_take_prefix(in, BYTES("/")) && take_of(in, "123456789", 1, 1) &&
	       take_of(in, DIGITS, 0, SIZE_MAX);
}

static bool is_hash(bytes s)
{
	size_t n = s.n;

	return (n == 32 || n == 40 || n == 64 || n == 96 || n == 128) &&
	       take_of(&s, DIGITS "abcdefABCDEF", n, n);
}

static bool is_locale(bytes s)
{
	if (!take_of(&s, LOWER, 2, 2))
		return false;
	return s.n == 0 ||
	       (bytes_take_prefix(&s, BYTES("-")) && take_of(&s, UPPER, 2, 2) && s.n == 0);
}

/* "US 2009/0012345 A1" */
static bool is_patent(bytes s)
{
	bytes first = bytes_slice(s, 0, 1), last = bytes_skip(s, s.n > 0 ? s.n - 1 : 0);

	return s.n >= 2 && s.n <= 30 && take_of(&first, LOWER UPPER DIGITS, 1, 1) &&
	       take_of(&last, LOWER UPPER DIGITS, 1, 1) &&
	       take_of(&s, LOWER UPPER DIGITS "-/.() \t\n\r\f\v", s.n, s.n);
}

bool schema_fits(enum schema_form form, bytes s)
{
	switch (form) {
	case SCHEMA_LINE: return bytes_find(s, '\n') == s.n;
	case SCHEMA_URN_UUID:
		return bytes_take_prefix(&s, BYTES("urn:uuid:")) && take_uuid(&s) && s.n == 0;
	case SCHEMA_MEDIA_TYPE:
		return take_of(&s, LOWER DIGITS "-+.", 1, SIZE_MAX) && bytes_take_prefix(&s, BYTES("/")) &&
		       take_of(&s, LOWER DIGITS "-+.", 1, SIZE_MAX) && s.n == 0;
	case SCHEMA_HASH: return is_hash(s);
	case SCHEMA_LOCALE: return is_locale(s);
	case SCHEMA_BOM_LINK: return take_bom_link(&s) && s.n == 0;
	case SCHEMA_BOM_ELEMENT:
		return take_bom_link(&s) && bytes_take_prefix(&s, BYTES("#")) && s.n > 0 &&
		       bytes_find(s, '\n') == s.n;
	case SCHEMA_CRE:
		return bytes_take_prefix(&s, BYTES("CRE:")) && take_of(&s, DIGITS, 1, SIZE_MAX) &&
		       bytes_take_prefix(&s, BYTES("-")) && take_of(&s, DIGITS, 1, SIZE_MAX) && s.n == 0;
	case SCHEMA_PATENT: return is_patent(s);
	case SCHEMA_COUNTRY: return s.n == 2 && take_of(&s, UPPER, 2, 2);
	}
	return false;
}
