#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets in archives and compressed files: found with their member, in images, folders and standard
# input; what cannot be searched is a gap of its file; hostile archives cost bounded time; harden
# leaves none. All secrets are made here.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$FIXTURE/layout.sh"

for tool in jq python3 zstd; do
	command -v "$tool" >"$TMP/tool" || skip_all "$tool is not installed"
done
cd "$TMP" || exit 1
export XDG_CACHE_HOME=$TMP/cache

random() { # LETTERS HOW-MANY
	head -c 65536 /dev/urandom | LC_ALL=C tr -dc "$1" | head -c "$2"
}
token=ghp_$(random 'A-Za-z0-9' 36)
secrets() { # FILTER TARGET
	"$OAKUM" secrets --no-cache -f json "$2" >page.json 2>page.err
	jq -r "$1" page.json
}

# -- archives, written by other hands ---------------------------------------------------------------
cat >make.py <<'END'
import bz2, gzip, io, lzma, os, struct, sys, tarfile, zipfile, zlib

token = sys.argv[1].encode()
text = b"line one\ntoken: " + token + b"\n"
noise = os.urandom(150000)

def tar(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, body in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return out.getvalue()

class Pipe:
    def __init__(self):
        self.octets = io.BytesIO()
    def write(self, part):
        return self.octets.write(part)
    def flush(self):
        pass

def zip(files, method=zipfile.ZIP_DEFLATED, streamed=False):
    out = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return (out.octets if streamed else out).getvalue()

def behind(front, files):
    out = io.BytesIO(front)
    out.seek(0, 2)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out.getvalue()

# The header of 1979: no magic, the checksum alone says what it is.
def v7(archive):
    head = bytearray(archive[:512])
    head[257:345] = b"\0" * 88
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + archive[512:]

# An APK Signing Block: its length, what is in it, its length, its mark.
def signed(archive, mark=b"APK Sig Block 42"):
    at = archive.index(b"PK\1\2")
    size = struct.pack("<Q", 100 + 24)
    end = archive.rindex(b"PK\5\6")
    block = size + b"s" * 100 + size + mark
    return archive[:at] + block + patch(archive[at:], end - at + 16, "<I", at + len(block))

# Packages, as ar(5), cpio(5) and rpm's manual of its format write them.
def ar(files):
    out = b"!<arch>\n"
    for name, body in files:
        out += b"%-16s1700000000  0     0     100644  %-10d`\n" % (name.encode(), len(body)) + body
        out += b"\n" * (len(body) % 2)
    return out

def cpio(files):
    out = b""
    for name, body in files + [("TRAILER!!!", b"")]:
        name = name.encode() + b"\0"
        fields = [1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name), 0]
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + name
        out += b"\0" * (-len(out) % 4) + body + b"\0" * (-len(body) % 4)
    return out

def rpm(payload, header=b"scripts"):
    def structure(values):
        return b"\x8e\xad\xe8\x01" + struct.pack(">III", 0, 1, len(values)) + b"i" * 16 + values
    signature = structure(b"sum")
    return b"\xed\xab\xee\xdb\3" + b"\0" * 91 + signature + b"\0" * (-len(signature) % 8) \
        + structure(header) + payload

def deb(files):
    return ar([("debian-binary", b"2.0\n"), ("control.tar.gz", tar([("control", b"x")], "w:gz")),
        ("data.tar.xz", tar(files, "w:xz"))])

# A local header, an entry of a directory, its end, as APPNOTE 4.3 writes them.
def local(name, packed, method, size):
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, method, 0, 0, 0, len(packed), size, len(name), 0) \
        + name + packed

def entry(name, packed, method, size, at, comment=b""):
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, method, 0, 0, 0, len(packed), size,
        len(name), 0, len(comment), 0, 0, 0, at) + name + comment

def end(count, size, at):
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, at, 0)

def raw(body):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()

def save(name, body):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as out:
        out.write(body)

def patch(body, at, form, value):
    return body[:at] + struct.pack(form, value) + body[at + struct.calcsize(form):]

