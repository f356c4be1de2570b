/* SPDX-License-Identifier: Apache-2.0 */
/* What is attached to an image in a layout that is made here; what is fetched of it and what
 * not. */
#include "transfer/attachments.h"

#include "base/limits.h"
#include "sys/file.h"
#include "unit.h"

#include <ftw.h>
#include <sys/stat.h>

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define SIMPLE_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"
#define SPDX_TYPE "https://spdx.dev/Document"

static char home[] = "/tmp/oakum-attachments-XXXXXX";
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	return !mkdtemp(home) || chdir(home) < 0 ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* -- a layout ---------------------------------------------------------------------------------- */

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void begin(const char *path)
{
	err e = { 0 };

	assert_int_equal(file_make_dirs(arena_printf(&arena, "%s/blobs/sha256", path), 0755, &e), 0);
	assert_int_equal(chdir(path), 0);
	put_file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
}

/* A blob, and what a descriptor says of it. */
static const char *blob(const char *text, const char *type, const char *more)
{
	digest d = digest_of(DIGEST_SHA256, bytes_str(text));
	const char *hex = arena_str(&arena, bytes_str(DIGEST_TEXT(&d) + 7));

	put_file(arena_printf(&arena, "blobs/sha256/%s", hex), text);
	return arena_printf(&arena,
	                    "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%zu%s}", type, hex,
	                    strlen(text), more);
}

static const char *manifest(const char *layers, const char *more, const char *entry)
{
	const char *config = blob("{}", "application/vnd.oci.empty.v1+json", "");
	const char *text = arena_printf(&arena,
	                                "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE
	                                "\",\"config\":%s,\"layers\":[%s]%s}",
	                                config, layers, more);

	return blob(text, MANIFEST_TYPE, entry);
}

static const char *referrer(const char *subject, const char *type, const char *layers,
                            const char *notes)
{
	const char *more = arena_printf(
		&arena, ",\"artifactType\":\"%s\",\"subject\":%s,\"annotations\":{%s}", type, subject,
		notes);

	return manifest(layers, more, "");
}

static void finish(const char *entries)
{
	put_file("index.json",
	         arena_printf(&arena, "{\"schemaVersion\":2,\"manifests\":[%s]}", entries));
	assert_int_equal(chdir(home), 0);
}

static int read_layout(const char *path, unsigned kinds, const char *predicate,
                       struct image_attachments *out, err *e)
{
	const struct target target = {
		.kind = TARGET_LAYOUT, .path = path, .tag = "", .text = path
	};
	const struct attachments_options options = { .kinds = kinds,
		                                         .predicate_type = predicate,
		                                         .registry.http.deadline = deadline_in(60000) };

	return attachments_read(&target, &options, &arena, out, e);
}

/* -- tests ------------------------------------------------------------------------------------- */

