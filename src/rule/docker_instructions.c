/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about single instructions that run nothing: what they set, open and start. */
#include "base/text.h"
#include "fmt/dockerfile_vars.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

static bytes unquoted(bytes value)
{
	return value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'')
	           ? bytes_slice(value, 1, value.n - 2)
	           : value;
}

/* -- ENV, ARG, LABEL -------------------------------------------------------------------------- */

static bool turns_off_tls(const struct dockerfile_pair *p)
{
	bytes key = p->key.text, value = unquoted(p->value.text);

	if (bytes_is(key, "PYTHONHTTPSVERIFY") || bytes_is(key, "NODE_TLS_REJECT_UNAUTHORIZED"))
		return bytes_is(value, "0");
	if (bytes_is(key, "GIT_SSL_NO_VERIFY"))
		return bytes_is(value, "1") || bytes_equal_nocase(value, BYTES("true"));
	return bytes_equal_nocase(key, BYTES("npm_config_strict_ssl")) &&
	       bytes_equal_nocase(value, BYTES("false"));
}

/* "ARG NAME 0" is read as two arguments; whoever wrote it meant a value. */
static void check_tls(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	for (size_t k = 0; k < i->pairs.len; k++) {
		struct dockerfile_pair p = i->pairs.items[k];

		if (!p.has_value && k + 1 < i->pairs.len)
			p.value = i->pairs.items[k + 1].key;
		if (!turns_off_tls(&p))
			continue;
		struct job_finding *finding = docker_find(f, RULE(DF012), p.key.from, p.value.to);

		if (i->pairs.len == 1)
			docker_delete(f, finding, RULE_FIX_SAFE, i);
	}
}

/* BuildKit expands an ENV with the values from before it. */
static void check_own_variable(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	struct dockerfile_var v;

	for (size_t k = 1; k < i->pairs.len; k++)
		for (size_t at = 0;
		     dockerfile_var_next(i->pairs.items[k].value.text, f->dockerfile->escape, &at, &v);)
			for (size_t n = 0; n < k; n++) {
				const struct dockerfile_pair *p = &i->pairs.items[k];

				if (!bytes_equal(i->pairs.items[n].key.text, v.name))
					continue;
				struct job_finding *finding = docker_find(f, RULE(DF054), p->key.from, p->value.to);

				finding->message = arena_printf(f->job->arena, "%s has its old value here",
				                                SHOW(v.name));
				docker_fix(f, finding, RULE_FIX_SAFE, i->pairs.items[k - 1].value.to, p->key.from,
				           "\nENV ");
				return;
			}
}

static bool is_label_key(bytes key)
{
	key = unquoted(key);
	for (size_t k = 0; k < key.n; k++) {
		uint8_t c = key.p[k];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == '/' || c == '$' || c == '{' || c == '}'))
			return bytes_find(key, '$') < key.n;
	}
	return key.n > 0;
}

/* Lower case, and a hyphen for what no key may hold. */
static const char *label_key(const struct docker_file *f, bytes key)
{
	char *copy = arena_str(f->job->arena, key);

	for (char *c = copy; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
		else if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '/'))
			*c = '-';
	}
	return copy;
}

static void check_labels(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	for (size_t k = 0; k < i->pairs.len; k++) {
		const struct dockerfile_word *key = &i->pairs.items[k].key;
		bytes name = unquoted(key->text);

		if (is_label_key(key->text))
			continue;
		size_t quote = name.n < key->text.n;
		struct job_finding *finding = docker_find(f, RULE(DF057), key->from, key->to);

		if (name.n > 0 && bytes_find(name, 0) == name.n && key->to - key->from == key->text.n)
			docker_fix(f, finding, RULE_FIX_REVIEW, key->from + quote, key->to - quote,
			           label_key(f, name));
	}
}

static void check_legacy(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	if (i->pairs.len == 0 || !i->pairs.items[0].legacy)
		return;
	const struct dockerfile_pair *p = &i->pairs.items[0];
	bytes value = p->value.text;
	struct job_finding *finding = docker_find_at(f, RULE(DF038), i);
	bool plain = bytes_find(value, '"') == value.n && bytes_find(value, '\\') == value.n &&
	             bytes_find(value, '\'') == value.n;

	if (plain && i->pieces_len == 1)
		docker_fix(f, finding, RULE_FIX_SAFE, p->key.to, p->value.to,
		           bytes_find(value, ' ') < value.n || bytes_find(value, '\t') < value.n
		               ? arena_printf(f->job->arena, "=\"%s\"", docker_text(f, value))
		               : arena_printf(f->job->arena, "=%s", docker_text(f, value)));
}

