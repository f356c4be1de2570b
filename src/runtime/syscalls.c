/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/syscalls.h"

#include "fmt/json_write.h"

#include <errno.h>

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

void syscalls_write(struct json_writer *w, const char *name)
{
	json_write_object(w, name);
	json_write_text(w, "defaultAction", "SCMP_ACT_ERRNO");
	json_write_u64(w, "defaultErrnoRet", EPERM);
	json_write_array(w, "architectures");
#if defined(__aarch64__)
	json_write_text(w, NULL, "SCMP_ARCH_AARCH64");
#else
	json_write_text(w, NULL, "SCMP_ARCH_X86_64");
#endif
	json_write_end(w);
	json_write_array(w, "syscalls");
	json_write_object(w, NULL);
	json_write_array(w, "names");
	for (size_t i = 0; syscalls_allowed[i]; i++)
		json_write_text(w, NULL, syscalls_allowed[i]);
	json_write_end(w);
	json_write_text(w, "action", "SCMP_ACT_ALLOW");
	json_write_end(w);
	for (const struct syscalls_condition *c = syscalls_conditions; c->name; c++)
		put_condition(w, c);
	json_write_object(w, NULL);
	json_write_array(w, "names");
	json_write_text(w, NULL, "clone3");
	json_write_end(w);
	json_write_text(w, "action", "SCMP_ACT_ERRNO");
	json_write_u64(w, "errnoRet", ENOSYS);
	json_write_end(w);
	json_write_end(w);
	json_write_end(w);
}
