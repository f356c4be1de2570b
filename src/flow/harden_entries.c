/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into the two layers: names, owners, modes; databases and accounts as they are now. */
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/harden_draft.h"
#include "harden/database.h"
#include "harden/purpose.h"
#include "sys/file.h"
#include "sys/worker.h"

#include <stdlib.h>

#define MODE_SPECIAL 06000U /* setuid, setgid */
#define MODE_STICKY 01000U

/* What a text may become: its lines, with longer states of packages. */
#define TEXT_MOST (2 * LIMIT_KEEP)

struct entering {
	struct draft *draft;
	const struct tree *tree;
	uint32_t *first[2];    /* of each content node, in each layer: index + 1 of its entry */
	struct worker *worker; /* that edits texts; NULL: not asked yet */
	uint32_t accounts[2];  /* nodes of passwd and group; TREE_NONE */
};

/* -- modes ------------------------------------------------------------------------------------- */

/* What only root could read is read by the program's group, if the program ran as root before; what
 * root's group could do alone is the program's, if it ran in that; passwords are not, which nobody
 * asks for but --keep. */
static void open_to_user(const struct entering *x, struct pour_entry *entry)
{
	const struct settings_user *u = &x->draft->wish->user;
	uint32_t need = entry->type == TAR_DIR ? 5 : 4;

	if (entry->type == TAR_SYMLINK || purpose_is_password(entry->path))
		return;
	if (u->left_group && entry->gid == 0 && (entry->mode >> 3 & 7 & ~entry->mode) != 0) {
		entry->gid = u->gid;
		x->draft->out->opened++;
	}
	if (!u->is_new || (entry->mode & need) == need ||
	    (entry->uid == u->uid && (entry->mode >> 6 & need) == need) ||
	    (entry->gid == u->gid && (entry->mode >> 3 & need) == need))
		return;
	entry->gid = u->gid;
	entry->mode |= need << 3 | (entry->mode >> 3 & 0010);
	x->draft->out->opened++;
}

static bool is_volume(const struct entering *x, bytes path)
{
	const struct strings *volumes = &x->draft->wish->config->volumes;

	for (size_t i = 0; i < volumes->len; i++)
		if (bytes_equal(path_join(x->draft->arena, BYTES(""), volumes->items[i]), path))
			return true;
	return false;
}

/* A folder that everybody could write to, and a volume of who was root, are the program's own now,
 * so that it still can. No file is written to by its group. */
static void mend_mode(const struct entering *x, struct pour_entry *entry)
{
	const struct settings_user *u = &x->draft->wish->user;
	bool is_folder = entry->type == TAR_DIR;
	bool is_shared_folder = is_folder && entry->mode & MODE_STICKY;

	entry->mode &= ~MODE_SPECIAL;
	if (entry->type == TAR_SYMLINK || is_shared_folder)
		return;
	if (is_folder && (entry->mode & 2 || (u->is_new && is_volume(x, entry->path)))) {
		entry->uid = u->uid;
		entry->gid = u->gid;
		entry->mode |= 0700;
	}
	entry->mode &= ~2U;
	open_to_user(x, entry);
	if (!is_folder && entry->gid == u->gid)
		entry->mode &= ~020U;
}

/* -- contents ---------------------------------------------------------------------------------- */

static int read_body(const struct entering *x, const struct pour_entry *entry, bytes *out, err *e)
{
	uint8_t *content = arena_alloc(x->draft->arena, entry->size + 1);

	if (entry->size > LIMIT_KEEP)
		return err_set(e, ERR_LIMIT, 0, "%s: too large to be edited", SHOW(entry->path));
	*out = bytes_of(content, entry->size);
	return entry->size > 0 ? file_pread_all(entry->fd, content, entry->size, entry->offset, e) : 0;
}

/* A file that is too large for a question: the worker has its layer. */
struct body {
	int fd;
	uint64_t offset;
};

static bool read_at(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	const struct body *b = ctx;
	err ignored = { 0 };

	return file_pread_all(b->fd, out, n, b->offset + offset, &ignored) == 0;
}

static int answer_database(void *ctx, bytes question, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct database d;
	int status = database_unpack(question, &a, &d) ? 0 : side_unread(e);

	d.file = ctx;
	if (status == 0)
		status = database_filter(&d, &a, out, e);
	arena_done(&a);
	return status;
}

static int serve_databases(struct worker_side *side, void *arg)
{
	const struct side_service service = { .question_most = 3 * LIMIT_KEEP,
		                                  .answer_most = arg ? LIMIT_RPM_DATABASE : TEXT_MOST,
		                                  .answer = answer_database,
		                                  .ctx = arg };

	side_serve(side, &service);
}

static void list_packages(const struct entering *x, struct database *out)
{
	const struct facts *facts = x->draft->wish->facts;
	const uint8_t *fates = x->draft->wish->selection->fates;

	for (size_t i = 0; i < facts->packages.len; i++) {
		const struct package *p = &facts->packages.items[i];

		if (select_is_system(p) && fates[i] != SELECT_GONE)
			*ARENA_PUSH(x->draft->arena, &out->packages) = (struct database_package){
				p->name, p->version, p->architecture, (enum select_fate)fates[i]
			};
	}
}

