/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/harden.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/harden_draft.h"
#include "flow/harden_parts.h"
#include "flow/reach.h"
#include "flow/secrets.h"
#include "flow/survey.h"
#include "harden/forget.h"
#include "harden/purpose.h"
#include "secret/inspector.h"
#include "secret/rules.h"
#include "sys/folder.h"
#include "transfer/transfer.h"

#define LABEL "org.oakum.harden."
/* Lines of a program that does not answer which are told. */
#define LAST_LINES 8

struct harden_job {
	const struct harden_options *options;
	const struct target *to;
	struct arena *arena;
	struct harden_page *page;
	struct target from;  /* on this machine */
	struct folder work;  /* for what is on its way */
	struct target draft; /* the result, before it is in its place */
	struct image image;
	struct facts facts;
	struct secrets_page secrets;
	struct closure closure;
	struct select_modules modules;
	struct selection selection;
	struct strings words, places; /* of the command; of secrets in the configuration */
	struct strings values;        /* these secrets: slices of the image */
	uint8_t *guilty;              /* of each node: it holds a secret */
	struct settings_user user;
	struct settings_notes changes;
};

static void refuse(struct harden_job *j, const char *reason)
{
	*ARENA_PUSH(j->arena, &j->page->refusals) = reason;
}

/* -- reading ----------------------------------------------------------------------------------- */

static int read_image(struct harden_job *j, const struct target *target, struct image *image,
                      struct facts *facts, struct secrets_page *secrets, err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options o = j->options->image;

	survey_inspectors(&secret_inspector, inspectors);
	o.inspectors = inspectors;
	if (survey(target, &o, image, facts, e) < 0)
		return -1;
	if (secrets_collect(image, &image->arena, secrets, e) == 0)
		return 0;
	image_done(image);
	return -1;
}

/* What is far away is fetched once; both reads are then of the same octets. */
static int bring_here(struct harden_job *j, const struct target *from, err *e)
{
	struct transfer_options o = { .platform = j->options->image.platform,
		                          .registry = *j->options->registry,
		                          .environment = j->options->environment,
		                          .tmp_dir = j->options->image.tmp_dir };
	struct transfer_result done;

	j->from = *from;
	if (from->kind == TARGET_ROOTFS || from->kind == TARGET_SBOM)
		return err_set(e, ERR_USAGE, 0, "'%s' is no image", SHOW(bytes_str(from->text)));
	if (from->kind != TARGET_REGISTRY && from->kind != TARGET_DAEMON)
		return 0;
	j->from = (struct target){ .kind = TARGET_LAYOUT,
		                       .path = arena_printf(j->arena, "%s/source", j->work.path),
		                       .tag = "",
		                       .text = from->text };
	return transfer_run(from, &j->from, &o, j->arena, &done, e);
}

/* -- secrets ----------------------------------------------------------------------------------- */

static bool counts(const struct secrets_row *row)
{
	return secrets_severity(&row->found) >= SEVERITY_MEDIUM;
}

static void refuse_secret(struct harden_job *j, const struct secrets_row *row)
{
	const char *title = secret_rules[row->found.rule].title;

	if (row->found.member.n > 0)
		title = arena_printf(j->arena, "%s in %s", title, SHOW(row->found.member));
	if (row->where.n > 0)
		refuse(j, arena_printf(j->arena, "%s in %s%s%s", title, SHOW(row->where),
		                       row->layer > 0 ? ": " : "",
		                       row->layer > 0 ? SHOW(row->file) : ""));
	else
		refuse(j,
		       arena_printf(j->arena, "%s in %s of layer %u%s", title, SHOW(row->file), row->layer,
		                    row->hidden ? ", which a later layer hides and does not remove" : ""));
}

/* judge_secrets(j): where they are; a refusal unless they were accepted. */
static void judge_secrets(struct harden_job *j)
{
	const struct tree *tree = j->image.tree;

	j->guilty = arena_zero(j->arena, tree_count(tree));
	for (size_t i = 0; i < j->secrets.len; i++) {
		const struct secrets_row *row = &j->secrets.items[i];

		if (!counts(row))
			continue;
		if (!j->options->accept_secrets)
			refuse_secret(j, row);
		if (row->where.n > 0) {
			*ARENA_PUSH(j->arena, &j->places) = row->where;
			continue;
		}
		uint32_t node = row->hidden ? TREE_NONE : tree_find(tree, row->file, false);

		if (node != TREE_NONE)
			j->guilty[tree_content(tree, node)] = 1;
	}
	if (j->page->refusals.len > 0)
		refuse(j, "a secret that was in an image is known: replace each of them, then say "
		          "--accept-secrets; the result will hold none");
}

