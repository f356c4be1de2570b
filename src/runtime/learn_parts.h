/* SPDX-License-Identifier: Apache-2.0 */
/* learn_parts - the observer's insides. Of learn*.c alone. */
#pragma once

#include "base/limits.h"
#include "base/map.h"
#include "runtime/learn.h"

#include <linux/seccomp.h>

struct learn_file {
	size_t folder;
	bytes path;
};

struct learn_watch {
	struct arena arena, scratch;
	int listener;
	int root; /* the container's, once its program was seen; -1 */
	bool calls[LIMIT_LEARN_CALLS];
	struct learned learned;
	struct map folders, files; /* what is known already: its number + 1 */
	struct {
		struct learn_file *items;
		size_t len, cap;
	} list;
	pid_t last; /* who called */
	bool last_is_inside;
	uint64_t looked_ms; /* when the sizes were taken last */
};

/* learn_serve(w): until nobody is left who can make a call. */
void learn_serve(struct learn_watch *w);

/* learn_waits(w, call): who made it still waits for us, so that what was read by its number was its
 * own: a process that is killed leaves its number to another one, of this machine perhaps
 * (seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_ID_VALID). */
bool learn_waits(const struct learn_watch *w, const struct seccomp_notif *call);

/* learn_take(w, call): what a call of the program says of files and ports; it has not been made
 * yet. learn_measure(w): how large the files are now. */
void learn_take(struct learn_watch *w, const struct seccomp_notif *call);
void learn_measure(struct learn_watch *w);

/* learn_unpack(in, a, out): what an observer said. Borrows from in. */
bool learn_unpack(bytes in, struct arena *a, struct learned *out);
