/* SPDX-License-Identifier: Apache-2.0 */
/* auth values are made with `printf USER:PASSWORD | base64`; file forms are those of
 * containers-auth.json(5) and of docker's own documentation. */
#include "net/credentials.h"

#include "sys/file.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct arena a = ARENA_INIT;
static char folder[] = "/tmp/oakum-credentials-XXXXXX";
static char *environment[8];

static const char *in(const char *name)
{
	return arena_printf(&a, "%s/%s", folder, name);
}

static void put(const char *name, const char *text, mode_t mode)
{
	err e = { 0 };
	const char *path = in(name);

	assert_int_equal(
		file_make_dirs(arena_str(&a, bytes_of(path, (size_t)(strrchr(path, '/') - path))), 0700,
	                   &e),
		0);
	assert_int_equal(file_write_atomic(path, bytes_str(text), mode, &e), 0);
}

static const char *get(const char *name)
{
	err e = { 0 };
	bytes text = { 0 };

	if (file_read_all(in(name), 1 << 20, &a, &text, &e) < 0)
		return "";
	return arena_str(&a, text);
}

/* Each test has a home of its own. */
static int set_up(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	environment[0] = arena_printf(&a, "HOME=%s/home", folder);
	environment[1] = arena_printf(&a, "PATH=%s/bin:/usr/bin:/bin", folder);
	environment[2] = arena_printf(&a, "KEPT=%s/kept", folder);
	environment[3] = environment[4] = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	char *const argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, folder, NULL };
	pid_t child = fork();

	if (child == 0) {
		execv("/bin/rm", argv);
		_exit(1);
	}
	assert_true(waitpid(child, NULL, 0) == child);
	arena_done(&a);
	return 0;
}

static struct credentials *opened(void)
{
	return credentials_open(&(struct credential_options){ .environment = environment });
}

/* found(host, repository): "user:password from FILE", "<token>:..." or "none", or the error. */
static const char *asked(struct credentials *c, const char *host, const char *repository)
{
	struct credential got;
	const char *text = "none";
	err e = { 0 };

	if (credentials_for(c, host, bytes_str(repository), &got, &e) < 0)
		text = arena_printf(&a, "%s: %s", err_kind_name(e.kind), e.text);
	else if (got.identity_token.n > 0)
		text = arena_printf(&a, "identity " PRIb, BYTESF(got.identity_token));
	else if (got.registry_token.n > 0)
		text = arena_printf(&a, "bearer " PRIb, BYTESF(got.registry_token));
	else if (got.user.n > 0)
		text = arena_printf(&a, PRIb ":" PRIb, BYTESF(got.user), BYTESF(got.password));
	return text;
}

static const char *found(const char *host, const char *repository)
{
	struct credentials *c = opened();
	const char *text = asked(c, host, repository);

	credentials_close(c);
	return text;
}

#define DOCKER "home/.docker/config.json"
#define PODMAN "home/.config/containers/auth.json"

static void docker_s_file(void **state)
{
	(void)state;
	assert_string_equal(found("ghcr.io", "a"), "none");
	put(DOCKER,
	    "{\"HttpHeaders\": {\"a\": \"b\"}, \"auths\": {"
	    "\"https://index.docker.io/v1/\": {\"auth\": \"bWU6czNjcmV0\"},"
	    "\"ghcr.io\": {\"auth\": \"dTpwOnE=\"},"
	    "\"https://quay.io\": {\"username\": \"x\", \"password\": \"y\"},"
	    "\"azurecr.example\": {\"auth\": \"MDA6\", \"identitytoken\": \"refresh\"},"
	    "\"bearer.example\": {\"registrytoken\": \"abc.def\"},"
	    "\"empty.example\": {}, \"null.example\": null}}",
	    0600);
	assert_string_equal(found("docker.io", "library/debian"), "me:s3cret");
	assert_string_equal(found("ghcr.io", "a"), "u:p:q");
	assert_string_equal(found("quay.io", "a/b"), "x:y");
	assert_string_equal(found("azurecr.example", "a"), "identity refresh");
	assert_string_equal(found("bearer.example", "a"), "bearer abc.def");
	assert_string_equal(found("empty.example", "a"), "none");
	assert_string_equal(found("null.example", "a"), "none");
	assert_string_equal(found("evil-ghcr.io", "a"), "none");
	assert_string_equal(found("ghcr.io:444", "a"), "none");
	assert_string_equal(found("ghcr.io:443", "a"), "u:p:q");
	assert_string_equal(found("[::443]", "a"), "none");
	assert_string_equal(found("sub.ghcr.io", "a"), "none");
}

