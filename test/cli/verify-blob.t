#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signatures of files: bundles and what cosign wrote before them, every kind of key, many at once.
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' || exit 1
import sys
sys.path.insert(0, sys.argv[1])
from signed import *

def put(name, value):
    with open(name, 'wb') as f:
        f.write(value if isinstance(value, bytes) else json.dumps(value).encode())

put('file', b'what is signed\n')
put('other', b'something else\n')
with open('file', 'rb') as f:
    data = f.read()
for name, kind, hash in (('p256', 'ec:P-256', 'sha256'), ('p384', 'ec:P-384', 'sha384'), ('p521', 'ec:P-521', 'sha512'),
                         ('rsa', 'rsa', 'sha256'), ('ed', 'ed25519', 'none')):
    key(name, kind)
    put(name + '.json', message(name, data, hash))
    put(name + '.sig', b64(sign(name, data, hash)).encode() + b'\n')
put('p384-256.json', message('p384', data, 'sha256'))  # early clients hashed so, whatever the curve
key('stranger')
put('legacy.json', {'base64Signature': b64(sign('p256', data))})
with open('stranger.pub', 'rb') as f:
    stranger = f.read()
put('smuggled.json', {'base64Signature': b64(sign('stranger', data)), 'cert': b64(stranger)})
digest = sha(data)
put('statement.json', bundle({'dsseEnvelope': envelope('p256', statement(digest, 'https://slsa.dev/provenance/v1'))}))
put('statement-other.json', bundle({'dsseEnvelope': envelope('p256', statement(sha(b'x'), 'urn:x'))}))
put('digest', digest.encode())
P
blob() { "$OAKUM" verify-blob "$@"; }
digest=$(cat digest)

# -- kinds of keys --------------------------------------------------------------------------------
for kind in p256 p384 p521 rsa ed; do
	status "$kind" 0 blob --key $kind.pub --bundle $kind.json file
	status "$kind, a file that was changed" 4 blob --key $kind.pub --bundle $kind.json other
	status "$kind, of another key" 4 blob --key stranger.pub --bundle $kind.json file
	status "$kind, the signature alone" 0 blob --key $kind.pub --signature $kind.sig file
done
status 'P-384 with SHA-256' 0 blob --key p384.pub --bundle p384-256.json file
status 'by digest' 0 blob --key p256.pub --bundle p256.json "$digest"
status 'by another digest' 4 blob --key p256.pub --bundle p256.json "sha256:$(printf 'x' | sha256sum | cut -c-64)"
status 'a digest where the file is needed' 4 blob --key p384.pub --bundle p384.json "$digest"
like 'says so' "$(cat err)" 'the file is needed'
truncate -s 20M large
openssl dgst -sha256 -sign p256.key large | base64 -w0 >large.sig
status 'a large file' 0 blob --key p256.pub --signature large.sig large

# -- where they come from -------------------------------------------------------------------------
for kind in p256 p384; do
	"$OAKUM" verify-blob --key $kind.pub --bundle $kind.json - <file >out 2>err
	is "$kind, standard input" $? 0
	# shellcheck disable=SC2002 # a pipe is what is tested
	cat file | "$OAKUM" verify-blob --key $kind.pub --bundle $kind.json /dev/stdin >out 2>err
	is "$kind, a pipe" $? 0
	"$OAKUM" verify-blob --key $kind.pub --bundle $kind.json - <other >out 2>err
	is "$kind, standard input that was changed" $? 4
done
openssl dgst -sha256 -sign p256.key -out raw.sig file
status 'a signature as it stands' 0 blob --key p256.pub --signature "$(base64 -w0 <raw.sig)" file
status 'of another file' 4 blob --key p256.pub --signature "$(base64 -w0 <raw.sig)" other
status 'one that is neither file nor base64' 3 blob --key p256.pub --signature nowhere.sig file
PUBLIC=$(cat p256.pub) status 'a key in the environment' 0 blob --key env://PUBLIC --bundle p256.json file
PUBLIC=$(cat stranger.pub) status 'another key there' 4 blob --key env://PUBLIC --bundle p256.json file
status 'no such variable' 2 blob --key env://NOWHERE --bundle p256.json file
for key in k8s://a/b awskms:///alias/x https://example.com/k.pub pkcs11:token=t exec:kms; do
	status "no public key of $key" 2 blob --key $key --bundle p256.json file
	like 'which is said' "$(cat err)" 'a public key is a file or env://NAME'
