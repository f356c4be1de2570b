/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of programs, written from the System V ABI, and what the cataloger makes of them. */
#include "catalog_fixture.h"

#include "fmt/elf_map.h"

#define FDO 0xcafe1a7e
#define NOTE_AT 0x200

struct shape {
	bool wide, big;
	uint32_t align;
};

static void put_number(const struct shape *s, uint8_t *at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[s->big ? n - 1 - i : i] = (uint8_t)(v >> (8 * i));
}

/* put_note: gives the octets that the note takes; the text's NUL counts. */
static size_t put_note(const struct shape *s, uint8_t *at, const char *owner, uint32_t type,
                       const char *text)
{
	size_t name_n = strlen(owner) + 1, text_n = strlen(text) + 1;
	size_t text_at = (12 + name_n + s->align - 1) / s->align * s->align;

	put_number(s, at, name_n, 4);
	put_number(s, at + 4, text_n, 4);
	put_number(s, at + 8, type, 4);
	memcpy(at + 12, owner, name_n);
	memcpy(at + text_at, text, text_n);
	return (text_at + text_n + s->align - 1) / s->align * s->align;
}

/* make_program: a header, one PT_LOAD and one PT_NOTE with a build id before the package's note. */
static bytes make_program(const struct shape *s, const char *text, uint8_t out[4096])
{
	size_t header = s->wide ? 64 : 52, size = s->wide ? 56 : 32, n;
	uint8_t *note = out + header + size;

	memset(out, 0, 4096);
	memcpy(out, "\177ELF", 4);
	out[4] = s->wide ? 2 : 1;
	out[5] = s->big ? 2 : 1;
	put_number(s, out + (s->wide ? 32 : 28), header, s->wide ? 8 : 4);
	put_number(s, out + (s->wide ? 54 : 42), size, 2);
	put_number(s, out + (s->wide ? 56 : 44), 2, 2);
	put_number(s, out + header, 1, 4);
	n = put_note(s, out + NOTE_AT, "GNU", 3, "an id");
	n += put_note(s, out + NOTE_AT + n, "FDO", FDO, text);
	put_number(s, note, 4, 4);
	put_number(s, note + (s->wide ? 8 : 4), NOTE_AT, s->wide ? 8 : 4);
	put_number(s, note + (s->wide ? 32 : 16), n, s->wide ? 8 : 4);
	put_number(s, note + (s->wide ? 48 : 28), s->align, s->wide ? 8 : 4);
	return bytes_of(out, 4096);
}

static const struct shape common = { true, false, 4 };

static void test_forms(void **state)
{
	static const struct shape shapes[] = { { true, false, 4 },
		                                   { true, true, 4 },
		                                   { false, false, 4 },
		                                   { false, true, 4 },
		                                   { true, false, 8 } };
	static uint8_t program[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		bytes head = make_program(&shapes[i], "{}", program), note;
		struct elf_map elf;

		assert_true(elf_map_open(head, &elf));
		assert_true(elf_map_note(&elf, BYTES("FDO\0"), FDO, &note));
		assert_int_equal(note.n, 3);
		assert_memory_equal(note.p, "{}", 3);
		assert_true(elf_map_note(&elf, BYTES("GNU\0"), 3, &note));
		assert_false(elf_map_note(&elf, BYTES("GNU\0"), 4, &note));
		assert_false(elf_map_note(&elf, BYTES("FDO"), FDO, &note));
		/* Where the head ends before the notes do, there is nothing to see. */
		assert_true(elf_map_open(bytes_slice(head, 0, NOTE_AT + 8), &elf));
		assert_false(elf_map_note(&elf, BYTES("FDO\0"), FDO, &note));
	}
}

/* Lengths that lie end the search, whatever they claim. */
static void test_lying_lengths(void **state)
{
	static uint8_t program[4096];

	(void)state;
	for (size_t at = NOTE_AT; at < NOTE_AT + 8; at++) {
		bytes head = make_program(&common, "{}", program), note;
		struct elf_map elf;

		program[at] = 0xff;
		assert_true(elf_map_open(head, &elf));
		assert_false(elf_map_note(&elf, BYTES("FDO\0"), FDO, &note));
	}
}

