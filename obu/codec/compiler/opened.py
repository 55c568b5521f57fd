"""Writes how the function of an open type is found by its number: imported when first met, then in a table."""

from obu.codec.compiler.library import Library
from obu.codec.compiler.page import Page, constant, snake
from obu.codec.shape import Named, Open


def finder(library: Library, kind: str, shape: Open, owner: str) -> str:
    """The expression with `{number}` in it of the function of a number, which is None for one without a type."""
    table = library.constant(owner, f"_{constant(kind)}", "dict[int, Any]()")
    called = f"find_{kind}_{snake(owner)}"
    page = Page()
    head = "if"
    for number, inner in shape.shapes.items():
        if not isinstance(inner, Named):
            raise ValueError(f"{owner}: a type of its own name is expected for the number {number}")
        with page.block(f"{head} number == {number}"):
            function, importing = library.late_function(kind, inner.name)
            if importing:
                page.line(importing)
            page.line(f"found = {function}")
        head = "elif"
    with page.block("else"):
        page.line("return None")
    page.line(f"{table}[number] = found")
    page.line("return found")
    library.add_function(called, "\n".join([f"def {called}(number: int) -> Any:", *page.lines]))
    return f"{table}.get({{number}}) or {called}({{number}})"
