/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/platform.h"

#include "unit.h"

/* github.com/containerd/platforms, package comment §Normalization and TestParseSelector. */
static const struct {
	const char *text, *shown;
} parsed[] = {
	{ "linux/amd64", "linux/amd64" },
	{ "linux/arm64", "linux/arm64" },
	{ "linux/arm64/v8", "linux/arm64/v8" },
	{ "linux/arm", "linux/arm" },
	{ "linux/arm/v6", "linux/arm/v6" },
	{ "linux/arm/v7", "linux/arm/v7" },
	{ "linux/arm/7", "linux/arm/v7" },
	{ "arm", "linux/arm" },
	{ "armel", "linux/arm/v6" },
	{ "armhf", "linux/arm" },
	{ "Aarch64", "linux/arm64" },
	{ "x86_64", "linux/amd64" },
	{ "x86-64", "linux/amd64" },
	{ "Linux/x86_64", "linux/amd64" },
	{ "linux/amd64/v1", "linux/amd64" },
	{ "linux/amd64/v3", "linux/amd64/v3" },
	{ "i386", "linux/386" },
	{ "s390x", "linux/s390x" },
	{ "linux/s390x", "linux/s390x" },
	{ "macOS/arm64", "darwin/arm64" },
	{ "windows/amd64", "windows/amd64" },
	{ "linux/riscv64", "linux/riscv64" },
};

static void names_have_a_normal_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parsed) / sizeof(parsed[0]); i++) {
		struct arena a = ARENA_INIT;
		struct platform p, again;
		err e = { 0 };

		if (platform_parse(bytes_str(parsed[i].text), &a, &p, &e) < 0)
			fail_msg("%s: %s", parsed[i].text, e.text);
		assert_string_equal(platform_text(&p, &a), parsed[i].shown);
		assert_int_equal(platform_parse(bytes_str(parsed[i].shown), &a, &again, &e), 0);
		assert_string_equal(platform_text(&again, &a), parsed[i].shown);
		assert_true(platform_matches(&p, &again));
		arena_done(&a);
	}
}

/* TestParseSelectorInvalid, and what has one component but is no architecture. */
static void other_texts_are_refused(void **state)
{
	static const char *const bad[] = { "",           "/linux/arm", "linux/arm/", "linux /arm",
		                               "linux/&arm", "a/b/c/d",    "linux//arm", "linux/arm/v7/",
		                               "/",          "linux",      "pentium",    "linux/\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		struct platform p;
		err e = { 0 };

		if (platform_parse(bytes_str(bad[i]), &a, &p, &e) == 0)
			fail_msg("accepted: '%s'", bad[i]);
		assert_failed(&e, ERR_USAGE);
		arena_done(&a);
	}
}

static struct platform of(const char *os, const char *architecture, const char *variant)
{
	return (struct platform){ .os = bytes_str(os),
		                      .architecture = bytes_str(architecture),
		                      .variant = bytes_str(variant) };
}

