/* SPDX-License-Identifier: Apache-2.0 */
/* options - from a command line and an environment to an applet's options.
 *
 * GNU manners: flags may stand behind operands, "--" ends them, -ab is -a -b when a is a switch,
 * and -oFILE is -o FILE. The first operand of an applet with has_program ends them too, as docker
 * has it; one "--" behind that is dropped. A flag that is given twice counts the last time, lists
 * collect, words are joined by commas. Every mistake is an ERR_USAGE that says what to type
 * instead. Threading: pure but for the job's arena. */
#pragma once

#include "cmd/applet.h"

/* options_parse(job, applet, words, options, out_operands, e): words is NULL-terminated, behind the
 * command's name; options points to applet->options_size zeroed octets. Borrows from words and the
 * environment. With --help nothing else is checked. ERR_USAGE. */
int options_parse(struct job *job, const struct applet *applet, char *const *words, void *options,
                  struct texts *out_operands, err *e);

/* options_refuse_empty(flags, options, e): ERR_USAGE where a text of this table was given and is
 * empty, as a variable of a pipeline that was never set: for flags that demand something, and would
 * demand nothing. */
int options_refuse_empty(const struct flag *flags, const void *options, err *e);

/* options_take_size(value, out): "500MB", "2GiB", "512m" (as docker has it: MiB), "1000000". */
bool options_take_size(const char *value, uint64_t *out);
/* options_take_time(value, out): "30s", "1h30m", "30d": milliseconds. */
bool options_take_time(const char *value, uint64_t *out);

/* options_env_name(flag, out): "OAKUM_CACHE_DIR". */
struct env_name {
	char text[64];
};
const char *options_env_name(const struct flag *flag, struct env_name *out);
