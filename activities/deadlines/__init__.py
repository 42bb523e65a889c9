"""Reading a deadline: text and plan period in, `Schedule` out. Imports no database."""
