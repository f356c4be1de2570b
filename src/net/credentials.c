/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "net/credentials_file.h"
#include "net/credentials_helper.h"
#include "sys/environment.h"

/* podman's two and docker's. */
#define FILES_MOST 3

/* What a helper said: asked once. */
struct answer {
	struct credentials_helper helper;
	struct credential credential;
};

struct credentials {
	struct arena arena;
	struct credential_options options;
	struct credentials_file files[FILES_MOST];
	size_t files_len;
	bool is_named; /* one file, that the user named */
	bool has_read;
	struct {
		struct answer *items;
		size_t len, cap;
	} answers;
};

struct credentials *credentials_open(const struct credential_options *options)
{
	struct arena a = ARENA_INIT;
	struct credentials *c = arena_new(&a, struct credentials);

	c->options = *options;
	c->arena = a;
	return c;
}

void credentials_close(struct credentials *c)
{
	if (!c)
		return;
	struct arena a = c->arena; /* which c itself lies in */

	arena_wipe(&a);
}

/* -- which files ------------------------------------------------------------------------------- */

static const char *variable(const struct credentials *c, const char *name)
{
	const char *value = environment_find(c->options.environment, name);

	return value && *value ? value : NULL;
}

/* add(c, folder_variable, home_folder, name): FOLDER/name of the variable, else of the home folder;
 * nothing when neither is known. */
static void add(struct credentials *c, const char *folder_variable, const char *home_folder,
                const char *name)
{
	const char *folder = variable(c, folder_variable), *home = variable(c, "HOME");

	if (!folder && (!home || !home_folder))
		return;
	c->files[c->files_len++].path = folder ? arena_printf(&c->arena, "%s/%s", folder, name)
	                                       : arena_printf(&c->arena, "%s/%s/%s", home, home_folder,
	                                                      name);
}

/* A file that the user names stands alone, as with podman and skopeo. */
static void choose_files(struct credentials *c)
{
	const char *named = c->options.authfile ? c->options.authfile
	                                        : variable(c, "REGISTRY_AUTH_FILE");

	c->files_len = 0;
	c->is_named = named != NULL;
	if (named) {
		c->files[c->files_len++].path = named;
		return;
	}
	add(c, "XDG_RUNTIME_DIR", NULL, "containers/auth.json");
	add(c, "XDG_CONFIG_HOME", ".config", "containers/auth.json");
	add(c, "DOCKER_CONFIG", ".docker", "config.json");
}

