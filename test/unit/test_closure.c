/* SPDX-License-Identifier: Apache-2.0 */
/* Who loads whom, in images made for it. What real programs load, the loader itself says:
 * test/interop/closure.t. */
#include "closure/closure.h"

static const struct inspector *const only_ours[] = { &closure_inspector, NULL };
#define FIXTURE_INSPECTORS only_ours
#include "catalog_fixture.h"
#include "elf_writer.h"
#include "pe_writer.h"

#define LOADER "/lib64/ld-linux-x86-64.so.2"
#define FILES_MOST 24

/* An image in the making. */
struct scene {
	struct fixture f;
	struct fixture_file files[FILES_MOST];
	buf bodies[FILES_MOST];
	size_t len;
	struct closure closure;
	struct closure_options options;
};

static void begin(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	fixture_init(&s->f);
	s->f.image.has_config = true;
}

static void done(struct scene *s)
{
	for (size_t i = 0; i < FILES_MOST; i++)
		buf_done(&s->bodies[i]);
	fixture_done(&s->f);
}

static struct fixture_file *add(struct scene *s, const char *path, const char *text)
{
	assert_true(s->len < FILES_MOST - 1);
	s->files[s->len] = (struct fixture_file){ .path = path, .body = text, .mode = 0755 };
	return &s->files[s->len++];
}

static void add_made(struct scene *s, const char *path, size_t at)
{
	struct fixture_file *file = add(s, path, (const char *)s->bodies[at].p);

	file->size = s->bodies[at].n;
}

static void elf(struct scene *s, const char *path, struct elf_options o)
{
	buf *body = &s->bodies[s->len];

	*body = (buf)BUF_INIT(64 * KIB);
	elf_write(&o, body);
	add_made(s, path, s->len);
}

static void dll(struct scene *s, const char *path, struct pe_options o)
{
	buf *body = &s->bodies[s->len];

	*body = (buf)BUF_INIT(64 * KIB);
	pe_write(body, &o);
	add_made(s, path, s->len);
}

static void link_to(struct scene *s, const char *path, const char *to)
{
	add(s, path, "")->link = to;
}

static void word(struct scene *s, struct strings *list, const char *text)
{
	*ARENA_PUSH(&s->f.arena, list) = bytes_str(text);
}

/* start(s, "tini -- /app/shop"): words at blanks; "_" stands for one within a word. */
static void start(struct scene *s, const char *words)
{
	bytes rest = arena_bytes(&s->f.arena, bytes_str(words)), one;

	while (bytes_take_until(&rest, ' ', &one)) {
		char *copy = arena_str(&s->f.arena, one);

		for (char *c = copy; *c; c++)
			*c = *c == '_' ? ' ' : *c;
		word(s, &s->f.image.config.entrypoint, copy);
	}
	if (s->f.image.layers.len == 0)
		fixture_layer(&s->f, s->files);
	closure_find(&s->f.image, &s->options, &s->f.arena, &s->closure);
	s->f.image.config.entrypoint = (struct strings){ 0 };
}

static const char *reach_of(const struct scene *s, const char *path)
{
	uint32_t node = tree_find(s->f.image.tree, bytes_str(path), false);

	assert_int_not_equal(node, TREE_NONE);
	return reach_name(closure_of(&s->closure, s->f.image.tree, node));
}

static void assert_program(const struct scene *s, const char *path)
{
	if (!path)
		assert_int_equal(s->closure.program, TREE_NONE);
	else
		assert_int_equal(s->closure.program, tree_find(s->f.image.tree, bytes_str(path), false));
}

#define assert_reach(s, path, word) assert_string_equal(reach_of((s), (path)), (word))

static bool has_doubt(const struct scene *s, const char *part)
{
	for (size_t i = 0; i < s->closure.doubts.len; i++)
		if (strstr(s->closure.doubts.items[i], part))
			return true;
	return false;
}

/* -- the loader's search ----------------------------------------------------------------------- */

