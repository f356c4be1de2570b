/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum selftest` - show that the sandbox holds on this machine: a sealed process tries what an
 * intruder would, and each attempt must be refused. */
#include "cmd/output.h"
#include "cmd/probe.h"
#include "cmd/status.h"

struct selftest_options {
	bool no_landlock;
};

#define FIELD(name) offsetof(struct selftest_options, name)
static const struct flag flags[] = {
	{ 0, "no-landlock", NULL, FLAG_SWITCH, FIELD(no_landlock), "as on a kernel without Landlock" },
	{ 0 },
};

static size_t print(const struct probe *probe, struct stream *out)
{
	size_t allowed = 0;

	stream_printf(out, "Landlock %d, seccomp %s\n", probe->state.landlock,
	              probe->state.seccomp ? "on" : "OFF");
	for (size_t i = 0; i < probe->result.len; i++) {
		const struct sandbox_probe *p = &probe->result.items[i];

		stream_printf(out, "%-24s %s\n", p->name,
		              p->refused ? strerrorname_np(p->refused) : "ALLOWED");
		allowed += p->refused == 0;
	}
	stream_printf(out, "%zu attempts, %zu refused\n", probe->result.len,
	              probe->result.len - allowed);
	return allowed;
}

static int selftest_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct selftest_options *o = options;
	struct probe probe;
	struct stream out;

	(void)job;
	(void)operands;
	if (probe_run(o->no_landlock, true, &probe, e) < 0)
		return -1;
	output_stdout(&out);
	size_t allowed = print(&probe, &out);

	if (stream_finish(&out, e) < 0)
		return -1;
	return allowed > 0 || probe.result.len == 0 || !probe.state.seccomp ? STATUS_FINDINGS
	                                                                    : STATUS_DONE;
}

const struct applet applet_selftest = {
	.name = "selftest",
	.brief = "show that the sandbox holds on this machine",
	.operands = "",
	.about = "Seals a process as the ones that read images are sealed, lets it try what an\n"
			 "intruder would, and prints how each was refused. Exits with 1 when one was not.",
	.flags = flags,
	.options_size = sizeof(struct selftest_options),
	.examples = { { "oakum selftest", "with all that this kernel has" },
	              { "oakum selftest --no-landlock", "with seccomp alone" } },
	.run = selftest_run,
};