wide = b"q" * 99 + ("Server=db;User ID=sa;Password=%s;" % token.decode()[4:24]).encode("utf-16-le")
plain = {
    "a.tar": tar([("x", noise), ("etc/a.json", text)]),
    "b.tgz": tar([("./x", noise), ("./etc/b.json", text)], "w:gz"),
    "c.txz": tar([("c", text)], "w:xz"),
    "d.sql.gz": gzip.compress(text),
    "e.sql.bz2": bz2.compress(text),
    "f.sql.xz": lzma.compress(text),
    "h.zip": zip([("x", noise), ("etc/h.json", text)]),
    "i.zip": zip([("x", noise), ("i.json", text)], zipfile.ZIP_STORED),
    "j.zip": zip([("x", noise), ("dir/", b""), ("j.json", text), ("empty", b"")], streamed=True),
    "k.jar": zip([("M", b"x"), ("lib/in.jar", zip([("k.p", text)]))], zipfile.ZIP_STORED),
    "l.tgz": tar([("lib/in.jar", zip([("l.p", text)])), ("l.gz", gzip.compress(text))], "w:gz"),
    "m.pyz": b"#!/usr/bin/env python3\n" + zip([("main.py", text)]),
    "n.nupkg": zip([("lib/net8.0/N.dll", wide)]),
    "o.gz": gzip.compress(b"x") + gzip.compress(text),
    "p.zip": zip([("p", text)]) + b"\0" * 100 + zip([("p2", text)]),
    "q.jmod": b"JM\1\0" + zip([("q", text)]),
    "r.zip": b"PK00" + zip([("r", text)]),
    "s.zip": b"PK\7\x08" + zip([("s", text)]),
    "t.jar": behind(b"#!/bin/bash\n" + b"# a long script\n" * 600, [("t", text)]),
    "u.bz2": bz2.compress(b"") + bz2.compress(text),
    "v.tar": v7(tar([("v", text)])),
    "w.apk": signed(zip([("w", text)])),
    "x.gz": gzip.compress(b"x") + b"\0" * 700 + gzip.compress(text),
    "y.deb": deb([("./etc/y", text)]),
    "z.rpm": rpm(gzip.compress(cpio([("./etc/z", text)])), b"post: " + text),
    "za.cpio": cpio([("za", text)]),
    "zb.tgz": tar([("b.deb", deb([("b.jar", zip([("zb", text)]))]))], "w:gz"),
    "zc.tgz": tar([("c.sh", b"#!/bin/sh\n# long\n" * 99 + text),
        ("c.pyz", b"#!/bin/sh\n" + b"# long\n" * 99 + zip([("zc", text)]))], "w:gz"),
    "zd.tgz": tar([("d.zip", zip([("none", b"x")])[:-2] + struct.pack("<H", len(text)) + text)], "w:gz"),
}
for name, body in plain.items():
    save("found/" + name, body)
save("g.sql", text)

clean = [("x", noise), ("dir/", b""), ("word", b"no secret in here\n" * 1000)]
save("clean/a.tgz", tar(clean[:1] + clean[2:], "w:gz"))
save("clean/b.zip", zip(clean))
save("clean/c.zip", zip(clean, zipfile.ZIP_STORED))
save("clean/d.zip", zip(clean, streamed=True))
save("clean/e.zip", zip([]))
save("clean/f.gz", gzip.compress(b""))
save("clean/g.tar", tar([]))
save("clean/h.zip", zip(clean) + b"a comment that nobody counted")
save("clean/script", b"#!/bin/sh\n" + b"echo PK\n" * 5000)
save("clean/end", noise + b"PK\5\6 is no end" * 9)
save("clean/a.deb", deb([("./x", noise)]))
save("clean/a.rpm", rpm(gzip.compress(cpio([("./x", noise)]))))
save("clean/a.cpio", cpio([("x", noise)]) + b"\0" * 512)
save("clean/sh.tgz", tar([("x.sh", b"#!/bin/sh\n" + b"echo PK\n" * 5000)], "w:gz"))
save("clean/070701.txt", b"070701 and 070707 are numbers\n")
save("clean/PK.txt", b"PK is no archive, nor is \x1f\x8b")

# What cannot be searched: a local header has flags at 6, the method at 8, sizes at 18 and 22.
good = zip([("one", text), ("two", b"2" * 500)])
two = good.index(b"PK\3\4", 4)
streamed = zip([("one", b"1" * 500)], streamed=True)
deep = text
for i in range(7):
    deep = zip([("deep%d" % i, deep)])