static void collect_program(struct fixture *f, const char *text, const char *status)
{
	static uint8_t program[4096];
	bytes body = make_program(&common, text, program);

	fixture_init(f);
	fixture_layer(f,
	              (struct fixture_file[]){
					  { .path = "etc/os-release", .body = "ID=debian\nVERSION_ID=12\n" },
					  { .path = "opt/tool", .body = (const char *)body.p, .size = body.n },
					  { .path = "opt/copy", .body = (const char *)body.p, .size = body.n },
					  { .path = "var/lib/dpkg/status", .body = status },
					  { .path = "var/lib/dpkg/info/tool.list", .body = "/opt/tool\n/opt/copy\n" },
					  { 0 } });
	fixture_collect(f);
}

/* systemd, "Package Metadata for Executable Files": the example's fields; and an early form. */
static void test_facts(void **state)
{
	static const struct {
		const char *note;
		enum ecosystem ecosystem;
		const char *name, *version, *architecture, *distro, *distro_version;
	} cases[] = {
		{ "{\"type\":\"rpm\",\"os\":\"fedora\",\"osVersion\":\"33\",\"name\":\"coreutils\","
		  "\"version\":\"4711.0815.fc13\",\"architecture\":\"arm32\",\"osCpe\":\"cpe:/o:x:y:1\"}",
		  ECO_RPM, "coreutils", "4711.0815.fc13", "arm32", "fedora", "33" },
		{ "{\"type\":\"rpm\",\"name\":\"hello\",\"version\":\"0-1.fc35.x86_64\","
		  "\"osCpe\":\"cpe:/o:fedoraproject:fedora:35\"}",
		  ECO_RPM, "hello", "0-1.fc35.x86_64", "", "fedora", "35" },
		{ "{\"type\":\"deb\",\"name\":\"hello\",\"version\":\"2.10-3\"}", ECO_DEB, "hello",
		  "2.10-3", "", "debian", "12" },
		{ "{\"type\":\"nix\",\"name\":\"hello\",\"version\":\"2\"}", ECO_NONE, "hello", "2", "", "",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_program(&f, cases[i].note, "");
		assert_int_equal(f.facts.packages.len, 1);
		const struct package *p = &f.facts.packages.items[0];

		assert_int_equal(p->ecosystem, cases[i].ecosystem);
		assert_bytes(p->name, cases[i].name);
		assert_bytes(p->version, cases[i].version);
		assert_bytes(p->architecture, cases[i].architecture);
		assert_bytes(p->distro_id, cases[i].distro);
		assert_bytes(p->distro_version, cases[i].distro_version);
		assert_true(p->noted);
		assert_bytes(fixture_owner(&f, "opt/tool"), cases[i].name);
		assert_bytes(fixture_owner(&f, "opt/copy"), cases[i].name);
		assert_int_equal(fixture_gaps(&f, "no package database"), 1); /* still */
		fixture_done(&f);
	}
}

#define NOTE "{\"type\":\"deb\",\"name\":\"src\",\"version\":\"1\"}"
#define STATUS(name) \
	"Package: " name \
	"\nStatus: install ok installed\nSource: src\nVersion: 1\nArchitecture: amd64\n"

static void test_database_first(void **state)
{
	struct fixture f;

	(void)state;
	collect_program(&f, NOTE, STATUS("tool"));
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(fixture_owner(&f, "opt/tool"), "tool");
	assert_false(f.facts.packages.items[0].noted);
	fixture_done(&f);
	/* Owned by nobody, but made from a source package that is installed: no second package. */
	collect_program(&f, NOTE, STATUS("other"));
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(fixture_owner(&f, "opt/tool"), "other");
	fixture_done(&f);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *note, *gap; /* NULL: passed over */
	} cases[] = {
		{ "{\"type\":", "the package note in this program" },
		{ "", "the package note in this program" },
		{ "[]", NULL },
		{ "{\"type\":\"deb\",\"name\":\"x\"}", NULL },
		{ "{\"type\":\"deb\",\"version\":\"1\"}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_program(&f, cases[i].note, "");
		assert_int_equal(f.facts.packages.len, 0);
		assert_int_equal(f.image.gaps.len, cases[i].gap ? 2 : 0);
		if (cases[i].gap)
			assert_int_equal(fixture_gaps(&f, cases[i].gap), 2);
		fixture_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),     cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_facts),     cmocka_unit_test(test_database_first),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
