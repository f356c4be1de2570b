/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/root.h"

#include <assert.h>
#include <inttypes.h>

static_assert((int)TUF_PART_TARGETS == (int)TUF_TARGETS, "a file's role is its part");

struct tuf {
	struct arena arena;
	int64_t now;
	struct tuf_file *files[TUF_ROLES]; /* that hold; NULL: not reached */
	struct tuf_file *old[TUF_ROLES];   /* kept from before; NULL: none, or it holds no longer */
	bytes kept[TUF_PARTS];
	size_t roots; /* that were walked */
	bool at_end;
	struct tuf_wish wish;
};

const char *tuf_part_name(enum tuf_part part)
{
	static const char *const names[TUF_PARTS] = {
		"root.json",    "timestamp.json",    "snapshot.json",
		"targets.json", "trusted_root.json", "signing_config.v0.2.json",
	};

	return names[part];
}

uint64_t tuf_version(const struct tuf *t, enum tuf_role role)
{
	return t->files[role] ? t->files[role]->version : 0;
}

static int check_expiry(const struct tuf *t, const struct tuf_file *f, err *e)
{
	if (f->expires > t->now)
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0,
	               "%s %" PRIu64 " has expired on %s (is the clock right? it says %s): somebody "
	               "may hold back what is newer",
	               tuf_role_name(f->role), f->version, DATE_TEXT(f->expires), DATE_TEXT(t->now));
}

/* hold(t, f): f is believed from now on. */
static void hold(struct tuf *t, struct tuf_file *f)
{
	tuf_file_free(t->files[f->role]);
	t->files[f->role] = f;
}

/* -- what comes next --------------------------------------------------------------------------- */

static void want(struct tuf *t, enum tuf_part part, const char *name, uint64_t most)
{
	t->wish = (struct tuf_wish){ .name = name,
		                         .most = most < LIMIT_TUF_FILE ? most : LIMIT_TUF_FILE,
		                         .part = part,
		                         .may_be_absent = part == TUF_PART_ROOT };
}

static int want_root(struct tuf *t, err *e)
{
	uint64_t next = t->files[TUF_ROOT]->version + 1;

	if (++t->roots > LIMIT_TUF_ROOTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d roots follow each other", LIMIT_TUF_ROOTS);
	want(t, TUF_PART_ROOT, arena_printf(&t->arena, "%" PRIu64 ".root.json", next), LIMIT_TUF_ROOT);
	return 0;
}

/* meta_of(t, role, out, e): what the file above says of it, which it must. */
static int meta_of(const struct tuf *t, enum tuf_role role, struct tuf_meta *out, err *e)
{
	const struct tuf_file *above = t->files[role - 1];
	const char *name = tuf_part_name((enum tuf_part)role);

	if (tuf_file_meta(above, name, out, e) < 0)
		return -1;
	return out->there && out->version > 0
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "%s %" PRIu64 " names no version of %s",
	                     tuf_role_name(above->role), above->version, name);
}

/* check_listed(t, f, e): steps 5.5.2 to 5.5.4, and 5.6.2 to 5.6.4. */
static int check_listed(const struct tuf *t, const struct tuf_file *f, err *e)
{
	struct tuf_meta meta;

	if (meta_of(t, f->role, &meta, e) < 0)
		return -1;
	if (!tuf_meta_fits(&meta, f->text))
		return err_set(e, ERR_UNTRUSTED, 0, "%s: its digest or its length is another one",
		               tuf_role_name(f->role));
	if (tuf_file_signed(f, t->files[TUF_ROOT], e) < 0)
		return -1;
	return f->version == meta.version
	           ? 0
	           : err_set(e, ERR_UNTRUSTED, 0, "%s of version %" PRIu64 " came, not %" PRIu64,
	                     tuf_role_name(f->role), f->version, meta.version);
}

static int want_target(struct tuf *t, enum tuf_part part, err *e);
static int want_listed(struct tuf *t, enum tuf_role role, err *e);

/* After the snapshot come the targets, after these what they list. */
static int go_on_from(struct tuf *t, enum tuf_role role, err *e)
{
	return role == TUF_TARGETS ? want_target(t, TUF_PART_TRUSTED_ROOT, e)
	                           : want_listed(t, role + 1, e);
}

/* want_listed(t, role, e): the snapshot, or the targets; unless the kept ones are those. */
static int want_listed(struct tuf *t, enum tuf_role role, err *e)
{
	const char *name = tuf_part_name((enum tuf_part)role);
	struct tuf_file *old = t->old[role];
	struct tuf_meta meta;
	err other = { 0 }; /* then it is fetched */

	if (meta_of(t, role, &meta, e) < 0)
		return -1;
	if (old && check_listed(t, old, &other) == 0) {
		t->old[role] = NULL;
		hold(t, old);
		return check_expiry(t, old, e) < 0 ? -1 : go_on_from(t, role, e);
	}
	if (tuf_file_consistent(t->files[TUF_ROOT]))
		name = arena_printf(&t->arena, "%" PRIu64 ".%s", meta.version, name);
	want(t, (enum tuf_part)role, name, meta.length);
	return 0;
}

