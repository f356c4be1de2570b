#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""version_pairs.py ALPHABET COUNT [SEED]: pairs of versions, divided by a tab, one a line. ALPHABET names
the pieces that versions of an ordering are made of; most pairs differ in few pieces."""
import random
import sys

PIECES = {
    "dpkg": ("0 1 2 9 00 01 10 123456789012345678901 . . - + ~ : a b rc z A".split(), "1"),
    "rpm": ("0 1 2 9 00 01 10 123456789012345678901 . . - + ~ ^ _ a b rc el Z".split(), ""),
    "semver": (".0 .1 .10 -0 -1 -a -rc. -rc.1 .a .rc .beta-2 +b +1.x .1-a".split(), "1.2.3"),
    "pep440": ("0 1 10 . .0 .1 a1 b rc2 .post1 -1 .dev0 .dev 1! +l +1 .x _ alpha c post - v x".split(), "1"),
    "maven": ("0 1 2 10 . . - a b rc cr sp ga final x SNAPSHOT alpha 00".split(), "1"),
}


def main():
    pieces, first = PIECES[sys.argv[1]]
    draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for _ in range(int(sys.argv[2])):
        left = [draw.choice(pieces) for _ in range(draw.randrange(7))]
        right = list(left)
        for _ in range(draw.randrange(1, 3)):
            at = draw.randrange(len(right) + 1)
            right[at:at + draw.randrange(2)] = [draw.choice(pieces)] * draw.randrange(2)
        a, b = (first + "".join(v) for v in (left, right))
        if a and b:
            print(f"{a}\t{b}")


main()