static void kinds_are_told_by_type(void **state)
{
	static const struct {
		const char *type;
		enum attachment_kind kind;
	} types[] = {
		{ SIMPLE_TYPE, ATTACHMENT_SIGNATURE },
		{ BUNDLE_TYPE, ATTACHMENT_BUNDLE },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", ATTACHMENT_BUNDLE },
		{ "application/vnd.dsse.envelope.v1+json", ATTACHMENT_ENVELOPE },
		{ "application/vnd.in-toto.provenance+dsse", ATTACHMENT_ENVELOPE },
		{ "application/vnd.in-toto+json", ATTACHMENT_STATEMENT },
		{ "application/vnd.cncf.notary.signature", ATTACHMENT_NOTARY },
		{ "application/vnd.oci.image.layer.v1.tar+gzip", ATTACHMENT_OTHER },
		{ "", ATTACHMENT_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		assert_int_equal(attachment_kind_of(bytes_str(types[i].type)), types[i].kind);
}

/* distribution-spec 1.1, "Referrers Tag Schema": the hex part at most 64 characters. */
static void tags_are_made_of_digests(void **state)
{
	digest d = digest_of(DIGEST_SHA256, BYTES("")), long_one = digest_of(DIGEST_SHA512, BYTES(""));

	(void)state;
	assert_string_equal(
		attachment_tag(&d, "sig", &arena),
		"sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig");
	assert_string_equal(attachment_tag(&d, "", &arena),
	                    "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(attachment_tag(&long_one, "", &arena),
	                    "sha512-cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce");
}

#define PREDICATE(type) "\"dev.sigstore.bundle.predicateType\":\"" type "\""

static void only_what_is_asked_for_is_fetched(void **state)
{
	struct image_attachments out;
	err e = { 0 };

	(void)state;
	begin("asked");
	const char *image = manifest("", "", ""), *layer = blob("B1", BUNDLE_TYPE, "");

	(void)referrer(image, BUNDLE_TYPE, layer, PREDICATE("https://sigstore.dev/cosign/sign/v1"));
	(void)referrer(image, BUNDLE_TYPE, blob("B2", BUNDLE_TYPE, ""), PREDICATE(SPDX_TYPE));
	(void)referrer(image, BUNDLE_TYPE, blob("B3", BUNDLE_TYPE, ""), "");
	(void)referrer(image, "application/vnd.example", blob("B4", "text/plain", ""), "");
	/* About another image: not attached to this one. */
	(void)referrer(manifest(layer, "", ""), BUNDLE_TYPE, blob("B5", BUNDLE_TYPE, ""), "");
	finish(image);

	assert_int_equal(read_layout("asked", 1 << ATTACHMENT_BUNDLE, NULL, &out, &e), 0);
	assert_int_equal(out.list.len, 4);
	assert_int_equal(out.subjects_len, 1);
	size_t with = 0;

	for (size_t i = 0; i < out.list.len; i++)
		with += out.list.items[i].content.n == 2;
	assert_int_equal(with, 3);
	/* By its type: what says another one is told, what says none is fetched. */
	assert_int_equal(read_layout("asked", 1 << ATTACHMENT_BUNDLE, SPDX_TYPE, &out, &e), 0);
	assert_int_equal(out.list.len, 4);
	for (size_t i = 0; i < out.list.len; i++) {
		const struct attachment *at = &out.list.items[i];
		bool wanted = at->kind == ATTACHMENT_BUNDLE &&
		              (at->predicate_type.n == 0 || bytes_is(at->predicate_type, SPDX_TYPE));

		assert_int_equal(at->content.n, wanted ? 2 : 0);
		assert_null(at->unread);
	}
	assert_int_equal(read_layout("asked", 0, NULL, &out, &e), 0);
	for (size_t i = 0; i < out.list.len; i++)
		assert_int_equal(out.list.items[i].content.n, 0);
}

/* The attributes of a cosign signature come with it; one that does not say its type counts. */
static void cosigns_tags_are_read(void **state)
{
	struct image_attachments out;
	err e = { 0 };

	(void)state;
	begin("tags");
	const char *image = manifest("", "", "");
	const char *said = strstr(image, "sha256:");
	digest d;

	assert_int_equal(digest_parse(bytes_of(said, strlen("sha256:") + 64), &d, &e), 0);
	const char *entry = arena_printf(
		&arena, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}",
		attachment_tag(&d, "sig", &arena));
	const char *sig = manifest(
		blob("payload", SIMPLE_TYPE,
	         ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2ln\"}"),
		"", entry);

	finish(arena_printf(&arena, "%s,%s", image, sig));
	assert_int_equal(read_layout("tags", 1 << ATTACHMENT_SIGNATURE, NULL, &out, &e), 0);
	assert_int_equal(out.list.len, 1);
	assert_int_equal(out.list.items[0].kind, ATTACHMENT_SIGNATURE);
	assert_int_equal(out.list.items[0].by, ATTACHED_BY_TAG);
	assert_true(digest_equal(&out.list.items[0].subject, &d));
	assert_bytes(out.list.items[0].content, "payload");
	assert_bytes(attachment_annotation(&out.list.items[0], "dev.cosignproject.cosign/signature"),
	             "c2ln");
	assert_bytes(attachment_annotation(&out.list.items[0], "else"), "");
	/* Not asked for: the tag is not looked at. */
	assert_int_equal(read_layout("tags", 1 << ATTACHMENT_BUNDLE, NULL, &out, &e), 0);
	assert_int_equal(out.list.len, 0);
}

/* Small ones are fetched whatever else lies there; what is too large is told. */
static void large_ones_are_told(void **state)
{
	char says[200];
	struct image_attachments out;
	err e = { 0 };

	(void)state;
	begin("large");
	const char *image = manifest("", "", "");
	const uint64_t sizes[] = { LIMIT_ATTACHMENT + 1, UINT64_C(2) << 30, 6 * MIB, 5 * MIB, 6 * MIB };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		snprintf(says, sizeof(says),
		         "{\"mediaType\":\"" BUNDLE_TYPE "\",\"size\":%llu,\"digest\":\"sha256:%064zx\"}",
		         (unsigned long long)sizes[i], i);
		(void)referrer(image, BUNDLE_TYPE, says, "");
	}
	(void)referrer(image, BUNDLE_TYPE, blob("small", BUNDLE_TYPE, ""), "");
	finish(image);
	assert_int_equal(read_layout("large", 1 << ATTACHMENT_BUNDLE, NULL, &out, &e), 0);
	assert_int_equal(out.list.len, 6);
	size_t alone = 0, together = 0, gone = 0, read = 0;

	for (size_t i = 0; i < out.list.len; i++) {
		const struct attachment *at = &out.list.items[i];

		read += bytes_is(at->content, "small");
		alone += at->unread && strstr(at->unread, "at most 16 MiB are read") != NULL;
		together += at->unread && strstr(at->unread, "more than 16 MiB") != NULL;
		gone += at->unread && strstr(at->unread, "there is no") != NULL;
	}
	assert_int_equal(read, 1);
	assert_int_equal(alone, 2);
	assert_int_equal(together, 1); /* 5 + 6 + 6 MiB */
	assert_int_equal(gone, 2);
}

static void no_list_is_endless(void **state)
{
	struct image_attachments out;
	err e = { 0 };

	(void)state;
	begin("many");
	const char *image = manifest("", "", "");

	for (size_t i = 0; i < LIMIT_REFERRERS + 1; i++)
		(void)referrer(image, BUNDLE_TYPE, "", arena_printf(&arena, "\"n\":\"%zu\"", i));
	finish(image);
	assert_int_equal(read_layout("many", 1 << ATTACHMENT_BUNDLE, NULL, &out, &e), -1);
	assert_non_null(strstr(e.text, "more than 1024 manifests that refer to others"));
	assert_failed(&e, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_told_by_type),
		cmocka_unit_test(tags_are_made_of_digests),
		cmocka_unit_test(only_what_is_asked_for_is_fetched),
		cmocka_unit_test(cosigns_tags_are_read),
		cmocka_unit_test(large_ones_are_told),
		cmocka_unit_test(no_list_is_endless),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