/* What is loaded cannot be left out. */
static void judge_guilty(struct harden_job *j)
{
	for (uint32_t i = 0; i < tree_count(j->image.tree); i++) {
		bytes path;

		if (tree_get(j->image.tree, i)->flags & TREE_HIDDEN ||
		    !j->guilty[tree_content(j->image.tree, i)])
			continue;
		path = tree_path(j->image.tree, i, j->arena);
		if (i == j->closure.program || closure_of(&j->closure, j->image.tree, i) == REACH_YES)
			refuse(j, arena_printf(j->arena,
			                       "%s holds a secret, and the program loads it: build it without",
			                       SHOW(path)));
		else
			*ARENA_PUSH(j->arena, &j->changes) = arena_printf(
				j->arena, "%s went: it holds a secret (mount it where it is needed)", SHOW(path));
	}
}

/* -- the program ------------------------------------------------------------------------------- */

/* tool_among(j, c): the first shell or package manager that c reaches and j->closure does not;
 * TREE_NONE. */
static uint32_t tool_among(const struct harden_job *j, const struct closure *c)
{
	const struct tree *tree = j->image.tree;

	for (uint32_t i = 0; i < tree_count(tree); i++)
		if (!(tree_get(tree, i)->flags & TREE_HIDDEN) && tree_get(tree, i)->type == ENTRY_FILE &&
		    purpose_tool_of(tree_name(tree, i)) != PURPOSE_NO_TOOL &&
		    closure_of(c, tree, i) == REACH_YES && closure_of(&j->closure, tree, i) != REACH_YES)
			return i;
	return TREE_NONE;
}

static void drop_check(struct harden_job *j, const char *why)
{
	j->image.config.healthcheck = (struct strings){ 0 };
	*ARENA_PUSH(j->arena, &j->changes) = arena_printf(j->arena, "HEALTHCHECK went: %s", why);
}

/* join_check(j, more): what a health check in docker's form ["CMD", words] starts stays with the
 * program, unless it is one of those that never do. */
static void join_check(struct harden_job *j, struct closure_options *more)
{
	const struct strings *check = &j->image.config.healthcheck;
	struct strings *words = arena_new(j->arena, struct strings);
	struct closure both;

	if (check->len < 2 || !bytes_is(check->items[0], "CMD"))
		return;
	for (size_t i = 1; i < check->len; i++)
		*ARENA_PUSH(j->arena, words) = check->items[i];
	more->besides = words;
	reach_closure(&j->image, &j->facts, more, &j->image.arena, &both);
	uint32_t tool = j->options->shell ? TREE_NONE : tool_among(j, &both);

	if (both.besides != TREE_NONE && tool == TREE_NONE) {
		for (size_t i = 0; i < words->len; i++)
			*ARENA_PUSH(j->arena, &j->words) = words->items[i];
		j->closure = both;
		return;
	}
	more->besides = NULL;
	drop_check(j, tool == TREE_NONE
	                  ? arena_printf(j->arena, "its program %s is not in the image",
	                                 SHOW(words->items[0]))
	                  : arena_printf(j->arena, "it needs %s, which goes",
	                                 SHOW(tree_path(j->image.tree, tool, j->arena))));
}

/* Whatever a script's first line names interprets it, known or not. */
static bool runs_a_script(const struct harden_job *j)
{
	for (size_t i = 1; i < j->words.len; i++) {
		bytes path = path_join(j->arena, j->image.config.working_dir, j->words.items[i]);
		uint32_t node = tree_find(j->image.tree, path, true);

		if (node != TREE_NONE && tree_get(j->image.tree, node)->type == ENTRY_FILE &&
		    tree_get(j->image.tree, tree_content(j->image.tree, node))->kind == KIND_SCRIPT)
			return true;
	}
	return false;
}

/* join_modules(j, more): those of an interpreter. One that nobody here knows is told. */
static void join_modules(struct harden_job *j, struct closure_options *more)
{
	const struct select_wish wish = { .shell = j->options->shell };

	select_modules(&j->image, &j->facts, &j->closure, &wish, j->arena, &j->modules);
	more->modules = j->modules.items;
	more->modules_len = j->modules.len;
	if (j->modules.len > 0)
		reach_closure(&j->image, &j->facts, more, &j->image.arena, &j->closure);
	if (!j->closure.unbound && !j->options->health && runs_a_script(j))
		*ARENA_PUSH(j->arena, &j->page->notes) = arena_printf(
			j->arena,
			"%s is given a script, and is no interpreter that is known here: what it loads for the "
			"script is gone, unless --keep names it",
			SHOW(tree_path(j->image.tree, j->closure.program, j->arena)));
}