/* TestParseSelector's `matches`, and what must not match. */
static void matching_follows_the_normal_form(void **state)
{
	static const struct {
		const char *want, *os, *architecture, *variant;
		bool fits;
	} cases[] = {
		{ "linux/arm64", "linux", "aarch64", "", true },
		{ "linux/arm64", "linux", "aarch64", "v8", true },
		{ "linux/arm64", "linux", "arm64", "8", true },
		{ "linux/arm64/v8", "linux", "arm64", "", true },
		{ "linux/arm64/v8", "linux", "arm64", "v9", false },
		{ "linux/arm64", "linux", "arm64", "v9", true },
		{ "linux/arm", "linux", "arm", "v7", true },
		{ "linux/arm", "linux", "armhf", "", true },
		{ "linux/arm", "linux", "arm", "v6", true },
		{ "linux/arm/v6", "linux", "armel", "", true },
		{ "armel", "linux", "arm", "v7", false },
		{ "linux/arm/v7", "linux", "arm", "", true },
		{ "linux/arm/v7", "linux", "arm", "v6", false },
		{ "linux/amd64", "linux", "amd64", "v1", true },
		{ "linux/amd64", "linux", "x86_64", "", true },
		{ "linux/amd64", "Linux", "AMD64", "", true },
		{ "linux/amd64", "linux", "arm64", "", false },
		{ "linux/amd64", "windows", "amd64", "", false },
		{ "linux/amd64", "unknown", "unknown", "", false },
		{ "linux/amd64", "", "amd64", "", true },
		{ "linux/amd64", "linux", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = ARENA_INIT;
		struct platform want, have = of(cases[i].os, cases[i].architecture, cases[i].variant);
		err e = { 0 };

		assert_int_equal(platform_parse(bytes_str(cases[i].want), &a, &want, &e), 0);
		if (platform_matches(&have, &want) != cases[i].fits)
			fail_msg("%s against %s/%s/%s", cases[i].want, cases[i].os, cases[i].architecture,
			         cases[i].variant);
		arena_done(&a);
	}
}

static struct descriptor image(const char *os, const char *architecture, const char *variant)
{
	return (struct descriptor){ .media_type = BYTES("application/vnd.oci.image.manifest.v1+json"),
		                        .platform = of(os, architecture, variant) };
}

static int choose(struct descriptor *items, size_t n, const char *text)
{
	struct descriptors list = { .items = items, .len = n, .cap = n };
	struct arena a = ARENA_INIT;
	struct platform want;
	err e = { 0 };

	assert_int_equal(platform_parse(bytes_str(text), &a, &want, &e), 0);
	int at = platform_choose(&list, &want);

	arena_done(&a);
	return at;
}

static void an_exact_variant_goes_first(void **state)
{
	struct descriptor arm[] = { image("linux", "arm", "v6"), image("linux", "arm", "v7"),
		                        image("linux", "arm", "v7"), image("linux", "arm64", "v8") };

	(void)state;
	assert_int_equal(choose(arm, 4, "linux/arm"), 1);
	assert_int_equal(choose(arm, 4, "linux/arm/v6"), 0);
	assert_int_equal(choose(arm, 4, "linux/arm/v5"), -1);
	assert_int_equal(choose(arm, 4, "linux/arm64"), 3);
	assert_int_equal(choose(arm, 4, "linux/amd64"), -1);
	assert_int_equal(choose(arm, 1, "linux/arm"), 0);
	assert_int_equal(choose(arm, 0, "linux/arm"), -1);
}

static void only_images_are_chosen(void **state)
{
	struct descriptor list[] = { image("linux", "amd64", ""), image("linux", "amd64", ""),
		                         image("linux", "amd64", "") };

	(void)state;
	list[0] = image("unknown", "unknown", "");
	list[0].reference_type = BYTES("attestation-manifest");
	list[1].media_type = BYTES("application/vnd.oci.image.layer.v1.tar");
	assert_int_equal(choose(list, 3, "linux/amd64"), 2);
	assert_int_equal(choose(list, 2, "linux/amd64"), -1);
	/* What claims to be an attestation, and would be run. */
	list[1] = image("linux", "amd64", "");
	list[1].artifact_type = BYTES("application/vnd.docker.attestation.manifest.v1+json");
	assert_int_equal(choose(list, 3, "linux/amd64"), 1);
	list[0].reference_type = BYTES("");
	list[0].artifact_type = list[1].artifact_type;
	assert_int_equal(choose(list, 1, "linux/amd64"), -1);
}

/* umoci and skopeo write layouts whose one entry has no platform. */
static void without_platform_it_must_be_alone(void **state)
{
	struct descriptor list[] = { image("", "", ""), image("unknown", "unknown", ""),
		                         image("", "", "") };

	(void)state;
	list[1].reference_type = BYTES("attestation-manifest");
	assert_int_equal(choose(list, 1, "linux/amd64"), 0);
	assert_int_equal(choose(list, 2, "linux/amd64"), 0);
	assert_int_equal(choose(list, 3, "linux/amd64"), -1);
	list[2] = image("linux", "amd64", "");
	assert_int_equal(choose(list, 3, "linux/amd64"), 2);
	assert_int_equal(choose(list, 3, "linux/arm64"), -1);
}

static void hostile_names_are_shown_escaped(void **state)
{
	struct arena a = ARENA_INIT;
	struct platform p = of("li\033[2Jnux", "", "v\n");

	(void)state;
	assert_string_equal(platform_text(&p, &a), "li\\x1b[2Jnux/unknown/v\\x0a");
	arena_done(&a);
}

static void the_host_is_linux(void **state)
{
	struct platform host = platform_host();
#if defined(__aarch64__)
	struct platform again = of("linux", "aarch64", "");
#else
	struct platform again = of("linux", "x86_64", "");
#endif

	(void)state;
	assert_bytes(host.os, "linux");
	assert_true(platform_matches(&again, &host));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_a_normal_form),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(matching_follows_the_normal_form),
		cmocka_unit_test(an_exact_variant_goes_first),
		cmocka_unit_test(only_images_are_chosen),
		cmocka_unit_test(without_platform_it_must_be_alone),
		cmocka_unit_test(hostile_names_are_shown_escaped),
		cmocka_unit_test(the_host_is_linux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
