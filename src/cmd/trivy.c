/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trivy.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "cmd/suggest.h"
#include "flow/scan_papers.h"
#include "sys/file.h"

#include <sys/stat.h>

enum command { IMAGE, FOLDER, BILL, REPOSITORY, SETTINGS, VERSION };

static const struct {
	const char *name;
	enum command command;
} commands[] = {
	{ "image", IMAGE },     { "i", IMAGE },         { "filesystem", FOLDER },
	{ "fs", FOLDER },       { "rootfs", FOLDER },   { "sbom", BILL },
	{ "repository", REPOSITORY }, { "repo", REPOSITORY }, { "config", SETTINGS },
	{ "conf", SETTINGS },   { "version", VERSION },
};

/* Where a value was given; the higher one counts. */
enum source { NOWHERE, FILE_OF_SETTINGS, ENVIRONMENT, COMMAND_LINE };

struct given {
	enum source source;
	struct texts values;
};

struct reader {
	struct job *job;
	struct given *given; /* one for each of trivy_flags */
	struct texts names;  /* operands: the command, then its targets */
	struct texts out;
	struct texts idle; /* flags that make no difference */
	struct trivy *trivy;
};

bool trivy_is_name(const char *argv0)
{
	return argv0 && bytes_is(path_base(bytes_str(argv0)), "trivy");
}

/* -- what was given ---------------------------------------------------------------------------- */

static const struct trivy_flag *flag_named(bytes name, char letter)
{
	for (const struct trivy_flag *f = trivy_flags; f->name; f++)
		if (letter ? f->letter == letter : bytes_is(name, f->name))
			return f;
	return NULL;
}

static struct given *given_to(const struct reader *r, const struct trivy_flag *f)
{
	return &r->given[f - trivy_flags];
}

/* strconv.ParseBool, which Trivy's flags are read by. */
static bool is_true(const char *value)
{
	static const char *const words[] = { "1", "t", "T", "true", "TRUE", "True" };

	for (size_t i = 0; value && i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(value, words[i]) == 0)
			return true;
	return false;
}

/* Flags that are another one's older name fill that one's place. */
static int give(struct reader *r, const struct trivy_flag *f, const char *value, enum source source,
                err *e)
{
	if (f->use == TRIVY_REFUSED) {
		if (f->is_switch && !is_true(value))
			return 0; /* off, as it is here */
		return err_set(e, ERR_USAGE, 0, "trivy --%s: %s", f->name, f->as);
	}
	if (f->use == TRIVY_OWN && f->as)
		f = flag_named(bytes_str(f->as), 0);
	struct given *g = given_to(r, f);

	if (source > g->source)
		*g = (struct given){ .source = source };
	if (source == g->source)
		*ARENA_PUSH(&r->job->arena, &g->values) = value;
	return 0;
}

/* value_of(r, name): the last one; NULL when it was not given. */
static const char *value_of(const struct reader *r, const char *name)
{
	const struct given *g = given_to(r, flag_named(bytes_str(name), 0));

	return g->values.len > 0 ? g->values.items[g->values.len - 1] : NULL;
}

static int unknown(bytes typed, struct arena *a, err *e)
{
	struct suggest near;

	suggest_begin(&near, arena_str(a, typed));
	for (const struct trivy_flag *f = trivy_flags; f->name; f++)
		suggest_offer(&near, f->name);
	return err_set(e, ERR_USAGE, 0, "trivy: there is no flag --%s%s%s%s", SHOW(typed),
	               near.best ? "; did you mean --" : "", near.best ? near.best : "",
	               near.best ? "?" : "");
}

/* take_value(r, f, value, words, e): value NULL: it is the next of words, but for a switch. */
static int take_value(struct reader *r, const struct trivy_flag *f, const char *value,
                      char *const **words, err *e)
{
	if (!value && f->is_switch)
		value = "true";
	else if (!value && !(value = *(*words)++))
		return err_set(e, ERR_USAGE, 0, "trivy: --%s needs a value", f->name);
	return give(r, f, value, COMMAND_LINE, e);
}

/* take_flag(r, words, e): the flag at *words, which moves behind it. */
static int take_flag(struct reader *r, char *const **words, err *e)
{
	const char *word = *(*words)++, *equals = strchr(word, '=');
	bytes name = bytes_slice(bytes_str(word + 2), 0, bytes_find(bytes_str(word + 2), '='));
	const struct trivy_flag *f;

	if (word[1] == '-') {
		f = flag_named(name, '\0');
		return f ? take_value(r, f, equals ? equals + 1 : NULL, words, e)
		         : unknown(name, &r->job->arena, e);
	}
	for (const char *c = word + 1; *c; c++) {
		f = flag_named(BYTES(""), *c);
		if (!f)
			return unknown(bytes_of(c, 1), &r->job->arena, e);
		if (!f->is_switch || c[1] == '=')
			return take_value(r, f, c[1] ? c + 1 + (c[1] == '=') : NULL, words, e);
		if (take_value(r, f, NULL, words, e) < 0)
			return -1;
	}
	return 0;
}