static int find_program(struct harden_job *j, err *e)
{
	struct oci_config *c = &j->image.config;
	struct closure_options more = { 0 };
	const char *refused = NULL;

	if (!j->options->shell)
		settings_command(c, j->arena, &j->changes, &refused);
	if (refused)
		refuse(j, refused);
	for (size_t i = 0; i < c->entrypoint.len; i++)
		*ARENA_PUSH(j->arena, &j->words) = c->entrypoint.items[i];
	for (size_t i = 0; i < c->cmd.len; i++)
		*ARENA_PUSH(j->arena, &j->words) = c->cmd.items[i];
	reach_closure(&j->image, &j->facts, &more, &j->image.arena, &j->closure);
	if (j->closure.unsaid)
		return err_set(e, ERR_FORMAT, 0, "%s: what it needs cannot be known", j->closure.unsaid);
	join_check(j, &more);
	join_modules(j, &more);
	return settings_user(c, &j->facts, &j->user, e);
}

/* A script needs its shell, and the shell whatever the script says. */
static void judge_shells(struct harden_job *j)
{
	const struct tree *tree = j->image.tree;

	for (uint32_t i = 0; i < tree_count(tree) && !j->options->shell; i++) {
		if (tree_get(tree, i)->flags & TREE_HIDDEN || tree_get(tree, i)->type != ENTRY_FILE ||
		    purpose_tool_of(tree_name(tree, i)) != PURPOSE_SHELL ||
		    closure_of(&j->closure, tree, i) != REACH_YES || i == j->closure.program)
			continue;
		const char *reason = arena_printf(
			j->arena,
			"the entry point runs a script with %s, which may start anything: name the program "
			"itself, or say --keep-shell",
			SHOW(tree_path(tree, i, j->arena)));

		refuse(j, reason);
		return;
	}
}

static bool is_kept_app(const struct harden_job *j, const struct dotnet_app *app)
{
	return !app->hidden && app->node != TREE_NONE && select_stays(j->selection.why[app->node]);
}

static void mend(struct harden_job *j)
{
	struct settings_wish wish = { .user = j->user,
		                          .has_shell = j->options->shell,
		                          .secrets = &j->places };
	const char *refused, *held;

	for (size_t i = 0; i < j->facts.apps.len; i++) {
		wish.is_dotnet |= is_kept_app(j, &j->facts.apps.items[i]);
		wish.is_bundle |= is_kept_app(j, &j->facts.apps.items[i]) &&
		                  j->facts.apps.items[i].single_file;
	}
	forget_values(&j->image.config, &j->values, j->arena, &j->changes, &held);
	settings_mend(&j->image.config, &wish, j->arena, &j->changes, &refused);
	if (refused || held)
		refuse(j, refused ? refused : held);
}

static void add_label(struct harden_job *j, const char *name, const char *value)
{
	struct oci_labels *labels = &j->image.config.labels;

	for (size_t i = 0; i < labels->len; i++)
		if (bytes_is(labels->items[i].name, name)) {
			labels->items[i].value = bytes_str(value); /* it was hardened before */
			return;
		}
	*ARENA_PUSH(j->arena, labels) = (struct oci_label){ bytes_str(name), bytes_str(value) };
}

static void label(struct harden_job *j)
{
	const digest *from = &j->image.manifest;
	const struct harden_count *c = &j->page->before;

	if (from->algorithm == DIGEST_NONE)
		from = &j->image.config_digest;
	add_label(j, LABEL "from", arena_printf(j->arena, "%s", DIGEST_TEXT(from)));
	add_label(j, LABEL "files-before",
	          arena_printf(j->arena, "%llu", (unsigned long long)c->files));
	add_label(j, LABEL "user", arena_printf(j->arena, "%u:%u", j->user.uid, j->user.gid));
}

