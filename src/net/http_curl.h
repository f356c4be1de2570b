/* SPDX-License-Identifier: Apache-2.0 */
/* http_curl - libcurl's functions, found when the first client is opened.
 *
 * Linked in, libcurl and its thirty libraries would take most of the time of a command that never
 * opens a socket. Private to net/http. Threading: constant once loaded. */
#pragma once

#include "base/err.h"

#define CURL_DISABLE_DEPRECATION /* CURLOPT_PROTOCOLS: its successor is younger than some systems */
#include <curl/curl.h>

/* The functions in use: X(name). */
#define HTTP_CURL_FUNCTIONS(X) \
	X(global_init_mem) \
	X(easy_init) \
	X(easy_setopt) \
	X(easy_getinfo) \
	X(easy_pause) \
	X(easy_reset) \
	X(easy_cleanup) \
	X(easy_strerror) \
	X(multi_init) \
	X(multi_add_handle) \
	X(multi_remove_handle) \
	X(multi_perform) \
	X(multi_poll) \
	X(multi_info_read) \
	X(multi_cleanup) \
	X(share_init) \
	X(share_setopt) \
	X(share_cleanup) \
	X(slist_append) \
	X(slist_free_all)

struct curl {
#define X(name) __typeof__(curl_##name) *name;
	HTTP_CURL_FUNCTIONS(X)
#undef X
};

/* http_curl_load(out, e): load and initialise it; it stays loaded. ERR_IO. */
int http_curl_load(struct curl *out, err *e);
