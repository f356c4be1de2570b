/* SPDX-License-Identifier: Apache-2.0 */
/* npm, Python, RubyGems and Composer: what their files say, who owns what, what lock files add. */
#include "catalog_fixture.h"

/* collect_as(f, kind, files): in a folder (rootfs:) lock files count, in an image they do not. */
static void collect_as(struct fixture *f, enum target_kind kind, const struct fixture_file *files)
{
	fixture_init(f);
	f->image.kind = kind;
	fixture_layer(f,
	              (struct fixture_file[]){ { .path = "etc/os-release", .body = "ID=x\n" }, { 0 } });
	fixture_layer(f, files);
	fixture_collect(f);
}

static void collect_files(struct fixture *f, const struct fixture_file *files)
{
	collect_as(f, TARGET_ROOTFS, files);
}

/* names(f, eco): "name@version name@version", in the order of the facts. */
static const char *names(const struct fixture *f, enum ecosystem eco)
{
	static char out[2048];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts.packages.len; i++) {
		const struct package *p = &f->facts.packages.items[i];

		if (p->ecosystem != eco || p->hidden)
			continue;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s" PRIb "@" PRIb, n ? " " : "",
		                      BYTESF(p->name), BYTESF(p->version));
		assert_true(n < sizeof(out));
	}
	return out;
}

static bool is_identified(const struct fixture *f, const char *path)
{
	uint32_t node = tree_find(f->image.tree, bytes_str(path), false);

	assert_int_not_equal(node, TREE_NONE);
	return tree_get(f->image.tree, node)->flags & TREE_IDENTIFIED;
}

/* -- npm --------------------------------------------------------------------------------------- */

static void test_npm_installed(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(
		&f,
		(struct fixture_file[]){
			{ .path = "app/package.json",
	          .body = "{\"name\":\"shop\",\"version\":\"1.0.0\",\"private\":true}" },
			{ .path = "app/node_modules/ms/package.json",
	          .body = "{\"name\":\"ms\",\"version\":\"2.1.3\",\"license\":\"MIT\"}" },
			{ .path = "app/node_modules/ms/index.js", .body = "x" },
			{ .path = "app/node_modules/ms/dist/esm/package.json",
	          .body = "{\"type\":\"module\"}" },
			{ .path = "app/node_modules/ms/test/data/package.json",
	          .body = "{\"name\":\"fixture\",\"version\":\"9.9.9\"}" },
			{ .path = "app/node_modules/@babel/core/package.json",
	          .body = "{\"name\":\"@babel/core\",\"version\":\"7.0.0\","
	                  "\"licenses\":[{\"type\":\"BSD-2-Clause\"}]}" },
			{ .path = "app/node_modules/@babel/core/node_modules/ms/package.json",
	          .body = "{\"name\":\"ms\",\"version\":\"2.0.0\",\"license\":{\"type\":\"ISC\"}}" },
			{ .path = "app/node_modules/@babel/core/node_modules/ms/i.js", .body = "x" },
			{ .path = "app/node_modules/nameless/package.json", .body = "{\"name\":\"nameless\"}" },
			{ .path = "opt/yarn/package.json",
	          .body = "{\"name\":\"yarn\",\"version\":\"1.22.22\"}" },
			{ .path = "opt/yarn/bin/yarn.js", .body = "x" },
			{ 0 } });
	assert_string_equal(names(&f, ECO_NPM), "@babel/core@7.0.0 ms@2.0.0 ms@2.1.3 yarn@1.22.22");
	assert_bytes(fixture_package(&f, "@babel/core")->licence, "BSD-2-Clause");
	assert_bytes(fixture_package(&f, "ms")->licence, "ISC");
	assert_string_equal(package_purl(fixture_package(&f, "@babel/core"), &f.arena),
	                    "pkg:npm/%40babel/core@7.0.0");
	assert_bytes(fixture_owner(&f, "app/node_modules/ms/index.js"), "ms");
	assert_bytes(fixture_owner(&f, "app/node_modules/ms/test/data/package.json"), "ms");
	assert_bytes(fixture_owner(&f, "app/node_modules/@babel/core/node_modules/ms/i.js"), "ms");
	assert_bytes(fixture_owner(&f, "opt/yarn/bin/yarn.js"), "");
	assert_true(is_identified(&f, "app/package.json"));
	assert_true(is_identified(&f, "opt/yarn/package.json"));
	assert_true(is_identified(&f, "app/node_modules/nameless/package.json"));
	assert_int_equal(fixture_gaps(&f, "'nameless' without a version"), 1);
	assert_int_equal(f.image.gaps.len, 1);
	assert_false(is_identified(&f, "opt/yarn/bin/yarn.js"));
	fixture_done(&f);
}

