/* SPDX-License-Identifier: Apache-2.0 */
/* closure_list - what the program of an image can load, for comparison with the loader itself.
 *   closure_list LAYOUT
 * One visible file that is reached a line: "yes" or "unclear", a tab, its path. Then the doubts,
 * each behind "doubt" and a tab. Status 1: it cannot be told what the image starts. */
#include "flow/survey.h"
#include "flow/reach.h"

#include <stdio.h>

static void list(const struct image *image, const struct closure *c, struct arena *a)
{
	for (uint32_t i = 0; i < tree_count(image->tree); i++) {
		const struct tree_node *n = tree_get(image->tree, i);
		enum reach reach = closure_of(c, image->tree, i);

		if (n->type == ENTRY_FILE && !(n->flags & TREE_HIDDEN) && reach >= REACH_UNCLEAR)
			printf("%s\t" PRIb "\n", reach_name(reach), BYTESF(tree_path(image->tree, i, a)));
	}
	for (size_t i = 0; i < c->doubts.len; i++)
		printf("doubt\t%s\n", c->doubts.items[i]);
}

int main(int argc, char **argv)
{
	struct image_options options = { .tmp_dir = "/tmp" };
	struct arena a = ARENA_INIT;
	struct target target;
	struct closure closure;
	struct image image;
	struct facts facts;
	err e = { 0 };

	if (argc != 2 || target_parse(argv[1], &a, &target, &e) < 0 ||
	    survey(&target, &options, &image, &facts, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	reach_judge(&image, &facts, &a, &closure);
	if (closure.unsaid)
		printf("unsaid\t%s\n", closure.unsaid);
	else
		list(&image, &closure, &a);
	bool told = !closure.unsaid;

	image_done(&image);
	arena_done(&a);
	return told ? 0 : 1;
}
