/* SPDX-License-Identifier: Apache-2.0 */
/* The image configuration (config.md; Docker image spec 1.2 §Image JSON Field Descriptions). */
#include "base/limits.h"
#include "base/text.h"
#include "oci/document.h"
#include "oci/member.h"

static int parse_labels(json run, struct arena *a, struct oci_config *out, err *e)
{
	json labels = { 0 };

	if (member_object(run, "Labels", &labels, e) < 0)
		return -1;
	if (json_count(labels) > LIMIT_CONFIG_ITEMS)
		return err_set(e, ERR_LIMIT, 0, "'Labels' has %zu items", json_count(labels));
	for (json v = json_first(labels); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct oci_label *label = ARENA_PUSH(a, &out->labels);

		label->name = json_name(v, a);
		if (json_type(v) != JSON_NULL && !json_str(v, a, &label->value))
			return err_set(e, ERR_FORMAT, 0, "label '%s' is no string", SHOW(label->name));
	}
	return 0;
}

/* Docker's own extension: { "Test": ["CMD-SHELL", "..."] }. */
static int parse_healthcheck(json run, struct arena *a, struct strings *out, err *e)
{
	static const char *const known[] = { "Test", NULL };
	json check = { 0 };

	if (member_object(run, "Healthcheck", &check, e) < 0 || member_check(check, known, a, e) < 0)
		return -1;
	return member_strings(check, "Test", LIMIT_CONFIG_ITEMS, a, out, e);
}

/* The execution parameters: the member "config". */
static int parse_run(json root, struct arena *a, struct oci_config *out, err *e)
{
	static const char *const known[] = { "User",       "ExposedPorts", "Env",        "Entrypoint",
		                                 "Cmd",        "Volumes",      "WorkingDir", "Labels",
		                                 "StopSignal", "Healthcheck",  NULL };
	json run = { 0 };

	if (member_object(root, "config", &run, e) < 0)
		return -1;
	out->has_entrypoint = member_has(run, "Entrypoint");
	out->has_cmd = member_has(run, "Cmd");
	if (member_check(run, known, a, e) < 0 || member_bytes(run, "User", a, &out->user, e) < 0 ||
	    member_bytes(run, "WorkingDir", a, &out->working_dir, e) < 0 ||
	    member_bytes(run, "StopSignal", a, &out->stop_signal, e) < 0 ||
	    member_strings(run, "Env", LIMIT_CONFIG_ITEMS, a, &out->env, e) < 0 ||
	    member_strings(run, "Entrypoint", LIMIT_CONFIG_ITEMS, a, &out->entrypoint, e) < 0 ||
	    member_strings(run, "Cmd", LIMIT_CONFIG_ITEMS, a, &out->cmd, e) < 0 ||
	    member_keys(run, "ExposedPorts", LIMIT_CONFIG_ITEMS, a, &out->exposed_ports, e) < 0 ||
	    member_keys(run, "Volumes", LIMIT_CONFIG_ITEMS, a, &out->volumes, e) < 0 ||
	    parse_healthcheck(run, a, &out->healthcheck, e) < 0 || parse_labels(run, a, out, e) < 0)
		return -1;
	return 0;
}

static int parse_rootfs(json root, struct arena *a, struct oci_config *out, err *e)
{
	static const char *const known[] = { "type", "diff_ids", NULL };
	struct strings ids = { 0 };
	json rootfs = { 0 };
	bytes type = BYTES("");

	if (member_object(root, "rootfs", &rootfs, e) < 0 || member_check(rootfs, known, a, e) < 0 ||
	    member_bytes(rootfs, "type", a, &type, e) < 0 ||
	    member_strings(rootfs, "diff_ids", LIMIT_LAYERS, a, &ids, e) < 0)
		return -1;
	/* config.md: an unknown value MUST be an error. */
	if (type.n && !bytes_is(type, "layers"))
		return err_set(e, ERR_FORMAT, 0, "the type is '%s' and should be 'layers'", SHOW(type));
	for (size_t i = 0; i < ids.len; i++)
		if (digest_parse(ids.items[i], ARENA_PUSH(a, &out->diff_ids), e) < 0)
			return err_wrap(e, "diff_ids[%zu]", i);
	return 0;
}

static int parse_history(json root, struct arena *a, struct oci_config *out, err *e)
{
	static const char *const known[] = { "created", "created_by", "comment", "empty_layer", NULL };
	json list = { 0 };

	if (member_array(root, "history", LIMIT_CONFIG_ITEMS, &list, e) < 0)
		return -1;
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct oci_history *line = ARENA_PUSH(a, &out->history);

		if (json_type(v) != JSON_OBJECT)
			return err_set(e, ERR_FORMAT, 0, "'history' should hold objects");
		if (member_check(v, known, a, e) < 0 ||
		    member_bytes(v, "created", a, &line->created, e) < 0 ||
		    member_bytes(v, "created_by", a, &line->created_by, e) < 0 ||
		    member_bytes(v, "comment", a, &line->comment, e) < 0 ||
		    member_bool(v, "empty_layer", &line->empty_layer, e) < 0)
			return err_wrap(e, "history[%zu]", out->history.len - 1);
	}
	return 0;
}

int oci_config_parse(bytes text, struct arena *a, struct oci_config *out, err *e)
{
	static const char *const known[] = { "os",         "architecture", "variant",
		                                 "os.version", "created",      "author",
		                                 "config",     "rootfs",       "history",
		                                 NULL };
	struct oci_config v = { 0 };
	struct json_doc doc;

	if (member_open(text, LIMIT_CONFIG, JSON_OBJECT, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (member_check(root, known, a, e) < 0 || member_platform(root, a, &v.platform, e) < 0 ||
	    member_bytes(root, "created", a, &v.created, e) < 0 ||
	    member_bytes(root, "author", a, &v.author, e) < 0)
		return -1;
	if (parse_run(root, a, &v, e) < 0)
		return err_wrap(e, "config");
	if (parse_rootfs(root, a, &v, e) < 0)
		return err_wrap(e, "rootfs");
	if (parse_history(root, a, &v, e) < 0)
		return -1;
	*out = v;
	return 0;
}
