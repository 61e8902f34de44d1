#!/usr/bin/env python3
"""Writes the data tables of src/text from the libraries that define them.

Needs Python 3.11 (Unicode 14.0, its html.entities) and ftfy 6.3.1. Run it in the
repository's root:  python3 tools/make_text_tables.py
"""

import html
import html.entities
import re

import ftfy
import ftfy.badness
import ftfy.chardata

HEADER = "// Written by tools/make_text_tables.py; do not edit.\n"


def c_string(data: bytes) -> str:
    """Bytes as a C string literal; every byte that is not plain is octal."""
    plain = set(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz;,.!()[]{}<>*+-/:=@^_`|~$%&'# ")
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03o}" for b in data) + '"'


def entity_rows(entities: dict[str, str]) -> str:
    rows = sorted((name.encode(), text.encode()) for name, text in entities.items())
    return "".join(f"    {{{c_string(name)}, {c_string(text)}}},\n" for name, text in rows)


def shouted_entities() -> dict[str, str]:
    """Upper-cased spellings that ftfy also knows: &NTILDE; (without the '&')."""
    html5 = html.entities.html5
    return {name[1:]: text for name, text in ftfy.chardata.HTML_ENTITIES.items()
            if name[1:] not in html5}


def write_entities(path: str) -> None:
    with open(path, "w", encoding="ascii") as out:
        out.write(HEADER)
        out.write('#include "text/html_entities.h"\n\nnamespace tandem {\n\n')
        out.write("// Python's html.entities.html5: names without '&', some without ';', in byte order.\n")
        out.write("const HtmlEntity kHtmlEntities[] = {\n" + entity_rows(html.entities.html5) + "};\n")
        out.write("const size_t kHtmlEntityCount = sizeof(kHtmlEntities) / sizeof(HtmlEntity);\n\n")
        out.write("// ftfy's upper-cased spellings of them.\n")
        out.write("const HtmlEntity kShoutedEntities[] = {\n" + entity_rows(shouted_entities()) + "};\n")
        out.write("const size_t kShoutedEntityCount = sizeof(kShoutedEntities) / sizeof(HtmlEntity);\n\n")
        out.write("}  // namespace tandem\n")


def code_points(char_class: str) -> list[int]:
    """The members of a regular expression's character class, below U+10000."""
    matcher = re.compile(f"[{char_class}]")
    return [c for c in range(0x10000) if not 0xD800 <= c < 0xE000 and matcher.match(chr(c))]


def ranges(points: list[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for point in points:
        if out and out[-1][1] == point - 1:
            out[-1] = (out[-1][0], point)
        else:
            out.append((point, point))
    return out


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace("utf8", "Utf8").split("_"))


def write_range_table(out, name: str, points: list[int]) -> None:
    items = [f"{{0x{a:04X}, 0x{b:04X}}}" for a, b in ranges(points)]
    out.write(f"const CodeRange {name}[] = {{\n")
    for i in range(0, len(items), 5):
        out.write("    " + ", ".join(items[i:i + 5]) + ",\n")
    out.write("};\n\n")


def write_span_list(out, type_name: str, variable: str, rows: list[str]) -> None:
    out.write(f"const {type_name} {variable}[] = {{\n")
    for row in rows:
        out.write(f"    {row},\n")
    out.write("};\n\n")


def write_mojibake(path: str) -> None:
    with open(path, "w", encoding="ascii") as out:
        out.write(HEADER)
        out.write('#include "text/mojibake_tables.h"\n\nnamespace tandem {\nnamespace {\n\n')
        categories = ftfy.badness.MOJIBAKE_CATEGORIES
        for name, members in categories.items():
            write_range_table(out, "k" + camel(name), code_points(members))
        clues = ftfy.chardata.UTF8_CLUES
        for name, members in clues.items():
            write_range_table(out, "k" + camel(name), code_points(members))
        out.write("}  // namespace\n\n")
        out.write("// In the order of enum MojibakeCategory.\n")
        write_span_list(out, "std::span<const CodeRange>", "kMojibakeCategories",
                        ["k" + camel(name) for name in categories])
        out.write("// In the order of enum Utf8Clue.\n")
        write_span_list(out, "std::span<const CodeRange>", "kUtf8Clues",
                        ["k" + camel(name) for name in clues])
        out.write("// What bytes 0x80 to 0xFF stand for in ftfy's encodings, in the order that it tries them.\n")
        out.write("const Charmap kCharmaps[] = {\n")
        for encoding in ftfy.chardata.CHARMAP_ENCODINGS:
            substitute = ord(bytes([0x1A]).decode(encoding))
            assert substitute == (0xFFFD if encoding.startswith("sloppy") else 0x1A)
            assert bytes(b for b in range(0x80) if b != 0x1A).decode(encoding).isascii()
            high = [f"0x{ord(c):04X}" for c in bytes(range(0x80, 0x100)).decode(encoding)]
            out.write(f'    {{"{encoding}",\n     {{')
            out.write(",\n      ".join(", ".join(high[i:i + 8]) for i in range(0, 128, 8)))
            out.write("}},\n")
        out.write("};\n\n}  // namespace tandem\n")


def main() -> None:
    assert ftfy.__version__ == "6.3.1", ftfy.__version__
    write_entities("src/text/html_entity_table.cpp")
    write_mojibake("src/text/mojibake_tables.cpp")


if __name__ == "__main__":
    main()
