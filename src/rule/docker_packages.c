/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about package managers in RUN. */
#include "base/text.h"
#include "rule/docker_runs.h"

#define RULE(id) (&docker_rules[id])

/* What an install looks like. `pin`: what stands between a name and its version. */
struct manager {
	const char *program, *install, *yes, *clean, *also_clean, *cache;
	const char *pin;
};

static const struct manager managers[] = {
	{ "apt-get", "install", "-y", NULL, NULL, "/var/lib/apt", "=" },
	{ "apt", "install", "-y", NULL, NULL, "/var/lib/apt", "=" },
	{ "apk", "add", NULL, NULL, NULL, "/var/cache/apk", "=<>~" },
	{ "yum", "install", "-y", "yum clean all", "/var/cache/yum", "/var/cache/yum", "-" },
	{ "dnf", "install", "-y", "dnf clean all", "/var/cache/dnf", "/var/cache", "-" },
	{ "microdnf", "install", "-y", "microdnf clean all", "/var/cache", "/var/cache", "-" },
	{ "tdnf", "install", "-y", "tdnf clean all", "/var/cache/tdnf", "/var/cache/tdnf", "-" },
	{ "zypper", "install", "-y", "zypper clean -a", "/var/cache/zypp", "/var/cache/zypp", "=<>" },
	{ "pip", "install", NULL, NULL, NULL, "/root/.cache", "=<>~@" },
	{ "pip3", "install", NULL, NULL, NULL, "/root/.cache", "=<>~@" },
	{ "npm", "install", NULL, NULL, NULL, "/root/.npm", "@" },
	{ "gem", "install", NULL, NULL, NULL, "/usr/local/bundle/cache", ":" },
	{ "go", "install", NULL, NULL, NULL, "/go/pkg", "@" },
	{ "yarn", "install", NULL, NULL, NULL, "/usr/local/share/.cache", "@" },
};

static const struct manager *manager_of(const struct shell_command *c)
{
	for (size_t k = 0; k < sizeof(managers) / sizeof(*managers); k++)
		if (shell_is(c, managers[k].program))
			return &managers[k];
	return NULL;
}

static bool says(const struct docker_scope *s, const char *text)
{
	for (size_t k = 0; k < s->commands->len; k++) {
		const struct shell_command *c = &s->commands->items[k].shell;

		for (size_t w = c->program; w < c->len; w++)
			if (bytes_search(c->words[w].text, bytes_str(text)) < c->words[w].text.n)
				return true;
	}
	return false;
}

static bool cleans(const struct docker_scope *s, const char *program)
{
	for (size_t k = 0; k < s->commands->len; k++)
		if (shell_is(&s->commands->items[k].shell, program) &&
		    (shell_has(&s->commands->items[k].shell, "clean") ||
		     shell_has(&s->commands->items[k].shell, "cc")))
			return true;
	return false;
}

static bool says_yes(const struct shell_command *c)
{
	static const char *const words[] = { "-y", "--yes", "--assume-yes", "--assumeyes", "-qq",
		                                 "-n", "--non-interactive", "--force-yes", "--no-confirm" };

	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
		if (shell_has(c, words[k]))
			return true;
	/* Short options in one word: -yq. */
	for (size_t w = c->program + 1; w < c->len; w++)
		if (c->words[w].text.n > 1 && c->words[w].text.p[0] == '-' &&
		    c->words[w].text.p[1] != '-' &&
		    bytes_find(c->words[w].text, 'y') < c->words[w].text.n)
			return true;
	return false;
}

static void insert(const struct docker_scope *s, struct job_finding *finding, enum rule_fix class,
                   const struct shell_word *behind, const char *option)
{
	docker_fix(s->f, finding, class, behind->to, behind->to,
	           s->run->json ? arena_printf(s->f->job->arena, ", \"%s\"", option)
	                        : arena_printf(s->f->job->arena, " %s", option));
}

/* -- questions, caches ------------------------------------------------------------------------ */

static void check_apt(const struct docker_scope *s, const struct shell_command *c,
                      const struct shell_word *install)
{
	bool cached = docker_has_cache(s->run, "/var/lib/apt") ||
	              docker_has_cache(s->run, "/var/cache/apt");
	struct job_finding *finding;

	if (!says_yes(c)) {
		finding = docker_command_find(s, RULE(DF020), c);
		finding->message = "the install asks before it begins";
		insert(s, finding, RULE_FIX_SAFE, install, "-y");
	}
	if (!says(s, "install-recommends") && !says(s, "Install-Recommends")) {
		finding = docker_command_find(s, RULE(DF020), c);
		finding->message = "recommended packages are installed, too";
		insert(s, finding, RULE_FIX_REVIEW, install, "--no-install-recommends");
	}
	if (!cached && !says(s, "/var/lib/apt/lists")) {
		finding = docker_command_find(s, RULE(DF019), c);
		docker_append(s, finding, RULE_FIX_SAFE, "rm -rf /var/lib/apt/lists/*");
	}
}

static void check_cache(const struct docker_scope *s, const struct shell_command *c,
                        const struct manager *m, const struct shell_word *install)
{
	if (docker_has_cache(s->run, m->cache))
		return;
	if (m->clean && !cleans(s, m->program) && !says(s, m->also_clean))
		docker_append(s, docker_command_find(s, RULE(DF022), c), RULE_FIX_SAFE, m->clean);
	if (shell_is(c, "apk") && !shell_has(c, "--no-cache") && !says(s, "/var/cache/apk"))
		insert(s, docker_command_find(s, RULE(DF021), c), RULE_FIX_SAFE, install, "--no-cache");
	if ((shell_is(c, "pip") || shell_is(c, "pip3")) && !shell_has(c, "--no-cache-dir"))
		insert(s, docker_command_find(s, RULE(DF053), c), RULE_FIX_SAFE, install,
		       "--no-cache-dir");
	if (shell_is(c, "yarn") && !says(s, "clean"))
		docker_append(s, docker_command_find(s, RULE(DF053), c), RULE_FIX_SAFE,
		              "yarn cache clean");
}

