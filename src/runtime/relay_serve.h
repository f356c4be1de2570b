/* SPDX-License-Identifier: Apache-2.0 */
/* relay_serve - the process behind one published port. Private to relay.
 *
 * Threading: the main of a process of its own. */
#pragma once

#include "runtime/netns.h"

struct relay_task {
	int listener;
	int channel; /* says on it how it began (pack_err); its end is ours */
	uint16_t port;
	const struct netns *network;
};

_Noreturn void relay_serve(const struct relay_task *task);
