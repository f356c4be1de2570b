/* SPDX-License-Identifier: Apache-2.0 */
/* credentials_file - one file of docker's or podman's that holds credentials, or says who does.
 *
 * Private to credentials. Sources: containers-auth.json(5) (podman, skopeo, buildah: a key is a
 * host or a namespace of it) and docker's config.json (a key is a host, as a URL for Docker Hub).
 * Both have auths and credHelpers, docker's has credsStore. Keys are compared without "http(s)://"
 * and without "/v1/" or "/v2/"; Docker Hub's three names are one. null counts as absent. Edits
 * replace the text of `auths` alone: all other octets stay as they are.
 * Threading: values. */
#pragma once

#include "fmt/json.h"
#include "net/credentials.h"

struct credentials_file {
	const char *path;
	bool is_docker; /* config.json: Docker Hub's key is a URL */
	bool is_there;
	bytes text;
	struct json_doc doc;
};

/* credentials_file_read(path, a, out, e): a file that is not there is no error, see is_there.
 * credentials_file_parse: the same from its text. ERR_IO, ERR_LIMIT, ERR_FORMAT: what is there
 * makes no sense; the message names the file and never its content. Arena. */
int credentials_file_read(const char *path, struct arena *a, struct credentials_file *out, err *e);
int credentials_file_parse(const char *path, bytes text, struct arena *a,
                           struct credentials_file *out, err *e);

/* credentials_file_helper(f, host, a): the helper that the file names for this host, "" when none.
 * credentials_file_server(f, host): how that is told of it: the URL or the host. */
bytes credentials_file_helper(const struct credentials_file *f, const char *host, struct arena *a);
const char *credentials_file_server(const struct credentials_file *f, const char *host);

/* credentials_file_find(f, host, repository, a, out, e): what stands under the longest key that the
 * repository lies in; untouched when there is none. ERR_FORMAT. */
int credentials_file_find(const struct credentials_file *f, const char *host, bytes repository,
                          struct arena *a, struct credential *out, err *e);

/* credentials_file_member(f, name): a member of the whole, "auths". credentials_key_means(key, a):
 * what a key of auths or credHelpers stands for: "ghcr.io", "quay.io/team". Borrows, or arena. */
json credentials_file_member(const struct credentials_file *f, const char *name);
bytes credentials_key_means(bytes key, struct arena *a);

/* credentials_place(place, a): of "ghcr.io:443/team" "ghcr.io/team": by what places are compared.
 * What a helper or a file is told keeps the port: they know what was typed. Borrows, or arena. */
bytes credentials_place(bytes place, struct arena *a);

/* credentials_file_with(f, key, host, entry, a, out_had): the file's new text: whatever stood for
 * this very host is replaced by `entry`, a JSON object, under `key` (empty: taken out; NULL as
 * host: all). *out_had: there was something. Arena. */
bytes credentials_file_with(const struct credentials_file *f, const char *key, const char *host,
                            bytes entry, struct arena *a, bool *out_had);
/* credentials_file_write(f, text, e): atomically, mode 0600; a symbolic link stays and what it
 * leads to is replaced; missing folders are made, 0700. ERR_IO. */
int credentials_file_write(const struct credentials_file *f, bytes text, err *e);