/* containers-auth.json(5): the hierarchy of namespaces. cg== is "r". */
static void the_longest_namespace_wins(void **state)
{
	(void)state;
	put(PODMAN,
	    "{\"auths\": {\"my.example/foo\": {\"auth\": \"Zm9vOjE=\"},"
	    "\"my.example\": {\"auth\": \"aG9zdDoy\"},"
	    "\"my.example/foo/bar/image\": {\"auth\": \"aW1hZ2U6Mw==\"}}}",
	    0600);
	assert_string_equal(found("my.example", "foo/bar/image"), "image:3");
	assert_string_equal(found("my.example:443", "foo/bar/image"), "image:3");
	assert_string_equal(found("my.example", "foo/bar"), "foo:1");
	assert_string_equal(found("my.example", "foo"), "foo:1");
	assert_string_equal(found("my.example", "foobar"), "host:2");
	assert_string_equal(found("my.example", ""), "host:2");
}

/* Who logged in at "HOST:443" is the same at "HOST". */
static void the_port_of_https_may_be_said(void **state)
{
	(void)state;
	put(DOCKER,
	    "{\"auths\": {\"a.example:443\": {\"auth\": \"ZG9ja2VyOjE=\"},"
	    "\"b.example:8443\": {\"auth\": \"ZG9ja2VyOjE=\"}}}",
	    0600);
	put(PODMAN, "{}", 0600);
	assert_string_equal(found("a.example", "x"), "docker:1");
	assert_string_equal(found("a.example:443", "x"), "docker:1");
	assert_string_equal(found("b.example", "x"), "none");
	assert_string_equal(found("b.example:443", "x"), "none");
}

static void podman_before_docker_and_a_named_file_alone(void **state)
{
	(void)state;
	put(DOCKER,
	    "{\"auths\": {\"a.example\": {\"auth\": \"ZG9ja2VyOjE=\"},"
	    "\"b.example\": {\"auth\": \"ZG9ja2VyOjE=\"}}}",
	    0600);
	put(PODMAN, "{\"auths\": {\"a.example\": {\"auth\": \"cG9kbWFuOjE=\"}}}", 0600);
	put("run/containers/auth.json", "", 0600); /* as podman leaves it */
	environment[3] = arena_printf(&a, "XDG_RUNTIME_DIR=%s/run", folder);
	assert_string_equal(found("a.example", "x"), "podman:1");
	assert_string_equal(found("b.example", "x"), "docker:1");
	put("named.json", "{\"auths\": {\"c.example\": {\"auth\": \"bmFtZWQ6MQ==\"}}}", 0600);
	environment[3] = arena_printf(&a, "REGISTRY_AUTH_FILE=%s/named.json", folder);
	assert_string_equal(found("a.example", "x"), "none");
	assert_string_equal(found("c.example", "x"), "named:1");
	environment[3] = arena_printf(&a, "REGISTRY_AUTH_FILE=%s/lost.json", folder);
	assert_non_null(strstr(found("c.example", "x"), "lost.json"));
}

static void a_file_that_makes_no_sense_is_an_error(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{",
		"{\"auths\": []}",
		"{\"auths\": {\"a.example\": \"x\"}}",
		"{\"auths\": {\"a.example\": {\"auth\": 1}}}",
		"{\"auths\": {\"a.example\": {\"auth\": \"!\"}}}",
		"{\"auths\": {\"a.example\": {\"auth\": \"bWU=\"}}}", /* no colon */
		"{\"auths\": {\"a.example\": {\"registrytoken\": \"a\\r\\nEvil: 1\"}}}",
		"{\"auths\": {}, \"auths\": {}}",
		"{\"credsStore\": \"../sh\"}",
		"{\"credsStore\": 3}",
		"{\"credHelpers\": {\"a.example\": \"x y\"}}",
		"{\"credHelpers\": [\"x\"]}",
		"{} {}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(DOCKER, bad[i], 0600);
		const char *text = found("a.example", "x");

		if (strncmp(text, "format: ", 8) != 0 || !strstr(text, DOCKER))
			fail_msg("%s: %s", bad[i], text);
	}
	/* What the user gave for this command needs no file. */
	struct credentials *c = credentials_open(&(struct credential_options){
		.environment = environment, .user = "u", .password = "p", .only_host = "a.example" });

	assert_string_equal(asked(c, "a.example", "x"), "u:p");
	credentials_close(c);
}

