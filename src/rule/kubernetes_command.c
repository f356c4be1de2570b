/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords on the command line of a container, where every process of the pod can read them. */
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/secret_name.h"
#include "rule/secret_words.h"

static size_t count(const struct yaml_node *list)
{
	size_t n = 0;

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		n++;
	return n;
}

/* A word tells it alone ("--password=x", a URL, a script for "sh -c"), or with those before it. */
static bool tells(const struct kube_object *o, const struct shell_command *c, size_t at,
                  size_t found)
{
	const struct shell_word *inner = shell_inner(c);

	return at == found || secret_name_in(c->words[at].text) ||
	       (inner == &c->words[at] && secret_words_in(inner->text, o->job->arena));
}

void kubernetes_command_check(const struct kube_object *o, const struct kube_container *c)
{
	const struct yaml_node *command = yaml_get(c->node, "command");
	const struct yaml_node *args = yaml_get(c->node, "args"), *v;
	size_t n = count(command) + count(args), at = 0;
	struct shell_command line = { .words = arena_array(o->job->arena, struct shell_word, n + 1),
		                          .len = n };
	const struct yaml_node **nodes = arena_array(o->job->arena, const struct yaml_node *, n + 1);

	for (v = yaml_items(command); v; v = v->next)
		nodes[at++] = v;
	for (v = yaml_items(args); v; v = v->next)
		nodes[at++] = v;
	for (at = 0; at < n; at++)
		line.words[at] = (struct shell_word){ .text = yaml_text(nodes[at]) };
	size_t found = secret_words_find(&line);

	for (at = 0; at < n; at++)
		if (tells(o, &line, at, found))
			kube_find(o, &kubernetes_rules[KP032], c, nodes[at], at < count(command) ? "command[*]"
			                                                                           : "args[*]")
				->message = "a password stands on this command line: mount it as a file";
}
