"""What leaves the house: mail, calendar feeds, capability links."""