static void a_secret_that_is_given_is_for_one_registry(void **state)
{
	struct credential_options o = {
		.environment = environment, .user = "u", .password = "p", .only_host = "a.example:5000"
	};
	struct credentials *c = credentials_open(&o);

	(void)state;
	assert_string_equal(asked(c, "a.example:5000", "x"), "u:p");
	assert_string_equal(asked(c, "a.example", "x"), "none");
	assert_string_equal(asked(c, "b.example", "x"), "none");
	credentials_close(c);
	o.token = "t";
	c = credentials_open(&o);
	assert_string_equal(asked(c, "a.example:5000", "x"), "bearer t");
	credentials_close(c);
	o.token = o.password = NULL;
	c = credentials_open(&o);
	assert_non_null(strstr(asked(c, "a.example:5000", "x"), "without a password"));
	credentials_close(c);
	o.only_host = NULL;
	c = credentials_open(&o);
	assert_string_equal(asked(c, "a.example:5000", "x"), "none");
	credentials_close(c);
}

/* A helper that keeps what it is told in files, as `pass` does. */
static const char keeper[] = "#!/bin/sh\n"
							 "mkdir -p \"$KEPT\"; echo \"$1\" >>\"$KEPT/calls\"\n"
							 "case $1 in\n"
							 "store) cat >\"$KEPT/stored\" ;;\n"
							 "get) read -r s; f=\"$KEPT/$(echo \"$s\" | tr / _)\"\n"
							 "	[ -f \"$f\" ] && cat \"$f\" || "
							 "{ echo 'credentials not found in native keychain'; exit 1; } ;;\n"
							 "erase) read -r s; f=\"$KEPT/$(echo \"$s\" | tr / _)\"\n"
							 "	[ -f \"$f\" ] && rm \"$f\" || "
							 "{ echo 'credentials not found in native keychain'; exit 1; } ;;\n"
							 "esac\n";

static void helpers_are_asked(void **state)
{
	(void)state;
	put("bin/docker-credential-keeper", keeper, 0755);
	put(DOCKER,
	    "{\"auths\": {\"a.example\": {\"auth\": \"ZmlsZTox\"}}, \"credsStore\": \"keeper\","
	    "\"credHelpers\": {\"c.example\": \"lost\", \"d.example\": \"broken\"}}",
	    0600);
	put("kept/https:__index.docker.io_v1_",
	    "{\"ServerURL\": \"x\", \"Username\": \"me\", \"Secret\": \"hub\"}", 0600);
	put("kept/b.example", "{\"Username\": \"<token>\", \"Secret\": \"refresh\", \"More\": 1}\n",
	    0600);
	assert_string_equal(found("docker.io", "library/debian"), "me:hub");
	assert_string_equal(found("b.example", "x"), "identity refresh");
	assert_string_equal(found("a.example", "x"),
	                    "file:1"); /* the helper knows it not, the file does */
	assert_string_equal(found("z.example", "x"), "none");
	assert_non_null(
		strstr(found("c.example", "x"), "there is no program 'docker-credential-lost'"));
	put("bin/docker-credential-broken", "#!/bin/sh\necho s3cret; echo locked >&2; exit 7\n", 0755);
	assert_non_null(strstr(found("d.example", "x"), "status 7: locked"));
	/* Its output may be a secret. */
	put("bin/docker-credential-broken", "#!/bin/sh\necho s3cret; exit 7\n", 0755);
	assert_non_null(strstr(found("d.example", "x"), "status 7: no message"));
}

static void a_helper_is_asked_once(void **state)
{
	struct credentials *c = opened();

	(void)state;
	put("bin/docker-credential-keeper", keeper, 0755);
	put(DOCKER, "{\"credHelpers\": {\"b.example\": \"keeper\"}}", 0600);
	put("kept/b.example", "{\"Username\": \"u\", \"Secret\": \"p\"}", 0600);
	for (int i = 0; i < 3; i++)
		assert_string_equal(asked(c, "b.example", i ? "x" : "y"), "u:p");
	assert_string_equal(get("kept/calls"), "get\n");
	credentials_close(c);
}