/* ask(x, worker, d, most, entry, e): the entry's content is what the worker says, in at most that
 * many octets. */
static int ask(struct entering *x, struct worker *worker, struct database *d, size_t most,
               struct pour_entry *entry, err *e)
{
	buf question = BUF_INIT(3 * LIMIT_KEEP);

	list_packages(x, d);
	database_pack(d, &question);
	int status = worker_ask(worker, buf_bytes(&question), most, x->draft->arena, &entry->content,
	                        e);

	buf_done(&question);
	if (status < 0)
		return err_wrap(e, "%s", SHOW(entry->path));
	entry->fd = -1;
	entry->size = entry->content.n;
	return 0;
}

static int edit_text(struct entering *x, struct pour_entry *entry, enum database_form form, err *e)
{
	struct worker_options o = { .serve = serve_databases,
		                        .keep = { -1, -1 },
		                        .deadline = x->draft->wish->deadline };
	struct database d = { .form = form };
	bool landlock;

	if (read_body(x, entry, &d.text, e) < 0 ||
	    (!x->worker && worker_start(&o, &x->worker, &landlock, e) < 0))
		return -1;
	return ask(x, x->worker, &d, TEXT_MOST, entry, e);
}

/* leave_database(x, entry, why): as it is, and that is said. */
static void leave_database(struct entering *x, const struct pour_entry *entry, const char *why)
{
	struct draft_result *out = x->draft->out;

	if (out->databases++ > 0)
		return;
	out->database = entry->path;
	out->database_why = why;
}

/* An empty file is what a database that was never written to looks like. */
static int edit_rpm(struct entering *x, struct pour_entry *entry, enum database_form form, err *e)
{
	struct body body = { entry->fd, entry->offset };
	struct seek_file file = { entry->size, read_at, &body };
	struct worker_options o = { .serve = serve_databases,
		                        .arg = &file,
		                        .keep = { entry->fd, -1 },
		                        .deadline = x->draft->wish->deadline };
	struct database d = { .form = form };
	struct worker *worker;
	bool landlock;

	if (select_rpm_is_pending(x->tree, entry->path)) {
		leave_database(x, entry, "what was changed last lies in a log beside it");
		return 0;
	}
	if (entry->size == 0)
		return 0;
	if (worker_start(&o, &worker, &landlock, e) < 0)
		return -1;
	int status = ask(x, worker, &d, LIMIT_RPM_DATABASE, entry, e);

	worker_stop(worker);
	if (status == 0 || e->kind != ERR_LIMIT)
		return status;
	err_clear(e);
	leave_database(x, entry, "it is too large to be written anew");
	return 0;
}

static int edit_accounts(struct entering *x, struct pour_entry *entry, bool is_group, err *e)
{
	bytes old;

	if (read_body(x, entry, &old, e) < 0)
		return -1;
	entry->content = settings_accounts(old, &x->draft->wish->user, is_group, x->draft->arena);
	entry->fd = -1;
	entry->size = entry->content.n;
	return 0;
}

static int edit_database(struct entering *x, struct pour_entry *entry, err *e)
{
	switch (purpose_database_of(entry->path)) {
	case PURPOSE_DPKG: return edit_text(x, entry, DATABASE_DPKG, e);
	case PURPOSE_APK: return edit_text(x, entry, DATABASE_APK, e);
	case PURPOSE_RPM_SQLITE: return edit_rpm(x, entry, DATABASE_RPM_SQLITE, e);
	case PURPOSE_RPM_NDB: return edit_rpm(x, entry, DATABASE_RPM_NDB, e);
	case PURPOSE_RPM_BDB: return edit_rpm(x, entry, DATABASE_RPM_BDB, e);
	case PURPOSE_RPM_LIST:
		leave_database(x, entry, "it does not tell whose the files are");
		break;
	case PURPOSE_NO_DATABASE:
	case PURPOSE_DPKG_FILE:
	case PURPOSE_WHOLE:
	case PURPOSE_RPM_BESIDE: break;
	}
	return 0;
}

static int edit(struct entering *x, uint32_t node, struct pour_entry *entry, err *e)
{
	bool adds = x->draft->wish->user.is_new && !x->draft->wish->user.is_named;

	if (adds && (node == x->accounts[0] || node == x->accounts[1]))
		return edit_accounts(x, entry, node == x->accounts[1], e);
	return x->draft->wish->selection->why[node] == SELECT_DATABASE ? edit_database(x, entry, e) : 0;
}

/* -- entries ----------------------------------------------------------------------------------- */

/* The program's own layer comes upon the distribution's, which others may share. */
static size_t layer_of(const struct entering *x, bytes path, uint32_t node)
{
	const struct selection *s = x->draft->wish->selection;
	bool own = s->why[node] == SELECT_NAMED || s->why[node] == SELECT_ASKED ||
	           s->why[node] == SELECT_OWN;

	for (size_t i = 0; i < s->folders.len; i++)
		own |= path_within(path, s->folders.items[i]);
	return own;
}

