#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The labelled samples: how many of the secrets are found, at exactly their octets (recall), and how
# many of the findings are secrets (precision). A finding counts when its span is the secret's.
. "$ROOT/test/tap.sh"

data=${OAKUM_SHARED:-$ROOT/../shared}/data/secrets/samples.jsonl
[ -e "$data" ] || skip_all "the labelled samples are not here"
command -v python3 >"$TMP/tool" || skip_all 'python3 is not installed'

cat >"$TMP/judge.py" <<'END'
import base64, json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

oakum, data, said = sys.argv[1:]
samples = [json.loads(line) for line in open(data)]

def findings(sample):
    done = subprocess.run(
        [oakum, "secrets", "--format", "json", "--name", sample["file"] or "sample.txt", "-"],
        input=base64.b64decode(sample["text_b64"]), capture_output=True)
    return json.loads(done.stdout)["findings"], done.stdout

true = false = missed = told = wide = 0
with ThreadPoolExecutor(2) as pool:
    for sample, (found, page) in zip(samples, pool.map(findings, samples)):
        text = base64.b64decode(sample["text_b64"])
        secret = base64.b64decode(sample["secret_b64"])
        if sample["encoding"] == "utf-16-le" and b"\0" not in secret:
            secret = secret.decode().encode("utf-16-le")
        right = [f for f in found if secret and text[f["start"]:f["end"]] == secret]
        true += len(right) > 0
        missed += sample["label"] == "pos" and not right
        false += len(found) - len(right)
        told += secret != b"" and secret in page
        wide += sample["encoding"] == "utf-16-le" and len(right) > 0
with open(said, "w") as out:
    print(len(samples), "samples:", true, "found,", missed, "missed,", false, "false", file=out)
    print("recall", "enough" if true >= 0.95 * (true + missed) else "too low", file=out)
    print("precision", "enough" if true >= 0.9 * (true + false) else "too low", file=out)
    print("told", told, "wide", "found" if wide else "missed", file=out)
END

ok 'every sample is searched' python3 "$TMP/judge.py" "$OAKUM" "$data" "$TMP/said"
tap_note "$(head -n 1 "$TMP/said")"
like 'at least 95 of 100 secrets are found at their octets' "$(cat "$TMP/said")" '^recall enough$'
like 'at least 90 of 100 findings are secrets' "$(cat "$TMP/said")" '^precision enough$'
like 'no report repeats a secret; UTF-16 is found' "$(cat "$TMP/said")" '^told 0 wide found$'

done_testing
