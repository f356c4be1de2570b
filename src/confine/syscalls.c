/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/syscalls.h"

#include <errno.h>
#include <linux/capability.h>

#if defined(__aarch64__)
#define ARCHITECTURE "SCMP_ARCH_AARCH64"
#else
#define ARCHITECTURE "SCMP_ARCH_X86_64"
#endif

static const char *compare_name(enum syscalls_compare compare)
{
	switch (compare) {
	case SYSCALLS_LESS: return "SCMP_CMP_LT";
	case SYSCALLS_GREATER: return "SCMP_CMP_GT";
	case SYSCALLS_MASKED: return "SCMP_CMP_MASKED_EQ";
	case SYSCALLS_NONE:
	case SYSCALLS_EQUAL: break;
	}
	return "SCMP_CMP_EQ";
}

static void put_condition(struct json_writer *w, const struct syscalls_condition *c)
{
	json_write_object(w, NULL);
	json_write_array(w, "names");
	json_write_text(w, NULL, c->name);
	json_write_end(w);
	json_write_text(w, "action", "SCMP_ACT_ALLOW");
	json_write_array(w, "args");
	json_write_object(w, NULL);
	json_write_u64(w, "index", c->argument);
	json_write_u64(w, "value", c->value);
	if (c->compare == SYSCALLS_MASKED)
		json_write_u64(w, "valueTwo", c->under);
	json_write_text(w, "op", compare_name(c->compare));
	json_write_end(w);
	json_write_end(w);
	json_write_end(w);
}

static bool keeps(const struct syscalls_choice *choice, const char *call)
{
	return !choice || choice->keeps(choice->ctx, call);
}

static void put_plain(struct json_writer *w, uint64_t capabilities,
                      const struct syscalls_choice *choice)
{
	json_write_object(w, NULL);
	json_write_array(w, "names");
	for (size_t i = 0; syscalls_allowed[i]; i++)
		if (keeps(choice, syscalls_allowed[i]))
			json_write_text(w, NULL, syscalls_allowed[i]);
	for (const struct syscalls_grant *g = syscalls_grants; g->name; g++)
		if (capabilities >> g->capability & 1)
			json_write_text(w, NULL, g->name);
	json_write_end(w);
	json_write_text(w, "action", "SCMP_ACT_ALLOW");
	json_write_end(w);
}

static void put_refusal(struct json_writer *w, const char *name, unsigned number)
{
	json_write_object(w, NULL);
	json_write_array(w, "names");
	json_write_text(w, NULL, name);
	json_write_end(w);
	json_write_text(w, "action", "SCMP_ACT_ERRNO");
	json_write_u64(w, "errnoRet", number);
	json_write_end(w);
}

static void write_all(struct json_writer *w, const char *name, uint64_t capabilities,
                      const struct syscalls_choice *choice)
{
	bool makes_namespaces = (capabilities >> CAP_SYS_ADMIN & 1) != 0;

	json_write_object(w, name);
	json_write_text(w, "defaultAction", "SCMP_ACT_ERRNO");
	json_write_u64(w, "defaultErrnoRet", EPERM);
	json_write_array(w, "architectures");
	json_write_text(w, NULL, ARCHITECTURE);
	json_write_end(w);
	json_write_array(w, "syscalls");
	put_plain(w, capabilities, choice);
	for (const struct syscalls_condition *c = syscalls_conditions; c->name; c++)
		if ((!makes_namespaces || strcmp(c->name, "clone") != 0) && keeps(choice, c->name))
			put_condition(w, c);
	if (!makes_namespaces)
		put_refusal(w, "clone3", ENOSYS);
	json_write_end(w);
	json_write_end(w);
}

void syscalls_write(struct json_writer *w, const char *name, uint64_t capabilities)
{
	write_all(w, name, capabilities, NULL);
}

void syscalls_write_some(struct json_writer *w, const char *name,
                         const struct syscalls_choice *choice)
{
	write_all(w, name, 0, choice);
}
