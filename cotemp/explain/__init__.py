"""What would become of a DO, before anything runs: decided by the real policy and grants, held by the real enforcer.

standing     what the ledger says of it: grants, the run that dropped it, an approval
walls        who would hold it to its consent
foreseeing   all of this and the policy -> what would become of it
sentences    what becomes of its changes, and what nobody can know
model        the answer
"""

from __future__ import annotations

from .foreseeing import Question, foresee
from .model import Explanation
from .sentences import SHARED_NETWORK, secrets_shown
from .standing import session_of, standing
from .walls import walls_of

__all__ = [
    "SHARED_NETWORK",
    "Explanation",
    "Question",
    "foresee",
    "secrets_shown",
    "session_of",
    "standing",
    "walls_of",
]
