"""The command line, one module a noun.

`cli/<noun>.py` has a `group` (or a `command`, where the noun is a verb by itself), named in the table of
`cli.main`. Help is marked for translation: `@group.command("list", help=N_("…"))`,
`click.option("--due-before", metavar=N_("DATE"), help=N_("…"))`. Commands import what is slow inside the
function, raise `OporaError` and never catch it; `cli.output` prints, `cli.options` has what many share.
"""