static void libraries(struct scene *s)
{
	elf(s, "lib64/ld-linux-x86-64.so.2", (struct elf_options){ .soname = "ld-linux-x86-64.so.2" });
	elf(s, "usr/lib/x86_64-linux-gnu/libc.so.6", (struct elf_options){ .soname = "libc.so.6" });
	elf(s, "usr/lib/x86_64-linux-gnu/libz.so.1.2", (struct elf_options){ .soname = "libz.so.1" });
	link_to(s, "usr/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.2");
	elf(s, "usr/lib/x86_64-linux-gnu/libother.so", (struct elf_options){ .soname = "libother.so" });
}

static void plain_program(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/shop",
	    (struct elf_options){ .loader = LOADER, .needs = { "libz.so.1", "libc.so.6" } });
	elf(&s, "opt/arm/libz.so.1", (struct elf_options){ .machine = EM_AARCH64 });
	add(&s, "etc/ld.so.conf", "# first\n/opt/arm\ninclude /etc/ld.so.conf.d/*.conf\n");
	add(&s, "usr/share/data", "data");
	start(&s, "/app/shop");
	assert_null(s.closure.unsaid);
	assert_reach(&s, "app/shop", "yes");
	assert_reach(&s, "lib64/ld-linux-x86-64.so.2", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libz.so.1.2", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", "no");
	assert_reach(&s, "opt/arm/libz.so.1", "no"); /* for another machine */
	assert_reach(&s, "usr/share/data", "no");
	assert_int_equal(s.closure.doubts.len, 0);
	done(&s);
}

/* ld.so(8): DT_RPATH of those that led here, which DT_RUNPATH is not handed on as. */
static void run_paths(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/bin/shop",
	    (struct elf_options){
			.loader = LOADER, .needs = { "liba.so" }, .rpath = "$ORIGIN/../lib" });
	elf(&s, "app/lib/liba.so", (struct elf_options){ .needs = { "libb.so" } });
	elf(&s, "app/lib/libb.so", (struct elf_options){ 0 });
	elf(&s, "usr/lib/libb.so", (struct elf_options){ 0 });
	elf(&s, "app/bin/run",
	    (struct elf_options){
			.loader = LOADER, .needs = { "liba.so" }, .runpath = "${ORIGIN}/../lib" });
	start(&s, "/app/bin/shop");
	assert_reach(&s, "app/lib/liba.so", "yes");
	assert_reach(&s, "app/lib/libb.so", "yes");
	assert_reach(&s, "usr/lib/libb.so", "no");
	start(&s, "/app/bin/run");
	assert_reach(&s, "app/lib/liba.so", "yes");
	assert_reach(&s, "app/lib/libb.so", "no");
	assert_reach(&s, "usr/lib/libb.so", "yes");
	done(&s);
}

static void environment(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER, .needs = { "libz.so.1" } });
	elf(&s, "opt/libz.so.1", (struct elf_options){ 0 });
	elf(&s, "opt/spy.so", (struct elf_options){ 0 });
	word(&s, &s.f.image.config.env, "LD_LIBRARY_PATH=/opt");
	word(&s, &s.f.image.config.env, "LD_PRELOAD=/opt/spy.so");
	start(&s, "/app/shop");
	assert_reach(&s, "opt/libz.so.1", "yes");
	assert_reach(&s, "opt/spy.so", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libz.so.1.2", "no");
	done(&s);
}

/* A library that no folder of the search holds may be found in a way that is not known here. */
static void found_anywhere(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER, .needs = { "libodd.so.3" } });
	elf(&s, "srv/odd/libodd-3.0.so", (struct elf_options){ .soname = "libodd.so.3" });
	start(&s, "/app/shop");
	assert_reach(&s, "srv/odd/libodd-3.0.so", "yes");
	done(&s);
}

/* -- names that nobody can read ---------------------------------------------------------------- */

