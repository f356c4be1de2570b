/* SPDX-License-Identifier: Apache-2.0 */
/* limits - every bound on hostile input, in one place, with its reason.
 *
 * A limit that is hit is an ordinary ERR_LIMIT or a stated gap, never silence and never an abort.
 * Sizes are octets unless the name says otherwise. */
#pragma once

#include <stdint.h>

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* -- documents -------------------------------------------------------------------------------- */
/* Registries refuse manifests above 4 MiB (distribution 1.1, "Pushing Manifests"). */
#define LIMIT_MANIFEST (4 * MIB)
/* A media type: RFC 6838 section 4.2 allows 127 octets on each side of the slash. */
#define LIMIT_MEDIA_TYPE 255
/* Image configs carry the history and labels; the largest public ones are below 1 MiB. The nodes of
 * a hostile 4 MiB document take 80 MB. */
#define LIMIT_CONFIG (4 * MIB)
/* Kubernetes and every JSON library stop near here; deeper is an attack on a stack. */
#define LIMIT_JSON_DEPTH 64
/* Members and items in one document: 128 MiB of nodes. Debian's security tracker has 3,000,000, the
 * largest deps.json of the .NET SDK 20,000. */
#define LIMIT_JSON_NODES (UINT64_C(8) << 20)
/* Of documents that are read piece by piece (SBOMs): one string, for which a DSSE envelope's
 * payload is the largest reason; a number; the members of one object, which formats of today keep
 * below 100. */
#define LIMIT_JSON_TOKEN ((size_t)(24 * MIB))
#define LIMIT_JSON_NUMBER 1024
#define LIMIT_JSON_MEMBERS 1024
/* An index may name an index (multi-platform inside a layout's index.json), never a loop. */
#define LIMIT_INDEX_DEPTH 4
/* Manifests in one index: the largest public one (attestations included) has below 100. */
#define LIMIT_INDEX_ENTRIES 1024
/* overlayfs stops at 500 lower layers, docker at 127. */
#define LIMIT_LAYERS 512
/* Environment, arguments, ports, labels, history: each list of a config. Real ones stay below
 * 200. */
#define LIMIT_CONFIG_ITEMS 16384
/* Files in an archive of images: docker save writes four a layer; 100 images of 127 layers. */
#define LIMIT_ARCHIVE_ENTRIES 65536
/* A file of settings (YAML, Dockerfile, ...): `kubectl get pods -A -o json` of a thousand pods has
 * 10 MB. */
#define LIMIT_SETTINGS (16 * MIB)
/* A list of running objects in JSON, of which items are read one by one: `kubectl get pods -A -o
 * json` of 5,000 pods has 50 MB. From LIMIT_LIST_WHOLE on it is read so. */
#define LIMIT_LIST (64 * MIB)
#define LIMIT_LIST_WHOLE (1 * MIB)
/* What two pods are compared by: specs that people and operators write have 4 to 20 kB. A longer
 * one is judged for itself. */
#define LIMIT_POD (128 * KIB)
/* Nodes of one YAML file, and of what its aliases stand for: 96 octets each; a pod as a server
 * shows it has 300. */
#define LIMIT_YAML_NODES UINT32_C(400000)
/* Custom resource definitions nest about 40 deep. */
#define LIMIT_YAML_DEPTH 64
/* A Dockerfile: the largest of those that generators write have 60 kB. Some rules compare each
 * instruction with each other one. */
#define LIMIT_DOCKERFILE (128 * KIB)
/* All files of settings that are judged together, and the values in them: the manifests of 10,000
 * services. */
#define LIMIT_CHECK_TEXT (64 * MIB)
#define LIMIT_CHECK_NODES UINT32_C(600000)
/* Files of one judgement, and how deep folders are walked: as deep as PATH_MAX would allow is an
 * attack. */
#define LIMIT_CHECK_FILES 100000
#define LIMIT_CHECK_DEPTH 64
/* What a worker answers: findings of 500 octets, or the new texts of all files. */
#define LIMIT_CHECK_ANSWER (128 * MIB)
/* 64 MiB are read in 3 seconds. */
#define LIMIT_CHECK_MS 60000
/* Images whose digests one run asks for, and how long the worker waits for all of them. */
#define LIMIT_CHECK_PINS 500
#define LIMIT_CHECK_PINS_MS 600000
/* Findings of one judgement; beyond them a reader is lost. */
#define LIMIT_FINDINGS 100000
/* Releases and ecosystems that are named because the database has nothing of them. */
#define LIMIT_UNCOVERED 16