static int read_words(struct reader *r, char *const *words, err *e)
{
	bool only_names = false;

	while (*words) {
		if (!only_names && strcmp(*words, "--") == 0) {
			only_names = true;
			words++;
		} else if (!only_names && (*words)[0] == '-' && (*words)[1]) {
			if (take_flag(r, &words, e) < 0)
				return -1;
		} else {
			*ARENA_PUSH(&r->job->arena, &r->names) = *words++;
		}
	}
	return 0;
}

static int read_environment(struct reader *r, err *e)
{
	for (const struct trivy_flag *f = trivy_flags; f->name; f++) {
		char *name = arena_printf(&r->job->arena, "TRIVY_%s", f->name);

		for (char *c = name; *c; c++)
			*c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
		const char *value = job_env(r->job, name);

		if (value && *value && give(r, f, value, ENVIRONMENT, e) < 0)
			return -1;
	}
	return 0;
}

static const struct trivy_flag *flag_of_key(bytes key)
{
	for (const struct trivy_flag *f = trivy_flags; f->name; f++)
		if (f->key && bytes_is(key, f->key))
			return f;
	return NULL;
}

/* Trivy passes over what it does not know in the file; here that is said. So is what is not done
 * here: the file that Trivy itself writes names every setting with its default. */
static int take_settings(struct reader *r, const char *name, const struct word_list *lines, err *e)
{
	struct arena *a = &r->job->arena;

	for (size_t i = 0; i < lines->len; i++) {
		bytes value = lines->items[i], key = { 0 };

		(void)bytes_take_until(&value, '=', &key); /* each line has one */
		const struct trivy_flag *f = flag_of_key(key);

		if (!f)
			message_note(r->job, name, arena_printf(a, "'%s' means nothing here", SHOW(key)));
		else if (f->use == TRIVY_REFUSED && value.n > 0 && !bytes_is(value, "false"))
			message_note(r->job, name,
			             arena_printf(a, "'%s' counts for nothing: %s", SHOW(key), f->as));
		else if (value.n > 0 && give(r, f, arena_str(a, value), FILE_OF_SETTINGS, e) < 0)
			return err_wrap(e, "%s", SHOW(bytes_str(name)));
	}
	return 0;
}

