/* SPDX-License-Identifier: Apache-2.0 */
/* Facts made by hand, the page they must give: each finding where it is there and where it is
 * not. */
#include "unit.h"

#include "base/text.h"
#include "flow/advice.h"
#include "flow/audit.h"

#define DAY INT64_C(86400)

struct fixture {
	struct image image;
	struct facts facts;
	struct coverage coverage;
	struct audit_page page;
	int64_t now;
};

static struct fixture *begin(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->image.tree = tree_new();
	f->image.has_config = true;
	f->image.target.text = "oci:demo";
	f->image.kind = TARGET_LAYOUT;
	f->image.config.user = BYTES("1654:1654");
	assert_true(text_from_date(BYTES("2026-11-22"), &f->now));
	return f;
}

static void add_layer(struct fixture *f, uint64_t compressed, uint64_t expanded,
                      const char *command)
{
	struct image_layer *layer = ARENA_PUSH(&f->image.arena, &f->image.layers);

	layer->compressed = compressed;
	layer->expanded = expanded;
	layer->created_by = bytes_str(command);
	tree_layer(f->image.tree, (uint16_t)(f->image.layers.len - 1));
}

static uint32_t apply(struct fixture *f, struct entry entry)
{
	uint32_t node = TREE_NONE;
	err e = { 0 };

	assert_int_equal(tree_apply(f->image.tree, &entry, &node, &e), 0);
	return node;
}

static uint32_t add_file(struct fixture *f, const char *path, uint32_t mode, uint64_t size)
{
	return apply(f, (struct entry){
						.type = ENTRY_FILE, .path = bytes_str(path), .mode = mode, .size = size });
}

static void add_other(struct fixture *f, enum entry_type type, const char *path, uint32_t mode,
                      const char *link)
{
	apply(f, (struct entry){
				 .type = type, .path = bytes_str(path), .mode = mode, .link = bytes_str(link) });
}

static void add_account(struct fixture *f, const char *name, uint32_t uid, uint32_t gid)
{
	*ARENA_PUSH(&f->image.arena, &f->facts.accounts) = (struct account){ .name = bytes_str(name),
		                                                                 .uid = uid,
		                                                                 .gid = gid };
}

static void add_string(struct fixture *f, struct strings *list, const char *text)
{
	*ARENA_PUSH(&f->image.arena, list) = bytes_str(text);
}

static const struct audit_page *judge(struct fixture *f)
{
	page_done(&f->page);
	audit_judge(&f->image, &f->facts, &f->coverage, NULL, f->now, &f->page);
	return &f->page;
}

static void end(struct fixture *f)
{
	page_done(&f->page);
	tree_free(f->image.tree);
	arena_done(&f->image.arena);
	free(f);
}

static const struct page_action *action(const struct audit_page *page, const char *id)
{
	assert_non_null(advice_find(id));
	for (size_t i = 0; i < page->actions.len; i++)
		if (strcmp(page->actions.items[i].id, id) == 0)
			return &page->actions.items[i];
	return NULL;
}

/* -- user: OCI image-spec 1.1 config.md "User"; runtimes read numbers with Go's Atoi
 * ------------ */