/* decide(j, e): everything but the writing. */
static int decide(struct harden_job *j, err *e)
{
	struct select_wish wish = { .keep = j->options->keep,
		                        .shell = j->options->shell,
		                        .words = &j->words,
		                        .modules = &j->modules };

	harden_count(&j->image, &j->facts, &j->page->before);
	judge_secrets(j);
	if (secrets_values(&j->image, j->arena, &j->values, e) < 0 || find_program(j, e) < 0)
		return -1;
	judge_shells(j);
	judge_guilty(j);
	wish.secrets = j->guilty;
	wish.uid = j->user.is_new ? 0 : j->user.uid;
	select_files(&j->image, &j->facts, &j->closure, &wish, j->arena, &j->selection);
	mend(j);
	label(j);
	harden_parts(&j->image, &j->facts, &j->selection, j->arena, j->page);
	return 0;
}

/* -- writing ----------------------------------------------------------------------------------- */

static void refuse_held(struct harden_job *j, const struct draft_result *done)
{
	for (size_t i = 0; i < done->held.len; i++)
		refuse(j, arena_printf(j->arena,
		                       "%s holds a secret of the configuration: build it without",
		                       SHOW(done->held.items[i])));
	if (done->held_names > 0)
		refuse(j, arena_printf(j->arena,
		                       "%llu names of files hold a secret of the configuration",
		                       (unsigned long long)done->held_names));
}

static int write_draft(struct harden_job *j, err *e)
{
	const struct cargo_options source = { .registry = *j->options->registry,
		                                  .environment = j->options->environment,
		                                  .tmp_dir = j->options->image.tmp_dir };
	uint64_t timeout = j->options->image.timeout_ms;
	struct draft_wish wish = { .from = &j->from,
		                       .image = &j->image,
		                       .facts = &j->facts,
		                       .selection = &j->selection,
		                       .config = &j->image.config,
		                       .values = &j->values,
		                       .user = j->user,
		                       .source = &source,
		                       .deadline = deadline_in(timeout ? timeout : LIMIT_TIME_MS),
		                       .compress = j->options->compress,
		                       .version = j->options->version,
		                       .tag = transfer_tag(j->image.reference, j->arena),
		                       .folder = j->draft.path };
	struct draft_result done;

	if (j->options->epoch)
		wish.epoch = *j->options->epoch;
	else if (!text_from_date(j->image.config.created, &wish.epoch))
		wish.epoch = 0;
	if (draft_write(&wish, j->arena, &done, e) < 0)
		return -1;
	refuse_held(j, &done);
	j->page->compressed = done.octets;
	if (done.opened > 0)
		*ARENA_PUSH(j->arena, &j->changes) = arena_printf(
			j->arena,
			j->user.left_group
				? "%llu files and folders of root's group: they are group %u's"
				: "%llu files and folders that only root could read: group %u reads them",
			(unsigned long long)done.opened, j->user.gid);
	if (done.databases > 0)
		*ARENA_PUSH(j->arena, &j->page->notes) = arena_printf(
			j->arena, "%llu list%s of packages may name what is gone, the first %s: %s",
			(unsigned long long)done.databases, done.databases == 1 ? "" : "s",
			SHOW(done.database), done.database_why);
	return 0;
}

/* What nobody could look into is told: a secret may be in it. */
static void note_unsearched(struct harden_job *j, const struct image *image)
{
	size_t files = 0;
	const struct image_gap *first = NULL;

	for (size_t i = 0; i < image->gaps.len; i++) {
		const struct image_gap *gap = &image->gaps.items[i];

		if (gap->inspector != secret_inspector.id || gap->node == TREE_NONE)
			continue;
		first = first ? first : gap;
		files++;
	}
	if (files > 0)
		*ARENA_PUSH(j->arena, &j->page->notes) = arena_printf(
			j->arena, "%zu file%s could not be searched for secrets whole, the first %s: %s", files,
			files == 1 ? "" : "s", SHOW(tree_path(image->tree, first->node, j->arena)),
			SHOW(first->text));
}

/* check_draft(j, e): read again what was written; a secret in it is a refusal. */
static int check_draft(struct harden_job *j, err *e)
{
	struct secrets_page secrets;
	struct image image;
	struct facts facts;
	size_t doubtful = 0;

	if (read_image(j, &j->draft, &image, &facts, &secrets, e) < 0)
		return err_wrap(e, "the result");
	harden_count(&image, &facts, &j->page->after);
	for (size_t i = 0; i < secrets.len; i++) {
		if (counts(&secrets.items[i]))
			refuse_secret(j, &secrets.items[i]);
		else
			doubtful++;
	}
	if (doubtful > 0)
		*ARENA_PUSH(j->arena, &j->page->notes) = arena_printf(
			j->arena, "%zu places look a little like secrets: `oakum secrets` tells them",
			doubtful);
	note_unsearched(j, &image);
	if (j->page->refusals.len > 0)
		refuse(j, "the result would hold a secret");
	image_done(&image);
	return 0;
}