gaps = {
    "encrypted": patch(good, two + 6, "<H", 1),
    "method": patch(good, two + 8, "<H", 93),
    "cut.zip": good[:two + 20],
    "cut-in-member.zip": zip([("one", text), ("two", noise)])[:90000],
    "cut.gz": gzip.compress(text + noise)[:-9000],
    "cut.tar": tar([("one", text), ("two", noise)])[:90000],
    "cut.xz": lzma.compress(text + noise)[:-9000],
    "broken": good[:two + 33] + b"\xff" * 20 + good[two + 53:],
    "short": patch(good, two + 18, "<I", 3),
    "long": patch(good, two + 18, "<I", 4000000000),
    "no-length": patch(patch(patch(zip([("one", text), ("two", b"2")], zipfile.ZIP_STORED),
        31 + 3 + len(text) - 1 + 6, "<H", 8), 31 + 3 + len(text) - 1 + 18, "<I", 0),
        31 + 3 + len(text) - 1 + 22, "<I", 0),
    "hidden": zip([("one", text)])[:-22] + b"PK\1\2" + b"\0" * 42 + b"PK\5\6" + b"\0" * 18,
    "deep": tar([("one", text), ("deep", deep)]),
    "7z": b"7z\xbc\xaf\x27\x1c" + noise,
    "trailing.gz": gzip.compress(text) + b"garbage",
    "no-directory": good[:good.index(b"PK\1\2")],
    "descriptor": patch(streamed, streamed.index(b"PK\7\x08") + 8, "<I", 77),
}
# The directory, which programs follow, names what stands inside of another member.
secret = raw(text)
inside = local(b"s", secret, 8, len(text))
one = local(b"one", text, 0, len(text))
def hide(shell, listed, at):
    listed = listed + entry(b"s", secret, 8, len(text), at)
    return one + shell + listed + end(listed.count(b"PK\1\2"), len(listed), len(one + shell))
first = entry(b"one", text, 0, len(text), 0)
gaps["hidden-overlap"] = hide(local(b"two", b"x" + inside, 0, 1 + len(inside)), first, len(one) + 34)
gaps["hidden-slack"] = hide(local(b"two", raw(b"x") + inside, 8, 1), first, len(one) + 33 + len(raw(b"x")))
fake = entry(b"one", text, 0, len(text), 0, inside)
gaps["hidden-comment"] = hide(fake + local(b"two", b"", 0, 0) * 2, first, len(one) + 49)
gaps["hidden-method"] = hide(local(b"s", secret, 0, len(text)), first, len(one))
gaps["hidden-behind-signature"] = signed(zip([("one", text)]), b"APK Sig Block 43")

# Octets before it: the directory at the end tells.
gaps["before-one"] = b"A" + zip([("one", text)])
gaps["before-page.html"] = behind(b"<html>" + b"x" * 1000 + b"</html>", [("one", text)])
gaps["before-nested.tar"] = tar([("one", text), ("x", behind(b"MZ" + b"x" * 1000, [("s", text)]))])
gaps["cut.deb"] = deb([("one", text), ("two", noise)])[:-900]
gaps["broken.deb"] = deb([("one", noise)]).replace(b"`\ndebian", b"``debian").replace(b"`\n\xfd7zXZ", b"``\xfd7zXZ")
gaps["cut.rpm"] = rpm(gzip.compress(cpio([("one", text), ("two", noise)])))[:90000]
gaps["empty.rpm"] = rpm(b"")
gaps["broken.rpm"] = rpm(b"x").replace(b"sum\0\0\0\0\0\x8e", b"sum\0\0\0\0\0\x8f")
gaps["cut.cpio"] = cpio([("one", text)])[:-100]
gaps["lzma.rpm"] = rpm(lzma.compress(cpio([("one", text)]), format=lzma.FORMAT_ALONE))
reserved = bytearray(gzip.compress(text))
reserved[3] |= 0x80
gaps["reserved.gz"] = bytes(reserved)
gaps["lzma"] = lzma.compress(text, format=lzma.FORMAT_ALONE)
for name, mark in {"Z": b"\x1f\x9d\x90", "lz": b"LZIP\1\x0c", "lzo": b"\x89LZO\0\r\n\x1a\n", "cab": b"MSCF\0\0\0\0",
        "squashfs": b"hsqs"}.items():
    gaps["mark." + name] = mark + noise
for name, body in gaps.items():
    save("gaps/" + name, body)

# Sizes that lie and harm nobody: the length of the content, the checksum.
save("lies/size", patch(good, 22, "<I", 7))
save("lies/sum", patch(good, 14, "<I", 7))

save("names/a.tgz", tar([("new\nline\x1b[31m/x", text), ("../../etc/up", text)], "w:gz"))
save("names/b.zip", zip([("kept-" + token.decode() + ".txt", text)]))

zeros = b"\0" * (1 << 20)
bomb = io.BytesIO()
with gzip.GzipFile(fileobj=bomb, mode="wb") as out:
    for i in range(64):
        out.write(zeros)
