/* SPDX-License-Identifier: Apache-2.0 */
/* The search for secrets. All secrets here are made when the test runs. */
#include "base/base64.h"
#include "base/limits.h"
#include "secret/inspector.h"
#include "unit.h"

#include <stdlib.h>
#include <zlib.h>

static struct arena a = ARENA_INIT;
static struct secret_scanner *scanner;

static int set_up(void **state)
{
	err e = { 0 };

	(void)state;
	scanner = secret_scanner_new(&e);
	return scanner ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	secret_scanner_free(scanner);
	arena_done(&a);
	return 0;
}

static const struct secret_finding *search(bytes text, size_t part, size_t *out_n)
{
	secret_scanner_begin(scanner);
	for (size_t at = 0; at < text.n; at += part)
		secret_scanner_add(scanner, bytes_slice(text, at, part));
	secret_scanner_end(scanner);
	return secret_scanner_findings(scanner, out_n);
}

static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* random_letters(n, seed): looks random and is the same in each run. */
static char *random_letters(size_t n, unsigned seed)
{
	char *s = arena_zero(&a, n + 1);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245U + 12345U;
		s[i] = letters[seed / 65536 % 62];
	}
	return s;
}

/* A GitHub token whose checksum fits, by the description in GitHub's blog. */
static char *github_token(unsigned seed)
{
	char *s = arena_printf(&a, "gh%s%s000000", "p_", random_letters(30, seed));
	unsigned long crc = crc32(0, (const unsigned char *)s + 4, 30);

	for (size_t i = 39; i > 33; i--) {
		s[i] = letters[crc % 62];
		crc /= 62;
	}
	return s;
}

static bytes wide(const char *text, size_t before)
{
	size_t n = strlen(text);
	uint8_t *p = arena_zero(&a, before + 2 * n + 4);

	memset(p, 'q', before);
	for (size_t i = 0; i < n; i++)
		p[before + 2 * i] = (uint8_t)text[i];
	return bytes_of(p, before + 2 * n + 4);
}

static void expect_one(bytes text, const char *rule, bytes secret)
{
	size_t n;
	const struct secret_finding *f = search(text, 1 << 20, &n);

	if (!rule) {
		assert_int_equal(n, 0);
		return;
	}
	assert_int_equal(n, 1);
	assert_string_equal(secret_rules[f->rule].id, rule);
	assert_true(f->end <= text.n && f->start < f->end);
	assert_true(bytes_equal(bytes_slice(text, f->start, f->end - f->start), secret));
}

static void a_secret_is_found_across_every_border(void **state)
{
	const char *token = github_token(7);
	uint8_t *text = arena_alloc(&a, 400000);

	(void)state;
	for (size_t at = 131072 - 44; at <= 131072 + 2; at++) {
		size_t n;

		memset(text, ' ', 400000);
		memcpy(text + at, token, 40);
		const struct secret_finding *f = search(bytes_of(text, 400000), 65536 - at % 3, &n);

		assert_int_equal(n, 1);
		assert_int_equal(f->start, at);
		assert_int_equal(f->end, at + 40);
		assert_int_equal(f->confidence, SECRET_HIGH);
	}
}

static void octet_by_octet_is_the_same(void **state)
{
	char *text = arena_printf(&a, "x=%s y", github_token(8));
	size_t n;

	(void)state;
	assert_int_equal(search(bytes_str(text), 1, &n)->start, 2);
	assert_int_equal(n, 1);
}

static void a_wrong_checksum_lowers_the_confidence_and_hides_nothing(void **state)
{
	char *token = github_token(9);
	size_t n;

	(void)state;
	assert_int_equal(search(bytes_str(token), 100, &n)->confidence, SECRET_HIGH);
	token[20] = token[20] == 'x' ? 'y' : 'x';
	assert_int_equal(search(bytes_str(token), 100, &n)->confidence, SECRET_MEDIUM);
	assert_int_equal(n, 1);
}

