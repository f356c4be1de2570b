/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/scan_bill.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/convert.h"
#include "model/purl.h"
#include "sbom/parts.h"

/* What the packages of a bill take on their way from the worker: a million of some 200 octets. */
#define PACKED_MAX ((size_t)(256 * MIB))

/* What is sent of a package, in this order. */
#define FIELDS(X) X(name) X(version) X(architecture) X(source_name) X(source_version) \
	X(module) X(distro_id) X(distro_version) X(path)

/* -- in the worker ----------------------------------------------------------------------------- */

static void put_package(buf *b, const struct package *p)
{
	pack_u64(b, (uint64_t)p->ecosystem);
	pack_u64(b, p->overridden);
#define X(field) pack_bytes(b, p->field);
	FIELDS(X)
#undef X
}

/* The document's own words, and above them what its purl says. */
static struct package package_of(const struct sbom_package *s, struct arena *a)
{
	struct package p = { .name = s->name,
		                 .version = s->version,
		                 .source_name = s->source_name,
		                 .source_version = s->source_version,
		                 .path = s->path,
		                 .module = s->module,
		                 .overridden = s->overridden };
	struct purl purl;

	if (purl_parse(s->purl, a, &purl) && !purl_package(&purl, a, &p))
		p.name = s->name;
	return p;
}

static void answer(const void *ctx, const struct sbom_document *document, uint8_t what,
                   struct stream *out)
{
	struct arena scratch = ARENA_INIT;
	buf b = BUF_INIT(SIZE_MAX / 2);
	struct sbom_package s;

	(void)ctx;
	(void)what;
	for (size_t i = 0; parts_package(&document->bill, i, &scratch, &s); i++) {
		struct package p = package_of(&s, &scratch);

		buf_clear(&b);
		pack_u64(&b, s.kind == SBOM_OPERATING_SYSTEM);
		put_package(&b, &p);
		stream_put(out, buf_bytes(&b));
	}
	buf_done(&b);
	arena_done(&scratch);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static bool take_package(bytes *in, struct package *out)
{
	uint64_t ecosystem;

	*out = (struct package){ 0 };
	if (!pack_take_u64(in, ECO_COMPOSER, &ecosystem) || !pack_take_bool(in, &out->overridden))
		return false;
	out->ecosystem = (enum ecosystem)ecosystem;
#define X(field) \
	if (!pack_take_bytes(in, in->n, &out->field)) \
		return false;
	FIELDS(X)
#undef X
	return true;
}

/* A purl without "distro" is of the distribution that the bill names. */
static void fill_distribution(struct facts *facts)
{
	for (size_t i = 0; i < facts->packages.len; i++) {
		struct package *p = &facts->packages.items[i];

		if (p->ecosystem == ECO_NONE || p->ecosystem > ECO_RPM || p->distro_version.n > 0)
			continue;
		p->distro_id = facts->os.known ? facts->os.id : p->distro_id;
		p->distro_version = facts->os.version_id;
	}
}

/* Bills that name no distribution are of that of their first package that has one. */
static void find_distribution(struct facts *facts)
{
	for (size_t i = 0; i < facts->packages.len && !facts->os.known; i++) {
		const struct package *p = &facts->packages.items[i];

		if (p->distro_version.n > 0)
			facts->os = (struct os_release){ .known = true,
				                             .id = p->distro_id,
				                             .version_id = p->distro_version };
	}
}

static int unpack(bytes rest, struct arena *a, struct facts *out, err *e)
{
	while (rest.n > 0) {
		struct package p;
		bool is_system;

		if (!pack_take_bool(&rest, &is_system) || !take_package(&rest, &p))
			return err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
		if (!is_system)
			*ARENA_PUSH(a, &out->packages) = p;
		else if (!out->os.known)
			out->os = (struct os_release){ .known = true, .id = p.name, .version_id = p.version };
	}
	fill_distribution(out);
	find_distribution(out);
	return 0;
}

int scan_bill_read(const char *path, const char *tmp_dir, uint64_t timeout_ms, struct arena *a,
                   struct facts *out, err *e)
{
	buf packed = BUF_INIT(PACKED_MAX);
	struct stream to, *outs[] = { &to };
	const uint8_t asks[] = { 0 };
	uint64_t nameless = 0;
	const struct convert_options convert = { .nameless = &nameless,
		                                     .answer = answer,
		                                     .asks = asks,
		                                     .outs = outs,
		                                     .len = 1,
		                                     .tmp_dir = tmp_dir,
		                                     .timeout_ms = timeout_ms };
	err full = { 0 };

	*out = (struct facts){ 0 };
	stream_init(&to, stream_to_buf, &packed);
	int result = convert_file(path, &convert, e);

	if (stream_finish(&to, &full) < 0 && result == 0) {
		*e = full;
		result = -1;
	}
	if (result == 0)
		result = unpack(arena_bytes(a, buf_bytes(&packed)), a, out, e);
	out->gaps_total += nameless; /* nothing can be matched with them */
	buf_done(&packed);
	return result;
}