/* -- EXPOSE, VOLUME, WORKDIR ------------------------------------------------------------------ */

/* "8080", "8080/tcp", "7000-7005", "80:8080": the numbers; false where a variable stands. */
static bool port_of(bytes word, uint64_t *out, bool *out_bad)
{
	bytes port = bytes_slice(word, 0, bytes_find(word, '/'));
	size_t colon = bytes_rfind(port, ':');

	*out_bad = colon < port.n;
	if (*out_bad)
		port = bytes_skip(port, colon + 1);
	port = bytes_slice(port, 0, bytes_find(port, '-'));
	if (!text_take_u64(port, 10, UINT32_MAX, out))
		return false;
	*out_bad = *out_bad || *out > 65535;
	return true;
}

static bool has_user(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct docker_stage *s = docker_stage_of(f, i);

	if (!s)
		return false;
	if (!s->user)
		return docker_is_unprivileged(s);
	return !bytes_is(s->user->words.items[0].text, "root") &&
	       !bytes_is(s->user->words.items[0].text, "0");
}

/* The images of .NET listen on 8080 since .NET 8; older ones are told to. */
static void low_port(const struct docker_file *f, const struct dockerfile_instruction *i,
                     const struct dockerfile_word *w, unsigned port)
{
	struct job_finding *finding = docker_find(f, RULE(DF045), w->from, w->to);
	unsigned major;

	finding->message = arena_printf(f->job->arena, "port %u", port);
	if (!docker_is_dotnet(docker_stage_of(f, i), NULL, &major) || port != 80 || i->words.len > 1)
		return;
	if (major < 8)
		docker_fix(f, finding, RULE_FIX_REVIEW, i->from, i->from,
		           "ENV ASPNETCORE_URLS=http://+:8080\n");
	docker_fix(f, finding, RULE_FIX_REVIEW, w->from, w->from + 2, "8080");
}

static void check_port(const struct docker_file *f, const struct dockerfile_instruction *i,
                       const struct dockerfile_word *w)
{
	struct job_finding *finding;
	uint64_t port;
	bool bad;

	if (!port_of(w->text, &port, &bad))
		return;
	if (bad) {
		size_t colon = bytes_rfind(w->text, ':');

		finding = docker_find(f, RULE(DF043), w->from, w->to);
		if (port <= 65535 && colon < w->text.n)
			docker_fix(f, finding, RULE_FIX_SAFE, w->from, w->from + colon + 1, "");
	} else if (port == 22) {
		finding = docker_find(f, RULE(DF044), w->from, w->to);
		if (i->words.len == 1)
			docker_delete(f, finding, RULE_FIX_SAFE, i);
		else
			docker_fix(f, finding, RULE_FIX_SAFE, w->from - 1, w->to, "");
	} else if (port < 1024 && port > 0 && docker_is_final(f, i) &&
	           !docker_is_windows(docker_stage_of(f, i)) &&
	           (has_user(f, i) || bytes_is(w->text, "80"))) {
		low_port(f, i, w, (unsigned)port);
	}
}

static void check_expose(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	for (size_t k = 0; k < i->words.len; k++) {
		const struct dockerfile_word *w = &i->words.items[k];
		size_t slash = bytes_find(w->text, '/');
		bytes protocol = bytes_skip(w->text, slash + 1);

		check_port(f, i, w);
		if (!bytes_equal_nocase(protocol, BYTES("tcp")) &&
		    !bytes_equal_nocase(protocol, BYTES("udp")))
			continue;
		const char *lower = (protocol.p[0] | 0x20) == 't' ? "tcp" : "udp";

		if (bytes_is(protocol, lower))
			continue;
		struct job_finding *finding = docker_find(f, RULE(DF037), w->from, w->to);

		finding->message = arena_printf(f->job->arena, "%s is not in lower case", SHOW(protocol));
		docker_fix(f, finding, RULE_FIX_SAFE, w->from + slash + 1, w->to, lower);
	}
}

static void check_volume(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	static const char *const paths[] = {
		"/", "/dev", "/proc", "/sys", "/etc", "/boot", "/var/run/docker.sock", "/run/docker.sock"
	};

	for (size_t k = 0; k < i->words.len; k++)
		for (size_t n = 0; n < sizeof(paths) / sizeof(*paths); n++) {
			const struct dockerfile_word *w = &i->words.items[k];

			if (!bytes_is(w->text, paths[n]))
				continue;
			struct job_finding *finding = docker_find(f, RULE(DF046), w->from, w->to);

			if (i->words.len == 1)
				docker_delete(f, finding, RULE_FIX_SAFE, i);
		}
}

