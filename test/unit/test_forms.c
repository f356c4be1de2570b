/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a hardened container: what stands in them, and that no value of an enemy leaves its
 * place. That they say the same as the bundle is test/cli/run-print.t's. */
#include "confine/forms.h"

#include "unit.h"

typedef int form(const struct forms *f, struct stream *out, err *e);

struct sample {
	struct arena arena;
	struct oci_config config;
	struct hardening hardening;
	struct forms forms;
	buf out;
	err e;
};

static void add(struct sample *s, struct strings *list, bytes text)
{
	*ARENA_PUSH(&s->arena, list) = text;
}

static int begin(void **state)
{
	static struct sample s;

	s = (struct sample){ .arena = ARENA_INIT, .out = BUF_INIT(1 << 20) };
	s.hardening = (struct hardening){ .name = "shop", .uid = 1654, .gid = 1654, .cwd = BYTES("/") };
	s.forms = (struct forms){ .hardening = &s.hardening,
		                      .config = &s.config,
		                      .image = "ghcr.io/team/shop@sha256:00" };
	add(&s, &s.config.entrypoint, BYTES("/shop"));
	add(&s, &s.hardening.args, BYTES("/shop"));
	*state = &s;
	return 0;
}

static int end(void **state)
{
	struct sample *s = *state;

	buf_done(&s->out);
	arena_done(&s->arena);
	return 0;
}

static const char *said(struct sample *s, form *write)
{
	struct stream out;

	buf_clear(&s->out);
	stream_init(&out, stream_to_buf, &s->out);
	assert_int_equal(write(&s->forms, &out, &s->e), 0);
	assert_int_equal(stream_finish(&out, &s->e), 0);
	return arena_str(&s->arena, buf_bytes(&s->out));
}

static void refused(struct sample *s, form *write, const char *why)
{
	struct stream out;

	buf_clear(&s->out);
	stream_init(&out, stream_to_buf, &s->out);
	assert_int_equal(write(&s->forms, &out, &s->e), -1);
	assert_int_equal(s->e.kind, ERR_USAGE);
	if (!strstr(s->e.text, why))
		fail_msg("'%s' does not say '%s'", s->e.text, why);
	s->e = (err){ 0 };
	assert_int_equal(stream_finish(&out, &s->e), 0);
	assert_int_equal(s->out.n, 0);
}

