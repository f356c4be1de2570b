/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/provenance.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "trust/protojson.h"

#include <ctype.h>

#define DEPTH_MOST 16 /* of parameters in each other; deeper ones are kept as they stand */

struct reader {
	struct arena *arena;
	struct provenance *out;
	err *e;
};

/* -- pieces ------------------------------------------------------------------------------------ */

/* text(r, object, name, out): null is as absent. */
static int text(const struct reader *r, json object, const char *name, bytes *out)
{
	json v = json_get(object, name);

	*out = (bytes){ 0 };
	if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL || json_str(v, r->arena, out))
		return 0;
	return err_set(r->e, ERR_FORMAT, 0, "provenance: '%s' is no text", name);
}

/* A text or a number, as one writer has it here and another there. */
static bytes scalar(const struct reader *r, json v)
{
	switch (json_type(v)) {
	case JSON_STRING: return json_bytes(v, r->arena);
	case JSON_NUMBER:
	case JSON_BOOL:
	case JSON_ARRAY:
	case JSON_OBJECT: return json_raw(v);
	case JSON_NONE:
	case JSON_NULL: break;
	}
	return (bytes){ 0 };
}

/* What cannot be read as a time is one that is not told. */
static int64_t time_of(json v)
{
	int64_t t;

	return protojson_time(v, &t) ? t : 0;
}

bytes provenance_split(bytes uri, bytes *out_ref)
{
	size_t at = bytes_search(uri, BYTES("@refs/"));

	if (at >= uri.n) {
		size_t slash = bytes_rfind(uri, '/'), last = bytes_rfind(uri, '@');

		at = last < uri.n && (slash >= uri.n || last > slash) ? last : uri.n;
	}
	*out_ref = bytes_skip(uri, at < uri.n ? at + 1 : uri.n);
	return bytes_slice(uri, 0, at);
}

bytes provenance_plain_source(bytes uri)
{
	(void)!bytes_take_prefix(&uri, BYTES("git+"));
	(void)!bytes_take_prefix(&uri, BYTES("https://"));
	while (bytes_ends(uri, BYTES("/")))
		uri.n--;
	if (bytes_ends(uri, BYTES(".git")))
		uri.n -= 4;
	return uri;
}

/* split_source(uri, out): "URI@REF", or BuildKit's and git's "URI#REF:FOLDER". */
static void split_source(bytes uri, struct provenance_source *out)
{
	size_t hash = bytes_find(uri, '#');

	if (hash < uri.n) {
		bytes rest = bytes_skip(uri, hash + 1);

		out->uri = bytes_slice(uri, 0, hash);
		out->ref = bytes_slice(rest, 0, bytes_find(rest, ':'));
	} else if (bytes_starts(uri, BYTES("pkg:"))) {
		out->uri = uri; /* its "@" belongs to the name of a package */
	} else {
		out->uri = provenance_split(uri, &out->ref);
	}
}

static int read_digest(const struct reader *r, json set, struct provenance_source *out)
{
	if (json_type(set) != JSON_NONE && json_type(set) != JSON_NULL && json_type(set) != JSON_OBJECT)
		return err_set(r->e, ERR_FORMAT, 0, "provenance: a digest is no object");
	for (json v = json_first(set); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, r->arena);

		if (json_type(v) != JSON_STRING)
			return err_set(r->e, ERR_FORMAT, 0, "provenance: a digest is no text");
		if (out->algorithm.n > 0 && !bytes_is(name, "sha256"))
			continue;
		out->algorithm = name;
		out->digest = json_bytes(v, r->arena);
	}
	return 0;
}

static int read_source(const struct reader *r, json v, struct provenance_source *out)
{
	bytes uri;

	*out = (struct provenance_source){ 0 };
	if (text(r, v, "uri", &uri) < 0)
		return -1;
	split_source(uri, out);
	return read_digest(r, json_get(v, "digest"), out);
}

