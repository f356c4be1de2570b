/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"
#include "fmt/tar_block.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* What ustar's fields can hold: seven and eleven octal digits. */
#define OCTAL7 ((uint64_t)07777777)
#define OCTAL11 ((uint64_t)077777777777)

static void put_text(uint8_t *field, size_t n, bytes text)
{
	if (text.n > 0)
		memcpy(field, text.p, text.n < n ? text.n : n);
}

/* An octal number with a NUL behind it; what does not fit becomes base-256 (GNU), which only device
 * numbers need: all else has a pax record, whose field is then 0. */
static void put_number(uint8_t *field, size_t n, uint64_t v)
{
	bool binary = n < 22 && v >> (3 * (n - 1)) > 0;

	for (size_t i = binary ? n : n - 1; i > 0; i--, v >>= binary ? 8 : 3)
		field[i - 1] = (uint8_t)(binary ? v & 0xff : '0' + (v & 7));
	if (binary)
		field[0] |= 0x80;
}

/* Cut a name so that its front fits the prefix and its rest the name; false when that cannot be. */
static bool split(bytes name, bytes *out_prefix, bytes *out_name)
{
	*out_prefix = bytes_slice(name, 0, 0);
	*out_name = name;
	if (name.n <= 100)
		return true;
	for (size_t i = name.n - 101; i <= 155 && i + 1 < name.n; i++)
		if (i > 0 && name.p[i] == '/') {
			*out_prefix = bytes_slice(name, 0, i);
			*out_name = bytes_skip(name, i + 1);
			return true;
		}
	return false;
}

/* "LENGTH KEYWORD=VALUE\n", where the length counts itself. */
static void put_record(buf *b, const char *keyword, bytes value)
{
	size_t rest = strlen(keyword) + value.n + 3, n = rest + 1;
	char digits[24];

	while (rest + (size_t)snprintf(digits, sizeof(digits), "%zu", n) != n)
		n = rest + strlen(digits);
	buf_printf(b, "%s %s=", digits, keyword);
	buf_put(b, value);
	buf_putc(b, '\n');
}

static void put_record_number(buf *b, const char *keyword, bool minus, uint64_t v)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%s%" PRIu64, minus ? "-" : "", v);
	put_record(b, keyword, bytes_str(digits));
}

static uint64_t fit(uint64_t v, uint64_t max)
{
	return v <= max ? v : 0;
}

/* A header block whose names fit; numbers that do not are left 0. */
static void put_block(buf *out, uint8_t type, const struct tar_entry *entry)
{
	struct tar_block b = { 0 };
	bytes prefix, name;

	if (!split(entry->name, &prefix, &name))
		name = entry->name; /* cut: a pax record has it whole */
	put_text(b.name, sizeof(b.name), name);
	put_text(b.prefix, sizeof(b.prefix), prefix);
	put_text(b.link, sizeof(b.link), entry->link);
	put_number(b.mode, sizeof(b.mode), entry->mode);
	put_number(b.uid, sizeof(b.uid), fit(entry->uid, OCTAL7));
	put_number(b.gid, sizeof(b.gid), fit(entry->gid, OCTAL7));
	put_number(b.size, sizeof(b.size), fit(entry->size, OCTAL11));
	put_number(b.mtime, sizeof(b.mtime), fit((uint64_t)entry->mtime, OCTAL11));
	put_number(b.major, sizeof(b.major), entry->major);
	put_number(b.minor, sizeof(b.minor), entry->minor);
	b.type[0] = type;
	put_text(b.magic, sizeof(b.magic), BYTES("ustar\00000"));
	put_number(b.checksum, sizeof(b.checksum) - 1, tar_block_sum(&b));
	b.checksum[7] = ' ';
	buf_put(out, bytes_of(&b, sizeof(b)));
}

/* The records for all that ustar cannot say of entry. */
static void put_records(buf *records, const struct tar_entry *entry)
{
	bytes prefix, name;
	bool past = entry->mtime < 0;
	uint64_t mtime = past ? 0 - (uint64_t)entry->mtime : (uint64_t)entry->mtime;

	if (!split(entry->name, &prefix, &name))
		put_record(records, "path", entry->name);
	if (entry->link.n > 100)
		put_record(records, "linkpath", entry->link);
	if (entry->size > OCTAL11)
		put_record_number(records, "size", false, entry->size);
	if (entry->uid > OCTAL7)
		put_record_number(records, "uid", false, entry->uid);
	if (entry->gid > OCTAL7)
		put_record_number(records, "gid", false, entry->gid);
	if (past || mtime > OCTAL11)
		put_record_number(records, "mtime", past, mtime);
	if (entry->capability.n > 0)
		put_record(records, "SCHILY.xattr.security.capability", entry->capability);
}

void tar_write_header(buf *out, const struct tar_entry *entry)
{
	static const char types[] = {
		[TAR_OTHER] = '0', [TAR_FILE] = '0',  [TAR_HARDLINK] = '1', [TAR_SYMLINK] = '2',
		[TAR_CHAR] = '3',  [TAR_BLOCK] = '4', [TAR_DIR] = '5',      [TAR_FIFO] = '6'
	};
	struct tar_entry e = *entry;
	buf records = BUF_INIT(SIZE_MAX);

	assert(!entry->sparse);
	if (e.type != TAR_FILE && e.type != TAR_OTHER)
		e.size = 0;
	put_records(&records, &e);
	if (records.n > 0) {
		put_block(out, 'x',
		          &(struct tar_entry){
					  .name = BYTES("././@PaxHeader"), .mode = 0644, .size = records.n });
		buf_put(out, buf_bytes(&records));
		tar_write_pad(out, records.n);
	}
	put_block(out, (uint8_t)types[e.type], &e);
	buf_done(&records);
}

static void put_zeros(buf *out, size_t n)
{
	memset(buf_room(out, n), 0, n);
	out->n += n;
}

void tar_write_pad(buf *out, uint64_t body)
{
	put_zeros(out, -body % TAR_BLOCK_SIZE);
}

void tar_write_end(buf *out)
{
	put_zeros(out, (size_t)2 * TAR_BLOCK_SIZE);
}
