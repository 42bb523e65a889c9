"""A plan lived through beforehand, in a scratch database under a clock that jumps: what it will ask of people."""

from runtime.simulation.outlook import Load, Outlook
from runtime.simulation.rehearsal import NobodyLaunchesError, NothingAheadError, Simulation, simulate

__all__ = ["Load", "NobodyLaunchesError", "NothingAheadError", "Outlook", "Simulation", "simulate"]
