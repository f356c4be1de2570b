/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf.h"

#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

/* The structures of <elf.h>: the C library's account of the System V ABI. */
struct wide {
	Elf64_Ehdr head;
	Elf64_Phdr segments[2];
};

static struct wide wide(void)
{
	return (struct wide){
		.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		          .e_phoff = sizeof(Elf64_Ehdr),
		          .e_phentsize = sizeof(Elf64_Phdr),
		          .e_phnum = 2,
		          .e_shoff = 5000,
		          .e_shentsize = sizeof(Elf64_Shdr),
		          .e_shnum = 3 },
		.segments = { { .p_type = PT_LOAD, .p_filesz = 900, .p_memsz = 99999 },
		              { .p_type = PT_LOAD, .p_offset = 4096, .p_filesz = 77 } },
	};
}

static uint64_t end_of(const void *p, size_t n)
{
	uint64_t end = 0;

	return elf_end(bytes_of(p, n), &end) ? end : 0;
}

static void ends(void **state)
{
	struct wide f = wide();

	(void)state;
	assert_int_equal(end_of(&f, sizeof(f)), 5000 + 3 * 64);
	assert_int_equal(end_of(&f, 64), 5000 + 3 * 64);
	assert_int_equal(end_of(&f, 63), 0);
	f.segments[1].p_filesz = 2000; /* a segment behind the section headers */
	assert_int_equal(end_of(&f, sizeof(f)), 6096);
	f.head.e_shoff = 0;
	f.head.e_shnum = 0;
	assert_int_equal(end_of(&f, sizeof(f)), 6096);
	assert_int_equal(end_of(&f, sizeof(f) - 1), 0); /* cannot be said without all segments */
	f.segments[1].p_filesz = 0;
	f.segments[0].p_filesz = 100;
	assert_int_equal(end_of(&f, sizeof(f)), sizeof(f)); /* the program headers themselves */
}

static void narrow_big_endian(void **state)
{
	/* e_phoff 52, e_shoff 3000, 1 program header, 5 section headers of 40 octets. */
	uint8_t f[52 + 32] = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, EV_CURRENT };

	(void)state;
	f[offsetof(Elf32_Ehdr, e_phoff) + 3] = 52;
	f[offsetof(Elf32_Ehdr, e_shoff) + 2] = 3000 >> 8;
	f[offsetof(Elf32_Ehdr, e_shoff) + 3] = 3000 & 255;
	f[offsetof(Elf32_Ehdr, e_phentsize) + 1] = sizeof(Elf32_Phdr);
	f[offsetof(Elf32_Ehdr, e_phnum) + 1] = 1;
	f[offsetof(Elf32_Ehdr, e_shentsize) + 1] = sizeof(Elf32_Shdr);
	f[offsetof(Elf32_Ehdr, e_shnum) + 1] = 5;
	assert_int_equal(end_of(f, sizeof(f)), 3200);
	f[52 + offsetof(Elf32_Phdr, p_filesz) + 1] = 1;
	assert_int_equal(end_of(f, sizeof(f)), 65536);
}

static void refuses(void **state)
{
	struct wide f = wide();

	(void)state;
	assert_int_equal(end_of("", 0), 0);
	f.head.e_ident[0] = 'x';
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_ident[EI_CLASS] = 3;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_ident[EI_DATA] = 0;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_shoff = (uint64_t)INT64_MAX;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_phoff = UINT64_MAX;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.segments[0].p_offset = UINT64_MAX;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_phentsize = 8;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_shnum = 0; /* the number stands in a section header we do not have */
	assert_int_equal(end_of(&f, sizeof(f)), 0);
	f = wide();
	f.head.e_shoff = 0;
	f.head.e_phnum = PN_XNUM;
	assert_int_equal(end_of(&f, sizeof(f)), 0);
}

/* This program as the linker wrote it: nothing is appended. */
static void a_real_program(void **state)
{
	uint8_t head[4096];
	struct stat st;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
	close(fd);
	assert_int_equal(end_of(head, sizeof(head)), st.st_size);
	assert_int_equal(end_of(head, 64), st.st_size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(narrow_big_endian),
		cmocka_unit_test(refuses),
		cmocka_unit_test(a_real_program),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
