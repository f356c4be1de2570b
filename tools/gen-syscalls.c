/* SPDX-License-Identifier: Apache-2.0 */
/* gen-syscalls ARCHITECTURE - run by the build: the filter of confine/syscalls.h for this one
 * ("x86_64", "aarch64"), compiled by libseccomp, as a C array. */
#include "confine/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "gen-syscalls: %s: %s\n", what, strerror(-result));
	exit(1);
}

static enum scmp_compare compare_of(enum syscalls_compare compare)
{
	switch (compare) {
	case SYSCALLS_LESS: return SCMP_CMP_LT;
	case SYSCALLS_GREATER: return SCMP_CMP_GT;
	case SYSCALLS_MASKED: return SCMP_CMP_MASKED_EQ;
	case SYSCALLS_NONE:
	case SYSCALLS_EQUAL: break;
	}
	return SCMP_CMP_EQ;
}

/* Numbers are of the machine that builds; libseccomp knows the same call elsewhere, and leaves out
 * what the other architecture has not. Names that it is too old to know are refused anyway. */
static void add_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; syscalls_allowed[i]; i++) {
		int number = seccomp_syscall_resolve_name(syscalls_allowed[i]);

		if (number != __NR_SCMP_ERROR)
			must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0), syscalls_allowed[i]);
	}
	for (const struct syscalls_condition *c = syscalls_conditions; c->name; c++) {
		struct scmp_arg_cmp compare = { c->argument, compare_of(c->compare), c->value, c->under };

		must(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(c->name),
		                            1, &compare),
		     c->name);
	}
	must(
		seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"), 0),
		"clone3");
}

/* choose(filter, name): this architecture and no other. */
static void choose(scmp_filter_ctx filter, const char *name)
{
	uint32_t wanted = seccomp_arch_resolve_name(name);

	must(wanted == 0 ? -EINVAL : 0, name);
	if (wanted == seccomp_arch_native())
		return;
	must(seccomp_arch_add(filter, wanted), name);
	must(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), name);
}

static void put_number(uint32_t architecture, const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(architecture, name);

	printf("{ \"%s\", %d },\n", name, number < 0 ? -1 : number);
}

static void put_numbers(const char *architecture)
{
	uint32_t wanted = seccomp_arch_resolve_name(architecture);

	printf("const struct syscalls_number syscalls_numbers[] = {\n");
	for (size_t i = 0; syscalls_allowed[i]; i++)
		put_number(wanted, syscalls_allowed[i]);
	for (const struct syscalls_condition *c = syscalls_conditions, *before = NULL; c->name; c++) {
		for (before = syscalls_conditions; strcmp(before->name, c->name) != 0; before++)
			;
		if (before == c)
			put_number(wanted, c->name);
	}
	printf("{ NULL, 0 },\n};\n");
}

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int fd = memfd_create("filter", MFD_CLOEXEC);
	unsigned char octets[8];
	size_t len = 0;
	ssize_t n;

	must(filter && fd >= 0 && argc == 2 ? 0 : -EINVAL, "begin");
	choose(filter, argv[1]);
	must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "a tree of comparisons");
	must(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)), "architecture");
	add_rules(filter);
	must(seccomp_export_bpf(filter, fd), "compile");
	must(lseek(fd, 0, SEEK_SET) == 0 ? 0 : -EIO, "rewind");
	printf("/* made by tools/gen-syscalls.c */\n#include \"confine/syscalls.h\"\n\n"
	       "const uint64_t syscalls_filter[] = {\n");
	while ((n = read(fd, octets, sizeof(octets))) == sizeof(octets)) {
		printf("0x%02x%02x%02x%02x%02x%02x%02x%02x,%s", octets[7], octets[6], octets[5], octets[4],
		       octets[3], octets[2], octets[1], octets[0], len / 8 % 6 == 5 ? "\n" : "");
		len += sizeof(octets);
	}
	must(n == 0 ? 0 : -EIO, "read");
	printf("};\nconst size_t syscalls_filter_len = %zu;\n", len);
	put_numbers(argv[1]);
	seccomp_release(filter);
	return 0;
}