/* want_target(t, part, e): unless the kept one is that. */
static int want_target(struct tuf *t, enum tuf_part part, err *e)
{
	const char *name = tuf_part_name(part);
	buf hex = BUF_INIT(2 * 64);
	struct tuf_meta meta;

	if (tuf_file_meta(t->files[TUF_TARGETS], name, &meta, e) < 0)
		return -1;
	if (!meta.there && part == TUF_PART_TRUSTED_ROOT)
		return err_set(e, ERR_FORMAT, 0, "the repository has no target '%s'", name);
	const digest *d = meta.sha256.algorithm != DIGEST_NONE ? &meta.sha256 : &meta.sha512;

	if (meta.there && (d->algorithm == DIGEST_NONE || meta.length == UINT64_MAX))
		return err_set(e, ERR_FORMAT, 0, "no digest or no length stands at the target '%s'", name);
	if (!meta.there || (t->kept[part].n > 0 && tuf_meta_fits(&meta, t->kept[part]))) {
		if (part == TUF_PART_TRUSTED_ROOT)
			return want_target(t, TUF_PART_SIGNING_CONFIG, e);
		t->at_end = true;
		return 0;
	}
	text_hex(&hex, bytes_of(d->value, digest_size(d)));
	name = tuf_file_consistent(t->files[TUF_ROOT])
	           ? arena_printf(&t->arena, "targets/" PRIb ".%s", BYTESF(buf_bytes(&hex)), name)
	           : arena_printf(&t->arena, "targets/%s", name);
	buf_done(&hex);
	want(t, part, name, meta.length);
	return 0;
}

/* -- the beginning ----------------------------------------------------------------------------- */

/* The later one of the pinned root and the kept one, which an earlier walk from it has reached. */
static int begin_root(struct tuf *t, bytes pinned, err *e)
{
	struct tuf_file *root, *kept = NULL;
	err ignored = { 0 }; /* what is damaged here is fetched anew */

	if (tuf_file_read(pinned, TUF_ROOT, &root, e) < 0)
		return err_wrap(e, "the root to begin with");
	hold(t, root);
	if (tuf_file_signed(root, root, e) < 0)
		return err_wrap(e, "the root to begin with");
	if (t->kept[TUF_PART_ROOT].n > 0 &&
	    tuf_file_read(t->kept[TUF_PART_ROOT], TUF_ROOT, &kept, &ignored) == 0 &&
	    kept->version > root->version && tuf_file_signed(kept, kept, &ignored) == 0)
		hold(t, kept);
	else
		tuf_file_free(kept);
	return want_root(t, e);
}

