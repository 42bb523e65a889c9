"""`python -m cli`: the command without its script, as `opora up` starts its children."""

from cli.main import main

main()