static void freedom(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/plugs", (struct elf_options){ .loader = LOADER, .imports = { "dlopen" } });
	elf(&s, "app/starts", (struct elf_options){ .loader = LOADER, .imports = { "execve" } });
	elf(&s, "app/alone", (struct elf_options){ .is_static = true });
	elf(&s, "usr/bin/tool", (struct elf_options){ .loader = LOADER, .needs = { "libother.so" } });
	start(&s, "/app/plugs");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", "unclear");
	assert_reach(&s, "usr/bin/tool", "no"); /* no library */
	assert_true(has_doubt(&s, "app/plugs may load libraries"));
	start(&s, "/app/starts");
	assert_reach(&s, "usr/bin/tool", "unclear");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", "unclear"); /* the tool's */
	start(&s, "/app/alone");
	assert_reach(&s, "usr/bin/tool", "unclear"); /* system calls have no names */
	assert_reach(&s, "app/alone", "yes");
	assert_false(s.closure.everything);
	done(&s);
	begin(&s);
	elf(&s, "app/far", (struct elf_options){ .loader = LOADER, .is_far = true });
	add(&s, "data", "data");
	start(&s, "/app/far");
	assert_true(s.closure.everything);
	assert_reach(&s, "data", "unclear");
	done(&s);
}

/* glibc loads name services and character sets by names that are known. */
static void known(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	elf(&s, "lib64/ld-linux-x86-64.so.2", (struct elf_options){ .soname = "ld-linux-x86-64.so.2" });
	elf(&s, "usr/lib/x86_64-linux-gnu/libc.so.6",
	    (struct elf_options){ .soname = "libc.so.6", .imports = { "dlopen" } });
	elf(&s, "usr/lib/x86_64-linux-gnu/libnss_dns.so.2", (struct elf_options){ 0 });
	elf(&s, "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so", (struct elf_options){ 0 });
	elf(&s, "usr/lib/x86_64-linux-gnu/libother.so", (struct elf_options){ 0 });
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER, .needs = { "libc.so.6" } });
	start(&s, "/app/shop");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libnss_dns.so.2", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", "no");
	done(&s);
}

/* -- entry points ------------------------------------------------------------------------------ */

static void entry_points(void **state)
{
	/* begins with "!": all is unclear; with "?": it cannot be said; then what is started */
	static const char *const cases[][3] = {
		{ "shop", "yes", "app/shop" },
		{ "/bin/sh -c shop_--port_80", "yes", "usr/bin/dash" },
		{ "/bin/sh -ec cd_/app_&&_exec_./shop", "yes", "usr/bin/dash" },
		{ "/sbin/tini -g -- /app/shop", "yes", "sbin/tini" },
		{ "/sbin/tini -- /bin/sh -c shop", "yes", "sbin/tini" },
		{ "/bin/sh -c for_i_in_1;_do_shop;_done", "!", "usr/bin/dash" },
		{ "/bin/sh -c shop_$FLAGS", "!", "usr/bin/dash" },
		{ "/bin/sh -c LD_PRELOAD=x_shop", "!", "usr/bin/dash" },
		{ "/bin/sh /app/run.sh", "!", "usr/bin/dash" },
		{ "/app/run.sh", "!", "app/run.sh" },
		{ "python3.11 app.py", "!", "usr/bin/python3.11" },
		{ "/app/gone", "?", NULL },
		{ "", "?", NULL },
	};
	struct scene s;

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER });
	elf(&s, "usr/bin/dash", (struct elf_options){ .loader = LOADER, .imports = { "execve" } });
	link_to(&s, "bin/sh", "../usr/bin/dash");
	elf(&s, "sbin/tini", (struct elf_options){ .is_static = true });
	elf(&s, "usr/bin/python3.11", (struct elf_options){ .loader = LOADER });
	add(&s, "app/run.sh", "#!/bin/sh -e\nexec /app/shop\n");
	word(&s, &s.f.image.config.env, "PATH=/usr/bin:/app");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		start(&s, cases[i][0]);
		if ((s.closure.unsaid != NULL) != (*cases[i][1] == '?'))
			fail_msg("%s: %s", cases[i][0], s.closure.unsaid ? s.closure.unsaid : "it was said");
		if (s.closure.everything != (*cases[i][1] == '!'))
			fail_msg("%s: all is%s unclear", cases[i][0], s.closure.everything ? "" : " not");
		if (*cases[i][1] == 'y')
			assert_reach(&s, "app/shop", "yes");
		if (*cases[i][1] == '?')
			assert_reach(&s, "app/shop", "");
		assert_program(&s, cases[i][2]);
	}
	done(&s);
}