static void test_user(void **state)
{
	static const struct {
		const char *written;
		enum page_user what;
		uint32_t uid, gid;
		bool has_gid;
		const char *action;
	} cases[] = {
		{ "", PAGE_USER_ROOT, 0, 0, true, "non-root-user" },
		{ "0", PAGE_USER_ROOT, 0, 0, true, "non-root-user" },
		{ "00:5", PAGE_USER_ROOT, 0, 5, true, "non-root-user" },
		{ "+0", PAGE_USER_ROOT, 0, 0, true, "non-root-user" },
		{ "-0", PAGE_USER_ROOT, 0, 0, true, "non-root-user" },
		{ "root", PAGE_USER_ROOT, 0, 0, true, "non-root-user" },
		{ "toor:app", PAGE_USER_ROOT, 0, 0, false, "non-root-user" },
		{ "app:staff", PAGE_USER_NAME, 1654, 50, true, "numeric-user" },
		{ ":5", PAGE_USER_ROOT, 0, 5, true, "non-root-user" },
		{ "app", PAGE_USER_NAME, 1654, 1655, true, "numeric-user" },
		{ "nobody", PAGE_USER_ABSENT, 0, 0, false, "known-user" },
		{ "-1", PAGE_USER_ABSENT, 0, 0, false, "known-user" },
		{ "4294967296", PAGE_USER_ABSENT, 0, 0, false, "known-user" },
		{ "1654", PAGE_USER_NUMBER, 1654, 1655, true, NULL },
		{ "1654:7", PAGE_USER_NUMBER, 1654, 7, true, NULL },
		{ "2000", PAGE_USER_NUMBER, 2000, 0, false, NULL },
		{ "3000", PAGE_USER_NUMBER, 3000, 0, false, NULL }, /* although an account is named so */
	};
	static const char *const all[] = { "non-root-user", "numeric-user", "known-user" };
	struct fixture *f = begin();

	(void)state;
	add_account(f, "root", 0, 0);
	add_account(f, "toor", 0, 0);
	add_account(f, "app", 1654, 1655);
	add_account(f, "3000", 0, 0);
	*ARENA_PUSH(&f->image.arena, &f->facts.groups) = (struct account_group){ BYTES("staff"), 50 };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f->image.config.user = bytes_str(cases[i].written);
		const struct audit_page *page = judge(f);

		if (page->user.what != cases[i].what || page->user.uid != cases[i].uid ||
		    page->user.has_gid != cases[i].has_gid ||
		    (cases[i].has_gid && page->user.gid != cases[i].gid))
			fail_msg("'%s': what %d uid %u gid %u", cases[i].written, page->user.what,
			         page->user.uid, page->user.gid);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(action(page, all[k]) != NULL,
			                 cases[i].action && strcmp(cases[i].action, all[k]) == 0);
	}
	f->image.has_config = false; /* a root file system says nothing about users */
	assert_int_equal(judge(f)->user.what, PAGE_USER_NONE);
	assert_null(action(&f->page, "non-root-user"));
	end(f);
}

/* -- command: Dockerfile reference, "Shell and exec form"
 * --------------------------------------- */

static void test_form(void **state)
{
	static const struct {
		const char *entrypoint[4], *cmd[4];
		enum page_form form;
	} cases[] = {
		{ { "/bin/sh", "-c", "exec x" }, { NULL }, PAGE_FORM_SHELL },
		{ { NULL }, { "/bin/sh", "-c", "dotnet x" }, PAGE_FORM_SHELL },
		{ { "/bin/bash", "-eo", "pipefail", "-c" }, { NULL }, PAGE_FORM_SHELL },
		{ { "/bin/bash", "-ec", "x" }, { NULL }, PAGE_FORM_SHELL },
		{ { "dotnet", "x.dll" }, { NULL }, PAGE_FORM_EXEC },
		{ { "dotnet", "x.dll" }, { "/bin/sh", "-c", "x" }, PAGE_FORM_EXEC },
		{ { "/bin/sh", "/entrypoint.sh" }, { NULL }, PAGE_FORM_EXEC },
		{ { "/bin/bash", "--rcfile", "x" }, { NULL }, PAGE_FORM_EXEC },
		{ { "tool", "-c", "x" }, { NULL }, PAGE_FORM_EXEC },
		{ { NULL }, { NULL }, PAGE_FORM_NONE },
	};
	struct fixture *f = begin();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f->image.config.entrypoint = f->image.config.cmd = (struct strings){ 0 };
		for (size_t k = 0; k < 4 && cases[i].entrypoint[k]; k++)
			add_string(f, &f->image.config.entrypoint, cases[i].entrypoint[k]);
		for (size_t k = 0; k < 4 && cases[i].cmd[k]; k++)
			add_string(f, &f->image.config.cmd, cases[i].cmd[k]);
		assert_int_equal(judge(f)->form, cases[i].form);
		assert_int_equal(action(&f->page, "exec-form") != NULL, cases[i].form == PAGE_FORM_SHELL);
	}
	end(f);
}

