/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include "base/text.h"
#include "cmd/suggest.h"
#include "sys/secret.h"

#include <stdio.h>

struct parser {
	struct job *job;
	const struct applet *applet;
	void *options;
	char *const *words; /* what is left */
};

/* A flag and its field. */
struct place {
	const struct flag *flag;
	void *field;
};

const char *options_env_name(const struct flag *flag, struct env_name *out)
{
	size_t n = (size_t)snprintf(out->text, sizeof(out->text), "OAKUM_%s", flag->name);

	for (size_t i = 0; i < n; i++) {
		char c = out->text[i];

		out->text[i] = c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
	}
	return out->text;
}

/* -- values ----------------------------------------------------------------------------------- */

static bool take_switch(const char *value, bool *out)
{
	static const char *const words[] = { "0", "false", "no", "1", "true", "yes" };

	for (size_t i = 0; i < 6; i++)
		if (strcmp(value, words[i]) == 0) {
			*out = i >= 3;
			return true;
		}
	return false;
}

static bool is_choice(const char *choices, const char *value)
{
	bytes rest = bytes_str(choices), word;

	while (bytes_take_until(&rest, '|', &word))
		if (bytes_is(word, value))
			return true;
	return false;
}

bool options_take_size(const char *value, uint64_t *out)
{
	static const struct unit {
		const char *name;
		uint64_t factor;
	} units[] = { { "KiB", UINT64_C(1) << 10 },
		          { "MiB", UINT64_C(1) << 20 },
		          { "GiB", UINT64_C(1) << 30 },
		          { "KB", 1000 },
		          { "kB", 1000 },
		          { "MB", 1000000 },
		          { "GB", 1000000000 },
		          { "K", UINT64_C(1) << 10 },
		          { "M", UINT64_C(1) << 20 },
		          { "G", UINT64_C(1) << 30 },
		          { "k", UINT64_C(1) << 10 },
		          { "m", UINT64_C(1) << 20 },
		          { "g", UINT64_C(1) << 30 },
		          { "", 1 } };
	bytes all = bytes_str(value);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		bytes name = bytes_str(units[i].name);

		if (!bytes_ends(all, name))
			continue;
		if (!text_take_u64(bytes_slice(all, 0, all.n - name.n), 10, UINT64_MAX / units[i].factor,
		                   out))
			return false;
		*out *= units[i].factor;
		return true;
	}
	return false;
}

#define TIME_UNITS 5

/* Numbers with units, largest first or not, at least one: what Go's time.ParseDuration takes,
 * without fractions; and days. */
bool options_take_time(const char *value, uint64_t *out)
{
	static const struct {
		bytes name;
		uint64_t ms;
	} units[TIME_UNITS] = { { BYTES_INIT("ms"), 1 },
		                    { BYTES_INIT("s"), 1000 },
		                    { BYTES_INIT("m"), 60000 },
		                    { BYTES_INIT("h"), 3600000 },
		                    { BYTES_INIT("d"), 86400000 } };
	bytes rest = bytes_str(value);

	*out = 0;
	do {
		size_t digits = 0, unit = 0;
		uint64_t n;

		while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
			digits++;
		if (!text_take_u64(bytes_slice(rest, 0, digits), 10, UINT32_MAX, &n))
			return false;
		rest = bytes_skip(rest, digits);
		while (unit < TIME_UNITS && !bytes_take_prefix(&rest, units[unit].name))
			unit++;
		if (unit == TIME_UNITS)
			return false;
		if (n * units[unit].ms > INT64_MAX - *out) /* so that a clock can be added */
			return false;
		*out += n * units[unit].ms;
	} while (rest.n > 0);
	return true;
}

static int take_status(struct exit_flag *out, const char *shown, const char *value, err *e)
{
	out->given = true;
	return text_take_u64(bytes_str(value), 10, 255, &out->status)
	           ? 0
	           : err_set(e, ERR_USAGE, 0, "%s is a number from 0 to 255, not '%s'", shown,
	                     SHOW(bytes_str(value)));
}

static int refuse_empty(const char *shown, const char *text, err *e)
{
	return text && *text == '\0'
	           ? err_set(e, ERR_USAGE, 0, "%s is empty: it would ask for nothing", shown)
	           : 0;
}

