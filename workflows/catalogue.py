"""The workflows that ship with the program, and loading one's own."""

from pathlib import Path

from engine.definition import WorkflowDefinition
from engine.errors import N_, OporaError
from workflows.findings import WorkflowFileError
from workflows.lint import Vocabulary, lint
from workflows.loader import parse_workflow

FOLDER = Path(__file__).parent


class UnknownWorkflowError(OporaError):
    """No workflow of that name ships with the program."""

    message = N_("There is no workflow “{name}”. Known: {known}.")


def list_workflows() -> list[str]:
    """Names of the shipped workflows."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def get_workflow(name: str, vocabulary: Vocabulary) -> WorkflowDefinition:
    """A shipped workflow by name, linted.

    Raises:
        UnknownWorkflowError: no such name.
        WorkflowFileError: the file cannot be used; says where and why.
    """
    if name not in list_workflows():
        raise UnknownWorkflowError(name=name, known=", ".join(list_workflows()))
    return load_workflow(FOLDER / f"{name}.yaml", vocabulary)


def load_workflow(path: Path, vocabulary: Vocabulary) -> WorkflowDefinition:
    """A workflow from a file, linted.

    Raises:
        WorkflowFileError: the file cannot be used; says where and why.
    """
    definition, lines = parse_workflow(path)
    findings = lint(definition, lines, vocabulary)
    if findings:
        raise WorkflowFileError(path, findings)
    return definition