save("bombs/a.gz", bomb.getvalue())
save("bombs/b.gz", gzip.compress(bomb.getvalue()))
save("bombs/c.zip", zip([("z%d" % i, zeros * 4) for i in range(20)]))
save("bombs/d.txt", text)

many = io.BytesIO()
with zipfile.ZipFile(many, "w", zipfile.ZIP_DEFLATED) as archive:
    for i in range(100000):
        archive.writestr("m/%d" % i, text if i == 99999 else b"x")
save("many/a.zip", many.getvalue())
END
ok 'archives are made' python3 make.py "$token"
zstd -q g.sql -o found/g.sql.zst

is 'each is found, in its member and line' \
	"$(secrets '.findings[] | [.file, .member, (.line // 0)] | join(" ")' rootfs:found)" \
'a.tar etc/a.json 2
b.tgz etc/b.json 2
c.txz c 2
d.sql.gz d.sql 2
e.sql.bz2 e.sql 2
f.sql.xz f.sql 2
g.sql.zst g.sql 2
h.zip etc/h.json 2
i.zip i.json 2
j.zip j.json 2
k.jar lib/in.jar!k.p 2
l.tgz lib/in.jar!l.p 2
l.tgz l.gz 2
m.pyz main.py 2
n.nupkg lib/net8.0/N.dll 0
o.gz o 2
p.zip p 2
p.zip p2 2
q.jmod q 2
r.zip r 2
s.zip s 2
t.jar t 2
u.bz2 u 2
v.tar v 2
w.apk w 2
x.gz x 2
y.deb data.tar.xz!etc/y 2
z.rpm header 2
z.rpm payload!etc/z 2
za.cpio za 2
zb.tgz b.deb!data.tar.xz!b.jar!zb 2
zc.tgz c.sh 200
zc.tgz c.pyz!zc 2
zd.tgz d.zip 2'
is 'with its octets' "$(jq -c '[.findings[] | select(.file == "h.zip") | .start, .end, .column]' page.json)" '[16,56,8]'
is 'a string of an assembly in a package' \
	"$(jq -r '.findings[] | select(.file == "n.nupkg") | .rule + " " + .encoding' page.json)" \
	'connection-string utf-16le'
is 'and nothing is a gap' "$(jq .gaps page.json)" 0
is 'clean ones hold none' "$(secrets '[.total, .gaps] | join(" ")' rootfs:clean)" '0 0'
status 'which ends well' 0 "$OAKUM" secrets --no-cache --fail-on-gap rootfs:clean
status 'standard input' 1 sh -c '"$1" secrets -f json --name l.tgz - <found/l.tgz' sh "$OAKUM"
is 'has members, too' "$(jq -r '.findings[].member' out | tr '\n' ' ')" 'lib/in.jar!l.p l.gz '

# -- gaps -------------------------------------------------------------------------------------------
for file in gaps/*; do
	rm -rf one && mkdir one && cp "$file" one/
	"$OAKUM" secrets --no-cache --fail-on-gap -f json rootfs:one >out 2>err
	is "a gap: ${file#gaps/}" "$? $(jq .gaps out)" '6 1'
	case $file in
	*/cut.xz | */7z) ;;
	*/hidden* | */before-nested.tar | */cut.* | */deep | */encrypted | */method | */short | */long | */broken | */no-*)
		is 'and before it is found what is there' "$(jq -r '[.findings[].file] | length' out)" 1 ;;
	esac
done
like 'a gap says why' "$("$OAKUM" secrets --no-cache rootfs:gaps)" 'gaps, the first: 7z: .*packed in a way'
is 'a file is one gap' "$(secrets .gaps rootfs:gaps)" "$(find gaps -type f | wc -l)"
is 'lengths and sums that lie hide nothing' "$(secrets '[.total, .gaps] | join(" ")' rootfs:lies)" '2 0'

# -- names ------------------------------------------------------------------------------------------
is 'names' "$(secrets '.findings[] | .member' rootfs:names)" $'new\nline\x1b[31m/x\netc/up\n*\n*'
"$OAKUM" secrets --no-cache rootfs:names >table.txt 2>&1
is 'nothing commands a terminal' "$(LC_ALL=C tr -d '\n -~\200-\377' <table.txt | wc -c)" 0
is 'no name tells a secret' "$(cat table.txt page.json | grep -c "${token:4}")" 0

# -- floods -----------------------------------------------------------------------------------------
status 'bombs end' 6 timeout 60 "$OAKUM" secrets --no-cache --fail-on-gap -f json rootfs:bombs
is 'as gaps, and hide no other file' "$(jq -r '"\(.gaps) \(.findings[].file)"' out)" '3 d.txt'
status '100,000 members' 1 timeout 60 "$OAKUM" secrets --no-cache -f json rootfs:many
is 'are all searched' "$(jq -r '"\(.gaps) \(.findings[].member)"' out)" '0 m/99999'