/* -- streams ---------------------------------------------------------------------------------- */
/* A blob's declared size: the largest layer seen in the wild is below 64 GiB. */
#define LIMIT_BLOB (256 * GIB)
#define LIMIT_LAYER_EXPANDED (512 * GIB)
/* Three million empty files compress 149 times, honest zero pages 300 times; deflate's own ceiling
 * is 1032. The ratio counts only beyond the first RATIO_FREE octets. */
#define LIMIT_RATIO 400
#define LIMIT_RATIO_FREE (32 * MIB)
/* gzip's FEXTRA, FNAME and FCOMMENT together; RFC 1952 sets no bound on the last two. */
#define LIMIT_GZIP_HEADER (64 * KIB)
/* zstd window: 128 MiB would break our memory budget; images are written with 8 MiB (level 19). */
#define LIMIT_ZSTD_WINDOW_LOG 24

/* -- tar -------------------------------------------------------------------------------------- */
/* PATH_MAX of Linux: no longer name can be unpacked. */
#define LIMIT_PATH 4096
/* NAME_MAX of Linux. */
#define LIMIT_NAME 255
/* Components of a path: with names of one letter PATH_MAX allows 2048. */
#define LIMIT_PATH_DEPTH 2048
/* A pax header block: extended attributes are at most 64 KiB each (XATTR_SIZE_MAX). */
#define LIMIT_PAX (1 * MIB)
/* Entries in one layer, and in all of them: three million files is the largest image known (grype
 * 1509); a file costs 64 octets of the merged tree. */
#define LIMIT_TAR_ENTRIES (UINT64_C(4) << 20)
/* Sparse map entries: GNU tar writes one a hole; a file of 2^20 holes is an attack. */
#define LIMIT_SPARSE (UINT64_C(1) << 20)
/* Links followed before a path counts as looping (ELOOP in Linux is 40). */
#define LIMIT_LINKS 40

/* -- the merged tree -------------------------------------------------------------------------- */
/* Names and link texts kept: four million files of 128 octets a name. */
#define LIMIT_TREE_TEXT (512 * MIB)
/* Different (uid, gid) pairs: what 16 bits number. Whole distributions have below 100. */
#define LIMIT_TREE_OWNERS 65536
/* Folders walked through an entry, on average beyond the first four million: a path of 2048 parts
 * through 40 links in every entry would take hours. Real trees need about ten. */
#define LIMIT_TREE_STEPS 64

/* -- inspectors ------------------------------------------------------------------------------- */
/* A file kept whole in a worker's memory: dpkg's status of the fattest image is 3 MiB. */
#define LIMIT_KEEP (24 * MIB)
/* A spooled file: the largest single-file bundle seen is 142 MB. */
#define LIMIT_SPOOL (2 * GIB)
/* Libraries, assemblies that one file asks for, and folders that the loader's lists name: the
 * longest real lists have some hundred; and one such list's text. */
#define LIMIT_CLOSURE_NAMES 4096
#define LIMIT_CLOSURE_TEXT (64 * KIB)
/* Names and folders looked up to find all that one program can load: the fat demo image needs
 * some ten thousand; a million and more take seconds. */
#define LIMIT_CLOSURE_STEPS (UINT64_C(4) << 20)
/* Names in one single-file bundle; the largest real ones hold about 600. */
#define LIMIT_BUNDLE_FILES (UINT64_C(64) << 10)
/* Libraries of one deps.json, their files and who needs whom: the .NET SDK's own have 400, 3,000
 * and 1,000. */
#define LIMIT_DOTNET_LIBRARIES 8192
#define LIMIT_DOTNET_ASSETS 65536
#define LIMIT_DOTNET_NEEDS 65536
/* Shared frameworks that one runtimeconfig.json names; there are four in the world. */
#define LIMIT_DOTNET_REQUESTS 64
/* Applications, and versions of shared frameworks, in one image: each of the first is resolved
 * against all of the second. The SDK holds below 100 applications. */
#define LIMIT_DOTNET_APPS 16384
#define LIMIT_DOTNET_FOLDERS 128
/* A project file or package list in XML, how deep and how many elements and attributes it has: the
 * largest project files, with a line for each source file, have some 100,000. */
