/* SPDX-License-Identifier: Apache-2.0 */
/* health_watch TARGET PROBE SECONDS [NAME=VALUE...] [-- WORD...]: what flow/health says of an
 * image, as JSON. */
#include "base/text.h"
#include "flow/health.h"
#include "fmt/json_write.h"
#include "oci/platform.h"

#include <stdio.h>
#include <unistd.h>

static void show(const struct health_result *r)
{
	struct stream out;
	struct json_writer w;
	buf text = BUF_INIT(SIZE_MAX / 2);

	stream_init(&out, stream_to_buf, &text);
	json_write_init(&w, &out);
	json_write_object(&w, NULL);
	json_write_bool(&w, "held", r->held);
	json_write_u64(&w, "held_ms", r->held_ms);
	json_write_text(&w, "last", r->last);
	json_write_u64(&w, "status", (uint64_t)r->status);
	json_write_u64(&w, "tries", r->tries);
	json_write_bool(&w, "ended", r->ended);
	json_write_u64(&w, "exit_status", (uint64_t)r->exit_status);
	json_write_bool(&w, "killed", r->killed);
	json_write_u64(&w, "stop_ms", r->stop_ms);
	json_write_u64(&w, "words_n", r->words.n);
	json_write_octets(&w, "words", bytes_skip(r->words, r->words.n > 200 ? r->words.n - 200 : 0));
	json_write_array(&w, "missing");
	for (size_t i = 0; i < r->missing.len; i++)
		json_write_octets(&w, NULL, r->missing.items[i]);
	json_write_end(&w);
	json_write_end(&w);
	err ignored = { 0 };

	(void)stream_finish(&out, &ignored);
	fwrite(text.p, 1, text.n, stdout);
	buf_done(&text);
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct health_options o = { .launch = { .rootfs = { .platform = platform_host() },
		                                    .host = { .environment = environ } } };
	struct health_result result;
	struct target target;
	uint64_t seconds = 0;
	err e = { 0 };

	if (argc < 4 || !text_take_u64(bytes_str(argv[3]), 10, 600, &seconds))
		return 2;
	o.launch.rootfs.source.environment = environ;
	o.launch.rootfs.source.tmp_dir = "/tmp";
	o.launch.rootfs.unpack.deadline = o.launch.rootfs.source.registry.http.deadline = deadline_in(
		60000);
	bool words = false;

	for (int i = 4; i < argc; i++) {
		bytes word = bytes_str(argv[i]);

		if (!words && bytes_is(word, "--"))
			words = true;
		else
			*ARENA_PUSH(&a, words ? &o.args : &o.env) = word;
	}
	if (health_parse(argv[2], &a, &o.probe, &e) == 0 &&
	    target_parse(argv[1], &a, &target, &e) == 0) {
		o.probe.timeout_ms = seconds * 1000;
		if (health_run(&target, &o, &a, &result, &e) == 0)
			show(&result);
	}
	arena_done(&a);
	if (!err_is_set(&e))
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return 1;
}