static void check_manager(const struct docker_scope *s, const struct shell_command *c,
                          const struct manager *m, const struct shell_word *install)
{
	if (m->yes && !says_yes(c))
		insert(s, docker_command_find(s, RULE(DF023), c), RULE_FIX_SAFE, install, "-y");
	check_cache(s, c, m, install);
}

/* -- versions --------------------------------------------------------------------------------- */

static bool is_pinned(bytes word, const struct manager *m)
{
	size_t from = word.n > 0 && word.p[0] == '@';

	for (size_t k = from; k < word.n; k++)
		if (strchr(m->pin, word.p[k]) &&
		    (m->pin[0] != '-' || (k + 1 < word.n && word.p[k + 1] >= '0' && word.p[k + 1] <= '9')))
			return true;
	return false;
}

static bool is_package(bytes word)
{
	return word.n > 0 && !strchr("-./$<>1", word.p[0]) &&
	       bytes_search(word, BYTES("://")) == word.n && !bytes_ends(word, BYTES(".rpm")) &&
	       !bytes_ends(word, BYTES(".deb"));
}

static void check_versions(const struct docker_scope *s, const struct shell_command *c,
                           const struct manager *m, const struct shell_word *install)
{
	if (shell_is(c, "yarn") || shell_has(c, "-r") || shell_has(c, "--requirement"))
		return;
	for (const struct shell_word *w = install + 1; w < c->words + c->len; w++) {
		bool option = (w - 1)->text.n == 2 && bytes_is((w - 1)->text, "-t");

		if (option || !is_package(w->text) || is_pinned(w->text, m))
			continue;
		docker_command_find(s, RULE(DF024), c)->message =
			arena_printf(s->f->job->arena, "%s has no version", SHOW(w->text));
		return;
	}
}

/* -- updates and upgrades --------------------------------------------------------------------- */

static bool installs(const struct dockerfile_instruction *i)
{
	return bytes_search(i->line, BYTES(" install ")) < i->line.n ||
	       bytes_search(i->line, BYTES(" add ")) < i->line.n ||
	       bytes_search(i->line, BYTES("upgrade")) < i->line.n;
}

static bool uses_lists(const struct docker_scope *s)
{
	static const char *const verbs[] = { "install", "add", "upgrade", "dist-upgrade", "build-dep" };

	for (size_t k = 1; k < s->commands->len; k++) {
		const struct shell_command *c = &s->commands->items[k].shell;

		for (size_t v = 0; manager_of(c) && v < sizeof(verbs) / sizeof(*verbs); v++)
			if (shell_has(c, verbs[v]))
				return true;
	}
	return false;
}

/* The list is fetched in this RUN and used in the next one: they become one. */
static void check_update(const struct docker_scope *s, const struct shell_command *c)
{
	const struct dockerfile_instruction *next = s->run + 1;

	if (uses_lists(s))
		return;
	struct job_finding *finding = docker_command_find(s, RULE(DF018), c);

	if (docker_can_join(s) && installs(next))
		docker_fix(s->f, finding, RULE_FIX_SAFE, s->run->words.items[0].to,
		           next->words.items[0].from, " \\\n && ");
}

static void check_upgrade(const struct docker_scope *s, const struct shell_command *c)
{
	const struct shell_word *w = shell_has(c, "dist-upgrade");

	if (!w)
		w = shell_has(c, "full-upgrade");
	if (!w && shell_is(c, "zypper"))
		w = shell_has(c, "dup");
	if (!w)
		return;
	struct job_finding *finding = docker_word_find(s, RULE(DF025), w);

	if (!s->run->json)
		docker_fix(s->f, finding, RULE_FIX_SAFE, w->from, w->to,
		           shell_is(c, "zypper") ? "patch" : "upgrade");
}

static void check_apt_program(const struct docker_scope *s, const struct shell_command *c)
{
	static const char *const lists[] = { "search", "show", "list", "policy" };
	const struct shell_word *w = &c->words[c->program];
	const char *name = "apt-get";

	if (!bytes_is(w->text, "apt"))
		return;
	for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++)
		if (shell_has(c, lists[k]))
			name = "apt-cache";
	struct job_finding *finding = docker_word_find(s, RULE(DF026), w);

	if (!w->quoted)
		docker_fix(s->f, finding, RULE_FIX_SAFE, w->from, w->to, name);
}

void docker_packages(const struct docker_scope *s, size_t index)
{
	const struct shell_command *c = &s->commands->items[index].shell;
	const struct manager *m = manager_of(c);

	if (!m)
		return;
	const struct shell_word *install = shell_has(c, m->install);

	if (!install && shell_is(c, "npm"))
		install = shell_has(c, "i");
	check_upgrade(s, c);
	check_apt_program(s, c);
	if (shell_has(c, "update") && m->pin[0] == '=' && !shell_is(c, "pip") && !shell_is(c, "pip3"))
		check_update(s, c);
	if (!install)
		return;
	if (shell_is(c, "apt-get") || shell_is(c, "apt"))
		check_apt(s, c, install);
	else
		check_manager(s, c, m, install);
	check_versions(s, c, m, install);
}