#define LIMIT_XML (8 * MIB)
#define LIMIT_XML_DEPTH 64
#define LIMIT_XML_NODES (UINT64_C(256) << 10)
/* The directory of a ZIP archive and its members: the largest Java archives have 100,000. */
#define LIMIT_ZIP_DIRECTORY (24 * MIB)
#define LIMIT_ZIP_MEMBERS (UINT64_C(256) << 10)
/* Archives in archives: an EAR holds WARs, which hold JARs, which were seen to hold one more. */
#define LIMIT_ARCHIVE_DEPTH 4
/* A manifest or pom.properties in an archive: signed archives list each member, up to some MiB. */
#define LIMIT_ARCHIVE_DOCUMENT (8 * MIB)
/* All that is read and inflated of one archive: a WAR of deflated libraries twice its size. */
#define LIMIT_ARCHIVE_READ (512 * MIB)
/* The crates of one Rust program: cargo-auditable advises to stop there. */
#define LIMIT_RUST_AUDIT (8 * MIB)
/* The module list of a Go program: the largest ones (Kubernetes) hold 30 KiB. */
#define LIMIT_GO_MODULES (4 * MIB)
/* One evidence record on a worker's pipe: a file name, a link and its attributes, or one package
 * with its file list. */
#define LIMIT_RECORD (16 * MIB)
/* All evidence of one layer: 3 million files take 100 MB. */
#define LIMIT_EVIDENCE (2 * GIB)
/* What the inspectors say of all files of an image, kept in memory while it is judged: the fat demo
 * image has 1 MiB; beyond it comes a gap. */
#define LIMIT_ITEMS (64 * MIB)
/* Files read again under another name, a layer and a round: real images have none or one. */
#define LIMIT_ALIASES 256
/* Rounds of reading again: one serves every file under one more name. */
#define LIMIT_ROUNDS 4
/* Gaps named one by one; further ones are only counted. */
#define LIMIT_GAPS_NAMED 1000

/* -- secrets ---------------------------------------------------------------------------------- */
/* Findings of one file that are told one by one: a file of test vectors has some hundred. */
#define LIMIT_SECRETS_FILE 500
/* Of one image: who has so many is told that there are more. */
#define LIMIT_SECRETS 20000
/* Places of a file where an expression is tried: so many, and one more for every 16 octets; code
 * has one in 1,000, a list of addresses one in 40. */
#define LIMIT_SECRET_PLACES 4096
/* Before those, so many of each rule's own, and one more for every KiB. */
#define LIMIT_SECRET_OWN 64
/* Steps of one try (PCRE2's match limit): the longest key takes 8,000, most places below 100. A
 * place that takes more than STEPS / PRICE counts as PRICE places. */
#define LIMIT_SECRET_STEPS 20000
#define LIMIT_SECRET_PRICE 40
/* What the archives and compressed files of one file, and of one layer, may expand to for the
 * search in them: the largest offline package sources of SDKs have 1 GiB; a second takes
 * 300 MiB. */
#define LIMIT_UNFOLD_FILE (2 * GIB)
#define LIMIT_UNFOLD_LAYER (8 * GIB)
/* How deep: a jar in a package of Debian's in a compressed tar is six (each stream is one, too). */
#define LIMIT_UNFOLD_DEPTH 6
/* What standard input may give to be searched. */
#define LIMIT_SECRET_INPUT (64 * GIB)

/* -- facts ------------------------------------------------------------------------------------ */
/* Packages of one image, and of one file: the largest images hold 20,000. */
#define LIMIT_PACKAGES (UINT64_C(64) << 10)
/* Who needs whom among the packages of one image: Debian's name about five a package. */
#define LIMIT_EDGES (UINT64_C(1) << 20)
/* Names that packages offer each other, in all scopes: a whole Fedora desktop has 200,000. */
#define LIMIT_OFFERS (UINT64_C(1) << 20)
/* What one package needs and provides, as text: a kernel of RHEL lists 20,000 symbols in 600 KB. */
#define LIMIT_RELATIONS (2 * MIB)
/* A bill of materials that is read: one of 300,000 packages and who needs whom has 400 MB. */
#define LIMIT_SBOM (1 * GIB)
/* Packages of a bill of materials that is read, and who needs whom among them: bills of whole
 * distributions name 300,000 and some five edges each. */
#define LIMIT_SBOM_PACKAGES (UINT64_C(1) << 20)
#define LIMIT_SBOM_EDGES (UINT64_C(4) << 20)
/* One package of it, with the components around it; SPDX lists the ids of all its files in it. */
#define LIMIT_SBOM_ITEM ((size_t)(8 * MIB))
/* The same when its schema is checked: there CycloneDX's list of all that an image needs is one
 * item; of 300,000 packages it has 14 MB. */
