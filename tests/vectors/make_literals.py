"""Writes literals.json: texts and what CPython 3.11's ast.literal_eval makes of them.

"py3" is the repr of the value, null where literal_eval raises. "py2" is the same after NumPy's
filter for headers of Python 2 (numpy.lib._format_impl._filter_header).
A repr is true, for "some value", where it would depend on the order of a set or on which of equal
keys a dict keeps.

    python make_literals.py [--seed N] [--count N] [--out DIR]
"""

import ast
import json
import random
import re
import warnings

from numpy.lib._format_impl import _filter_header

from common import Output

warnings.simplefilter("ignore")

FIXED = [
    # Blanks, lines and comments.
    "", " ", "\n", "#", "# a", "{}", "\t{}", "\t \t{}", "  {}", "\x0c{}", "\x0c  {}", "\x0c\t{}",
    "\t\x0c{}", "\t\x0c {}", "\n{}", "\r{}", "\r\n{}", "\n {}", "\n\t{}", "\n\x0c{}", "# a\n{}",
    "  # a\n{}", "\n # a\n{}", "\n # a\n {}", "{}#", "{} # a", "{}# a\n", "{}# a\n#b", "{}\n #x",
    "{}\n  #x\n", "{}#\xa0", "{}#\x0b", "{} # x \x00", "{}\n", "{}\r", "{}\r\n", "{}\n\n\n",
    "{}\n \x0c", "{}\n \x0c ", "{}\n\t", "{}\n  ", "{}\r\n  ", "{}\r  ", "{}\n  \n", "{}\n  \n ",
    "{}\n\r ", "{}\n \r ", "{}\x0c", "{}\x0b", "{}\x1a", "{}\xa0", "\ufeff{}", "{\x0b}", "{\x0c}",
    "{}\x00", "\x00", "'\x00'", "{\n  1\n    :2\n}", "{#\n}", "{#x\r}", "{\"a\"#b\n:1}", "[\n\n]",
    "\\\n{}", "\\\n  {}", "  \\\n{}", "  \\\n  {}", "\n\\\n{}", "\n \\\n{}", "\\\n\\\n{}",
    "\\\r\n{}", "{}\\\n", "{}\\\n ", "{}\n\\\n", "{}\n\\\n ", "{}\\\n#x", "{}\\", "{\\}",
    "{\\ \n}", "{\\\n}", "{\\\n\n}", "{1:2}\\", "(1\\\n,2)", "1\\\n", "1 \\\n+2j", "1\n+2j",
    "{};", "{}\n{}", "{} {}", "{}\n 1", "{},", "1,2", "1,", "1,\n", "1, #x", "1,2,", ",", "1,,",
    "1,2\n,3", "1 2",
    # Numbers.
    "0", "00", "0_0", "000_000", "0_1", "01", "09", "1_000", "1__0", "1_", "_1", "1_.5", "1._5",
    "09.5", "09j", "0777j", "1_0e1_0", "1e_5", "1.e5", ".5", ".5j", "5.", "5.j", "1e", "1e+",
    "1ej", "1E5", "1J", "1_000j", "1e400", "1e400j", "-1e400j", "1e400+1j", "1e-400", ".", "..",
    "...", "....", "1...", "1..", "0x", "0x_f", "0xF_f", "0xfg", "0x__f", "0xf_", "0b2", "0b_1",
    "0b1_0", "0o8", "0o17", "0B1", "0O7", "0X1", "0b", "0o", "0xfL", "1if", "1 if 1 else 2", "1and",
    "0xe+1", "1e5.0", "1.5.5", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "0x7fffffffffffffff", "9" * 4300, "9" * 4301,
    "0" * 5000, "1_" * 4299 + "1", "9" * 400 + "+1j", "0.1", "1e16", "1e15", "123456789012345678.0",
    "1e-5", "1e-4", "0.00001", "1.5e300", "5e-324", "1e22", "1e23", "-0.0", "0.1e-7", "1e100",
    # Signs and sums.
    "+1", "-1", "- 1", "--1", "-+1", "~1", "-0", "-0.0", "-0j", "0-0j", "-0-0j", "-0.0+0j",
    "-0.0-0j", "-(1)", "-(-1)", "(-1)", "-(1+2j)", "(1+2j)", "1+2j", "-1-2j", "(1)+(2j)", "1+(-2j)",
    "1+-2j", "1+2j+3j", "1+(2+3j)", "1.5+2j", "2j+1", "2j+2j", "1j-1j", "1+2", "1+True", "-True",
    "True+1j", "-'a'", "1-2j", "1.5-2.5j", "1e16+1e16j", "1\t+\t2j", "(1+\n2j)", "1*2j", "1++2j",
    "+(1)", "(+1)", "((1))", "+", "-", "(1)-(1)j", "1 +", "(1+)", "'a'+'b'", "99999999999999999999+1j",
    "-99999999999999999999j", "0xFFFFFFFFFFFFFFFFFFFFFF+1j",
    # Names.
    "None", "True", "False", "true", "none", "Nonesuch", "None1", "None\xe9", "Ellipsis", "nan",
    "inf", "set", "set()", "set ( )", "(set)()", "((set))()", "(set)", "set(\n)", "set\n()", "set(1)",
    "set()()", "[set]", "[set()]", "{set()}", "(set,)", "(set())", "set,", "-set()", "(set+1j)",
    "(set\n)()", "frozenset()", "dict()", "x", "\xb5", "lambda:1", "not 1", "1 or 2", "1==1", "yield",
    "(yield)", "[*a]", "(*[1],)", "(x:=1)", "[1 for x in ()]", "a.b", "@", "`1`", "$", "?", "!",
    # Strings and bytes.
    "''", '""', "''''''", '""""""', "'a'", "u'x'", "U'x'", "r'x'", "R'x'", "b'x'", "B'x'", "br'x'",
    "bR'x'", "rb'x'", "Rb'x'", "ur'x'", "bu'x'", "ub'x'", "rr'x'", "bb'x'", "f'x'", "fr'x'", "rf'x'",
    "x'x'", "rbr'x'", "u 'x'", "b\n'x'", "'a' 'b'", "'a''b'", "'a'u'b'r'c'", "'a' b'b'", "b'a' 'b'",
    "b'a' b'b'", "'a'\n'b'", "('a'\n'b')", "('a' #x\n 'b')", "'a'\\\n'b'", "'a' f'b'", "'a' 1",
    "'a'1", "1'a'", "None'a'", "'a'None", "'it''s'", "''''a'''", "''''a' '''", "'''a''''", "'''a'b\"c'''",
    "'''a\nb'''", "'''a\r\nb'''", "'''a\rb'''", "'a\nb'", "'a\rb'", "'a", "'''a''", "'''a'", "'a\\",
    "'a\\'", "'a\\\n", "'a\\\nb'", "'a\\\r\nb'", "'a\\\rb'", "'\\\\'", "'\\''", '"\\""', '"\'"', "'\"'",
    "'\\'\"'", "'\\a\\b\\f\\n\\r\\t\\v'", "'\\0'", "'\\1234'", "'\\8'", "'\\777'", "'\\400'",
    "b'\\777'", "b'\\400'", "'\\x41'", "'\\x4'", "'\\xg1'", "'\\x+1'", "'\\u0041'", "'\\u123'",
    "'\\U0001f600'", "'\\U00110000'", "'\\U0010ffff'", "'\\q'", "'\\ '", "'\\\xe9'", "b'\\q'", "b'\\x41'",
    "b'\\xff'", "b'\\x4'", "b'\\u1'", "b'\\N'", "b'\xe9'", "'\xe9'", "'\\xe9'", "b'\\\xe9'", "'\\x1b'",
    "r'\\n'", "r'\\'", "r'\\''", "r'a\\\nb'", "r'a\\\r\nb'", "r'\\\\'", "rb'\\x41'", "r'\\x4'",
    "r'''a\rb'''", "rb'\\\xe9'", "r'\\\xe9'", "b'''a\r\n'b'''", "'\x7f'", "'\x1b'", "'\xa0'", "'\xad'",
    "'\u3000'", "'\u200b'", "'\u2028'", "'\ue000'", "'\U000e0001'", "'\u0301'", "'e\u0301'", "'\u6e29'",
    "'\U0001f600'", "'\u0378'", "'\x0b'", "'\x0c'", "'\t'", "'a\\", "'\\x00'",
    # Brackets.
    "()", "( )", "(1)", "(1,)", "(1, )", "(1,2)", "(1,2,)", "(,)", "(1,,)", "(1", "(1,", "(1 2)", "1)",
    "(1]", "[]", "[1]", "[1,]", "[,]", "[1,,]", "[1", "[1)", "[1,2", "{}", "{1}", "{1,}", "{,}", "{1,2}",
    "{1:2}", "{1:2,}", "{1:2,,}", "{1:2,3}", "{1,2:3}", "{1:}", "{:1}", "{1:2", "{1:2]", "{1 :2 }",
    "{[]}", "{[]:1}", "{{}:1}", "{{1}:1}", "{():1}", "{(1,[])}", "{((),):1}", "{b'a':1}", "{'a':1,'a':2}",
    "{1:1,True:2}", "{**{}}", "{1:2,**{}}", "{1:x:=2}", "()()", "(1)(2)", "{}[0]", "[1][0]", "[()]",
    "((),)", "(((((1)))),)", "{'a': [(1, {2: None}), ...]}",
    # Python 2.
    "3L", "3 L", "3LL", "3 L L", "3 L\tL", "3l", "(3L,)", "(3L, 4L)", "-3L", "0x3L", "0777L", "00L",
    "1.5L", "2jL", "1+2jL", "3\\\nL", "(3\nL)", "(3 #x\nL)", "'a'L", "L", "3L4", "3L'a'", "3_0L", "3_L",
    "1eL", "0xL", "(3L)\n  ", "(3L)\\\n  ", "(3L)\n\\\n ", "\n (3L)", " (3L)", "\x0c(3L)", "(3L", "3L#L",
    "'3L'", "[3L]#x", "(3 L", "3 \xe9", "3L\xe9", "{'a': 3L}\r\n", "{'a': 3L}\n \n ",
]
for depth in (199, 200, 201):
    for opening, closing, middle in (
        ("(", ")", "1"), ("[", "]", ""), ("(", ",)", "1"), ("{1:", "}", "1"), ("(", ")", ""),
    ):
        FIXED.append(opening * depth + middle + closing * depth)
