/* SPDX-License-Identifier: Apache-2.0 */
/* XML as MSBuild and NuGet write it. Spans are checked against the source text itself. */
#include "fmt/xml.h"

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

static const struct xml_element *parsed(const char *text, struct arena *a)
{
	const struct xml_element *root = NULL;
	err e = { 0 };

	if (xml_parse(bytes_str(text), a, &root, &e) < 0)
		fail_msg("%s", e.text);
	assert_non_null(root);
	return root;
}

static bytes span(const char *text, struct xml_span at)
{
	assert_true(at.begin <= at.end && at.end <= strlen(text));
	return bytes_slice(bytes_str(text), at.begin, at.end - at.begin);
}

static const char project[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
							  "<!-- <PackageReference Include=\"No\"/> -->\n"
							  "<Project Sdk='Microsoft.NET.Sdk'>\r\n"
							  "  <PropertyGroup><A>x &amp; &#x79;</A></PropertyGroup>\n"
							  "  <ItemGroup>\n"
							  "    <PackageReference Include = \"A'B\"\n"
							  "        Version='1.0&lt;' />\n"
							  "    <C><![CDATA[<raw>]]></C><D></D>\n"
							  "  </ItemGroup>\n"
							  "</Project>\n";

static void test_xml_elements_and_text(void **state)
{
	struct arena a = ARENA_INIT;
	const struct xml_element *root = parsed(project, &a);
	const struct xml_element *items = xml_child(root, "ItemGroup");
	const struct xml_element *reference = xml_child(items, "PackageReference");

	(void)state;
	assert_bytes(root->name, "Project");
	assert_int_equal(root->line, 3);
	assert_null(root->parent);
	assert_bytes(xml_attribute(root, "Sdk")->value, "Microsoft.NET.Sdk");
	assert_null(xml_attribute(root, "sdk"));
	assert_bytes(root->text, "");
	assert_bytes(xml_child(xml_child(root, "PropertyGroup"), "A")->text, "x & y");
	assert_int_equal(reference->line, 6);
	assert_int_equal(reference->attributes_n, 2);
	assert_bytes(reference->attributes[0].value, "A'B");
	assert_bytes(reference->attributes[1].value, "1.0<");
	assert_ptr_equal(reference->parent, items);
	assert_bytes(xml_child(items, "C")->text, "<raw>");
	assert_ptr_equal(xml_child(items, "C")->next, xml_child(items, "D"));
	assert_null(xml_child(items, "D")->next);
	assert_null(xml_child(items, "E"));
	arena_done(&a);
}

static void test_xml_spans(void **state)
{
	struct arena a = ARENA_INIT;
	const struct xml_element *root = parsed(project, &a);
	const struct xml_element *items = xml_child(root, "ItemGroup");
	const struct xml_element *reference = xml_child(items, "PackageReference");
	const struct xml_element *property = xml_child(xml_child(root, "PropertyGroup"), "A");

	(void)state;
	assert_bytes(span(project, reference->whole), "<PackageReference Include = \"A'B\"\n"
	                                              "        Version='1.0&lt;' />");
	assert_bytes(span(project, reference->inside), "");
	assert_int_equal(reference->inside.begin, reference->whole.end);
	assert_bytes(span(project, reference->attributes[0].at), "A'B");
	assert_bytes(span(project, reference->attributes[1].at), "1.0&lt;");
	assert_bytes(span(project, property->inside), "x &amp; &#x79;");
	assert_bytes(span(project, property->whole), "<A>x &amp; &#x79;</A>");
	assert_bytes(span(project, xml_child(items, "D")->whole), "<D></D>");
	assert_bytes(span(project, xml_child(items, "C")->inside), "<![CDATA[<raw>]]>");
	assert_true(bytes_starts(span(project, root->whole), BYTES("<Project ")));
	assert_true(bytes_ends(span(project, root->whole), BYTES("</Project>")));
	arena_done(&a);
}

/* A mark in front, as Visual Studio writes it, counts in every place. */
static void test_xml_byte_order_mark(void **state)
{
	static const char text[] = "\xef\xbb\xbf<a b=\"\xc3\xa4\">\xc3\xb6</a>";
	struct arena a = ARENA_INIT;
	const struct xml_element *root = parsed(text, &a);

	(void)state;
	assert_bytes(span(text, root->attributes[0].at), "\xc3\xa4");
	assert_bytes(span(text, root->inside), "\xc3\xb6");
	assert_bytes(span(text, root->whole), text + 3);
	arena_done(&a);
}

static void test_xml_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"text",
		"<a>",
		"<a></b>",
		"<a/><b/>",
		"<a b=1/>",
		"<a b=\"1\" b=\"2\"/>",
		"<a>&unknown;</a>",
		"<a>\xff</a>",
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
		"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<?xml version=\"1.0\" encoding=\"utf-16\"?>\xff\xfe<\0a\0/\0>\0",
	};
	const struct xml_element *root = NULL;
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (xml_parse(bytes_str(bad[i]), &a, &root, &e) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_failed(&e, ERR_FORMAT);
		assert_null(root);
	}
	assert_int_equal(xml_parse(BYTES("<a>\n <b c='d'></a>"), &a, &root, &e), -1);
	assert_non_null(strstr(e.text, "line 2, column 13"));
	err_clear(&e);
	arena_done(&a);
}

