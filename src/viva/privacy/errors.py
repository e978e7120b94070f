"""What a caller of `privacy` has to decide about."""

from viva.platform.errors import Invalid
from viva.platform.i18n import N_


class NoticeOutdated(Invalid):
    """The consent names a notice that is not the current one."""

    code = "notice_outdated"
    message = N_("The notice has changed. Please read the current one and decide again.")
