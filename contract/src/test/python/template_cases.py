"""Writes template-cases.json: small templates and what transformers' own Jinja environment renders for them.

    python3 template_cases.py > ../resources/io/kubetune/contract/template/template-cases.json      (needs transformers)

Each case is {"template", "rendered"} or {"template", "error"}; the variables are the same for all.
"""
import copy, json

from transformers.utils.chat_template_utils import _compile_jinja_template

VARIABLES = {
    "s": "Hello, World", "u": "é👩‍💻ß ǆ", "pad": "  a b \n", "empty": "", "n": 5, "f": 2.5, "yes": True, "no": False, "nil": None, "big": 123456789012345678901234567890,
    "l": [3, 1, 2], "words": ["b", "A", "c", "a"], "d": {"b": 1, "a": [1, 2.0, None, True], "items": "x", "é": "<&'\">"},
    "people": [{"name": "Ann", "age": 30, "tags": ["x", "y"]}, {"name": "bob", "age": 25, "tags": []}, {"name": "Cy", "age": 30, "city": {"zip": "1"}}],
    "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U1"}, {"role": "assistant", "content": "A1"}, {"role": "user", "content": "U2"}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}],
}

EXPRESSIONS = r"""
1 + 2 * 3 ** 2 - 4 // 3
-7 // 2
-7 % 3
7 % -3
7.5 // 2
7 / 2
2 ** -1
2 ** 3 ** 2
-2 ** 2
1e16
1e15
123456789.123456789
0.0001
0.00001
1.0
100000000000000000000.0
-0.0
1_000
0x1F
0b101
0o17
big + 1
big * big
5.5 % 2
-5.5 % 2
true + true
1 == true
1 == 1.0
"a" == 'a'
[1] == (1,)
nil == none
undefinedthing == nil
undefinedthing == otherundefined
1 < 2 < 3
1 < 3 < 2
3 > 2 >= 2
"a" < "b"
"😀" > "￿"
[1,2] < [1,3]
not true or true
not (true or true)
1 and 0 or 5
"" or "x"
nil and nil.foo
"a" ~ 1 ~ none ~ true ~ 1.5
"a" "b" 'c'
"ell" in s
"x" not in s
1 in l
"b" in d
2 in (1, 2)
nil in [none]
undefinedthing in l
"x" in undefinedthing
s[0]
s[-1]
s[1:4]
s[::-1]
s[:-2]
s[-3:]
s[10:2]
s[10:2:-1]
s[::3]
u[1]
u[1:3]
u[::-1]
u|length
u|list
l[0]
l[-1]
l[1:]
l[::-1]
l[5]
l[5] is defined
l["x"] is defined
d.b
d["b"]
d.a[1]
d.items is string
d["items"]
d.items() | list | length
d.nothing
d.nothing is undefined
d.get("b")
d.get("zz")
d.get("zz", 7)
d.keys() | list
d.values() | list | length
d | length
d
d.a
l
(1,)
(1, 2)
()
{"a": 1, 'b': [1, "x'y", 'q"r', "b\\n"]}
"it's"
["it's", 'say "hi"', "both ' and \"", "tab\t nl\n", "é👩‍💻\u200b\u00a0\x7f"]
d.items()
d.keys()
range(3)
range(3) | list
range(2, 8, 3) | list
range(5, 0, -2) | list
range(3)[1]
n if n > 3 else "small"
"x" if no
("x" if no) is defined
s if yes
s.lower() ~ s.upper() ~ s.title() ~ s.swapcase()
"hello world-foo's".title()
"hello world-foo's (bar)" | title
"hELLO".capitalize()
"ßtart".capitalize()
u.upper()
u.lower()
"ΑΣ".lower()
pad.strip() ~ "|"
"|" ~ pad.lstrip() ~ "|" ~ pad.rstrip() ~ "|"
"xxhixx".strip("x")
"abcHIcba".strip("abc")
"\u00a0\u2003 x \u3000".strip()
"\u200bx\u200b".strip()
pad | trim
"xxhixx" | trim("x")
"a,b,c".split(",")
"a,b,c".split(",", 1)
"a,b,c".rsplit(",", 1)
" a  b c ".split()
" a  b c ".split(None, 1)
" a  b c ".rsplit(None, 1)
" a  b c ".split(" ")
"a<t>b<t>c".split("<t>")[-1]
"a\nb\r\nc\rd\x0be\u2028f\n".splitlines()
"a\nb\r\n".splitlines(true)
"".splitlines()
"a-b-c".partition("-")
"a-b-c".rpartition("-")
"abc".partition("x")
"abc".startswith("a")
"abc".startswith(("x", "ab"))
"abc".endswith("bc")
"abcabc".startswith("c", 2)
"abcabc".replace("b", "X")
"abcabc".replace("b", "X", 1)
"abc".replace("", "-")
"éa".replace("", "-", 2)
"abcabc" | replace("b", "X")
"abcabc" | replace("b", "X", 1)
5 | replace("5", "six")
"abcabc".find("c")
"abcabc".rfind("c")
"👩x".find("x")
"abcabc".find("z")
"abcabc".count("bc")
"abc".index("c")
"-".join(["a", "b"])
"ab".join("xyz")
["a", 1, none] | join("-")
people | join(", ", attribute="name")
words | join
"{} and {}".format(1, "two")
"{0}{1}{0}".format("a", "b")
"{x:>5}|{y:<4}|{z:^6}|{w:05d}".format(x=1, y="a", z="mid", w=42)
"{:.2f} {:,} {:x} {:%} {:e} {:g}".format(3.14159, 1234567, 255, 0.5, 12345.678, 0.00001234)
"{{}} {0[a]} {1.b}".format({"a": 1}, {"b": 2})
"{!r}".format("x")
"%s is %d and %5.1f%% %r %x" % ("a", 3, 2.25, "q", 255)
"%s" % "only"
"%05d|%-5s|%+d" % (42, "ab", 7)
"%(k)s" % {"k": "v"}
"%s, %s!" | format("Hi", "you")
"abc".ljust(5) ~ "|" ~ "abc".rjust(5, "*") ~ "|" ~ "abc".center(8, "-") ~ "|" ~ "abc".center(7) ~ "|" ~ "abcd".center(7, "*")
"42".zfill(5) ~ "-42".zfill(5)
"abc".isalpha() ~ "a1".isalnum() ~ "12".isdigit() ~ " ".isspace() ~ "Ab".islower() ~ "AB".isupper() ~ "Ab Cd".istitle()
"".isdigit()
"prefix-x".removeprefix("prefix-") ~ "x.txt".removesuffix(".txt")
"a\tb".expandtabs(4)
s | upper
s | lower
s | capitalize
s | reverse
l | reverse | list
s | length
s | first ~ s | last
l | first
[] | first is defined
l | last
l | sort
l | sort(reverse=true)
words | sort
words | sort(case_sensitive=true)
words | sort(reverse=true)
people | sort(attribute="age") | map(attribute="name") | list
people | sort(attribute="age,name") | map(attribute="name") | list
people | sort(attribute="name", reverse=true) | map(attribute="name") | list
d | dictsort | length
{"b": 1, "A": 2} | dictsort
{"b": 1, "a": 2} | dictsort(by="value")
{"b": 1, "a": 2} | dictsort(reverse=true)
l | min ~ l | max
words | min
people | max(attribute="age")
l | sum
people | sum(attribute="age")
people | map(attribute="name") | join(",")
people | map(attribute="city.zip", default="-") | join(",")
people | map(attribute="tags.0", default="none") | list
words | map("upper") | list
words | map("replace", "a", "z") | list
l | map("string") | list
people | selectattr("age", "equalto", 30) | map(attribute="name") | list
people | selectattr("age", ">", 26) | list | length
people | selectattr("city") | list | length
people | selectattr("city", "defined") | map(attribute="name") | list
people | rejectattr("age", "equalto", 30) | map(attribute="name") | first
messages | selectattr("role", "equalto", "user") | list | length
messages | selectattr("role", "in", ["user", "system"]) | map(attribute="content") | join
l | select("odd") | list
l | select("gt", 1) | list
l | reject("equalto", 1) | list
[0, 1, "", "x", none] | select | list
words | unique | list
words | unique(case_sensitive=true) | list
people | groupby("age") | map("first") | list
people | groupby("age") | map("last") | map("length") | list
[1, 2, 3, 4, 5] | batch(2) | list
[1, 2, 3, 4, 5] | batch(2, 0) | list
[1, 2, 3, 4, 5] | slice(2) | list
[1, 2, 3, 4, 5] | slice(3, "-") | list
d | items | list | length
undefinedthing | items | list
undefinedthing | default("dflt")
undefinedthing | d("x")
empty | default("dflt")
empty | default("dflt", true)
nil | default("dflt")
undefinedthing | default
"42" | int + 1
"42.7" | int
"x" | int
"x" | int(7)
"0x1f" | int(0, 16)
" 12 " | int
2.9 | int
-2.9 | int
nil | int
"2.5" | float
"x" | float
"1e3" | float
-5 | abs
2.5 | round
3.5 | round
2.567 | round(2)
2.5 | round(0, "floor")
2.1 | round(0, "ceil")
2.675 | round(2)
17 | round(-1)
7 | round
d | tojson
d | tojson(indent=2)
d | tojson(indent=0)
d | tojson(sort_keys=true)
d | tojson(ensure_ascii=true)
l | tojson(separators=(",", ":"))
[] | tojson(indent=4)
{} | tojson(indent=4)
[[], {}, [1]] | tojson(indent=2)
s | tojson
nil | tojson
big | tojson
1.0 | tojson
1e20 | tojson
"\u2028\x7f\x00/<>&'" | tojson
"\x7f\x80" | tojson(ensure_ascii=true)
"👩" | tojson(ensure_ascii=true)
{1: 2, none: 3, true: 4, 1.5: 5} | tojson
(1, 2) | tojson
"a\nb\n\nc" | indent
"a\nb\n\nc" | indent(2, true)
"a\nb\n\nc" | indent(2, blank=true)
"a\nb" | indent("> ")
"a\nb\n" | indent(2)
"foo bar baz qux" | truncate(9)
"foo bar baz qux" | truncate(9, true)
"foo bar baz qux" | truncate(11)
"foo bar baz qux" | truncate(9, false, "…", 0)
"abc" | center(9)
"foo bar  baz" | wordcount
u | wordcount
"<p>Hi  <b>there</b></p>" | striptags
"a b/c?d=é&~*" | urlencode
{"a b": "c/d"} | urlencode
"<a href='x'>\"&" | e
("<b>" | safe) ~ "<i>"
("<b>" | safe) + "<i>"
"<i>" + ("<b>" | safe)
"<i>" | escape | escape
("<b>" | safe).upper() + "&"
("<b>" | safe) | upper
"x" | string
l | string
5 | string | length
"abc" | list
d | list
s is string
n is number
yes is number
yes is integer
n is integer
f is float
nil is none
l is sequence
s is sequence
d is sequence
d is mapping
l is mapping
l is iterable
n is iterable
undefinedthing is iterable
undefinedthing is sequence
range(3) is sequence
d.items() is sequence
d.items() is iterable
(l | map("string")) is iterable
s is defined
undefinedthing is defined
undefinedthing is not defined
yes is true
no is false
n is odd
n is even
n is divisibleby 5
n is divisibleby(3)
"abc" is lower
"ABC" is upper
n is eq 5
n is equalto(5)
n is ne 4
n is gt 4 and n is lt 6
n is in [5, 6]
n is sameas 5
yes is sameas true
yes is boolean
raise_exception is callable
s is callable
s.upper is callable
"upper" is filter
"defined" is test
s is string and n is number or false
not n is string
n is not string
dict(a=1, b=2)
dict({"x": 1}, y=2)
dict([("k", "v")])
namespace(a=1).a
namespace({"a": 1}, b=2).b
namespace(a=1).zzz is defined
s | attr("upper") is callable
d | attr("b") is defined
[1, 2] + [3]
(1,) + (2,)
[1] * 3
"ab" * 3
3 * "ab"
"a" * 0
"a" * -1
[[1, 2], [3]] | sum(start=[])
lambda is defined
s.__class__ is defined
d._x is defined
"%c" % 65
1.5 ~ "" ~ 1e100 ~ 1.5e-7
[1.0, 0.1, 1e22, none, true]
"a" ~ undefinedthing ~ "b"
none ~ ""
"\x41\u00e9\101\q\
joined"
{"a": {"b": {"c": 1}}}.a.b.c
[1, [2, [3]]][1][1][0]
people[0].tags[-1]
people[-1]["city"]["zip"]
people.0.name
loop is defined
messages[-1:][0].role
messages[1:3] | map(attribute="role") | list
(messages | last).content
(l | sort)[0]
s.split(", ")[1][:2]
"abc"[1:2].upper()
"a b".split() | length
(1 if yes else 2) + 3
1 if yes else 2 + 3
n > 3 and "big"
n + 1 | string
-n | abs
(n, f) | join("/")
s | replace("l", "L") | upper | length
joiner(",")() ~ "x"
undefinedthing is callable
"%s" % undefinedthing
"" % l
("a,b" | safe).split(",")
u.swapcase()
undefinedthing in d
people | truncate(5) | length
[("a", "b c")] | urlencode
5 | select is iterable
""".strip("\n")