/* The last lines of what its program wrote. */
static void refuse_words(struct harden_job *j, bytes words)
{
	bytes counted = bytes_trim(words), told = counted, line;
	size_t lines = 0;

	if (told.n == 0)
		refuse(j, "it wrote nothing");
	while (bytes_line(&counted, &line))
		lines++;
	for (; bytes_line(&told, &line); lines--)
		if (lines <= LAST_LINES && line.n > 0)
			refuse(j, arena_printf(j->arena, "it wrote: %s", SHOW(line)));
}

static void tell_health(struct harden_job *j, const struct health_result *r)
{
	const char *asked = j->options->health->probe.text;

	if (r->held) {
		j->page->health = arena_printf(j->arena, "%s: %s after %llu ms", asked, r->last,
		                               (unsigned long long)r->held_ms);
		return;
	}
	j->page->health = arena_printf(j->arena, "%s: %s", asked, r->last);
	refuse(j, arena_printf(j->arena, "the result does not answer any more: %s",
	                       SHOW(bytes_str(r->last))));
	refuse_words(j, r->words);
	for (size_t i = 0; i < r->missing.len; i++)
		refuse(j, arena_printf(j->arena, "its program misses %s: --keep names what stays",
		                       SHOW(r->missing.items[i])));
	refuse(j, "to see more, harden it without --probe and `oakum run` the result; --probe-env and "
	          "--probe-arg give the program what it needs, --keep keeps its files");
}

/* What is unpacked for it goes with our folder. */
static int try_draft(struct harden_job *j, err *e)
{
	struct health_options o;
	struct health_result result;

	if (!j->options->health) {
		*ARENA_PUSH(j->arena, &j->page->notes) =
			"the result was not started: --probe says how to ask whether it still answers";
		return 0;
	}
	o = *j->options->health;
	o.launch.rootfs.platform = j->image.platform;
	o.launch.rootfs.store = arena_printf(j->arena, "%s/store", j->work.path);
	if (health_run(&j->draft, &o, j->arena, &result, e) < 0)
		return err_wrap(e, "the result");
	tell_health(j, &result);
	return 0;
}

static int put_in_place(struct harden_job *j, err *e)
{
	struct transfer_options o = { .platform = j->image.platform,
		                          .registry = *j->options->registry,
		                          .environment = j->options->environment,
		                          .tmp_dir = j->options->image.tmp_dir };
	struct transfer_result done;

	if (transfer_run(&j->draft, j->to, &o, j->arena, &done, e) < 0)
		return -1;
	j->page->digest = done.digest.algorithm != DIGEST_NONE ? done.digest : done.config;
	j->page->tag = done.tag;
	return 0;
}

static int write_all(struct harden_job *j, err *e)
{
	j->draft = (struct target){ .kind = TARGET_LAYOUT,
		                        .path = arena_printf(j->arena, "%s/result", j->work.path),
		                        .tag = "",
		                        .text = j->from.text };
	if (write_draft(j, e) < 0 || (j->page->refusals.len == 0 && check_draft(j, e) < 0) ||
	    (j->page->refusals.len == 0 && try_draft(j, e) < 0))
		return -1;
	return j->page->refusals.len > 0 ? 0 : put_in_place(j, e);
}

/* -- all of it --------------------------------------------------------------------------------- */

static int run(struct harden_job *j, const struct target *from, err *e)
{
	if (bring_here(j, from, e) < 0 ||
	    read_image(j, &j->from, &j->image, &j->facts, &j->secrets, e) < 0)
		return -1;
	int status = decide(j, e);

	if (status == 0 && j->page->refusals.len == 0)
		status = write_all(j, e);
	image_done(&j->image);
	return status;
}

int harden_run(const struct target *from, const struct target *to,
               const struct harden_options *options, struct arena *a, struct harden_page *out,
               err *e)
{
	const struct folder_kind kind = { .above = options->image.tmp_dir, .prefix = HARDEN_WORK };
	struct harden_job *j = arena_new(a, struct harden_job);

	*out = (struct harden_page){ .from = from->text, .to = to->text };
	*j = (struct harden_job){ .options = options, .to = to, .arena = a, .page = out };
	if (folder_make(&kind, a, &j->work, e) < 0)
		return -1;
	int status = run(j, from, e);

	folder_remove(&j->work);
	out->changes.items = j->changes.items;
	out->changes.len = j->changes.len;
	return status;
}