FIXED += ["[(" * 100 + "),]" * 100, "[(" * 101 + "),]" * 101, "set" + "(" * 201, "(" * 200 + "set()"]

ATOMS = [
    "0", "00", "1", "23", "-4", "1_0", "0x1f", "0b11", "0o17", "1.5", ".5", "2j", "1e5", "1+2j", "-1-2j",
    "None", "True", "False", "...", "set()", "'a'", "\"b\"", "u'c'", "r'\\d'", "b'e'", "'''f'''", "'\\x41'",
    "'\\n'", "'g' 'h'", "'\xe9'", "''", "3L", "4 L",
]
PIECES = ATOMS + list("()[]{},:+-' \"\n\r\t\f\\#01Lju_.x\xe9\xa0\x00") + ["\r\n", "\\\n", "# c\n", "'''"]
GAPS = [""] * 8 + [" ", "  ", "\t", "\n", "\r\n", "\f", "\\\n", " # c\n"]


def gap(rng):
    return rng.choice(GAPS)


def value(rng, depth=0):
    kind = rng.random()
    if depth > 3 or kind < 0.4:
        return rng.choice(ATOMS)
    items = [
        gap(rng) + value(rng, depth + 1) + gap(rng) for _ in range(rng.choice([0, 1, 1, 2, 3]))
    ]
    comma = rng.choice(["", ","]) if items else ""
    if kind < 0.6:
        return "(" + ",".join(items) + comma + gap(rng) + ")"
    if kind < 0.75:
        return "[" + ",".join(items) + comma + gap(rng) + "]"
    if kind < 0.8 and items:
        return "{" + ",".join(items) + comma + "}"
    entries = [gap(rng) + rng.choice(ATOMS) + gap(rng) + ":" + item for item in items]
    return "{" + ",".join(entries) + comma + gap(rng) + "}"