static void test_ports(void **state)
{
	struct fixture *f = begin();

	(void)state;
	add_string(f, &f->image.config.exposed_ports, "8080/tcp");
	add_string(f, &f->image.config.exposed_ports, "1024");
	add_string(f, &f->image.config.exposed_ports, "99999/tcp");
	add_string(f, &f->image.config.exposed_ports, "web");
	judge(f);
	assert_int_equal(f->page.ports.len, 4);
	assert_int_equal(f->page.ports.items[0].number, 8080);
	assert_int_equal(f->page.ports.items[2].number, 0);
	assert_null(action(&f->page, "high-ports"));
	assert_null(action(&f->page, "close-ssh"));
	add_string(f, &f->image.config.exposed_ports, "22/tcp");
	judge(f);
	assert_non_null(action(&f->page, "close-ssh"));
	assert_null(action(&f->page, "high-ports"));
	add_string(f, &f->image.config.exposed_ports, "1023/udp");
	judge(f);
	assert_true(f->page.ports.items[5].privileged);
	assert_non_null(action(&f->page, "high-ports"));
	end(f);
}

static void test_age(void **state)
{
	struct fixture *f = begin();

	(void)state;
	f->image.config.created = BYTES("2026-11-01T00:00:00Z");
	assert_true(judge(f)->has_created);
	assert_int_equal(f->now - f->page.created, 21 * DAY);
	f->image.config.created = BYTES("1970-01-01T00:00:00Z");
	assert_false(judge(f)->has_created);
	f->image.config.created = BYTES("1980-01-01T00:00:00Z");
	assert_false(judge(f)->has_created);
	f->image.config.created = BYTES("yesterday");
	assert_false(judge(f)->has_created);
	end(f);
}

/* -- files ------------------------------------------------------------------------------------ */

static void test_modes(void **state)
{
	struct fixture *f = begin();

	(void)state;
	add_layer(f, 100, 1000, "");
	add_file(f, "usr/bin/plain", 0755, 10);
	add_other(f, ENTRY_DIR, "var/mail", 02775, ""); /* a setgid folder gives nobody rights */
	add_other(f, ENTRY_DIR, "tmp", 01777, "");      /* sticky */
	add_other(f, ENTRY_SYMLINK, "usr/bin/link", 0777, "plain");
	add_other(f, ENTRY_CHAR, "dev/null", 0666, "");
	judge(f);
	assert_int_equal(f->page.setuid.total + f->page.setgid.total + f->page.capabilities.total, 0);
	assert_int_equal(f->page.world_writable.total, 0);
	assert_null(action(&f->page, "drop-setuid"));
	assert_null(action(&f->page, "drop-capabilities"));
	assert_null(action(&f->page, "lock-writable"));

	add_file(f, "usr/bin/sudo", 04755, 10);
	add_file(f, "usr/bin/both", 06755, 10);
	apply(f, (struct entry){ .type = ENTRY_FILE,
	                         .path = BYTES("usr/bin/ping"),
	                         .mode = 0755,
	                         .capability = BYTES("\1\0\0\2") });
	add_other(f, ENTRY_DIR, "data", 0777, "");
	add_file(f, "data/z", 0666, 1);
	judge(f);
	assert_int_equal(f->page.setuid.total, 2);
	assert_bytes(f->page.setuid.items[0].path, "usr/bin/both"); /* sorted */
	assert_int_equal(f->page.setuid.items[1].mode, 04755);
	assert_int_equal(f->page.setgid.total, 1);
	assert_int_equal(action(&f->page, "drop-setuid")->files, 3);
	assert_bytes(f->page.capabilities.items[0].path, "usr/bin/ping");
	assert_non_null(action(&f->page, "drop-capabilities"));
	assert_int_equal(f->page.world_writable.total, 2);
	assert_bytes(f->page.world_writable.items[0].path, "data");
	assert_int_equal(action(&f->page, "lock-writable")->files, 2);
	end(f);
}