static void what_a_helper_says_is_checked(void **state)
{
	static const char *const bad[] = { "",
		                               "{}",
		                               "[]",
		                               "{\"Username\": \"u\"}",
		                               "{\"Username\": 1, \"Secret\": \"s\"}",
		                               "{\"Username\": \"u\", \"Secret\": \"\"}",
		                               "{\"Username\": \"u\", \"Secret\": \"s\"} trailing" };

	(void)state;
	put(DOCKER, "{\"credsStore\": \"keeper\"}", 0600);
	put("bin/docker-credential-keeper", keeper, 0755);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put("kept/b.example", bad[i], 0600);
		const char *text = found("b.example", "x");

		if (strncmp(text, "format: ", 8) != 0 || !strstr(text, "docker-credential-keeper"))
			fail_msg("%s: %s", bad[i], text);
	}
	put("bin/docker-credential-keeper", "#!/bin/sh\nexec cat /dev/zero\n", 0755);
	assert_int_equal(strncmp(found("b.example", "x"), "limit: ", 7), 0);
	put("kept/b.example", "{\"Username\": \"\", \"Secret\": \"\"}", 0600);
	put("bin/docker-credential-keeper", keeper, 0755);
	assert_string_equal(found("b.example", "x"), "none");
}

/* -- keeping ----------------------------------------------------------------------------------- */

static void store(const char *host, const char *user, const char *secret)
{
	struct credentials *c = opened();
	const char *where;
	err e = { 0 };

	if (credentials_store(c, host, bytes_str(user), bytes_str(secret), !strcmp(user, "<token>"),
	                      &where, &e) < 0)
		fail_msg("%s", e.text);
	credentials_close(c);
}

static enum err_kind forget(const char *host)
{
	struct credentials *c = opened();
	const char *where;
	err e = { 0 };

	(void)credentials_forget(c, host, &where, &e); /* told by the kind */
	credentials_close(c);
	return e.kind;
}

