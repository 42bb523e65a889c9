"""Durable state machines: knows no plan, mail, HTTP, role or holiday."""