static int read_materials(const struct reader *r, json list)
{
	struct provenance *p = r->out;

	if (json_type(list) == JSON_NONE || json_type(list) == JSON_NULL)
		return 0;
	if (json_type(list) != JSON_ARRAY)
		return err_set(r->e, ERR_FORMAT, 0, "provenance: its materials are no list");
	if (json_count(list) > LIMIT_PROVENANCE_VALUES)
		return err_set(r->e, ERR_LIMIT, 0, "provenance: %zu materials; at most %d",
		               json_count(list), LIMIT_PROVENANCE_VALUES);
	p->materials = arena_array(r->arena, struct provenance_source, json_count(list));
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_source(r, v, &p->materials[p->materials_len++]) < 0)
			return -1;
	return 0;
}

/* -- parameters -------------------------------------------------------------------------------- */

static int put_value(const struct reader *r, struct provenance_values *to, bytes name, json v)
{
	struct provenance_value *item;

	if (to->len >= LIMIT_PROVENANCE_VALUES)
		return err_set(r->e, ERR_LIMIT, 0, "provenance: more than %d parameters",
		               LIMIT_PROVENANCE_VALUES);
	item = ARENA_PUSH(r->arena, to);
	item->name = name;
	item->value = scalar(r, v);
	return 0;
}

/* put_values(r, to, prefix, v, depth): every value within v, under its path. */
static int put_values(const struct reader *r, struct provenance_values *to, bytes prefix, json v,
                      unsigned depth)
{
	if (json_type(v) != JSON_OBJECT || depth >= DEPTH_MOST)
		return prefix.n > 0 && json_type(v) != JSON_NONE ? put_value(r, to, prefix, v) : 0;
	for (json m = json_first(v); json_type(m) != JSON_NONE; m = json_next(m)) {
		bytes name = json_name(m, r->arena);
		buf path = BUF_INIT(LIMIT_PROVENANCE_NAME);

		if (prefix.n + 1 + name.n > LIMIT_PROVENANCE_NAME)
			return err_set(r->e, ERR_LIMIT, 0, "provenance: a parameter's name of %zu octets",
			               prefix.n + 1 + name.n);
		buf_put(&path, prefix);
		if (prefix.n > 0)
			buf_put(&path, BYTES("."));
		buf_put(&path, name);
		name = arena_bytes(r->arena, buf_bytes(&path));
		buf_done(&path);
		if (put_values(r, to, name, m, depth + 1) < 0)
			return -1;
	}
	return 0;
}

const bytes *provenance_value_of(const struct provenance_values *values, bytes name)
{
	const bytes *found = NULL;

	for (size_t i = 0; i < values->len; i++) {
		if (!bytes_equal(values->items[i].name, name))
			continue;
		if (found)
			return NULL;
		found = &values->items[i].value;
	}
	return found;
}

/* -- the run ----------------------------------------------------------------------------------- */

/* environment(r, v, name): slsa-github-generator once wrote these in small letters. */
static json environment(json v, const char *name)
{
	char small[40];
	json found = json_get(v, name);
	size_t n = 0;

	if (json_type(found) != JSON_NONE)
		return found;
	for (; name[n] && n + 1 < sizeof(small); n++)
		small[n] = (char)tolower((unsigned char)name[n]);
	small[n] = 0;
	return json_get(v, small);
}

static bytes joined(const struct reader *r, const char *prefix, bytes rest)
{
	buf b = BUF_INIT(LIMIT_BUNDLE);
	bytes out;

	buf_put(&b, bytes_str(prefix));
	buf_put(&b, rest);
	out = arena_bytes(r->arena, buf_bytes(&b));
	buf_done(&b);
	return out;
}

static bytes first_of(bytes a, bytes b)
{
	return a.n > 0 ? a : b;
}