ERRORS = r"""
1 / 0
1 // 0
1 % 0
"a" + 1
1 + "a"
[1] + (1,)
undefinedthing + 1
undefinedthing.foo
d.nothing.foo
l[5].foo
nil.foo.bar
undefinedthing()
s()
n()
nil | length
5 | length
for x
"a" < 1
nil < 1
{} < {}
1 in 5
5 in "abc"
-"a"
l | join(1, 2, 3)
s | nofilter
s is notest
"x".nomethod()
l.append(1)
d.update({})
d.pop("a")
raise_exception("boom: 1")
raise_exception(s ~ n)
d | tojson(nonsense=1)
undefinedthing | tojson
range(1000000)
range(1, 2, 0) | list
namespace(_a=1)
"a".split("")
"abc".index("z")
"%d" % "x"
"%s %s" % ("a",)
"%s" % ("a", "b")
(l | map("string"))[0].x
(l | map("string")) | length
(l | select("odd")) | last
undefinedthing | int
[][0][0]
{[1]: 2}
2 ** 100000
yes[1:]
nil[::2]
d[1:]
undefinedthing[1:]
l | indent
undefinedthing | indent
l | truncate(1, leeway=0)
[5] | urlencode
5 | select | list
1 if
(1, 2
[1, 2
{"a": 1
"unclosed
@
s.
s[
a b
1 +
x is
x |
not
for in
""".strip("\n")