#define LIMIT_SBOM_CHECKED ((size_t)(32 * MIB))
/* The words of licences that no list names, together. */
#define LIMIT_SBOM_TEXTS (8 * MIB)
/* What one statement is about; BuildKit names one image under each of its names. */
#define LIMIT_SBOM_SUBJECTS 1024
/* A name, version, architecture or licence; the longest licence line of Alpine is below 1 KiB. */
#define LIMIT_PACKAGE_FIELD (4 * KIB)
/* A version that is compared: node-semver refuses more than 256 octets, none longer was seen. */
#define LIMIT_VERSION 512
/* The text of a range, and the intervals of one: the longest in advisories (Jenkins, the kernel)
 * have some hundreds. */
#define LIMIT_RANGE 65536
#define LIMIT_RANGE_INTERVALS 1024
/* References, aliases, fixes of one advisory that are kept: the longest lists have 300 links. */
#define LIMIT_ADVISORY_WORDS 512
/* Listed versions times intervals of one package: above, versions that its ranges hold are kept
 * too. Real ones stay below 100,000. */
#define LIMIT_ADVISORY_WORK (UINT64_C(1) << 20)
/* Disclosures in one month's cve.json: each row is looked up among them. The most were 17. */
#define LIMIT_DOTNET_DISCLOSURES 1024
/* A line of pairs for `oakum vercmp`; what is longer holds no versions. */
#define LIMIT_VERSION_LINE (64 * KIB)
/* Lines of passwd, shadow or group; LDAP exports written into images have some ten thousand. */
#define LIMIT_ACCOUNTS (UINT64_C(64) << 10)
/* Groups of group(5) that one user is a member of; on desktop systems some fifteen. */
#define LIMIT_USER_GROUPS 64
/* One package's header in an rpm database; those with the longest file lists have some 10 MB. */
#define LIMIT_RPM_HEADER (24 * MIB)
/* File names of one rpm database, each with its folder: a whole desktop system has 60 MB. */
#define LIMIT_RPM_PATHS (512 * MIB)
/* Levels of a table in an SQLite file: SQLite's own bound (BTCURSOR_MAX_DEPTH). */
#define LIMIT_SQLITE_DEPTH 20
/* Pages of a bbolt file that lie over each other, buckets included, and one of them: a value of
 * trivy-db has below 1 MiB, a page grows beyond 4 KiB for it alone. All are in memory at once. */
#define LIMIT_BOLT_DEPTH 16
#define LIMIT_BOLT_PAGE ((size_t)(8 * MIB))
/* Faults of one file named one by one; further ones of that file are only counted. */
#define LIMIT_FAULTS_NAMED 20

/* -- registries ------------------------------------------------------------------------------- */
/* All headers of one answer: what proxies and servers allow (nginx 32 KiB, Go 1 MiB). */
#define LIMIT_HTTP_HEADERS (64 * KIB)
/* Until a connection stands (name, TCP, TLS); until the next octet comes; how slow a peer may be,
 * and for how long: a drip of one octet a minute is an attack. */
#define LIMIT_HTTP_CONNECT_MS 8000
#define LIMIT_HTTP_IDLE_MS 8000
/* The answer to the end of an upload, at most: registries hash and copy the blob first. */
#define LIMIT_HTTP_COMMIT_MS 120000
#define LIMIT_HTTP_RATE 1024
#define LIMIT_HTTP_SLOW_MS 8000
/* An answer that is kept whole (documents, tokens, lists; at most some MiB): this much time, and as
 * much more as what came needs at this rate. Just above LIMIT_HTTP_RATE it could take an hour. */
#define LIMIT_HTTP_WHOLE_MS 8000
#define LIMIT_HTTP_WHOLE_RATE (64 * KIB)
/* A token service's answer; the largest tokens (Azure) have 4 KiB. */
#define LIMIT_TOKEN (64 * KIB)
/* Redirects of one request: object stores need one, some registries two. */
#define LIMIT_REDIRECTS 5
/* Tries of one request, and all waiting between them unless the user allows more: who is told to
 * come back in an hour says so instead. */
#define LIMIT_HTTP_TRIES 5
#define LIMIT_RETRY_WAIT_MS 8000
/* What is read of a page that explains a failure, of which some lines are told. */
#define LIMIT_ERROR_PAGE (16 * KIB)
/* Tags of one repository: nightly builds of many years have some ten thousand. The pages of one
 * list (registries give 100 to 1000 tags in each) and the octets of one page, whose nodes take
 * eight times as much memory at most. */
