"""Headers of a file of evidence."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from activities.evidence import fold_file_name
from activities.manifest import ManifestFile
from web.evidence_files import file_headers


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_is_one_header_that_gives_it_back(name):
    """Whatever a file is called, the header is one line of ASCII, and a browser reads the folded name from it."""
    value = file_headers(ManifestFile(name, 1, "", bytes(32)))["Content-Disposition"]
    assert value.isascii()
    assert value.isprintable()
    sort, options = parse_options_header(value)
    assert sort == "attachment"
    assert options["filename"] == fold_file_name(name)
    assert unquote(value.partition("filename*=UTF-8''")[2]) == fold_file_name(name)


def test_a_file_is_in_a_sandbox():
    """Were it shown after all, it could run nothing."""
    headers = file_headers(ManifestFile("x", 5, "", bytes(32)))
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Length"] == "5"
