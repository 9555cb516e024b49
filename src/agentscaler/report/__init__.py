"""Room 10, report: a run as pages that open from disk in any browser, without network.

    pages(book) -> file name -> text      index.html, style.css, worlds/..., tasks/...

index.html: the house as a funnel, the map of the domains, figures and distributions. Then a page for each drawn world and task.
Everything that comes from a definition, a world or a conversation is shown as text: templates escape it, and no page runs a script
but the one that ships here (its hash stands in the page's content policy). Equal books give equal bytes; no times, no paths.
"""

from collections.abc import Iterator

from agentscaler.report.book import Book, Page

__all__ = ["Book", "Page", "pages"]


def pages(book: Book) -> Iterator[Page]:
    """All files of the report."""
    from agentscaler.report.writing import write

    return write(book)
