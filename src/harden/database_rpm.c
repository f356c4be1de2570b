/* SPDX-License-Identifier: Apache-2.0 */
/* Which packages of rpm's database stay. */
#include "harden/database_rpm_own.h"

#include "base/limits.h"

/* check_files(p, e): a list that cannot be read leaves nobody's files, and no reason to go. */
static int check_files(const struct rpm_package *p, err *e)
{
	struct arena a = ARENA_INIT;
	struct rpm_files files;
	int status = rpm_files_begin(&files, p, &a, e);

	arena_done(&a);
	return status;
}

int database_rpm_judge(struct database_rpm *r, bytes header, bool *out, err *e)
{
	buf version = BUF_INIT(RPM_VERSION_MOST);
	struct rpm_package p;

	if (r->headers++ >= LIMIT_PACKAGES)
		return err_set(e, ERR_LIMIT, 0, "more than %u packages", (unsigned)LIMIT_PACKAGES);
	if (rpm_header_parse(header, &p, e) < 0 || check_files(&p, e) < 0)
		return err_wrap(e, "package %llu", (unsigned long long)r->headers);
	rpm_version(&p, &version);
	const struct database_package package = { .name = p.name,
		                                      .version = buf_bytes(&version),
		                                      .architecture = p.architecture };

	*out = r->stays(r->ctx, &package);
	buf_done(&version);
	return 0;
}

int database_rpm_charge(struct database_rpm *r, uint64_t n, err *e)
{
	if (n > r->left)
		return err_set(e, ERR_LIMIT, 0, "the packages that stay have more than %u MiB",
		               (unsigned)(LIMIT_RPM_STAYING / MIB));
	r->left -= n;
	return 0;
}

/* -- the headers ------------------------------------------------------------------------------- */

static void take_header(void *ctx, bytes header)
{
	struct rpm_staying *s = ctx;
	bool stays;

	if (s->trouble.kind != ERR_NONE || database_rpm_judge(s->rpm, header, &stays, &s->trouble) < 0)
		return;
	if (stays && database_rpm_charge(s->rpm, header.n + RPM_PAGE, &s->trouble) == 0)
		*ARENA_PUSH(s->arena, &s->headers) = arena_bytes(s->arena, header);
}

int rpm_staying_read(struct rpm_staying *s, rpm_read_fn *read, err *e)
{
	const struct seek_file *f = s->rpm->file;
	const struct rpm_file file = { f->size, f->read, f->ctx };
	const struct rpm_sink sink = { take_header, s };

	if (read(&file, &sink, e) < 0)
		return -1;
	if (s->trouble.kind == ERR_NONE)
		return 0;
	*e = s->trouble;
	return -1;
}

void rpm_put_le(buf *out, uint32_t v, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		buf_putc(out, (uint8_t)(v >> 8 * i));
}

void rpm_put_zeros(buf *out, size_t n)
{
	memset(buf_room(out, n), 0, n);
	out->n += n;
}

void rpm_put_rest(buf *out, size_t from)
{
	rpm_put_zeros(out, RPM_PAGE - (out->n - from));
}