/* A tag says in its event on which branch it was made; a release names the branch alone. */
static bytes base_of(const struct reader *r, json v, json event)
{
	bytes base = scalar(r, environment(v, "GITHUB_BASE_REF"));
	bytes release = json_bytes(json_get(json_get(event, "release"), "target_commitish"), r->arena);

	base = first_of(base, json_bytes(json_get(event, "base_ref"), r->arena));
	return base.n > 0 || release.n == 0 ? base : joined(r, "refs/heads/", release);
}

static int read_run(const struct reader *r, json v)
{
	struct provenance_run *run = &r->out->run;
	json event = environment(v, "GITHUB_EVENT_PAYLOAD"), github = json_get(v, "github");

	run->trigger = first_of(scalar(r, environment(v, "GITHUB_EVENT_NAME")),
	                        scalar(r, json_get(github, "event_name")));
	run->ref = scalar(r, environment(v, "GITHUB_REF"));
	run->base_ref = base_of(r, v, event);
	run->commit = first_of(scalar(r, environment(v, "GITHUB_SHA")),
	                       scalar(r, environment(v, "GITHUB_SHA1")));
	run->workflow_ref = scalar(r, environment(v, "GITHUB_WORKFLOW_REF"));
	run->repository = scalar(r, environment(v, "GITHUB_REPOSITORY"));
	run->repository_id = first_of(scalar(r, environment(v, "GITHUB_REPOSITORY_ID")),
	                              scalar(r, json_get(github, "repository_id")));
	run->owner_id = first_of(scalar(r, environment(v, "GITHUB_REPOSITORY_OWNER_ID")),
	                         scalar(r, json_get(github, "repository_owner_id")));
	run->id = scalar(r, environment(v, "GITHUB_RUN_ID"));
	run->attempt = scalar(r, environment(v, "GITHUB_RUN_ATTEMPT"));
	/* They are flat; what is nested in them is no input by another name. */
	return put_values(r, &r->out->inputs, (bytes){ 0 }, json_get(event, "inputs"), DEPTH_MOST - 1);
}

/* Materials tell the digest of what the build was started with. */
static void complete_source(const struct reader *r)
{
	struct provenance *p = r->out;
	const struct provenance_source *first = p->materials;

	if (p->materials_len == 0 || bytes_starts(first->uri, BYTES("pkg:")))
		return;
	if (p->source.uri.n == 0)
		p->source = *first;
	if (p->source.digest.n == 0 && bytes_equal(p->source.uri, first->uri) &&
	    (first->ref.n == 0 || bytes_equal(p->source.ref, first->ref))) {
		p->source.algorithm = first->algorithm;
		p->source.digest = first->digest;
	}
}

/* BuildKit, built from a folder: what its client says of the folder. */
static int read_vcs(const struct reader *r, json vcs)
{
	struct provenance_source *s = &r->out->source;
	bytes uri, revision;

	if (s->uri.n > 0 || json_type(vcs) != JSON_OBJECT)
		return 0;
	if (text(r, vcs, "source", &uri) < 0 || text(r, vcs, "revision", &revision) < 0)
		return -1;
	split_source(uri, s);
	s->digest = revision;
	s->algorithm = revision.n > 0 ? BYTES("sha1") : (bytes){ 0 };
	return 0;
}

/* -- version 0.1, as Google Cloud Build writes it ---------------------------------------------- */

static bytes ref_of(const struct reader *r, const char *kind, bytes name)
{
	return name.n > 0 ? joined(r, kind, name) : name;
}

static int read_substitutions(const struct reader *r, json v)
{
	struct provenance *p = r->out;
	bytes tag = scalar(r, json_get(v, "TAG_NAME"));
	bytes branch = scalar(r, json_get(v, "BRANCH_NAME"));

	p->run.ref = first_of(ref_of(r, "refs/tags/", tag), ref_of(r, "refs/heads/", branch));
	p->run.commit = scalar(r, json_get(v, "COMMIT_SHA"));
	p->source.ref = first_of(p->source.ref, p->run.ref);
	return put_values(r, &p->parameters, (bytes){ 0 }, v, 0);
}