done
status 'a private key' 2 blob --key p256.key --bundle p256.json file
like 'is called so' "$(cat err)" "'p256.key' is a private key: give its public half"

# -- forms ----------------------------------------------------------------------------------------
status 'the document of cosign 1 and 2' 0 blob --key p256.pub --bundle legacy.json file
status 'a key where the certificate belongs' 4 blob --key p256.pub --bundle smuggled.json file
status 'nor for an identity' 4 blob --certificate-identity a --certificate-oidc-issuer b --bundle smuggled.json file
like 'is called so' "$(cat err)" "'PUBLIC KEY' where the certificate belongs"
status 'a statement about the file' 0 blob --key p256.pub --bundle statement.json file
status 'one about another' 4 blob --key p256.pub --bundle statement-other.json file
attested() { "$OAKUM" verify-blob-attestation --key p256.pub "$@" file; }
status 'of this type' 0 attested --type slsaprovenance1 --bundle statement.json
status 'of another' 4 attested --type openvex --bundle statement.json
status 'a signature is no statement' 4 attested --bundle p256.json
status 'no bundle at all' 4 blob --key p256.pub --bundle file file
status 'a bundle that is not there' 3 blob --key p256.pub --bundle nowhere file
status 'a key that is none' 3 blob --key file --bundle p256.json file
status 'neither bundle nor signature' 2 blob --key p256.pub file
status 'both' 2 blob --key p256.pub --bundle p256.json --signature p256.sig file
status 'as JSON' 0 blob --key p256.pub --bundle p256.json --output json file
is 'says what holds' "$(jq -c '[.file, .verified, .key]' out)" '["file",true,0]'
status 'without a log where its suite asks' 4 "$OAKUM" conformance verify-bundle --key p256.pub --bundle p256.json file
like 'says so' "$(cat err)" 'no entry of a log'

# -- many -----------------------------------------------------------------------------------------
for _ in 1 2 3 4 5 6 7; do printf 'p256.json\tfile\nstatement.json\t%s\n' "$digest"; done >list
status 'a list' 0 blob --key p256.pub --list list
is 'each line is told' "$(grep -c '^verified' out)" 14
printf 'p256.json\tother\np256.json\tnowhere\np256.json\tfile\n' >>list
status 'one cannot be read' 3 blob --key p256.pub --list list
is 'the others are told, in their order' "$(tail -n 1 out) $(grep -c verified out)" 'verified file 15'
like 'what does not hold' "$(cat err)" '^oakum: other: the bundle is of another artifact'
sed -i /nowhere/d list
status 'one does not hold' 4 blob --key p256.pub --list list --output json
is 'as JSON, an object a line' "$(jq -cs '[group_by(.verified)[] | [.[0].verified, length]]' out)" \
	'[[false,1],[true,15]]'
printf 'p256.json\n' >list
printf '\n' >empty
status 'a list of nothing' 2 blob --key p256.pub --list empty
status 'a line that is none' 2 blob --key p256.pub --list list
printf 'p384.json\tfile\np384.json\t%s\n' "$digest" >list
status 'the file is fetched where it is needed' 4 blob --key p384.pub --list list
is 'and only a digest fails' "$(cat out)" 'verified file'
status 'a list and a file' 2 blob --key p256.pub --list list file

# -- no socket ------------------------------------------------------------------------------------
if command -v strace >/dev/null; then
	strace -f -qq -e trace=network -o calls "$OAKUM" verify-blob --key p256.pub --bundle p256.json file >out 2>err
	is 'no socket is opened' "$(grep -E '(socket|connect|bind|sendto|recvfrom)[a-z]*\(' calls)" ''
else
	skip 'no socket is opened' 'no strace'
fi
done_testing