#define LIMIT_TAGS (UINT64_C(128) << 10)
#define LIMIT_LIST_PAGES 2000
#define LIMIT_LIST_PAGE (2 * MIB)
/* Referrers of one digest (CVE-2023-46737: an endless list) and the pages they come in. */
#define LIMIT_REFERRERS 1024
#define LIMIT_REFERRER_PAGES 16
/* JSON that is read among the blobs of a layout in search of what is attached: configs of 5,000
 * images have 50 MB. */
#define LIMIT_HOLDINGS_READ (256 * MIB)
/* What is attached to one image and its platforms, told one by one; the platforms of an index, for
 * each of which a registry is asked; the manifests of all referrers, of which one has 1 to 4 kB;
 * the one of a tag of cosign's: 140 signatures with their certificates, 500 by keys; one blob, a
 * bundle with a bill of materials in it; all blobs that are held at once, the smallest first. */
#define LIMIT_ATTACHMENTS 4096
#define LIMIT_ATTACHABLES 256
#define LIMIT_ATTACHED_DOCUMENTS (4 * MIB)
#define LIMIT_ATTACHED_TAG (1 * MIB)
#define LIMIT_ATTACHMENT LIMIT_BUNDLE
#define LIMIT_ATTACHMENTS_SIZE LIMIT_ATTACHMENT
/* A credential helper: some ask a service or the user's key ring. */
#define LIMIT_HELPER_MS 60000
#define LIMIT_HELPER_ANSWER (64 * KIB)
/* Manifests and indexes of one copy, with all platforms and signatures, kept in memory: an index of
 * a hundred platforms with their attestations has below 1 MiB. */
#define LIMIT_TRANSFER_DOCUMENTS 4096
#define LIMIT_DOCUMENTS (16 * MIB)
/* docker's or podman's file of credentials. */
#define LIMIT_CREDENTIAL_FILE (1 * MIB)
/* A user name, a password or a token that is typed or kept; Azure's tokens have 4 KiB. */
#define LIMIT_CREDENTIAL_SECRET (16 * KIB)

/* -- the vulnerability database ---------------------------------------------------------------- */
/* A block of the file holds whole entries: the longest is one package's advisories (the Linux
 * kernel has 15,000). Levels of references: four of them reach a terabyte. */
#define LIMIT_SORTED_BLOCK (16 * MIB)
#define LIMIT_SORTED_LEVELS 6
/* A database that is fetched, and its blocks, of which each takes 48 octets: all feeds at once make
 * some hundred MiB, in blocks of 8 KiB and more. */
#define LIMIT_SORTED (2 * GIB)
#define LIMIT_SORTED_BLOCKS (UINT64_C(1) << 20)
/* A text of an advisory: the longest descriptions have some 30 KiB. */
#define LIMIT_ADVISORY_TEXT (64 * KIB)
/* Ranges, references, aliases, feeds, spaces: each list; OSV names every version of a package. */
#define LIMIT_ADVISORY_ITEMS (UINT64_C(64) << 10)
/* One document of a feed, and what it is after decompression: the worker holds it whole, within
 * LIMIT_WORKER_MEMORY. NVD's largest year has 190 MB. Folders below a feed's folder. */
#define LIMIT_FEED (224 * MIB)
/* A feed's file as it comes, also a database of another tool, which are read a piece at a time: the
 * largest has some 1 GiB. */
#define LIMIT_FEED_FILE (4 * GIB)
/* What xz may take to expand a file: xz -9 needs 65 MiB. */
#define LIMIT_XZ_MEMORY (96 * MIB)
#define LIMIT_FEED_DEPTH 16
/* One record on its way from the worker: the longest notice names some 1,000 references. */
#define LIMIT_FEED_RECORD ((size_t)(16 * MIB))
/* All records of all feeds while a database is built: every public feed together has some 3 GB. */
#define LIMIT_DATABASE_BUILD (16 * GIB)

/* -- reports ----------------------------------------------------------------------------------- */
/* Findings of all targets of one report, some 800 octets each: 1,000 images of 200; and what they
 * take, since names may be long. */
#define LIMIT_ISSUES 200000
#define LIMIT_ISSUES_OCTETS (256 * MIB)
/* GitHub shows the 5,000 worst of a SARIF run and takes files up to 10 MB after gzip, which finds
 * the second and the third copy of a description, but not one of random letters. */