static void strings_of_programs_are_utf_16_at_any_offset(void **state)
{
	char *password = random_letters(20, 10);
	char *text = arena_printf(&a, "Server=db;User ID=sa;Password=%s;Encrypt=True", password);

	(void)state;
	for (size_t before = 100; before < 103; before++) {
		size_t n;
		const struct secret_finding *f = search(wide(text, before), 1 << 20, &n);

		assert_int_equal(n, 1);
		assert_string_equal(secret_rules[f->rule].id, "connection-string");
		assert_true(f->utf16);
		assert_int_equal(f->start, before + 2 * 30);
		assert_int_equal(f->end, before + 2 * 50);
		assert_int_equal(f->length, 20);
	}
}

/* A SEQUENCE that is as long as its length says (X.690), and one that is not. */
static void a_key_that_parses_is_sure(void **state)
{
	uint8_t der[260] = { 0x30, 0x82, 0x01, 0x00 };
	const char *dashes = "-----";
	size_t n;

	(void)state;
	for (size_t i = 4; i < sizeof(der); i++)
		der[i] = (uint8_t)(i * 37);
	for (int fits = 1; fits >= 0; fits--) {
		der[3] = fits ? 0 : 9;
		bytes body = base64_encode(bytes_of(der, sizeof(der)), &a);
		char *pem = arena_printf(&a, "k: %sBEGIN PRIVATE KEY%s\n" PRIb "\n%sEND PRIVATE KEY%s\n",
		                         dashes, dashes, BYTESF(body), dashes, dashes);
		const struct secret_finding *f = search(bytes_str(pem), 1 << 20, &n);

		assert_int_equal(n, 1);
		assert_int_equal(f->start, 3);
		assert_int_equal(f->end, strlen(pem) - 1);
		assert_int_equal(f->confidence, fits ? SECRET_HIGH : SECRET_MEDIUM);
		assert_int_equal(f->front_len, 0);
	}
}

