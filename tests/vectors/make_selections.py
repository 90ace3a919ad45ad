"""Makes selections.json: texts of subscripts, and what Python makes of them.

Every case has a text and either the same selection as npymap prints it, or what is wrong: "syntax"
where Python has a syntax error or a name or an operator that a selection does not have, "basic"
where the subscript is no basic index. Made with CPython 3.11:

    python make_selections.py [--out DIR]
"""

import ast
import json
import random
import warnings

from common import Output

warnings.simplefilter("ignore")
rng = random.Random(20)

WRITTEN = """
[]
[()]
()
( )
(),
[(),]
[(1, 2)]
(1, None, ...)
((1,), 2)
[(1:2)]
[3, ::-1, ..., None]
3, ::-1, ..., None
[...]
[Ellipsis]
[Ellipsis, 1]
[Ellipsi]
[Ellipsiss]
[....]
[. . .]
[.]
[:]
[::]
[:::]
[:,]
[,]
[1,,2]
[1,]
[ 1 , : , ]
[-1]
[- 1]
[+ 1]
[+-1]
[--1]
[-]
[1:2:3]
[1 : 2 : 3]
[None:None:None]
[None:2]
[np.newaxis, numpy.newaxis, newaxis, None]
[np.newaxi]
[none]
[0x10, 0X1f, 0o17, 0b101, 1_000]
[0x_10]
[0x]
[0b2]
[1__0]
[1_]
[_1]
[00]
[01]
[9223372036854775807]
[-9223372036854775808]
[0x7fffffffffffffff]
[9223372036854775807:]
[1.5]
[.5]
[1.]
[1e3]
[1e-3]
[1:1e-3]
[1j]
[1L]
[True]
[False, 1]
[[1, 2]]
[[]]
[[True]]
[[1, 2], 3]
[1, [2]]
[1, (2,)]
[slice(1, 2)]
[x]
[1 2]
[1; 2]
[1]]
[1
[[1]
1]
[1][2]
[1] [2]
[1]2
[1], 2
[1][2][...]['x'][()]
['x']
["x"]
'x'
['it\\'s']
["it's"]
['tab\\t \\x41 \\u00e9 \\U0001F600 \\101']
['温度']
[u'x']
[r'a\\b']
[b'x']
['']
['''a'b''']
['x
['x\\']
['x', 1]
[1, 'x']
['x', 'y']
[['x']]
[['x', "y's"]]
[['x', 'y',]]
[[ 'x' , 'y' ] ]
[['x' 1]]
[['x', 1]]
[['x'], 1]
[['x'], ['y']]
['x'][2:5]
['x']['y'][[ 'a' ]][1]
[	1,	2]
[é]
[1²]
[٣]
[1:2, 3:4, ::0]
[1+1]
[1 if 1 else 2]
[*a]
[a:=1]
[lambda: 1]
[not 1]
[1, # comment
"""

TOKENS = ["1", "-2", "+3", "12", "0x1F", "1_0", ":", ":", ":", "::", ",", ",", ","]
TOKENS += ["...", "None", "newaxis", "True", "1.5"]


class Recorder:
    def __init__(self):
        self.keys = []

    def __getitem__(self, key):
        self.keys.append(key)
        return self


class Unsupported(Exception):
    pass


def show_item(item):
    if item is None:
        return "None"
    if item is ...:
        return "..."
    if type(item) is int:
        return str(item)
    if isinstance(item, slice):
        parts = [item.start, item.stop, item.step]
        for part in parts:
            if part is not None and type(part) is not int:
                raise Unsupported("basic")
        # Beyond 64 bits a bound counts as the limit.
        parts = [p if p is None else max(-(2**63), min(2**63 - 1, p)) for p in parts]
        if parts[2] is None:
            parts.pop()
        return ":".join("" if part is None else str(part) for part in parts)
    raise Unsupported("basic")


def show(key):
    if isinstance(key, str):
        return f"[{key!r}]"
    if isinstance(key, list) and key and all(isinstance(name, str) for name in key):
        return f"[{key!r}]"
    if not isinstance(key, tuple):
        key = (key,)
    if not key:
        return "[()]"
    return "[" + ", ".join(map(show_item, key)) + "]"


ALLOWED = (ast.Expression, ast.Subscript, ast.Tuple, ast.List, ast.Slice, ast.Constant, ast.Name)
ALLOWED += (ast.Attribute, ast.UnaryOp, ast.USub, ast.UAdd, ast.Load)


def expected(text):
    bracketed = text.lstrip(" \t\n\r\f").startswith("[")
    source = "R" + text.strip() if bracketed else f"R[{text}]"
    recorder = Recorder()
    names = {"R": recorder, "newaxis": None, "Ellipsis": ...}

    class np:
        newaxis = None

    names["np"] = names["numpy"] = np
    try:
        tree = ast.parse(source, mode="eval")
        chain = tree.body
        while isinstance(chain, ast.Subscript):
            chain = chain.value
        if not isinstance(chain, ast.Name):
            raise Unsupported("syntax")
        for node in ast.walk(tree):
            signs = isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant)
            if signs or not isinstance(node, ALLOWED):
                raise Unsupported("syntax")
        eval(compile(tree, "text", "eval"), names)
        return {"selection": "".join(map(show, recorder.keys))}
    except (SyntaxError, NameError, AttributeError, UnicodeError, ValueError):
        return {"error": "syntax"}
    except Unsupported as e:
        return {"error": str(e)}


def main():
    output = Output(__doc__, python=(3, 11))
    texts = WRITTEN.strip("\n").split("\n")
    for _ in range(600):
        count = rng.randrange(1, 8)
        body = "".join(rng.choice(["", "", " "]) + rng.choice(TOKENS) for _ in range(count))
        texts.append(rng.choice([f"[{body}]", body, f"['f'][{body}][{body}]"]))
    cases = []
    for text in texts:
        try:
            tree = ast.parse("R[" + text + "]", mode="eval")
            if "+1" not in text and any(isinstance(node, ast.BinOp) for node in ast.walk(tree)):
                # Two numbers side by side made a sum.
                continue
        except SyntaxError:
            pass
        cases.append({"text": text, **expected(text)})
    lines = ",\n".join(json.dumps(case) for case in cases)
    output.write("selections.json", f"[\n{lines}\n]\n".encode("ascii"))


if __name__ == "__main__":
    main()
