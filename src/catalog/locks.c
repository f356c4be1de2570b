/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/locks.h"

#include "catalog/language.h"

static void declare(struct inspection *in, bytes name, bytes version)
{
	struct language_item item = { .kind = LANGUAGE_DECLARED, .name = name, .version = version };

	if (name.n > 0 && version.n > 0)
		language_emit(in, &item);
}

static bytes unquoted(bytes s)
{
	s = bytes_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		s = bytes_slice(s, 1, s.n - 2);
	return s;
}

/* value_of(line, key, out): what stands behind a key and its mark (a space, a colon or an equals
 * sign), unquoted. */
static bool value_of(bytes line, bytes key, bytes *out)
{
	line = bytes_trim(line);
	if (!bytes_take_prefix(&line, key) || line.n == 0)
		return false;
	line = bytes_trim(line);
	if (!bytes_take_prefix(&line, BYTES(":")))
		(void)bytes_take_prefix(&line, BYTES("="));
	*out = unquoted(line);
	return true;
}

/* at_name(s, out, rest): split "@scope/name@range" or "name@range" at the @ behind the name. */
static bool at_name(bytes s, bytes *out, bytes *out_rest)
{
	size_t at = s.n > 0 ? 1 + bytes_find(bytes_skip(s, 1), '@') : 0;

	if (at == 0 || at >= s.n)
		return false;
	*out = bytes_slice(s, 0, at);
	*out_rest = bytes_skip(s, at + 1);
	return true;
}

/* A block's head: the name before the first @. An alias, `a@npm:b@range`, is b. */
static bytes yarn_name(bytes head)
{
	bytes name, range, inner, inner_range;

	(void)bytes_take_prefix(&head, BYTES("\""));
	head = bytes_slice(head, 0, bytes_find(head, ','));
	while (head.n > 0 && (head.p[head.n - 1] == ':' || head.p[head.n - 1] == '"'))
		head.n--;
	if (!at_name(head, &name, &range))
		return BYTES("");
	if (bytes_starts(range, BYTES("workspace:")))
		return BYTES("");
	if (bytes_take_prefix(&range, BYTES("npm:")) && at_name(range, &inner, &inner_range))
		return inner;
	return name;
}

void locks_read_yarn(struct inspection *in)
{
	bytes rest = in->body, line, name = BYTES(""), version;

	language_known(in);
	while (bytes_line(&rest, &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] != ' ') {
			name = yarn_name(line);
		} else if (name.n > 0 && value_of(line, BYTES("version"), &version)) {
			declare(in, name, version);
			name = BYTES("");
		}
	}
}

/* "/name/1.2.3_peers": how pnpm-lock.yaml 5 names a package. */
static bool pnpm_old_key(bytes key, bytes *out_name, bytes *out_version)
{
	size_t slash = bytes_rfind(key, '/');
	bytes version = bytes_skip(key, slash < key.n ? slash + 1 : slash);

	version = bytes_slice(version, 0, bytes_find(version, '_'));
	if (version.n == 0 || version.p[0] < '0' || version.p[0] > '9' ||
	    bytes_find(version, '@') < version.n)
		return false;
	*out_name = bytes_slice(key, 0, slash);
	*out_version = version;
	return true;
}

/* Since 6 "/name@1.2.3(peers)", since 9 the same without the slash. */
static bool pnpm_key(bytes key, bytes *out_name, bytes *out_version)
{
	bool slash = bytes_take_prefix(&key, BYTES("/"));

	key = bytes_slice(key, 0, bytes_find(key, '('));
	if (slash && pnpm_old_key(key, out_name, out_version))
		return true;
	return at_name(key, out_name, out_version);
}

void locks_read_pnpm(struct inspection *in)
{
	bytes rest = in->body, line, name = BYTES(""), version = BYTES("");
	bool packages = false;

	language_known(in);
	while (bytes_line(&rest, &line)) {
		if (line.n > 0 && line.p[0] != ' ') {
			packages = bytes_is(line, "packages:");
			continue;
		}
		if (!packages || !bytes_starts(line, BYTES("  ")))
			continue;
		if (line.n > 2 && line.p[2] != ' ' && line.p[line.n - 1] == ':') {
			declare(in, name, version);
			if (!pnpm_key(unquoted(bytes_slice(line, 2, line.n - 3)), &name, &version))
				name = BYTES("");
		} else if (bytes_is(bytes_trim(line), "dev: true")) {
			name = BYTES("");
		}
	}
	declare(in, name, version);
}

/* bun.lock is JSON with commas at the ends of lists, which JSON has not; but Bun writes each
 * package as one line: "where": ["name@version", ...]. What has no version there lies in the tree
 * (workspace:, file:) or comes from elsewhere (git, a tarball). */
