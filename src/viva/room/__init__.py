"""The live interview: its pages, its channel, its director, and what runs while somebody speaks."""

from viva.room.briefing import Briefing
from viva.room.catching_up import CatchingUp
from viva.room.following import FollowingUp
from viva.room.hub import Hub
from viva.room.service import Interviewing
from viva.room.shared import Shared
from viva.room.taking_stock import TakingStock
from viva.room.vigil import Vigil

__all__ = ["Briefing", "CatchingUp", "FollowingUp", "Hub", "Interviewing", "Shared", "TakingStock", "Vigil"]