/* What the distribution's own packages hold is marked, so that it is not counted twice. */
static void test_owned_by_system(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/os-release", .body = "ID=debian\n" },
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: node-ms\nStatus: install ok installed\nVersion: 2.1.3-1\n" },
		{ .path = "var/lib/dpkg/info/node-ms.list",
		  .body = "/usr/share/nodejs/ms/package.json\n/usr/share/nodejs/ms/index.js\n" },
		{ .path = "usr/share/nodejs/ms/package.json",
		  .body = "{\"name\":\"ms\",\"version\":\"2.1.3\"}" },
		{ .path = "usr/share/nodejs/ms/index.js", .body = "x" },
		{ .path = "app/node_modules/qs/package.json",
		  .body = "{\"name\":\"qs\",\"version\":\"6.0.0\"}" },
		{ 0 } });
	fixture_collect(&f);
	assert_true(fixture_package(&f, "ms")->owned_by_system);
	assert_false(fixture_package(&f, "qs")->owned_by_system);
	assert_false(fixture_package(&f, "node-ms")->owned_by_system);
	assert_bytes(fixture_owner(&f, "usr/share/nodejs/ms/package.json"), "node-ms");
	fixture_done(&f);
}

static void test_npm_broken(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(&f, (struct fixture_file[]){
						  { .path = "a/node_modules/x/package.json", .body = "{\"name\":" },
						  { .path = "a/node_modules/y/package.json", .body = "[]" },
						  { .path = "a/node_modules/z/package.json",
	                        .body = "\xef\xbb\xbf{\"name\":\"z\",\"version\":\"1\"}" },
						  { 0 } });
	assert_string_equal(names(&f, ECO_NPM), "z@1");
	assert_int_equal(f.image.gaps.len, 1);
	fixture_done(&f);
}

/* An upper layer installs another version: the old one is hidden and owns nothing. */
static void test_npm_replaced(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "n/node_modules/a/package.json",
	                                             .body = "{\"name\":\"a\",\"version\":\"1\"}" },
	                                           { .path = "n/node_modules/a/x.js", .body = "x" },
	                                           { 0 } });
	fixture_layer(&f, (struct fixture_file[]){ { .path = "n/node_modules/a/package.json",
	                                             .body = "{\"name\":\"a\",\"version\":\"2\"}" },
	                                           { 0 } });
	fixture_collect(&f);
	assert_string_equal(names(&f, ECO_NPM), "a@2");
	assert_int_equal(f.facts.packages.len, 2);
	uint32_t node = tree_find(f.image.tree, BYTES("n/node_modules/a/x.js"), false);

	assert_bytes(f.facts.packages.items[tree_get(f.image.tree, node)->package - 1].version, "2");
	fixture_done(&f);
}

/* Each form of lock file, with the fields that npm ("package-lock.json" of its manual), yarn and
 * pnpm write. */