static void refused_by_all(struct sample *s, const char *why)
{
	refused(s, forms_kubernetes, why);
	refused(s, forms_docker, why);
	refused(s, forms_compose, why);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

static void test_groups(void **state)
{
	struct sample *s = *state;

	has_not(said(s, forms_kubernetes), "supplementalGroups");
	*ARENA_PUSH(&s->arena, &s->hardening.groups) = 50;
	*ARENA_PUSH(&s->arena, &s->hardening.groups) = 3000;
	has(said(s, forms_kubernetes),
	    "        supplementalGroups:\n          - 50\n          - 3000\n");
	has(said(s, forms_docker), " \\\n  --group-add 50 \\\n  --group-add 3000 \\\n");
	has(said(s, forms_compose), "    group_add:\n      - \"50\"\n      - \"3000\"\n");
	s->hardening.without = 1U << DEFENCE_USER; /* root by that flag has none */
	has_not(said(s, forms_docker), "--group-add");
}

/* -- the image's own is not said again --------------------------------------------------------- */

static void test_program(void **state)
{
	struct sample *s = *state;

	add(s, &s->config.cmd, BYTES("serve"));
	add(s, &s->hardening.args, BYTES("serve"));
	has_not(said(s, forms_docker), "--entrypoint");
	has(said(s, forms_docker), "\n  'ghcr.io/team/shop@sha256:00'\n");
	has_not(said(s, forms_kubernetes), "command:");
	has_not(said(s, forms_kubernetes), "args:");

	s->hardening.args.items[1] = BYTES("other");
	has(said(s, forms_docker), "\n  'ghcr.io/team/shop@sha256:00' 'other'\n");
	has(said(s, forms_kubernetes), "          args:\n            - \"other\"\n");
	has(said(s, forms_compose), "    command:\n      - \"other\"\n");
	has_not(said(s, forms_kubernetes), "command:");

	s->hardening.args.len = 1; /* without the image's word: only a new program drops it */
	has(said(s, forms_docker), "--entrypoint '/shop' \\\n  'ghcr.io/team/shop@sha256:00'\n");
	has(said(s, forms_kubernetes), "          command:\n            - \"/shop\"\n");
	has(said(s, forms_compose), "    entrypoint:\n      - \"/shop\"\n");
}

static void test_environment(void **state)
{
	struct sample *s = *state;

	add(s, &s->config.env, BYTES("PATH=/bin"));
	add(s, &s->hardening.env, BYTES("PATH=/bin"));
	has_not(said(s, forms_kubernetes), "PATH");
	add(s, &s->hardening.env, BYTES("A=$(B) ${C}"));
	has(said(s, forms_kubernetes), "- name: \"A\"\n              value: \"$$(B) $${C}\"\n");
	has(said(s, forms_compose), "      - \"A=$$(B) $${C}\"\n");
	has(said(s, forms_docker), "--env 'A=$(B) ${C}'");
	s->hardening.env.items[1] = BYTES("A");
	refused_by_all(s, "variable 'A'");
	s->hardening.env.items[1] = BYTES("=A");
	refused_by_all(s, "variable '=A'");
	s->hardening.env.items[1] = BYTES("A\xc3\xa4=1");
	refused(s, forms_kubernetes, "variable");
	has(said(s, forms_docker), "--env 'A\xc3\xa4=1'");
}

/* -- hostile values ---------------------------------------------------------------------------- */

static void test_shell(void **state)
{
	struct sample *s = *state;

	add(s, &s->hardening.args, BYTES("a'b\n`c`$(d)\"\\"));
	add(s, &s->hardening.args, BYTES(""));
	add(s, &s->hardening.args, BYTES("x\x1b[2J\xffy"));
	add(s, &s->hardening.args, BYTES("\xe2\x80\xae"));
	has(said(s, forms_docker), " 'a'\\''b\n`c`$(d)\"\\' '' 'x'\"$(printf '\\033')\"'[2J'"
	                           "\"$(printf '\\377')\"'y' \"$(printf '\\342\\200\\256')\"\n");
	refused(s, forms_kubernetes, "no UTF-8");
	refused(s, forms_compose, "no UTF-8");
}

static void test_yaml(void **state)
{
	struct sample *s = *state;

	add(s, &s->hardening.args, BYTES("a\"b\\\n# {{x}}: &y *z\t\x7f"));
	add(s, &s->hardening.args, BYTES("\xe2\x80\xae\xf3\xa0\x80\x81\xef\xbf\xbf\xf0\x9f\x98\x80"));
	has(said(s, forms_kubernetes), "- \"a\\\"b\\\\\\n# {{x}}: &y *z\\u0009\\u007F\"\n");
	has(said(s, forms_compose), "- \"\\u202E\\U000E0001\\uFFFF\xf0\x9f\x98\x80\"\n");
}

static void test_refused(void **state)
{
	struct sample *s = *state;
	static const char *const names[] = {
		"", "Shop", "1shop", "shop-", "a b", "a\n- b", "no", "a.b"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		s->hardening.name = names[i];
		refused_by_all(s, "name");
	}
	s->hardening.name = "a23456789-123456789-123456789-123456789-123456789-123456789-1234";
	refused_by_all(s, "name");
	s->hardening.name = "shop";
	add(s, &s->hardening.args, BYTES("a\0b"));
	refused_by_all(s, "NUL");
	s->hardening.args.len = 1;
	add(s, &s->config.volumes, BYTES("/data:rw"));
	refused_by_all(s, "volume '/data:rw'");
	s->config.volumes.items[0] = BYTES("data");
	refused_by_all(s, "volume 'data'");
	s->config.volumes.len = 0;
	*ARENA_PUSH(&s->arena, &s->hardening.folders) = (struct hardening_folder){ "/tmp,exec", 1024 };
	refused_by_all(s, "folder '/tmp,exec'");
	s->hardening.folders.len = 0;
	*ARENA_PUSH(&s->arena, &s->hardening.secrets) = (struct hardening_secret){ "a/b", "/f" };
	refused_by_all(s, "secret 'a/b'");
	s->hardening.secrets.items[0] = (struct hardening_secret){ "..", "/f" };
	refused_by_all(s, "secret '..'");
	s->hardening.secrets.items[0] = (struct hardening_secret){ "a", "/\xff" };
	refused(s, forms_compose, "no UTF-8");
	s->hardening.secrets.len = 0;
	s->hardening.args.items[0] = BYTES("");
	refused_by_all(s, "program");
}

static void test_mounts(void **state)
{
	struct sample *s = *state;

	*ARENA_PUSH(&s->arena, &s->hardening.secrets) = (struct hardening_secret){ "DB_PASS",
		                                                                       "/a,b\"c $x" };
	add(s, &s->config.volumes, BYTES("/data"));
	has(said(s, forms_docker),
	    "--mount 'type=bind,\"source=/a,b\"\"c $x\",target=/run/secrets/DB_PASS,"
	    "ro'");
	has(said(s, forms_docker), "--mount 'type=volume,\"target=/data\",ro'");
	has(said(s, forms_compose), "  \"DB_PASS\":\n    file: \"/a,b\\\"c $$x\"\n");
	has(said(s, forms_kubernetes), "# Its secrets: kubectl create secret generic shop "
	                               "--from-file=DB_PASS=FILE\n");
	has(said(s, forms_kubernetes),
	    "              readOnly: true\n              mountPath: \"/data\"\n");
	s->hardening.without = 1U << DEFENCE_READONLY;
	has_not(said(s, forms_docker), "type=volume");
}

static void test_rights(void **state)
{
	struct sample *s = *state;

	has(said(s, forms_docker), "--cap-drop ALL");
	has(said(s, forms_docker), "--network none");
	hardening_leave_out(&s->hardening, 1U << DEFENCE_CAPABILITIES);
	has_not(said(s, forms_docker), "--cap");
	s->hardening.capabilities = 1U << 13 | 1U; /* linux/capability.h: CHOWN 0, NET_RAW 13 */
	has(said(s, forms_docker), "--cap-drop ALL \\\n  --cap-add CHOWN \\\n  --cap-add NET_RAW");
	has(said(s, forms_kubernetes), "              drop: [ALL]\n              add:\n"
	                               "                - CHOWN\n                - NET_RAW\n");
	has(said(s, forms_compose), "    cap_add:\n      - CHOWN\n      - NET_RAW\n");
	*ARENA_PUSH(&s->arena, &s->hardening.ports) = (struct hardening_port){ "::1", 8080, 80 };
	has(said(s, forms_docker), "--publish [::1]:8080:80");
	has_not(said(s, forms_docker), "--network");
	s->forms.seccomp = "shop $1.json";
	has(said(s, forms_docker), "--security-opt 'seccomp=shop $1.json'");
	has(said(s, forms_compose), "- \"seccomp:shop $$1.json\"");
	has(said(s, forms_kubernetes), "type: Localhost\n          localhostProfile: \"shop $1.json\"");
	s->hardening.without |= 1U << DEFENCE_SECCOMP;
	has_not(said(s, forms_kubernetes), "shop $1");
	has(said(s, forms_kubernetes), "type: Unconfined");
}

static void test_image(void **state)
{
	struct sample *s = *state;
	digest d = { 0 }, none = { 0 };
	struct target registry = { TARGET_REGISTRY, "", "", "" };
	struct target local = { TARGET_LAYOUT, "", "", "" };

	registry.tag = registry.text = "nginx:1";
	assert_int_equal(digest_parse(BYTES("sha256:"
	                                    "0123456789abcdef0123456789abcdef"
	                                    "0123456789abcdef0123456789abcdef"),
	                              &d, &s->e),
	                 0);
	assert_string_equal(forms_image(&registry, &d, &s->arena),
	                    "docker.io/library/nginx@sha256:0123456789abcdef0123456789abcdef"
	                    "0123456789abcdef0123456789abcdef");
	assert_string_equal(forms_image(&registry, &none, &s->arena), "docker.io/library/nginx:1");
	local.path = "/x/My Shop_2";
	assert_string_equal(forms_image(&local, &none, &s->arena), "my-shop-2");
	local.path = "/x/\xff..";
	assert_string_equal(forms_image(&local, &none, &s->arena), "image");
}

/* Names as Services of Kubernetes have them (RFC 1035, 2.3.1). */
static void test_name(void **state)
{
	static const char *const names[][2] = {
		{ "/x/My Shop_2", "my-shop-2" }, { "/x/", "image" },   { "7zip", "image-7zip" },
		{ "/srv/yes", "image-yes" },     { "a.tar", "a-tar" },
	};
	struct sample *s = *state;
	struct target registry = { TARGET_REGISTRY, "", "ghcr.io/team/shop.web:1", "" };
	struct target local = { TARGET_LAYOUT, "", "", "" };
	char path[101] = { 0 };

	assert_string_equal(forms_name(&registry, &s->arena), "shop-web");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		local.path = names[i][0];
		assert_string_equal(forms_name(&local, &s->arena), names[i][1]);
	}
	memset(path, 'a', 100);
	path[62] = '.';
	local.path = path;
	assert_int_equal(strlen(forms_name(&local, &s->arena)), 62);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_program, begin, end),
		cmocka_unit_test_setup_teardown(test_groups, begin, end),
		cmocka_unit_test_setup_teardown(test_environment, begin, end),
		cmocka_unit_test_setup_teardown(test_shell, begin, end),
		cmocka_unit_test_setup_teardown(test_yaml, begin, end),
		cmocka_unit_test_setup_teardown(test_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_mounts, begin, end),
		cmocka_unit_test_setup_teardown(test_rights, begin, end),
		cmocka_unit_test_setup_teardown(test_image, begin, end),
		cmocka_unit_test_setup_teardown(test_name, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
