/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum version` - which Oakum this is; --verbose says what it was built from and how it is
 * sealed. */
#include "cmd/build_info.h"
#include "cmd/output.h"
#include "cmd/probe.h"
#include "model/support.h"

static int version_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct probe probe;
	struct stream out;

	(void)options;
	(void)operands;
	if (job->verbose && probe_run(false, false, &probe, e) < 0)
		return -1;
	output_stdout(&out);
	stream_puts(&out, "oakum " OAKUM_VERSION "\n");
	if (job->verbose) {
		stream_puts(&out, "compiler   " OAKUM_COMPILER "\n"
		                  "libraries  " OAKUM_LIBRARIES "\n");
		stream_printf(&out, "sandbox    Landlock %d, seccomp %s\n", probe.state.landlock,
		              probe.state.seccomp ? "on" : "OFF");
		stream_printf(&out, ".NET data  of %s\n", support_table_date());
	}
	return stream_finish(&out, e);
}

const struct applet applet_version = {
	.name = "version",
	.brief = "say which Oakum this is",
	.operands = "",
	.about = "Prints the version; with --verbose also what it was built with, how well the\n"
			 "processes that read images are sealed here, and how old its tables are.",
	.examples = { { "oakum version", "one line" },
	              { "oakum version --verbose", "what to put into a bug report" } },
	.run = version_run,
};
