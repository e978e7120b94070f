"""The live interview: its pages, its channel, its director, and what runs while somebody speaks."""

from viva.room.briefing import Briefing, reference_of
from viva.room.house import House
from viva.room.hub import Hub
from viva.room.service import Interviewing

__all__ = ["Briefing", "House", "Hub", "Interviewing", "reference_of"]