static void what_stands_for_a_secret_is_none(void **state)
{
	static const char *const texts[] = {
		"password=${DB_PASSWORD}", "password: {{ .Values.password }}", "TOKEN=xxxxxxxxxxxxxxxxxxxx",
		"Server=db;Password=myPassword;", "token: <TOKEN>", "PublicKeyToken=b77a5c561934e089",
		"API_KEY=/run/secrets/api_key1", "\"password\": \"Passwort\"",
		"Server=db;Integrated Security=true;", "CancellationToken = default(CancellationToken1)",
		"-----BEGIN PRIVATE KEY-----", "api_key = \"abcdefghijklmnopqrstuvwxyz0123456789\"",
		"var token = request.headers.authorization1.value2x", "password=options.password;user=x",
		"/etc/passwd:eli:x:2098:1000:Eli Smith", "man/{passphrase.3 => readpassphrase.3bsd}",
		"pkcs11:token=Root%20CA%20Certificates1;serial=1%3AX2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		expect_one(bytes_str(texts[i]), NULL, (bytes){ NULL, 0 });
}

static void a_name_says_what_its_value_is(void **state)
{
	const char *letters24 = random_letters(24, 11);
	static const struct {
		const char *before, *behind, *rule, *value; /* NULL: letters24 */
	} cases[] = {
		{ "SERVICE_TOKEN=", "\n", "named-secret", NULL },
		{ "{\"api_key\": \"", "\"}", "named-key", NULL },
		{ "<add key=\"my_secret\" value=\"", "\" />", "named-secret", NULL },
		{ "client_secret: '", "'", "named-secret", NULL },
		{ "{\\\"token\\\":\\\"", "\\\"}", "named-secret", NULL },
		{ "DB_PASSWORD=", "", "named-password", NULL },
		{ "amqp://user:", "@host/", "uri-password", NULL },
		{ "ASPNETCORE_Kestrel__Certificates__Default__Password=", "",
		  "kestrel-certificate-password", NULL },
		{ "<add key=\"ClearTextPassword\" value=\"", "\" />", "nuget-password", NULL },
		{ "cache.redis.cache.windows.net:6380,password=", ",ssl=True", "redis-password", NULL },
		{ "{\"Jwt\":{\"Issuer\":\"https://id.test\",\"Key\":\"", "\"}}", "jwt-signing-key", NULL },
		/* What excuses a value somewhere else does not excuse a password. */
		{ "postgres://admin:", "@db.test/app", "uri-password", "My%20Kq84LmPvT2x" },
		{ "DB_PASSWORD=", "", "named-password", "Sup3r%20Secr3t!9xQ2v" },
		{ "POSTGRES_PASSWORD=", "", "named-password", "kW9:x:Zq84LmPvT2" },
		{ "man\nAPI_PASSWORD=", "", "named-password", "qwhzkdfjtnvbxplmrs.8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *value = cases[i].value ? cases[i].value : letters24;

		expect_one(bytes_str(arena_printf(&a, "%s%s%s", cases[i].before, value, cases[i].behind)),
		           cases[i].rule, bytes_str(value));
	}
}

static void the_same_secret_has_the_same_fingerprint(void **state)
{
	char *one = github_token(12), *other = github_token(13);
	size_t n;
	const struct secret_finding *f = search(
		bytes_str(arena_printf(&a, "%s %s %s", one, other, one)), 1 << 20, &n);

	(void)state;
	assert_int_equal(n, 3);
	assert_memory_equal(f[0].fingerprint, f[2].fingerprint, SECRET_FINGERPRINT);
	assert_memory_not_equal(f[0].fingerprint, f[1].fingerprint, SECRET_FINGERPRINT);
	assert_memory_equal(f[0].front, "ghp_", 4);
}

static void too_many_findings_are_told(void **state)
{
	buf text = BUF_INIT(1 << 20);
	size_t n;

	(void)state;
	for (unsigned i = 0; i < LIMIT_SECRETS_FILE + 5; i++)
		buf_printf(&text, "%s\n", github_token(100 + i));
	search(buf_bytes(&text), 1 << 20, &n);
	assert_int_equal(n, LIMIT_SECRETS_FILE);
	assert_int_equal(secret_scanner_left_out(scanner), 5);
	buf_done(&text);
}

static void items_survive_and_bad_ones_are_refused(void **state)
{
	buf item = BUF_INIT(1 << 10);
	struct secret_finding back;
	size_t n;

	(void)state;
	struct secret_finding f = *search(bytes_str(github_token(14)), 1 << 20, &n);

	f.member = BYTES("etc/app.json");
	secret_finding_pack(&f, &item);
	assert_true(secret_finding_unpack(buf_bytes(&item), &back));
	assert_bytes(back.member, "etc/app.json");
	f.member = back.member;
	assert_memory_equal(&back, &f, sizeof(back));
	for (size_t cut = 0; cut < item.n; cut++)
		assert_false(secret_finding_unpack(bytes_slice(buf_bytes(&item), 0, cut), &back));
	buf_putc(&item, 0);
	assert_false(secret_finding_unpack(buf_bytes(&item), &back));
	item.p[1] = 'X'; /* a rule that there is not */
	item.n--;
	assert_false(secret_finding_unpack(buf_bytes(&item), &back));
	buf_done(&item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_found_across_every_border),
		cmocka_unit_test(octet_by_octet_is_the_same),
		cmocka_unit_test(a_wrong_checksum_lowers_the_confidence_and_hides_nothing),
		cmocka_unit_test(strings_of_programs_are_utf_16_at_any_offset),
		cmocka_unit_test(a_key_that_parses_is_sure),
		cmocka_unit_test(what_stands_for_a_secret_is_none),
		cmocka_unit_test(a_name_says_what_its_value_is),
		cmocka_unit_test(the_same_secret_has_the_same_fingerprint),
		cmocka_unit_test(too_many_findings_are_told),
		cmocka_unit_test(items_survive_and_bad_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