/* repeated(head, part, n, tail): parse it and say how it ended. */
static enum err_kind repeated(const char *part, size_t n, const char *tail)
{
	const struct xml_element *root = NULL;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(64 * MIB);
	err e = { 0 };

	buf_puts(&b, "<r>");
	for (size_t i = 0; i < n; i++)
		buf_puts(&b, part);
	for (size_t i = 0; *tail && i < n; i++)
		buf_puts(&b, tail);
	buf_puts(&b, "</r>");
	(void)xml_parse(buf_bytes(&b), &a, &root, &e);
	buf_done(&b);
	arena_done(&a);
	return e.kind;
}

static void test_xml_limits(void **state)
{
	(void)state;
	assert_int_equal(repeated("<a>", LIMIT_XML_DEPTH - 1, "</a>"), ERR_NONE);
	assert_int_equal(repeated("<a>", LIMIT_XML_DEPTH, "</a>"), ERR_LIMIT);
	assert_int_equal(repeated("<a/>", LIMIT_XML_NODES - 1, ""), ERR_NONE);
	assert_int_equal(repeated("<a/>", LIMIT_XML_NODES, ""), ERR_LIMIT);
	assert_int_equal(repeated("<a b='' c=''/>", LIMIT_XML_NODES / 3 + 1, ""), ERR_LIMIT);
	assert_int_equal(repeated("0123456789abcdef", LIMIT_XML / 16, ""), ERR_LIMIT);
}

struct taken {
	size_t n, most; /* it fails with the one behind the most */
};

static int count(void *ctx, const struct xml_element *element, err *e)
{
	struct taken *t = ctx;

	assert_bytes(xml_local(element->name), "d");
	assert_bytes(xml_child(element, "t")->text, "x");
	return ++t->n > t->most ? err_set(e, ERR_UNTRUSTED, 0, "enough") : 0;
}

/* each(part, n, taken): <r>, n times the part, </r>. */
static enum err_kind each(const char *part, size_t n, struct taken *t)
{
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(64 * MIB);
	err e = { 0 };

	buf_puts(&b, "<r>");
	for (size_t i = 0; i < n; i++)
		buf_puts(&b, part);
	buf_puts(&b, "</r>");
	(void)xml_each(buf_bytes(&b), "d", &a, count, t, &e);
	assert_int_equal(a.used, 0);
	buf_done(&b);
	arena_done(&a);
	return e.kind;
}

static void test_xml_each(void **state)
{
	static const char two[] = "<d><t>x</t><d/></d><!-- <d/> --><o:d a='>'><t>x</t></o:d><e>y</e>";
	struct taken t = { .most = SIZE_MAX };

	(void)state;
	assert_int_equal(each(two, LIMIT_XML_NODES, &t), ERR_NONE); /* some 16 MiB */
	assert_int_equal(t.n, 2 * LIMIT_XML_NODES);
	t = (struct taken){ .most = 2 };
	assert_int_equal(each(two, 2, &t), ERR_UNTRUSTED);
	assert_int_equal(t.n, 3);
	t = (struct taken){ .most = SIZE_MAX };
	assert_int_equal(each("<d><t>x</t></d><d>", 1, &t), ERR_FORMAT);
	assert_int_equal(t.n, 1);
}

/* each_around(before, within, n, after): an element in which something is repeated. */
static enum err_kind each_around(const char *before, const char *within, size_t n,
                                 const char *after)
{
	struct taken t = { .most = SIZE_MAX };
	buf b = BUF_INIT(64 * MIB);

	buf_puts(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_puts(&b, within);
	buf_puts(&b, after);
	buf_putc(&b, '\0');
	enum err_kind kind = each((const char *)b.p, 1, &t);

	buf_done(&b);
	return kind;
}

static void test_xml_each_limits(void **state)
{
	static const char octets[] = "0123456789abcdef";
	const size_t n = LIMIT_XML / 16;

	(void)state;
	assert_int_equal(each_around("<d><t>x</t><u>", octets, n / 2, "</u></d>"), ERR_NONE);
	assert_int_equal(each_around("<d><t>x</t><u>", octets, n + 1, "</u></d>"), ERR_LIMIT);
	assert_int_equal(each_around("<d><t>x</t>", "<u>0123456789</u>", n, "</d>"), ERR_LIMIT);
	assert_int_equal(each_around("<d><t>x</t>", "<u/>", LIMIT_XML_NODES, "</d>"), ERR_LIMIT);
	assert_int_equal(each_around("<!--", octets, n * 2, "-->"), ERR_LIMIT);
	assert_int_equal(each_around("", "<u>", LIMIT_XML_DEPTH, "<d/>"), ERR_LIMIT);
	assert_int_equal(each_around("<e>", octets, n * 2, "</e>"), ERR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_elements_and_text),
		cmocka_unit_test(test_xml_spans),
		cmocka_unit_test(test_xml_byte_order_mark),
		cmocka_unit_test(test_xml_refuses),
		cmocka_unit_test(test_xml_limits),
		cmocka_unit_test(test_xml_each),
		cmocka_unit_test(test_xml_each_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
