/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum sbom TARGET` - a bill of materials: every package of an image with its version, licence,
 * purl and where it was found, as a document that other programs read. */
#include "flow/bill.h"

#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"
#include "flow/convert.h"
#include "sys/file.h"
#include "transfer/attached.h"

#define FORMATS \
	"spdx-json|spdx-tag|spdx-tag-value|cyclonedx|cyclonedx-json|cyclonedx-json@1.6|" \
	"cyclonedx-json@1.7"

struct sbom_flags {
	const char *format;
	struct texts output;
	bool attached, files, fail_on_gap;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct sbom_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", "FORMAT", FLAG_TEXT, FIELD(format),
	  "spdx-json, spdx-tag, cyclonedx-json[@1.6|@1.7]" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "attached", NULL, FLAG_SWITCH, FIELD(attached),
	  "the bill that BuildKit attached to the image" },
	{ 0, "files", NULL, FLAG_SWITCH, FIELD(files),
	  "name every file, too, with its SHA-1 and SHA-256" },
	{ 0, "fail-on-gap", NULL, FLAG_SWITCH, FIELD(fail_on_gap),
	  "exit with 6 when something could not be read" },
	{ 0 },
};

static int check_formats(const struct outputs *outputs, err *e)
{
	for (size_t i = 0; i < outputs->len; i++) {
		const char *name = output_format(outputs, i);

		if (sbom_format(name) == SBOM_NO_FORMAT)
			return err_set(e, ERR_USAGE, 0, "--format: '%s' is none of %s", SHOW(bytes_str(name)),
			               FORMATS);
	}
	return 0;
}

/* convert_attached(reading, convert, target, e): what is attached says itself what it is about. */
static int convert_attached(struct reading *reading, struct convert_options *convert,
                            const struct target *target, err *e)
{
	const struct attached_options options = { reading->options.platform,
		                                      reading->options.network->registry,
		                                      reading->options.tmp_dir };
	struct attached attached;

	if (attached_open(target, &options, &attached, e) < 0)
		return -1;
	convert->subject = attached.image;
	auto_fd fd = attached.fd;

	if (attached.others > 0)
		message_note(reading->job, target->text,
		             "more bills are attached (of build stages); this is the first");
	if (convert_fd(fd, "the attached bill", convert, e) < 0)
		return err_wrap(e, "attached bill %s", DIGEST_TEXT(&attached.blob));
	return 0;
}

/* A bill that somebody wrote, in another format. */
static int convert(struct reading *reading, const struct sbom_flags *f, struct outputs *outputs,
                   const struct target *target, err *e)
{
	struct arena *a = &reading->job->arena;
	uint8_t *formats = arena_array(a, uint8_t, outputs->len);
	struct stream **outs = arena_array(a, struct stream *, outputs->len);
	uint64_t nameless = 0;
	struct convert_options options = { .nameless = &nameless,
		                               .asks = formats,
		                               .outs = outs,
		                               .len = outputs->len,
		                               .tmp_dir = reading->options.tmp_dir,
		                               .timeout_ms = f->reading.timeout_ms };

	if (f->files)
		return err_set(e, ERR_USAGE, 0, "--files: of a bill only packages are read, no files");
	for (size_t i = 0; i < outputs->len; i++) {
		formats[i] = (uint8_t)sbom_format(output_format(outputs, i));
		outs[i] = output_stream(outputs, i);
	}
	if (f->attached ? convert_attached(reading, &options, target, e) < 0
	                : convert_file(target->path, &options, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(target->text)));
	if (nameless > 0)
		message_note(reading->job, target->text,
		             "packages without a name are left out ('oakum sbom check' counts them)");
	return nameless > 0 && f->fail_on_gap ? STATUS_GAP : STATUS_DONE;
}

static int run_one(struct reading *reading, const struct sbom_flags *f, struct outputs *outputs,
                   const char *text, err *e)
{
	struct bill_options options = { reading->options, reading->job->now, OAKUM_VERSION, f->files };
	struct target target;
	struct bill bill;

	if (target_parse(text, &reading->job->arena, &target, e) < 0)
		return -1;
	if (target.kind == TARGET_SBOM && f->attached)
		return err_set(e, ERR_USAGE, 0, "--attached: name an image, not a bill");
	if (target.kind == TARGET_SBOM || f->attached)
		return convert(reading, f, outputs, &target, e);
	reading->progress.target = text;
	int done = bill_make(&target, &options, &bill, e);

	progress_end(&reading->progress);
	if (done < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(text)));
	for (size_t i = 0; i < outputs->len; i++)
		sbom_write(&bill.sbom, sbom_format(output_format(outputs, i)), output_stream(outputs, i));
	bool gap = bill.gaps > 0;

	if (gap)
		message_note(reading->job, text,
		             "not everything could be read, so the bill is not whole ('oakum audit' "
		             "names the gaps)");
	bill_done(&bill);
	return gap && f->fail_on_gap ? STATUS_GAP : STATUS_DONE;
}

static int sbom_run_applet(struct job *job, const void *options, const struct texts *targets,
                           err *e)
{
	const struct sbom_flags *f = options;
	struct outputs outputs = { 0 };
	struct reading reading;
	int status = reading_prepare(&reading, job, &f->reading, &f->network, targets->items[0], e);

	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "spdx-json", &f->output, FORMATS,
		                      &outputs, e);
	if (status == 0)
		status = check_formats(&outputs, e);
	if (status == 0)
		status = run_one(&reading, f, &outputs, targets->items[0], e);
	if (status >= 0 && outputs_commit(&outputs, e) < 0)
		status = -1;
	outputs_close(&outputs);
	return status;
}

const struct applet applet_sbom = {
	.name = "sbom",
	.brief = "list every package of an image, for other programs",
	.operands = "TARGET",
	.about = "Writes a bill of materials: packages with version, licence, purl and layer.\n"
			 "The same image gives the same one. sbom:FILE is a bill that somebody wrote.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &reading_flag_group, FIELD(reading) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct sbom_flags),
	.examples = { { "oakum sbom -o shop.spdx.json image.tar", "SPDX 2.3, for a saved image" },
	              { "oakum sbom -o spdx-json=a.json -o cyclonedx-json=b.json oci:build/image",
	                "two formats from one read" } },
	.run = sbom_run_applet,
};
