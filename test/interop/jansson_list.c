/* SPDX-License-Identifier: Apache-2.0 */
/* jansson_list - what jansson makes of documents, in the form of json_list. A program of its own:
 * the two readers have names in common. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static void put_hex(const char *s, size_t n)
{
	putchar('s');
	for (size_t i = 0; i < n; i++)
		printf("%02x", (unsigned char)s[i]);
}

/* jansson bounds how deep a document may be. */
static void put_value(json_t *v)
{
	const char *name;
	json_t *child;
	size_t i;

	switch (json_typeof(v)) {
	case JSON_NULL: putchar('n'); break;
	case JSON_TRUE: putchar('t'); break;
	case JSON_FALSE: putchar('f'); break;
	case JSON_INTEGER: printf("i%" JSON_INTEGER_FORMAT, json_integer_value(v)); break;
	case JSON_REAL: printf("r%.17g", json_real_value(v)); break;
	case JSON_STRING: put_hex(json_string_value(v), json_string_length(v)); break;
	case JSON_ARRAY:
		putchar('[');
		json_array_foreach(v, i, child)
		{
			put_value(child);
			putchar(',');
		}
		putchar(']');
		break;
	case JSON_OBJECT:
		putchar('{');
		json_object_foreach(v, name, child)
		{
			put_hex(name, strlen(name));
			put_value(child);
			putchar(',');
		}
		putchar('}');
		break;
	}
}

static void put_document(const char *text, size_t n)
{
	json_error_t error;
	json_t *v = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
	                       &error);
	enum json_error_code code = v ? json_error_unknown : json_error_code(&error);

	if (v)
		put_value(v);
	else
		printf("%s", code == json_error_numeric_overflow || code == json_error_null_byte_in_key
		                 ? "limit"
		                 : "refused");
	putchar('\n');
	json_decref(v);
}

int main(int argc, char **argv)
{
	FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!in) {
		fputs("usage: jansson_list FILE\n", stderr);
		return 2;
	}
	while ((n = getdelim(&line, &cap, 0x1e, in)) > 0)
		put_document(line, (size_t)n - (line[n - 1] == 0x1e));
	free(line);
	fclose(in);
	return 0;
}
