/* SPDX-License-Identifier: Apache-2.0 */
/* forms_parts - what the forms have in common. Of forms*.c alone. */
#pragma once

#include "base/text.h"
#include "confine/capabilities.h"
#include "confine/forms.h"

#include <string.h>

/* What the image does not say by itself. */
struct forms_changes {
	struct strings env;     /* NAME=VALUE */
	struct strings program; /* in place of the image's program and its words; empty: the image's */
	struct strings
		words; /* behind the image's program, in place of its words; empty: the image's */
	struct strings volumes; /* folders that engines would let be written to for the image's sake */
	bytes cwd;              /* empty: the image's */
};

struct forms_changes forms_changes_of(const struct forms *f, struct arena *a);

/* forms_check(f, c, form, e): ERR_USAGE: what no form can be told; `form` is named in the error.
 * forms_check_text: what none but a shell can: no UTF-8. */
int forms_check(const struct forms *f, const struct forms_changes *c, const char *form, err *e);
int forms_check_text(const struct forms *f, const struct forms_changes *c, const char *form,
                     struct arena *a, err *e);

/* forms_yaml(out, text): text, which is UTF-8, in double quotes (YAML 1.2.2, 7.3.1): no character
 * of it means anything but itself, and no terminal shows it as another.
 * forms_yaml_list: a block sequence, each item behind `indent`. */
void forms_yaml(struct stream *out, bytes text);
void forms_yaml_list(struct stream *out, const char *indent, const struct strings *texts);
/* forms_doubled(text, c, a): every c twice, as Kubernetes and Compose want a '$'. Arena. */
bytes forms_doubled(bytes text, char c, struct arena *a);

/* forms_size(n, mega, kilo, a): "512Mi" for whole MiB, "10Ki", else octets. Arena. */
const char *forms_size(uint64_t n, const char *mega, const char *kilo, struct arena *a);
/* forms_tmpfs(h, folder, a): "/tmp:rw,nosuid,nodev,noexec,size=65536k,mode=1777", as docker takes
 * it. forms_port: "127.0.0.1:8080:80". Arena. */
const char *forms_tmpfs(const struct hardening *h, const struct hardening_folder *folder,
                        struct arena *a);
const char *forms_port(const struct hardening_port *port, struct arena *a);

/* What the capabilities come to: all dropped, and of them these given back ("NET_RAW"); the usual
 * ones are the engine's default, which neither is said of. */
static inline bool forms_drops_all(const struct hardening *h)
{
	return h->capabilities != CAPABILITIES_USUAL;
}

static inline bool forms_adds(const struct hardening *h, unsigned n)
{
	return forms_drops_all(h) && (h->capabilities >> n & 1) != 0;
}

static inline const char *forms_capability(unsigned n)
{
	return capability_name(n) + strlen("CAP_");
}

static inline const char *forms_hostname(const struct hardening *h)
{
	return h->hostname ? h->hostname : h->name;
}

/* What stands in a form as a comment. */
#define FORMS_HAS_NAMESPACE \
	"# A user namespace has no word here: the engine has it for all or for none (userns-remap).\n"
#define FORMS_IS_LOCAL \
	"# The image is on this machine alone: push it, and name it as its registry does.\n"
#define FORMS_HAS_WAY_OUT \
	"# A published port needs a network with a way out: close that by the host's firewall.\n"
#define FORMS_READS_SECRETS \
	"# A secret keeps its owner and mode here: user %u must be able to read the file.\n"
