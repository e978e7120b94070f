# ruff: noqa: E501 (an object of a PDF is read in one line)
"""Résumés made by hand, good and bad, as bytes."""

import io
import zipfile
import zlib

_XML = '<?xml version="1.0"?>{doctype}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'


def pdf(*texts: str, content: bytes | None = None) -> bytes:
    """A PDF with one page for each text; `content` replaces every page's (unpacked) drawing."""
    count = len(texts)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, text in enumerate(texts):
        drawing = zlib.compress(
            content if content is not None else f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
        )
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * number} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
        objects += [page.encode()]
        objects += [b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(drawing), drawing)]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def docx(*paragraphs: str, doctype: str = "", body: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A Word document with these paragraphs."""
    body = body or "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", _XML.format(doctype=doctype, body=body))
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return file.getvalue()