/* What the command line says takes the place of the environment's. */
static int take_words(struct parser *p, struct place at, const char *shown, const char *value,
                      err *e)
{
	struct env_name name;
	const char *before;

	if (refuse_empty(shown, value, e) < 0)
		return -1;
	memcpy(&before, at.field, sizeof(before));
	if (before && before != job_env(p->job, options_env_name(at.flag, &name)))
		value = arena_printf(&p->job->arena, "%s,%s", before, value);
	memcpy(at.field, &value, sizeof(value));
	return 0;
}

/* set_value(p, at, shown, value, e): shown is how the flag was written, for errors. */
static int set_value(struct parser *p, struct place at, const char *shown, const char *value,
                     err *e)
{
	const struct flag *f = at.flag;
	void *field = at.field;

	switch (f->kind) {
	case FLAG_SWITCH:
		if (!take_switch(value, field))
			return err_set(e, ERR_USAGE, 0, "%s is true or false, not '%s'", shown,
			               SHOW(bytes_str(value)));
		return 0;
	case FLAG_CHOICE:
	case FLAG_MAYBE:
		if (!is_choice(f->value, value))
			return err_set(e, ERR_USAGE, 0, "%s is one of %s, not '%s'", shown, f->value,
			               SHOW(bytes_str(value)));
		memcpy(field, &value, sizeof(value));
		return 0;
	case FLAG_TEXT: memcpy(field, &value, sizeof(value)); return 0;
	case FLAG_WORDS: return take_words(p, at, shown, value, e);
	case FLAG_SECRET: {
		const char *kept = secret_keep(value);

		memcpy(field, &kept, sizeof(kept));
		return 0;
	}
	case FLAG_STATUS: return take_status(field, shown, value, e);
	case FLAG_SIZE:
		if (!options_take_size(value, field))
			return err_set(e, ERR_USAGE, 0, "%s is a size like 500MB or 2GiB, not '%s'", shown,
			               SHOW(bytes_str(value)));
		return 0;
	case FLAG_TIME:
		if (!options_take_time(value, field))
			return err_set(e, ERR_USAGE, 0, "%s is a time like 30s or 5m, not '%s'", shown,
			               SHOW(bytes_str(value)));
		return 0;
	case FLAG_LIST: {
		struct texts *list = field;

		*ARENA_PUSH(&p->job->arena, list) = value;
		return 0;
	}
	}
	return 0;
}

/* -- names ------------------------------------------------------------------------------------ */

static void *field_of(const struct parser *p, struct flag_home home)
{
	return (uint8_t *)(home.in_job ? (void *)p->job : p->options) + home.offset;
}

static bool find(const struct parser *p, bytes name, char letter, struct place *out)
{
	const struct flag *f;
	struct flag_home home;

	for (size_t i = 0; (f = applet_flag(p->applet, i, &home)); i++) {
		if (letter ? f->letter != letter : !bytes_is(name, f->name))
			continue;
		*out = (struct place){ f, field_of(p, home) };
		return true;
	}
	return false;
}

static int unknown_flag(const struct parser *p, bytes typed, err *e)
{
	struct suggest near;
	const struct flag *f;

	suggest_begin(&near, arena_str(&p->job->arena, typed));
	for (size_t i = 0; (f = applet_flag(p->applet, i, NULL)); i++)
		suggest_offer(&near, f->name);
	if (near.best)
		return err_set(e, ERR_USAGE, 0, "there is no flag --%s; did you mean --%s?", SHOW(typed),
		               near.best);
	return err_set(e, ERR_USAGE, 0, "there is no flag --%s; 'oakum %s --help' lists them",
	               SHOW(typed), p->applet->name);
}

static int missing_value(const struct place *at, const char *shown, err *e)
{
	return err_set(e, ERR_USAGE, 0, "%s needs a value: %s %s", shown, shown, at->flag->value);
}

/* -- the command line ------------------------------------------------------------------------- */