static void check_workdir(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct dockerfile_word *w = i->words.len > 0 ? &i->words.items[0] : NULL;
	bytes path = w ? unquoted(w->text) : (bytes){ 0 };
	const struct docker_stage *s = docker_stage_of(f, i);

	if (path.n == 0 || path.p[0] == '/' || path.p[0] == '$' || path.p[0] == '\\' ||
	    (path.n > 1 && path.p[1] == ':') || !s || docker_is_windows(s))
		return;
	/* Below an absolute one it is clear where it lies. */
	for (size_t k = s->in->first; docker_instruction(f, k) != i; k++)
		if (docker_instruction(f, k)->kind == DOCKERFILE_WORKDIR)
			return;
	if (s->parent > 0 && f->stages[s->parent - 1].workdir)
		return;
	struct job_finding *finding = docker_find_at(f, RULE(DF030), i);
	size_t at = w->from + (w->text.p != path.p); /* behind a quote */

	docker_fix(f, finding, RULE_FIX_SAFE, at, at, "/");
}

/* -- CMD and ENTRYPOINT ----------------------------------------------------------------------- */

/* Words that mean the same without a shell. */
static bool is_plain(bytes text)
{
	for (size_t k = 0; k < text.n; k++)
		if (text.p[k] < ' ' || text.p[k] >= 0x7F || strchr("$|&;<>*?`\"'\\()[]{}~#=!", text.p[k]))
			return false;
	return text.n > 0;
}

static void check_shell_form(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	if (i->json || i->words.len != 1)
		return;
	const struct dockerfile_word *w = &i->words.items[0];
	struct job_finding *finding = docker_find_at(f, RULE(DF027), i);
	bytes rest = w->text, word;
	const char *list = "";

	if (!is_plain(w->text))
		return;
	while (bytes_take_until(&rest, ' ', &word))
		if (word.n > 0)
			list = arena_printf(f->job->arena, "%s%s\"%s\"", list, *list ? ", " : "",
			                    docker_text(f, word));
	docker_fix(f, finding, RULE_FIX_SAFE, w->from, w->to,
	           arena_printf(f->job->arena, "[%s]", list));
}

static void check_maintainer(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	struct job_finding *finding = docker_find_at(f, RULE(DF039), i);
	bytes name = unquoted(dockerfile_args(i));

	if (i->pieces_len == 1 && name.n > 0 && bytes_find(name, '"') == name.n &&
	    bytes_find(name, '\\') == name.n)
		docker_fix(f, finding, RULE_FIX_SAFE, i->from, i->line_end,
		           arena_printf(f->job->arena, "LABEL org.opencontainers.image.authors=\"%s\"",
		                        docker_text(f, name)));
}

static void check_env(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	if (i->kind == DOCKERFILE_ENV) {
		check_own_variable(f, i);
		check_legacy(f, i);
	}
	check_tls(f, i);
}

static void check_label(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	check_legacy(f, i);
	check_labels(f, i);
}

static void check_onbuild(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	if (i->trigger &&
	    (i->trigger->kind == DOCKERFILE_FROM || i->trigger->kind == DOCKERFILE_MAINTAINER ||
	     i->trigger->kind == DOCKERFILE_ONBUILD))
		docker_find_at(f, RULE(DF055), i);
}

typedef void check_function(const struct docker_file *f, const struct dockerfile_instruction *i);

static check_function *const checks[] = {
	[DOCKERFILE_ARG] = check_env,
	[DOCKERFILE_CMD] = check_shell_form,
	[DOCKERFILE_ENTRYPOINT] = check_shell_form,
	[DOCKERFILE_ENV] = check_env,
	[DOCKERFILE_EXPOSE] = check_expose,
	[DOCKERFILE_LABEL] = check_label,
	[DOCKERFILE_MAINTAINER] = check_maintainer,
	[DOCKERFILE_ONBUILD] = check_onbuild,
	[DOCKERFILE_VOLUME] = check_volume,
	[DOCKERFILE_WORKDIR] = check_workdir,
};

void docker_check_instructions(const struct docker_file *f)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind < sizeof(checks) / sizeof(*checks) && checks[i->kind])
			checks[i->kind](f, i);
	}
}
