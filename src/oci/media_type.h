/* SPDX-License-Identifier: Apache-2.0 */
/* media_type - what the documents and layers of an image are called.
 *
 * Sources: OCI image-spec 1.1, media-types.md; Docker image manifest v2, schema 2. */
#pragma once

#define OCI_INDEX_TYPE "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG_TYPE "application/vnd.oci.image.config.v1+json"
#define OCI_EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define OCI_LAYER_TYPE "application/vnd.oci.image.layer.v1.tar" /* and "+gzip", "+zstd" */

#define DOCKER_INDEX_TYPE "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_MANIFEST_TYPE "application/vnd.docker.distribution.manifest.v2+json"
#define DOCKER_CONFIG_TYPE "application/vnd.docker.container.image.v1+json"