static int read_settings(struct reader *r, err *e)
{
	const char *asked = value_of(r, "config");
	struct paper paper = { .kind = PAPER_SETTINGS, .name = asked ? asked : "trivy.yaml" };
	struct arena own = ARENA_INIT; /* a password may stand in it */
	struct papers papers = { 0 };

	if (file_read_all(paper.name, LIMIT_SETTINGS, &own, &paper.text, e) < 0) {
		arena_done(&own);
		if (asked || e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* it need not be there */
		return 0;
	}
	int result = scan_papers_read(&paper, 1, r->job->now, &own, &papers, e);

	if (result == 0)
		result = take_settings(r, paper.name, &papers.settings, e);
	arena_wipe(&own);
	return result;
}

/* -- a command line of ours -------------------------------------------------------------------- */

static void put(struct reader *r, const char *word)
{
	*ARENA_PUSH(&r->job->arena, &r->out) = word;
}

/* The value itself, no copy: a password is wiped where it stands (sys/secret.h). */
static void put_value(struct reader *r, const char *name, const char *value)
{
	put(r, arena_printf(&r->job->arena, "--%s", name));
	put(r, value);
}

static bool has_flag(const struct applet *applet, const char *name)
{
	const struct flag *f;

	for (size_t i = 0; (f = applet_flag(applet, i, NULL)); i++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

/* What the command of ours has not is of no use to it. */
static void put_flags(struct reader *r, const struct applet *applet)
{
	for (const struct trivy_flag *f = trivy_flags; f->name; f++) {
		const struct given *g = given_to(r, f);
		const char *as = f->use == TRIVY_NAMED ? f->as : f->name;

		if (g->source == NOWHERE || f->use == TRIVY_OWN)
			continue;
		if (f->use == TRIVY_NOTHING || !has_flag(applet, as)) {
			*ARENA_PUSH(&r->job->arena, &r->idle) = f->name;
			continue;
		}
		for (size_t i = 0; i < g->values.len; i++)
			if (!f->is_switch)
				put_value(r, as, g->values.items[i]);
			else if (is_true(g->values.items[i]))
				put(r, arena_printf(&r->job->arena, "--%s", as));
	}
}

static void tell_idle(struct reader *r)
{
	buf text = BUF_INIT(64 * KIB);

	if (r->idle.len == 0 || is_true(value_of(r, "quiet")))
		return;
	for (size_t i = 0; i < r->idle.len; i++)
		buf_printf(&text, "%s--%s", i > 0 ? ", " : "", r->idle.items[i]);
	buf_puts(&text, ": accepted, without effect here");
	message_note(r->job, "trivy", arena_str(&r->job->arena, buf_bytes(&text)));
	buf_done(&text);
}

static int take_number(const struct reader *r, const char *name, uint64_t *out, err *e)
{
	const char *value = value_of(r, name);

	*out = 0;
	if (!value || text_take_u64(bytes_str(value), 10, 255, out))
		return 0;
	return err_set(e, ERR_USAGE, 0, "trivy --%s is a number from 0 to 255, not '%s'", name,
	               SHOW(bytes_str(value)));
}

struct scanners {
	bool vulnerabilities, secrets, settings;
};

static int add_scanners(const char *list, struct scanners *out, err *e)
{
	bytes rest = bytes_str(list), word;

	if (rest.n == 0)
		return err_set(e, ERR_USAGE, 0, "trivy --scanners is empty: it would look for nothing");
	while (bytes_take_until(&rest, ',', &word)) {
		word = bytes_trim(word);
		if (bytes_is(word, "vuln"))
			out->vulnerabilities = true;
		else if (bytes_is(word, "secret"))
			out->secrets = true;
		else if (bytes_is(word, "misconfig") || bytes_is(word, "config"))
			out->settings = true;
		else
			return err_set(e, ERR_USAGE, 0, "trivy --scanners: '%s' is none of vuln, secret, "
			               "misconfig", SHOW(word));
	}
	return 0;
}

/* A list that is given in parts, as Trivy takes it. */
static int take_scanners(const struct reader *r, struct scanners *out, err *e)
{
	const struct given *g = given_to(r, flag_named(BYTES("scanners"), 0));

	*out = (struct scanners){ 0 };
	for (size_t i = 0; i < g->values.len; i++)
		if (add_scanners(g->values.items[i], out, e) < 0)
			return -1;
	return g->values.len > 0 ? 0 : add_scanners("vuln,secret", out, e);
}

/* Trivy's formats that are bills of materials make one, and look for nothing unless told to. */
static const char *bill_format(const struct reader *r)
{
	static const char *const names[][2] = { { "cyclonedx", "cyclonedx-json" },
		                                    { "spdx", "spdx-tag" },
		                                    { "spdx-json", "spdx-json" } };
	const char *format = value_of(r, "format");

	for (size_t i = 0; format && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(format, names[i][0]) == 0 &&
		    (i > 0 || !value_of(r, "scanners")))
			return names[i][1];
	return NULL;
}

/* put_target(r, command, name): with the prefix that makes it what the command says. */
static int put_target(struct reader *r, enum command command, const char *name, err *e)
{
	struct stat st;

	if (command == REPOSITORY && strstr(name, "://"))
		return err_set(e, ERR_USAGE, 0, "trivy repo: clone '%s' and name its folder",
		               SHOW(bytes_str(name)));
	if (command == BILL)
		name = arena_printf(&r->job->arena, "sbom:%s", name);
	else if ((command == FOLDER || command == REPOSITORY) && stat(name, &st) == 0 &&
	         S_ISDIR(st.st_mode))
		name = arena_printf(&r->job->arena, "rootfs:%s", name);
	put(r, name);
	return 0;
}

static int put_targets(struct reader *r, enum command command, err *e)
{
	const char *input = value_of(r, "input");

	put(r, "--");
	if (input && command == IMAGE)
		return put_target(r, command, input, e);
	for (size_t i = 1; i < r->names.len; i++)
		if (put_target(r, command, r->names.items[i], e) < 0)
			return -1;
	return 0;
}

/* choose(r, command, e): which command of ours it becomes, and the flags that follow from that. */
static const char *choose(struct reader *r, enum command command, err *e)
{
	struct scanners s = { 0 };

	if (command == SETTINGS)
		return "check";
	if (command == BILL)
		return "scan";
	if (bill_format(r))
		return "sbom";
	if (take_scanners(r, &s, e) < 0)
		return NULL;
	if (s.settings && (s.vulnerabilities || s.secrets || command == IMAGE)) {
		(void)err_set(e, ERR_USAGE, 0,
		              "trivy --scanners: settings are judged in a step of their own: 'trivy config "
		              "FOLDER' or 'oakum check FILE|FOLDER|IMAGE'; leave misconfig out here");
		return NULL;
	}
	return s.vulnerabilities ? "scan" : s.secrets ? "secrets" : "check";
}

static int put_command(struct reader *r, enum command command, err *e)
{
	const char *name = choose(r, command, e), *format = bill_format(r);
	struct scanners s = { 0 };

	if (!name)
		return -1;
	put(r, name);
	put_flags(r, applet_find(name));
	if (strcmp(name, "scan") == 0 && command != BILL && take_scanners(r, &s, e) == 0 && s.secrets)
		put_value(r, "scanners", "vuln,secret");
	if (strcmp(name, "check") == 0 && !value_of(r, "severity"))
		put_value(r, "severity", "low");
	if (strcmp(name, "sbom") != 0)
		format = value_of(r, "format");
	if (format)
		put_value(r, "format", format);
	if (value_of(r, "output"))
		put_value(r, "output", value_of(r, "output"));
	if (r->trivy->exit_code > 0 && strcmp(name, "sbom") != 0)
		put_value(r, "exit-code", value_of(r, "exit-code"));
	if (r->trivy->exit_on_eol > 0 && strcmp(name, "scan") == 0)
		put_value(r, "exit-on-eol", value_of(r, "exit-on-eol"));
	return put_targets(r, command, e);
}

static int find_command(const struct reader *r, enum command *out, err *e)
{
	const char *name = r->names.items[0];

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(name, commands[i].name) == 0) {
			*out = commands[i].command;
			return 0;
		}
	return err_set(e, ERR_USAGE, 0,
	               "trivy %s is not done here; image, fs, rootfs, repo, sbom, config and version "
	               "are",
	               SHOW(bytes_str(name)));
}

static int translate(struct reader *r, err *e)
{
	enum command command = VERSION;

	if (r->names.len > 0 && find_command(r, &command, e) < 0)
		return -1;
	if (r->names.len == 0 && !is_true(value_of(r, "version"))) {
		put(r, "help");
		return 0;
	}
	if (is_true(value_of(r, "help"))) {
		put(r, command == SETTINGS ? "check" : command == VERSION ? "version" : "scan");
		put(r, "--help");
		return 0;
	}
	if (command == VERSION) {
		r->trivy->version_format = value_of(r, "format") ? value_of(r, "format") : "table";
		return 0;
	}
	if (is_true(value_of(r, "download-db-only"))) {
		put(r, "db");
		put(r, "update");
		put_flags(r, applet_find("db update"));
		tell_idle(r);
		return 0;
	}
	if (put_command(r, command, e) < 0)
		return -1;
	tell_idle(r);
	return 0;
}

int trivy_translate(struct job *job, char *const *words, struct trivy *out, err *e)
{
	struct reader r = { .job = job, .trivy = out };
	size_t n = 0;

	*out = (struct trivy){ 0 };
	while (trivy_flags[n].name)
		n++;
	r.given = arena_array(&job->arena, struct given, n);
	if (words[0] && strcmp(words[0], "clean") == 0) {
		message_note(job, "trivy clean", "the cache keeps itself small; nothing is deleted");
		out->words = arena_array(&job->arena, char *, 1);
		return 0;
	}
	if (read_words(&r, words, e) < 0 || read_environment(&r, e) < 0 || read_settings(&r, e) < 0 ||
	    take_number(&r, "exit-code", &out->exit_code, e) < 0 ||
	    take_number(&r, "exit-on-eol", &out->exit_on_eol, e) < 0 || translate(&r, e) < 0)
		return -1;
	out->words = arena_array(&job->arena, char *, r.out.len + 1);
	for (size_t i = 0; i < r.out.len; i++)
		out->words[i] = (char *)(uintptr_t)r.out.items[i]; /* argv's own type */
	return 0;
}

/* -- how it ends ------------------------------------------------------------------------------- */

int trivy_status(const struct trivy *t, int status)
{
	if ((t->exit_code > 0 && status == (int)t->exit_code) ||
	    (t->exit_on_eol > 0 && status == (int)t->exit_on_eol))
		return status;
	if (status == STATUS_FINDINGS && t->exit_code == 0)
		return STATUS_DONE;
	return status == STATUS_DONE ? 0 : 1;
}

int trivy_version(const struct trivy *t, err *e)
{
	struct stream out;

	output_stdout(&out);
	if (strcmp(t->version_format, "json") == 0)
		stream_puts(&out, "{\"Version\":\"" OAKUM_VERSION "\"}\n");
	else
		stream_puts(&out, "Version: " OAKUM_VERSION "\n");
	return stream_finish(&out, e);
}