#define LIMIT_SARIF_RESULTS 5000
#define LIMIT_SARIF_TEXT ((size_t)(8 * MIB))
/* GitHub shows ten annotations of each level and step, and summaries below 1 MiB. */
#define LIMIT_ANNOTATIONS 10
#define LIMIT_MARKDOWN 900000
/* The data of an HTML report, which as a whole shall be below 1 MB (names of targets and notes take
 * up to 100 kB), and its rows: what a browser shows in half a second. */
#define LIMIT_HTML 850000
#define LIMIT_HTML_ROWS 20000

/* -- trust ------------------------------------------------------------------------------------- */
/* A key as a file: RSA of 16,384 bits has 13 KiB as PEM. Shorter RSA than 2048 bits is broken. */
#define LIMIT_KEY ((size_t)(64 * KIB))
#define LIMIT_RSA_LEAST 2048
#define LIMIT_RSA_MOST 16384
/* A program that signs (--key exec:): it may ask a service, or its user for a touch. */
#define LIMIT_SIGNER_MS 120000
/* Fulcio's certificates have 2 KiB, chains three of them; a token with its chain 8 KiB. */
#define LIMIT_CERTIFICATE ((size_t)(64 * KIB))
#define LIMIT_CERTIFICATE_CHAIN 8
#define LIMIT_TIMESTAMP ((size_t)(64 * KIB))
/* A bundle with a bill of materials in it; entries, time stamps, signatures: sigstore-go's limit. A
 * tree of 2^64 entries has proofs of 64 hashes. */
#define LIMIT_BUNDLE ((size_t)(16 * MIB))
/* The config of what BuildKit puts beside the platforms: some hundred octets, or two. What it holds
 * in all is searched up to LIMIT_BUNDLE. */
#define LIMIT_BESIDE_CONFIG ((uint64_t)(1 * MIB))
#define LIMIT_BUNDLE_ITEMS 32
#define LIMIT_PROOF_HASHES 64
/* Subjects of a statement, digests of a subject: sigstore-go's limits. */
#define LIMIT_STATEMENT_SUBJECTS 1024
#define LIMIT_STATEMENT_DIGESTS 32
/* What a simple signature covers: cosign's have 250 octets and what -a adds. */
#define LIMIT_SIMPLE_SIGNING ((size_t)(64 * KIB))
/* Bundles in a file of provenance: a release with a thousand artifacts, a millisecond each. */
#define LIMIT_PROVENANCES 1000
/* Parameters and materials of a provenance, each: a Java build names 1,500 dependencies. The name
 * of a parameter with those of the objects around it. */
#define LIMIT_PROVENANCE_VALUES 16384
#define LIMIT_PROVENANCE_NAME 4096
/* Members of an object that is compared with another one: each with each. */
#define LIMIT_PROVENANCE_MEMBERS 1024
/* Who a certificate names, who vouches, what kind a statement has: each a URI. */
#define LIMIT_IDENTITY 4096
/* What is held whole to be verified, where its digest is not enough (Ed25519, P-384). */
#define LIMIT_BLOB_WHOLE ((size_t)(128 * MIB))
/* What a verifier's worker is asked: a bundle, and a file where its digest is not enough; and what
 * it says. */
#define LIMIT_VERIFY_QUESTION (LIMIT_BLOB_WHOLE + LIMIT_BUNDLE + (size_t)(1 * MIB))
#define LIMIT_VERIFY_ANSWER (2 * LIMIT_BUNDLE + (size_t)(1 * MIB))
/* Keys of which one must have signed; identities, each with who vouches; claims of a signature. */
#define LIMIT_KEYS 256
#define LIMIT_IDENTITIES 256
#define LIMIT_CLAIMS 1024
/* An expression for identities, searched for in a text of a certificate. */
#define LIMIT_PATTERN_STEPS 1000000
#define LIMIT_PATTERN_HEAP_KIB 4096
/* A signing configuration: Sigstore's has 2 KiB. */
#define LIMIT_SIGNING_CONFIG ((size_t)(1 * MIB))
/* What an authority, a log or a clock answers to one who signs: some 10 KiB. Logs of version 2
 * answer after up to 20 s (rekor-tiles, CLIENTS.md). */
#define LIMIT_SERVICE_ANSWER ((size_t)(256 * KIB))
#define LIMIT_SERVICE_MS 40000
/* What the worker of who signs is asked: a bundle and its artifact; and what it has read out of an
 * answer, a certificate and its chain at most. */