int tuf_new(bytes pinned, const bytes kept[TUF_PARTS], int64_t now, struct tuf **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct tuf *t = arena_new(&a, struct tuf);

	t->arena = a;
	t->now = now;
	for (size_t i = 0; i < TUF_PARTS; i++)
		t->kept[i] = arena_bytes(&t->arena, kept[i]);
	if (begin_root(t, pinned, e) < 0) {
		tuf_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void tuf_free(struct tuf *t)
{
	if (!t)
		return;
	struct arena a = t->arena;

	for (size_t i = 0; i < TUF_ROLES; i++) {
		tuf_file_free(t->files[i]);
		tuf_file_free(t->old[i]);
	}
	arena_done(&a);
}

bool tuf_wants(const struct tuf *t, struct tuf_wish *out)
{
	*out = t->wish;
	return !t->at_end;
}

/* -- root -------------------------------------------------------------------------------------- */

/* What was kept counts while the keys that signed it do. A timestamp that does not takes the rest
 * along: who could forge it may have set versions that nobody reaches again (fast-forward). */
static void look_at_kept(struct tuf *t)
{
	for (enum tuf_role role = TUF_TIMESTAMP; role <= TUF_TARGETS; role++) {
		struct tuf_file *old;
		err ignored = { 0 };

		if (t->kept[role].n == 0 || tuf_file_read(t->kept[role], role, &old, &ignored) < 0)
			return;
		if (tuf_file_signed(old, t->files[TUF_ROOT], &ignored) < 0) {
			tuf_file_free(old);
			return;
		}
		t->old[role] = old;
	}
}

/* No root follows: this one is the last. */
static int end_roots(struct tuf *t, err *e)
{
	if (check_expiry(t, t->files[TUF_ROOT], e) < 0)
		return -1;
	look_at_kept(t);
	want(t, TUF_PART_TIMESTAMP, tuf_part_name(TUF_PART_TIMESTAMP), LIMIT_TUF_TIMESTAMP);
	return 0;
}

/* Steps 5.3.4 to 5.3.7: both roots' keys have signed it, and it is the very next. */
static int take_root(struct tuf *t, struct tuf_file *f, err *e)
{
	const struct tuf_file *before = t->files[TUF_ROOT];

	if (tuf_file_signed(f, before, e) < 0 || tuf_file_signed(f, f, e) < 0)
		return -1;
	if (f->version != before->version + 1)
		return err_set(e, ERR_UNTRUSTED, 0, "root %" PRIu64 " came where %" PRIu64 " follows",
		               f->version, before->version + 1);
	return 0;
}

/* -- timestamp, snapshot, targets -------------------------------------------------------------- */

static int check_timestamp(struct tuf *t, const struct tuf_file *f, err *e)
{
	const struct tuf_file *old = t->old[TUF_TIMESTAMP];

	if (tuf_file_signed(f, t->files[TUF_ROOT], e) < 0)
		return -1;
	if (old && f->version < old->version)
		return err_set(e, ERR_UNTRUSTED, 0,
		               "timestamp %" PRIu64 " came, %" PRIu64 " was here before: it goes back",
		               f->version, old->version);
	return old ? tuf_file_not_before(f, old, e) : 0;
}

/* take_timestamp(t, f, out_keep, e): where the version is the same, the kept one stays (5.4.3.1).
 */
static int take_timestamp(struct tuf *t, struct tuf_file **f, bool *out_keep, err *e)
{
	struct tuf_file *old = t->old[TUF_TIMESTAMP];

	if (check_timestamp(t, *f, e) < 0)
		return -1;
	if (old && old->version == (*f)->version) {
		tuf_file_free(*f);
		*f = old;
		t->old[TUF_TIMESTAMP] = NULL;
		*out_keep = false;
	}
	return check_expiry(t, *f, e);
}

static int take_listed(struct tuf *t, const struct tuf_file *f, err *e)
{
	const struct tuf_file *old = t->old[f->role];

	if (check_listed(t, f, e) < 0)
		return -1;
	if (f->role == TUF_SNAPSHOT && old && tuf_file_not_before(f, old, e) < 0)
		return -1;
	return check_expiry(t, f, e);
}

static int take_metadata(struct tuf *t, bytes content, bool *out_keep, err *e)
{
	const enum tuf_role role = (enum tuf_role)t->wish.part;
	struct tuf_file *f;

	if (tuf_file_read(content, role, &f, e) < 0)
		return -1;
	int status = role == TUF_ROOT        ? take_root(t, f, e)
	             : role == TUF_TIMESTAMP ? take_timestamp(t, &f, out_keep, e)
	                                     : take_listed(t, f, e);

	if (status < 0) {
		tuf_file_free(f);
		return -1;
	}
	hold(t, f);
	return role == TUF_ROOT ? want_root(t, e) : go_on_from(t, role, e);
}

/* -- targets ----------------------------------------------------------------------------------- */

/* What could not be read would leave every verification without a root. */
static int check_trusted_root(bytes content, err *e)
{
	struct arena a = ARENA_INIT;
	struct trust_root root = { 0 };
	int status = trust_root_parse(content, &a, &root, e);

	trust_root_free(&root);
	arena_done(&a);
	return status;
}

static int take_target(struct tuf *t, bytes content, err *e)
{
	const enum tuf_part part = t->wish.part;
	const char *name = tuf_part_name(part);
	struct tuf_meta meta;

	if (tuf_file_meta(t->files[TUF_TARGETS], name, &meta, e) < 0)
		return -1;
	if (!tuf_meta_fits(&meta, content))
		return err_set(e, ERR_UNTRUSTED, 0, "'%s': its digest or its length is another one", name);
	if (part == TUF_PART_TRUSTED_ROOT) {
		if (check_trusted_root(content, e) < 0)
			return err_wrap(e, "'%s'", name);
		return want_target(t, TUF_PART_SIGNING_CONFIG, e);
	}
	t->at_end = true;
	return 0;
}

int tuf_take(struct tuf *t, const bytes *content, bool *out_keep, err *e)
{
	bool is_target = t->wish.part > TUF_PART_TARGETS;

	*out_keep = content != NULL;
	if (!content && t->wish.may_be_absent)
		return end_roots(t, e);
	if (!content)
		return err_set(e, ERR_FORMAT, 0, "the repository has no '%s'", t->wish.name);
	return is_target ? take_target(t, *content, e) : take_metadata(t, *content, out_keep, e);
}