static void besides(void **state)
{
	struct scene s;
	struct strings check = { 0 };

	(void)state;
	begin(&s);
	libraries(&s);
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER });
	elf(&s, "usr/bin/curl", (struct elf_options){ .needs = { "libz.so.1" }, .loader = LOADER });
	link_to(&s, "usr/bin/c", "../bin/curl");
	start(&s, "/app/shop");
	assert_reach(&s, "usr/bin/curl", "no");
	word(&s, &check, "/usr/bin/c");
	s.options.besides = &check;
	start(&s, "/app/shop");
	assert_int_equal(s.closure.besides,
	                 tree_find(s.f.image.tree, BYTES("usr/bin/curl"), false));
	assert_reach(&s, "usr/bin/curl", "yes");
	assert_reach(&s, "usr/bin/c", "yes");
	assert_reach(&s, "usr/lib/x86_64-linux-gnu/libz.so.1.2", "yes");
	assert_program(&s, "app/shop");
	done(&s);
}

/* -- .NET -------------------------------------------------------------------------------------- */

static void managed(struct scene *s, struct pe_options shop)
{
	begin(s);
	libraries(s);
	elf(s, "usr/share/dotnet/dotnet",
	    (struct elf_options){ .loader = LOADER, .imports = { "dlopen" } });
	link_to(s, "usr/bin/dotnet", "../share/dotnet/dotnet");
	elf(s, "usr/share/dotnet/host/fxr/9.0.1/libhostfxr.so",
	    (struct elf_options){ .imports = { "dlopen" } });
	dll(s, "usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.1/System.Runtime.dll",
	    (struct pe_options){ .name = "System.Runtime" });
	dll(s, "app/Shop.dll", shop);
	dll(s, "app/Dapper.dll",
	    (struct pe_options){ .name = "Dapper", .import = { "e_sql", "open" } });
	dll(s, "app/Unused.dll", (struct pe_options){ .name = "Unused" });
	elf(s, "app/runtimes/linux-x64/native/libe_sql.so", (struct elf_options){ 0 });
	elf(s, "app/Shop", (struct elf_options){ .loader = LOADER, .imports = { "dlopen" } });
}

static void assemblies(void **state)
{
	static const char *const starts[] = { "dotnet /app/Shop.dll --urls x", "/app/Shop",
		                                  "dotnet exec app/Shop.dll" };
	struct scene s;

	(void)state;
	managed(&s,
	        (struct pe_options){ .name = "Shop", .references = { "System.Runtime", "Dapper" } });
	for (size_t i = 0; i < 3; i++) {
		start(&s, starts[i]);
		assert_null(s.closure.unsaid);
		assert_reach(&s, "app/Shop.dll", "yes");
		assert_reach(&s, "app/Dapper.dll", "yes");
		assert_reach(&s, "app/runtimes/linux-x64/native/libe_sql.so", "yes");
		assert_reach(&s, "app/Unused.dll", "no");
		assert_reach(&s, "usr/share/dotnet/host/fxr/9.0.1/libhostfxr.so", "yes");
		assert_reach(&s, "usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.1/System.Runtime.dll",
		             "yes");
		assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", "no");
		assert_int_equal(s.closure.doubts.len, 0);
	}
	start(&s, "dotnet run"); /* a command of the SDK */
	assert_true(s.closure.everything);
	done(&s);
}

