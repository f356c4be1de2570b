/* SPDX-License-Identifier: Apache-2.0 */
/* archive_list - what libarchive says of a tar archive, in the form of tar_list. */
#include <archive.h>
#include <archive_entry.h>

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <zlib.h>

static void put_name(const char *name)
{
	for (const unsigned char *p = (const unsigned char *)(name ? name : ""); *p; p++)
		printf(*p > ' ' && *p < 0x7f && *p != '\\' ? "%c" : "\\%03o", *p);
	putchar('\t');
}

static char type_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return 'h';
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG: return 'f';
	case AE_IFDIR: return 'd';
	case AE_IFLNK: return 'l';
	case AE_IFCHR: return 'c';
	case AE_IFBLK: return 'b';
	case AE_IFIFO: return 'p';
	default: return '?';
	}
}

static void put_capability(struct archive_entry *entry)
{
	const char *name;
	const void *value;
	size_t n;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &n) == ARCHIVE_OK)
		if (strcmp(name, "security.capability") == 0) {
			for (size_t i = 0; i < n; i++)
				printf("%02x", ((const unsigned char *)value)[i]);
			break; /* bsdtar writes it twice, under two keywords */
		}
	putchar('\t');
}

static int put_body(struct archive *a, struct archive_entry *entry)
{
	uLong crc = crc32(0, NULL, 0);
	char part[65536];
	la_ssize_t n;

	if (archive_entry_sparse_reset(entry) > 0) {
		puts("-");
		return 0;
	}
	while ((n = archive_read_data(a, part, sizeof(part))) > 0)
		crc = crc32(crc, (const Bytef *)part, (uInt)n);
	printf("%08lx\n", crc);
	return n < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int r = ARCHIVE_OK;

	setlocale(LC_ALL, "");
	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	if (argc != 2 || archive_read_open_filename(a, argv[1], 65536) != ARCHIVE_OK)
		return 2;
	/* A warning is about a name that is no UTF-8, which is given as it stands. */
	while ((r == ARCHIVE_OK || r == ARCHIVE_WARN) &&
	       ((r = archive_read_next_header(a, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN)) {
		printf("%c\t%04o\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%u,%u\t",
		       type_of(entry), archive_entry_perm(entry) & 07777U, archive_entry_uid(entry),
		       archive_entry_gid(entry), archive_entry_size(entry), archive_entry_mtime(entry),
		       (unsigned)archive_entry_rdevmajor(entry), (unsigned)archive_entry_rdevminor(entry));
		put_name(archive_entry_pathname(entry));
		put_name(archive_entry_hardlink(entry) ? archive_entry_hardlink(entry)
		                                       : archive_entry_symlink(entry));
		put_capability(entry);
		if (put_body(a, entry) < 0)
			r = ARCHIVE_FATAL;
	}
	if (r != ARCHIVE_EOF)
		fprintf(stderr, "%s\n", archive_error_string(a));
	archive_read_free(a);
	return r == ARCHIVE_EOF ? 0 : 3;
}
