"""Addresses below a path."""

import pytest

from web.prefix import Prefix, public_path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (None, ""),
        ("https://opora.example.org", ""),
        ("https://opora.example.org/", ""),
        ("https://school.example/opora/", "/opora"),
        ("https://school.example:8443/a/b", "/a/b"),
    ],
)
def test_the_path_of_the_public_address(url, path):
    """It is what follows the host, without a last slash."""
    assert public_path(url) == path


@pytest.mark.parametrize(
    ("asked", "inside"),
    [("/opora/d/x", "/d/x"), ("/d/x", "/d/x"), ("/opora", "/"), ("/opora/", "/"), ("/operation", "/operation")],
)
def test_the_path_moves_to_where_wsgi_has_it(asked, inside):
    """Passed on by the proxy or taken off: the pages see the same."""
    seen = []
    app = Prefix(lambda environ, _: seen.append(environ) or [], "/opora")
    app({"PATH_INFO": asked, "SCRIPT_NAME": ""}, None)
    assert (seen[0]["SCRIPT_NAME"], seen[0]["PATH_INFO"]) == ("/opora", inside)
