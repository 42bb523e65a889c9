"""As whom a client is counted."""

import pytest

from web.throttle import fold_client


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("/run/opora.sock", "unknown"),
    ],
)
def test_a_client_is_counted_as(address, counted):
    """IPv4 by the address, also within IPv6; IPv6 by its /64; anything else together."""
    assert fold_client(address) == counted