static void test_sizes(void **state)
{
	struct fixture *f = begin();

	(void)state;
	add_layer(f, 100, 1000, "/bin/sh -c #(nop) ADD file:abc in / ");
	add_file(f, "usr/lib/a", 0644, 500);
	add_file(f, "usr/lib/deep/b", 0644, 100);
	add_file(f, "usr/bin/c", 0755, 50);
	add_layer(f, 30, 300, "|1 TOKEN=geheim /bin/sh -c git clone https://u:p@host/r a@b # buildkit");
	add_file(f, "app/x/y", 0644, 200);
	add_file(f, "rootfile", 0644, 7);
	apply(f, (struct entry){ .type = ENTRY_HARDLINK,
	                         .path = BYTES("app/again"),
	                         .mode = 0644,
	                         .link = BYTES("app/x/y") });
	judge(f);
	assert_int_equal(f->page.compressed, 130);
	assert_int_equal(f->page.expanded, 1300);
	assert_int_equal(f->page.visible, 857);
	assert_int_equal(f->page.files, 6);
	assert_int_equal(f->page.folders.len, 4);
	assert_bytes(f->page.folders.items[0].path, "usr/lib");
	assert_int_equal(f->page.folders.items[0].size, 600);
	assert_bytes(f->page.folders.items[1].path, "app");
	assert_int_equal(f->page.folders.items[1].files, 2);
	assert_bytes(f->page.folders.items[3].path, "");
	assert_bytes(f->page.layers.items[0].command, "ADD file:abc in /");
	assert_bytes(f->page.layers.items[1].command, "git clone https://host/r a@b");
	end(f);
}

static void test_hidden(void **state)
{
	struct fixture *f = begin();

	(void)state;
	add_layer(f, 1, 1, "");
	add_file(f, "app/data", 0644, 900000);
	add_file(f, "root/.ssh/id_ed25519", 0600, 400);
	add_file(f, "root/.docker/config.json", 0600, 100);
	add_file(f, "app/config.json", 0644, 100);
	add_file(f, "app/seen.key", 0644, 10);
	judge(f);
	assert_int_equal(f->page.hidden_files, 0);
	assert_null(action(&f->page, "deleted-secrets"));

	add_layer(f, 1, 1, "");
	add_file(f, "app/data", 0644, 900000); /* replaced */
	add_file(f, "app/config.json", 0644, 100);
	judge(f);
	assert_int_equal(f->page.hidden_files, 2);
	assert_int_equal(f->page.hidden_bytes, 900100);
	assert_int_equal(f->page.layers.items[0].hidden, 900100);
	assert_null(action(&f->page, "deleted-secrets"));
	assert_null(action(&f->page, "reclaim-hidden"));

	add_other(f, ENTRY_FILE, "root/.wh..ssh", 0, "");
	add_other(f, ENTRY_FILE, "root/.wh..docker", 0, "");
	add_layer(f, 1, 1, "");
	add_file(f, "app/data", 0644, 900000);
	judge(f);
	assert_int_equal(f->page.hidden_notable.total, 2);
	assert_bytes(f->page.hidden_notable.items[0].path, "root/.docker/config.json");
	assert_bytes(f->page.hidden_notable.items[1].path, "root/.ssh/id_ed25519");
	assert_int_equal(action(&f->page, "deleted-secrets")->files, 2);
	assert_int_equal(action(&f->page, "reclaim-hidden")->bytes, 900100 + 500 + 900000);
	end(f);
}

static void test_tools(void **state)
{
	struct fixture *f = begin();
	uint32_t gcc, library;

	(void)state;
	add_layer(f, 1, 1, "");
	add_other(f, ENTRY_SYMLINK, "bin", 0777, "usr/bin");
	add_file(f, "usr/bin/curl", 0644, 10);            /* cannot be run */
	add_file(f, "opt/bin/wget", 0755, 10);            /* in no folder of PATH */
	add_other(f, ENTRY_DIR, "usr/bin/ssh", 0755, ""); /* no program */
	add_other(f, ENTRY_SYMLINK, "usr/bin/nc", 0777, "nowhere");
	judge(f);
	assert_int_equal(f->page.tools.len, 0);

	add_file(f, "usr/bin/busybox", 0755, 10);
	add_other(f, ENTRY_SYMLINK, "usr/bin/sh", 0777, "/bin/busybox");
	gcc = add_file(f, "usr/bin/gcc", 0755, 1000);
	library = add_file(f, "usr/lib/gcc/cc1", 0755, 9000);
	add_file(f, "usr/share/dotnet/sdk/9.0.100/dotnet.dll", 0644, 10);
	*ARENA_PUSH(&f->image.arena, &f->facts.packages) = (struct package){ .ecosystem = ECO_DEB,
		                                                                 .name = BYTES("gcc-12") };
	tree_edit(f->image.tree, gcc)->package = tree_edit(f->image.tree, library)->package = 1;
	judge(f);
	assert_int_equal(f->page.tools.len, 4);
	assert_bytes(f->page.tools.items[0].name, "busybox");
	assert_bytes(f->page.tools.items[1].path, "usr/bin/sh");
	assert_int_equal(f->page.tools.items[2].group, PAGE_COMPILER);
	assert_bytes(f->page.tools.items[3].name, ".NET SDK");
	assert_int_equal(action(&f->page, "drop-compilers")->bytes, 10000);
	assert_non_null(action(&f->page, "drop-shell"));
	assert_null(action(&f->page, "drop-network-tools"));
	end(f);
}