#define LIMIT_KEYLESS_QUESTION (LIMIT_BUNDLE + LIMIT_BLOB_WHOLE + (size_t)(64 * KIB))
#define LIMIT_KEYLESS_FIELDS (2 * LIMIT_SERVICE_ANSWER)
/* Logs, authorities and keys of a trusted root. */
#define LIMIT_TRUST_ROOT_ITEMS 256
/* A file of a TUF repository, or a target of it (a trusted root, a signing configuration): go-tuf
 * takes targets of 5 MB; Sigstore's largest file has 7 KiB. */
#define LIMIT_TUF_FILE ((size_t)(4 * MIB))
/* Those of whose length nobody has said anything; as go-tuf has it. */
#define LIMIT_TUF_TIMESTAMP 16384
#define LIMIT_TUF_ROOT 512000
/* What is told of such a file, of a bundle or a root: all facts of the largest. */
#define LIMIT_TRUST_ANSWER ((size_t)(8 * MIB))
/* Signatures of one of its files (Sigstore: ten at most), keys that may sign it; files that one
 * lists; roots of one walk, of which Sigstore made 15 in five years. */
#define LIMIT_TUF_SIGNATURES 64
#define LIMIT_TUF_FILES 1024
#define LIMIT_TUF_ROOTS 256
/* A policy: the longest that clusters are known to have stay below 64 KiB; what it demands; who may
 * sign; files that it names (each at most LIMIT_TUF_FILE); how deep needs nest; a pattern of
 * names. */
#define LIMIT_POLICY ((size_t)(512 * KIB))
#define LIMIT_POLICY_NEEDS 1024
#define LIMIT_POLICY_SIGNERS 128
#define LIMIT_POLICY_FILES 32
#define LIMIT_POLICY_DEPTH 8
#define LIMIT_GLOB 1024
/* An expression in a policy; one that is made of a pattern has four octets for each of its. */
#define LIMIT_POLICY_PATTERN (4 * LIMIT_GLOB + 8)
/* Attachments judged for one image, each for one signer and one type: a second of a processor. */
#define LIMIT_POLICY_JUDGEMENTS 20000
/* What a policy's worker is told at once (a root and its files; an attachment), and what it
 * answers. */
#define LIMIT_POLICY_QUESTION ((LIMIT_POLICY_FILES + 1) * LIMIT_TUF_FILE + (size_t)(1 * MIB))
#define LIMIT_POLICY_ANSWER ((size_t)(8 * MIB))
/* What is told of one image, and one text of it. */
#define LIMIT_DECISION_LINES 4096
#define LIMIT_DECISION_TEXT 512

/* Files and folders that a command line and an environment name, and folders that a program has to
 * itself: each file of an image is compared with all of them. */
#define LIMIT_HARDEN_NAMED 64
/* Packages and folders of which is told whether they stay. */
#define LIMIT_HARDEN_PARTS 10000
/* A secret is looked for in what stays by so many of its first octets: the longest keys have some
 * 10 KiB. Twice as much of a text is held at a time. */
#define LIMIT_FORGET_VALUE ((size_t)(256 * KIB))
/* Packages of an rpm database that stay, with their indexes, and the file they become: those of a
 * whole desktop have 200 MB, of what one program needs a few. A worker holds the file twice. Tables
 * of such a file: rpm 4.18 has 19. */
#define LIMIT_RPM_STAYING (64 * MIB)
#define LIMIT_RPM_DATABASE (128 * MIB)
#define LIMIT_RPM_TABLES 64

/* Paths of the folders of one layer that is unpacked, in octets: a million of them. */
#define LIMIT_UNPACK_FOLDERS ((size_t)(128 * MIB))

/* Names of 33 octets in the page that mount(2) takes; Docker's own limit is 125. */
#define LIMIT_ROOTFS_LAYERS 120

/* An index.json with which is kept what it was found to mean. */
#define LIMIT_KNOWN_INDEX (256 * KIB)
/* What unpacking leaves free on a disk (a twentieth of a small one): others work on it, too. */
#define LIMIT_ROOTFS_FREE (256 * MIB)

/* Of an image's program: program headers that are looked at (linkers write a dozen); interpreters
 * of interpreters (execve(2)). */
#define LIMIT_PROGRAM_HEADERS 64
#define LIMIT_PROGRAM_SCRIPTS 4

/* Ports that one container publishes, each with a process; connections through one of them: two
 * descriptors each, of the 4,096 that Linux allows an ordinary process, and up to 128 KiB. */
#define LIMIT_RELAY_PORTS 16
#define LIMIT_RELAY_CONNECTIONS 1024
/* Read at a time, and kept for who does not read: what the buffer of a pipe has. */
#define LIMIT_RELAY_PART (64 * KIB)
/* A secret of a container, as Kubernetes has it: they share 16 MiB with its bundle. */
#define LIMIT_RUN_SECRET ((size_t)(1 * MIB))
/* A relay of a container that has ended still has so long for what it said last. */
#define LIMIT_RELAY_DRAIN_MS 1000