def mutate(rng, text):
    at = rng.randrange(len(text) + 1)
    how = rng.random()
    if how < 0.5:
        return text[:at] + rng.choice(PIECES) + text[at:]
    if how < 0.8:
        return text[:at] + text[at + rng.choice([1, 1, 2, 5]) :]
    return text[:at] + rng.choice(PIECES) + text[at + 1 :]


def generated(rng):
    before = rng.choice([""] * 6 + [" ", "\t", "\f", "\n", "# c\n", "\\\n"])
    after = rng.choice([""] * 6 + [" ", "\n", "\r\n", "\n ", " # c", "\n\n", "\\\n", "\f", "\n\f"])
    text = before + value(rng) + after
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        text = mutate(rng, text)
    return text


def refused_on_purpose(text):
    """The differences that the documentation of the parser lists."""
    surrogate = "\\ud8" in text
    named = "\\N{" in text
    # NumPy's filter takes a line that begins with a carriage return for a comment.
    odd_line = re.search(r"(^|\n)[ \t\f]*\r(?!\n)", text)
    return surrogate or named or odd_line


def representation(text):
    value = ast.literal_eval(text)
    for node in ast.walk(ast.parse(text.lstrip(" \t"), mode="eval")):
        if isinstance(node, ast.Set) and len(node.elts) > 1:
            return True
        if isinstance(node, ast.Dict) and len(node.keys) != len(ast.literal_eval(node)):
            return True
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value >= 2**63:
            return True
    return repr(value)


def verdict(text, filtered):
    try:
        return representation(_filter_header(text) if filtered else text)
    except Exception:
        return None


def judge(text):
    return {"text": text, "py3": verdict(text, False), "py2": verdict(text, True)}


def main():
    # The grammar is that of CPython 3.11.
    output = Output(__doc__, python=(3, 11), seed=1, count=800)
    rng = random.Random(output.options.seed)
    texts = FIXED + [generated(rng) for _ in range(output.options.count)]
    cases = [judge(text) for text in dict.fromkeys(texts) if not refused_on_purpose(text)]
    lines = ",\n".join(json.dumps(case) for case in cases)
    output.write("literals.json", f"[\n{lines}\n]\n".encode("ascii"))


if __name__ == "__main__":
    main()
