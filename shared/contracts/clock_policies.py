"""Topic `clock-policies`: how many working days each clock has. State, written by sla."""

from shared.contracts.event import State
from shared.contracts.vocabulary import ClockName


class ClockPolicy(State):
    """How long a clock runs."""

    type = "clock-policy.v1"
    topic = "clock-policies"

    clock: ClockName
    working_days: int

    @property
    def key(self) -> str:
        """The clock."""
        return self.clock.value