# -- an image ---------------------------------------------------------------------------------------
mkdir -p lower/app upper/app
cp found/b.tgz found/h.zip lower/app
touch upper/app/.wh.b.tgz
tar -C lower -cf lower.tar . && tar -C upper -cf upper.tar .
layout_begin image 2026-01-01T00:00:00Z
layout_layer lower.tar 'COPY app /app'
layout_layer upper.tar 'RUN rm /app/b.tgz'
layout_finish '{}'
"$OAKUM" secrets -f json image >first.json
is 'layers, also what is hidden' \
	"$(jq -r '.findings[] | [.file, .member, .layer, .hidden] | join(" ")' first.json | sort)" \
	'app/b.tgz etc/b.json 1 true
app/h.zip etc/h.json 1 false'
is 'out of the cache it is the same' "$("$OAKUM" secrets -f json image)" "$(cat first.json)"
# shellcheck disable=SC2046 # names without spaces
is 'which holds none' "$(LC_ALL=C grep -Facl "${token:5}" $(find cache -type f) | grep -cv ':0$')" 0
is 'audit names the same' "$("$OAKUM" audit -f json image | jq -c .secrets)" "$(jq -c .findings first.json)"
"$OAKUM" secrets -f sarif image >out.sarif
is 'SARIF names the archive, and no line of it but the first' \
	"$(jq -r '.runs[0].results[].locations[0].physicalLocation |
		[.artifactLocation.uri, .region.startLine] | join(" ")' out.sarif | sort)" \
	'app/b.tgz 1
app/h.zip 1'
like 'and the member' "$(jq -r '.runs[0].results[] | tostring' out.sarif)" 'etc/h.json, line 2'

# -- harden -----------------------------------------------------------------------------------------
hardenable() { # CONFIG FOLDER
	rm -rf image hard cache
	tar -C "$2" -cf layer.tar .
	layout_begin image 2026-01-01T00:00:00Z
	layout_layer layer.tar 'COPY . /'
	layout_finish "$1"
}
value=Xk7$(random 'a-z0-9' 15)
mkdir -p root/app root/etc
cc -static -o root/app/run -x c - <<<'int main(void) { return 0; }' 2>tool.err || skip_all 'no compiler'
cp found/b.tgz found/h.zip root/app
config=$(jq -nc '{Entrypoint: ["/app/run"], User: "1000:1000"}')
hardenable "$config" root
status 'harden refuses it' 1 "$OAKUM" harden -q --keep app -o oci:hard image
like 'and says where' "$(cat out)" 'in etc/b.json in app/b.tgz of layer 1'
status 'accepted' 0 "$OAKUM" harden -q --accept-secrets --keep app -o oci:hard image
like 'the archive went' "$(cat out)" 'app/h.zip went: it holds a secret'
is 'and is nowhere' "$(secrets .total hard)" 0
rm root/app/*.tgz root/app/*.zip
mkdir inner && echo "$value" >inner/data && head -c 300000 /dev/zero >>inner/data
tar -C inner -czf root/app/data.tgz .
mkdir program && cp inner/data program/__main__.py && python3 -m zipapp -c -p /usr/bin/python3 -o root/app/x.pyz program
config=$(jq -nc --arg v "$value" '{Entrypoint: ["/app/run"], User: "1000:1000", Env: ["DB_PASSWORD=\($v)"]}')
hardenable "$config" root
status 'a value of the configuration in an archive' 1 "$OAKUM" harden -q --accept-secrets --keep app -o oci:hard image
like 'is named' "$(cat out)" 'app/data.tgz holds a secret of the configuration'
like 'in one behind a script, too' "$(cat out)" 'app/x.pyz holds a secret of the configuration'
rm root/app/data.tgz root/app/x.pyz && cp gaps/encrypted root/app/shut.zip
python3 - "$token" <<'END'
import sys
body = open("root/app/shut.zip", "rb").read()
end = body.index(b"PK\3\4", 4)
open("root/app/shut.zip", "wb").write(body[end:])
END
hardenable "$config" root
status 'what nobody can look into stays' 0 "$OAKUM" harden -q --accept-secrets --keep app -o oci:hard image
like 'and is told' "$(tr -s ' \n' ' ' <out)" \
	'1 file could not be searched for secrets whole, the first app/shut.zip: .*encrypted'

done_testing