static void test_npm_locks(void **state)
{
	static const struct {
		const char *path, *body, *want;
	} cases[] = {
		{ "app/package-lock.json",
		  "{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"shop\",\"version\":\"1.0.0\"},"
		  "\"node_modules/a\":{\"version\":\"1.0.1\",\"license\":\"MIT\"},"
		  "\"node_modules/@s/b\":{\"version\":\"2.0.0\"},"
		  "\"node_modules/a/node_modules/c\":{\"version\":\"3.0.0\"},"
		  "\"node_modules/alias\":{\"name\":\"real\",\"version\":\"5.0.0\"},"
		  "\"node_modules/d\":{\"version\":\"4.0.0\",\"dev\":true},"
		  "\"node_modules/l\":{\"resolved\":\"packages/l\",\"link\":true},"
		  "\"packages/l\":{\"version\":\"0.0.1\"}}}",
		  "@s/b@2.0.0 a@1.0.1 c@3.0.0 real@5.0.0" },
		{ "app/npm-shrinkwrap.json",
		  "{\"lockfileVersion\":1,\"dependencies\":{\"a\":{\"version\":\"1.0.0\",\"dependencies\":"
		  "{\"b\":{\"version\":\"2.0.0\"}}},\"d\":{\"version\":\"3.0.0\",\"dev\":true}}}",
		  "a@1.0.0 b@2.0.0" },
		{ "app/yarn.lock",
		  "# yarn lockfile v1\n\n\"@babel/code-frame@^7.0.0\", \"@babel/code-frame@^7.1\":\n"
		  "  version \"7.12.13\"\n  resolved \"https://r/x.tgz\"\n  dependencies:\n"
		  "    version \"^9\"\n\nms@2.1.2:\n  version \"2.1.2\"\n\n"
		  "other@npm:real@^1.0.0:\n  version \"1.0.5\"\n",
		  "@babel/code-frame@7.12.13 ms@2.1.2 real@1.0.5" },
		{ "app/yarn.lock",
		  "__metadata:\n  version: 8\n\n\"ms@npm:^2.1.1\":\n  version: 2.1.3\n"
		  "\n\"shop@workspace:.\":\n  version: 0.0.0-use.local\n",
		  "ms@2.1.3" },
		{ "app/pnpm-lock.yaml",
		  "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/b@2.0.0':\n    hasBin: true\n\n"
		  "  ms@2.1.3:\n    hasBin: true\n\nsnapshots:\n\n  other@1.0.0: {}\n",
		  "@s/b@2.0.0 ms@2.1.3" },
		{ "app/pnpm-lock.yaml",
		  "lockfileVersion: 5.4\npackages:\n\n  /@s/b/2.0.0:\n    x: 1\n\n  /ms/2.1.3_p@1.0.0:\n"
		  "    dev: false\n\n  /d/1.0.0:\n    dev: true\n",
		  "@s/b@2.0.0 ms@2.1.3" },
		{ "app/pnpm-lock.yaml", "packages:\n\n  /ms@2.1.3(peer@1.0.0):\n    dev: false\n",
		  "ms@2.1.3" },
		{ "app/bun.lock",
		  "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {\n"
		  "      \"name\": \"shop\",\n    },\n  },\n  \"packages\": {\n"
		  "    \"@s/b\": [\"@s/b@2.0.0\", \"\", { \"dependencies\": { \"ms\": \"2.1.2\" } }, "
		  "\"sha512-x\"],\n\n"
		  "    \"ms\": [\"ms@2.1.3\", \"\", {}, \"sha512-y\"],\n\n"
		  "    \"a\": [\"a@workspace:packages/a\"],\n\n"
		  "    \"g\": [\"g@github:o/g#1234567\", {}, \"o-g-1234567\"],\n\n"
		  "    \"@s/b/ms\": [\"ms@2.1.2\", \"\", {}, \"sha512-z\"],\n  }\n}\n",
		  "@s/b@2.0.0 ms@2.1.2 ms@2.1.3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_files(
			&f, (struct fixture_file[]){ { .path = cases[i].path, .body = cases[i].body }, { 0 } });
		assert_string_equal(names(&f, ECO_NPM), cases[i].want);
		assert_true(is_identified(&f, cases[i].path));
		fixture_done(&f);
		/* With node_modules beside it the lock file adds nothing. */
		collect_files(&f, (struct fixture_file[]){ { .path = cases[i].path, .body = cases[i].body },
		                                           { .path = "app/node_modules/z/package.json",
		                                             .body = "{\"name\":\"z\",\"version\":\"1\"}" },
		                                           { 0 } });
		assert_string_equal(names(&f, ECO_NPM), "z@1");
		fixture_done(&f);
		collect_as(&f, TARGET_LAYOUT, (struct fixture_file[]){
			{ .path = cases[i].path, .body = cases[i].body }, { 0 } });
		assert_string_equal(names(&f, ECO_NPM), "");
		assert_true(is_identified(&f, cases[i].path));
		fixture_done(&f);
	}
}