static int read_files(struct credentials *c, err *e)
{
	if (c->has_read)
		return 0;
	choose_files(c);
	for (size_t i = 0; i < c->files_len; i++)
		if (credentials_file_read(c->files[i].path, &c->arena, &c->files[i], e) < 0)
			return -1;
	c->has_read = true;
	return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

static struct credentials_helper helper_of(struct credentials *c, const struct credentials_file *f,
                                           const char *host)
{
	return (struct credentials_helper){ credentials_file_helper(f, host, &c->arena),
		                                credentials_file_server(f, host), c->options.environment };
}

static int ask_helper(struct credentials *c, const struct credentials_helper *h,
                      const struct credentials_file *f, struct credential *out, err *e)
{
	struct credential got = { 0 };

	for (size_t i = 0; i < c->answers.len; i++) {
		const struct answer *known = &c->answers.items[i];

		if (bytes_equal(known->helper.name, h->name) && !strcmp(known->helper.server, h->server)) {
			*out = known->credential;
			return 0;
		}
	}
	if (credentials_helper_get(h, &c->arena, &got, e) < 0)
		return err_wrap(e, "'%s' names a credential helper", SHOW(bytes_str(f->path)));
	got.origin = arena_printf(&c->arena, "docker-credential-" PRIb, BYTESF(h->name));
	struct answer *kept = ARENA_PUSH(&c->arena, &c->answers);

	kept->credential = got;
	kept->helper = *h;
	kept->helper.server = arena_str(&c->arena, bytes_str(h->server));
	*out = got;
	return 0;
}

static bool is_some(const struct credential *c)
{
	return c->user.n > 0 || c->password.n > 0 || c->identity_token.n > 0 || c->registry_token.n > 0;
}

/* given(c, host, out, e): what flags and environment say, which is for one registry. */
static int given(const struct credentials *c, const char *host, struct credential *out, err *e)
{
	const struct credential_options *o = &c->options;

	if (!o->only_host || strcmp(o->only_host, host) != 0)
		return 0;
	if (o->token && *o->token) {
		out->registry_token = bytes_str(o->token);
	} else if (o->user && *o->user) {
		if (!o->password)
			return err_set(e, ERR_USAGE, 0,
			               "a user for %s without a password (OAKUM_REGISTRY_PASSWORD)", host);
		out->user = bytes_str(o->user);
		out->password = bytes_str(o->password);
		if (bytes_is(out->user, "<token>"))
			*out = (struct credential){ .identity_token = out->password };
	}
	out->origin = "the command line or the environment";
	return 0;
}

int credentials_for(struct credentials *c, const char *host, bytes repository,
                    struct credential *out, err *e)
{
	struct credential found = { 0 };

	if (given(c, host, &found, e) < 0)
		return -1;
	if (!is_some(&found) && read_files(c, e) < 0)
		return -1;
	for (size_t i = 0; i < c->files_len && !is_some(&found); i++) {
		const struct credentials_file *f = &c->files[i];
		struct credentials_helper h = helper_of(c, f, host);

		if (c->is_named && !f->is_there)
			return err_set(e, ERR_ABSENT, 0, "there is no file of credentials '%s'",
			               SHOW(bytes_str(f->path)));
		if (h.name.n > 0 && ask_helper(c, &h, f, &found, e) < 0)
			return -1;
		if (is_some(&found))
			break;
		if (credentials_file_find(f, host, repository, &c->arena, &found, e) < 0)
			return -1;
		found.origin = f->path;
	}
	*out = is_some(&found) ? found : (struct credential){ 0 };
	return 0;
}

/* shown_path(c, path): with ~ for the home folder. */
static const char *shown_path(struct credentials *c, const char *path)
{
	bytes home = bytes_str(variable(c, "HOME")), rest = bytes_str(path);

	if (home.n > 0 && bytes_take_prefix(&rest, home) && bytes_starts(rest, BYTES("/")))
		return arena_printf(&c->arena, "~%s", text_shown(&c->arena, rest));
	return text_shown(&c->arena, bytes_str(path));
}

const char *credentials_where(struct credentials *c, const char *host)
{
	const char *list = NULL;

	if (!c->has_read)
		choose_files(c);
	for (size_t i = 0; i < c->files_len; i++) {
		const struct credentials_file *f = &c->files[i];
		/* When none is there, the usual place is named. */
		bool is_last_hope = !list && i + 1 == c->files_len;

		if (f->is_there || is_last_hope)
			list = arena_printf(&c->arena, "%s%s%s", list ? list : "", list ? ", " : "",
			                    shown_path(c, f->path));
	}
	return arena_printf(&c->arena, "no credentials in %s; run 'oakum login %s'",
	                    list ? list : "a file", text_shown(&c->arena, bytes_str(host)));
}

/* -- keeping ----------------------------------------------------------------------------------- */

/* place_of(c, host, e): the file that login writes to (credentials.h). NULL with *e set. */
static struct credentials_file *place_of(struct credentials *c, const char *host, err *e)
{
	if (read_files(c, e) < 0)
		return NULL;
	if (c->files_len == 0) {
		(void)err_set(e, ERR_USAGE, 0,
		              "no place for credentials: HOME is not set (--authfile FILE)");
		return NULL;
	}
	for (size_t i = 0; i < c->files_len; i++) {
		struct credential known = { 0 };

		if (credentials_file_find(&c->files[i], host, BYTES(""), &c->arena, &known, e) < 0)
			return NULL;
		if (is_some(&known))
			return &c->files[i];
	}
	struct credentials_file *last = &c->files[c->files_len - 1];

	return c->is_named || last->is_there || c->files_len == 1 ? last : last - 1;
}

/* make_entry(...): the value under the host's key in auths; what podman and docker read. */
static bytes make_entry(struct arena *a, bytes user, bytes secret, bool is_identity_token)
{
	buf pair = BUF_SECRET(LIMIT_CREDENTIAL_SECRET * 2);
	buf text = BUF_SECRET(LIMIT_CREDENTIAL_SECRET * 16);
	struct json_writer w;
	struct stream s;
	err never = { 0 };

	buf_put(&pair, is_identity_token ? BYTES("<token>") : user);
	buf_putc(&pair, ':');
	buf_put(&pair, is_identity_token ? BYTES("") : secret);
	stream_init(&s, stream_to_buf, &text);
	json_write_init(&w, &s);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_str(&w, "auth", base64_encode(buf_bytes(&pair), a));
	if (is_identity_token)
		json_write_str(&w, "identitytoken", secret);
	json_write_end(&w);
	(void)stream_finish(&s, &never); /* the room is for the longest */
	bytes entry = arena_bytes(a, bytes_trim(buf_bytes(&text)));

	buf_done(&pair);
	buf_done(&text);
	return entry;
}

int credentials_store(struct credentials *c, const char *host, bytes user, bytes secret,
                      bool is_identity_token, const char **out_where, err *e)
{
	struct credentials_file *f = place_of(c, host, e);
	struct arena *a = &c->arena;
	bool had;

	if (!f)
		return -1;
	if (user.n > LIMIT_CREDENTIAL_SECRET || secret.n > LIMIT_CREDENTIAL_SECRET)
		return err_set(e, ERR_LIMIT, 0, "a user or password of more than %u bytes",
		               (unsigned)LIMIT_CREDENTIAL_SECRET);
	if (!is_identity_token && bytes_find(user, ':') < user.n)
		return err_set(e, ERR_USAGE, 0,
		               "the user '%s' has a colon, which Basic authentication lacks", SHOW(user));
	struct credentials_helper h = helper_of(c, f, host);
	bytes entry = BYTES("{}"); /* as docker does, so that logout finds it */

	if (h.name.n == 0)
		entry = make_entry(a, user, secret, is_identity_token);
	else if (credentials_helper_store(&h, is_identity_token ? BYTES("<token>") : user, secret, a,
	                                  e) < 0)
		return -1;
	bytes text = credentials_file_with(f, h.server, host, entry, a, &had);

	if (credentials_file_write(f, text, e) < 0)
		return -1;
	*out_where = h.name.n > 0 ? arena_printf(a, "docker-credential-" PRIb, BYTESF(h.name))
	                          : f->path;
	c->has_read = false;
	c->answers.len = 0;
	return 0;
}

/* erase(c, f, host, out_had, e): from the helper that f names for the host, if any. */
static int erase(struct credentials *c, const struct credentials_file *f, const char *host,
                 bool *out_had, err *e)
{
	struct credentials_helper h = helper_of(c, f, host);

	*out_had = false;
	return h.name.n > 0 ? credentials_helper_erase(&h, &c->arena, out_had, e) : 0;
}

static int erase_all(struct credentials *c, const struct credentials_file *f, bool *out_had, err *e)
{
	json auths = credentials_file_member(f, "auths");

	*out_had = false;
	for (json v = json_first(auths); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes key = credentials_key_means(json_name(v, &c->arena), &c->arena);
		bool had;

		if (erase(c, f, arena_str(&c->arena, key), &had, e) < 0)
			return -1;
		*out_had = *out_had || had;
	}
	return 0;
}

static int forget_in(struct credentials *c, const struct credentials_file *f, const char *host,
                     bool *out_had, err *e)
{
	bool was_kept, was_there;

	if ((host ? erase(c, f, host, &was_kept, e) : erase_all(c, f, &was_kept, e)) < 0)
		return -1;
	bytes text = credentials_file_with(f, "", host, BYTES(""), &c->arena, &was_there);

	*out_had = was_kept || was_there;
	return was_there ? credentials_file_write(f, text, e) : 0;
}

int credentials_forget(struct credentials *c, const char *host, const char **out_where, err *e)
{
	const char *where = NULL;

	if (read_files(c, e) < 0)
		return -1;
	for (size_t i = 0; i < c->files_len; i++) {
		bool had;

		if (forget_in(c, &c->files[i], host, &had, e) < 0)
			return -1;
		if (had && !where)
			where = c->files[i].path;
	}
	c->has_read = false;
	c->answers.len = 0;
	if (!where)
		return err_set(e, ERR_ABSENT, 0, "there are no credentials%s%s to forget",
		               host ? " for " : "", host ? host : "");
	*out_where = where;
	return 0;
}