/* -- packages and runtimes -------------------------------------------------------------------- */

static void add_package(struct fixture *f, enum ecosystem ecosystem, bool hidden, bool assetless,
                        bool overridden)
{
	*ARENA_PUSH(&f->image.arena, &f->facts.packages) = (struct package){ .ecosystem = ecosystem,
		                                                                 .name = BYTES("p"),
		                                                                 .version = BYTES("1"),
		                                                                 .hidden = hidden,
		                                                                 .assetless = assetless,
		                                                                 .overridden = overridden };
}

static void test_ecosystems(void **state)
{
	struct fixture *f = begin();

	(void)state;
	assert_int_equal(judge(f)->ecosystems.len, 0);
	add_package(f, ECO_DEB, false, false, false);
	add_package(f, ECO_DEB, true, false, false);
	add_package(f, ECO_NUGET, false, false, false);
	add_package(f, ECO_NUGET, false, true, false);
	add_package(f, ECO_NUGET, false, false, true);
	add_package(f, ECO_NUGET, true, true, false);
	judge(f);
	assert_int_equal(f->page.ecosystems.len, 2);
	const struct page_ecosystem *deb = &f->page.ecosystems.items[0], *nuget = deb + 1;

	assert_int_equal(deb->packages, 1);
	assert_int_equal(deb->hidden, 1);
	assert_int_equal(nuget->packages, 1);
	assert_int_equal(nuget->assetless, 1);
	assert_int_equal(nuget->overridden, 1);
	assert_int_equal(nuget->hidden, 1);
	end(f);
}

/* Support of .NET 9 ends on 2026-11-10, of .NET 10 on 2028-11-14 (releases-index.json of
 * dotnet/core). */
static void test_runtimes(void **state)
{
	static const char *const all[] = { "supported-runtime", "patch-runtime", "ending-runtime" };
	static const struct {
		const char *version, *day, *action;
		bool hidden;
	} cases[] = {
		{ "9.0.7", "2026-11-11", "supported-runtime", false },
		{ "9.0.7", "2026-11-11", NULL, true },
		{ "9.0.999", "2026-11-10", "ending-runtime", false },
		{ "10.0.0", "2026-11-22", "patch-runtime", false },
		{ "10.0.999", "2026-11-22", NULL, false },
		{ "10.0.999", "2028-11-01", "ending-runtime", false },
		{ "99.0.0", "2026-11-22", NULL, false },
	};
	struct fixture *f = begin();
	struct dotnet_runtime *runtime = ARENA_PUSH(&f->image.arena, &f->facts.runtimes);

	(void)state;
	runtime->name = BYTES("Microsoft.NETCore.App");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		runtime->version = bytes_str(cases[i].version);
		runtime->hidden = cases[i].hidden;
		assert_true(text_from_date(bytes_str(cases[i].day), &f->now));
		judge(f);
		for (size_t k = 0; k < 3; k++)
			if ((action(&f->page, all[k]) != NULL) !=
			    (cases[i].action && strcmp(cases[i].action, all[k]) == 0))
				fail_msg("%s on %s: %s", cases[i].version, cases[i].day, all[k]);
	}
	end(f);
}

/* -- the page --------------------------------------------------------------------------------- */

static void shown(struct fixture *f, buf *text, bool as_json)
{
	static const struct terminal paper = { .width = 80 };
	struct stream out;
	err e = { 0 };

	judge(f);
	stream_init(&out, stream_to_buf, text);
	if (as_json)
		audit_json(&f->page, &out);
	else
		audit_text(&f->page, &paper, &out);
	assert_int_equal(stream_finish(&out, &e), 0);
}