static int read_v01(const struct reader *r, json root)
{
	struct provenance *p = r->out;
	json recipe = json_get(root, "recipe"), metadata = json_get(root, "metadata");

	if (text(r, recipe, "type", &p->build_type) < 0 ||
	    text(r, recipe, "entryPoint", &p->entry_point) < 0 ||
	    text(r, metadata, "buildInvocationId", &p->invocation) < 0 ||
	    read_materials(r, json_get(root, "materials")) < 0)
		return -1;
	p->started = time_of(json_get(metadata, "buildStartedOn"));
	p->finished = time_of(json_get(metadata, "buildFinishedOn"));
	complete_source(r);
	return read_substitutions(r, json_get(json_get(recipe, "arguments"), "substitutions"));
}

/* -- version 0.2 ------------------------------------------------------------------------------- */

static int read_v02(const struct reader *r, json root)
{
	struct provenance *p = r->out;
	json invocation = json_get(root, "invocation"), metadata = json_get(root, "metadata");
	json config = json_get(invocation, "configSource");
	json buildkit = json_get(metadata, "https://mobyproject.org/buildkit@v1#metadata");
	bytes old;

	if (text(r, root, "buildType", &p->build_type) < 0 || read_source(r, config, &p->source) < 0 ||
	    text(r, config, "entryPoint", &p->entry_point) < 0 ||
	    text(r, metadata, "buildInvocationId", &p->invocation) < 0 ||
	    text(r, metadata, "buildInvocationID", &old) < 0 ||
	    read_materials(r, json_get(root, "materials")) < 0 ||
	    put_values(r, &p->parameters, (bytes){ 0 }, json_get(invocation, "parameters"), 0) < 0 ||
	    read_run(r, json_get(invocation, "environment")) < 0 ||
	    read_vcs(r, json_get(buildkit, "vcs")) < 0)
		return -1;
	p->invocation = first_of(p->invocation, old);
	p->started = time_of(json_get(metadata, "buildStartedOn"));
	p->finished = time_of(json_get(metadata, "buildFinishedOn"));
	complete_source(r);
	return 0;
}

/* -- version 1 --------------------------------------------------------------------------------- */

/* From "repository" and "ref": GitHub's build type, the npm client's, Google's. */
static int read_workflow(const struct reader *r, json v)
{
	struct provenance *p = r->out;
	bytes uri, ref;

	if (text(r, v, "repository", &uri) < 0 || text(r, v, "ref", &ref) < 0 ||
	    text(r, v, "path", &p->entry_point) < 0)
		return -1;
	p->source = (struct provenance_source){ .ref = ref };
	p->source.uri = bytes_starts(uri, BYTES("https://")) ? joined(r, "git+", uri) : uri;
	return 0;
}

/* slsa-github-generator's delegators tell nothing of the source but the workflow:
 * "ORG/REPO/PATH@REF". */
static void read_workflow_ref(const struct reader *r)
{
	struct provenance *p = r->out;
	bytes ref, whole = provenance_split(p->run.workflow_ref, &ref), rest = whole, part;

	if (p->source.uri.n > 0 || !bytes_take_until(&rest, '/', &part) ||
	    !bytes_take_until(&rest, '/', &part) || rest.n == 0)
		return;
	p->source.uri = joined(r, "git+https://github.com/",
	                       bytes_slice(whole, 0, whole.n - rest.n - 1));
	p->source.ref = ref;
	p->entry_point = rest;
}