TEMPLATES = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\n  {% if yes %}\n  b\n  {% endif %}\nc", "a  {%- if yes -%}  b  {%- endif -%}  c", "a {%+ if yes %} b {% endif +%}\n c",
    "{# comment #}\nx{#- c -#}  y {# multi\nline #}\nz", "  {# c #}\nx", "x  {{- s -}}  y", "x  {{ s }}\ny", "{{ s }}\n\n{{ n }}\n", "\n\n{{ n }}\n\n", "a\r\nb{% if yes %}\r\nc{% endif %}",
    "{% raw %}{{ x }} {% y %}{% endraw %}", "a {%- raw -%}  {{ x }}  {%- endraw -%} b", "  {% raw %}\n  x\n  {% endraw %}\ny", "{% if yes %}{% endif %}\n\nx",
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem else '-' }}<{{ m.role }}>{{ loop.nextitem.role if loop.nextitem is defined else '-' }} {% endfor %}",
    "{% for m in messages if m.role == 'user' %}{{ loop.index }}/{{ loop.length }}{{ m.content }}{% else %}none{% endfor %}", "{% for m in [] %}x{% else %}none{% endfor %}",
    "{% for m in messages if m.role == 'x' %}x{% else %}none{{ m is defined }}{% endfor %}", "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k, v in {'a': 1, 'b': 2} | items %}{{ k }}={{ v }};{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for c in 'aé👩' %}[{{ c }}]{% endfor %}",
    "{% for k in {'a': 1} %}{{ k }}{% endfor %}", "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in range(3) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{{ loop.index }} {% endfor %}{{ loop.index }}|{% endfor %}",
    "{% for i in [1,2] %}{% set x = i %}{{ x }}{% endfor %}{{ x is defined }}", "{% set x = 1 %}{% for i in [1,2] %}{{ x }}{% set x = 9 %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if yes %}{% set x = 2 %}{% endif %}{{ x }}", "{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{% set ns.a = [] %}{% for i in l %}{% set ns.a = ns.a + [i] %}{% endfor %}{{ ns.a }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, %}{{ a }}",
    "{% set ns = namespace(x=1) %}{% set ns.x, y = 5, 6 %}{{ ns.x }}{{ y }}", "{% set x %}a{{ n }}b{% endset %}[{{ x }}]", "{% set x | upper | trim %} a{{ n }}b {% endset %}[{{ x }}]",
    "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}", "{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c='z') }} {{ m(1, 3, 4) }} {{ m() }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=1) }}", "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(4) }}",
    "{% macro m(x) %}{{ x }}{{ y }}{% endmacro %}{% set y = 7 %}{{ m(1) }}", "{% set y = 1 %}{% macro m() %}{% set y = 2 %}{{ y }}{% endmacro %}{{ m() }}{{ y }}", "{% macro m() %}a{% endmacro %}{{ m() | upper }}{{ m.name }}",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{{ n }}{% endcall %}", "{% macro m(x) %}{{ caller(x, 2) }}{% endmacro %}{% call(a, b) m(1) %}{{ a }}{{ b }}{% endcall %}",
    "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% call upper() %}x{% endcall %}", "{% filter upper %}a{{ s }}b{% endfilter %}", "{% filter replace('a', 'b') | upper %}aaa{% endfilter %}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}", "{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% print n, s %}", "{% if no %}a{% elif n == 5 %}b{% else %}c{% endif %}", "{% if no %}a{% elif no %}b{% else %}c{% endif %}", "{% if undefinedthing %}a{% else %}b{% endif %}",
    "{% for x in tree recursive %}{{ x.v }}{{ loop.depth }}{% if x.kids %}({{ loop(x.kids) }}){% endif %}{% endfor %}", "{% for x in [1,1,2] %}{{ loop.changed(x) }}{{ loop.cycle('a', 'b') }} {% endfor %}",
    "{% set j = joiner('|') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}",
    "{% block body %}x{{ n }}{% endblock %}", "{% block body scoped %}x{% endblock body %}", "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}|{% endfor %}",
    "{% for m in messages %}{% generation %}{% set q = loop.index %}{{ q }}{% endgeneration %}{{ q is defined }}{% endfor %}", "{% if yes %}\n  {{- s }}\n{%- endif %}\n", "{%- for i in l %}\n  {{- i }},\n{%- endfor %}",
    "{% for m in messages %}\n    {%- if m.role == 'user' -%}\n        U:{{ m.content }}\n    {% else %}\n    {{ m.content }}\n{% endif %}\n{% endfor %}\n\nEnd\n", "{{ {'a': 1}['a'] }}{{ {'a': {'b': 2}}['a']['b'] }}", "{{ '}}' }}{{ '%}' }}",
    "{{- '\\n' -}}  x", "{{ '{% if %}' }}", "{{ \"a\nb\" }}", "{%if yes%}x{%endif%}", "{%-if yes-%} x {%-endif-%}", "{% if yes: %}x{% endif %}", "{% if (yes\n and n) %}x{% endif %}", "a{{ n\n}}b",
    "{% set messages = messages[1:] %}{{ messages | length }}{% for message in messages %}{{ message.role[0] }}{% endfor %}", "{% for m in messages[::-1] %}{{ m.content }}{% endfor %}",
    "{% set ns = namespace(found=false) %}{% for m in messages[::-1] %}{% if not ns.found and m.role == 'user' %}{% set ns.found = true %}{{ loop.index0 }}{% endif %}{% endfor %}",
    "{% for i in l %}{% set loop_i = loop.index %}{% for j in l %}{{ loop_i }}{{ loop.index }} {% endfor %}{% endfor %}", "{% for loop_x in l %}{{ loop_x }}{% endfor %}", "{% macro f(x) %}{% for i in x %}{{ loop.last }}{% endfor %}{% endmacro %}{{ f(l) }}",
    "{% for x in l %}{% macro q() %}{{ x }}{{ loop.index }}{% endmacro %}{{ q() }}{% endfor %}", "{{ undefinedthing }}|{{ none }}|{{ true }}", "{{ l.index(2) }}{{ l.count(1) }}", "{{ 'a' if n == 5 }}{{ 'b' if n == 6 }}",
    "{{ ('a' if n == 6) ~ 'c' }}", "{% set x = 'a' if n == 6 %}{{ x is defined }}", "{{ s }} {{- n }} {{ n -}} x", "{% set _ = 1 %}{{ _ }}", "{% for _ in l %}{{ loop.index }}{% endfor %}",
    "{% set x = namespace(y=namespace(z=1)) %}{{ x.y.z }}", "{{ dict(a=1) | tojson }}", "{{ messages | tojson }}", "{{ messages | tojson(indent=2) }}", "{{ people | map(attribute='tags') | list | tojson }}",
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set sys = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% endif %}{{ sys }}{{ loop_messages | length }}",
    "{% if x is defined and x.y %}a{% else %}b{% endif %}", "{% if tools is not defined or tools is none %}none{% endif %}", "{{ messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | join('\\n') }}",
    "{% set x = l | select('gt', 1) %}{{ x | list }}{{ x | list }}", "{% for x in l | sort %}{{ x }}{% endfor %}", "{% for x in l | map('string') %}{{ loop.index }}/{{ loop.length }}{{ x }} {% endfor %}",
    "{{ f | round | int }}", "{{ '%.2f' % f }}", "{{ '%s' % l }}", "{{ '%s' | format(l) }}", "{% set a = b = 1 %}", "{% set 1 = 2 %}", "{% endif %}", "{% if yes %}", "{% for x in l %}", "{% for x %}{% endfor %}", "{% unknown %}", "{% do l.append(1) %}",
    "{{ n", "x{#", "x{% raw %}", "{% if yes", "{# unclosed", "{% raw %}x", "{% break %}", "{% macro m(a=1, b) %}{% endmacro %}", "{% else %}", "{% if yes %}{% endfor %}", "x{% include 'a' %}", "{% set ns.x = 1 %}", "{% set d.x = 1 %}", "{% for a, b in l %}{% endfor %}",
    "{% set ns = namespace() %}{% set ns._x = 1 %}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}", "{% for x in undefinedthing %}a{% else %}b{% endfor %}", "line1\nline2\n{{ undefinedthing.foo }}", "{{ messages[0].content.foo.bar }}",
    "{% set x = 1 -%}\n  y", "{% set x = 1 +%}\n  y", "{% set x = 1 %}\n  y", "{% set x = 1 %}  \n  y", "a\n\t {% set x = 1 %}b", "a {% set x = 1 %}b", "\t{{ n }}", "{{ n }}   {% if yes %}x{% endif %}", "{% if yes %}x{% endif %}   {% if yes %}y{% endif %}",
    "{% if yes %}\n   {% if yes %}x{% endif %}\n{% endif %}", "{%- if yes %}\n\n   x\n\n{%- endif %}", "{% for i in l %}   {{ i }}   {% endfor %}", "{% for i in l -%}   {{ i }}   {%- endfor %}", "{{ 'a' -}}\n\n\n{{- 'b' }}", "{{ 'a' }}{{ '\\n' }}{{ 'b' }}\n",
    "{% set x = {'a': [1, {'b': 2}]} %}{{ x.a[1].b }}{{ x['a'][0] }}", "{% set x = [1, 2, 3,] %}{{ x }}", "{% set x = {'a': 1,} %}{{ x }}", "{{ range(3) | map('string') | join(',') }}", "{{ strftime_now('%Y') | length }}", "{% set x = 'a' ~ 'b' | upper %}{{ x }}",
    "{{ 'a' + 'b' | upper }}", "{{ not 1 == 2 }}", "{{ 1 + 1 ~ 1 + 1 }}", "{{ 1 ~ 2 * 3 }}", "{{ 2 * 3 ~ 1 }}", "{{ - 1 + 2 }}", "{{ 10 - 2 - 3 }}", "{{ 2 - -2 }}", "{{ s | length > 3 }}", "{{ s | length == 12 and true }}", "{{ (s | length) + 1 }}", "{{ s is string | upper }}",
    "{{ foo(1) if foo is defined else 'nofoo' }}", "{{ [m.content for m in messages] }}", "{{ l | sort | first }}", "{{ d.b is number }}", "{{ d.b is eq 1 }}", "{{ 1 is not none }}", "{{ nil is not none and nil.x }}", "{{ 'abc' is in 'xabcx' }}", "{{ x.y is defined }}",
    "{% autoescape false %}{{ '<' }}{% endautoescape %}", "{{ [1,2,3] | batch(2) | map('list') | list }}", "{{ [3,1] | sort | join }}", "{% for g in people | groupby('age') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}", "{% for age, ps in people | groupby('age') %}{{ age }}:{{ ps | length }} {% endfor %}",
    "{{ (1, 2)[0] }}", "{{ 'x' * 3 ~ 'y' }}", "{{ 1.0 == 1 }}", "{{ '1' == 1 }}", "{{ [1, 2] == [1, 2.0] }}", "{{ {'a': 1} == {'a': 1.0} }}", "{{ true is sameas 1 }}", "{{ l is sameas l }}", "{{ 3 in {'a': 3}.values() }}",
]


def cases():
    yield from ("{{ " + e + " }}" for e in (EXPRESSIONS.replace("\\\njoined", "\\\\\njoined").split("\n")) if not e.startswith("joined") and not e.startswith('"\\x41'))
    yield '{{ "\\x41\\u00e9\\101\\q\\\njoined" }}'
    yield from ("{{ " + e + " }}" for e in ERRORS.split("\n"))
    yield from TEMPLATES


def run(template):
    try:
        return {"template": template, "rendered": _compile_jinja_template(template).render(**copy.deepcopy(VARIABLES))}
    except Exception as e:
        return {"template": template, "error": f"{type(e).__name__}: {e}"}


if __name__ == "__main__":
    print(json.dumps({"variables": VARIABLES, "cases": [run(t) for t in cases()]}, ensure_ascii=False, indent=0))