static bool says(const buf *text, const char *what)
{
	return bytes_search(buf_bytes(text), bytes_str(what)) < text->n;
}

/* An image in perfect order has no section it has nothing to say in. */
static void test_text_silent(void **state)
{
	static const char *const absent[] = { "DO FIRST", "INTRUDER", ".NET",  "PACKAGES", "hidden",
		                                  "gap",      "ports",    "built", "\nsetuid", "\x1b" };
	struct fixture *f = begin();
	buf text = BUF_INIT(1 << 20);

	(void)state;
	add_string(f, &f->image.config.entrypoint, "/app/shop");
	add_layer(f, 100, 1000, "COPY shop /app/");
	add_file(f, "app/shop", 0755, 900);
	shown(f, &text, false);
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		if (says(&text, absent[i]))
			fail_msg("says '%s': " PRIb, absent[i], BYTESF(buf_bytes(&text)));
	assert_true(says(&text, "/app/shop (exec form)"));
	assert_true(says(&text, "uid 1654"));
	buf_done(&text);
	end(f);
}

/* Names from the image are shown escaped, in both forms, and no line is wider than the paper. */
static void test_text_hostile(void **state)
{
	struct fixture *f = begin();
	buf text = BUF_INIT(1 << 20), json = BUF_INIT(1 << 20);
	bytes rest, line;

	(void)state;
	add_layer(f, 100, 1000, "RUN \x1b[2J");
	add_file(f, "usr/bin/\x1b]0;x\x07\xff", 04755, 900);
	add_string(f, &f->image.config.entrypoint, "/bin/\x9b");
	*ARENA_PUSH(&f->image.arena,
	            &f->image.gaps) = (struct image_gap){ .node = TREE_NONE,
		                                              .text = BYTES("half \x1b a file") };
	f->image.gaps_total = 1;
	shown(f, &text, false);
	assert_false(says(&text, "\x1b"));
	assert_true(says(&text, "usr/bin/\\x1b]0;x\\x07\\xff"));
	assert_true(says(&text, "layer 1: half \\x1b a file"));
	rest = buf_bytes(&text);
	while (bytes_line(&rest, &line))
		if (line.n > 80 && bytes_search(line, BYTES("…")) == line.n)
			fail_msg("too wide: " PRIb, BYTESF(line));
	shown(f, &json, true);
	assert_false(says(&json, "\x1b"));
	assert_true(says(&json, "\"path_hex\": \"7573722f62696e2f1b5d303b7807ff\""));
	assert_true(says(&json, "\"schema\": \"oakum.audit/1\""));
	buf_done(&text);
	buf_done(&json);
	end(f);
}

static void test_colour(void **state)
{
	const struct terminal colour = { .is_tty = true, .has_colour = true, .width = 80 };
	struct fixture *f = begin();
	buf text = BUF_INIT(1 << 20);
	struct stream out;
	err e = { 0 };

	(void)state;
	f->image.config.user = BYTES("");
	judge(f);
	stream_init(&out, stream_to_buf, &text);
	audit_text(&f->page, &colour, &out);
	assert_int_equal(stream_finish(&out, &e), 0);
	assert_true(says(&text, "\x1b[31m"));
	buf_done(&text);
	end(f);
}

/* Every action has its text, and titles fit the page. */
static void test_advice(void **state)
{
	(void)state;
	for (const struct advice *a = advice_table; a->id; a++) {
		assert_true(strlen(a->id) <= 20 && strlen(a->title) <= 57);
		assert_true(*a->why && *a->how && *a->standards);
		assert_ptr_equal(advice_find(a->id), a);
	}
	assert_null(advice_find("nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user),        cmocka_unit_test(test_form),
		cmocka_unit_test(test_ports),       cmocka_unit_test(test_age),
		cmocka_unit_test(test_modes),       cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_hidden),      cmocka_unit_test(test_tools),
		cmocka_unit_test(test_ecosystems),  cmocka_unit_test(test_runtimes),
		cmocka_unit_test(test_text_silent), cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_colour),      cmocka_unit_test(test_advice),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