static int read_external(const struct reader *r, json v)
{
	struct provenance *p = r->out;
	json workflow = json_get(v, "workflow"), source = json_get(v, "source");
	json config = json_get(v, "configSource"), google = json_get(v, "buildConfigSource");

	if (json_type(workflow) == JSON_OBJECT)
		return read_workflow(r, workflow);
	if (json_type(google) == JSON_OBJECT)
		return read_workflow(r, google);
	if (json_type(source) == JSON_OBJECT)
		return read_source(r, source, &p->source) < 0 ? -1
		                                              : text(r, v, "configPath", &p->entry_point);
	if (json_type(config) == JSON_OBJECT)
		return read_source(r, config, &p->source) < 0 ? -1
		                                              : text(r, config, "path", &p->entry_point);
	return 0;
}

static int read_details(const struct reader *r, json details)
{
	struct provenance *p = r->out;
	json metadata = json_get(details, "metadata");
	bytes old;

	if (text(r, metadata, "invocationId", &p->invocation) < 0 ||
	    text(r, metadata, "invocationID", &old) < 0 ||
	    read_vcs(r, json_get(json_get(metadata, "buildkit_metadata"), "vcs")) < 0)
		return -1;
	p->invocation = first_of(p->invocation, old);
	p->started = time_of(json_get(metadata, "startedOn"));
	p->finished = time_of(json_get(metadata, "finishedOn"));
	return 0;
}

static int read_v1(const struct reader *r, json root)
{
	struct provenance *p = r->out;
	json definition = json_get(root, "buildDefinition");
	json external = json_get(definition, "externalParameters");
	json internal = json_get(definition, "internalParameters");
	json google = json_get(internal, "systemSubstitutions");

	if (json_type(definition) != JSON_OBJECT)
		return err_set(r->e, ERR_FORMAT, 0, "provenance: no 'buildDefinition'");
	if (text(r, definition, "buildType", &p->build_type) < 0 || read_external(r, external) < 0 ||
	    read_materials(r, json_get(definition, "resolvedDependencies")) < 0 ||
	    put_values(r, &p->parameters, (bytes){ 0 }, external, 0) < 0 || read_run(r, internal) < 0)
		return -1;
	if (json_type(google) == JSON_OBJECT && read_substitutions(r, google) < 0)
		return -1;
	read_workflow_ref(r);
	if (read_details(r, json_get(root, "runDetails")) < 0)
		return -1;
	complete_source(r);
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	enum provenance_version version;
	int (*read)(const struct reader *r, json root);
} versions[] = {
	{ PREDICATE_PROVENANCE_V01, PROVENANCE_V01, read_v01 },
	{ PREDICATE_PROVENANCE_V02, PROVENANCE_V02, read_v02 },
	{ PREDICATE_PROVENANCE_V1, PROVENANCE_V1, read_v1 },
	{ PREDICATE_PROVENANCE_V10, PROVENANCE_V1, read_v1 },
};
#define VERSIONS (sizeof(versions) / sizeof(*versions))

static size_t version_of(bytes type)
{
	size_t i = 0;

	while (i < VERSIONS && !bytes_is(type, versions[i].type))
		i++;
	return i;
}

bool provenance_is_type(bytes predicate_type)
{
	return version_of(predicate_type) < VERSIONS;
}

int provenance_parse(const struct statement *statement, struct arena *a, struct provenance *out,
                     err *e)
{
	const struct reader r = { a, out, e };
	size_t i = version_of(statement->predicate_type);
	struct json_doc *doc = arena_new(a, struct json_doc);

	*out = (struct provenance){ 0 };
	if (i == VERSIONS)
		return err_set(e, ERR_FORMAT, 0, "no SLSA provenance of version 0.1, 0.2 or 1: '%s'",
		               SHOW(statement->predicate_type));
	if (json_parse(statement->predicate, a, doc, e) < 0)
		return err_wrap(e, "provenance");
	json root = json_root(doc), details = json_get(root, "runDetails");

	if (json_type(root) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "provenance: the predicate is no object");
	out->version = versions[i].version;
	json builder = json_get(out->version == PROVENANCE_V1 ? details : root, "builder");

	if (text(&r, builder, "id", &out->builder) < 0)
		return -1;
	return versions[i].read(&r, root);
}