static struct pour_entry *add(struct entering *x, size_t layer, bytes path, enum tar_type type,
                              uint32_t mode)
{
	struct pour_entry *entry = ARENA_PUSH(x->draft->arena, &x->draft->pours[layer].entries);

	*entry = (struct pour_entry){
		.path = path, .type = type, .mode = mode, .fd = -1, .mtime = x->draft->wish->epoch
	};
	return entry;
}

static int add_file(struct entering *x, size_t layer, uint32_t node, struct pour_entry *entry,
                    err *e)
{
	uint32_t content = tree_content(x->tree, node);
	const struct draft_body *body = &x->draft->bodies[content];
	uint32_t *first = &x->first[layer][content];

	if (*first) {
		entry->type = TAR_HARDLINK;
		entry->link = x->draft->pours[layer].entries.items[*first - 1].path;
		return 0;
	}
	if (!body->is_there || body->sparse)
		return err_set(e, ERR_FORMAT, 0, "'%s' is stored with holes left out: not written here",
		               SHOW(entry->path));
	*first = (uint32_t)x->draft->pours[layer].entries.len;
	entry->size = tree_get(x->tree, content)->size;
	entry->fd = x->draft->spools[body->layer].fd;
	entry->offset = body->offset;
	return edit(x, node, entry, e);
}

static int add_node(struct entering *x, bytes path, uint32_t node, err *e)
{
	uint32_t content = tree_content(x->tree, node);
	const struct tree_node *n = tree_get(x->tree, content);
	size_t layer = layer_of(x, path, node);
	struct pour_entry *entry = add(x, layer, path, TAR_FILE, n->mode);

	tree_ids(x->tree, content, &entry->uid, &entry->gid);
	if (x->draft->bodies[content].is_there && x->draft->bodies[content].mtime < entry->mtime)
		entry->mtime = x->draft->bodies[content].mtime;
	if (n->type == ENTRY_DIR)
		entry->type = TAR_DIR;
	if (n->type == ENTRY_SYMLINK) {
		entry->type = TAR_SYMLINK;
		entry->mode = 0777;
		entry->link = tree_symlink(x->tree, content);
	}
	mend_mode(x, entry);
	return n->type == ENTRY_FILE ? add_file(x, layer, node, entry, e) : 0;
}

/* -- what every container needs ---------------------------------------------------------------- */

static bool is_there(const struct entering *x, const char *path)
{
	return tree_find(x->tree, bytes_str(path), false) != TREE_NONE;
}

static void add_account_files(struct entering *x)
{
	static const char *const paths[] = { "etc/passwd", "etc/group" };
	const struct settings_user *u = &x->draft->wish->user;

	for (size_t i = 0; i < 2; i++) {
		x->accounts[i] = tree_find(x->tree, bytes_str(paths[i]), true);
		if (x->accounts[i] != TREE_NONE || !u->is_new)
			continue;
		if (i == 0 && !is_there(x, "etc"))
			add(x, 0, BYTES("etc"), TAR_DIR, 0755);
		struct pour_entry *entry = add(x, 0, bytes_str(paths[i]), TAR_FILE, 0644);

		entry->content = settings_accounts(BYTES(""), u, i == 1, x->draft->arena);
		entry->size = entry->content.n;
	}
	if (!is_there(x, "tmp"))
		add(x, 0, BYTES("tmp"), TAR_DIR, 01777);
}

struct staying {
	bytes path;
	uint32_t node;
};

static int compare(const void *left, const void *right)
{
	const struct staying *l = left, *r = right;

	return bytes_compare(l->path, r->path);
}

/* In the order of the archive, so that a hard link comes behind the name that it leads to. */
static int add_all(struct entering *x, err *e)
{
	const uint8_t *why = x->draft->wish->selection->why;
	struct {
		struct staying *items;
		size_t len, cap;
	} list = { 0 };
	int status = 0;

	for (uint32_t i = 1; i < tree_count(x->tree); i++)
		if (!(tree_get(x->tree, i)->flags & TREE_HIDDEN) && select_stays(why[i]))
			*ARENA_PUSH(x->draft->arena,
			            &list) = (struct staying){ tree_path(x->tree, i, x->draft->arena), i };
	if (list.len > 1)
		qsort(list.items, list.len, sizeof(*list.items), compare);
	for (size_t i = 0; status == 0 && i < list.len; i++)
		status = add_node(x, list.items[i].path, list.items[i].node, e);
	return status;
}

int draft_entries(struct draft *d, err *e)
{
	struct entering x = { .draft = d, .tree = d->wish->image->tree };

	for (size_t i = 0; i < 2; i++)
		x.first[i] = arena_array(d->arena, uint32_t, tree_count(x.tree));
	add_account_files(&x);
	int status = add_all(&x, e);

	worker_stop(x.worker);
	return status;
}