static int parse_long(struct parser *p, err *e)
{
	const char *word = *p->words++;
	bytes rest = bytes_str(word + 2), name = { 0 };
	struct place at;

	(void)bytes_take_until(&rest, '=', &name); /* checked by find */
	if (!find(p, name, 0, &at))
		return unknown_flag(p, name, e);
	const char *shown = arena_printf(&p->job->arena, "--%s", at.flag->name);
	const char *equals = strchr(word, '=');

	if (equals)
		return set_value(p, at, shown, equals + 1, e);
	if (at.flag->kind == FLAG_SWITCH)
		return set_value(p, at, shown, "true", e);
	if (at.flag->kind == FLAG_MAYBE) {
		bytes first = bytes_slice(bytes_str(at.flag->value), 0,
		                          bytes_find(bytes_str(at.flag->value), '|'));

		return set_value(p, at, shown, arena_str(&p->job->arena, first), e);
	}
	if (!*p->words)
		return missing_value(&at, shown, e);
	return set_value(p, at, shown, *p->words++, e);
}

static int parse_short(struct parser *p, err *e)
{
	const char *word = *p->words++;

	for (const char *c = word + 1; *c; c++) {
		char shown[3] = { '-', *c, '\0' };
		struct place at;

		if (!find(p, BYTES(""), *c, &at))
			return err_set(e, ERR_USAGE, 0, "there is no flag -%s; 'oakum %s --help' lists them",
			               SHOW(bytes_of(c, 1)), p->applet->name);
		if (at.flag->kind == FLAG_SWITCH) {
			if (set_value(p, at, shown, "true", e) < 0)
				return -1;
			continue;
		}
		if (c[1] != '\0')
			return set_value(p, at, shown, c + 1, e);
		if (!*p->words)
			return missing_value(&at, shown, e);
		return set_value(p, at, shown, *p->words++, e);
	}
	return 0;
}

static int parse_words(struct parser *p, struct texts *operands, err *e)
{
	bool only_operands = false;

	while (*p->words) {
		const char *word = *p->words;

		if (!only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
			p->words++;
		} else if (!only_operands && word[0] == '-' && word[1] == '-') {
			if (parse_long(p, e) < 0)
				return -1;
		} else if (!only_operands && word[0] == '-' && word[1] != '\0') {
			if (parse_short(p, e) < 0)
				return -1;
		} else {
			*ARENA_PUSH(&p->job->arena, operands) = word;
			p->words++;
			if (p->applet->has_program && !only_operands) {
				only_operands = true;
				p->words += *p->words && strcmp(*p->words, "--") == 0;
			}
		}
	}
	return 0;
}

static int parse_environment(struct parser *p, err *e)
{
	const struct flag *f;
	struct env_name name;
	struct flag_home home;

	for (size_t i = 0; (f = applet_flag(p->applet, i, &home)); i++) {
		const char *value = job_env(p->job, options_env_name(f, &name));
		struct place at = { f, field_of(p, home) };

		if (value && *value && set_value(p, at, name.text, value, e) < 0)
			return -1;
	}
	return 0;
}

static int check_operands(const struct applet *applet, const struct texts *operands, err *e)
{
	if (operands->len < applet->operands_min)
		return err_set(e, ERR_USAGE, 0, "something is missing: oakum %s [flags] %s", applet->name,
		               applet->operands);
	if (operands->len > applet->operands_max)
		return err_set(e, ERR_USAGE, 0, "'%s' is one word too many: oakum %s [flags] %s",
		               SHOW(bytes_str(operands->items[applet->operands_max])), applet->name,
		               applet->operands);
	return 0;
}

int options_parse(struct job *job, const struct applet *applet, char *const *words, void *options,
                  struct texts *out_operands, err *e)
{
	struct parser p = { job, applet, options, words };

	*out_operands = (struct texts){ 0 };
	if (parse_environment(&p, e) < 0 || parse_words(&p, out_operands, e) < 0)
		return -1;
	return job->help ? 0 : check_operands(applet, out_operands, e);
}

int options_refuse_empty(const struct flag *flags, const void *options, err *e)
{
	for (const struct flag *f = flags; f->name; f++) {
		const void *field = (const char *)options + f->offset;
		const struct texts *list = field;
		const char *const *text = field;
		char shown[64];

		(void)snprintf(shown, sizeof(shown), "--%s", f->name);
		if (f->kind == FLAG_TEXT && refuse_empty(shown, *text, e) < 0)
			return -1;
		for (size_t i = 0; f->kind == FLAG_LIST && i < list->len; i++)
			if (refuse_empty(shown, list->items[i], e) < 0)
				return -1;
	}
	return 0;
}