void locks_read_bun(struct inspection *in)
{
	bytes rest = in->body, line, key, spec, name, version;
	bool packages = false;

	language_known(in);
	while (bytes_line(&rest, &line)) {
		bool inside = bytes_starts(line, BYTES("    \""));

		line = bytes_trim(line);
		if (!inside)
			packages = bytes_is(line, "\"packages\": {") || (packages && line.n == 0);
		else if (packages && bytes_take_prefix(&line, BYTES("\"")) &&
		         bytes_take_until(&line, '"', &key) && bytes_take_prefix(&line, BYTES(": [\"")) &&
		         bytes_take_until(&line, '"', &spec) && at_name(spec, &name, &version) &&
		         bytes_find(version, ':') == version.n && bytes_find(version, '/') == version.n)
			declare(in, name, version);
	}
}

/* One [[package]] table; of pylock.toml [[packages]]. */
struct table {
	bytes name, version;
	bool inside, source, local;
};

static void end_table(struct inspection *in, struct table *t, bool needs_source)
{
	if (t->inside && !t->local && (t->source || !needs_source))
		declare(in, t->name, t->version);
	*t = (struct table){ 0 };
}

static void read_table_line(struct table *t, bytes line)
{
	bytes value;

	if (!t->inside)
		return;
	if (t->name.n == 0 && value_of(line, BYTES("name "), &value)) {
		t->name = value;
	} else if (t->version.n == 0 && value_of(line, BYTES("version "), &value)) {
		t->version = value;
	} else if (value_of(line, BYTES("source "), &value)) {
		t->source = true;
		t->local = bytes_search(value, BYTES("editable =")) < value.n ||
		           bytes_search(value, BYTES("virtual =")) < value.n;
	} else if (value_of(line, BYTES("path "), &value) ||
	           value_of(line, BYTES("directory "), &value)) {
		t->local = true;
	}
}

static void read_tables(struct inspection *in, bool needs_source)
{
	bytes rest = in->body, line;
	struct table t = { 0 };

	language_known(in);
	while (bytes_line(&rest, &line)) {
		if (!bytes_starts(line, BYTES("["))) {
			read_table_line(&t, line);
			continue;
		}
		end_table(in, &t, needs_source);
		t.inside = bytes_is(line, "[[package]]") || bytes_is(line, "[[packages]]");
	}
	end_table(in, &t, needs_source);
}

void locks_read_poetry(struct inspection *in)
{
	read_tables(in, false);
}

void locks_read_cargo(struct inspection *in)
{
	read_tables(in, true);
}

void locks_read_gemfile(struct inspection *in)
{
	bytes rest = in->body, line;
	bool specs = false, remote = false;

	language_known(in);
	while (bytes_line(&rest, &line)) {
		if (line.n > 0 && line.p[0] != ' ') {
			remote = bytes_is(line, "GEM") || bytes_is(line, "GIT"); /* PATH lies in the tree */
			specs = false;
			continue;
		}
		specs |= bytes_is(line, "  specs:");
		if (!specs || !remote || !bytes_take_prefix(&line, BYTES("    ")) ||
		    bytes_starts(line, BYTES(" ")))
			continue;
		size_t open = bytes_find(line, '(');
		bytes version = bytes_skip(line, open + 1);

		declare(in, bytes_trim(bytes_slice(line, 0, open)),
		        bytes_slice(version, 0, bytes_find(version, ')')));
	}
}

void locks_read_go(struct inspection *in)
{
	bytes rest = in->body, line, name;
	bool block = false;

	language_known(in);
	while (bytes_line(&rest, &line)) {
		line = bytes_trim(bytes_slice(line, 0, bytes_search(line, BYTES("//"))));
		if (bytes_is(line, "require ("))
			block = true;
		else if (bytes_is(line, ")"))
			block = false;
		else if ((block || bytes_take_prefix(&line, BYTES("require "))) &&
		         bytes_take_until(&line, ' ', &name))
			declare(in, unquoted(name), unquoted(line));
	}
}

/* PEP 508: a name, extras in brackets, "==" and one version; markers and options follow. */
static void read_requirement(struct inspection *in, bytes line)
{
	size_t cut = bytes_search(line, BYTES("=="));
	bytes name = bytes_trim(bytes_slice(line, 0, cut)),
		  version = bytes_trim(bytes_skip(line, cut + 2));
	bytes digits = version;

	if (cut == line.n || name.n == 0 || name.p[0] == '#' || name.p[0] == '-' ||
	    bytes_starts(version, BYTES("=")))
		return;
	name = bytes_trim(bytes_slice(name, 0, bytes_find(name, '[')));
	for (size_t i = 0; i < digits.n; i++)
		if (memchr(" \t;#,\\", digits.p[i], 6)) {
			version = bytes_slice(digits, 0, i);
			break;
		}
	/* "1.*" is a range; a name that holds more than a name is another form of requirement. */
	if (bytes_find(version, '*') == version.n && bytes_find(name, ' ') == name.n &&
	    bytes_find(name, '@') == name.n && bytes_find(name, ',') == name.n)
		declare(in, name, version);
}

void locks_read_requirements(struct inspection *in)
{
	bytes rest = in->body, line;

	language_known(in);
	while (bytes_line(&rest, &line))
		read_requirement(in, line);
}
