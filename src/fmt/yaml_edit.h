/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_edit - changes of a YAML or JSON text that follow the hand of its author.
 *
 * Each function adds the edits (fmt/edit.h) of one change: comments, order, quotes, indentation and
 * line ends around it stay. New members are given as YAML in block style, indented by two spaces
 * from column 0 ("drop:\n  - ALL"); in a flow collection or a JSON text they are written in its
 * form. A change inside of an anchored node changes it for all who use it.
 * Two changes of one mapping may meet (edits_meet): make one, parse again, make the other.
 * Threading: pure. */
#pragma once

#include "fmt/edit.h"
#include "fmt/source.h"
#include "fmt/yaml.h"

struct yaml_editor {
	const struct yaml_file *file;
	const struct source *source;
	struct arena *arena; /* of the texts */
	struct edits *edits; /* where changes go */
};

/* yaml_edit_put(ed, mapping, key, value): the member `key` gets this value (block style; a scalar
 * or lines of members): replaced when it stands there, else added behind the last member. */
void yaml_edit_put(const struct yaml_editor *ed, const struct yaml_node *mapping, const char *key,
                   const char *value);
/* yaml_edit_put_path(ed, mapping, "securityContext.capabilities.drop", value): the same, mappings
 * on the way are made. */
void yaml_edit_put_path(const struct yaml_editor *ed, const struct yaml_node *mapping,
                        const char *path, const char *value);
/* yaml_edit_append(ed, sequence, item): one more item at the end ("name: x\nvalue: y"). */
void yaml_edit_append(const struct yaml_editor *ed, const struct yaml_node *sequence,
                      const char *item);
/* yaml_edit_delete(ed, value): the member or item goes, with its key and the comment behind it;
 * when it is the only one, its container goes as well. The root stays. */
void yaml_edit_delete(const struct yaml_editor *ed, const struct yaml_node *value);
/* yaml_edit_scalar(ed, scalar, text): another plain text; quotes of a quoted one stay. */
void yaml_edit_scalar(const struct yaml_editor *ed, const struct yaml_node *scalar,
                      const char *text);
/* yaml_edit_rename(ed, value, key): the member gets another key. */
void yaml_edit_rename(const struct yaml_editor *ed, const struct yaml_node *value, const char *key);