static void reflection(void **state)
{
	static const struct {
		const char *calls[3], *unused, *library;
	} cases[] = {
		{ { "System.Reflection", "Assembly", "LoadFrom" }, "unclear", "no" },
		{ { "System", "Type", "GetType" }, "unclear", "no" },
		{ { "System", "Type", "GetTypeFromHandle" }, "no", "no" }, /* typeof */
		{ { "System.Runtime.InteropServices", "NativeLibrary", "TryLoad" }, "no", "unclear" },
		{ { "Other", "Assembly", "Load" }, "no", "no" },
	};
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		managed(&s, (struct pe_options){
						.name = "Shop",
						.references = { "Dapper" },
						.calls = { cases[i].calls[0], cases[i].calls[1], cases[i].calls[2] } });
		start(&s, "dotnet /app/Shop.dll");
		assert_reach(&s, "app/Unused.dll", cases[i].unused);
		assert_reach(&s, "usr/lib/x86_64-linux-gnu/libother.so", cases[i].library);
		done(&s);
	}
}

static void startup_hooks(void **state)
{
	struct scene s;

	(void)state;
	managed(&s, (struct pe_options){ .name = "Shop" });
	word(&s, &s.f.image.config.env, "DOTNET_STARTUP_HOOKS=/app/Unused.dll");
	start(&s, "dotnet /app/Shop.dll");
	assert_reach(&s, "app/Unused.dll", "unclear");
	done(&s);
}

/* -- hostile ----------------------------------------------------------------------------------- */

/* Items that no inspector writes make all unclear, as what could not be read does. */
static void broken_item(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	elf(&s, "app/shop", (struct elf_options){ .loader = LOADER });
	add(&s, "data", "data");
	fixture_layer(&s.f, s.files);
	for (size_t i = 0; i < s.f.image.items.len; i++)
		s.f.image.items.items[i].payload.n--;
	start(&s, "/app/shop");
	assert_true(s.closure.everything);
	assert_reach(&s, "data", "unclear");
	done(&s);
}

/* However the octets of a layer are cut, the same is seen of a file. */
static void cut_anywhere(void **state)
{
	static const size_t cuts[] = { 1, 2, 3, 4, 64, 4095, 4096, 4097, 5000 };
	const struct elf_options o = { .loader = LOADER, .needs = { "libz.so.1" } };
	buf file = BUF_INIT(64 * KIB), first = BUF_INIT(MIB);

	(void)state;
	elf_write(&o, &file);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		buf records = BUF_INIT(MIB);
		struct arena a = ARENA_INIT;
		struct dispatch_options options = { .inspectors = only_ours,
			                                .spool_fd = -1,
			                                .flush = fixture_keep,
			                                .ctx = i == 0 ? &first : &records };
		struct dispatch *d = dispatch_new(&a, &options);
		struct tar_entry entry = { .type = TAR_FILE, .name = BYTES("x"), .size = file.n };
		bytes rest = buf_bytes(&file), part;
		err e = { 0 };

		assert_int_equal(dispatch_events.entry(d, &entry, &e), 0);
		while (rest.n > 0) {
			assert_true(bytes_take(&rest, cuts[i] < rest.n ? cuts[i] : rest.n, &part));
			assert_int_equal(dispatch_events.data(d, part, &e), 0);
		}
		assert_int_equal(dispatch_events.end(d, &e), 0);
		dispatch_finish(d, 0, 0);
		dispatch_done(d);
		arena_done(&a);
		if (i > 0)
			assert_true(bytes_equal(buf_bytes(&first), buf_bytes(&records)));
		buf_done(&records);
	}
	assert_true(bytes_search(buf_bytes(&first), BYTES("libz.so.1")) < first.n);
	buf_done(&file);
	buf_done(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_program), cmocka_unit_test(run_paths),
		cmocka_unit_test(environment),   cmocka_unit_test(found_anywhere),
		cmocka_unit_test(freedom),       cmocka_unit_test(known),
		cmocka_unit_test(entry_points),  cmocka_unit_test(assemblies),
		cmocka_unit_test(reflection),    cmocka_unit_test(startup_hooks),
		cmocka_unit_test(broken_item),   cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(besides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
