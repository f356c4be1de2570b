/* SPDX-License-Identifier: Apache-2.0 */
/* Who reaches a service: published ports and shared networks. */
#include "base/text.h"
#include "rule/compose.h"

/* "[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]"; parts may be variables and hold colons in ${...}. */
struct port {
	bytes address, host, container;
	bool has_address;
};

/* The last colon that is neither in ${...} nor in [...]; n: there is none. */
static size_t last_colon(bytes text)
{
	size_t depth = 0;

	for (size_t i = text.n; i > 0; i--) {
		uint8_t c = text.p[i - 1];

		if (c == '}' || c == ']')
			depth++;
		else if ((c == '{' || c == '[') && depth > 0)
			depth--;
		else if (c == ':' && depth == 0)
			return i - 1;
	}
	return text.n;
}

static struct port port_of(bytes text)
{
	struct port p = { 0 };
	size_t at = last_colon(text);
	bytes rest = at < text.n ? bytes_slice(text, 0, at) : (bytes){ 0 };

	p.container = at < text.n ? bytes_skip(text, at + 1) : text;
	p.container = bytes_slice(p.container, 0, bytes_find(p.container, '/'));
	at = last_colon(rest);
	p.has_address = at < rest.n;
	p.host = p.has_address ? bytes_skip(rest, at + 1) : rest;
	p.address = bytes_slice(rest, 0, p.has_address ? at : 0);
	return p;
}

static bool is_everywhere(bytes address)
{
	return bytes_is(address, "0.0.0.0") || bytes_is(address, "[::]") || bytes_is(address, "::");
}

/* A reader of YAML 1.1 takes digits with colons and nothing above 59 behind them for one number
 * (YAML 1.1, "Integer Language-Independent Type", base 60). */
static bool is_base_60(const struct yaml_node *v)
{
	bytes rest = yaml_text(v), part;
	uint64_t number;
	size_t parts = 0;

	if (v->kind != YAML_SCALAR || v->style != YAML_PLAIN || rest.n == 0 || rest.p[0] == '0')
		return false;
	for (; bytes_take_until(&rest, ':', &part); parts++)
		if (!text_take_u64(part, 10, parts > 0 ? 59 : UINT32_MAX, &number) ||
		    (parts > 0 && part.n > 2))
			return false;
	return parts > 1;
}

static void check_number(const struct compose_service *s, const struct yaml_node *v, bytes number)
{
	uint64_t first;

	if (!text_take_u64(bytes_slice(number, 0, bytes_find(number, '-')), 10, 65535, &first) ||
	    first >= 1024)
		return;
	compose_find(s, CP014, v, "ports")->message = arena_printf(
		s->in->job->arena, "port %s %s", SHOW(number),
		first == 22 ? "is a remote shell" : "asks for root's rights");
}

static void check_long(const struct compose_service *s, const struct yaml_node *v)
{
	const struct yaml_node *address = yaml_get(v, "host_ip");

	check_number(s, v, yaml_text(yaml_get(v, "target")));
	if (!yaml_get(v, "published") || yaml_says(yaml_get(v, "mode"), "ingress") ||
	    (address && !is_everywhere(yaml_text(address))))
		return;
	struct job_finding *f = compose_find(s, CP013, v, "ports");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, v, "host_ip", "127.0.0.1");
}

static void check_short(const struct compose_service *s, const struct yaml_node *v)
{
	bytes text = yaml_text(v);
	struct port p = port_of(text);

	check_number(s, v, p.container);
	if (is_base_60(v)) {
		struct job_finding *f = compose_find(s, CP024, v, "ports");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_SAFE);

		edits_add(ed.edits, ed.arena, v->from, v->to,
		          bytes_str(arena_printf(ed.arena, "\"" PRIb "\"", BYTESF(text))));
	}
	if (text.n == 0 || (p.has_address && !is_everywhere(p.address)))
		return;
	struct job_finding *f = compose_find(s, CP013, v, "ports");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);
	bytes rest = p.has_address ? bytes_skip(text, p.address.n + 1) : text;

	/* Without a port of the host the engine chooses one: "127.0.0.1::80". */
	yaml_edit_scalar(&ed, v,
	                 arena_printf(s->in->job->arena, "127.0.0.1:%s%s",
	                              p.host.n > 0 || p.has_address ? "" : ":",
	                              text_shown(s->in->job->arena, rest)));
}

void compose_check_ports(const struct compose_service *s)
{
	if (yaml_says(compose_get(s, "network_mode"), "host"))
		return; /* there nothing is published */
	for (const struct yaml_node *v = yaml_items(yaml_get(s->node, "ports")); v; v = v->next) {
		if (yaml_is(v, YAML_MAPPING))
			check_long(s, v);
		else if (v->kind == YAML_SCALAR)
			check_short(s, v);
	}
}

/* -- networks --------------------------------------------------------------------------------- */

static bool has_networks(const struct compose_service *s)
{
	return yaml_get(s->in->root, "networks") || compose_get(s, "networks") ||
	       compose_get(s, "network_mode");
}

/* Those with ports for the world are in front, those behind them see no other network. */
void compose_check_networks(const struct compose_files *files, const struct compose_file *in)
{
	const char *front = "- front\n- back", *back = "- back";
	struct compose_service s, first = { 0 };
	size_t all = 0, open = 0;

	for (const struct yaml_node *v = yaml_first(in->services); v; v = v->next) {
		if (!compose_service(files, in, v, &s) || s.partial)
			continue;
		if (has_networks(&s))
			return; /* somebody has thought about it */
		if (all++ == 0)
			first = s;
		open += compose_get(&s, "ports") != NULL;
	}
	if (all < 2)
		return;
	struct job_finding *f = compose_find(&first, CP021, in->services, "services");

	f->object = "";
	if (open == 0 || open == all)
		return; /* who stands in front cannot be told */
	struct yaml_editor ed = compose_fix(&first, f, RULE_FIX_REVIEW);

	for (const struct yaml_node *v = yaml_first(in->services); v; v = v->next)
		if (compose_service(files, in, v, &s) && !s.partial && v->kind == YAML_MAPPING)
			yaml_edit_put(&ed, s.node, "networks", compose_get(&s, "ports") ? front : back);
	yaml_edit_put(&ed, in->root, "networks", "front: {}\nback:\n  internal: true");
}