/* What is kept of the words of a program whose health is asked for; what they name as missing. */
#define LIMIT_HEALTH_WORDS ((size_t)(64 * KIB))
#define LIMIT_HEALTH_MISSING 32
/* Ports of an image that a command is told of. */
#define LIMIT_HEALTH_PORTS 16
/* Until a connection within one machine stands: its queue is full, or it stands at once. */
#define LIMIT_NETNS_CONNECT_MS 5000
/* The body of a request that asks for it. */
#define LIMIT_HEALTH_BODY ((size_t)(1 * MIB))
/* Until a condition holds, unless somebody says otherwise. One try of it: the first request to a
 * .NET service compiles its code for seconds. What a command that asks writes. */
#define LIMIT_HEALTH_MS 60000
#define LIMIT_HEALTH_TRY_MS 10000
#define LIMIT_HEALTH_OUTPUT ((size_t)(64 * KIB))
/* A program's time to end upon SIGTERM, as docker stop has it. */
#define LIMIT_STOP_MS 10000

/* What is learned of one program: folders it writes to, files whose sizes are looked at twenty
 * times a second, ports; all of it on a pipe. */
#define LIMIT_LEARN_FOLDERS 256
#define LIMIT_LEARN_FILES 2048
#define LIMIT_LEARN_PORTS 64
/* Numbers of system calls lie below, on the architectures we know. */
#define LIMIT_LEARN_CALLS 1024
#define LIMIT_LEARN_ANSWER ((size_t)(2 * MIB))
/* How long it is watched, unless somebody says otherwise: alone, and while a workload uses it.
 * Until it listens: a .NET service under observation needs seconds. What a workload writes. */
#define LIMIT_LEARN_MS 10000
#define LIMIT_LEARN_USE_MS (10 * 60 * 1000)
#define LIMIT_LEARN_START_MS 60000
#define LIMIT_LEARN_OUTPUT ((size_t)(16 * MIB))
/* A profile of system calls: Docker's default with all its cases has 30 KiB. */
#define LIMIT_PROFILE ((size_t)(1 * MIB))
/* One manifest: words and variables of an image's config, escaped. */
#define LIMIT_LEARN_PAGE ((size_t)(64 * MIB))

/* One file of what `oakum seal` keeps: a statement that can be signed, or what was attached to each
 * of LIMIT_ATTACHABLES images. */
#define LIMIT_SEAL_KEPT LIMIT_BUNDLE
/* All of it: an image has about 1 MiB, hundreds of which go on without signing anew. */
#define LIMIT_SEAL_CACHE (512 * MIB)

/* The answers of the helper of `oakum prove`: 72 lines, what a pipe holds; what one line shows of a
 * file that it found. Its time: four seconds for each attack that does not end, twelve for each
 * bomb. */
#define LIMIT_PROVE_ANSWER ((size_t)(64 * KIB))
#define LIMIT_PROVE_FOUND 200
#define LIMIT_PROVE_MS 60000
/* Containers of a manifest that are attacked, a second each; volumes, variables and notes of one; a
 * variable; a folder that it may write to, which is memory. */
#define LIMIT_PROVE_PODS 64
#define LIMIT_PROVE_ITEMS 256
#define LIMIT_PROVE_VALUE ((size_t)(8 * KIB))
#define LIMIT_PROVE_FOLDER (1 * GIB)
/* A limit of memory that is tried by filling it: more would harm what else runs here. */
#define LIMIT_PROVE_MEMORY (1 * GIB)

/* -- processes -------------------------------------------------------------------------------- */
/* Address space of a worker: rings, kept files and libraries; far below what hurts a CI runner. */
#define LIMIT_WORKER_MEMORY (512 * MIB)
/* One image as a whole, unless the user sets another bound: a terabyte at disk speed. */
#define LIMIT_TIME_MS UINT64_C(3600000)
/* What is attached to one image, gathered and judged, unless the user sets another bound: a
 * registry that answers slowly a thousand times keeps no gate waiting. */
#define LIMIT_VERIFY_MS UINT64_C(30000)
/* A worker that neither takes nor gives for so long is stuck. */
#define LIMIT_WORKER_SILENCE_MS 60000
/* The evidence cache, unless the user sets another bound. */
#define LIMIT_CACHE (2 * GIB)