static void everything_else_in_the_file_stays(void **state)
{
	struct stat st;

	(void)state;
	put(DOCKER,
	    "{\n  \"z\" : 1.50e1,\n\t\"auths\": {\"old.example\":{\"auth\":\"bzox\", \"x\": [ ]}, "
	    "\"https://index.docker.io/v1/\": {\"auth\": \"bWU6MQ==\"}},\n"
	    "  \"proxies\": {\"a\":null}\n}\n",
	    0644);
	store("docker.io", "me", "s3cret");
	assert_string_equal(get(DOCKER),
	                    "{\n  \"z\" : 1.50e1,\n\t\"auths\": {\n"
	                    "\t\t\"old.example\": {\"auth\":\"bzox\", \"x\": [ ]},\n"
	                    "\t\t\"https://index.docker.io/v1/\": {\"auth\": \"bWU6czNjcmV0\"}\n\t},\n"
	                    "  \"proxies\": {\"a\":null}\n}\n");
	assert_int_equal(stat(in(DOCKER), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(found("docker.io", "x/y"), "me:s3cret");
	assert_int_equal(forget("docker.io"), ERR_NONE);
	assert_string_equal(get(DOCKER), "{\n  \"z\" : 1.50e1,\n\t\"auths\": {\n"
	                                 "\t\t\"old.example\": {\"auth\":\"bzox\", \"x\": [ ]}\n\t},\n"
	                                 "  \"proxies\": {\"a\":null}\n}\n");
	assert_int_equal(forget("docker.io"), ERR_ABSENT);
	assert_int_equal(forget(NULL), ERR_NONE);
	assert_string_equal(get(DOCKER),
	                    "{\n  \"z\" : 1.50e1,\n\t\"auths\": {},\n  \"proxies\": {\"a\":null}\n}\n");
}

static void a_place_is_made(void **state)
{
	struct stat st;

	(void)state;
	store("ghcr.io", "u", "p:q");
	assert_string_equal(get(PODMAN),
	                    "{\n\t\"auths\": {\n\t\t\"ghcr.io\": {\"auth\": \"dTpwOnE=\"}\n\t}\n}\n");
	assert_int_equal(stat(in(PODMAN), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(in("home/.config/containers"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* docker's is there now: the host stays where it is known, another one goes there. */
	put(DOCKER, "{}", 0600);
	store("ghcr.io", "u", "new");
	store("quay.io", "<token>", "refresh");
	assert_string_equal(found("ghcr.io", "x"), "u:new");
	assert_string_equal(found("quay.io", "x"), "identity refresh");
	assert_string_equal(get(DOCKER),
	                    "{\n\t\"auths\": {\n\t\t\"quay.io\": {\"auth\": \"PHRva2VuPjo=\", "
	                    "\"identitytoken\": \"refresh\"}\n\t}}");
}

static void a_link_stays_a_link(void **state)
{
	struct stat st;

	(void)state;
	put("dotfiles/config.json", "{\"auths\": {}}", 0600);
	put("home/.docker/other", "", 0600);
	assert_int_equal(symlink("../../dotfiles/config.json", in(DOCKER)), 0);
	store("ghcr.io", "u", "p");
	assert_int_equal(lstat(in(DOCKER), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_non_null(strstr(get("dotfiles/config.json"), "ghcr.io"));
}

static void helpers_keep(void **state)
{
	(void)state;
	put("bin/docker-credential-keeper", keeper, 0755);
	put(DOCKER, "{\"credsStore\": \"keeper\"}", 0600);
	store("docker.io", "me", "a\"b");
	assert_string_equal(get("kept/stored"), "{\"ServerURL\": \"https://index.docker.io/v1/\", "
	                                        "\"Username\": \"me\", \"Secret\": \"a\\\"b\"}\n");
	assert_string_equal(get(DOCKER),
	                    "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": {}\n\t},"
	                    "\"credsStore\": \"keeper\"}");
	store("b.example", "<token>", "t");
	assert_non_null(strstr(get("kept/stored"), "\"Username\": \"<token>\", \"Secret\": \"t\""));
	put("kept/b.example", "x", 0600);
	assert_int_equal(forget("b.example"), ERR_NONE);
	assert_string_equal(get("kept/b.example"), "");
	assert_int_equal(forget("b.example"), ERR_ABSENT);
}

static void what_cannot_be_kept_is_refused(void **state)
{
	struct credentials *c = opened();
	const char *where;
	err e = { 0 };

	(void)state;
	assert_int_equal(credentials_store(c, "a.example", BYTES("a:b"), BYTES("p"), false, &where, &e),
	                 -1);
	assert_failed(&e, ERR_USAGE);
	bytes huge = bytes_of(arena_zero(&a, 1 << 20), 1 << 20);

	assert_int_equal(credentials_store(c, "a.example", BYTES("a"), huge, false, &where, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	credentials_close(c);
	put(DOCKER, "[]", 0600);
	c = opened();
	assert_int_equal(credentials_store(c, "a.example", BYTES("a"), BYTES("p"), false, &where, &e),
	                 -1);
	assert_failed(&e, ERR_FORMAT);
	assert_string_equal(get(DOCKER), "[]");
	credentials_close(c);
}

static void where_it_was_looked_for(void **state)
{
	struct credentials *c = opened();

	(void)state;
	assert_string_equal(asked(c, "ghcr.io", "x"), "none");
	assert_string_equal(credentials_where(c, "ghcr.io"),
	                    "no credentials in ~/.docker/config.json; run 'oakum login ghcr.io'");
	credentials_close(c);
	put(DOCKER, "{}", 0600);
	put(PODMAN, "{}", 0600);
	c = opened();
	assert_string_equal(asked(c, "ghcr.io", "x"), "none");
	assert_string_equal(
		credentials_where(c, "ghcr.io"),
		"no credentials in ~/.config/containers/auth.json, ~/.docker/config.json; run "
		"'oakum login ghcr.io'");
	credentials_close(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(docker_s_file),
		TEST(the_longest_namespace_wins),
		TEST(the_port_of_https_may_be_said),
		TEST(podman_before_docker_and_a_named_file_alone),
		TEST(a_file_that_makes_no_sense_is_an_error),
		TEST(a_secret_that_is_given_is_for_one_registry),
		TEST(helpers_are_asked),
		TEST(a_helper_is_asked_once),
		TEST(what_a_helper_says_is_checked),
		TEST(everything_else_in_the_file_stays),
		TEST(a_place_is_made),
		TEST(a_link_stays_a_link),
		TEST(helpers_keep),
		TEST(what_cannot_be_kept_is_refused),
		TEST(where_it_was_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