/* -- Python ------------------------------------------------------------------------------------ */

#define SITE "usr/lib/python3.11/site-packages/"

static void test_python_installed(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(
		&f,
		(struct fixture_file[]){
			{ .path = SITE "flask/app.py", .body = "x" },
			{ .path = SITE "flask/odd,name.py", .body = "x" },
			{ .path = SITE "other.py", .body = "x" },
			{ .path = "usr/bin/flask", .body = "#!" },
			{ .path = SITE "flask-3.0.0.dist-info/RECORD",
	          .body = "../../../bin/flask,sha256=x,1\nflask/app.py,sha256=y,2\n"
	                  "\"flask/odd,name.py\",,\nflask-3.0.0.dist-info/RECORD,,\n" },
			{ .path = SITE "flask-3.0.0.dist-info/METADATA",
	          .body = "Metadata-Version: 2.1\nName: Flask\nVersion: 3.0.0\n"
	                  "License: BSD-3-Clause\n\nVersion: 9\n" },
			{ .path = SITE "flask-3.0.0.dist-info/entry_points.txt", .body = "x" },
			{ .path = SITE "zope.interface-6.1.dist-info/METADATA",
	          .body = "Name: zope.interface\r\nVersion: 6.1\r\nLicense: UNKNOWN\r\n" },
			{ .path = SITE "PyYAML-6.0.egg-info", .body = "Name: PyYAML\nVersion: 6.0\n" },
			{ .path = SITE "old-1.egg-info/PKG-INFO", .body = "Name: old\nVersion: 1\n" },
			{ .path = SITE "old-1.egg-info/installed-files.txt",
	          .body = "../other.py\nPKG-INFO\n" },
			{ .path = "srv/requirements.txt",
	          .body = "flask==2.0\nzope-interface==1.0\n# x==1\nrequests[security]==2.31.0 ; x\n"
	                  "range>=1\nstar==1.*\n-r more.txt\nhash == 4.0 \\\n  --hash=sha256:x\n" },
			{ 0 } });
	assert_string_equal(names(&f, ECO_PYPI),
	                    "Flask@3.0.0 PyYAML@6.0 hash@4.0 old@1 requests@2.31.0 "
	                    "zope.interface@6.1");
	assert_bytes(fixture_package(&f, "Flask")->licence, "BSD-3-Clause");
	assert_bytes(fixture_package(&f, "zope.interface")->licence, "");
	assert_bytes(fixture_owner(&f, SITE "flask/app.py"), "Flask");
	assert_bytes(fixture_owner(&f, SITE "flask/odd,name.py"), "Flask");
	assert_bytes(fixture_owner(&f, SITE "flask-3.0.0.dist-info/entry_points.txt"), "Flask");
	assert_bytes(fixture_owner(&f, "usr/bin/flask"), "Flask");
	assert_bytes(fixture_owner(&f, SITE "other.py"), "old");
	assert_true(is_identified(&f, "srv/requirements.txt"));
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

static void test_python_locks(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(&f, (struct fixture_file[]){
						  { .path = "a/Pipfile.lock",
	                        .body = "{\"default\":{\"six\":{\"version\":\"==1.16.0\"},"
	                                "\"git\":{\"git\":\"x\"}},"
	                                "\"develop\":{\"pytest\":{\"version\":\"==8.0\"}}}" },
						  { .path = "b/poetry.lock",
	                        .body = "[[package]]\nname = \"attrs\"\nversion = \"23.2.0\"\n"
	                                "\n[package.dependencies]\nname = \"no\"\nversion = \"1\"\n" },
						  { .path = "c/x.dist-info/METADATA", .body = "Name: x\n\nVersion: 1\n" },
						  { .path = "d/Pipfile.lock", .body = "{" },
						  { .path = "e/pylock.toml",
	                        .body = "lock-version = \"1.0\"\ncreated-by = \"uv\"\n\n[[packages]]\n"
	                                "name = \"idna\"\nversion = \"3.7\"\nindex = \"https://r\"\n\n"
	                                "[[packages]]\nname = \"shop\"\nversion = \"0.1\"\n"
	                                "directory = { path = \".\", editable = true }\n" },
						  { 0 } });
	assert_string_equal(names(&f, ECO_PYPI), "attrs@23.2.0 idna@3.7 six@1.16.0");
	assert_int_equal(fixture_gaps(&f, "without name or version"), 1);
	assert_int_equal(f.image.gaps.len, 2);
	fixture_done(&f);
}

/* -- RubyGems, Composer ------------------------------------------------------------------------ */

static void test_gems(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(
		&f,
		(struct fixture_file[]){
			{ .path = "gem/specifications/rake-13.0.6.gemspec",
	          .body = "# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\n"
	                  "Gem::Specification.new do |s|\n  s.name = \"rake\".freeze\n"
	                  "  s.version = \"13.0.6\"\n  s.licenses = [\"MIT\".freeze]\nend\n" },
			{ .path = "gem/gems/rake-13.0.6/lib/rake.rb", .body = "x" },
			{ .path = "gem/gems/other/x.rb", .body = "x" },
			{ .path = "gem/specifications/default/json-2.6.1.gemspec",
	          .body =
	              "Gem::Specification.new do |s|\n  s.name = 'json'\n  s.version = "
	              "Gem::Version.new \"2.6.1\"\n  s.licenses = [\"Ruby\", \"X\"]\nend\n" },
			{ .path = "gem/specifications/broken.gemspec", .body = "eval(x)\n" },
			{ .path = "src/x.gemspec", .body = "# stub: x 1 ruby lib\n" },
			{ 0 } });
	assert_string_equal(names(&f, ECO_GEM), "json@2.6.1 rake@13.0.6");
	assert_bytes(fixture_package(&f, "rake")->licence, "MIT");
	assert_bytes(fixture_package(&f, "json")->licence, "");
	assert_bytes(fixture_owner(&f, "gem/gems/rake-13.0.6/lib/rake.rb"), "rake");
	assert_bytes(fixture_owner(&f, "gem/gems/other/x.rb"), "");
	assert_int_equal(fixture_gaps(&f, "a gem without name or version"), 1);
	fixture_done(&f);
}

static void test_composer(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(
		&f, (struct fixture_file[]){
				{ .path = "app/vendor/composer/installed.json",
	              .body = "{\"packages\":[{\"name\":\"psr/log\",\"version\":\"3.0.0\","
	                      "\"license\":[\"MIT\",\"BSD-3-Clause\"],\"install-path\":\"../psr/log\"},"
	                      "{\"name\":\"evil/x\",\"version\":\"1\",\"install-path\":\"../../\"}]}" },
				{ .path = "app/vendor/psr/log/src/L.php", .body = "x" },
				{ .path = "app/index.php", .body = "x" },
				{ .path = "old/vendor/composer/installed.json",
	              .body = "[{\"name\":\"monolog/monolog\",\"version\":\"1.0.0\"}]" },
				{ .path = "old/vendor/monolog/monolog/M.php", .body = "x" },
				{ 0 } });
	assert_string_equal(names(&f, ECO_COMPOSER), "evil/x@1 monolog/monolog@1.0.0 psr/log@3.0.0");
	assert_bytes(fixture_package(&f, "psr/log")->licence, "MIT OR BSD-3-Clause");
	assert_bytes(fixture_owner(&f, "app/vendor/psr/log/src/L.php"), "psr/log");
	assert_bytes(fixture_owner(&f, "old/vendor/monolog/monolog/M.php"), "monolog/monolog");
	assert_bytes(fixture_owner(&f, "app/index.php"), "");
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_npm_installed),
		cmocka_unit_test(test_owned_by_system),
		cmocka_unit_test(test_npm_broken),
		cmocka_unit_test(test_npm_replaced),
		cmocka_unit_test(test_npm_locks),
		cmocka_unit_test(test_python_installed),
		cmocka_unit_test(test_python_locks),
		cmocka_unit_test(test_gems),
		cmocka_unit_test(test_composer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
